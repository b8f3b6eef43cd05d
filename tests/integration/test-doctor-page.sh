#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The page of perf xen doctor in a real browser: see tests/browser/check-doctor.py.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

if ! command -v chromium >/dev/null; then
	echo "1..0 # SKIP chromium is not installed"
	exit 77
fi
cd "$TMPDIR"
"$BUILD/tests/integration/doctor-page" >doctor.html
mkdir -p profile
HOME=$TMPDIR exec python3 -B "$root/tests/browser/check-doctor.py" doctor.html profile
