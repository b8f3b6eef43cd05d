/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of vCPUs as people write them. */
#include "guest/vcpu-list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

static void assert_list(const char *text, const char *expected)
{
	struct px_vcpu_list list = {0};
	char found[256] = "";
	size_t size = 0;

	assert_null(px_vcpu_list_parse(text, &list));
	for (uint32_t i = 0; i < PX_VCPUS_MAX; i++)
		if (px_vcpu_list_has(&list, i))
			size += (size_t)snprintf(found + size, sizeof(found) - size, "%u ", i);
	assert_string_equal(found, expected);
	assert_false(px_vcpu_list_has(&list, PX_VCPUS_MAX));
	assert_false(px_vcpu_list_has(&list, UINT32_MAX));
}

static void test_good(void **state)
{
	assert_list("0", "0 ");
	assert_list("3,1", "1 3 ");
	assert_list("0,2-4", "0 2 3 4 ");
	assert_list("63-65", "63 64 65 ");
	assert_list("7-7,7,6-8", "6 7 8 ");
	assert_list("8191", "8191 ");
}

static void test_bad(void **state)
{
	static const char *const texts[] = {"",
					    ",",
					    "1,",
					    ",1",
					    "-1",
					    "1-",
					    "2-1",
					    "a",
					    "1a",
					    "1 2",
					    " 1",
					    "+1",
					    "0x1",
					    "8192",
					    "1--2",
					    "1-2-3",
					    "99999999999999999999"};

	for (size_t i = 0; i < px_array_size(texts); i++) {
		struct px_vcpu_list list = {.bits = {1}};
		struct px_error *err = px_vcpu_list_parse(texts[i], &list);

		assert_non_null(err);
		assert_int_equal(err->code, PX_ERR_USAGE);
		assert_false(list.some);
		assert_int_equal(list.bits[0], 1);
		px_error_free(err);
	}
}

static void test_all_by_default(void **state)
{
	struct px_vcpu_list list = {0};

	assert_true(px_vcpu_list_has(&list, 0));
	assert_true(px_vcpu_list_has(&list, UINT32_MAX));
	assert_null(px_vcpu_list_check(&list, 1));
}

static void test_check(void **state)
{
	struct px_vcpu_list list = {0};
	struct px_error *err;

	assert_null(px_vcpu_list_parse("0-3", &list));
	assert_null(px_vcpu_list_check(&list, 4));
	err = px_vcpu_list_check(&list, 3);
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_USAGE);
	assert_string_equal(err->message, "the guest has no vCPU 3, only 0 to 2");
	px_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_all_by_default),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
