#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is seen from outside is true: known shares of a program of ours, and what the guest's own
# perf sees at the same time. usage: truth.sh [TYPE...] (default: pv pvh)
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${PERF_XEN:?}" "${BUILD:?}"
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
failed=0
export PERF_XEN_BUILD=$BUILD

[ $# -gt 0 ] || set -- pv pvh
echo "$*" >"$share/types"
mkdir -p "$share/symfs/programs"
cp "$BUILD/guest-programs/shares" "$share/symfs/programs/"
"$here/xenlab" run --share "$share" --programs "$BUILD/guest-programs" --timeout 500 \
	"$here/truth-dom0"
status=$?
[ "$status" -ne 77 ] || exit 77
[ "$status" -eq 0 ] || { echo "not ok - the guests were profiled"; exit 1; }
for type; do
	echo "# $type"
	for name in "$type" "$type-truth"; do
		"$PERF_XEN" script -i "$share/$name.data" >"$share/$name.outside" || failed=1
	done
	"$here/compare-shares" --truth "$share/$type-truth.outside" "$share/$type.truth" 3 shares || failed=1
	"$here/compare-shares" "$share/$type.outside" "$share/$type.inside" 4 || failed=1
done
exit $failed
