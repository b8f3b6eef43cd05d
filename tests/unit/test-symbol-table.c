/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbol tables: order, nesting, gaps, and a random table against a linear search. */
#include "symbolize/symbol-table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct px_symbol_table *table_new(void)
{
	struct px_symbol_table *table = NULL;

	assert_null(px_symbol_table_new(&table));
	return table;
}

static void add(struct px_symbol_table *table, uint64_t start, uint64_t size, const char *name,
		char type)
{
	assert_null(px_symbol_table_add(table, start, size, name, type));
}

static const char *name_at(const struct px_symbol_table *table, uint64_t address)
{
	const struct px_symbol *symbol = px_symbol_table_find(table, address);

	return symbol ? symbol->name : "none";
}

static void test_empty(void **state)
{
	struct px_symbol_table *table = table_new();
	uint64_t address;

	assert_null(px_symbol_table_find(table, 0));
	assert_false(px_symbol_table_address(table, "x", &address));
	assert_null(px_symbol_table_sort(table));
	assert_null(px_symbol_table_find(table, 0));
	assert_false(px_symbol_table_address(table, "x", &address));
	px_symbol_table_free(table);
	px_symbol_table_free(NULL);
}

static void test_gaps_and_sizes(void **state)
{
	struct px_symbol_table *table = table_new();
	uint64_t address = 1;

	add(table, 0x300, 0, "unsized", 't');
	add(table, 0x100, 0x10, "first", 'T');
	add(table, 0x400, 0x10, "after", 'T');
	add(table, 0x500, 0, "last", 'T');
	add(table, UINT64_MAX - 1, 100, "top", 'T');
	assert_null(px_symbol_table_sort(table));
	assert_string_equal(name_at(table, 0xff), "none");
	assert_string_equal(name_at(table, 0x100), "first");
	assert_string_equal(name_at(table, 0x10f), "first");
	assert_string_equal(name_at(table, 0x110), "none");
	assert_string_equal(name_at(table, 0x3ff), "unsized");
	assert_string_equal(name_at(table, 0x410), "none");
	assert_string_equal(name_at(table, 0x5000), "last");
	assert_string_equal(name_at(table, UINT64_MAX - 1), "top");
	assert_true(px_symbol_table_address(table, "last", &address));
	assert_int_equal(address, 0x500);
	assert_false(px_symbol_table_address(table, "las", &address));
	assert_int_equal(address, 0x500);
	assert_int_equal(px_symbol_table_count(table), 5);
	px_symbol_table_free(table);
}

/* A label inside a function, a function inside a function, and what follows them. */
static void test_nested(void **state)
{
	struct px_symbol_table *table = table_new();

	add(table, 0x100, 0x100, "outer", 'T');
	add(table, 0x120, 0x20, "inner", 't');
	add(table, 0x128, 4, "innermost", 't');
	add(table, 0x200, 0x10, "next", 'T');
	assert_null(px_symbol_table_sort(table));
	assert_string_equal(name_at(table, 0x11f), "outer");
	assert_string_equal(name_at(table, 0x127), "inner");
	assert_string_equal(name_at(table, 0x12b), "innermost");
	assert_string_equal(name_at(table, 0x12c), "inner");
	assert_string_equal(name_at(table, 0x140), "outer");
	assert_string_equal(name_at(table, 0x1ff), "outer");
	assert_string_equal(name_at(table, 0x200), "next");
	px_symbol_table_free(table);
}

/* Each pair differs in one respect only; the first one must win, added in either order. */
static void test_aliases(void **state)
{
	static const struct {
		const char *better, *worse;
		char better_type, worse_type;
		uint64_t better_size, worse_size;
	} pairs[] = {
		{"sized", "label", 't', 'T', 8, 0},
		{"global", "locals", 'T', 't', 8, 8},
		{"locals", "weakly", 't', 'W', 8, 8},
		{"bare", "__bare", 't', 't', 8, 8},
		{"longer_size", "longer_name", 't', 't', 16, 8},
		{"long_name", "name", 't', 't', 8, 8},
		{"aaa", "aab", 't', 't', 8, 8},
	};

	for (size_t i = 0; i < 2 * px_array_size(pairs); i++) {
		size_t k = i / 2;
		struct px_symbol_table *table = table_new();

		if (i & 1)
			add(table, 64, pairs[k].better_size, pairs[k].better,
			    pairs[k].better_type);
		add(table, 64, pairs[k].worse_size, pairs[k].worse, pairs[k].worse_type);
		if (!(i & 1))
			add(table, 64, pairs[k].better_size, pairs[k].better,
			    pairs[k].better_type);
		add(table, 200, 8, "end", 'T');
		assert_null(px_symbol_table_sort(table));
		assert_string_equal(name_at(table, 64), pairs[k].better);
		px_symbol_table_free(table);
	}
}

/* The innermost symbol by definition: greatest start, then the first in table order. */
static const struct px_symbol *slow_find(const struct px_symbol_table *table, uint64_t address)
{
	const struct px_symbol *found = NULL;

	for (size_t i = 0; i < px_symbol_table_count(table); i++) {
		const struct px_symbol *symbol = px_symbol_table_get(table, i);

		if (symbol->start <= address && address < symbol->end &&
		    (!found || symbol->start > found->start))
			found = symbol;
	}
	return found;
}

static void test_random_against_linear(void **state)
{
	unsigned int seed = 20;

	for (unsigned int round = 0; round < 200; round++) {
		struct px_symbol_table *table = table_new();
		unsigned int count = 1 + (unsigned int)rand_r(&seed) % 40;

		for (unsigned int i = 0; i < count; i++) {
			char name[16];

			snprintf(name, sizeof(name), "s%u", i);
			add(table, (uint64_t)rand_r(&seed) % 300 << (round % 9 * 6),
			    (uint64_t)rand_r(&seed) % 80, name, 't');
		}
		assert_null(px_symbol_table_sort(table));
		for (size_t i = 1; i < count; i++)
			assert_true(px_symbol_table_get(table, i - 1)->start <=
				    px_symbol_table_get(table, i)->start);
		for (uint64_t k = 0; k < 420; k++) {
			uint64_t address = (k << (round % 9 * 6)) + round % 3;
			const struct px_symbol *want = slow_find(table, address);
			const struct px_symbol *got = px_symbol_table_find(table, address);

			assert_true(!want == !got);
			if (want)
				assert_ptr_equal(got, want);
		}
		px_symbol_table_free(table);
	}
}

/* Names longer than a chunk, and adding after sorting. */
static void test_long_name_and_second_sort(void **state)
{
	struct px_symbol_table *table = table_new();
	char *name = malloc(200001);

	assert_non_null(name);
	memset(name, 'n', 200000);
	name[200000] = '\0';
	add(table, 0x10, 8, name, 't');
	assert_null(px_symbol_table_sort(table));
	add(table, 0x8, 8, "earlier", 't');
	assert_null(px_symbol_table_sort(table));
	assert_string_equal(name_at(table, 0x10), name);
	assert_string_equal(name_at(table, 0xf), "earlier");
	free(name);
	px_symbol_table_free(table);
}

/* 512 MiB of names, with their ends. */
static void test_too_many_names(void **state)
{
	const size_t size = (size_t)64 << 20;
	struct px_symbol_table *table = table_new();
	struct px_error *err;
	char *name = malloc(size);

	assert_non_null(name);
	memset(name, 'n', size - 1);
	name[size - 1] = '\0';
	for (uint64_t i = 0; i < 8; i++)
		add(table, 0x10 * i, 8, name, 't');
	err = px_symbol_table_add(table, 0x80, 8, "", 't');
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_LIMIT);
	px_error_free(err);
	assert_int_equal(px_symbol_table_count(table), 8);
	free(name);
	px_symbol_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_gaps_and_sizes),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_random_against_linear),
		cmocka_unit_test(test_long_name_and_second_sort),
		cmocka_unit_test(test_too_many_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
