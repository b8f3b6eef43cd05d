#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the commands keep of root's rights, on a live PV guest.
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?}"
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
export PERF_XEN_BUILD=$BUILD
"$here/xenlab" run --share "$share" --timeout 800 "$here/trust-dom0"
