#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands report and script on whole files: against each other, against Debian's perf, on
# damaged input, and when the output cannot be written.
set -u
cd "$(dirname "$0")/../.." || exit 1
data=tests/data/guest.perf.data
export LC_ALL=C NO_COLOR=1 PERF_CONFIG=/dev/null PERF_PAGER=cat
n=0

result() # STATUS NAME
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

skip() # NAME REASON
{
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

same() # NAME FILE FILE
{
	diff "$2" "$3"
	result $? "$1"
}

cd "$TMPDIR" || exit 1
data=$OLDPWD/$data collapse=$OLDPWD/tests/support/collapse-stacks

# --- each other -----------------------------------------------------------------------------

"$PERF_XEN" script "$data" | "$collapse" | sort >collapsed
"$PERF_XEN" report --folded "$data" | sort >folded
same "folded stacks are what the script's text collapses to" collapsed folded

"$PERF_XEN" report --stdio <"$data" -i - >piped
"$PERF_XEN" report --stdio "$data" >direct
same "standard input is read like a file" piped direct

"$PERF_XEN" report --html -o page.html "$data" && "$PERF_XEN" report --html "$data" >out.html
same "-o writes what standard output gets" page.html out.html

# --- Debian's perf ---------------------------------------------------------------------------

# perf looks up return addresses themselves, we look one byte before: where the call is the last
# instruction of its function perf shows the next one, "+0x0". Such samples are left out. Of several
# names of one function perf may choose another: of the kernel the distance from the function's
# start is compared, of libraries only the address.
compare_with_perf()
{
	awk '
	function finish() { if (sample != "" && !odd) printf "%s", sample; sample = ""; odd = 0 }
	/^$/ { finish(); next }
	/^\t/ && /\+0x0 \(/ { odd = 1 }
	/^\t.*\(\[kernel/ { sub(/ [^ ]+\+/, " +") }
	/^\t/ && !/\((\[kernel|.*\/perf-xen\))/ { $0 = "\t" $1 }
	{ sample = sample $0 "\n" }
	END { finish() }' "$1"
}

if perf record -q -e cpu-clock -F 2000 -g -o live.data -- \
	sh -c "for i in \$(seq 40); do '$PERF_XEN' report --html '$data' >/dev/null; done" \
	>record.log 2>&1; then
	perf script -i live.data >perf.script 2>/dev/null
	"$PERF_XEN" script live.data >our.script
	compare_with_perf perf.script >perf.kept
	# The same samples of ours: by their header lines.
	grep '^[^	]' perf.kept >kept
	compare_with_perf our.script |
		awk 'NR == FNR { keep[$0] = 1; next } /^[^\t]/ { on = $0 in keep } on' kept - >our.kept
	[ "$(wc -l <kept)" -gt 20 ]
	result $? "perf record left enough samples to compare"
	same "script prints what Debian's perf script prints" perf.kept our.kept
	"$PERF_XEN" script live.data | "$collapse" | sort >collapsed
	"$PERF_XEN" report --folded live.data | sort >folded
	same "folded stacks of Linux's own recording" collapsed folded
else
	skip "script prints what Debian's perf script prints" "perf record is not allowed here"
fi

# --- damage ----------------------------------------------------------------------------------

head -c 3000 "$data" >cut.data
"$PERF_XEN" report --folded cut.data >cut.out 2>cut.err
[ $? -eq 3 ] && [ -s cut.out ] && grep -q 'ends in the middle' cut.err
result $? "a cut file is reported, with what it has, and exit status 3"

"$PERF_XEN" script cut.data >/dev/null 2>&1
[ $? -eq 3 ]
result $? "script says so as well"

"$PERF_XEN" report nowhere.data >none 2>none.err
[ $? -eq 1 ] && [ ! -s none ] && grep -q 'nowhere.data' none.err
result $? "a file that is not there is named"

echo "this is no perf.data" >text.data
"$PERF_XEN" report text.data >none 2>none.err
[ $? -eq 1 ] && [ ! -s none ] && [ -s none.err ]
result $? "another file is refused"

if [ -e /dev/full ]; then
	"$PERF_XEN" report --html -o /dev/full "$data" 2>/dev/null
	[ $? -eq 1 ]
	result $? "a full disk is a failure (-o)"
	"$PERF_XEN" script "$data" >/dev/full 2>/dev/null
	[ $? -eq 1 ]
	result $? "a full disk is a failure (standard output)"
fi

echo "1..$n"
