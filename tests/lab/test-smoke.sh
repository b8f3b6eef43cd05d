#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab itself: guests (of the types in $LAB_TYPES, or pv) start, run what they are told and
# send through netback.
#
# One file, two places: on the host it boots the lab with itself as the script.
# shellcheck disable=SC2317 # most functions are called through check
if [ ! -d /lab/control ]; then
	here=$(cd "$(dirname "$0")" && pwd)
	scratch=$(mktemp -d) || exit 1
	trap 'rm -rf "$scratch"' EXIT
	mkdir "$scratch/share" "$scratch/programs"
	# What guests find in /programs, with the mode it has here.
	printf '#!/bin/sh\necho programs work\n' >"$scratch/programs/greet"
	chmod +x "$scratch/programs/greet"
	echo "${LAB_TYPES:-pv}" >"$scratch/share/types"
	"$here/xenlab" run --timeout 400 --share "$scratch/share" --programs "$scratch/programs" "$0"
	exit
fi

failed=0
# check NAME COMMAND...: one result line; what a failing command printed goes with it.
check() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "ok $name"
	else
		echo "not ok $name - $* failed: ${output//$'\n'/; }"
		failed=1
	fi
}

equal() {
	[ "$1" = "$2" ] || { echo "$1 instead of $2"; return 1; }
}

# running NAME: xl knows the guest and it is neither paused, crashed nor dying.
running() {
	xl list "$1" | awk 'NR == 2 { exit !($5 ~ /^[r-][b-]----$/) }'
}

status_is() {
	local wanted=$1 status=0
	shift
	"$@" >/dev/null || status=$?
	equal "$status" "$wanted"
}

# What the kernel of a guest says it runs in.
guest_type() {
	guest-exec "$1" 'cat /sys/hypervisor/guest_type'
}

netback_files() {
	local vif
	vif=vif$(xl domid "$1").0
	ls -d "/sys/kernel/debug/xen-netback/$vif"/io_ring_q0
	grep -q 'prod' "/sys/kernel/debug/xen-netback/$vif/io_ring_q0"
}

# All bytes of a stream through the rings, and the network's count of them.
network_load() {
	local name=$1 size
	size=$(guest-exec "$name" 'dd if=/dev/zero bs=64k count=64 2>/dev/null' | wc -c)
	equal "$size" 4194304
}

try_guest() {
	local type=$1 vcpus=$2 start=$SECONDS kernel_type
	shift 2
	check "$type guest starts" guest-start "$type" "$type" --vcpus "$vcpus" "$@" || return
	echo "# $type: up in $((SECONDS - start)) s"
	check "$type guest runs" running "$type"
	kernel_type=${type^^}
	check "$type guest knows its type" equal "$(guest_type "$type")" "$kernel_type"
	check "$type guest has its vcpus" equal "$(guest-exec "$type" nproc)" "$vcpus"
	check "$type guest passes a status on" status_is 7 guest-exec "$type" 'exit 7'
	check "$type guest has the programs" equal "$(guest-exec "$type" greet)" 'programs work'
	check "$type guest sends through its rings" network_load "$type"
	check "$type guest shows its netback state" netback_files "$type"
}

echo "# toolstack up $(cut -d' ' -f1 /proc/uptime) s after dom0's start"
read -ra types </share/types
for type in "${types[@]}"; do
	try_guest "$type" 2 --with-perf
	check "$type: perf runs in the guest" guest-exec "$type" 'perf stat -e cpu-clock true'
done
echo "# done $(cut -d' ' -f1 /proc/uptime) s after dom0's start"
check "guests stop" guest-stop "${types[@]}"
check "no guest is left" equal "$(xl list | wc -l)" 2
exit "$failed"
