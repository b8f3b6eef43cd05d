/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest program with call chains that are known, for stacks taken from outside.
 *
 * usage: calls spin	user mode, all the time: main, spin_outer, spin_middle, spin_inner
 *        calls read	mostly the kernel: main, read_outer, read_inner, read(2)
 *        calls deep	user mode, 20 calls of 2 KiB of stack each: dig, dig, ..., spin_inner
 */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#if __has_attribute(noclone)
#define OWN_FRAME __attribute__((noinline, noclone))
#else
#define OWN_FRAME __attribute__((noinline))
#endif

enum {
	DEPTH = 20,
	SPACE = 2048,
	BUFFER = 65536,
};

static volatile uint64_t sink;
static uint8_t buffer[BUFFER];

/* What follows the call keeps it from becoming a jump. */
static inline void stay(void)
{
	__asm__ volatile("" ::: "memory");
}

static OWN_FRAME void spin_inner(void)
{
	for (int i = 0; i < 10000000; i++)
		sink += (uint64_t)i;
}

static OWN_FRAME void spin_middle(void)
{
	spin_inner();
	stay();
}

static OWN_FRAME void spin_outer(void)
{
	spin_middle();
	stay();
}

static OWN_FRAME void read_inner(int fd)
{
	for (int i = 0; i < 100; i++)
		if (read(fd, buffer, BUFFER) < 0)
			_exit(1);
	stay();
}

static OWN_FRAME void read_outer(int fd)
{
	read_inner(fd);
	stay();
}

static OWN_FRAME void dig(int depth)
{
	volatile uint8_t space[SPACE];

	space[depth] = 0;
	if (depth)
		dig(depth - 1);
	else
		spin_inner();
	__asm__ volatile("" ::"r"(space) : "memory");
}

int main(int argc, char **argv)
{
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	if (argc < 2 || fd < 0)
		return 2;
	for (;;) {
		if (!strcmp(argv[1], "spin"))
			spin_outer();
		else if (!strcmp(argv[1], "read"))
			read_outer(fd);
		else
			dig(DEPTH);
	}
}
