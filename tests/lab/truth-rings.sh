#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# perf xen rings on ringers, each scenario ROUNDS times, the healthy and the idle one in LOOKS looks
# all together: a table of what was expected and how often it came, and of the times from the
# command's start to its verdict. SCENARIOS, a pattern, leaves out the others. The status is not 0
# when a verdict or exit status was another.
set -u

# shellcheck source=tests/lab/ring-looks
. "$(dirname "$0")/ring-looks"
rounds=${ROUNDS:-10} looks=${LOOKS:-100}
bad=0

# At its end are what else came, "VERDICT/STATUS", and how often.
row() # NAME WHERE ID STATUS
{
	local name look status ms all=0 right=0 times=() other=()
	local verdict

	while read -r name look status ms; do
		[ "$name" = "$1" ] || continue
		verdict=$(verdict_of "$2" "$share/json/$1-$look.json")
		all=$((all + 1)) times+=("$ms")
		if [ "$verdict/$status" = "$3/$4" ]; then
			right=$((right + 1))
		else
			other+=("$verdict/$status")
		fi
	done <"$share/results"
	[ "$all" -gt 0 ] && [ "$right" -eq "$all" ] || bad=1
	mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
	printf '%-21s %-7s %-6s %4d/%-4d %6s %6s  %s\n' "$1" "$2" "$3" "$right" "$all" \
		"${times[all / 2]-}" "${times[all - 1]-}" \
		"$(printf '%s\n' "${other[@]}" | sed '/^$/d' | sort | uniq -c | xargs)"
}

begin=$SECONDS
look_at_ringers "$rounds" $(((looks + rounds - 1) / rounds)) $((rounds * 500)) || exit
printf '%-21s %-7s %-6s %9s %6s %6s  %s\n' scenario where verdict 'got' 'ms' 'most' 'others'
while read -r name where id status _; do
	row "$name" "$where" "$id" "$status"
done < <(scenarios)
echo "$(wc -l <"$share/results") looks in $((SECONDS - begin)) s"
exit $bad
