#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A program of the OCaml native compiler: names against the source lines that debug information
# has for them, unwind rules and stacks against readelf and libdw.
set -u
tool=$BUILD/tests/integration/program-symbols
oracle=$BUILD/tests/integration/unwind-oracle
unwind=$BUILD/tests/integration/unwind-process
n=0

if ! command -v ocamlopt >/dev/null; then
	echo "ocamlopt is not installed (Debian: ocaml-nox)"
	exit 77
fi

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

cp tests/integration/ocaml/*.ml "$TMPDIR"
program=$TMPDIR/program
(cd "$TMPDIR" && ocamlopt -g -inline 0 -o program work.ml main.ml) >"$TMPDIR/out" 2>&1
report "compiles" $?

# Every function with a name of its own: the last part stands in the line where it begins, or, of
# a definition over several lines, in one of the two before. The few that begin with code that was
# inlined from elsewhere have another line.
nm "$program" | awk '$2 ~ /[tT]/ && $3 ~ /^caml[A-Z]/ && $3 !~ /__(code_begin|code_end|entry)$/ {
	print $1, $3 }' >"$TMPDIR/functions"
cut -d' ' -f2 "$TMPDIR/functions" | "$tool" names | cut -d' ' -f2 >"$TMPDIR/names"
cut -d' ' -f1 "$TMPDIR/functions" | addr2line -e "$program" >"$TMPDIR/lines"
library=$(ocamlopt -where)
paste -d' ' "$TMPDIR/names" "$TMPDIR/lines" | while read -r name place _; do
	file=${place%%:*}
	line=${place##*:}
	[ -e "$file" ] || file=$library/${file##*/}
	[ -e "$file" ] || file=$TMPDIR/${file##*/}
	word=${name##*.}
	case $word in
	fun_[0-9]*) continue ;;
	esac
	case $line in
	*[!0-9]*) line=0 ;;
	esac
	if [ "$line" = 0 ] || ! [ -e "$file" ]; then
		continue
	fi
	first=$((line > 2 ? line - 2 : 1))
	if sed -n "${first},${line}p" "$file" | grep -qF -e "$word"; then
		echo "good $name"
	else
		echo "bad $name $place"
	fi
done >"$TMPDIR/verdicts"
good=$(grep -c ^good "$TMPDIR/verdicts")
bad=$(grep -c ^bad "$TMPDIR/verdicts")
grep '^bad' "$TMPDIR/verdicts" >"$TMPDIR/out"
report "$good names stand in their source lines, $bad do not" $((good < 300 || bad * 50 > good))

readelf --debug-dump=frames-interp "$program" 2>/dev/null |
	"$oracle" rows "$program" .eh_frame >"$TMPDIR/out" 2>&1
report "rows as readelf" $?
"$oracle" libdw "$program" .eh_frame >"$TMPDIR/out" 2>&1
report "rows as libdw" $?

# The stack of OCaml code, of C that it calls, and of OCaml code that C calls back.
LD_BIND_NOW=1 timeout 100 "$unwind" steps 400000 "$program" >"$TMPDIR/out" 2>&1
report "stacks as libdw, by instruction" $?
"$unwind" samples 150 "$program" >"$TMPDIR/out" 2>&1
report "stacks as libdw, at random" $?

echo "1..$n"
