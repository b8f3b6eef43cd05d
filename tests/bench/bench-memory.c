/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reading guest memory costs: a hot word, a word of a new tick, a page that is mapped. */
#include <stdio.h>
#include <time.h>

#include "guest/memory.h"
#include "tests/support/guest-double.h"

#define STACK  UINT64_C(0xffffc90000010000)
#define ROUNDS 20000000u
#define PAGES  4u

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t read_words(struct px_memory *memory, px_root root, unsigned int rounds,
			   bool new_ticks)
{
	uint64_t sum = 0, word = 0;

	for (unsigned int i = 0; i < rounds; i++) {
		if (new_ticks)
			px_memory_new_generation(memory);
		px_memory_word(memory, PX_PAGING_4_LEVEL, root,
			       px_gva_of(STACK + i * 40 % (PAGES * PX_PAGE_SIZE)), &word);
		sum += word;
	}
	return sum;
}

static void report(const char *what, double start, unsigned int rounds)
{
	printf("  %-34s %8.1f ns\n", what, (seconds() - start) * 1e9 / rounds);
}

int main(void)
{
	struct px_guest_double *guest = px_guest_double_new(PX_GUEST_PVH, 1);
	px_root root = px_guest_double_root(guest);
	struct px_memory *memory = NULL;
	struct px_error *err = px_memory_new(&guest->guest, 4096, &memory);
	uint64_t sum = 0;
	double start;

	if (err)
		return 1;
	for (uint64_t i = 0; i < PAGES * PX_PAGE_SIZE / 8; i++)
		px_guest_double_write_word(guest, PX_PAGING_4_LEVEL, root, STACK + i * 8, i);
	sum += read_words(memory, root, 1000, false);
	start = seconds();
	sum += read_words(memory, root, ROUNDS, false);
	report("a stack word, hot", start, ROUNDS);
	start = seconds();
	sum += read_words(memory, root, ROUNDS / 10, true);
	report("the first word of a tick (a walk)", start, ROUNDS / 10);
	start = seconds();
	for (unsigned int i = 0; i < 2000; i++) {
		px_memory_drop(memory);
		px_memory_prefetch(memory, PX_PAGING_4_LEVEL, root, px_gva_of(STACK),
				   PAGES * PX_PAGE_SIZE);
	}
	report("a stack of 4 pages, nothing mapped", start, 2000);
	px_memory_free(memory);
	px_guest_close(&guest->guest);
	return sum == 1;
}
