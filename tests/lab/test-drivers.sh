#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The private state of the drivers at both ends of rings: guests of two kernels, dom0's own.
# usage: test-drivers.sh
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?}"
export PERF_XEN_BUILD=$BUILD
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
failed=0

# guests PACKAGE OPTION... <GUESTS: those that are listed, with the kernel of that package.
guests() {
	local package=$1 status
	shift
	cat >"$share/guests"
	"$here/xenlab" run --share "$share" --timeout 400 --guest-kernel "$package" "$@" \
		"$here/drivers-dom0"
	status=$?
	[ "$status" -ne 77 ] || exit 77
	[ "$status" -eq 0 ] || failed=1
}

mkdir "$share/programs"
cp "$BUILD/guest-programs/ring-state" "$share/programs/"
guests linux-image-cloud-amd64 --programs "$share/programs" <<'END'
pv pv-6.1 own
pvh pvh-6.1 own
END
guests linux-image-6.12-cloud-amd64 <<'END'
pvh pvh-6.12
END
exit "$failed"
