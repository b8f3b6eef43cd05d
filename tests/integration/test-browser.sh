#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The HTML page and the SVG picture in a real browser: see tests/browser/check-pages.py.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
data=$root/tests/data/guest.perf.data

if ! command -v chromium >/dev/null; then
	echo "1..0 # SKIP chromium is not installed"
	exit 77
fi
cd "$TMPDIR"
"$PERF_XEN" report --html -o page.html "$data"
"$PERF_XEN" report --svg -o picture.svg "$data"
mkdir -p profile
HOME=$TMPDIR exec python3 -B "$root/tests/browser/check-pages.py" page.html picture.svg profile
