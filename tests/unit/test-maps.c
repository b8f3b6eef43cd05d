/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings: overlaps, sharing after a fork, and what a hostile file may cost. */
#include "report/maps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
	SPAN = 64
};

static void add(struct px_maps **maps, struct px_maps_budget *budget, uint64_t start,
		uint64_t end, uint32_t dso)
{
	const struct px_map map = {.start = start, .end = end, .dso = dso};

	assert_null(px_maps_add(maps, &map, budget));
}

static uint32_t dso_at(struct px_maps *maps, uint64_t address)
{
	const struct px_map *map = px_maps_find(maps, address);

	return map ? map->dso : PX_ID_NONE;
}

/* Random mappings against an array with one entry an address. */
static void test_overlaps(void **state)
{
	srandom(7);
	for (int round = 0; round < 200; round++) {
		struct px_maps_budget budget = {.left = 1000};
		struct px_maps *maps = NULL;
		uint32_t wanted[SPAN];

		for (int i = 0; i < SPAN; i++)
			wanted[i] = PX_ID_NONE;
		for (uint32_t dso = 0; dso < 20; dso++) {
			uint64_t start = (uint64_t)random() % SPAN;
			uint64_t end = start + (uint64_t)random() % (SPAN - start + 1);

			add(&maps, &budget, start, end, dso);
			for (uint64_t i = start; i < end; i++)
				wanted[i] = dso;
			for (uint64_t i = 0; i < SPAN; i++)
				assert_int_equal(dso_at(maps, i), wanted[i]);
		}
		px_maps_drop(maps, &budget);
		assert_int_equal(budget.left, 1000);
	}
}

static void test_share(void **state)
{
	struct px_maps_budget budget = {.left = 100};
	struct px_maps *parent = NULL, *child;

	add(&parent, &budget, 10, 20, 1);
	child = px_maps_share(parent);
	add(&child, &budget, 15, 30, 2);
	assert_int_equal(dso_at(parent, 16), 1);
	assert_int_equal(dso_at(child, 16), 2);
	assert_int_equal(dso_at(child, 12), 1);
	px_maps_drop(parent, &budget);
	assert_int_equal(dso_at(child, 29), 2);
	px_maps_drop(child, &budget);
	assert_int_equal(budget.left, 100);
	assert_null(px_maps_share(NULL));
	px_maps_drop(NULL, &budget);
	assert_null(px_maps_find(NULL, 1));
}

static void test_budget(void **state)
{
	struct px_maps_budget budget = {.left = 10};
	struct px_maps *maps = NULL, *others[20];

	for (uint64_t i = 0; i < 100; i++)
		add(&maps, &budget, i * 10, i * 10 + 5, (uint32_t)i);
	assert_int_equal(dso_at(maps, 3), 0);
	assert_int_equal(dso_at(maps, 993), PX_ID_NONE);
	/* Copies count as well. */
	for (int i = 0; i < 20; i++) {
		others[i] = px_maps_share(maps);
		add(&others[i], &budget, 2000, 2001, 77);
		assert_int_equal(dso_at(others[i], 2000), PX_ID_NONE);
	}
	for (int i = 0; i < 20; i++)
		px_maps_drop(others[i], &budget);
	px_maps_drop(maps, &budget);
	assert_int_equal(budget.left, 10);
}

static void test_ends(void **state)
{
	struct px_maps_budget budget = {.left = 10};
	struct px_maps *maps = NULL;

	add(&maps, &budget, 20, 10, 1);
	add(&maps, &budget, 20, 20, 1);
	assert_null(maps);
	add(&maps, &budget, 0, UINT64_MAX, 1);
	add(&maps, &budget, UINT64_MAX - 5, UINT64_MAX, 2);
	assert_int_equal(dso_at(maps, 0), 1);
	assert_int_equal(dso_at(maps, UINT64_MAX - 1), 2);
	assert_int_equal(dso_at(maps, UINT64_MAX), PX_ID_NONE);
	px_maps_drop(maps, &budget);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
