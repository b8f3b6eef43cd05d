#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What list, doctor, record, rings and stacks say to a wrong command line, and on a machine without Xen.
set -u
cd "$TMPDIR" || exit 1
n=0

# refuses STATUS PATTERN ARGUMENT...: exits with STATUS, prints nothing but one line (and the usage,
# for a wrong command line) that matches PATTERN, and leaves no file behind.
refuses()
{
	local wanted=$1 pattern=$2 output status lines problem=''
	shift 2
	output=$("$PERF_XEN" "$@" 2>errors </dev/null)
	status=$?
	lines=$(wc -l <errors)
	[ "$status" -eq "$wanted" ] || problem+=" status $status, not $wanted;"
	[ -z "$output" ] || problem+=" standard output;"
	[ "$lines" -eq $((wanted == 2 ? 2 : 1)) ] || problem+=" $lines lines;"
	grep -qe "^perf-xen $1: .*$pattern" errors || problem+=" $(head -n 1 errors);"
	rm errors
	[ -z "$(ls -A)" ] || problem+=" left behind: $(ls -A);"
	n=$((n + 1))
	if [ -z "$problem" ]; then
		echo "ok $n - $*"
	else
		echo "not ok $n - $*:$problem"
	fi
}

for command in doctor record stacks; do
	refuses 2 'which domain' $command
done
for command in doctor record rings stacks; do
	refuses 2 'one domain at a time' $command a b
	refuses 2 'unknown option --vmlinuz; did you mean --vmlinux' $command --vmlinuz x a
	refuses 2 '--vmlinux' $command a --vmlinux
done
for command in record stacks; do
	refuses 2 'no list of vCPUs' $command -C 0,x a
	refuses 2 'no list of vCPUs' $command --cpu 3-1 a
	refuses 2 'no list of vCPUs' $command -C 9999 a
done
refuses 2 'out of range' record -F 0 a
refuses 2 'out of range' record -F 20001 a
refuses 2 '-F' record a -F
refuses 2 'x' record -F x a
refuses 2 'out of range' record --duration 0 a
refuses 2 'soon' record --duration soon a
refuses 2 'out of range' record --max-pause 2s a
refuses 2 'sometimes' record --pause sometimes a
refuses 2 'no command after --' record a --
refuses 2 'out of range' stacks --interval 0 a
refuses 2 'runs no command' stacks a -- true
refuses 2 'letters of RSDTtXZPI' stacks --state Q a
refuses 2 'letters of RSDTtXZPI' stacks --state '' a
refuses 2 'out of range' stacks --pid 0 a
refuses 2 'out of range' stacks --pid 4194305 a
refuses 2 'out of range' doctor --interval 0 a
refuses 2 'runs no command' doctor a -- true
refuses 2 '--html' doctor a --html
refuses 2 'out of range' rings --interval 0 a
refuses 2 'out of range' rings -n 0 a
refuses 2 'runs no command' rings a -- true
refuses 2 'is no device' rings --device eth0 a
refuses 2 'is no number of a queue' rings --queue 256 a
refuses 2 'is no number of a queue' rings --queue -1 a
refuses 2 'not for --watch' rings --kick --watch a
refuses 2 'is for one domain' rings --watch
refuses 2 'is for one domain' rings --kick
refuses 2 'takes no arguments' list a
refuses 2 'unknown option' list --jsn

refuses 2 'not understood' version --buildoptions
refuses 2 'not understood' version --build-options x

# What would drive a terminal is not repeated.
refuses 1 'cannot open a?\[2J?b' report -i $'a\e[2J\xc2\x9bb'

# No domain can be opened where there is no hypervisor; on a dom0 there is none of this name.
if [ -e /dev/xen/privcmd ]; then
	why='no-such-domain'
else
	why='not the dom0'
	refuses 1 "$why" list
	refuses 1 "$why" list --json
	refuses 1 "$why" rings
fi
refuses 1 "$why" record no-such-domain
refuses 1 "$why" record --vmlinux "$PERF_XEN" no-such-domain -- true
refuses 1 "$why" doctor --html page.html no-such-domain
refuses 1 "$why" rings --json no-such-domain
refuses 1 "$why" stacks --json no-such-domain
echo "1..$n"
