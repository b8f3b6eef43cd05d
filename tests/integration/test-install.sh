#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make install into a staging folder; Debian's perf then finds the program; uninstall leaves nothing.
set -eu
cd "$(dirname "$0")/../.."
stage=$TMPDIR/stage

in_stage()
{
	# shellcheck disable=SC2086 # MAKE may be several words
	env -u MAKEFLAGS -u MAKELEVEL ${MAKE:-make} -s "$1" O="$BUILD" WERROR=1 \
		DESTDIR="$stage" prefix=/opt/px
}

fail()
{
	echo "$*"
	find "$stage" -type f
	exit 1
}

in_stage install
for page in doc/man/*.[1-8]; do
	[ -f "$stage/opt/px/share/man/man${page##*.}/${page##*/}" ] || fail "$page is missing"
done
[ -f "$stage/opt/px/share/bash-completion/completions/perf-xen" ] || fail "no completion"
for schema in doc/schema/*.json; do
	[ -f "$stage/opt/px/share/perf-xen/${schema##*/}" ] || fail "$schema is missing"
done
version=$("$stage/opt/px/bin/perf-xen" version)
[ "$version" = "perf-xen version $(cat VERSION)" ] || fail "it says: $version"

if perf version >/dev/null 2>&1; then
	found=$(PATH=$stage/opt/px/bin:$PATH perf xen version)
	[ "$found" = "$version" ] || fail "perf xen version says: $found"
	perf=
else
	perf="# SKIP perf is not installed"
fi

in_stage uninstall
[ -z "$(find "$stage" -type f)" ] || fail "uninstall left:"
echo "1..2"
echo "ok 1 - install and uninstall"
echo "ok 2 - perf xen $perf"
