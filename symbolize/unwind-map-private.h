/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The map's address cache, whose hits the unwinder wants inline. */
#ifndef PX_SYMBOLIZE_UNWIND_MAP_PRIVATE_H
#define PX_SYMBOLIZE_UNWIND_MAP_PRIVATE_H

#include "symbolize/unwind-map.h"

enum {
	PX_UNWIND_CACHE_SLOTS = 1 << 15
};

/* not_address is the complement: a zeroed slot stands for an address that nothing covers. */
struct px_unwind_slot {
	uint64_t not_address;
	struct px_unwind_rule rule;
};

struct px_unwind_map {
	struct px_unwind_slot *cache;
	bool cache_used;
	struct map_range *ranges;
	size_t count, capacity;
	uint64_t next_age;
};

/** Search the tables and remember the answer. */
const struct px_unwind_rule *px_unwind_map_find_slow(struct px_unwind_map *map,
						     uint64_t address);

static inline struct px_unwind_slot *px_unwind_map_slot(struct px_unwind_map *map,
							uint64_t address)
{
	return &map->cache[address % PX_UNWIND_CACHE_SLOTS];
}

static inline const struct px_unwind_rule *px_unwind_map_find_fast(struct px_unwind_map *map,
								   uint64_t address)
{
	const struct px_unwind_slot *slot = px_unwind_map_slot(map, address);

	return slot->not_address == ~address ? &slot->rule
					     : px_unwind_map_find_slow(map, address);
}

#endif
