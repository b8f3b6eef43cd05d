/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A two-way cache of 128 Ki entries, 2 MiB. */
#include "report/memo.h"

#include <stdlib.h>
#include <sys/random.h>

#include "lib/memory.h"

enum {
	SLOTS = 1 << 17
};

struct px_error *px_memo_init(struct px_memo *memo)
{
	*memo = (struct px_memo){.seed = 0x243f6a8885a308d3u};
	/* Without random numbers only the defence against aimed collisions is gone. */
	if (getrandom(&memo->seed, sizeof(memo->seed), GRND_NONBLOCK) < 0)
		memo->seed ^= (uint64_t)(uintptr_t)memo;
	return px_calloc(SLOTS, sizeof(*memo->slots), &memo->slots);
}

void px_memo_fini(struct px_memo *memo)
{
	free(memo->slots);
	memo->slots = NULL;
}

/* The first of the two slots of a hash; the other is its neighbour in the same cache line. */
static struct px_memo_slot *slots_of(const struct px_memo *memo, uint64_t hash)
{
	return &memo->slots[(hash >> 32) & (SLOTS - 2)];
}

uint32_t px_memo_find(const struct px_memo *memo, uint64_t hash)
{
	const struct px_memo_slot *slots = slots_of(memo, hash);

	for (int i = 0; i < 2; i++)
		if (slots[i].hash == hash && slots[i].value_plus_one)
			return slots[i].value_plus_one - 1;
	return PX_ID_NONE;
}

void px_memo_keep(struct px_memo *memo, uint64_t hash, uint32_t value)
{
	struct px_memo_slot *slots = slots_of(memo, hash);

	slots[1] = slots[0];
	slots[0] = (struct px_memo_slot){.hash = hash, .value_plus_one = value + 1};
}
