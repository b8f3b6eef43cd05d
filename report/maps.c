/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings of a process. */
#include "report/maps.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	MOST_MAPS = 65530 /* of one process: Linux's own default limit */
};

struct px_maps {
	size_t users;
	struct px_map *array;
	size_t count, capacity;
	size_t last; /* where the latest address was found */
};

struct px_maps *px_maps_share(struct px_maps *maps)
{
	if (maps)
		maps->users++;
	return maps;
}

void px_maps_drop(struct px_maps *maps, struct px_maps_budget *budget)
{
	if (!maps || --maps->users)
		return;
	budget->left += maps->count;
	free(maps->array);
	free(maps);
}

/* A copy that only the caller uses, with room for two more. */
static struct px_error *copy(const struct px_maps *from, struct px_maps **ret)
{
	struct px_maps *maps;
	struct px_error *err = px_calloc(1, sizeof(*maps), &maps);

	if (err)
		return err;
	maps->users = 1;
	maps->count = from ? from->count : 0;
	maps->capacity = maps->count + 2;
	err = px_calloc(maps->capacity, sizeof(*maps->array), &maps->array);
	if (err) {
		free(maps);
		return err;
	}
	if (from && from->count)
		memcpy(maps->array, from->array, maps->count * sizeof(*maps->array));
	*ret = maps;
	return NULL;
}

/* Make *maps the caller's own. False: over the budget. */
static bool take_for_change(struct px_maps **maps, struct px_maps_budget *budget,
			    struct px_error **err_ret)
{
	size_t count = *maps ? (*maps)->count : 0;
	bool shared = !*maps || (*maps)->users > 1;
	struct px_maps *own = NULL;

	/* A new mapping may also cut an old one in two. */
	if (count + 2 > MOST_MAPS || budget->left < (shared ? count : 0) + 2)
		return false;
	if (!shared)
		return true;
	*err_ret = copy(*maps, &own);
	if (*err_ret)
		return false;
	px_maps_drop(*maps, budget);
	budget->left -= count;
	*maps = own;
	return true;
}

/* The first mapping that ends above address. */
static size_t first_above(const struct px_maps *maps, uint64_t address)
{
	size_t low = 0, high = maps->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (maps->array[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Put `with_count` mappings in the place of those in [at, end). */
static struct px_error *replace(struct px_maps *maps, size_t at, size_t end,
				const struct px_map *with, size_t with_count)
{
	size_t tail = maps->count - end;
	struct px_error *err = px_array_grow(maps->array, maps->count + 2, maps->capacity);

	if (err)
		return err;
	memmove(&maps->array[at + with_count], &maps->array[end], tail * sizeof(*maps->array));
	memcpy(&maps->array[at], with, with_count * sizeof(*with));
	maps->count = at + with_count + tail;
	maps->last = 0;
	return NULL;
}

struct px_error *px_maps_add(struct px_maps **maps, const struct px_map *map,
			     struct px_maps_budget *budget)
{
	struct px_map with[3];
	size_t at, end, count = 0, before;
	struct px_error *err = NULL;
	const struct px_map *array;

	if (map->end <= map->start || !take_for_change(maps, budget, &err))
		return err;
	array = (*maps)->array;
	before = (*maps)->count;
	at = first_above(*maps, map->start);
	for (end = at; end < before && array[end].start < map->end; end++)
		continue;
	if (end > at && array[at].start < map->start) {
		with[count] = array[at];
		with[count++].end = map->start;
	}
	with[count++] = *map;
	if (end > at && array[end - 1].end > map->end) {
		with[count] = array[end - 1];
		with[count++].start = map->end;
	}
	err = replace(*maps, at, end, with, count);
	if (!err)
		budget->left = budget->left + before - (*maps)->count;
	return err;
}

static bool contains(const struct px_map *map, uint64_t address)
{
	return address >= map->start && address < map->end;
}

const struct px_map *px_maps_find(struct px_maps *maps, uint64_t address)
{
	size_t at;

	if (!maps || !maps->count)
		return NULL;
	if (contains(&maps->array[maps->last], address))
		return &maps->array[maps->last];
	at = first_above(maps, address);
	if (at == maps->count || !contains(&maps->array[at], address))
		return NULL;
	maps->last = at;
	return &maps->array[at];
}
