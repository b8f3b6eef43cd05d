#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is read from a kernel's own memory against its vmlinux, the one in PERF_XEN_VMLINUX: symbols
# against nm, all of it against what is read from the file.
set -u
oracle=$BUILD/tests/integration/kallsyms-oracle
n=0

# same NAME: $TMPDIR/expected and $TMPDIR/got are sets of lines.
same()
{
	n=$((n + 1))
	echo "# $(wc -l <"$TMPDIR/expected") expected, $(wc -l <"$TMPDIR/got") found"
	if [ -s "$TMPDIR/expected" ] && diff "$TMPDIR/expected" "$TMPDIR/got" >"$TMPDIR/diff"; then
		echo "ok $n - $1"
	else
		head -n 20 "$TMPDIR/diff" | sed 's/^/# /'
		echo "not ok $n - $1"
	fi
}

kernel=${PERF_XEN_VMLINUX:-none}
if [ "$kernel" = none ]; then
	echo "1..0 # SKIP PERF_XEN_VMLINUX is not set"
	exit 0
fi
nm "$kernel" | sort -u >"$TMPDIR/nm"
"$oracle" "$kernel" | sort -u >"$TMPDIR/kallsyms" || echo "not ok - reading kallsyms"

# All code, with address and type.
grep -E '^[^ ]+ [tTwW] ' "$TMPDIR/nm" >"$TMPDIR/expected"
grep -E '^[^ ]+ [tTwW] ' "$TMPDIR/kallsyms" >"$TMPDIR/got"
same "every function, and no other"

# Of data kallsyms leave some out; nothing is made up.
grep -E '^[^ ]+ [^tTwWA] ' "$TMPDIR/kallsyms" >"$TMPDIR/got"
comm -12 "$TMPDIR/nm" "$TMPDIR/got" >"$TMPDIR/expected"
same "variables are those of nm"

# Per-CPU variables are of type A, whatever they are to nm.
sed -n 's/ A / /p' "$TMPDIR/kallsyms" | sort -u >"$TMPDIR/got"
sed -E 's/ [^ ] / /' "$TMPDIR/nm" | sort -u | comm -12 - "$TMPDIR/got" >"$TMPDIR/expected"
same "per-CPU variables"

# The whole kernel, out of a guest's memory.
n=$((n + 1))
"$BUILD/tests/integration/kernel-oracle" "$kernel" >"$TMPDIR/out" 2>&1
status=$?
sed 's/^/# /' "$TMPDIR/out"
if [ "$status" = 0 ]; then
	echo "ok $n - without an image it is the same kernel"
else
	echo "not ok $n - without an image it is the same kernel"
fi
echo "1..$n"
