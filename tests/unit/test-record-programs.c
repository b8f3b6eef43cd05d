/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording of a program, from the vCPU in user mode to the file: this very program stands in
 * the guest, at the start of its own main().
 */
#include "tracer/record.h"

#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/perfdata-notes.h"
#include "lib/perfdata-reader.h"
#include "tests/support/guest-double.h"
#include "tests/support/process-builder.h"
#include "tracer/user-stack.h"

#define KERNEL UINT64_C(0xffff888000000000)
#define CODE   UINT64_C(0x555555554000)
#define STACK  UINT64_C(0x7ffd00001000)

enum {
	HZ = 200,
	PID = 7,
	FILE_PID = PX_ID_TASK + PID,
};

int main(void);

struct world {
	struct px_guest_double *guest;
	px_root root;
	struct flat_memory kernel;
	struct px_type_info *types;
	struct px_target target;
	struct px_user_space user_space;
	struct px_record record;
	struct px_stop stop;
	struct px_perf_reader *reader;
	char path[40], self[512];
	uint64_t mm, next_mm; /* next: of another program that is executed after ten ticks */
	uint64_t main;	      /* where main() is in the guest */
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

static bool current_task(void *context, const struct px_vcpu *vcpu, struct px_task *ret)
{
	const struct world *world = context;

	*ret = (struct px_task){.address = 1, .pid = PID, .tid = PID, .comm = "program"};
	ret->mm = world->mm;
	return true;
}

static void execute(struct px_guest_double *guest, void *context)
{
	struct world *world = context;

	if (guest->gathers > 10)
		world->mm = world->next_mm;
}

/* --- the program -------------------------------------------------------------------------- */

static int find_code(struct dl_phdr_info *info, size_t size, void *context)
{
	struct process_mapping *code = context;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
			continue;
		code->offset = segment->p_offset & ~UINT64_C(4095);
		code->start = info->dlpi_addr + (segment->p_vaddr & ~UINT64_C(4095));
		code->end = (info->dlpi_addr + segment->p_vaddr + segment->p_memsz + 4095) &
			    ~UINT64_C(4095);
	}
	return 1;
}

/* The program at another place than here, twice: at the second it is another process's. */
static void build_process(struct world *world)
{
	struct process_mapping code = {.executable = true, .path = world->self};
	uint64_t moved;

	assert_true(readlink("/proc/self/exe", world->self, sizeof(world->self) - 1) > 0);
	dl_iterate_phdr(find_code, &code);
	moved = CODE - code.start;
	world->main = (uint64_t)(uintptr_t)main + moved;
	code.start += moved;
	code.end += moved;
	world->mm = process_builder_add(&world->kernel, KERNEL, &code, 1);
	world->next_mm = process_builder_add(&world->kernel, KERNEL + (1 << 20), &code, 1);
	world->types = process_builder_types();
}

static int setup(void **state)
{
	const struct px_symfs_options files = {.folder = "/"};
	struct world *world = calloc(1, sizeof(*world));
	struct px_processes_setup setup = {0};

	assert_non_null(world);
	px_log_set_level(PX_LOG_QUIET);
	build_process(world);
	world->guest = px_guest_double_new(PX_GUEST_PVH, 1);
	world->root = px_guest_double_root(world->guest);
	px_guest_double_run(world->guest, 0, PX_PAGING_4_LEVEL, world->root, world->main,
			    STACK);
	/* It was called from nowhere. */
	px_guest_double_write_word(world->guest, PX_PAGING_4_LEVEL, world->root, STACK, 0);
	world->target.guest = &world->guest->guest;
	check(px_memory_new(world->target.guest, 64, &world->target.memory));
	check(px_symfs_new(&files, &world->user_space.symfs));
	setup = (struct px_processes_setup){.kernel = flat_memory_reader(&world->kernel),
					    .types = world->types,
					    .memory = world->target.memory,
					    .symfs = world->user_space.symfs};
	check(px_processes_new(&setup, &world->user_space.processes));
	snprintf(world->path, sizeof(world->path), "/tmp/px-record-programs-XXXXXX");
	close(mkstemp(world->path));
	unlink(world->path);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	px_perf_reader_close(world->reader);
	px_recording_free(world->record.recording);
	px_sampler_free(world->record.sampler);
	px_processes_free(world->user_space.processes);
	px_symfs_free(world->user_space.symfs);
	px_memory_free(world->target.memory);
	px_type_info_close(world->types);
	flat_memory_fini(&world->kernel);
	px_guest_close(world->target.guest);
	unlink(world->path);
	free(world);
	return 0;
}

static bool find_user(void *processes, uint64_t process, uint64_t address,
		      struct px_linux_symbol *ret)
{
	return px_processes_symbol(processes, process, address, ret);
}

static void record(struct world *world)
{
	static struct px_perf_host host;
	const struct px_sampler_kernel kernel = {
		.start = PX_LINUX_KERNEL_SPACE, .context = world, .current_task = current_task};
	const struct px_sampler_options options = {
		.pause = true,
		.max_pause_ns = 1000000000,
		.user = px_user_stack_walker(world->user_space.processes)};
	const struct px_recording_setup setup = {
		.path = world->path,
		.host = &host,
		.domain = &world->guest->guest.domain,
		.frequency = HZ,
		.namer = {.find_user = find_user, .user_context = world->user_space.processes}};

	world->record.target = &world->target;
	world->record.user_space = &world->user_space;
	world->record.tally.requested_hz = HZ;
	check(px_sampler_new(world->target.guest, world->target.memory, &kernel, &options,
			     &world->record.sampler));
	check(px_recording_open(&setup, &world->record.recording));
	check(px_stop_init(&world->stop, px_now_ns() + 200000000));
	check(px_record_run(&world->record, &world->stop));
	px_stop_fini(&world->stop);
	check(px_recording_finish(world->record.recording, &world->record.tally));
	check(px_perf_reader_open(world->path, &world->reader));
}

/* --- what the file has -------------------------------------------------------------------- */

static void test_records(void **state)
{
	struct world *world = *state;
	struct px_perf_record r;
	size_t maps = 0, samples = 0;

	world->guest->moved = execute;
	world->guest->moved_context = world;
	record(world);
	while (px_perf_reader_next(world->reader, &r)) {
		if (r.type == PX_PERF_MMAP2) {
			maps++;
			assert_int_equal(r.mmap.pid, FILE_PID);
			assert_string_equal(r.mmap.name, world->self);
			assert_true(r.mmap.start == CODE && (r.mmap.protection & 4));
		}
		if (r.type != PX_PERF_SAMPLE)
			continue;
		samples++;
		assert_int_equal(maps, samples <= 10 ? 1 : 2);
		assert_int_equal(r.origin.pid, FILE_PID);
		assert_true(r.sample.ip == world->main);
		assert_int_equal(r.sample.chain.count, 2);
		assert_true(px_perf_chain_ip(&r.sample.chain, 0) == PX_PERF_CONTEXT_USER);
	}
	assert_true(samples > 10);
	assert_int_equal(maps, 2);
	assert_int_equal(world->record.tally.user_walked, samples);
	assert_int_equal(world->record.tally.user_ends[PX_END_USER_ROOT], samples);
	assert_int_equal(world->record.tally.user_named, samples);
	assert_int_equal(world->record.tally.processes.seen, 2);
}

/* The first line that a command prints with text in it; false without one. */
static bool prints(const char *text, const char *format, const char *path)
{
	char command[256], line[1024];
	bool found = false;
	FILE *out;

	snprintf(command, sizeof(command), format, path);
	out = popen(command, "re");
	assert_non_null(out);
	while (fgets(line, sizeof(line), out))
		found |= strstr(line, text) != NULL;
	assert_int_equal(pclose(out), 0);
	return found;
}

/* Stock perf finds the name in the file that the mapping record leads to. */
static void test_stock_perf(void **state)
{
	struct world *world = *state;
	char name[600];

	if (access("/usr/bin/perf", X_OK))
		skip();
	record(world);
	snprintf(name, sizeof(name), "main (%s)", world->self);
	assert_true(prints(name,
			   "PERF_CONFIG=/dev/null HOME=/nonexistent perf script -i %s "
			   "-F comm,ip,sym,dso 2>/dev/null",
			   world->path));
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(records),
		test(stock_perf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
