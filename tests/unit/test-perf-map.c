/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf-PID.map: what compilers write, and what nobody should. */
#include "symbolize/perf-map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct px_symbol_table *parse(const char *text, size_t size,
				     struct px_perf_map_counts *counts)
{
	struct px_symbol_table *table = NULL;

	assert_null(px_symbol_table_new(&table));
	assert_null(px_perf_map_parse(px_bytes_of(text, size), table, counts));
	assert_null(px_symbol_table_sort(table));
	return table;
}

static void expect(const struct px_symbol_table *table, uint64_t address, const char *name)
{
	const struct px_symbol *symbol = px_symbol_table_find(table, address);

	if (!name)
		assert_null(symbol);
	else
		assert_string_equal(symbol->name, name);
}

/* As V8, .NET and perf-map-agent write them. */
static void test_lines(void **state)
{
	static const char text[] = "3ef414c0 398 RegExp:[{(]\n"
				   "7f16e5a01000 20 LazyCompile:*run /srv/app.js:12\n"
				   "0x7f16e5a01020 0x1f void [x] Y::Z(class System.String)\n"
				   "7f16e5a01100 1 Interpreter";
	struct px_perf_map_counts counts = {0};
	struct px_symbol_table *table = parse(text, sizeof(text) - 1, &counts);

	assert_int_equal(counts.symbols, 4);
	assert_int_equal(counts.skipped, 0);
	expect(table, 0x3ef414c0, "RegExp:[{(]");
	expect(table, 0x3ef41857, "RegExp:[{(]");
	expect(table, 0x3ef41858, NULL);
	expect(table, 0x7f16e5a0101f, "LazyCompile:*run /srv/app.js:12");
	expect(table, 0x7f16e5a01020, "void [x] Y::Z(class System.String)");
	expect(table, 0x7f16e5a0103f, NULL);
	expect(table, 0x7f16e5a01100, "Interpreter");
	px_symbol_table_free(table);
}

static void test_compiled_anew(void **state)
{
	static const char text[] = "1000 100 a_longer_name\n2000 10 other\n1000 20 new\n";
	struct px_perf_map_counts counts = {0};
	struct px_symbol_table *table = parse(text, sizeof(text) - 1, &counts);

	assert_int_equal(counts.symbols, 2);
	assert_int_equal(counts.replaced, 1);
	expect(table, 0x1000, "new");
	expect(table, 0x1020, NULL);
	expect(table, 0x2000, "other");
	px_symbol_table_free(table);
}

static void test_hostile_lines(void **state)
{
	static const char *const lines[] = {
		"",
		"1000",
		"1000 10",
		"1000 10 ",
		"1000  10 name",
		" 1000 10 name",
		"1000 0 name",
		"x000 10 name",
		"0x 10 name",
		"-1000 10 name",
		"10000000000001000 10 name",
		"800000000000 10 name",
		"ffffffff81000000 10 name",
		"7fffffffffff 2 name",
		"1000 ffffffffffffffff name",
		"1000 10 \033[2Jname",
		"1000 10 na\rme",
		"1000 10 na\tme",
	};
	char text[1024] = "";
	struct px_perf_map_counts counts = {0};
	struct px_symbol_table *table;
	size_t size = 0;

	for (size_t i = 0; i < px_array_size(lines); i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%s\n", lines[i]);
	text[0] = '\0'; /* a NUL as the first line */
	size += (size_t)snprintf(text + size, sizeof(text) - size, "2000 10 good\n");
	table = parse(text, size, &counts);
	assert_int_equal(counts.skipped, px_array_size(lines) - 1);
	assert_int_equal(counts.symbols, 1);
	expect(table, 0x2000, "good");
	px_symbol_table_free(table);
}

static void test_bounds(void **state)
{
	enum {
		LINES = 1000100,
		LINE = 24
	};
	char *text = malloc((size_t)LINES * LINE + 5000);
	struct px_perf_map_counts counts = {0};
	struct px_symbol_table *table;
	size_t size = 0;

	memset(text, '1', 5000); /* a line that is too long comes first */
	memcpy(text, "1000 10 ", 8);
	text[4999] = '\n';
	size = 5000;
	for (int i = 0; i < LINES; i++)
		size += (size_t)snprintf(text + size, LINE + 1, "%010x 1 f%06x\n", i * 2,
					 i & 0xffffff);
	table = parse(text, size, &counts);
	assert_int_equal(counts.symbols, 1000000);
	assert_int_equal(counts.skipped, 101);
	expect(table, 0x10, "f000008");
	px_symbol_table_free(table);
	free(text);
}

static void test_file(void **state)
{
	struct px_perf_map_counts counts = {0};
	struct px_symbol_table *table = NULL;
	struct px_error *err;
	FILE *file = tmpfile();

	fputs("1000 10 name\nrubbish\n", file);
	rewind(file);
	assert_null(px_symbol_table_new(&table));
	assert_null(px_perf_map_read(fileno(file), "map", table, &counts));
	assert_int_equal(counts.symbols, 1);
	assert_int_equal(counts.skipped, 1);
	expect(table, 0x100f, "name");
	assert_int_equal(ftruncate(fileno(file), 300 << 20), 0);
	rewind(file);
	err = px_perf_map_read(fileno(file), "map", table, &counts);
	assert_int_equal(err->code, PX_ERR_LIMIT);
	px_error_free(err);
	fclose(file);
	px_symbol_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),	      cmocka_unit_test(test_compiled_anew),
		cmocka_unit_test(test_hostile_lines), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
