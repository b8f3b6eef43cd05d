/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CFI: a byte for the kind, then a section; every rule that comes out is applied once. */
#include "symbolize/cfi.h"

#include "symbolize/cfi-expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	*ret = address * 0x9e3779b97f4a7c15u;
	return address % 64 ? PX_WORD_OK : PX_WORD_BAD;
}

static void apply(const struct px_cfi_rule *rule)
{
	const struct px_unwind_space space = {.read_word = read_word};
	struct px_regs regs = {.valid = 0x1ffff};

	for (int i = 0; i < PX_REGS; i++)
		regs.reg[i] = 0x1000 * (uint64_t)i;
	px_cfi_rule_apply(rule, &space, &regs);
}

static void apply_all(const struct px_unwind_table *table)
{
	for (size_t i = 0; i < px_unwind_table_rows(table); i++) {
		const struct px_unwind_rule *rule = NULL;
		uint64_t address = 0;

		px_unwind_table_row(table, i, &address, &rule);
		if (rule && rule->cfa_base == PX_CFA_EXPRESSION)
			apply(px_unwind_table_cfi_rule(table, rule));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_cfi_section section = {.address = 0x10000};
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	struct px_cfi_counts counts = {0};

	if (size < 1)
		return 0;
	section.kind = data[0] & 1 ? PX_CFI_DEBUG_FRAME : PX_CFI_EH_FRAME;
	section.bytes = px_bytes_of(data + 1, size - 1);
	px_error_free(px_unwind_builder_new(0, &builder));
	if (!builder)
		return 0;
	px_error_free(px_cfi_parse(&section, builder, &counts));
	px_error_free(px_unwind_builder_finish(builder, &table));
	if (table)
		apply_all(table);
	px_unwind_table_free(table);
	px_unwind_builder_free(builder);
	return 0;
}
