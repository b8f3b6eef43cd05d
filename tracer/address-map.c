/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open addressing with linear probing, at most half full. */
#include "tracer/address-map.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	FIRST_CAPACITY = 1024
};

void px_address_map_fini(struct px_address_map *map)
{
	free(map->keys);
	free(map->values);
	*map = (struct px_address_map){0};
}

void px_address_map_clear(struct px_address_map *map)
{
	if (map->capacity)
		memset(map->keys, 0, map->capacity * sizeof(*map->keys));
	map->count = 0;
}

/* Where address is or would be; capacity > count. */
static size_t slot_of(const struct px_address_map *map, uint64_t address)
{
	size_t slot = address * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (map->capacity - 1);

	while (map->keys[slot] && map->keys[slot] != address)
		slot = (slot + 1) & (map->capacity - 1);
	return slot;
}

const uint8_t *px_address_map_get(const struct px_address_map *map, uint64_t address)
{
	size_t slot;

	if (!map->capacity)
		return NULL;
	slot = slot_of(map, address);
	return map->keys[slot] ? &map->values[slot] : NULL;
}

static void put(struct px_address_map *map, uint64_t address, uint8_t value)
{
	size_t slot = slot_of(map, address);

	map->keys[slot] = address;
	map->values[slot] = value;
	map->count++;
}

static struct px_error *grow(struct px_address_map *map)
{
	struct px_address_map bigger = {
		.capacity = map->capacity ? 2 * map->capacity : FIRST_CAPACITY,
	};
	struct px_error *err = px_calloc(bigger.capacity, sizeof(*bigger.keys), &bigger.keys);

	if (!err)
		err = px_calloc(bigger.capacity, sizeof(*bigger.values), &bigger.values);
	if (err) {
		px_address_map_fini(&bigger);
		return err;
	}
	for (size_t i = 0; i < map->capacity; i++)
		if (map->keys[i])
			put(&bigger, map->keys[i], map->values[i]);
	px_address_map_fini(map);
	*map = bigger;
	return NULL;
}

struct px_error *px_address_map_put(struct px_address_map *map, uint64_t address, uint8_t value)
{
	if (map->count == PX_ADDRESS_MAP_MAX)
		px_address_map_clear(map);
	if (2 * (map->count + 1) > map->capacity) {
		struct px_error *err = grow(map);

		if (err)
			return err;
	}
	put(map, address, value);
	return NULL;
}
