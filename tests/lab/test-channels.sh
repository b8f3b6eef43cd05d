#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Grants, rings and event channels of live guests against what netback, Xen and the guest say.
# usage: test-channels.sh [TYPE...] (default: $LAB_TYPES, or pv)
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?}"
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
export PERF_XEN_BUILD=$BUILD

# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- ${LAB_TYPES:-pv}
echo "$*" >"$share/types"
"$here/xenlab" run --share "$share" --timeout 600 "$here/channels-dom0"
