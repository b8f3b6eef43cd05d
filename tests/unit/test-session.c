/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code that was made at run time, in recordings of guests. */
#include "report/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/perfdata-writer.h"

#define CODE UINT64_C(0x7f0000001000)

struct world {
	char folder[40], tmp[64], map[96], file[96];
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	FILE *map;

	assert_non_null(world);
	snprintf(world->folder, sizeof(world->folder), "/tmp/px-session-XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	snprintf(world->tmp, sizeof(world->tmp), "%s/tmp", world->folder);
	snprintf(world->map, sizeof(world->map), "%s/perf-12.map", world->tmp);
	snprintf(world->file, sizeof(world->file), "%s/perf.data", world->folder);
	assert_int_equal(mkdir(world->tmp, 0700), 0);
	map = fopen(world->map, "we");
	assert_non_null(map);
	fprintf(map, "%llx 100 jitted\n", (unsigned long long)CODE);
	assert_int_equal(fclose(map), 0);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	unlink(world->map);
	unlink(world->file);
	rmdir(world->tmp);
	rmdir(world->folder);
	free(world);
	return 0;
}

/* One sample of a process in such code. */
static void write_file(const struct world *world, uint32_t pid)
{
	static const struct px_perf_host host;
	const struct px_perf_event event = {.name = "vcpu-clock", .rate = 1};
	const uint64_t chain[] = {PX_PERF_CONTEXT_USER, CODE + 0x10};
	const struct px_perf_record records[] = {
		{.type = PX_PERF_MMAP2,
		 .misc = PX_PERF_MISC_USER,
		 .origin = {.pid = pid, .tid = pid, .time = 1},
		 .mmap = {.pid = pid,
			  .tid = pid,
			  .start = CODE,
			  .length = 4096,
			  .name = "//anon"}},
		{.type = PX_PERF_SAMPLE,
		 .misc = PX_PERF_MISC_USER,
		 .origin = {.pid = pid, .tid = pid, .time = 2},
		 .sample = {.ip = CODE + 0x10, .period = 1, .chain = {chain, 2}}},
	};
	struct px_perf_writer *writer = NULL;

	check(px_perf_writer_open(world->file, &host, &event, 1, &writer));
	check(px_perf_writer_add(writer, &records[0]));
	check(px_perf_writer_add(writer, &records[1]));
	check(px_perf_writer_finish(writer));
	px_perf_writer_free(writer);
}

static void assert_name(const struct world *world, uint32_t pid, const char *name)
{
	const struct px_dso_options options = {.symfs = world->folder};
	px_cleanup(px_session_closep) struct px_session *session = NULL;
	const struct px_spot *stack = NULL;
	struct px_perf_record sample;
	struct px_place place;
	uint32_t thread = 0;
	size_t count = 0;
	bool more = false;

	write_file(world, pid);
	check(px_session_open(world->file, &options, &session));
	check(px_session_next(session, &more, &sample, &thread));
	assert_true(more);
	check(px_session_stack(session, &sample, thread, &stack, &count));
	assert_int_equal(count, 1);
	check(px_session_place(session, &stack[0], &place));
	assert_string_equal(place.known ? place.name : "", name);
}

/* The map has the id that the process has in the guest. */
static void test_guest_map(void **state)
{
	assert_name(*state, 12, "jitted");
	assert_name(*state, 20000012, "jitted");
	assert_name(*state, 20000013, "");
	assert_name(*state, 10000012, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_guest_map, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
