/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols sorted by address.
 *
 * Names live in chunks, so that they never move. Sorting builds the arrays that look-ups read:
 *
 * - groups, the distinct start addresses, with those symbols of each group that a look-up may
 *   return: an alias can only be the answer where all that are preferred to it ended before, so
 *   the ends of a group's candidates ascend;
 * - for each group the nearest earlier one that reaches beyond it (a label in a function ends,
 *   the function goes on);
 * - a hash of each name (a look-up by name scans those, 4 bytes a symbol).
 */
#include "symbolize/symbol-table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

#define CHUNK_SIZE ((size_t)64 * 1024)
#define NONE	   UINT32_MAX

/* The largest of browsers have half of it. A small file may have many more, as any number of
 * symbols can share the end of one string. */
#define NAMES_MAX ((size_t)512 << 20)

struct chunk {
	struct chunk *next;
	char bytes[];
};

struct px_symbol_table {
	struct px_symbol *symbols;
	size_t count, capacity;
	struct chunk *chunks;
	char *chunk_at;
	size_t chunk_left;
	size_t names_size;
	/* Made by sort: */
	uint32_t *hashes;     /* of symbols[i].name */
	uint32_t *candidates; /* indices into symbols, group by group */
	uint64_t *starts;     /* of group g */
	uint32_t *firsts;     /* candidates[firsts[g]] .. candidates[firsts[g + 1] - 1] */
	uint32_t *enclosing;  /* a group before g, or NONE */
	size_t groups;
};

struct px_error *px_symbol_table_new(struct px_symbol_table **ret)
{
	return px_calloc(1, sizeof(**ret), ret);
}

static void index_drop(struct px_symbol_table *table)
{
	px_freep(&table->hashes);
	px_freep(&table->candidates);
	px_freep(&table->starts);
	px_freep(&table->firsts);
	px_freep(&table->enclosing);
	table->groups = 0;
}

void px_symbol_table_free(struct px_symbol_table *table)
{
	if (!table)
		return;
	for (struct chunk *chunk = table->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	index_drop(table);
	free(table->symbols);
	free(table);
}

static struct px_error *name_copy(struct px_symbol_table *table, const char *name,
				  const char **ret)
{
	size_t size = strlen(name) + 1;

	if (size > NAMES_MAX - table->names_size)
		return px_error_new(PX_ERR_LIMIT, "the names of symbols take more than %zu MiB",
				    NAMES_MAX >> 20);
	if (size > table->chunk_left) {
		size_t room = px_max(CHUNK_SIZE, size);
		struct chunk *chunk = malloc(sizeof(*chunk) + room);

		if (!chunk)
			return &px_error_no_memory;
		chunk->next = table->chunks;
		table->chunks = chunk;
		table->chunk_at = chunk->bytes;
		table->chunk_left = room;
	}
	*ret = memcpy(table->chunk_at, name, size);
	table->chunk_at += size;
	table->chunk_left -= size;
	table->names_size += size;
	return NULL;
}

struct px_error *px_symbol_table_add(struct px_symbol_table *table, uint64_t start,
				     uint64_t size, const char *name, char type)
{
	struct px_symbol symbol = {.start = start, .type = type};
	struct px_error *err;

	if (table->count >= NONE)
		return px_error_new(PX_ERR_LIMIT, "more than %u symbols", NONE);
	if (__builtin_add_overflow(start, size, &symbol.end))
		symbol.end = UINT64_MAX;
	err = name_copy(table, name, &symbol.name);
	if (!err)
		err = px_array_grow(table->symbols, table->count, table->capacity);
	if (err)
		return err;
	table->symbols[table->count++] = symbol;
	index_drop(table);
	return NULL;
}

/* --- order -------------------------------------------------------------------------------- */

/* Global, local, weak; nm writes both kinds of weak in either case. */
static int binding_rank(char type)
{
	if (strchr("wWvV", type))
		return 2;
	return isupper((unsigned char)type) ? 0 : 1;
}

/* Which of two symbols at one address comes first. */
static int compare(const void *pa, const void *pb)
{
	const struct px_symbol *a = pa, *b = pb;
	size_t a_length, b_length;
	int order;

	order = (a->end == a->start) - (b->end == b->start);
	if (!order)
		order = binding_rank(a->type) - binding_rank(b->type);
	if (!order)
		order = (int)strspn(a->name, "_") - (int)strspn(b->name, "_");
	if (order)
		return order;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	a_length = strlen(a->name);
	b_length = strlen(b->name);
	if (a_length != b_length)
		return a_length > b_length ? -1 : 1;
	return strcmp(a->name, b->name);
}

struct key {
	uint64_t start;
	uint64_t index;
};

/* Sort keys by start: least significant byte first, bytes that never differ are skipped. */
static struct key *radix_sort(struct key *keys, struct key *scratch, size_t count)
{
	for (unsigned int shift = 0; shift < 64; shift += 8) {
		size_t at[256] = {0}, sum = 0;

		for (size_t i = 0; i < count; i++)
			at[keys[i].start >> shift & 255]++;
		if (at[keys[0].start >> shift & 255] == count)
			continue;
		for (size_t digit = 0; digit < 256; digit++) {
			size_t n = at[digit];

			at[digit] = sum;
			sum += n;
		}
		for (size_t i = 0; i < count; i++)
			scratch[at[keys[i].start >> shift & 255]++] = keys[i];
		struct key *swap = keys;

		keys = scratch;
		scratch = swap;
	}
	return keys;
}

static void sort_groups(struct px_symbol *symbols, size_t count)
{
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && symbols[i + n].start == symbols[i].start; n++)
			continue;
		if (n > 1)
			qsort(symbols + i, n, sizeof(*symbols), compare);
	}
}

static struct px_error *sort_symbols(struct px_symbol_table *table)
{
	px_cleanup(px_freep) struct key *keys = NULL, *scratch = NULL;
	struct px_symbol *sorted = NULL;
	struct px_error *err;
	struct key *order;

	if (!table->count)
		return NULL;
	err = px_calloc(table->count, sizeof(*keys), &keys);
	if (!err)
		err = px_calloc(table->count, sizeof(*scratch), &scratch);
	if (!err)
		err = px_calloc(table->count, sizeof(*sorted), &sorted);
	if (err)
		return err;
	for (size_t i = 0; i < table->count; i++)
		keys[i] = (struct key){.start = table->symbols[i].start, .index = i};
	order = radix_sort(keys, scratch, table->count);
	for (size_t i = 0; i < table->count; i++)
		sorted[i] = table->symbols[order[i].index];
	sort_groups(sorted, table->count);
	free(table->symbols);
	table->symbols = sorted;
	table->capacity = table->count;
	return NULL;
}

/* FNV-1a */
static uint32_t hash_of(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

/* The first symbol behind i with another start. */
static size_t group_end(const struct px_symbol_table *table, size_t i)
{
	uint64_t start = table->symbols[i].start;

	while (i < table->count && table->symbols[i].start == start)
		i++;
	return i;
}

/* Symbols without a size reach to the next start; those at the last one have none. */
static void extend_unsized(struct px_symbol_table *table)
{
	for (size_t i = 0, end; i < table->count; i = end) {
		uint64_t start = table->symbols[i].start, next = UINT64_MAX;

		end = group_end(table, i);
		if (end < table->count)
			next = table->symbols[end].start;
		else if (start < UINT64_MAX)
			next = start + 1;
		for (size_t k = i; k < end; k++)
			if (table->symbols[k].end == start)
				table->symbols[k].end = next;
	}
}

static uint64_t group_reach(const struct px_symbol_table *table, size_t group)
{
	return table->symbols[table->candidates[table->firsts[group + 1] - 1]].end;
}

static void index_groups(struct px_symbol_table *table)
{
	uint32_t used = 0, top = NONE;

	for (size_t i = 0, end; i < table->count; i = end) {
		size_t group = table->groups++;
		uint64_t reach = 0;

		end = group_end(table, i);
		table->starts[group] = table->symbols[i].start;
		table->firsts[group] = used;
		for (size_t k = i; k < end; k++) {
			if (table->symbols[k].end <= reach)
				continue;
			reach = table->symbols[k].end;
			table->candidates[used++] = (uint32_t)k;
		}
		table->firsts[group + 1] = used;
		/* The groups around it are a stack that reaches the less far the higher. */
		while (top != NONE && group_reach(table, top) <= reach)
			top = table->enclosing[top];
		table->enclosing[group] = top;
		top = (uint32_t)group;
	}
}

static struct px_error *index_new(struct px_symbol_table *table)
{
	size_t count = table->count;
	struct px_error *err;

	err = px_calloc(count, sizeof(*table->hashes), &table->hashes);
	if (!err)
		err = px_calloc(count, sizeof(*table->candidates), &table->candidates);
	if (!err)
		err = px_calloc(count, sizeof(*table->starts), &table->starts);
	if (!err)
		err = px_calloc(count + 1, sizeof(*table->firsts), &table->firsts);
	if (!err)
		err = px_calloc(count, sizeof(*table->enclosing), &table->enclosing);
	return err;
}

struct px_error *px_symbol_table_sort(struct px_symbol_table *table)
{
	struct px_error *err;

	index_drop(table);
	err = index_new(table);
	if (!err)
		err = sort_symbols(table);
	if (err) {
		index_drop(table);
		return err;
	}
	extend_unsized(table);
	index_groups(table);
	for (size_t i = 0; i < table->count; i++)
		table->hashes[i] = hash_of(table->symbols[i].name);
	return NULL;
}

/* --- look-up ------------------------------------------------------------------------------ */

/* The last group that starts at or below address; NONE without one. */
static uint32_t find_group(const struct px_symbol_table *table, uint64_t address)
{
	const uint64_t *base = table->starts;
	size_t n = table->groups;

	if (!n || address < base[0])
		return NONE;
	while (n > 1) {
		size_t half = n / 2;

		base += base[half] <= address ? half : 0;
		n -= half;
	}
	return (uint32_t)(base - table->starts);
}

const struct px_symbol *px_symbol_table_find(const struct px_symbol_table *table,
					     uint64_t address)
{
	uint32_t group = find_group(table, address);
	uint32_t low, high;

	while (group != NONE && group_reach(table, group) <= address)
		group = table->enclosing[group];
	if (group == NONE)
		return NULL;
	/* The first candidate that reaches beyond address; the last one does. */
	low = table->firsts[group];
	high = table->firsts[group + 1] - 1;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (table->symbols[table->candidates[middle]].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return &table->symbols[table->candidates[low]];
}

bool px_symbol_table_address(const struct px_symbol_table *table, const char *name,
			     uint64_t *ret)
{
	uint32_t hash = hash_of(name);

	if (!table->hashes)
		return false;
	for (size_t i = 0; i < table->count; i++) {
		if (table->hashes[i] == hash && !strcmp(table->symbols[i].name, name)) {
			*ret = table->symbols[i].start;
			return true;
		}
	}
	return false;
}

size_t px_symbol_table_count(const struct px_symbol_table *table)
{
	return table->count;
}

size_t px_symbol_table_size(const struct px_symbol_table *table)
{
	size_t index = sizeof(*table->hashes) + sizeof(*table->candidates) +
		       sizeof(*table->starts) + sizeof(*table->firsts) +
		       sizeof(*table->enclosing);

	return sizeof(*table) + table->count * (sizeof(*table->symbols) + index) +
	       table->names_size;
}

const struct px_symbol *px_symbol_table_get(const struct px_symbol_table *table, size_t i)
{
	return &table->symbols[i];
}
