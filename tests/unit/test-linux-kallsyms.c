/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms in every layout, and damaged ones. That the layouts are Linux's is for
 * tests/integration/test-kallsyms-oracle.sh to tell.
 */
#include "guest/linux-kallsyms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/memory.h"
#include "tests/support/kallsyms-builder.h"

#define TEXT   UINT64_C(0xffffffff93000000)
#define RODATA UINT64_C(0xffffffff94000000)
#define COUNT  1500
#define BEFORE 4096 /* bytes that are not kallsyms */

struct table {
	struct px_buffer bytes;
	struct kallsyms_places places;
	struct px_kallsyms_symbol symbols[COUNT];
	char names[COUNT][PX_KALLSYMS_NAME_MAX];
};

static const struct kallsyms_layout layouts[] = {
	{false, 0, PX_KALLSYMS_PER_CPU_ABSOLUTE}, /* up to 6.1 */
	{false, 0, PX_KALLSYMS_RELATIVE},	  /* the same without SMP */
	{false, 3, PX_KALLSYMS_PER_CPU_ABSOLUTE}, /* 6.2, 6.3 and updates of 6.1 */
	{false, 4, PX_KALLSYMS_PER_CPU_ABSOLUTE}, /* on the way to 6.2 */
	{true, 3, PX_KALLSYMS_PER_CPU_ABSOLUTE},  /* 6.4 - 6.14 */
	{true, 3, PX_KALLSYMS_RELATIVE},	  /* 6.15 */
	{true, 3, PX_KALLSYMS_PLACE_RELATIVE},
};

static void fill_names(struct table *t, bool per_cpu)
{
	unsigned int first = per_cpu ? 20 : 0; /* that is not absolute */

	for (unsigned int i = 0; i < COUNT; i++) {
		struct px_kallsyms_symbol *symbol = &t->symbols[i];

		symbol->absolute = i < first;
		symbol->type = symbol->absolute ? 'A' : i % 3 ? 't' : 'D';
		/* Some at one address, as aliases are. */
		symbol->address = symbol->absolute ? i * 64 : TEXT + (i - first) / 2 * 48;
		snprintf(t->names[i], sizeof(t->names[i]), "%sfunction_%u_end",
			 i % 7 ? "" : "__x", i);
		symbol->name = t->names[i];
	}
	/* Lengths of one byte and of two, and the longest. */
	memset(t->names[700], 'q', 126);
	t->names[700][126] = '\0';
	memset(t->names[701], 'q', 127);
	t->names[701][127] = '\0';
	memset(t->names[702], 'q', 511);
	t->names[702][511] = '\0';
}

static struct table *build(struct kallsyms_layout layout)
{
	struct table *t = NULL;

	assert_null(px_calloc(1, sizeof(*t), &t));
	fill_names(t, layout.kind == PX_KALLSYMS_PER_CPU_ABSOLUTE);
	px_buffer_zero(&t->bytes, BEFORE);
	/* What looks like the beginning of it. */
	memcpy(t->bytes.data + 64, "0\0001\0002\0003\0004\0005\0006\0007\0008\0009", 20);
	t->places = kallsyms_builder_add(&t->bytes, RODATA, layout, TEXT, t->symbols, COUNT);
	px_buffer_zero(&t->bytes, 64);
	return t;
}

static void table_free(struct table *t)
{
	px_buffer_fini(&t->bytes);
	free(t);
}

struct check {
	const struct table *table;
	unsigned int count;
};

static struct px_error *check_symbol(void *context, const struct px_kallsyms_symbol *symbol)
{
	struct check *check = context;
	const struct px_kallsyms_symbol *expected = &check->table->symbols[check->count++];

	assert_string_equal(symbol->name, expected->name);
	assert_true(symbol->address == expected->address);
	assert_int_equal(symbol->type, expected->type);
	assert_int_equal(symbol->absolute, expected->absolute);
	return NULL;
}

/* An error, if it does not decode; every symbol, if it does. */
static struct px_error *decode(const struct table *t, struct px_bytes bytes)
{
	struct px_linux_kallsyms kallsyms = {0};
	struct check check = {.table = t};
	struct px_error *err;

	err = px_linux_kallsyms_init(bytes, RODATA, t->places.tokens, &kallsyms);
	if (err)
		return err;
	assert_int_equal(kallsyms.count, COUNT);
	err = px_linux_kallsyms_each(&kallsyms, check_symbol, &check);
	if (!err)
		assert_int_equal(check.count, COUNT);
	return err;
}

static void test_layouts(void **state)
{
	for (size_t i = 0; i < px_array_size(layouts); i++) {
		struct table *t = build(layouts[i]);
		size_t tokens = 0;

		assert_true(px_linux_kallsyms_find(px_buffer_bytes(&t->bytes), 0, &tokens));
		assert_int_equal(tokens, t->places.tokens);
		assert_true(
			px_linux_kallsyms_find(px_buffer_bytes(&t->bytes), tokens, &tokens));
		assert_false(px_linux_kallsyms_find(px_buffer_bytes(&t->bytes), tokens + 4096,
						    &tokens));
		assert_null(decode(t, px_buffer_bytes(&t->bytes)));
		table_free(t);
	}
}

static void assert_damaged(struct table *t, struct px_bytes bytes, const char *part)
{
	struct px_error *err = decode(t, bytes);

	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_BAD_FORMAT);
	assert_non_null(strstr(err->message, part));
	px_error_free(err);
}

static void test_damage(void **state)
{
	for (size_t i = 0; i < px_array_size(layouts); i++) {
		struct table *t = build(layouts[i]);
		const struct kallsyms_places *p = &t->places;
		const struct {
			size_t offset;
			uint8_t flip;
			const char *part;
		} cases[] = {
			{p->index + 100, 1, "tokens"}, {p->tokens + 300, 0xff, "tokens"},
			{p->num_syms, 1, "names"},     {p->num_syms + 4, 1, "names"},
			{p->names, 1, "names"},	       {p->markers + 4, 1, "names"},
			{p->markers + 16, 1, "names"}, {p->offsets + 801, 0x20, "addresses"},
		};

		for (size_t k = 0; k < px_array_size(cases); k++) {
			t->bytes.data[cases[k].offset] ^= cases[k].flip;
			assert_damaged(t, px_buffer_bytes(&t->bytes), cases[k].part);
			t->bytes.data[cases[k].offset] ^= cases[k].flip;
		}
		if (layouts[i].kind != PX_KALLSYMS_PLACE_RELATIVE) {
			t->bytes.data[p->base + 7] = 0x7f;
			assert_damaged(t, px_buffer_bytes(&t->bytes), "addresses");
			t->bytes.data[p->base + 7] = 0xff;
		}
		assert_null(decode(t, px_buffer_bytes(&t->bytes)));
		table_free(t);
	}
}

/* What is cut off at either end is missed, and nothing beyond is read. */
static void test_cut(void **state)
{
	for (size_t i = 0; i < px_array_size(layouts); i++) {
		struct table *t = build(layouts[i]);
		size_t needed = t->places.index + 512;

		if (layouts[i].since_6_4)
			needed = t->places.base;
		for (size_t size = t->places.tokens - 9; size < needed; size += 37) {
			px_cleanup(px_freep) uint8_t *copy = malloc(size);

			assert_non_null(copy);
			memcpy(copy, t->bytes.data, size);
			assert_damaged(t, px_bytes_of(copy, size), "fit no known layout");
		}
		memset(t->bytes.data, 0, t->places.names + 1);
		assert_damaged(t, px_buffer_bytes(&t->bytes), "names");
		table_free(t);
	}
}

/* A name that expands beyond what Linux allows. */
static void test_long_name(void **state)
{
	struct table *t = build(layouts[0]);
	struct px_buffer bytes = {0};

	static char name[PX_KALLSYMS_NAME_MAX + 1];

	memset(name, 'q', PX_KALLSYMS_NAME_MAX);
	t->symbols[702].name = name;
	t->places = kallsyms_builder_add(&bytes, RODATA, layouts[0], TEXT, t->symbols, COUNT);
	assert_damaged(t, px_buffer_bytes(&bytes), "names");
	px_buffer_fini(&bytes);
	table_free(t);
}

static struct px_error *stop(void *context, const struct px_kallsyms_symbol *symbol)
{
	return px_error_new(PX_ERR_INTERRUPTED, "%s", symbol->name);
}

static void test_stopping(void **state)
{
	struct table *t = build(layouts[4]);
	struct px_linux_kallsyms kallsyms = {0};
	struct px_error *err;

	assert_null(px_linux_kallsyms_init(px_buffer_bytes(&t->bytes), RODATA, t->places.tokens,
					   &kallsyms));
	err = px_linux_kallsyms_each(&kallsyms, stop, NULL);
	assert_non_null(err);
	assert_string_equal(err->message, t->symbols[0].name);
	px_error_free(err);
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),	 cmocka_unit_test(test_damage),
		cmocka_unit_test(test_cut),	 cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_stopping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
