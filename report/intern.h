/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hash indexes from a key to a small dense id, and interned strings on top of them. */
#ifndef PX_REPORT_INTERN_H
#define PX_REPORT_INTERN_H

#include <stdbool.h>

#include "lib/error.h"

/** No id: what a look-up says when nothing is found. */
#define PX_ID_NONE UINT32_MAX

/**
 * Open addressing from hash to id; the keys stay with their owner, who compares them. Zero
 * initialises. A look-up is
 *   for (uint32_t at = px_index_start(&ix, hash); (id = px_index_at(&ix, hash, &at)) !=
 * PX_ID_NONE;) if (keys[id] is it) return id; and what it does not find may be added.
 */
struct px_index {
	struct px_index_slot {
		uint32_t hash;
		uint32_t id_plus_one; /* 0: free */
	} * slots;
	uint32_t mask;
	uint32_t count;
};

void px_index_fini(struct px_index *index);

/** Add id under hash; the caller knows that the key is not there. */
px_must_check struct px_error *px_index_add(struct px_index *index, uint32_t hash, uint32_t id);

/** The next id of this hash, PX_ID_NONE after the last; *at is where to go on. */
static inline uint32_t px_index_at(const struct px_index *index, uint32_t hash, uint32_t *at)
{
	if (!index->slots)
		return PX_ID_NONE;
	for (;; (*at)++) {
		const struct px_index_slot *slot = &index->slots[*at & index->mask];

		if (!slot->id_plus_one)
			return PX_ID_NONE;
		if (slot->hash != hash)
			continue;
		(*at)++;
		return slot->id_plus_one - 1;
	}
}

/** A hash of two words, good in all of its bits. */
static inline uint32_t px_hash2(uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ (b * 0x9e3779b97f4a7c15u)) * 0xff51afd7ed558ccdu;

	h = (h ^ (h >> 32)) * 0xc4ceb9fe1a85ec53u;
	return (uint32_t)(h >> 32);
}

/** A hash of a string. */
uint32_t px_hash_text(const char *text, size_t length);

/** Strings by id; ids start at 0 with the empty string once anything was added. */
struct px_strings {
	char **text;
	size_t count, capacity;
	struct px_index index;
};

void px_strings_fini(struct px_strings *strings);

/** The id of text, which is copied when it is new. */
px_must_check struct px_error *px_strings_add(struct px_strings *strings, const char *text,
					      uint32_t *ret);

#endif
