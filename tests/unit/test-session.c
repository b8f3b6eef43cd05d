/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of user programs in a recording: from which files of this host they may come. */
#include "report/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/perfdata-notes.h"
#include "lib/perfdata-writer.h"
#include "symbolize/elf-image.h"

enum {
	PID = 10000042,
	START = 0x400000000000
};

/* What is recorded. */
struct recording {
	bool guest;	  /* of a guest: with notes */
	uint8_t build_id; /* 0: none; 1: that of this program; 2: another */
};

/* Where main() lies in the file of this program. */
static uint64_t offset_of_main(void)
{
	struct px_elf_image *image = NULL;
	struct px_symbol_table *table = NULL;
	const struct px_elf_segment *segments;
	uint64_t address = 0, offset = 0;
	size_t count = 0;

	assert_null(px_elf_image_open("/proc/self/exe", &image));
	assert_null(px_symbol_table_new(&table));
	assert_null(px_elf_image_symbols(image, table));
	assert_null(px_symbol_table_sort(table));
	assert_true(px_symbol_table_address(table, "main", &address));
	segments = px_elf_image_segments(image, &count);
	for (size_t i = 0; i < count; i++)
		if (segments[i].executable)
			offset = address - segments[i].address + segments[i].offset;
	px_symbol_table_free(table);
	px_elf_image_close(image);
	return offset;
}

static void fill_build_id(struct px_build_id *id, uint8_t which)
{
	struct px_elf_image *image = NULL;

	assert_null(px_elf_image_open("/proc/self/exe", &image));
	if (which)
		*id = *px_elf_image_build_id(image);
	if (which == 2)
		id->bytes[0] ^= 1;
	px_elf_image_close(image);
}

static void add_records(struct px_perf_writer *writer, const struct recording *what)
{
	static char path[4096];
	uint64_t chain[] = {PX_PERF_CONTEXT_USER, START + offset_of_main() + 4};
	struct px_perf_record map = {
		.type = PX_PERF_MMAP2,
		.misc = PX_PERF_MISC_USER,
		.origin = {PID, PID, 0, 1000},
		.mmap = {.pid = PID,
			 .tid = PID,
			 .start = START,
			 .length = 1 << 24,
			 .protection = 5,
			 .name = path},
	};
	const struct px_perf_record sample = {
		.type = PX_PERF_SAMPLE,
		.misc = PX_PERF_MISC_USER,
		.origin = {PID, PID, 0, 2000},
		.sample = {.ip = chain[1], .period = 1, .chain = {chain, 2}},
	};

	path[readlink("/proc/self/exe", path, sizeof(path) - 1)] = '\0';
	fill_build_id(&map.mmap.build_id, what->build_id);
	if (what->build_id)
		map.misc |= PX_PERF_MISC_MMAP_BUILD_ID;
	assert_null(px_perf_writer_add(writer, &map));
	assert_null(px_perf_writer_add(writer, &sample));
}

static void write_recording(const char *path, const struct recording *what)
{
	static const struct px_perf_event event = {.name = "vcpu-clock", .rate = 1};
	const struct px_perf_host host = {.arch = "x86_64"};
	struct px_perf_writer *writer = NULL;
	uint8_t memory[64];
	struct px_note_builder note = {memory, sizeof(memory), 0};

	assert_null(px_perf_writer_open(path, &host, &event, 1, &writer));
	add_records(writer, what);
	px_note_add_pair(&note, "domain", "web");
	if (what->guest)
		assert_null(px_perf_writer_note(writer, PX_PERF_NOTE_SUMMARY,
						px_bytes_of(memory, note.size)));
	assert_null(px_perf_writer_finish(writer));
	px_perf_writer_free(writer);
}

/* Whether the one frame gets its name. */
static bool is_named(const struct recording *what, const char *symfs)
{
	const struct px_dso_options options = {.symfs = symfs};
	char path[] = "/tmp/px-session-XXXXXX";
	struct px_session *session = NULL;
	const struct px_spot *stack = NULL;
	struct px_perf_record sample;
	struct px_place place = {0};
	uint32_t thread = 0;
	size_t count = 0;
	bool more = false;

	close(mkstemp(path));
	unlink(path);
	write_recording(path, what);
	assert_null(px_session_open(path, &options, &session));
	assert_null(px_session_next(session, &more, &sample, &thread));
	assert_true(more);
	assert_null(px_session_stack(session, &sample, thread, &stack, &count));
	assert_int_equal(count, 1);
	assert_null(px_session_place(session, &stack[0], &place));
	if (place.known)
		assert_string_equal(place.name, "main");
	px_session_close(session);
	unlink(path);
	return place.known;
}

static void test_this_machine(void **state)
{
	assert_true(is_named(&(struct recording){.build_id = 0}, NULL));
	assert_true(is_named(&(struct recording){.build_id = 1}, NULL));
	assert_false(is_named(&(struct recording){.build_id = 2}, NULL));
	assert_false(is_named(&(struct recording){.build_id = 0}, "/proc/self/ns"));
}

/* A guest's /bin/sh is not this host's, unless it is the same build. */
static void test_guest(void **state)
{
	assert_false(is_named(&(struct recording){.guest = true, .build_id = 0}, NULL));
	assert_true(is_named(&(struct recording){.guest = true, .build_id = 1}, NULL));
	assert_false(is_named(&(struct recording){.guest = true, .build_id = 2}, NULL));
	assert_true(is_named(&(struct recording){.guest = true, .build_id = 0}, "/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_this_machine),
		cmocka_unit_test(test_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
