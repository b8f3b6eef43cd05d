/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compact unwind table: sorted 32-bit addresses, 16-bit rule ids into a small set of
 * shared rules, a block index in front of the binary search.
 */
#ifndef PX_SYMBOLIZE_UNWIND_TABLE_H
#define PX_SYMBOLIZE_UNWIND_TABLE_H

#include <stdbool.h>

#include "lib/error.h"
#include "symbolize/unwind-rule.h"

struct px_unwind_table;

/** Collects rows {address, rule} in any order; a row holds until the next address. */
struct px_unwind_builder;

/** Rows lie in [base, base + 4 GiB). The caller frees the builder; finish leaves it empty. */
px_must_check struct px_error *px_unwind_builder_new(uint64_t base,
						     struct px_unwind_builder **ret);
void px_unwind_builder_free(struct px_unwind_builder *builder);

/**
 * Add a row. PX_ERR_LIMIT beyond 65,535 distinct rules or the 4 GiB span. Of several rows at
 * one address the last one added wins, except that PX_CFA_NONE never replaces a rule.
 */
px_must_check struct px_error *px_unwind_builder_add(struct px_unwind_builder *builder,
						     uint64_t address,
						     const struct px_unwind_rule *rule);

/** Add a row whose rule does not fit; its expressions are copied. Limits as above. */
px_must_check struct px_error *px_unwind_builder_add_cfi(struct px_unwind_builder *builder,
							 uint64_t address,
							 const struct px_cfi_rule *rule);

/** Whether rows from start up to end, inclusive, are within the builder's 4 GiB. */
bool px_unwind_builder_spans(const struct px_unwind_builder *builder, uint64_t start,
			     uint64_t end);

/** Sort, merge equal neighbours, index. The table is immutable; the caller frees it. */
px_must_check struct px_error *px_unwind_builder_finish(struct px_unwind_builder *builder,
							struct px_unwind_table **ret);
void px_unwind_table_free(struct px_unwind_table *table);

/**
 * The rule in force at address (in the address space the rows were added in). NULL where
 * there is none (before the first row, or PX_CFA_NONE). Borrowed, lives as long as table.
 */
const struct px_unwind_rule *px_unwind_table_find(const struct px_unwind_table *table,
						  uint64_t address);

/** The full rule behind a PX_CFA_EXPRESSION rule of this table. Borrowed from table. */
const struct px_cfi_rule *px_unwind_table_cfi_rule(const struct px_unwind_table *table,
						   const struct px_unwind_rule *rule);

size_t px_unwind_table_rows(const struct px_unwind_table *table);
size_t px_unwind_table_rules(const struct px_unwind_table *table);

/** Bytes of memory that the table takes. */
size_t px_unwind_table_size(const struct px_unwind_table *table);

/** Row i < rows, in address order: for tests and for merging tables. */
void px_unwind_table_row(const struct px_unwind_table *table, size_t i, uint64_t *address_ret,
			 const struct px_unwind_rule **rule_ret);

#endif
