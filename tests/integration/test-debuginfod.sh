#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Files from a debuginfod server: a server of the two requests that matter, on loopback.
set -u
tool=$BUILD/tests/integration/program-symbols
n=0

# report NAME STATUS: one line; what the tool said is shown as a comment.
report()
{
	n=$((n + 1))
	if [ "$2" = 0 ]; then
		echo "ok $n - $1"
	else
		sed 's/^/# /' "$TMPDIR/out"
		echo "not ok $n - $1"
	fi
}

cat >"$TMPDIR/program.c" <<'END'
static __attribute__((noinline)) int hidden(int i) { return i + 1; }
int visible(int i) { return hidden(i); }
int main(void) { return visible(1); }
END
root=$TMPDIR/root files=$TMPDIR/files
mkdir -p "$root/bin" "$files"
gcc -g -O1 -rdynamic -o "$TMPDIR/program" "$TMPDIR/program.c"
gcc -g -O2 -rdynamic -o "$TMPDIR/other" "$TMPDIR/program.c"
strip -o "$root/bin/stripped" "$TMPDIR/program"
id=$(readelf -n "$TMPDIR/program" | awk '/Build ID/ { print $3 }')
nobody=${id//[0-9]/0}

# FILES/BUILD-ID-KIND is the answer to /buildid/BUILD-ID/KIND.
cat >"$TMPDIR/server.py" <<'END'
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = os.path.join(sys.argv[1], "-".join(self.path.split("/")[2:]))
        if not os.path.exists(path):
            self.send_error(404)
            return
        data = open(path, "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open(sys.argv[2], "w").write("%d\n" % server.server_port)
server.serve_forever()
END
python3 "$TMPDIR/server.py" "$files" "$TMPDIR/port.new" &
server=$!
trap 'kill $server' EXIT
for _ in {1..100}; do
	[ -s "$TMPDIR/port.new" ] && break
	sleep 0.1
done
export DEBUGINFOD_CACHE_PATH=$TMPDIR/cache DEBUGINFOD_TIMEOUT=20
DEBUGINFOD_URLS="http://127.0.0.1:$(cat "$TMPDIR/port.new")"
export DEBUGINFOD_URLS

# find PATH BUILD-ID: its symbols, from an empty cache.
find_symbols()
{
	rm -rf "$DEBUGINFOD_CACHE_PATH"
	"$tool" found "$root" "$@" >"$TMPDIR/out" 2>&1
}

! find_symbols /gone "$id" && grep -q 'no such file' "$TMPDIR/out"
report "what no server has is not found" $?
cp "$TMPDIR/other" "$files/$id-executable"
! find_symbols /gone "$id"
report "a file with another build-id is not taken" $?
cp "$root/bin/stripped" "$files/$id-executable"
find_symbols /gone "$id" && grep -q ' visible$' "$TMPDIR/out" && ! grep -q ' hidden$' "$TMPDIR/out"
report "a program" $?
objcopy --only-keep-debug "$TMPDIR/program" "$files/$id-debuginfo"
find_symbols /gone "$id" && grep -q ' hidden$' "$TMPDIR/out"
report "a program and its debug information" $?
find_symbols /bin/stripped "$id" && grep -q ' hidden$' "$TMPDIR/out"
report "debug information of a program that is here" $?
! find_symbols /bin/stripped "$nobody" && grep -q 'has build-id' "$TMPDIR/out"
report "a false program that is here" $?
! find_symbols /gone "" && grep -q 'no such file' "$TMPDIR/out"
report "nothing is asked without a build-id" $?
DEBUGINFOD_URLS='' "$tool" found "$root" /bin/stripped >"$TMPDIR/out" 2>&1
[ $? = 2 ] && grep -q DEBUGINFOD_URLS "$TMPDIR/out"
report "no server is an error" $?

# Whose end is waited for is the reader of its output, too.
timeout 20 "$tool" found "$root" /bin/stripped | timeout 20 cat >"$TMPDIR/out"
[ "${PIPESTATUS[*]}" = "0 0" ]
report "the process that fetches ends with the one that asks" $?

echo "1..$n"
