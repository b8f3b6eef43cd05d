#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# list, record and stacks on live guests of every type, and whatever happens to a guest meanwhile.
# usage: test-record.sh [TYPE...] (default: $LAB_TYPES, or pv)
set -u

# shellcheck source=tests/lab/recordings
. "$(dirname "$0")/recordings"

# The kernel stacks of a script's text, by addresses: of several names at one perf may choose another.
collapse_kernel()
{
	sed -nE 's/^\t *(ffffffff[0-9a-f]+) .*/\t\1 \1 (kernel)/p; /^([^\t]|$)/p' |
		"$here/../support/collapse-stacks" | sort
}

# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- ${LAB_TYPES:-pv}
echo "$*" >"$share/types"
mkdir "$share/home"
"$here/xenlab" run --share "$share" --vmlinux --timeout 800 "$here/record-dom0"
status=$?
[ "$status" -ne 77 ] || exit 77
ok "$status" "the part in dom0"

# What Debian's perf shows of the files, with nothing but what the recording put into its cache.
for type; do
	HOME=$share/home perf script -i "$share/$type.data" >"$share/$type.script" 2>"$share/errors"
	ok $? "$type: perf script reads the file"
	grep -q 'ffffffff.* ksys_read+0x.*(\[kernel.kallsyms\])$' "$share/$type.script"
	ok $? "$type: perf script shows names of the guest's kernel"
	grep -q '^dd 200[0-9]* \[00[01]\]' "$share/$type.script"
	ok $? "$type: perf script shows tasks of the guest"
	grep -q '^.ffffffff' "$share/$type.script" &&
		! grep '^.ffffffff' "$share/$type.script" | grep -q '\[unknown\]'
	ok $? "$type: perf script shows no kernel address without a name"
	"$PERF_XEN" script -i "$share/$type.data" >"$share/$type.ours"
	ok $? "$type: perf xen script reads the file"
	# Kernel stacks: what perf knows of programs is not what we know.
	collapse_kernel <"$share/$type.script" >"$share/$type.theirs"
	collapse_kernel <"$share/$type.ours" | diff "$share/$type.theirs" - >"$share/errors"
	ok $? "$type: perf's kernel stacks and ours are the same, as often"
	HOME=$share/home perf report --stdio -i "$share/$type.data" >"$share/$type.report" 2>"$share/errors"
	ok $? "$type: perf report reads the file"
	grep -qE '[0-9]%  *dd .*\[k\] [a-z]' "$share/$type.report"
	ok $? "$type: perf report shows names of the guest's kernel"
	HOME=$share/home perf diff "$share/$type.data" "$share/$type.data" >"$share/$type.diff" 2>"$share/errors"
	ok $? "$type: perf diff reads the file"
	grep -qE '\[kernel\.kallsyms\] +\[k\] [a-z]' "$share/$type.diff"
	ok $? "$type: perf diff shows names of the guest's kernel"
	HOME=$share/home perf buildid-list -i "$share/$type.data" | grep -q ' \[kernel\.kallsyms\]$'
	ok $? "$type: perf buildid-list shows the guest's kernel"
done
exit $failed
