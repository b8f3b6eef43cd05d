/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Thunks of indirect calls, which ORC calls undefined. */
#include "guest/indirect-thunk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define TEXT  UINT64_C(0xffffffff81e01740)
#define THUNK (TEXT + 0x20)

static void add_row(struct px_unwind_builder *builder, uint64_t address, uint16_t base,
		    int32_t offset)
{
	const struct px_unwind_rule rule = {
		.cfa_base = base & 15, .cfa_offset = offset, .source = PX_RULE_ORC};

	assert_null(px_unwind_builder_add(builder, address, &rule));
}

static void test_until_the_next_row(void **state)
{
	struct px_symbol_table *symbols = NULL;
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	const struct px_unwind_rule *rule;

	assert_null(px_symbol_table_new(&symbols));
	assert_null(px_symbol_table_add(symbols, TEXT, 0x20, "memcpy", 'T'));
	assert_null(px_symbol_table_add(symbols, THUNK, 0x20, "__x86_indirect_thunk_rax", 'T'));
	assert_null(px_symbol_table_sort(symbols));
	assert_null(px_unwind_builder_new(TEXT & ~UINT64_C(0xffff), &builder));
	add_row(builder, TEXT, PX_CFA_SP, 8);
	add_row(builder, TEXT + 0x10, PX_CFA_NONE, 0);
	add_row(builder, THUNK, PX_CFA_NONE, 0);
	add_row(builder, THUNK + 0x11, PX_CFA_SP, 16);
	add_row(builder, THUNK + 0x20, PX_CFA_NONE, 0);
	assert_null(px_indirect_thunks_add(symbols, builder));
	assert_null(px_unwind_builder_finish(builder, &table));

	assert_null(px_unwind_table_find(table, TEXT + 0x10));
	for (uint64_t address = THUNK; address < THUNK + 0x11; address++) {
		rule = px_unwind_table_find(table, address);
		assert_non_null(rule);
		assert_int_equal(rule->cfa_base, PX_CFA_SP);
		assert_int_equal(rule->cfa_offset, 8);
		assert_int_equal(rule->source, PX_RULE_STUB);
	}
	rule = px_unwind_table_find(table, THUNK + 0x11);
	assert_non_null(rule);
	assert_int_equal(rule->cfa_offset, 16);
	assert_null(px_unwind_table_find(table, THUNK + 0x20));

	px_unwind_table_free(table);
	px_unwind_builder_free(builder);
	px_symbol_table_free(symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_until_the_next_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
