/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols sorted by address: name look-up by binary search. */
#ifndef PX_SYMBOLIZE_SYMBOL_TABLE_H
#define PX_SYMBOLIZE_SYMBOL_TABLE_H

#include <stdbool.h>

#include "lib/error.h"

struct px_symbol {
	uint64_t start;
	uint64_t end;	  /* exclusive; sizes of 0 are extended to the next symbol by sort */
	const char *name; /* owned by the table */
	char type;	  /* as nm prints it: 't', 'T', 'd', 'W', ... */
};

struct px_symbol_table;

px_must_check struct px_error *px_symbol_table_new(struct px_symbol_table **ret);
void px_symbol_table_free(struct px_symbol_table *table);

/**
 * Add a symbol (name is copied); size 0 means unknown. Call sort before the first find.
 * PX_ERR_LIMIT: there are too many, or their names are too long; the others stay.
 */
px_must_check struct px_error *px_symbol_table_add(struct px_symbol_table *table,
						   uint64_t start, uint64_t size,
						   const char *name, char type);

/**
 * Sort by address. Of several symbols at one address the one that kallsyms and perf would show
 * comes first: sized before unsized, global before local before weak, fewer leading
 * underscores, longer size, longer name.
 */
px_must_check struct px_error *px_symbol_table_sort(struct px_symbol_table *table);

/** The symbol that contains address; NULL where there is none. Borrowed from table. */
const struct px_symbol *px_symbol_table_find(const struct px_symbol_table *table,
					     uint64_t address);

/** The address of a symbol by exact name (any of several); false when there is none. */
bool px_symbol_table_address(const struct px_symbol_table *table, const char *name,
			     uint64_t *ret);

size_t px_symbol_table_count(const struct px_symbol_table *table);

/** Bytes of memory, about. */
size_t px_symbol_table_size(const struct px_symbol_table *table);

/** Symbol i < count in address order. */
const struct px_symbol *px_symbol_table_get(const struct px_symbol_table *table, size_t i);

#endif
