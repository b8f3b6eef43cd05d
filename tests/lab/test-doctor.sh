#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the doctor says of live guests in good health and with what can happen to them.
# usage: test-doctor.sh [TYPE...] (default: $LAB_TYPES, or pv)
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
"$here/xenlab" run --share "$share" --timeout 500 "$here/doctor-dom0"
status=$?
[ "$status" -ne 77 ] || exit 77
[ "$status" -eq 0 ] || { echo "not ok - the part in dom0"; failed=1; }
for type; do
	python3 - "$share/$type.json" <<-'END' || failed=1
		import json
		import sys

		report = json.load(open(sys.argv[1]))
		first = report["conclusion"]["findings"][0]
		good = (first["where"], first["id"]) == ("console out", "X1") and first["stacks"] and \
		    "spins" in [vcpu.get("progress") for vcpu in report["vcpus"]] and \
		    report["rings"]["health"] == "fault"
		print("ok" if good else "not ok", "-", report["domain"]["type"] + ": so do programs")
		sys.exit(not good)
	END
done
exit $failed
