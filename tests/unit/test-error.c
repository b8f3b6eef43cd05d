/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error objects: text, prefixes, the static one. */
#include "lib/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void test_message_and_prefix(void **state)
{
	struct px_error *err = px_error_new(PX_ERR_NOT_FOUND, "no symbol %s", "init_task");

	err = px_error_prefix(err, "%s", "vmlinux");
	assert_int_equal(err->code, PX_ERR_NOT_FOUND);
	assert_string_equal(err->message, "vmlinux: no symbol init_task");
	px_error_free(err);
}

static void test_system(void **state)
{
	struct px_error *err = px_error_system(ENOENT, "open %s", "x");

	assert_int_equal(err->code, PX_ERR_SYSTEM);
	assert_int_equal(err->errno_value, ENOENT);
	assert_string_equal(err->message, "open x: No such file or directory");
	px_error_free(err);
}

static void test_static_error(void **state)
{
	struct px_error *err = px_error_prefix(&px_error_no_memory, "anything");

	assert_ptr_equal(err, &px_error_no_memory);
	px_error_free(err);
	assert_string_equal(px_error_no_memory.message, "out of memory");
	assert_null(px_error_prefix(NULL, "nothing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_and_prefix),
		cmocka_unit_test(test_system),
		cmocka_unit_test(test_static_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
