/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading numbers and strings of a kernel: what is no address of it, what does not fit. */
#include "guest/linux-members.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "guest/address.h"
#include "tests/support/driver-world.h"

static bool read_anything(void *context, uint64_t address, void *buffer, size_t size)
{
	memset(buffer, 'A', size);
	return true;
}

/* Whatever a reader would do: neither user space, nor around the end of all addresses. */
static void test_addresses(void **state)
{
	const struct px_linux_reader reader = {.read = read_anything};
	uint8_t bytes[8];

	assert_true(px_linux_read_at(&reader, PX_LINUX_KERNEL_SPACE, 0, bytes, 8));
	assert_false(px_linux_read_at(&reader, PX_LINUX_KERNEL_SPACE - 1, 1, bytes, 8));
	assert_true(px_linux_read_at(&reader, UINT64_MAX - 8, 0, bytes, 8));
	assert_false(px_linux_read_at(&reader, UINT64_MAX - 7, 1, bytes, 8));
	assert_false(px_linux_read_at(&reader, UINT64_MAX - 7, 8, bytes, 8));
	assert_false(px_linux_read_at(&reader, UINT64_MAX - 7, UINT64_MAX, bytes, 8));
}

static void test_strings(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {{"eth0", true}, {"1234567", true}, {"12345678", false}, {"", false},
		     {"a b", false}, {"a\x7f", false},	{"\xc3\xa4", false}};
	struct flat_memory memory = {0};
	const struct px_linux_reader reader = flat_memory_reader(&memory);
	const uint64_t page = UINT64_C(0xffff888001000000), end = page + PX_PAGE_SIZE;
	char text[8];

	flat_memory_add(&memory, page, PX_PAGE_SIZE);
	for (size_t i = 0; i < px_array_size(cases); i++) {
		flat_memory_put(&memory, page, cases[i].text, strlen(cases[i].text) + 1);
		memset(text, 'x', sizeof(text));
		assert_int_equal(px_linux_string_at(&reader, page, text, sizeof(text)),
				 cases[i].good);
		assert_string_equal(text, cases[i].good ? cases[i].text : "");
	}
	/* What is behind its end need not be there, what is before has to. */
	flat_memory_put(&memory, end - 4, "end", 4);
	assert_true(px_linux_string_at(&reader, end - 4, text, sizeof(text)));
	assert_string_equal(text, "end");
	flat_memory_put(&memory, end - 1, "x", 1);
	assert_false(px_linux_string_at(&reader, end - 4, text, sizeof(text)));
	flat_memory_fini(&memory);
}

static void test_sizes(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	struct px_linux_lookup l = {0};

	driver_world_build(&world, NULL);
	l.types = world.types[PX_LINUX_NETFRONT];
	assert_int_equal(px_linux_want(&l, "xenbus_device", "otherend_id", 0).size, 4);
	assert_int_equal(px_linux_want(&l, "xenbus_device", "otherend_id", 2).size, 2);
	assert_string_equal(l.lacks, "");
	assert_int_equal(px_linux_want(&l, "xenbus_device", "otherend_id", 8).size, 0);
	assert_string_equal(l.lacks, "this kernel's types have no xenbus_device.otherend_id");
	assert_int_equal(px_linux_want(&l, "xenbus_device", "dev", 0).size, 0);
	assert_false(l.failed);
	px_linux_need(&l, "xenbus_device", "otherend_id", 8);
	assert_true(l.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
