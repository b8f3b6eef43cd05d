/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bounded hash table from addresses to one byte each. */
#ifndef PX_TRACER_ADDRESS_MAP_H
#define PX_TRACER_ADDRESS_MAP_H

#include "lib/error.h"

enum {
	PX_ADDRESS_MAP_MAX = 1 << 20, /* addresses */
};

/** Zero-initialise to start. */
struct px_address_map {
	uint64_t *keys; /* 0: free; linear probing */
	uint8_t *values;
	size_t capacity; /* 0 or a power of two */
	size_t count;
};

void px_address_map_fini(struct px_address_map *map);

/** The byte of an address, borrowed until the next put; NULL where there is none. */
const uint8_t *px_address_map_get(const struct px_address_map *map, uint64_t address);

/**
 * Add an address that is not 0 and not in the map. A full map is emptied first: what it holds
 * must be something that can be found again.
 */
px_must_check struct px_error *px_address_map_put(struct px_address_map *map, uint64_t address,
						  uint8_t value);

/** Forget all addresses. */
void px_address_map_clear(struct px_address_map *map);

#endif
