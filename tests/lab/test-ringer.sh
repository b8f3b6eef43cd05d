#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The network unikernel against the real netback: each scenario leaves both ends as
# tests/guests/ringer/README.md says, by netback's own account.
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?}"
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
export PERF_XEN_BUILD=$BUILD

"$here/xenlab" run --share "$share" --timeout 700 "$here/ringer-dom0"
