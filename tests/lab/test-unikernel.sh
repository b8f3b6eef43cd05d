#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A unikernel of ours on a live Xen, as PVH and PV: stacks to its first function, names, and shares
# of time that it knows of itself; built with unwind rules, and with frame pointers alone.
set -u

# shellcheck source=tests/lab/recordings
. "$(dirname "$0")/recordings"

# What one in a hundred samples may miss: Xen may find the vCPU in the first instruction of a
# function.
nearly_all() # COUNT OF NAME
{
	[ "$2" -gt 0 ] && [ $(($1 * 100)) -ge $(($2 * 99)) ]
	ok $? "$3: $1 of $2"
}

# Samples of a script, and how many of them have: the first function outermost; parse(),
# checksum(); a loop of parse's; all eight calls above that.
count()
{
	awk 'BEGIN { RS = ""; FS = "\n" }
		/^#/ { next }
		{ all++; rooted += $NF ~ / start64(_pv)?\+0x/ }
		/ parse\+0x/ { parse++ }
		/ checksum\+0x/ { checksum++ }
		/ scan\+0x/ { scan++; deep += gsub(/ parse_value\+0x/, "") == 8 }
		END { print all + 0, rooted + 0, parse + 0, checksum + 0, scan + 0, deep + 0 }' "$1"
}

# within A B NAME: tenths of a percent, 4 points apart at most.
within()
{
	local difference=$(($1 - $2))

	[ "${difference#-}" -le 40 ]
	ok $? "$3: $(($1 / 10)).$(($1 % 10)) %, by the unikernel's own clock $(($2 / 10)).$(($2 % 10)) %"
}

"$here/xenlab" run --share "$share" --timeout 300 "$here/unikernel-dom0"
status=$?
[ "$status" -ne 77 ] || exit 77
ok "$status" "the part in dom0"

# perf finds what has a build-id in the cache that record filled, the other by its path, in dom0.
mkdir -p "$share/files/perf-xen/guest-images"
cp "$BUILD/guest-images/unikernel-frame-pointers" "$share/files/perf-xen/guest-images/"
for image in pvh-unikernel pvh-unikernel-frame-pointers pv-unikernel; do
	where=()
	[ "$image" != pvh-unikernel-frame-pointers ] || where=(--symfs "$share/files")
	"$PERF_XEN" script -i "$share/$image.data" >"$share/script"
	ok $? "$image: perf xen script reads the file"
	read -r all rooted parse checksum scan deep < <(count "$share/script")
	nearly_all "$rooted" "$all" "$image: samples whose outermost function is the first one"
	nearly_all "$deep" "$scan" "$image: samples in scan() with all calls above it"
	read -r _ _ true_parse _ true_checksum _ <"$share/$image.truth"
	# Asleep it is not sampled; going to sleep and waking up take their time.
	busy=$((parse + checksum)) true_busy=$((true_parse + true_checksum))
	[ "$busy" -gt 0 ] && [ $((busy * 100)) -ge $((all * 85)) ]
	ok $? "$image: samples in parse() and checksum(): $busy of $all"
	within $((parse * 1000 / (busy ? busy : 1))) $((true_parse * 1000 / (true_busy ? true_busy : 1))) \
		"$image: share of parse() in them"

	HOME=$share/home perf script "${where[@]}" -i "$share/$image.data" \
		>"$share/perf-script" 2>"$share/errors"
	ok $? "$image: perf script reads the file"
	read -r all rooted _ _ scan deep < <(count "$share/perf-script")
	nearly_all "$rooted" "$all" "$image: perf script: samples down to the first function"
	nearly_all "$deep" "$scan" "$image: perf script: samples in scan() with all calls"
done
exit $failed
