/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a guest's virtual memory, over a guest with real page tables. */
#include "guest/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/guest-double.h"

#define STACK UINT64_C(0xffffc90000010000)
#define USER  UINT64_C(0x00007f1234567000)

struct fixture {
	struct px_guest_double *guest;
	struct px_memory *memory;
	px_root root;
	enum px_paging paging;
};

static struct fixture fixture_new(enum px_paging paging, size_t limit)
{
	struct fixture f = {
		.guest = px_guest_double_new(PX_GUEST_PVH, 1),
		.paging = paging,
	};

	f.root = px_guest_double_root(f.guest);
	assert_null(px_memory_new(&f.guest->guest, limit, &f.memory));
	return f;
}

static void fixture_free(struct fixture *f)
{
	px_memory_free(f->memory);
	px_guest_close(&f->guest->guest);
}

static void write_word(struct fixture *f, uint64_t address, uint64_t word)
{
	px_guest_double_write_word(f->guest, f->paging, f->root, address, word);
}

static enum px_read_outcome word_at(struct fixture *f, px_root root, uint64_t address,
				    uint64_t *ret)
{
	return px_memory_word(f->memory, f->paging, root, px_gva_of(address), ret);
}

static void assert_word(struct fixture *f, px_root root, uint64_t address, uint64_t expected)
{
	uint64_t word = 0;

	assert_int_equal(word_at(f, root, address, &word), PX_READ_OK);
	assert_int_equal(word, expected);
}

static void read_across_pages(enum px_paging paging)
{
	struct fixture f = fixture_new(paging, 64);
	uint8_t written[3 * PX_PAGE_SIZE], got[sizeof(written)];
	const uint64_t address = STACK + 1000;

	for (size_t i = 0; i < sizeof(written); i++)
		written[i] = (uint8_t)(i * 7 + i / 251);
	px_guest_double_write(f.guest, paging, f.root, address, written, sizeof(written));
	for (size_t size = 0; size <= sizeof(written); size += 509) {
		memset(got, 0, sizeof(got));
		assert_int_equal(
			px_memory_read(f.memory, paging, f.root, px_gva_of(address), got, size),
			PX_READ_OK);
		assert_memory_equal(got, written, size);
	}
	/* A word across two pages, and one byte past what there is. */
	memcpy(got, written + 3092, 8);
	assert_word(&f, f.root, STACK + PX_PAGE_SIZE - 4, *(uint64_t *)(void *)got);
	assert_int_equal(px_memory_read(f.memory, paging, f.root,
					px_gva_of(STACK + PX_PAGE_SIZE), got, sizeof(got)),
			 PX_READ_OK);
	assert_int_equal(px_memory_read(f.memory, paging, f.root,
					px_gva_of(STACK + PX_PAGE_SIZE + 1), got, sizeof(got)),
			 PX_READ_NOT_PRESENT);
	fixture_free(&f);
}

static void test_read_four_levels(void **state)
{
	read_across_pages(PX_PAGING_4_LEVEL);
}

static void test_read_five_levels(void **state)
{
	read_across_pages(PX_PAGING_5_LEVEL);
}

static void test_large_pages(void **state)
{
	struct fixture f = fixture_new(PX_PAGING_4_LEVEL, 64);
	px_frame_number huge = px_guest_double_frames(f.guest, 512), got;
	const uint64_t address = UINT64_C(0xffffffff81000000);

	px_guest_double_map(f.guest, f.paging, f.root, address, huge, PX_PAGE_2M);
	write_word(&f, address + 0x12340, 4711);
	assert_word(&f, f.root, address + 0x12340, 4711);
	assert_int_equal(px_memory_translate(f.memory, f.paging, f.root,
					     px_gva_of(address + 0x1ff123), &got),
			 PX_READ_OK);
	assert_int_equal(got.value, huge.value + 0x1ff);
	fixture_free(&f);
}

static void test_outcomes(void **state)
{
	struct fixture f = fixture_new(PX_PAGING_4_LEVEL, 64);
	uint64_t word = 99;

	write_word(&f, STACK, 1);
	assert_int_equal(word_at(&f, f.root, STACK + PX_PAGE_SIZE, &word), PX_READ_NOT_PRESENT);
	assert_int_equal(word_at(&f, f.root, STACK + PX_PAGE_SIZE - 4, &word),
			 PX_READ_NOT_PRESENT);
	assert_int_equal(word_at(&f, f.root, UINT64_C(1) << 62, &word), PX_READ_NOT_CANONICAL);
	assert_int_equal(word_at(&f, px_root_of(1u << 30), STACK, &word), PX_READ_OK);
	px_memory_new_generation(f.memory);
	assert_int_equal(word_at(&f, px_root_of(1u << 30), STACK, &word), PX_READ_NOT_MAPPABLE);
	word = 99;
	px_guest_double_map(f.guest, f.paging, f.root, STACK, px_frame_number_of(1u << 20),
			    PX_PAGE_4K);
	px_memory_new_generation(f.memory);
	assert_int_equal(word_at(&f, f.root, STACK, &word), PX_READ_NOT_MAPPABLE);
	f.paging = PX_PAGING_OFF;
	assert_int_equal(word_at(&f, f.root, STACK, &word), PX_READ_BAD_ROOT);
	assert_int_equal(word, 99);
	/* The last byte there can be, and no way around from there to zero. */
	f.paging = PX_PAGING_4_LEVEL;
	px_guest_double_write(f.guest, f.paging, f.root, UINT64_MAX, "x", 1);
	assert_int_equal(word_at(&f, f.root, UINT64_MAX - 3, &word), PX_READ_NOT_PRESENT);
	fixture_free(&f);
}

/* Two processes with other pages at one address; the kernel's half is the same in both. */
static void test_roots(void **state)
{
	struct fixture f = fixture_new(PX_PAGING_4_LEVEL, 64);
	px_root other = px_guest_double_root(f.guest);
	uint64_t reads;

	write_word(&f, USER, 1);
	write_word(&f, STACK, 3);
	px_guest_double_write_word(f.guest, f.paging, other, USER, 2);
	px_guest_double_share(f.guest, f.paging, f.root, other, STACK);
	for (int i = 0; i < 2; i++) {
		assert_word(&f, f.root, USER, 1);
		assert_word(&f, other, USER, 2);
	}
	assert_word(&f, f.root, STACK, 3);
	reads = px_memory_counts(f.memory).table_reads;
	assert_word(&f, other, STACK, 3);
	assert_int_equal(px_memory_counts(f.memory).table_reads, reads);
	fixture_free(&f);
}

static void test_generations(void **state)
{
	struct fixture f = fixture_new(PX_PAGING_4_LEVEL, 64);
	px_frame_number frame = px_guest_double_frames(f.guest, 1);
	struct px_memory_counts counts;
	unsigned int maps;

	write_word(&f, STACK, 1);
	*(uint64_t *)px_guest_double_page(f.guest, frame) = 2;
	assert_word(&f, f.root, STACK, 1);
	counts = px_memory_counts(f.memory);
	maps = f.guest->maps;
	/* The guest gives the address another page: seen with the next generation. */
	px_guest_double_map(f.guest, f.paging, f.root, STACK, frame, PX_PAGE_4K);
	assert_word(&f, f.root, STACK, 1);
	assert_int_equal(px_memory_counts(f.memory).table_reads, counts.table_reads);
	px_memory_new_generation(f.memory);
	assert_word(&f, f.root, STACK, 2);
	assert_int_equal(px_memory_counts(f.memory).table_reads, counts.table_reads + 4);
	assert_int_equal(f.guest->maps, maps + 1);
	/* In steady state nothing is mapped any more. */
	for (int i = 0; i < 100; i++) {
		px_memory_new_generation(f.memory);
		assert_word(&f, f.root, STACK, 2);
	}
	assert_int_equal(f.guest->maps, maps + 1);
	fixture_free(&f);
}

static void test_prefetch_is_one_batch(void **state)
{
	struct fixture f = fixture_new(PX_PAGING_4_LEVEL, 64);
	unsigned int maps;

	for (uint64_t i = 0; i < 4; i++)
		write_word(&f, STACK + i * PX_PAGE_SIZE, i);
	assert_word(&f, f.root, STACK, 0);
	maps = f.guest->maps;
	px_memory_prefetch(f.memory, f.paging, f.root, px_gva_of(STACK + 8), 5 * PX_PAGE_SIZE);
	assert_int_equal(f.guest->maps, maps + 1);
	for (uint64_t i = 0; i < 4; i++)
		assert_word(&f, f.root, STACK + i * PX_PAGE_SIZE, i);
	assert_int_equal(f.guest->maps, maps + 1);
	/* Sizes that are none, or absurd, end. */
	px_memory_prefetch(f.memory, f.paging, f.root, px_gva_of(STACK), 0);
	px_memory_prefetch(f.memory, f.paging, f.root, px_gva_of(UINT64_MAX), SIZE_MAX);
	px_memory_prefetch(f.memory, PX_PAGING_OFF, f.root, px_gva_of(STACK), SIZE_MAX);
	assert_int_equal(f.guest->maps, maps + 1);
	fixture_free(&f);
}

/* A cache of one page has to map each table anew, and still reads the right words. */
static void test_tight_limits(void **state)
{
	for (size_t limit = 1; limit < 12; limit++) {
		struct fixture f = fixture_new(PX_PAGING_5_LEVEL, limit);
		uint8_t buffer[8 * PX_PAGE_SIZE];

		for (uint64_t i = 0; i < 8; i++)
			write_word(&f, STACK + i * PX_PAGE_SIZE, i + 100);
		for (uint64_t i = 0; i < 64; i++)
			assert_word(&f, f.root, STACK + i * 5 % 8 * PX_PAGE_SIZE,
				    i * 5 % 8 + 100);
		assert_int_equal(px_memory_read(f.memory, f.paging, f.root, px_gva_of(STACK),
						buffer, sizeof(buffer)),
				 PX_READ_OK);
		for (uint64_t i = 0; i < 8; i++)
			assert_int_equal(buffer[i * PX_PAGE_SIZE], i + 100);
		assert_true(f.guest->mapped_now <= limit);
		assert_true(px_memory_counts(f.memory).pages_evicted > 0);
		fixture_free(&f);
	}
}

static void test_drop(void **state)
{
	struct fixture f = fixture_new(PX_PAGING_4_LEVEL, 64);

	write_word(&f, STACK, 5);
	assert_word(&f, f.root, STACK, 5);
	px_memory_drop(f.memory);
	assert_int_equal(f.guest->mapped_now, 0);
	assert_word(&f, f.root, STACK, 5);
	fixture_free(&f);
}

static void test_each_map_failing_once(void **state)
{
	for (unsigned int n = 1;; n++) {
		struct fixture f = fixture_new(PX_PAGING_4_LEVEL, 64);
		enum px_read_outcome outcome;
		uint64_t word = 0;

		write_word(&f, STACK, 5);
		f.guest->fail_map = n;
		outcome = word_at(&f, f.root, STACK, &word);
		if (outcome == PX_READ_OK) {
			assert_int_equal(n, 6); /* four tables and the page */
			fixture_free(&f);
			return;
		}
		assert_int_equal(outcome, PX_READ_NOT_MAPPABLE);
		assert_word(&f, f.root, STACK, 5);
		fixture_free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_four_levels),
		cmocka_unit_test(test_read_five_levels),
		cmocka_unit_test(test_large_pages),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_prefetch_is_one_batch),
		cmocka_unit_test(test_tight_limits),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_each_map_failing_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
