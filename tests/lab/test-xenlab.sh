#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What xenlab promises of every end of a machine, tried on a program that only stands for one: the
# status, the output, and that nothing is left.
# shellcheck disable=SC2317 # functions are called through check
set -u

here=$(cd "$(dirname "$0")" && pwd)
command -v qemu-system-x86_64 >/dev/null || { echo "qemu is not installed"; exit 77; }
own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
mkdir "$own/bin" "$own/tmp"
failed=0

# It stands for the emulator: it finds its folders in the arguments and ends as $END says.
cat >"$own/bin/qemu-system-x86_64" <<'FAKE'
#!/bin/bash
out=$(grep -o 'path=[^ ]*/out' <<<"$*") control=$(grep -o 'path=[^ ]*/control' <<<"$*")
echo $$ >"${0%/bin/*}/pid"
[ "$END" != early ] || exit 1
printf 'one\ntwo' >"${out#path=}"
case $END in
late) exit 0 ;;
status-*) echo "${END#status-}" >"${control#path=}/status" ;;
esac
exec sleep 300 >/dev/null 2>&1
FAKE
chmod +x "$own/bin/qemu-system-x86_64"

# lab END [OPTION...]: a run whose machine ends as END says.
lab() {
	local end=$1
	shift
	# It is no machine, so it waits for no turn.
	END=$end XENLAB_TURNS=99 TMPDIR=$own/tmp PATH=$own/bin:$PATH timeout 100 \
		"$here/xenlab" run "$@" "$0" >"$own/output" 2>"$own/errors"
}

nothing_left() {
	[ -s "$own/pid" ] && ! kill -0 "$(cat "$own/pid")" 2>/dev/null && [ -z "$(ls -A "$own/tmp")" ]
}

check() {
	local name=$1
	shift
	if "$@"; then
		echo "ok $name"
	else
		echo "not ok $name - $(tail -n 3 "$own/errors" | tr '\n' ';')"
		failed=1
	fi
}

# ends_with STATUS END OPTION...: that status, and nothing is left.
ends_with() {
	local wanted=$1 status=0
	shift
	lab "$@" || status=$?
	[ "$status" -eq "$wanted" ] && nothing_left
}

# killed_by SIGNAL: the machine ends with its xenlab.
killed_by() {
	local i machine=''
	rm -f "$own/pid" "$own/output"
	lab hang 2>/dev/null &
	for ((i = 0; i < 1000; i++)); do
		[ -s "$own/output" ] && machine=$(cat "$own/pid") && break
		sleep 0.1
	done
	[ -n "$machine" ] && kill "-$1" "$(ps -o ppid= -p "$machine" | tr -d ' ')" || return
	for ((i = 0; i < 50; i++)); do
		kill -0 "$machine" 2>/dev/null || break
		sleep 0.1
	done
	[ "$i" -lt 50 ] && wait
}

"$here/xenlab" build || exit 1
check "the script's status" ends_with 7 status-7
check "the output, byte for byte" cmp -s "$own/output" <(printf 'one\ntwo')
check "success" ends_with 0 status-0
check "a machine that does not start" ends_with 126 early
check "a machine that stops too early" ends_with 126 late
check "and the console is shown" grep -q 'the machine stopped before the script ended' "$own/errors"
check "time is over" ends_with 124 hang --timeout 1
check "SIGTERM ends the machine" killed_by TERM
check "and nothing is left" nothing_left
check "SIGKILL ends the machine" killed_by KILL
exit "$failed"
