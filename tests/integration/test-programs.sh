#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs of user space against binutils: names of the procedure linkage table as objdump has
# them, for files of the system and for every way to link one here; symbols that were split off
# into debug files and into .gnu_debugdata.
set -u
tool=$BUILD/tests/integration/program-symbols
n=0

# report NAME STATUS: one line; what differs is shown as a comment.
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

# Versions ("memcpy@GLIBC_2.14@plt") are no part of the name. What is chosen at run time has none
# for objdump ("*ABS*+0xa3cd0@plt"), which gives the address of who chooses.
objdump_plt()
{
	objdump -d -j .plt -j .plt.got -j .plt.sec "$1" 2>"$TMPDIR/err" | awk '
		/^[0-9a-f]+ <.*@plt>:/ {
			name = $2
			gsub(/^<|>:$/, "", name)
			sub(/@@?[A-Z][A-Za-z0-9_.]*@plt/, "@plt", name)
			print $1, name
		}' | sort
}

# same_plt NAME FILE
same_plt()
{
	objdump_plt "$2" >"$TMPDIR/theirs"
	"$tool" symbols "$2" >"$TMPDIR/symbols" 2>"$TMPDIR/err"
	grep '@plt$' "$TMPDIR/symbols" | sort >"$TMPDIR/named"
	awk -v symbols="$TMPDIR/symbols" '
		NR == FNR { if ($2 ~ /^\*ABS/) chooser[$1] = substr($2, 9, length($2) - 12); next }
		FILENAME == symbols { at[$2] = at[$2] " " $1; next }
		$1 in chooser {
			name = substr($2, 1, length($2) - 4)
			if (name in at && at[name] ~ chooser[$1])
				$2 = "*ABS*+0x" chooser[$1] "@plt"
		}
		{ print }' "$TMPDIR/theirs" "$TMPDIR/symbols" "$TMPDIR/named" >"$TMPDIR/ours"
	{
		diff "$TMPDIR/theirs" "$TMPDIR/ours" && [ -s "$TMPDIR/ours" ]
	} >"$TMPDIR/out" 2>&1
	report "$1: $(wc -l <"$TMPDIR/ours") entries as objdump" $?
}

libraries=0
for file in /lib/x86_64-linux-gnu/{libc.so.6,libstdc++.so.6,libcrypto.so.3} /usr/bin/perf; do
	[ -e "$file" ] || continue
	libraries=$((libraries + 1))
	same_plt "$file" "$file"
done
: >"$TMPDIR/out"
report "there are files to compare" $((libraries < 2))

cat >"$TMPDIR/program.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
static __attribute__((noinline)) int hidden(int i) { return puts("hello") + i; }
int visible(int i) { return hidden(i) + atoi("3"); }
int main(void) { return visible(1) + (qsort != 0); }
END
for flags in "-Wl,-z,lazy" "-Wl,-z,now" "-fcf-protection -Wl,-z,ibtplt -Wl,-z,lazy" \
	"-fcf-protection -Wl,-z,ibtplt -Wl,-z,now" "-no-pie -Wl,-z,lazy"; do
	# shellcheck disable=SC2086 # several flags
	gcc -g -O1 $flags -rdynamic -o "$TMPDIR/program" "$TMPDIR/program.c" 2>"$TMPDIR/out" || {
		report "gcc $flags" 1
		continue
	}
	same_plt "$flags" "$TMPDIR/program"
done

# The functions of a program: what nm said before stripping must be found afterwards.
gcc -g -O1 -rdynamic -o "$TMPDIR/program" "$TMPDIR/program.c"
nm "$TMPDIR/program" | awk 'NF == 3 && $2 ~ /[tT]/ { print $1, $3 }' |
	sort >"$TMPDIR/functions"
root=$TMPDIR/root
rm -rf "$root"
mkdir -p "$root/bin/.debug" "$root/usr/lib/debug/bin"
objcopy --only-keep-debug "$TMPDIR/program" "$TMPDIR/program.debug"
nm -D "$TMPDIR/program" --defined-only | awk '{ print $3 }' | sort >"$TMPDIR/dynamic"
nm "$TMPDIR/program" --format=posix --defined-only | awk '$2 ~ /[tT]/ { print $1 }' | sort |
	comm -13 "$TMPDIR/dynamic" - >"$TMPDIR/keep"

# finds NAME PATH WANTED: whether hidden() is found in it.
finds()
{
	"$tool" found "$root" "$2" >"$TMPDIR/ours" 2>"$TMPDIR/out"
	if [ "$3" = yes ]; then
		comm -23 "$TMPDIR/functions" <(sort "$TMPDIR/ours") >>"$TMPDIR/out"
	else
		grep -q ' visible$' "$TMPDIR/ours" || echo "no names at all" >>"$TMPDIR/out"
		grep ' hidden$' "$TMPDIR/ours" >>"$TMPDIR/out"
	fi
	report "$1" "$([ ! -s "$TMPDIR/out" ]; echo $?)"
}

strip -o "$root/bin/stripped" "$TMPDIR/program"
finds "stripped: what others may call" /bin/stripped no

hex=$(readelf -n "$TMPDIR/program" | awk '/Build ID/ { print $3 }')
mkdir -p "$root/usr/lib/debug/.build-id/${hex:0:2}"
cp "$TMPDIR/program.debug" "$root/usr/lib/debug/.build-id/${hex:0:2}/${hex:2}.debug"
finds "a debug file by build-id" /bin/stripped yes
rm -r "$root/usr/lib/debug/.build-id"

# A link is followed by checksum where there is no build-id.
objcopy --remove-section .note.gnu.build-id "$TMPDIR/program" "$TMPDIR/anonymous"
objcopy --only-keep-debug "$TMPDIR/anonymous" "$TMPDIR/anonymous.debug" 2>"$TMPDIR/err"
strip "$TMPDIR/anonymous"
(cd "$TMPDIR" && objcopy --add-gnu-debuglink=anonymous.debug anonymous "$root/bin/linked")
for place in bin bin/.debug usr/lib/debug/bin; do
	cp "$TMPDIR/anonymous.debug" "$root/$place/anonymous.debug"
	finds "a debug file by link in /$place" /bin/linked yes
	printf x >>"$root/$place/anonymous.debug"
	finds "one with another checksum in /$place is not taken" /bin/linked no
	rm "$root/$place/anonymous.debug"
done

# GDB's manual, "Debugging information in a special section".
objcopy -S --remove-section .gdb_index --remove-section .comment \
	--keep-symbols="$TMPDIR/keep" "$TMPDIR/program.debug" "$TMPDIR/mini"
xz -kf "$TMPDIR/mini"
strip -o "$TMPDIR/small" "$TMPDIR/program"
objcopy --add-section .gnu_debugdata="$TMPDIR/mini.xz" "$TMPDIR/small" "$root/bin/small"
finds "symbols in .gnu_debugdata" /bin/small yes
head -c 200 "$TMPDIR/mini.xz" >"$TMPDIR/cut.xz"
objcopy --add-section .gnu_debugdata="$TMPDIR/cut.xz" "$TMPDIR/small" "$root/bin/cut"
finds "a damaged .gnu_debugdata leaves the others" /bin/cut no

echo "1..$n"
