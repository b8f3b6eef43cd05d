/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remembers where whole stacks ended, by a 64-bit hash of all that they are made of: most
 * samples repeat one that was seen not long ago. Hashes are seeded at random for each memo, so
 * that no file can aim at two stacks with the same one.
 */
#ifndef PX_REPORT_MEMO_H
#define PX_REPORT_MEMO_H

#include "report/intern.h"

/** A cache of fixed size: two places for every hash, the newer pushes the older out. */
struct px_memo {
	struct px_memo_slot {
		uint64_t hash;
		uint32_t value_plus_one; /* 0: free */
	} * slots;
	uint64_t seed;
};

px_must_check struct px_error *px_memo_init(struct px_memo *memo);
void px_memo_fini(struct px_memo *memo);

/** Hash one more word into h, which starts as memo->seed. */
static inline uint64_t px_memo_hash(uint64_t h, uint64_t word)
{
	__uint128_t product = (__uint128_t)(h ^ word) * 0x9e3779b97f4a7c15u;

	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/** What was kept under a hash; PX_ID_NONE when it is not, or no longer, there. */
uint32_t px_memo_find(const struct px_memo *memo, uint64_t hash);
void px_memo_keep(struct px_memo *memo, uint64_t hash, uint32_t value);

#endif
