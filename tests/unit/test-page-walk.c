/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page walk over tables that are sparse arrays of entries. */
#include "guest/page-walk-x86.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "lib/compiler.h"

#define ADDRESS	     UINT64_C(0xffffc90000123456)
#define PRESENT	     1u
#define LARGE	     0x80u
#define PAT_LARGE    0x1000u
#define NO_EXECUTE   (UINT64_C(1) << 63)
#define SOFTWARE     (UINT64_C(0x7ff) << 52)
#define ACCESS_FLAGS 0x66u

struct entry {
	uint64_t table;
	unsigned int index;
	uint64_t value;
};

struct tables {
	const struct entry *entries;
	size_t count;
	uint64_t unreadable; /* this table cannot be read */
	unsigned int reads;
};

static bool read_entry(void *context, px_frame_number table, unsigned int index, uint64_t *ret)
{
	struct tables *tables = context;

	tables->reads++;
	assert_true(index < 512);
	if (table.value == tables->unreadable)
		return false;
	*ret = 0;
	for (size_t i = 0; i < tables->count; i++) {
		if (tables->entries[i].table == table.value &&
		    tables->entries[i].index == index)
			*ret = tables->entries[i].value;
	}
	return true;
}

static enum px_read_outcome walk(struct tables *tables, enum px_paging paging, uint64_t address,
				 uint64_t *frame)
{
	struct px_table_reader reader = {.read = read_entry, .context = tables};
	px_frame_number found = px_frame_number_of(0);
	enum px_read_outcome outcome =
		px_page_walk(&reader, paging, px_root_of(1), px_gva_of(address), &found);

	*frame = found.value;
	return outcome;
}

/* Indexes of ADDRESS, by hand: 402 of 0xffffc9..., 256, 0, 0x123 = 291 from the last 9 bits. */
static const struct entry small_pages[] = {
	{1, 402, 0x2000 | PRESENT | ACCESS_FLAGS | SOFTWARE},
	{2, 256 - 256, 0x3000 | PRESENT},
	{3, 0, 0x4000 | PRESENT | NO_EXECUTE},
	{4, 291, UINT64_C(0x000ffffffffff000) | PRESENT | LARGE | NO_EXECUTE},
};

static void test_four_levels(void **state)
{
	struct tables tables = {small_pages, px_array_size(small_pages), 0, 0};
	uint64_t frame;

	assert_int_equal(walk(&tables, PX_PAGING_4_LEVEL, ADDRESS, &frame), PX_READ_OK);
	/* All 40 bits of the frame; bit 7 is PAT here and means nothing. */
	assert_int_equal(frame, UINT64_C(0xffffffffff));
	assert_int_equal(tables.reads, 4);
}

static void test_five_levels(void **state)
{
	const struct entry entries[] = {
		{1, 511, 0x5000 | PRESENT},  {5, 402, 0x2000 | PRESENT},
		{2, 0, 0x3000 | PRESENT},    {3, 0, 0x4000 | PRESENT},
		{4, 291, 0x77000 | PRESENT}, {1, 273, 0x6000 | PRESENT},
	};
	struct tables tables = {entries, px_array_size(entries), 0, 0};
	uint64_t frame;

	assert_int_equal(walk(&tables, PX_PAGING_5_LEVEL, ADDRESS, &frame), PX_READ_OK);
	assert_int_equal(frame, 0x77);
	assert_int_equal(tables.reads, 5);
	/* Canonical with 57 bits only. */
	assert_int_equal(walk(&tables, PX_PAGING_5_LEVEL, UINT64_C(0xff11000000000000), &frame),
			 PX_READ_NOT_PRESENT);
	assert_int_equal(walk(&tables, PX_PAGING_4_LEVEL, UINT64_C(0xff11000000000000), &frame),
			 PX_READ_NOT_CANONICAL);
}

static void test_large_pages(void **state)
{
	const struct entry entries[] = {
		{1, 0, 0x2000 | PRESENT},
		{2, 0, 0x3000 | PRESENT},
		/* The PAT bit is no part of the frame. */
		{3, 1, 0x40000000 | PRESENT | LARGE | PAT_LARGE},
		{2, 1, UINT64_C(0x80000000) | PRESENT | LARGE | PAT_LARGE},
	};
	struct tables tables = {entries, px_array_size(entries), 0, 0};
	uint64_t frame;

	assert_int_equal(walk(&tables, PX_PAGING_4_LEVEL, 0x200000 + 0x5123, &frame),
			 PX_READ_OK);
	assert_int_equal(frame, 0x40005);
	assert_int_equal(tables.reads, 3);
	assert_int_equal(walk(&tables, PX_PAGING_4_LEVEL, 0x40000000 + 0x3f123456, &frame),
			 PX_READ_OK);
	assert_int_equal(frame, 0x80000 + 0x3f123);
	assert_int_equal(tables.reads, 5);
}

static void test_not_present_at_each_level(void **state)
{
	for (size_t level = 0; level < px_array_size(small_pages); level++) {
		struct entry entries[px_array_size(small_pages)];
		struct tables tables = {entries, px_array_size(entries), 0, 0};
		uint64_t frame;

		__builtin_memcpy(entries, small_pages, sizeof(entries));
		entries[level].value &= ~(uint64_t)PRESENT;
		assert_int_equal(walk(&tables, PX_PAGING_4_LEVEL, ADDRESS, &frame),
				 PX_READ_NOT_PRESENT);
		assert_int_equal(tables.reads, level + 1);
		assert_int_equal(frame, 0);
	}
}

static void test_table_cannot_be_read(void **state)
{
	for (uint64_t table = 1; table <= 4; table++) {
		struct tables tables = {small_pages, px_array_size(small_pages), table, 0};
		uint64_t frame;

		assert_int_equal(walk(&tables, PX_PAGING_4_LEVEL, ADDRESS, &frame),
				 PX_READ_NOT_MAPPABLE);
		assert_int_equal(tables.reads, table);
	}
}

/* A table that holds itself everywhere: still one read a level. */
static void test_cycle(void **state)
{
	const struct entry entries[] = {{1, 0, 0x1000 | PRESENT}};
	struct tables tables = {entries, px_array_size(entries), 0, 0};
	uint64_t frame;

	assert_int_equal(walk(&tables, PX_PAGING_5_LEVEL, 0, &frame), PX_READ_OK);
	assert_int_equal(frame, 1);
	assert_int_equal(tables.reads, 5);
}

static void test_reserved_bit_above_level_three(void **state)
{
	const struct entry entries[] = {{1, 0, 0x2000 | PRESENT | LARGE}};
	struct tables tables = {entries, px_array_size(entries), 0, 0};
	uint64_t frame;

	assert_int_equal(walk(&tables, PX_PAGING_4_LEVEL, 0, &frame), PX_READ_NOT_PRESENT);
	assert_int_equal(walk(&tables, PX_PAGING_5_LEVEL, 0, &frame), PX_READ_NOT_PRESENT);
}

static void test_canonical_edges(void **state)
{
	const uint64_t good[] = {0, UINT64_C(0x00007fffffffffff), UINT64_C(0xffff800000000000),
				 UINT64_MAX};
	const uint64_t bad[] = {UINT64_C(0x0000800000000000), UINT64_C(0xffff7fffffffffff),
				UINT64_C(1) << 63, UINT64_C(0xfffe800000000000)};
	struct tables tables = {NULL, 0, 0, 0};
	uint64_t frame;

	for (size_t i = 0; i < px_array_size(good); i++)
		assert_int_equal(walk(&tables, PX_PAGING_4_LEVEL, good[i], &frame),
				 PX_READ_NOT_PRESENT);
	tables.reads = 0;
	for (size_t i = 0; i < px_array_size(bad); i++)
		assert_int_equal(walk(&tables, PX_PAGING_4_LEVEL, bad[i], &frame),
				 PX_READ_NOT_CANONICAL);
	assert_int_equal(tables.reads, 0);
}

static void test_other_paging(void **state)
{
	struct tables tables = {NULL, 0, 0, 0};
	uint64_t frame;

	assert_int_equal(walk(&tables, PX_PAGING_OFF, 0, &frame), PX_READ_BAD_ROOT);
	assert_int_equal(walk(&tables, PX_PAGING_32BIT, 0, &frame), PX_READ_BAD_ROOT);
	assert_int_equal(tables.reads, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_four_levels),
		cmocka_unit_test(test_five_levels),
		cmocka_unit_test(test_large_pages),
		cmocka_unit_test(test_not_present_at_each_level),
		cmocka_unit_test(test_table_cannot_be_read),
		cmocka_unit_test(test_cycle),
		cmocka_unit_test(test_reserved_bit_above_level_three),
		cmocka_unit_test(test_canonical_edges),
		cmocka_unit_test(test_other_paging),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
