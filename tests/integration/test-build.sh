#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The makefile: what rebuilds what, what it says when libraries are missing, what it explains.
set -u
cd "$(dirname "$0")/../.." || exit 1
object=$TMPDIR/b/lib/error.o
n=0

build()
{
	# shellcheck disable=SC2086 # MAKE may be several words
	env -u MAKEFLAGS -u MAKELEVEL ${MAKE:-make} O="$TMPDIR/b" "$@" >"$TMPDIR/out" 2>&1
}

# is NAME COMMAND...
is()
{
	n=$((n + 1))
	if "${@:2}"; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		sed 's/^/# /' "$TMPDIR/out"
	fi
}

not()
{
	! "$@"
}

printed()
{
	grep -q -e "$1" "$TMPDIR/out"
}

compiled()
{
	printed "CC  *lib/error.o"
}

build "$object"
is "an object is built" compiled
build "$object"
is "and not built again" not compiled
build "$object" CFLAGS=-O1
is "other flags build it again" compiled
build "$object" CFLAGS=-O1 PKG_CONFIG=/nonexistent/pkg-config
is "without pkg-config nothing is built" test $? -ne 0
is "one line names packages and the way to get them" \
	printed '(Debian: .*libxen-dev.*run scripts/install-deps'
is "and no compiler runs" not compiled
is "there is make's own line beside it, no more" test "$(wc -l <"$TMPDIR/out")" -eq 2
# What a build can do without.
cat >"$TMPDIR/hide" <<'END'
#!/bin/sh
case "$*" in
*--exists*libcap-ng* | *--exists*libseccomp*) exit 1 ;;
*) exec pkg-config "$@" ;;
esac
END
chmod +x "$TMPDIR/hide"
build "$TMPDIR/b/lib.a" PKG_CONFIG="$TMPDIR/hide" WERROR=1
is "without libcap-ng and libseccomp lib/ is built" test $? -eq 0
is "from stand-ins" printed 'lib/capabilities-none.o'
is "for both" printed 'lib/syscall-filter-none.o'
build features
is "features describes every library" not printed 'does not describe'
is "features finds every library" not printed ' missing '

# Every target that a user may type is explained, and nothing else is.
targets=$(sed -n 's/^\.PHONY: //p' Makefile | tr ' ' '\n' | grep -v -e '-programs' -e need- | sort)
build help
missing=
for target in $targets; do
	grep -qw -e "$target" "$TMPDIR/out" || missing="$missing $target"
done
is "help explains every target:$missing" test -z "$missing"
echo "1..$n"
