#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Guests of which nothing but the name is given: kernels of other generations, page-table isolation.
# usage: test-kernels.sh
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${PERF_XEN:?}" "${BUILD:?}"
export PERF_XEN_BUILD=$BUILD
failed=0

# guests PACKAGE OPTION... <GUESTS: those that are listed, with the kernel of that package.
guests() {
	local package=$1 share status
	shift
	share=$(mktemp -d)
	cat >"$share/guests"
	"$here/xenlab" run --share "$share" --guest-kernel "$package" --timeout 400 "$@" \
		"$here/kernels-dom0"
	status=$?
	rm -rf "$share"
	[ "$status" -ne 77 ] || exit 77
	[ "$status" -eq 0 ] || failed=1
}

guests linux-image-6.12-cloud-amd64 <<'END'
pv pv-6.12
pvh pvh-6.12
END
guests linux-image-cloud-amd64 --vmlinux <<'END'
pvh isolated pti=on
END
exit "$failed"
