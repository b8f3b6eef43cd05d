#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tests of guest-probes/px_reserve.h see when it is wrong: each change of one line here breaks
# a promise, and one of the tests must fail. Unchanged, both pass.
set -u
cd "$(dirname "$0")/../.." || exit 1
header=guest-probes/px_reserve.h
changed=$TMPDIR/tree
n=0

# build OUTPUT ARGUMENT...: a program that does not compile proves nothing.
build()
{
	"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -O1 -I"$changed" -I. -o "$@" && return
	echo "Bail out! $1 does not compile"
	exit 1
}

# passes: both tests, with the header in $changed.
passes()
{
	local name

	for name in reserve reserve-wait; do
		build "$TMPDIR/$name" tests/unit/test-$name.c "$TMPDIR"/*.o -lcmocka -lpthread
		timeout 20 "$TMPDIR/$name" >"$TMPDIR/log" 2>&1 || return 1
	done
}

# mutant NAME SED: the change must be one, and must be noticed.
mutant()
{
	n=$((n + 1))
	sed -E "$2" $header >"$changed/$header"
	if cmp -s $header "$changed/$header"; then
		echo "not ok $n - $1: nothing was changed"
	elif passes; then
		echo "not ok $n - $1: not noticed"
	else
		echo "ok $n - $1: $(grep -om1 'after .*moves: .*' "$TMPDIR/log" || echo noticed)"
	fi
}

# within FUNCTION COMMAND: the sed command for its lines only.
within()
{
	echo "/px_reserve_$1\(/,/^\}/ { $2 }"
}

mkdir -p "$changed/guest-probes"
cp guest-probes/*.h "$changed/guest-probes/"
build "$TMPDIR/explore.o" -c tests/support/explore.c
build "$TMPDIR/memory.o" -c lib/memory.c
build "$TMPDIR/error.o" -c lib/error.c
n=$((n + 1))
if passes; then
	echo "ok $n - unchanged"
else
	echo "not ok $n - unchanged"
fi

mutant "one is woken, not all who fit" "$(within serve 's/while \(r/if (r/')"
mutant "the last slot is never given" "$(within fits 's/count <=/count </')"
mutant "a slot too many is given" "$(within fits 's/count <=/count <= 1 +/')"
mutant "grants regardless of who waits" "$(within ask 's/first \&\& //')"
mutant "no grants to who comes first" "$(within ask 's/first \&\& /0 \&\& /')"
mutant "old commits are counted again" "$(within ask '/behind = 0/d')"
mutant "asking for nothing is allowed" "$(within ask 's/!count \|\| //')"
mutant "asking for more than all is allowed" "$(within ask 's/ \|\| count > r->slots//')"
mutant "those behind a leaver sleep on" "$(within cancel '/px_reserve_serve/d')"
mutant "slots between others are given back" \
	"$(within cancel 's/ \&\& w->first \+ w->count == r->reserved//')"
mutant "given back slots are lost" "$(within cancel '/reserved = w->first/d')"
mutant "a leaver stays at the head" "$(within remove '/waiting == w/,+1d')"
mutant "a commit passes an open one" "$(within commit 's/if \(w->older\)/if (0)/')"
mutant "commits behind are forgotten" \
	"$(within commit 's/publish\(r, w->count \+ w->behind\)/publish(r, w->count)/')"
mutant "commits two behind are forgotten" \
	"$(within commit 's/behind \+= w->count \+ w->behind/behind += w->count/')"
mutant "too many responses are believed" "$(within free 's/bad = .*/bad = 0;/')"
mutant "freed slots wake nobody" "$(within free '/px_reserve_serve/d')"
mutant "a waiter is written after its wake" "$(within serve 's/wake\(.*/& w->behind = 0;/')"
mutant "the note is late" "$(within serve '/px_reserve_tell/d')"
mutant "the note is late before a sleep" "$(within get '/px_reserve_tell/d')"
mutant "slots that came in time are dropped" \
	"$(within get 's/ \&\& w->state == PX_RESERVE_WAITING\)/)/')"
mutant "a leaver lets nobody pass" "$(within get '/px_reserve_serve/d')"
echo "1..$n"
