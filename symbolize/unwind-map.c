/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which unwind table covers which addresses.
 *
 * Ranges are sorted by start and, at one start, by age. Beside each lies the highest end of
 * all ranges up to it, so the ranges that cover an address are found by one binary search
 * and a short way back. In front of that is a cache from exact addresses to rules.
 */
#include "symbolize/unwind-map-private.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

struct map_range {
	uint64_t start, end; /* run-time addresses */
	uint64_t highest;    /* the highest end among this range and those before it */
	uint64_t bias;
	uint64_t age; /* the lower one is asked first */
	const struct px_unwind_table *table;
};

struct px_error *px_unwind_map_new(struct px_unwind_map **ret)
{
	struct px_unwind_map *map = NULL;
	struct px_error *err = px_calloc(1, sizeof(*map), &map);

	if (!err)
		err = px_calloc(PX_UNWIND_CACHE_SLOTS, sizeof(map->cache[0]), &map->cache);
	if (err) {
		px_unwind_map_free(map);
		return err;
	}
	*ret = map;
	return NULL;
}

void px_unwind_map_free(struct px_unwind_map *map)
{
	if (!map)
		return;
	free(map->ranges);
	free(map->cache);
	free(map);
}

/* After every change of the ranges. */
static void map_changed(struct px_unwind_map *map)
{
	uint64_t highest = 0;

	for (size_t i = 0; i < map->count; i++) {
		highest = px_max(highest, map->ranges[i].end);
		map->ranges[i].highest = highest;
	}
	if (map->cache_used)
		memset(map->cache, 0, PX_UNWIND_CACHE_SLOTS * sizeof(map->cache[0]));
	map->cache_used = false;
}

/* How many ranges start at or below address. */
static size_t map_starting(const struct px_unwind_map *map, uint64_t address)
{
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->ranges[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct px_error *px_unwind_map_add(struct px_unwind_map *map, uint64_t start, uint64_t end,
				   uint64_t bias, const struct px_unwind_table *table)
{
	struct px_error *err = px_array_grow(map->ranges, map->count, map->capacity);
	size_t place;

	if (err)
		return err;
	place = map_starting(map, start);
	memmove(map->ranges + place + 1, map->ranges + place,
		(map->count - place) * sizeof(map->ranges[0]));
	map->ranges[place] = (struct map_range){
		.start = start,
		.end = end,
		.bias = bias,
		.age = map->next_age++,
		.table = table,
	};
	map->count++;
	map_changed(map);
	return NULL;
}

void px_unwind_map_remove(struct px_unwind_map *map, uint64_t start, uint64_t end)
{
	size_t kept = 0;

	for (size_t i = 0; i < map->count; i++)
		if (map->ranges[i].start < start || map->ranges[i].end > end)
			map->ranges[kept++] = map->ranges[i];
	map->count = kept;
	map_changed(map);
}

/* Of the ranges that cover address, the oldest one from age on; NULL without one. */
static const struct map_range *map_next(const struct px_unwind_map *map, uint64_t address,
					uint64_t age)
{
	const struct map_range *found = NULL;

	for (size_t i = map_starting(map, address); i > 0; i--) {
		const struct map_range *range = &map->ranges[i - 1];

		if (range->highest <= address)
			break;
		if (range->end > address && range->age >= age &&
		    (!found || range->age < found->age))
			found = range;
	}
	return found;
}

/* The first rule among the covering tables, in order; *range_ret says whose it is. */
static const struct px_unwind_rule *map_search(const struct px_unwind_map *map,
					       uint64_t address,
					       const struct map_range **range_ret)
{
	const struct map_range *range = map_next(map, address, 0);

	while (range) {
		const struct px_unwind_rule *rule =
			px_unwind_table_find(range->table, address - range->bias);

		*range_ret = range;
		if (rule)
			return rule;
		range = map_next(map, address, range->age + 1);
	}
	return NULL;
}

const struct px_unwind_rule *px_unwind_map_find_slow(struct px_unwind_map *map,
						     uint64_t address)
{
	struct px_unwind_slot *slot = px_unwind_map_slot(map, address);
	const struct map_range *range = NULL;
	const struct px_unwind_rule *rule = map_search(map, address, &range);

	*slot = (struct px_unwind_slot){.not_address = ~address};
	if (rule)
		slot->rule = *rule;
	map->cache_used = true;
	return &slot->rule;
}

const struct px_unwind_rule *px_unwind_map_find(struct px_unwind_map *map, uint64_t address)
{
	return px_unwind_map_find_fast(map, address);
}

const struct px_cfi_rule *px_unwind_map_find_cfi(const struct px_unwind_map *map,
						 uint64_t address)
{
	const struct map_range *range = NULL;
	const struct px_unwind_rule *rule = map_search(map, address, &range);

	if (!rule || rule->cfa_base != PX_CFA_EXPRESSION)
		return NULL;
	return px_unwind_table_cfi_rule(range->table, rule);
}

bool px_unwind_map_covers(const struct px_unwind_map *map, uint64_t address)
{
	return map_next(map, address, 0) != NULL;
}
