/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compact unwind table.
 *
 * Text is cut into blocks of 2^shift bytes. A row is 4 bytes: where in its block it starts,
 * and the number of its rule. first[b] is the first row in block b or after it, so one load
 * finds the handful of rows to search, which mostly share one cache line. Row 0 is a
 * sentinel without a rule, so there is always a row before.
 */
#include "symbolize/unwind-table-private.h"

#include <stdlib.h>

static const struct px_unwind_row *table_row(const struct px_unwind_table *table,
					     uint64_t address)
{
	uint64_t offset = address - table->base;
	uint64_t block = px_min(offset >> table->shift, (uint64_t)table->blocks);
	uint32_t within = offset & ((1u << table->shift) - 1);
	const struct px_unwind_row *row = table->rows + table->first[block] - 1;
	size_t n = table->first[block + 1] - table->first[block];

	/* The answer is among row[0..n]. Halving without a branch on data. */
	while (n) {
		size_t half = (n + 1) / 2;

		row += row[half].offset <= within ? half : 0;
		n -= half;
	}
	return row;
}

const struct px_unwind_rule *px_unwind_table_find(const struct px_unwind_table *table,
						  uint64_t address)
{
	uint32_t rule;

	if (address < table->base)
		return NULL;
	rule = table_row(table, address)->rule;
	return rule ? &table->rules[rule] : NULL;
}

const struct px_cfi_rule *px_unwind_table_cfi_rule(const struct px_unwind_table *table,
						   const struct px_unwind_rule *rule)
{
	return &table->cfi_rules[rule->cfa_offset];
}

size_t px_unwind_table_rows(const struct px_unwind_table *table)
{
	return table->row_count - 1;
}

size_t px_unwind_table_rules(const struct px_unwind_table *table)
{
	return table->rule_count - 1;
}

size_t px_unwind_table_size(const struct px_unwind_table *table)
{
	return sizeof(*table) + table->row_count * sizeof(table->rows[0]) +
	       table->rule_count * sizeof(table->rules[0]) +
	       (table->blocks + 2) * sizeof(table->first[0]) +
	       table->cfi_rule_count * sizeof(table->cfi_rules[0]);
}

/* The block that row i is in: the last one whose first row is not after i. */
static size_t row_block(const struct px_unwind_table *table, size_t i)
{
	size_t low = 0, high = table->blocks;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (table->first[middle] <= i)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void px_unwind_table_row(const struct px_unwind_table *table, size_t i, uint64_t *address_ret,
			 const struct px_unwind_rule **rule_ret)
{
	const struct px_unwind_row *row = &table->rows[i + 1];

	*address_ret = table->base + ((uint64_t)row_block(table, i + 1) << table->shift) +
		       row->offset;
	*rule_ret = row->rule ? &table->rules[row->rule] : NULL;
}

void px_cfi_rules_free(struct px_cfi_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free((void *)rules[i].cfa.code.data);
		free((void *)rules[i].ip.code.data);
		free((void *)rules[i].bp.code.data);
	}
	free(rules);
}

void px_unwind_table_free(struct px_unwind_table *table)
{
	if (!table)
		return;
	free(table->rows);
	free(table->first);
	free(table->rules);
	px_cfi_rules_free(table->cfi_rules, table->cfi_rule_count);
	free(table);
}
