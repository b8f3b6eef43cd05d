#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The model of reservations beside this: spin finds nothing in it, and finds what is wrong with
# producers that do not reserve.
set -u
model=$(cd "$(dirname "$0")" && pwd)/reserve.pml
cd "$TMPDIR" || exit 1
n=0

# All states, the nearest first; and whether every fair run serves who waits.
safety='-DSAFETY -DNOCLAIM -DBFS'
liveness='-DNFAIR=3'

# search DEFINES KIND OPTION...: writes the verifier's report to the file report.
# shellcheck disable=SC2086 # lists of words
search()
{
	local defines=$1 kind=$2
	shift 2

	if ! spin $defines -a "$model" >log 2>&1 ||
		! "${CC:-cc}" -O2 -w -DCOLLAPSE $kind -o pan pan.c >>log 2>&1 ||
		! timeout 100 ./pan -n "$@" >report 2>&1; then
		cat log report
		echo "Bail out! spin fails"
		exit 1
	fi
}

# The figures of a report in words.
explored()
{
	awk '/ states, stored/ { states = $1 } / transitions \(=/ { transitions = $1 }
		END { print states + 0 " states, " transitions + 0 " transitions" }' report
}

# clean NAME DEFINES KIND OPTION...: all was explored, and nothing found.
clean()
{
	local name=$1
	shift

	n=$((n + 1))
	search "$@"
	if grep -q 'errors: 0' report && ! grep -qE 'too small|out of memory|^0 states' report; then
		echo "ok $n - $name: $(explored)"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' report
	fi
}

# finds NAME TEXT DEFINES KIND OPTION...: the search stops with this error.
finds()
{
	local name=$1 text=$2
	shift 2

	n=$((n + 1))
	search "$@"
	if grep -q 'errors: 1' report && grep -qF "$text" report; then
		echo "ok $n - $name: found after $(explored)"
	else
		echo "not ok $n - $name: not found"
		sed 's/^/# /' report
	fi
}

if ! command -v spin >/dev/null; then
	echo "spin is not installed"
	exit 77
fi
clean "three producers, three slots" "-DPRODUCERS=3 -DSLOTS=3" "$safety"
clean "two producers, four slots" "-DPRODUCERS=2 -DSLOTS=4" "$safety"
clean "three producers, two slots: all who wait are served" "-DPRODUCERS=3 -DSLOTS=2" "$liveness" \
	-a -f -m1000000
clean "two producers, three slots: all who wait are served" "-DPRODUCERS=2 -DSLOTS=3" "$liveness" \
	-a -f -m1000000

# -A and -E leave assertions and deadlocks out.
finds "without reservation: all stop with parts of packets" "invalid end state" \
	-DNAIVE "$safety" -A
finds "without reservation: a part of a packet is published" \
	"assertion violated ((left==0)||(cons!=published))" -DNAIVE "$safety" -E
finds "without reservation: one waits for ever" "acceptance cycle" \
	"-DNAIVE -DPRODUCERS=2" "$liveness" -A -E -a -f -m1000000
echo "1..$n"
