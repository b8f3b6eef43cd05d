#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The source checks: each of them must report a tree that breaks its rule, and only that.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
tree=$TMPDIR/tree
n=0

new_tree()
{
	rm -rf "$tree"
	mkdir -p "$tree"/{lib,symbolize,guest,tracer,ringtrace,report,guest-probes,tests/unit,LICENSES}
	cp "$here"/LICENSES/* "$tree/LICENSES/"
}

# put FILE LINE...: a source file with its two first lines.
put()
{
	local file=$tree/$1 licence=GPL-2.0-or-later
	case $1 in guest-probes/*) licence=ISC ;; esac
	shift
	printf '/* SPDX-License-Identifier: %s */\n/* What it is for. */\n' $licence >"$file"
	printf '%s\n' "$@" >>"$file"
}

# accepts CHECK NAME, rejects CHECK NAME TEXT: of the tree as it is, which is then removed.
accepts()
{
	n=$((n + 1))
	if out=$("$here/tests/$1" "$tree" 2>&1); then
		echo "ok $n - $1: $2"
	else
		printf 'not ok %d - %s: %s\n# %s\n' $n "$1" "$2" "$out"
	fi
	new_tree
}

rejects()
{
	n=$((n + 1))
	if out=$("$here/tests/$1" "$tree" 2>&1); then
		echo "not ok $n - $1: $2: nothing reported"
	elif [ "$(printf '%s\n' "$out" | wc -l)" -eq 1 ] && grep -qe "$3" <<<"$out"; then
		echo "ok $n - $1: $2"
	else
		printf 'not ok %d - %s: %s\n# %s\n' $n "$1" "$2" "$out"
	fi
	new_tree
}

layer()
{
	put "$1" "#include \"$2\""
	rejects check-layers "$1 may not include $2" "$1:3: includes \"$2\""
}

new_tree
layer lib/a.c report/html.h
layer lib/a.h symbolize/elf.h
layer symbolize/a.c guest/guest.h
layer guest/a.c tracer/loop.h
layer tracer/a.c report/html.h
layer tracer/a.c ringtrace/ring.h
layer ringtrace/a.c tracer/loop.h
layer report/a.c guest/guest.h
layer guest-probes/a.h lib/error.h
put report/a.c '#include "flame.h"'
rejects check-layers "an include names its folder" 'without its folder'
put tracer/a.c '#include <xenctrl.h>'
rejects check-layers "Xen headers stay in guest" 'a.c:3: includes <xenctrl.h>'
put guest/guest.c '#  include <xen/xen.h>'
rejects check-layers "Xen headers stay in guest/*-xen.c" 'a*.c:3: includes <xen/xen.h>'
put guest/kernel.c '#include <elfutils/libdw.h>'
rejects check-layers "debugging libraries stay in symbolize" 'includes <elfutils/libdw.h>'
put symbolize/a.c 'int x;' '#if defined(__x86_64__)'
rejects check-layers "architecture conditionals stay in -x86" 'a.c:4: architecture'
put guest/live-xen.c '#include <xenctrl.h>' '#include "lib/error.h"' '#include "symbolize/elf.h"'
put symbolize/elf.c '#include <libelf.h>' '#include <stdio.h>'
put symbolize/regs-x86.c '#ifdef __x86_64__'
put tracer/loop.c '#include "tracer/loop.h"' '#include "guest/guest.h"'
put perf-xen.c '#include "lib/command.h"' '#include "report/report.h"'
accepts check-layers "what the rules allow"

put lib/a.c 'int x;'
accepts check-source "a plain file"
echo 'int x;' >"$tree/lib/a.c"
out=$("$here/tests/check-source" "$tree")
n=$((n + 1))
if grep -q 'a.c:1: no line "SPDX' <<<"$out" && grep -q 'a.c:2: no comment' <<<"$out"; then
	echo "ok $n - check-source: first lines"
else
	echo "not ok $n - check-source: first lines: $out"
fi
new_tree
put lib/a.c 'void f(void)' '{' '	strcpy(a, b);' '}'
rejects check-source "a banned call" 'lib/a.c:5: strcpy() is banned'
put lib/a.c 'if (x && ! system ("ls"))'
rejects check-source "a call with a space" 'lib/a.c:3: system() is banned'
put lib/a.c '/* strcpy() is' ' * worse than atoi(x)' ' */' 'my_system(x); s->system(y);' \
	'puts("system(x)"); snprintf(a, 1, "x"); /* gets(x) */'
put tests/unit/test-a.c 'system("ls");'
accepts check-source "names in comments, strings, members and tests"
put lib/a.c "$(yes 'int x;' | head -n 999)"
rejects check-source "a file of more than 1000 lines" 'lib/a.c: 1001 lines'
put lib/a.c "$(yes 'int x;' | head -n 700)"
accepts check-source "a file of more than 600 lines is a warning"
put lib/a.c 'void f(void)' '{' "$(yes '	x();' | head -n 101)" '}'
rejects check-source "a function of more than 100 lines" 'lib/a.c:4: a function of 101 lines'
put guest-probes/a.h 'int x;'
sed -i 's/ISC/GPL-2.0-or-later/' "$tree/guest-probes/a.h"
rejects check-source "the licence of what goes into guests" 'no line "SPDX-License-Identifier: ISC"'
put lib/a.c 'int x;'
put lib/b.c 'int x;'
export LISTED='lib/a.c'
rejects check-source "a file in no list" 'lib/b.c: in no list'
echo "1..$n"
