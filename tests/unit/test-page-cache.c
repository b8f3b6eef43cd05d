/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page cache over the double, whose mappings are real ones. */
#include "guest/page-cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/guest-double.h"

struct fixture {
	struct px_guest_double *guest;
	struct px_page_cache *cache;
};

static struct fixture fixture_new(size_t limit)
{
	struct fixture f = {.guest = px_guest_double_new(PX_GUEST_PVH, 1)};

	assert_null(px_page_cache_new(&f.guest->guest, limit, &f.cache));
	return f;
}

static void fixture_free(struct fixture *f)
{
	px_page_cache_free(f->cache);
	assert_int_equal(f->guest->mapped_now, 0);
	px_guest_close(&f->guest->guest);
}

/* A frame whose first byte tells which it is. */
static px_frame_number numbered_frame(struct fixture *f)
{
	px_frame_number frame = px_guest_double_frames(f->guest, 1);

	*(uint64_t *)px_guest_double_page(f->guest, frame) = frame.value;
	return frame;
}

static bool holds(struct fixture *f, px_frame_number frame)
{
	const uint8_t *page = px_page_cache_find(f->cache, frame);

	assert_true(!page || *(const uint64_t *)page == frame.value);
	return page;
}

static void test_maps_a_batch_once(void **state)
{
	struct fixture f = fixture_new(16);
	px_frame_number frames[4];

	for (size_t i = 0; i < 4; i++)
		frames[i] = numbered_frame(&f);
	assert_false(holds(&f, frames[0]));
	assert_false(px_page_cache_add(f.cache, frames, 3));
	assert_int_equal(f.guest->maps, 1);
	for (size_t i = 0; i < 3; i++)
		assert_true(holds(&f, frames[i]));
	px_page_cache_add(f.cache, frames, 3);
	assert_int_equal(f.guest->maps, 1);
	/* Only what is missing, and that once. */
	px_page_cache_add(f.cache, (px_frame_number[]){frames[0], frames[3], frames[3]}, 3);
	assert_int_equal(f.guest->maps, 2);
	assert_int_equal(f.guest->guest.counts.mapped_pages, 4);
	assert_int_equal(px_page_cache_counts(f.cache).added, 4);
	assert_int_equal(px_page_cache_counts(f.cache).evicted, 0);
	fixture_free(&f);
}

static void test_sees_what_the_guest_writes(void **state)
{
	struct fixture f = fixture_new(16);
	px_frame_number frame = numbered_frame(&f);
	const uint8_t *page;

	px_page_cache_add(f.cache, &frame, 1);
	page = px_page_cache_find(f.cache, frame);
	((uint8_t *)px_guest_double_page(f.guest, frame))[100] = 42;
	assert_int_equal(page[100], 42);
	fixture_free(&f);
}

static void test_holes_of_a_batch(void **state)
{
	struct fixture f = fixture_new(16);
	px_frame_number frames[3] = {numbered_frame(&f), px_frame_number_of(1u << 30),
				     numbered_frame(&f)};

	px_page_cache_add(f.cache, frames, 3);
	assert_true(holds(&f, frames[0]));
	assert_false(holds(&f, frames[1]));
	assert_true(holds(&f, frames[2]));
	/* Nothing of a batch is there: nothing is kept. */
	px_page_cache_add(f.cache, &frames[1], 1);
	assert_int_equal(px_page_cache_counts(f.cache).mapped, 3);
	fixture_free(&f);
}

static void test_map_fails(void **state)
{
	struct fixture f = fixture_new(16);
	px_frame_number frame = numbered_frame(&f);

	f.guest->fail_map = 1;
	px_page_cache_add(f.cache, &frame, 1);
	assert_false(holds(&f, frame));
	px_page_cache_add(f.cache, &frame, 1);
	assert_true(holds(&f, frame));
	fixture_free(&f);
}

static void test_keeps_to_its_limit(void **state)
{
	const size_t limits[] = {1, 2, 3, 7, 64};

	for (size_t k = 0; k < px_array_size(limits); k++) {
		struct fixture f = fixture_new(limits[k]);
		px_frame_number frames[200];

		srandom((unsigned int)k);
		for (size_t i = 0; i < 200; i++)
			frames[i] = numbered_frame(&f);
		for (size_t i = 0; i < 2000; i++) {
			size_t first = (size_t)random() % 190;
			bool was_there = holds(&f, frames[first]);

			px_page_cache_add(f.cache, &frames[first], 1 + (size_t)random() % 10);
			assert_true(was_there || holds(&f, frames[first]));
			for (size_t j = 0; j < 200; j += 1 + (size_t)random() % 20)
				holds(&f, frames[j]);
			assert_true(f.guest->mapped_now <= limits[k]);
			assert_int_equal(f.guest->mapped_now,
					 px_page_cache_counts(f.cache).mapped);
		}
		assert_true(px_page_cache_counts(f.cache).evicted > 0);
		fixture_free(&f);
	}
}

/* Ten pages pass by one that is used each time. */
static void test_used_pages_stay(void **state)
{
	struct fixture f = fixture_new(4);
	px_frame_number hot = numbered_frame(&f);
	bool left = false;

	px_page_cache_add(f.cache, &hot, 1);
	for (size_t i = 0; i < 10; i++) {
		px_frame_number frame = numbered_frame(&f);

		assert_true(holds(&f, hot));
		left |= px_page_cache_add(f.cache, &frame, 1);
	}
	assert_true(left);
	assert_true(holds(&f, hot));
	fixture_free(&f);
}

static void test_drop(void **state)
{
	struct fixture f = fixture_new(8);
	px_frame_number frames[5];

	for (size_t i = 0; i < 5; i++)
		frames[i] = numbered_frame(&f);
	px_page_cache_add(f.cache, frames, 5);
	px_page_cache_drop(f.cache);
	assert_int_equal(f.guest->mapped_now, 0);
	for (size_t i = 0; i < 5; i++)
		assert_false(holds(&f, frames[i]));
	px_page_cache_add(f.cache, frames, 5);
	assert_true(holds(&f, frames[4]));
	fixture_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_maps_a_batch_once),
		cmocka_unit_test(test_sees_what_the_guest_writes),
		cmocka_unit_test(test_holes_of_a_batch),
		cmocka_unit_test(test_map_fails),
		cmocka_unit_test(test_keeps_to_its_limit),
		cmocka_unit_test(test_used_pages_stay),
		cmocka_unit_test(test_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
