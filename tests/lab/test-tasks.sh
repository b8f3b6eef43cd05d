#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tasks of live guests as stacks -a shows them, against what the guest's own kernel says.
# usage: test-tasks.sh [TYPE...] (default: $LAB_TYPES, or pv)
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?}"
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
export PERF_XEN_BUILD=$BUILD
failed=0

# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- ${LAB_TYPES:-pv}
echo "$*" >"$share/types"
"$here/xenlab" run --share "$share" --programs "$BUILD/guest-programs" --vmlinux --timeout 400 \
	"$here/tasks-dom0"
status=$?
[ "$status" -ne 77 ] || exit 77
[ "$status" -eq 0 ] || { echo "not ok - the part in dom0"; failed=1; }
vmlinux=$("$here/xenlab" vmlinux) || exit
for type; do
	"$here/compare-tasks" "$vmlinux" "$share/$type.json" "$share/$type.before" "$share/$type.after" |
		sed "s/ok - /&$type: /"
	[ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
done
exit $failed
