#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stacks of running programs, stopped at random and after single instructions, against libdw's:
# signals on their own stack, callbacks, linkage tables, the vDSO, C++, an interpreter.
set -u
unwind=$BUILD/tests/integration/unwind-process
n=0

# equal NAME SETTING...: what was compared is shown as a comment.
equal()
{
	n=$((n + 1))
	timeout 60 "$unwind" "${@:2}" >"$TMPDIR/out" 2>&1
	status=$?
	sed 's/^/# /' "$TMPDIR/out"
	if [ $status = 0 ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
	fi
}

cat >"$TMPDIR/signals.c" <<'END'
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
static volatile long sum;
static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}
static void handler(int signal)
{
	int v[16];
	for (int k = 0; k < 500; k++) {
		for (int i = 0; i < 16; i++)
			v[i] = (i * 7919 + k) % 101;
		qsort(v, 16, sizeof(*v), compare);
		sum += v[3];
	}
}
int main(void)
{
	stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
	struct sigaction other = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	struct sigaction same = {.sa_handler = handler};
	struct timeval now;
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &other, NULL);
	sigaction(SIGUSR2, &same, NULL);
	for (;;) {
		raise(SIGUSR1);
		raise(SIGUSR2);
		for (int i = 0; i < 5000; i++) {
			gettimeofday(&now, NULL);
			sum += now.tv_usec + strtol("123", NULL, 10) + rand();
		}
	}
}
END
cat >"$TMPDIR/objects.cc" <<'END'
#include <map>
#include <sstream>
#include <stdexcept>
struct base {
	virtual ~base() {}
	virtual long run(long) = 0;
};
template <class T> struct derived : base {
	std::map<std::string, T> names;
	long run(long k) override
	{
		std::ostringstream text;
		text << k << ' ' << k * 3;
		names[text.str()] += k;
		if (names.size() > 200)
			throw std::runtime_error(text.str());
		return names.begin()->second;
	}
};
int main()
{
	for (long sum = 0;; sum++) {
		derived<long> object;
		base *b = &object;
		try {
			for (long k = 0;; k++)
				sum += b->run(k);
		} catch (const std::exception &e) {
			sum += e.what()[0];
		}
	}
}
END
gcc -O2 -Wl,-z,lazy -o "$TMPDIR/signals" "$TMPDIR/signals.c"
g++ -O2 -o "$TMPDIR/objects" "$TMPDIR/objects.cc"

gcc -O2 -g -fno-asynchronous-unwind-tables -o "$TMPDIR/debug-frame" "$TMPDIR/signals.c"

# A linkage table that is bound at start-up has no _dl_runtime_resolve, whose frame is found by
# RBX, which is not followed.
export LD_BIND_NOW=1
equal "signals, by instruction" steps 120000 "$TMPDIR/signals"
equal "rules in .debug_frame only, by instruction" steps 120000 "$TMPDIR/debug-frame"
equal "C++, at random" samples 300 "$TMPDIR/objects"
equal "the dynamic linker, by instruction" steps 30000 "$TMPDIR/objects"
equal "an interpreter, at random" samples 300 /usr/bin/python3 -c '
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
while True:
    sorted((fib(k % 12) for k in range(40)), key=lambda v: -v)'

echo "1..$n"
