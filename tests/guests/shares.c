/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest program that spends known shares of its CPU time in distinct system calls and in
 * user mode, and says at the end what it spent, by the guest kernel's own clock: the truth
 * that a profile taken from outside is held against.
 *
 * usage: shares SECONDS
 *
 * Each phase runs until it has had its share of all CPU time so far, so the shares hold
 * whatever a single call costs; it is several milliseconds long, so that reading the clock
 * costs little beside it. Output: one line a phase, "NAME PERCENT FUNCTION,...": the functions,
 * of the kernel and of this program, below which the phase's samples lie.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <fcntl.h>
#include <unistd.h>

enum {
	BUFFER = 1 << 20,
	MAPPED = 1 << 19
};

struct work {
	int zero_fd;
	uint8_t *buffer;
};

static void spin(struct work *work)
{
	static volatile uint64_t sink;
	uint64_t x = sink | 1;

	for (int i = 0; i < 2000000; i++)
		x = x * 6364136223846793005u + 1442695040888963407u;
	sink = x;
}

static void read_zeroes(struct work *work)
{
	for (int i = 0; i < 8; i++)
		if (read(work->zero_fd, work->buffer, BUFFER) != BUFFER)
			exit(1);
}

static void get_random(struct work *work)
{
	for (int i = 0; i < 8; i++)
		if (getrandom(work->buffer, BUFFER / 16, 0) < 0)
			exit(1);
}

static void map_memory(struct work *work)
{
	for (int i = 0; i < 8; i++) {
		void *mapped = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (mapped == MAP_FAILED)
			exit(1);
		munmap(mapped, MAPPED);
	}
}

static struct phase {
	const char *name, *functions;
	unsigned int percent;
	void (*run)(struct work *work);
	uint64_t spent_ns;
} phases[] = {
	{"user", "spin", 40, spin, 0},
	{"read", "ksys_read,read_zeroes", 30, read_zeroes, 0},
	{"random", "__x64_sys_getrandom,get_random", 20, get_random, 0},
	{"map", "vm_mmap_pgoff,__x64_sys_munmap,map_memory", 10, map_memory, 0},
};

enum {
	PHASES = sizeof(phases) / sizeof(phases[0])
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Give each phase what it lacks of its share of total_ns. */
static void run_round(struct work *work, uint64_t total_ns)
{
	for (int i = 0; i < PHASES; i++) {
		struct phase *phase = &phases[i];
		uint64_t due = total_ns / 100 * phase->percent;

		while (phase->spent_ns < due) {
			uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);

			phase->run(work);
			phase->spent_ns += clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
		}
	}
}

int main(int argc, char **argv)
{
	struct work work = {.zero_fd = open("/dev/zero", O_RDONLY), .buffer = malloc(BUFFER)};
	uint64_t seconds = argc > 1 ? strtoul(argv[1], NULL, 10) : 10;
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + seconds * 1000000000u;
	uint64_t total = 0;

	if (work.zero_fd < 0 || !work.buffer)
		return 1;
	for (uint64_t round = 1; clock_ns(CLOCK_MONOTONIC) < end; round++)
		run_round(&work, round * 100000000u);
	for (int i = 0; i < PHASES; i++)
		total += phases[i].spent_ns;
	for (int i = 0; i < PHASES; i++)
		printf("%s %.2f %s\n", phases[i].name,
		       100.0 * (double)phases[i].spent_ns / (double)total, phases[i].functions);
	return 0;
}
