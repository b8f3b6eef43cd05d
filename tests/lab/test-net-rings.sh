#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# rings on Linux guests with interfaces and disks, at rest and under load, against netback's own files.
# usage: test-net-rings.sh [TYPE...] (default: $LAB_TYPES, or pv)
set -u

# shellcheck source=tests/lab/recordings
. "$(dirname "$0")/recordings"

# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- ${LAB_TYPES:-pv}
echo "$*" >"$share/types"
"$here/xenlab" run --share "$share" --timeout 800 "$here/net-rings-dom0"
status=$?
[ "$status" -ne 77 ] || exit 77
ok "$status" "the part in dom0"

for type; do
	"$here/compare-rings" "$share/$type.before" "$share/$type.json" >"$share/errors" 2>&1
	ok $? "$type: the indices are those of netback's files"
	for file in "$share/$type.json" "$share/$type-load.json"; do
		python3 -m jsonschema -i "$file" "$here/../../doc/schema/rings.json" >"$share/errors" 2>&1
		ok $? "$type: $(basename "$file") follows its schema"
	done
done
exit $failed
