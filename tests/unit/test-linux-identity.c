/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The banner and the build-id of a kernel, looked for in its memory. */
#include "guest/linux-identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/elf-builder.h"
#include "tests/support/flat-memory.h"

#define TEXT  UINT64_C(0xffffffff81000000)
#define PAGE  4096
#define PAGES 32

static const char banner[] =
	"Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) #1 SMP";

static bool release_of(const char *text, size_t size, char *ret)
{
	return px_linux_release_of_banner(px_bytes_of(text, size), ret);
}

static void test_banners(void **state)
{
	static const char *const bad[] = {
		"",
		"Linux version ",
		"Linux version %s (%s)",
		"Linux version 6.1.0",
		"linux version 6.1.0 (",
		"Linux version 6.1\x01 (",
	};
	char release[PX_LINUX_RELEASE_MAX] = "kept";
	char longest[200] = "Linux version 6";

	for (size_t i = 0; i < px_array_size(bad); i++)
		assert_false(release_of(bad[i], strlen(bad[i]), release));
	memset(longest + 15, '1', 64);
	longest[15 + 64] = ' ';
	assert_false(release_of(longest, 15 + 65, release));
	assert_string_equal(release, "kept");
	longest[15 + 63] = ' ';
	assert_true(release_of(longest, 15 + 64, release));
	assert_int_equal(strlen(release), 64);
	assert_true(release_of(banner, strlen(banner), release));
	assert_string_equal(release, "6.1.0-56-cloud-amd64");
}

/* Single pages, so that each read is answered or refused by itself. */
static void memory_init(struct flat_memory *memory)
{
	memset(memory, 0, sizeof(*memory));
	for (uint64_t i = 0; i < PAGES; i++)
		flat_memory_add(memory, TEXT + i * PAGE, PAGE);
}

/* Bytes that may lie across the border of two pages. */
static void put(struct flat_memory *memory, uint64_t offset, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		flat_memory_put(memory, TEXT + offset + i, bytes + i, 1);
}

static void test_found_anywhere(void **state)
{
	uint8_t note[36];

	elf_builder_note(0x42, note);
	/* At every position around a border between pages. */
	for (uint64_t at = 3 * PAGE - 80; at < 3 * PAGE + 8; at++) {
		struct px_linux_identity identity = {0};
		struct flat_memory memory;
		struct px_linux_reader reader = flat_memory_reader(&memory);

		memory_init(&memory);
		put(&memory, at, banner, sizeof(banner));
		/* Notes are aligned. */
		put(&memory, (at & ~UINT64_C(3)) + 9 * PAGE, note, sizeof(note));
		assert_true(px_linux_identity_scan(&reader, TEXT, PAGES * PAGE, &identity));
		assert_string_equal(identity.release, "6.1.0-56-cloud-amd64");
		assert_int_equal(identity.build_id.size, 20);
		assert_int_equal(identity.build_id.bytes[19], 0x42);
		assert_true(identity.banner == TEXT + at);
		assert_true(identity.note == TEXT + (at & ~UINT64_C(3)) + 9 * PAGE);
		flat_memory_fini(&memory);
	}
}

/* The kernel carries vDSO images, which have notes of their own; some pages are gone. */
static void test_vdso_and_holes(void **state)
{
	struct px_linux_identity identity = {0};
	struct flat_memory memory;
	struct px_linux_reader reader = flat_memory_reader(&memory);
	uint8_t note[36];

	memory_init(&memory);
	elf_builder_note(0x13, note);
	put(&memory, 4 * PAGE, ELFMAG, SELFMAG);
	put(&memory, 4 * PAGE + 0x700, note, sizeof(note));
	put(&memory, 4 * PAGE + 0x800, "Linux version %s (", 18);
	flat_memory_remove(&memory, TEXT + 6 * PAGE);
	assert_false(px_linux_identity_scan(&reader, TEXT, PAGES * PAGE, &identity));
	elf_builder_note(0x14, note);
	put(&memory, 8 * PAGE + 0x10, note, sizeof(note));
	assert_true(px_linux_identity_scan(&reader, TEXT, PAGES * PAGE, &identity));
	assert_int_equal(identity.build_id.bytes[0], 0x14);
	assert_string_equal(identity.release, "");
	flat_memory_fini(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_banners),
		cmocka_unit_test(test_found_anywhere),
		cmocka_unit_test(test_vdso_and_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
