#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guest/ on live domains: what it sees, what it calls, and that it never leaves one paused.
# usage: test-guest.sh [TYPE...] (default: $LAB_TYPES, or pv)
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?}"
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
export PERF_XEN_BUILD=$BUILD

# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- ${LAB_TYPES:-pv}
echo "$*" >"$share/types"
"$here/xenlab" run --share "$share" --timeout 800 "$here/guest-dom0"
