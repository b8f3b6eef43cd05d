#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Unwind tables and the unwinder against readelf, libdw and stacks with known answers: system
# libraries always, and the kernel in PERF_XEN_VMLINUX (Linux 5.12 to 6.2, with debug info).
set -u
oracle=$BUILD/tests/integration/unwind-oracle
n=0

# report NAME STATUS: one line; what was compared is shown as a comment.
report()
{
	n=$((n + 1))
	sed 's/^/# /' "$TMPDIR/out"
	if [ "$2" = 0 ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
	fi
}

check()
{
	"$oracle" "$@" >"$TMPDIR/out" 2>&1
	report "$*" $?
}

rows()
{
	readelf --debug-dump=frames-interp "$1" 2>/dev/null | "$oracle" rows "$1" "$2" \
		>"$TMPDIR/out" 2>&1
	report "rows $1 $2" $?
}

libraries=0
for library in libc.so.6 libstdc++.so.6 libcrypto.so.3 ld-linux-x86-64.so.2; do
	file=/lib/x86_64-linux-gnu/$library
	[ -e "$file" ] || continue
	libraries=$((libraries + 1))
	rows "$file" .eh_frame
	check libdw "$file" .eh_frame
done
# The one that has no file.
vdso=$TMPDIR/vdso
python3 -c '
import re
for line in open("/proc/self/maps"):
    if line.endswith("[vdso]\n"):
        start, end = (int(x, 16) for x in re.match("(.*?)-(.*?) ", line).groups())
        with open("/proc/self/mem", "rb") as memory:
            memory.seek(start)
            open("'"$vdso"'", "wb").write(memory.read(end - start))'
if [ -s "$vdso" ]; then
	rows "$vdso" .eh_frame
	check libdw "$vdso" .eh_frame
fi
: >"$TMPDIR/out"
report "there are libraries to compare" $((libraries < 2))

kernel=${PERF_XEN_VMLINUX:-none}
if [ "$kernel" != none ]; then
	rows "$kernel" .debug_frame
	check libdw "$kernel" .debug_frame
	check orc "$kernel"
	check stacks "$kernel"
else
	n=$((n + 1))
	echo "ok $n - a kernel # SKIP PERF_XEN_VMLINUX is not set"
fi
echo "1..$n"
