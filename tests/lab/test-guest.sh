#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guest/ on live domains: what it sees, what it calls, and that it never leaves one paused.
# usage: test-guest.sh [TYPE...] (default: pv pvh hvm)
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?}"
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
export PERF_XEN_BUILD=$BUILD

[ $# -gt 0 ] || set -- pv pvh hvm
echo "$*" >"$share/types"
"$here/xenlab" run --share "$share" --timeout 800 "$here/guest-dom0"
