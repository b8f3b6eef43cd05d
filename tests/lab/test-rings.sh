#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# perf xen rings on ringers, one of each scenario: verdict and exit status. truth-rings.sh does it
# many times.
set -u

# shellcheck source=tests/lab/ring-looks
. "$(dirname "$0")/ring-looks"
failed=0

equal() # GOT EXPECTED NAME FILE-WITH-DETAILS
{
	if [ "$1" = "$2" ]; then
		echo "ok - $3"
		return
	fi
	echo "not ok - $3: got $1, expected $2"
	head -c 3000 "$4" | sed 's/^/# /'
	failed=1
}

check() # NAME WHERE ID STATUS
{
	local name look status

	while read -r name look status _; do
		[ "$name" = "$1" ] || continue
		equal "$(verdict_of "$2" "$share/json/$1-$look.json")" "$3" "$1: verdict, look $look" \
			"$share/json/$1-$look.json"
		equal "$status" "$4" "$1: exit status, look $look" "$share/json/$1-$look.errors"
	done <"$share/results"
	grep -q "^$1 " "$share/results" || equal none some "$1: looks" /dev/null
}

look_at_ringers 1 3 800
status=$?
[ "$status" -ne 77 ] || exit 77
equal "$status" 0 "the part in dom0" /dev/null
touch "$share/results"
while read -r name where id status _; do
	check "$name" "$where" "$id" "$status"
done < <(scenarios)
exit $failed
