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

compare() # TYPE WHAT ARGUMENT...
{
	"$here/compare-$2" "${@:3}" >"$share/results" || failed=1
	sed "s/ok - /&$1: /" "$share/results"
}

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
	compare "$type" tasks "$vmlinux" "$share/$type.json" "$share/$type.before" \
		"$share/$type.after"
	compare "$type" contexts "$share/$type.looks"
done
exit $failed
