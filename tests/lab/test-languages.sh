#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs in C++ and OCaml whose shares are known, in a live guest: user stacks from main to the
# leaf, through the libraries, by what --symfs has of them.
# usage: test-languages.sh
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${PERF_XEN:?}" "${BUILD:?}"
export PERF_XEN_BUILD=$BUILD
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
failed=0
programs=(phases)

mkdir -p "$share/symfs/programs"
g++ -std=gnu++17 -O2 -g -o "$share/symfs/programs/phases" "$here/../guests/phases.cc" || exit 1
if command -v ocamlopt >/dev/null; then
	cp "$here/../guests/turns.ml" "$share/"
	(cd "$share" && ocamlopt -g -o symfs/programs/turns turns.ml) || exit 1
	programs+=(turns)
fi
# The files that the guest gets are those that dom0 has of it.
for file in $(ldd "$share"/symfs/programs/* | grep -oE ' ?/(usr/)?lib[^ ]*' | sort -u); do
	mkdir -p "$share/symfs${file%/*}"
	cp -L "$file" "$share/symfs$file"
done
(cd "$share/symfs" && find . -mindepth 1 | cpio -o -H newc --quiet) >"$share/files"
echo "${programs[@]}" >"$share/programs"
"$here/xenlab" run --share "$share" --timeout 300 "$here/languages-dom0"
status=$?
[ "$status" -ne 77 ] || exit 77
[ "$status" -eq 0 ] || failed=1

for program in "${programs[@]}"; do
	echo "# $program"
	"$PERF_XEN" script -i "$share/$program.data" >"$share/$program.outside" || failed=1
	"$here/compare-shares" --truth "$share/$program.outside" "$share/$program.truth" 4 "$program" ||
		failed=1
	# From its first function to the leaf, but for a few that could not be read at that instant.
	if awk -v comm="$program" -v root='^(_start|__libc_start|caml_start_program|clone)' '
		/^[^ \t]/ { mine = $1 == comm }
		/^$/ { if (mine) { all++; whole += last ~ root }; mine = 0 }
		{ last = $2 }
		END { printf "# %d of %d stacks from the start of the program\n", whole, all
			exit !(all >= 300 && whole >= 0.95 * all) }' "$share/$program.outside"
	then
		echo "ok - $program: stacks go from the program's start to the leaf"
	else
		echo "not ok - $program: stacks go from the program's start to the leaf"
		failed=1
	fi
done
[ "${#programs[@]}" -gt 1 ] || echo "ok - OCaml # SKIP ocamlopt is not installed (Debian: ocaml-nox)"
exit "$failed"
