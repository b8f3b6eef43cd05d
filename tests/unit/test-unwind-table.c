/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The compact table against a plain list of rows searched from its start. */
#include "symbolize/unwind-table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "symbolize/unwind-map.h"

#define BASE 0xfffffff000000000u

struct model_row {
	uint64_t address;
	struct px_unwind_rule rule;
};

/* The rule in force by the header's words: the highest row not above, the latest added. */
static const struct px_unwind_rule *model_find(const struct model_row *rows, size_t count,
					       uint64_t address)
{
	const struct model_row *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct model_row *row = &rows[i];

		if (row->address > address)
			continue;
		if (!best || row->address > best->address ||
		    (row->address == best->address && row->rule.cfa_base != PX_CFA_NONE))
			best = row;
	}
	return best && best->rule.cfa_base != PX_CFA_NONE ? &best->rule : NULL;
}

static struct px_unwind_rule rule_of(int offset)
{
	return (struct px_unwind_rule){
		.cfa_base = offset ? PX_CFA_SP : PX_CFA_NONE,
		.cfa_offset = offset,
	};
}

static struct px_unwind_builder *builder_new(uint64_t base)
{
	struct px_unwind_builder *builder = NULL;

	assert_null(px_unwind_builder_new(base, &builder));
	return builder;
}

static struct px_unwind_table *finish(struct px_unwind_builder *builder)
{
	struct px_unwind_table *table = NULL;

	assert_null(px_unwind_builder_finish(builder, &table));
	px_unwind_builder_free(builder);
	return table;
}

static struct px_unwind_table *table_of(uint64_t base, const struct model_row *rows, size_t n)
{
	struct px_unwind_builder *builder = builder_new(base);

	for (size_t i = 0; i < n; i++)
		assert_null(px_unwind_builder_add(builder, rows[i].address, &rows[i].rule));
	return finish(builder);
}

static void assert_same(const struct px_unwind_rule *a, const struct px_unwind_rule *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_memory_equal(a, b, sizeof(*a));
}

/* Rows spread over a span: every block size, dense and sparse, in random order. */
static void check_spread(uint64_t span, size_t count, unsigned int seed)
{
	struct model_row *rows = calloc(count, sizeof(*rows));
	struct px_unwind_table *table;

	srandom(seed);
	for (size_t i = 0; i < count; i++) {
		uint64_t far = ((uint64_t)random() << 16 ^ (uint64_t)random()) % span;

		rows[i].address = BASE + far;
		rows[i].rule = rule_of(random() % 5 * 8);
	}
	table = table_of(BASE, rows, count);
	for (size_t i = 0; i < count; i++)
		for (int delta = -1; delta <= 1; delta++) {
			uint64_t address = rows[i].address + (uint64_t)(int64_t)delta;

			assert_same(px_unwind_table_find(table, address),
				    model_find(rows, count, address));
		}
	px_unwind_table_free(table);
	free(rows);
}

static void test_find_equals_model(void **state)
{
	check_spread(100, 60, 1);
	check_spread(5000, 700, 2);
	check_spread(1 << 20, 900, 3);
	check_spread(1ull << 31, 900, 4);
	check_spread(1ull << 32, 30, 5);
}

static void test_rows_round_trip(void **state)
{
	const struct model_row rows[] = {
		{BASE + 0x10, rule_of(8)},     {BASE + 0x20, rule_of(16)},
		{BASE + 0x20000, rule_of(8)},  {BASE + 0x20001, rule_of(0)},
		{BASE + 0x90000, rule_of(24)}, {BASE + 0x90010, rule_of(0)},
	};
	struct px_unwind_table *table = table_of(BASE, rows, px_array_size(rows));

	assert_int_equal(px_unwind_table_rows(table), px_array_size(rows));
	assert_int_equal(px_unwind_table_rules(table), 3);
	for (size_t i = 0; i < px_array_size(rows); i++) {
		const struct px_unwind_rule *rule = NULL;
		uint64_t address = 0;

		px_unwind_table_row(table, i, &address, &rule);
		assert_true(address == rows[i].address);
		assert_same(rule, model_find(rows, px_array_size(rows), address));
	}
	px_unwind_table_free(table);
}

static void test_none_never_replaces(void **state)
{
	const struct model_row rows[] = {
		{0x10, rule_of(8)}, {0x20, rule_of(16)}, {0x20, rule_of(0)},
		{0x30, rule_of(0)}, {0x30, rule_of(24)}, {0x30, rule_of(32)},
	};
	struct px_unwind_table *table = table_of(0, rows, px_array_size(rows));

	assert_int_equal(px_unwind_table_find(table, 0x20)->cfa_offset, 16);
	assert_int_equal(px_unwind_table_find(table, 0x30)->cfa_offset, 32);
	px_unwind_table_free(table);
}

static void test_equal_neighbours_merge(void **state)
{
	const struct model_row rows[] = {
		{0x10, rule_of(0)},
		{0x20, rule_of(8)},
		{0x30, rule_of(8)},
		{0x40, rule_of(0)},
	};
	struct px_unwind_table *table = table_of(0, rows, px_array_size(rows));

	assert_int_equal(px_unwind_table_rows(table), 2);
	px_unwind_table_free(table);
}

static void test_empty(void **state)
{
	struct px_unwind_table *table = finish(builder_new(BASE));

	assert_int_equal(px_unwind_table_rows(table), 0);
	assert_null(px_unwind_table_find(table, BASE));
	assert_null(px_unwind_table_find(table, 0));
	assert_null(px_unwind_table_find(table, UINT64_MAX));
	px_unwind_table_free(table);
}

static void test_span_is_limited(void **state)
{
	struct px_unwind_builder *builder = builder_new(0x1000);
	struct px_unwind_rule rule = rule_of(8);
	struct px_error *err = px_unwind_builder_add(builder, 0xfff, &rule);

	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_LIMIT);
	px_error_free(err);
	assert_null(px_unwind_builder_add(builder, 0x1000 + (uint64_t)UINT32_MAX, &rule));
	err = px_unwind_builder_add(builder, 0x1000 + (1ull << 32), &rule);
	assert_non_null(err);
	px_error_free(err);
	px_unwind_builder_free(builder);
}

static void test_rules_are_limited(void **state)
{
	struct px_unwind_builder *builder = builder_new(0);
	struct px_unwind_rule rule = rule_of(1);
	struct px_error *err = NULL;
	struct px_unwind_table *table;

	for (int i = 1; i <= 65535 && !err; i++) {
		rule.cfa_offset = i;
		err = px_unwind_builder_add(builder, (uint64_t)i, &rule);
	}
	assert_null(err);
	rule.cfa_offset = 65536;
	err = px_unwind_builder_add(builder, 65536, &rule);
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_LIMIT);
	px_error_free(err);
	table = finish(builder);
	assert_int_equal(px_unwind_table_rules(table), 65535);
	for (int i = 1; i <= 65535; i++)
		assert_int_equal(px_unwind_table_find(table, (uint64_t)i)->cfa_offset, i);
	px_unwind_table_free(table);
}

static void test_full_rules_are_kept(void **state)
{
	uint8_t code[] = {0x77, 8, 0x06};
	struct px_cfi_rule rule = {
		.cfa = {.kind = PX_AT_VALUE, .code = px_bytes_of(code, sizeof(code))},
		.ip = {.kind = PX_AT_CFA, .offset = -8},
	};
	struct px_unwind_builder *builder = builder_new(0);
	struct px_unwind_table *table;
	const struct px_unwind_rule *found;

	assert_null(px_unwind_builder_add_cfi(builder, 0x10, &rule));
	assert_null(px_unwind_builder_add_cfi(builder, 0x20, &rule));
	code[1] = 16; /* the builder has its own copy */
	assert_null(px_unwind_builder_add_cfi(builder, 0x30, &rule));
	table = finish(builder);
	assert_int_equal(px_unwind_table_rows(table), 2);
	found = px_unwind_table_find(table, 0x2f);
	assert_int_equal(found->cfa_base, PX_CFA_EXPRESSION);
	assert_int_equal(px_unwind_table_cfi_rule(table, found)->cfa.code.data[1], 8);
	found = px_unwind_table_find(table, 0x30);
	assert_int_equal(px_unwind_table_cfi_rule(table, found)->cfa.code.data[1], 16);
	px_unwind_table_free(table);
}

static int cfa_at(struct px_unwind_map *map, uint64_t address)
{
	return px_unwind_map_find(map, address)->cfa_offset;
}

static void test_map_asks_in_order(void **state)
{
	const struct model_row first_rows[] = {{0x10, rule_of(8)}, {0x20, rule_of(0)}};
	const struct model_row second_rows[] = {{0x10, rule_of(16)}, {0x30, rule_of(0)}};
	struct px_unwind_table *first = table_of(0, first_rows, 2);
	struct px_unwind_table *second = table_of(0, second_rows, 2);
	struct px_unwind_map *map = NULL;

	assert_null(px_unwind_map_new(&map));
	assert_int_equal(cfa_at(map, BASE + 0x10), 0);
	assert_null(px_unwind_map_add(map, BASE, BASE + 0x100, BASE, first));
	assert_null(px_unwind_map_add(map, BASE - 0x100, BASE + 0x40, BASE, second));
	for (int round = 0; round < 2; round++) { /* the second one from the cache */
		assert_int_equal(cfa_at(map, BASE + 0x10), 8);
		assert_int_equal(cfa_at(map, BASE + 0x20), 16);
		assert_int_equal(cfa_at(map, BASE + 0x30), 0);
	}
	assert_true(px_unwind_map_covers(map, BASE + 0xff));
	assert_false(px_unwind_map_covers(map, BASE + 0x100));
	assert_true(px_unwind_map_covers(map, BASE - 0x100));
	assert_false(px_unwind_map_covers(map, BASE - 0x101));
	px_unwind_map_remove(map, BASE, BASE + 0x100);
	assert_int_equal(cfa_at(map, BASE + 0x10), 16);
	assert_false(px_unwind_map_covers(map, BASE + 0x50));
	px_unwind_map_free(map);
	px_unwind_table_free(first);
	px_unwind_table_free(second);
}

static void test_map_many_ranges(void **state)
{
	enum {
		MODULES = 300
	};
	const struct model_row rows[] = {{0, rule_of(8)}};
	struct px_unwind_table *table = table_of(0, rows, 1);
	struct px_unwind_map *map = NULL;

	assert_null(px_unwind_map_new(&map));
	for (uint64_t i = 0; i < MODULES; i++) {
		uint64_t start = 0x10000 * (i * 7 % MODULES + 1);

		assert_null(px_unwind_map_add(map, start, start + 0x8000, start, table));
	}
	for (uint64_t i = 1; i <= MODULES; i++) {
		assert_int_equal(cfa_at(map, 0x10000 * i - 1), 0);
		assert_int_equal(cfa_at(map, 0x10000 * i), 8);
		assert_int_equal(cfa_at(map, 0x10000 * i + 0x7fff), 8);
		assert_int_equal(cfa_at(map, 0x10000 * i + 0x8000), 0);
	}
	px_unwind_map_free(map);
	px_unwind_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find_equals_model),
		cmocka_unit_test(test_rows_round_trip),
		cmocka_unit_test(test_none_never_replaces),
		cmocka_unit_test(test_equal_neighbours_merge),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_span_is_limited),
		cmocka_unit_test(test_rules_are_limited),
		cmocka_unit_test(test_full_rules_are_kept),
		cmocka_unit_test(test_map_asks_in_order),
		cmocka_unit_test(test_map_many_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
