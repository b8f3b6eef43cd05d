/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hash indexes and interned strings. */
#include "report/intern.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	FIRST_SLOTS = 256
};

void px_index_fini(struct px_index *index)
{
	free(index->slots);
	*index = (struct px_index){0};
}

static void put(struct px_index *index, uint32_t hash, uint32_t id_plus_one)
{
	uint32_t at = hash;

	while (index->slots[at & index->mask].id_plus_one)
		at++;
	index->slots[at & index->mask] =
		(struct px_index_slot){.hash = hash, .id_plus_one = id_plus_one};
}

static struct px_error *grow(struct px_index *index)
{
	size_t slots = index->slots ? ((size_t)index->mask + 1) * 2 : FIRST_SLOTS;
	struct px_index bigger = {.mask = (uint32_t)(slots - 1), .count = index->count};
	struct px_error *err;

	if (slots > (size_t)UINT32_MAX + 1)
		return px_error_new(PX_ERR_LIMIT, "more than 2^31 different things to count");
	err = px_calloc(slots, sizeof(*bigger.slots), &bigger.slots);
	if (err)
		return err;
	for (size_t i = 0; index->slots && i <= index->mask; i++)
		if (index->slots[i].id_plus_one)
			put(&bigger, index->slots[i].hash, index->slots[i].id_plus_one);
	free(index->slots);
	*index = bigger;
	return NULL;
}

struct px_error *px_index_add(struct px_index *index, uint32_t hash, uint32_t id)
{
	/* At most half full: a miss, the common case of a new key, ends soon. */
	if (!index->slots || index->count >= index->mask / 2) {
		struct px_error *err = grow(index);

		if (err)
			return err;
	}
	put(index, hash, id + 1);
	index->count++;
	return NULL;
}

/* FNV-1a, 64 bits, folded. */
uint32_t px_hash_text(const char *text, size_t length)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < length; i++)
		h = (h ^ (uint8_t)text[i]) * 0x100000001b3u;
	return (uint32_t)(h >> 32) ^ (uint32_t)h;
}

void px_strings_fini(struct px_strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->text[i]);
	free(strings->text);
	px_index_fini(&strings->index);
	*strings = (struct px_strings){0};
}

struct px_error *px_strings_add(struct px_strings *strings, const char *text, uint32_t *ret)
{
	uint32_t hash = px_hash_text(text, strlen(text)), at = hash, id;
	struct px_error *err;

	while ((id = px_index_at(&strings->index, hash, &at)) != PX_ID_NONE)
		if (!strcmp(strings->text[id], text)) {
			*ret = id;
			return NULL;
		}
	id = (uint32_t)strings->count;
	err = px_array_grow(strings->text, strings->count, strings->capacity);
	if (err)
		return err;
	err = px_strdup(text, &strings->text[id]);
	if (err)
		return err;
	err = px_index_add(&strings->index, hash, id);
	if (err) {
		free(strings->text[id]);
		return err;
	}
	strings->count++;
	*ret = id;
	return NULL;
}
