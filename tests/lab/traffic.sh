#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What watching rings costs their traffic: packets a second with perf xen rings --watch and
# without, WINDOWS times each, at RATES that a ringer tries to send. A machine of two emulated
# processors has few to spare, so at the highest rate all are in use.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?}"
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
export PERF_XEN_BUILD=$BUILD

echo "${RATES:-500 2000 1000000}" >"$share/rates"
echo "${WINDOWS:-10}" >"$share/windows"
"$here/xenlab" run --share "$share" --timeout 1500 "$here/traffic-dom0"
python3 - "$share/results" <<'END'
import statistics
import sys

seen = {}
for line in open(sys.argv[1]):
    rate, kind, packets = line.split()
    seen.setdefault(int(rate), {}).setdefault(kind, []).append(int(packets))
print("%9s %8s %21s %21s %6s" % ("tried", "windows", "alone (quartiles)", "watched (quartiles)", "ratio"))
for rate, kinds in sorted(seen.items()):
    parts = []
    for kind in ("alone", "watched"):
        low, middle, high = statistics.quantiles(kinds[kind], n=4)
        parts.append("%.0f (%.0f-%.0f)" % (middle, low, high))
    ratio = statistics.median(kinds["watched"]) / statistics.median(kinds["alone"])
    print("%9d %8d %21s %21s %6.3f" % (rate, len(kinds["alone"]), *parts, ratio))
END
