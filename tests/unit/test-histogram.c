/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantiles of the histogram against quantiles of the sorted values. */
#include "lib/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void test_empty(void **state)
{
	struct px_histogram h = {0};

	assert_true(px_histogram_quantile(&h, 0.5) == 0);
}

static void test_small_values_are_exact(void **state)
{
	struct px_histogram h = {0};

	for (uint64_t v = 0; v < 10; v++)
		px_histogram_add(&h, v);
	assert_true(px_histogram_quantile(&h, 0.5) == 4);
	assert_true(px_histogram_quantile(&h, 1.0) == 9);
	assert_true(h.sum == 45 && h.count == 10 && h.max == 9);
}

static void test_extremes(void **state)
{
	struct px_histogram h = {0};

	px_histogram_add(&h, UINT64_MAX);
	px_histogram_add(&h, 0);
	assert_true(px_histogram_quantile(&h, 0.5) == 0);
	assert_true(px_histogram_quantile(&h, 1.0) == UINT64_MAX);
}

static void test_against_sorted_values(void **state)
{
	enum {
		COUNT = 10007
	};
	const double fractions[] = {0.001, 0.25, 0.5, 0.9, 0.99, 0.999};
	uint64_t *values = calloc(COUNT, sizeof(*values));
	struct px_histogram h = {0};
	uint64_t random = 88172645463325252u;

	for (size_t i = 0; i < COUNT; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		values[i] = random >> (random % 50 + 8);
		px_histogram_add(&h, values[i]);
	}
	qsort(values, COUNT, sizeof(*values), by_value);
	for (size_t i = 0; i < px_array_size(fractions); i++) {
		uint64_t exact = values[(size_t)(fractions[i] * COUNT)];
		uint64_t got = px_histogram_quantile(&h, fractions[i]);

		assert_in_range(got, exact, exact + exact / 16);
	}
	free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_small_values_are_exact),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_against_sorted_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
