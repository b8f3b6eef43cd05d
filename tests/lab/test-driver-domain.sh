#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Rings whose back end is in a guest, a driver domain, and not in dom0.
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?}"
share=$(mktemp -d)
trap 'rm -rf "$share"' EXIT
export PERF_XEN_BUILD=$BUILD

"$here/xenlab" run --share "$share" --timeout 300 "$here/driver-domain-dom0"
status=$?
[ "$status" -eq 0 ] || exit "$status"
seen=$(jq -r '[.devices[].rings[] | select(.kind == "net tx")][0].readings[-1] |
	"\(.indices.req_prod) \(.back.req_cons) \(.indices.req_event) " +
	"\(.indices.rsp_prod) \(.back.rsp_prod_pvt) \(.indices.rsp_event)"' "$share/idle.json")
if [ "$seen" = "$(cat "$share/idle.netback")" ]; then
	echo "ok - idle: indices as by netback's debug file: $seen"
else
	echo "not ok - idle: indices $seen, by netback's debug file $(cat "$share/idle.netback")"
	exit 1
fi
