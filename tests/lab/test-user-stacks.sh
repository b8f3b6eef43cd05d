#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stacks of programs in live guests: known call chains, with and without their files, and the
# mappings of a process against its /proc/PID/maps.
# usage: test-user-stacks.sh [TYPE...] (default: $LAB_TYPES, or pv)
set -u

# shellcheck source=tests/lab/recordings
. "$(dirname "$0")/recordings"

# How many samples of a script have a line for each of these functions, in this order.
chains() # FILE FUNCTION...
{
	local file=$1
	shift
	awk -v want="$*" '
		BEGIN { n = split(want, name, " ") }
		/^[^ \t]/ || /^$/ { found += at > n; at = 1; next }
		at <= n && $2 ~ "^" name[at] "(\\+|$)" { at++ }
		END { print found + (at > n) }' "$file"
}

has_chain() # TYPE FILE FUNCTION...
{
	local type=$1 file=$2 found
	shift 2
	found=$(chains "$file" "$@")
	[ "$found" -ge 5 ]
	ok $? "$type: ${file##*.} shows $* ($found samples)"
}

# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- ${LAB_TYPES:-pv}
echo "$*" >"$share/types"
mkdir -p "$share/home" "$share/symfs/programs"
cp "$BUILD/guest-programs/calls" "$share/symfs/programs/"
"$here/xenlab" run --share "$share" --programs "$BUILD/guest-programs" --vmlinux --timeout 500 \
	"$here/user-stacks-dom0"
status=$?
[ "$status" -ne 77 ] || exit 77
ok "$status" "the part in dom0"

for type; do
	sed -i 's/ *$//' "$share/$type.maps.inside" "$share/$type.maps.outside"
	diff "$share/$type.maps.inside" "$share/$type.maps.outside" | sed 's/^/# /'
	[ -s "$share/$type.maps.inside" ] &&
		cmp -s "$share/$type.maps.inside" "$share/$type.maps.outside"
	ok $? "$type: mappings are those of /proc/PID/maps"
	"$PERF_XEN" script -i "$share/$type.data" >"$share/$type.ours"
	HOME=$share/home perf script --symfs "$share/symfs" -i "$share/$type.data" \
		>"$share/$type.perf" 2>/dev/null
	"$PERF_XEN" report --stdio --no-children -i "$share/$type.data" >"$share/$type.report"
	grep -qE ' calls +calls +\[\.\] spin_inner$' "$share/$type.report"
	ok $? "$type: report shows the function and its file"
	for tool in ours perf; do
		has_chain "$type" "$share/$type.$tool" spin_inner spin_middle spin_outer main
		has_chain "$type" "$share/$type.$tool" read_inner read_outer main
	done
	# Stock perf has no names of a kernel where it was given a --symfs.
	has_chain "$type" "$share/$type.ours" ksys_read read_inner read_outer main
done
exit $failed
