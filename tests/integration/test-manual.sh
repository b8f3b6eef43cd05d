#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every command has a manual page with examples and exit status, which explains every option.
set -u
cd "$(dirname "$0")/../.." || exit 1
n=0

# judge NAME PROBLEM: a test that fails when there is a problem.
judge()
{
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1:$2"
	fi
}

# Overstriking is taken out.
page_text()
{
	mandoc -T ascii "$1" | sed 's/.\x08//g'
}

page_problems()
{
	local page=doc/man/perf-xen-$1.1 text option

	[ -f "$page" ] || { echo " $page is missing" && return; }
	text=$(page_text "$page")
	for section in EXAMPLES 'EXIT STATUS'; do
		grep -qx "$section" <<<"$text" || echo " no $section,"
	done
	for option in $("$PERF_XEN" help "$1" | sed -n 's/^  .\{4\}--\([a-z0-9-]*\).*/\1/p'); do
		grep -qE -e "--(no-)?$option\b" <<<"$text" || echo " no --$option,"
	done
}

commands=$("$PERF_XEN" help | sed -n '/^commands:/,$s/^  \([a-z]\{2,\}\)  .*/\1/p')
judge "help lists the commands" "$(grep -qx version <<<"$commands" || echo " $commands")"
for command in $commands; do
	"$PERF_XEN" help "$command" >/dev/null || unknown="${unknown-} $command"
done
judge "help has help for what it lists" "${unknown-}"
for command in $commands; do
	case $command in help | version) continue ;; esac
	judge "$command" "$(page_problems "$command" | tr -d '\n')"
done

unknown=
for page in doc/man/perf-xen-*.1; do
	[ -e "$page" ] || continue
	name=${page#doc/man/perf-xen-}
	grep -qx "${name%.1}" <<<"$commands" || unknown="$unknown $page"
done
judge "no page of a command that is not there" "$unknown"
echo "1..$n"
