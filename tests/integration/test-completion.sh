#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion offers what the program's own help lists, and xl's domains.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=$TMPDIR/bin
mkdir "$bin"
cat >"$bin/xl" <<'END'
#!/bin/sh
printf 'Name ID Mem VCPUs State Time(s)\nDomain-0 0 512 2 r----- 9\nweb01 1 256 2 -b---- 3\n'
END
cat >"$bin/perf-xen" <<'END'
#!/bin/sh
case $*  in
help) printf 'usage: x\n\ncommands:\n  record     take it\n  help       help\n\nDOM is a name.\n' ;;
"help record")
	printf 'usage: perf xen record [OPTIONS] DOM\n\nTake it\n\nsampling:\n'
	printf '  -F, --frequency HZ           how often\n      --vmlinux FILE           names\n'
	printf '  -a                           all\n'
	;;
esac
END
chmod +x "$bin"/*
PATH=$bin:$PATH
. doc/completion/perf-xen
n=0

# offers EXPECTED WORD...: what the last word may become.
offers()
{
	local expected=$1
	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_perf_xen
	n=$((n + 1))
	if [ "${COMPREPLY[*]-}" = "$expected" ]; then
		echo "ok $n - $*"
	else
		echo "not ok $n - $*: ${COMPREPLY[*]-}"
	fi
}

offers "record help" perf-xen ""
offers "record" perf-xen r
offers "record help" perf-xen help ""
offers "-F --frequency --vmlinux -a" perf-xen record -
offers "--vmlinux" perf-xen record --v
offers "Domain-0 web01" perf-xen record ""
offers "web01" perf-xen record w
offers "" perf-xen record --vmlinux ""
offers "" perf-xen record -F ""
offers "" perf-xen record --frequency ""
offers "Domain-0 web01" perf-xen record -a ""

# The real program's help has the shape that was assumed.
PATH=$(dirname "$PERF_XEN"):$PATH
rm "$bin/perf-xen"
hash -r
offers "version" perf-xen ver
offers "--stdio" perf-xen report --std
offers "" perf-xen report ""
offers "" perf-xen record --max-pause ""
offers "Domain-0 web01" perf-xen stacks --twice ""
offers "--watch" perf-xen rings --w
offers "Domain-0 web01" perf-xen rings --watch ""
offers "" perf-xen rings --device ""
echo "1..$n"
