/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The unwind tables of one address space: which table covers which addresses. */
#ifndef PX_SYMBOLIZE_UNWIND_MAP_H
#define PX_SYMBOLIZE_UNWIND_MAP_H

#include "symbolize/unwind-table.h"

struct px_unwind_map;

px_must_check struct px_error *px_unwind_map_new(struct px_unwind_map **ret);
void px_unwind_map_free(struct px_unwind_map *map);

/**
 * Say that run-time addresses [start, end) are covered by table, whose addresses are
 * run-time address - bias (modulo 2^64). Several tables may cover one range: they are asked in
 * the order in which they were added, and the first with a rule answers. Takes a reference on
 * nothing: the table must outlive the map. Empties the address cache.
 */
px_must_check struct px_error *px_unwind_map_add(struct px_unwind_map *map, uint64_t start,
						 uint64_t end, uint64_t bias,
						 const struct px_unwind_table *table);

/** Forget every range inside [start, end): a module was unloaded. Empties the address cache. */
void px_unwind_map_remove(struct px_unwind_map *map, uint64_t start, uint64_t end);

/**
 * The rule at a run-time address, through a direct-mapped cache of addresses; PX_CFA_NONE when
 * no table has one. Never NULL; borrowed until the next call. Not thread-safe.
 */
const struct px_unwind_rule *px_unwind_map_find(struct px_unwind_map *map, uint64_t address);

/** The full rule where px_unwind_map_find gave a PX_CFA_EXPRESSION rule; else NULL. */
const struct px_cfi_rule *px_unwind_map_find_cfi(const struct px_unwind_map *map,
						 uint64_t address);

/** Whether any range covers the address: is it known text? */
bool px_unwind_map_covers(const struct px_unwind_map *map, uint64_t address);

#endif
