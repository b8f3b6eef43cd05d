/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters: lists, ranges, spans of time, and lists that make no sense. */
#include "report/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct px_filter_subject subject = {.comm = "nginx",
						 .event = "vcpu-clock",
						 .pid = 100,
						 .tid = 107,
						 .cpu = 2,
						 .time = 12500000000};

static bool passes(struct px_filter filter)
{
	assert_null(px_filter_check(&filter));
	assert_false(px_filter_is_open(&filter));
	return px_filter_passes(&filter, &subject);
}

static void test_open(void **state)
{
	const struct px_filter filter = {0};

	assert_null(px_filter_check(&filter));
	assert_true(px_filter_is_open(&filter));
	assert_true(px_filter_passes(&filter, &subject));
}

static void test_names(void **state)
{
	assert_true(passes((struct px_filter){.comms = "nginx"}));
	assert_true(passes((struct px_filter){.comms = "sh,nginx,ls"}));
	assert_false(passes((struct px_filter){.comms = "ngin"}));
	assert_false(passes((struct px_filter){.comms = "nginx2,xnginx"}));
	assert_true(passes((struct px_filter){.events = "cycles,vcpu-clock"}));
	assert_false(passes((struct px_filter){.events = "vcpu"}));
}

static void test_numbers(void **state)
{
	struct px_filter_subject nowhere = subject;
	const struct px_filter on_cpu = {.cpus = "0-9"};

	assert_true(passes((struct px_filter){.cpus = "2"}));
	assert_true(passes((struct px_filter){.cpus = "0-1,2-3"}));
	assert_false(passes((struct px_filter){.cpus = "0-1,3,20"}));
	assert_true(passes((struct px_filter){.pids = "100", .tids = "5,107"}));
	assert_false(passes((struct px_filter){.pids = "100", .tids = "5"}));
	nowhere.cpu = -1;
	assert_false(px_filter_passes(&on_cpu, &nowhere));
}

static void test_time(void **state)
{
	assert_true(passes((struct px_filter){.time = "12.5,13"}));
	assert_true(passes((struct px_filter){.time = ",12.5"}));
	assert_true(passes((struct px_filter){.time = "12,"}));
	assert_true(passes((struct px_filter){.time = "12"}));
	assert_false(passes((struct px_filter){.time = "12.500001,13"}));
	assert_false(passes((struct px_filter){.time = ",12.499999"}));
}

static void test_nonsense(void **state)
{
	static const struct px_filter bad[] = {
		{.cpus = ""},	   {.cpus = "a"},     {.cpus = "3-1"}, {.cpus = "1-"},
		{.cpus = "1;2"},   {.cpus = "-1"},    {.tids = "1 2"}, {.pids = "x"},
		{.time = "later"}, {.time = "1,2,3"}, {.time = "-1"},  {.time = "nan"},
		{.time = "1e99,"},
	};

	for (size_t i = 0; i < px_array_size(bad); i++) {
		struct px_error *err = px_filter_check(&bad[i]);

		assert_non_null(err);
		assert_int_equal(err->code, PX_ERR_USAGE);
		px_error_free(err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),	 cmocka_unit_test(test_names),
		cmocka_unit_test(test_numbers),	 cmocka_unit_test(test_time),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
