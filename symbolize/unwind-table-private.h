/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the unwind table, shared by its look-up and its builder only. */
#ifndef PX_SYMBOLIZE_UNWIND_TABLE_PRIVATE_H
#define PX_SYMBOLIZE_UNWIND_TABLE_PRIVATE_H

#include "symbolize/unwind-table.h"

struct px_unwind_row {
	uint16_t offset; /* in its block */
	uint16_t rule;	 /* index into rules; 0: no rule */
};

struct px_unwind_table {
	uint64_t base;	    /* where block 0 starts */
	unsigned int shift; /* log2 of the block size, at most 16 */
	size_t blocks;
	uint32_t *first; /* blocks + 2 row numbers */
	struct px_unwind_row *rows;
	size_t row_count; /* the sentinel included */
	struct px_unwind_rule *rules;
	size_t rule_count; /* rule 0 included */
	struct px_cfi_rule *cfi_rules;
	size_t cfi_rule_count;
};

/** Free an array of rules and the expressions that they own. */
void px_cfi_rules_free(struct px_cfi_rule *rules, size_t count);

#endif
