#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The runner itself, over a tree of tests that pass, fail, crash, hang, skip and are missing.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
tree=$TMPDIR/tests build=$TMPDIR/build
mkdir -p "$tree/integration" "$tree/lab" "$build/gcc/tests/unit"

program()
{
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod +x "$1"
}

unit()
{
	program "$build/gcc/tests/unit/test-$1" "$2"
}

run()
{
	env -u MAKEFLAGS PERF_XEN_VMLINUX=none O="$build" TEST_ROOT="$tree" UNIT_LIMIT=1 UNIT_TESTS="$units" \
		FUZZ_TARGETS= "$here/tests/run" "$@" >"$TMPDIR/out" 2>&1
	status=$?
	last=$(tail -n 1 "$TMPDIR/out")
}

n=0
# expect NAME STATUS LAST-LINE [TEXT]: what the run before this printed.
expect()
{
	n=$((n + 1))
	if [ "$status" -eq "$2" ] && [ "$last" = "$3" ] && grep -qe "${4-}" "$TMPDIR/out"; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1: status $status"
		sed 's/^/# /' "$TMPDIR/out"
	fi
}

unit good 'echo 1..2; echo "ok 1 - a"; echo "ok 2 - b"'
unit bad 'echo 1..2; echo "ok 1 - a"; echo "not ok 2 - b"; echo "# 1 is not 2"; exit 1'
unit crash 'echo 1..2; echo "ok 1 - a"; kill -SEGV $$'
unit hang 'echo 1..1; sleep 20; echo "ok 1 - late"'
unit partial 'echo 1..2; echo "ok 1 - a"; echo "not ok 2 # SKIP b"'
unit liar 'echo 1..1; echo "ok 1 - a"; exit 3'

units=good && run unit
expect "all pass" 0 "2 passed, 0 failed, 0 skipped" "ok .*good"
units='bad good' && run unit
expect "a failure is shown and does not hide what follows" 1 "3 passed, 1 failed, 0 skipped" \
	"1 is not 2"
units='crash good' && run unit
expect "a crash is one failure" 1 "3 passed, 1 failed, 0 skipped" "killed by signal 11"
units='hang good' && run unit
expect "a hang is one failure" 1 "2 passed, 1 failed, 0 skipped" "still running after 1 s"
units='partial' && run unit
expect "a skipped case is counted and named" 0 "1 passed, 0 failed, 1 skipped" "SKIP b"
units='missing good' && run unit
expect "a program that was not built fails" 1 "2 passed, 1 failed, 0 skipped" "could not be run"
units='liar' && run unit
expect "a bad exit status is a failure" 1 "1 passed, 1 failed, 0 skipped" "exit status 3"
units='' && run unit
expect "no test is a failure" 1 "0 passed, 1 failed, 0 skipped" "there is no test"
units=good && run lab unit
expect "a stage without a test is a failure" 1 "2 passed, 1 failed, 0 skipped" "lab: there is"
run nonsense
expect "an unknown stage is refused" 2 "$last" "no stage \"nonsense\""

# shellcheck disable=SC2016 # for the script to expand
program "$tree/integration/test-env.sh" \
	'[ -d "$TMPDIR" ] && touch "$TMPDIR/x" && case $PERF_XEN$BUILD in //*|[!/]*) exit 1;; esac'
units=good && run integration unit
expect "a script passes by its status, several stages add up" 0 "3 passed, 0 failed, 0 skipped"
program "$tree/lab/test-no.sh" 'echo "there is no lab"; exit 77'
CI='' run lab unit
expect "a skip prints its reason" 0 "2 passed, 0 failed, 1 skipped" "there is no lab"
CI=true run lab unit
expect "a lab skipped where it must run is a failure" 1 "2 passed, 1 failed, 0 skipped"
echo "1..$n"
