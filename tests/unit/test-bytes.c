/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checked cursor: values, bounds, LEB128 against DWARF 5's own examples. */
#include "lib/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct px_cursor cursor(const void *data, size_t size)
{
	return px_cursor_of(px_bytes_of(data, size));
}

static void test_fixed_width(void **state)
{
	const uint8_t data[] = {1, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0x80};
	struct px_cursor c = cursor(data, sizeof(data));

	assert_int_equal(px_cursor_u8(&c), 1);
	assert_int_equal(px_cursor_u16(&c), 2);
	assert_int_equal(px_cursor_u32(&c), 3);
	assert_true(px_cursor_u64(&c) == 0x8000000000000004u);
	assert_false(c.failed);
	assert_int_equal(px_cursor_left(&c), 0);
}

static void test_short_read_stays(void **state)
{
	const uint8_t data[] = {1, 2, 3};
	struct px_cursor c = cursor(data, sizeof(data));

	assert_int_equal(px_cursor_u32(&c), 0);
	assert_true(c.failed);
	assert_int_equal(c.pos, 0);
	assert_int_equal(px_cursor_u8(&c), 0);
}

/* DWARF 5, figures 22 and 23. */
static void test_leb128_examples(void **state)
{
	const uint8_t u[] = {2, 127, 0x80, 1, 0x81, 1, 0x82, 1, 0xb9, 0x64};
	const uint8_t s[] = {2, 0x7e, 0xff, 0,	  0x81, 0x7f, 0x80,
			     1, 0x80, 0x7f, 0x81, 1,	0xff, 0x7e};
	const uint64_t u_want[] = {2, 127, 128, 129, 130, 12857};
	const int64_t s_want[] = {2, -2, 127, -127, 128, -128, 129, -129};
	struct px_cursor c = cursor(u, sizeof(u));

	for (size_t i = 0; i < px_array_size(u_want); i++)
		assert_true(px_cursor_uleb128(&c) == u_want[i]);
	assert_false(c.failed);
	c = cursor(s, sizeof(s));
	for (size_t i = 0; i < px_array_size(s_want); i++)
		assert_true(px_cursor_sleb128(&c) == s_want[i]);
	assert_false(c.failed);
}

static void test_leb128_extremes(void **state)
{
	const uint8_t max[] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 1};
	const uint8_t min[] = {128, 128, 128, 128, 128, 128, 128, 128, 128, 127};
	const uint8_t wide[] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 2};
	const uint8_t open[] = {0x80, 0x80};
	struct px_cursor c = cursor(max, sizeof(max));

	assert_true(px_cursor_uleb128(&c) == UINT64_MAX);
	c = cursor(min, sizeof(min));
	assert_true(px_cursor_sleb128(&c) == INT64_MIN);
	c = cursor(wide, sizeof(wide));
	px_cursor_uleb128(&c);
	assert_true(c.failed);
	c = cursor(open, sizeof(open));
	px_cursor_sleb128(&c);
	assert_true(c.failed);
}

static void test_strings(void **state)
{
	struct px_cursor c = cursor("ab\0cd", 5);

	assert_string_equal(px_cursor_string(&c), "ab");
	assert_null(px_cursor_string(&c));
	assert_true(c.failed);
	c = cursor(NULL, 0);
	assert_null(px_cursor_string(&c));
	assert_true(c.failed);
}

static void test_slices(void **state)
{
	struct px_bytes part, all = px_bytes_of("abcdef", 6);

	assert_true(px_bytes_slice(all, 2, 4, &part));
	assert_memory_equal(part.data, "cdef", 4);
	assert_true(px_bytes_slice(all, 6, 0, &part));
	assert_false(px_bytes_slice(all, 7, 0, &part));
	assert_false(px_bytes_slice(all, 2, UINT64_MAX, &part));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed_width),	cmocka_unit_test(test_short_read_stays),
		cmocka_unit_test(test_leb128_examples), cmocka_unit_test(test_leb128_extremes),
		cmocka_unit_test(test_strings),		cmocka_unit_test(test_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
