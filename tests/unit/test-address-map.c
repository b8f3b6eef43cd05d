/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address map against a plain array. */
#include "tracer/address-map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Clustered like return addresses, all different. */
static uint64_t address_of(uint64_t i)
{
	return UINT64_C(0xffffffff81000000) + i * 16 + i % 7;
}

static void test_put_and_get(void **state)
{
	struct px_address_map map = {0};

	assert_null(px_address_map_get(&map, 1));
	for (uint64_t i = 0; i < 100000; i++) {
		assert_null(px_address_map_get(&map, address_of(i)));
		assert_null(px_address_map_put(&map, address_of(i), (uint8_t)(i * 7)));
	}
	assert_int_equal(map.count, 100000);
	for (uint64_t i = 0; i < 100000; i++) {
		const uint8_t *value = px_address_map_get(&map, address_of(i));

		assert_non_null(value);
		assert_int_equal(*value, (uint8_t)(i * 7));
	}
	assert_null(px_address_map_get(&map, address_of(100000)));
	px_address_map_fini(&map);
	px_address_map_fini(&map);
}

static void test_clear(void **state)
{
	struct px_address_map map = {0};

	px_address_map_clear(&map);
	assert_null(px_address_map_put(&map, 5, 1));
	px_address_map_clear(&map);
	assert_null(px_address_map_get(&map, 5));
	assert_null(px_address_map_put(&map, 5, 2));
	assert_int_equal(*px_address_map_get(&map, 5), 2);
	px_address_map_fini(&map);
}

static void test_bound(void **state)
{
	struct px_address_map map = {0};

	for (uint64_t i = 0; i <= PX_ADDRESS_MAP_MAX; i++)
		assert_null(px_address_map_put(&map, address_of(i), 1));
	assert_int_equal(map.count, 1);
	assert_true(map.capacity <= 2 * PX_ADDRESS_MAP_MAX);
	assert_non_null(px_address_map_get(&map, address_of(PX_ADDRESS_MAP_MAX)));
	px_address_map_fini(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_and_get),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
