/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Samples into a file, read back with our reader and with Debian's perf. */
#include "tracer/recording.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/perfdata-notes.h"
#include "lib/perfdata-reader.h"

#define KERNEL UINT64_C(0xffffffff81000000)

enum {
	DOMAIN_ID = 7
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

/* --- a guest to record -------------------------------------------------------------------- */

/* Functions of 0x100 bytes, every fourth address of 0x100 has none; from KERNEL + 64 KiB on
 * they are a module's. Counts the questions in *context. */
static bool find_symbol(void *context, uint64_t address, struct px_linux_symbol *ret)
{
	static const char *const names[] = {"one", "two", "three"};
	uint64_t number = (address - KERNEL) >> 8;

	++*(int *)context;
	if (address < KERNEL || number % 4 == 3)
		return false;
	*ret = (struct px_linux_symbol){.start = KERNEL + (number << 8),
					.end = KERNEL + ((number + 1) << 8),
					.name = names[number % 4],
					.module = number >= 256 ? "xen_netfront" : NULL,
					.type = 't'};
	return true;
}

/* What is at 0x401000 depends on the process; 0x402000 has no name. */
static bool find_user_symbol(void *context, uint64_t process, uint64_t address,
			     struct px_linux_symbol *ret)
{
	static const char *const names[] = {"zero", "main", "run"};

	++*(int *)context;
	if (process >= px_array_size(names) || address < 0x401000 || address >= 0x402000)
		return false;
	*ret = (struct px_linux_symbol){.start = 0x401000,
					.end = 0x402000,
					.name = names[process],
					.module = "nginx",
					.type = 't'};
	return true;
}

struct world {
	char path[32];
	int questions, user_questions;
	struct px_recording *recording;
	struct px_perf_reader *reader;
};

static int open_world(void **state, const char *program)
{
	static struct px_perf_host host = {
		.hostname = "host", .release = "6.1", .arch = "x86_64"};
	static const struct px_domain domain = {.id = DOMAIN_ID, .name = "web01"};
	struct world *world = calloc(1, sizeof(*world));
	int fd;

	assert_non_null(world);
	snprintf(world->path, sizeof(world->path), "/tmp/px-recording-XXXXXX");
	fd = mkstemp(world->path);
	assert_true(fd >= 0);
	close(fd);
	unlink(world->path);
	check(px_recording_open(
		&(struct px_recording_setup){.path = world->path,
					     .host = &host,
					     .domain = &domain,
					     .frequency = 100,
					     .namer = {find_symbol, &world->questions,
						       find_user_symbol,
						       &world->user_questions},
					     .program = program},
		&world->recording));
	*state = world;
	return 0;
}

static int setup(void **state)
{
	return open_world(state, NULL);
}

static int setup_program(void **state)
{
	return open_world(state, "/srv/router.elf");
}

static int teardown(void **state)
{
	struct world *world = *state;

	px_perf_reader_close(world->reader);
	px_recording_free(world->recording);
	unlink(world->path);
	free(world);
	return 0;
}

static void finish_and_read(struct world *world)
{
	static const struct px_tally tally = {.requested_hz = 100, .ticks = 12};

	check(px_recording_finish(world->recording, &tally));
	check(px_perf_reader_open(world->path, &world->reader));
}

/* The next record of a type. */
static struct px_perf_record next(struct world *world, enum px_perf_type type)
{
	struct px_perf_record record;

	do
		assert_true(px_perf_reader_next(world->reader, &record));
	while (record.type != type);
	return record;
}

static size_t count(struct world *world, enum px_perf_type type)
{
	struct px_perf_record record;
	size_t n = 0;

	px_perf_reader_rewind(world->reader);
	while (px_perf_reader_next(world->reader, &record))
		n += record.type == type;
	px_perf_reader_rewind(world->reader);
	return n;
}

static struct px_sample kernel_sample(uint64_t time_ns, uint32_t vcpu)
{
	struct px_sample sample = {
		.time_ns = time_ns,
		.vcpu = vcpu,
		.state = PX_VCPU_RUNNABLE,
		.end = PX_END_THREAD_ROOT,
		.frame_count = 3,
		.frames = {{KERNEL + 0x10, PX_RULE_NONE, true},
			   {KERNEL + 0x100, PX_RULE_ORC,
			    false}, /* a call is the last of "one" */
			   {KERNEL + 0x10220, PX_RULE_FRAME_POINTER, false}},
	};

	return sample;
}

static struct px_sample task_sample(uint64_t time_ns, uint32_t vcpu, uint32_t pid, uint32_t tid,
				    const char *comm)
{
	struct px_sample sample = kernel_sample(time_ns, vcpu);

	sample.have_task = true;
	sample.task.pid = pid;
	sample.task.tid = tid;
	snprintf(sample.task.comm, sizeof(sample.task.comm), "%s", comm);
	return sample;
}

static void add(struct world *world, struct px_sample sample)
{
	check(px_recording_add(world->recording, &sample));
}

/* --- samples ------------------------------------------------------------------------------ */

static void test_kernel_sample(void **state)
{
	struct world *world = *state;
	struct px_sample sample = task_sample(5000, 3, 812, 815, "nginx");
	struct px_sample_outcome outcome;
	struct px_perf_record record;

	sample.task.context = PX_CONTEXT_SOFTIRQ;
	add(world, sample);
	finish_and_read(world);
	record = next(world, PX_PERF_SAMPLE);
	assert_int_equal(record.misc & PX_PERF_MISC_CPUMODE, PX_PERF_MISC_KERNEL);
	assert_int_equal(record.origin.pid, 20000812);
	assert_int_equal(record.origin.tid, 20000815);
	assert_int_equal(record.origin.cpu, 3);
	assert_int_equal(record.origin.time, 5000);
	assert_int_equal(record.sample.period, 10000000);
	assert_int_equal(record.sample.ip, KERNEL + 0x10);
	assert_int_equal(record.sample.chain.count, 4);
	assert_true(px_perf_chain_ip(&record.sample.chain, 0) == PX_PERF_CONTEXT_KERNEL);
	for (size_t i = 0; i < sample.frame_count; i++)
		assert_true(px_perf_chain_ip(&record.sample.chain, i + 1) ==
			    sample.frames[i].ip);
	assert_true(px_sample_outcome_decode(record.sample.raw, &outcome));
	assert_int_equal(outcome.end_reason, PX_END_THREAD_ROOT);
	assert_int_equal(outcome.vcpu_state, PX_VCPU_RUNNABLE);
	assert_int_equal(outcome.context, PX_CONTEXT_SOFTIRQ);
	assert_int_equal(outcome.frames, 3);
	assert_int_equal(px_sample_outcome_source(&outcome, 2), PX_RULE_FRAME_POINTER);
}

static void test_user_sample(void **state)
{
	struct world *world = *state;
	struct px_sample sample = task_sample(5000, 0, 812, 812, "nginx");
	struct px_perf_record record;

	sample.user_mode = true;
	sample.end = PX_END_USER_MODE;
	sample.frames[0].ip = 0x55d5c0de;
	sample.frame_count = sample.user_frames = 1;
	add(world, sample);
	assert_int_equal(world->questions, 0);
	finish_and_read(world);
	record = next(world, PX_PERF_SAMPLE);
	assert_int_equal(record.misc & PX_PERF_MISC_CPUMODE, PX_PERF_MISC_USER);
	assert_int_equal(record.sample.chain.count, 2);
	assert_true(px_perf_chain_ip(&record.sample.chain, 0) == PX_PERF_CONTEXT_USER);
	assert_true(px_perf_chain_ip(&record.sample.chain, 1) == 0x55d5c0de);
}

/* Three frames of the kernel, two of the program that called it. */
static struct px_sample whole_sample(uint64_t process, uint32_t pid)
{
	struct px_sample sample = task_sample(5000, 0, pid, pid, "nginx");

	sample.end = PX_END_USER_MODE;
	sample.user_walked = true;
	sample.user_end = PX_END_USER_ROOT;
	sample.process = process;
	sample.frames[3] = (struct px_frame){0x401010, PX_RULE_NONE, true};
	sample.frames[4] = (struct px_frame){0x402100, PX_RULE_EH_FRAME, false};
	sample.frame_count = 5;
	sample.user_frames = 2;
	return sample;
}

static void test_whole_stack(void **state)
{
	struct world *world = *state;
	struct px_sample sample = whole_sample(1, 812);
	struct px_sample_outcome outcome;
	struct px_perf_record record;

	add(world, sample);
	finish_and_read(world);
	record = next(world, PX_PERF_SAMPLE);
	assert_int_equal(record.misc & PX_PERF_MISC_CPUMODE, PX_PERF_MISC_KERNEL);
	assert_int_equal(record.sample.chain.count, 7);
	assert_true(px_perf_chain_ip(&record.sample.chain, 0) == PX_PERF_CONTEXT_KERNEL);
	assert_true(px_perf_chain_ip(&record.sample.chain, 3) == sample.frames[2].ip);
	assert_true(px_perf_chain_ip(&record.sample.chain, 4) == PX_PERF_CONTEXT_USER);
	assert_true(px_perf_chain_ip(&record.sample.chain, 5) == 0x401010);
	assert_true(px_perf_chain_ip(&record.sample.chain, 6) == 0x402100);
	assert_true(px_sample_outcome_decode(record.sample.raw, &outcome));
	assert_int_equal(outcome.end_reason, PX_END_USER_ROOT);
	assert_int_equal(outcome.frames, 5);
	assert_int_equal(px_sample_outcome_source(&outcome, 4), PX_RULE_EH_FRAME);
}

static void test_code(void **state)
{
	struct world *world = *state;
	const struct px_recording_code code = {.pid = 812,
					       .start = 0x401000,
					       .end = 0x403000,
					       .offset = 0x1000,
					       .protection = 5,
					       .name = "/usr/sbin/nginx",
					       .build_id = {4, {0xde, 0xad, 0xbe, 0xef}}};
	struct px_recording_code anonymous = {.pid = 812, .start = 0x5000, .end = 0x6000};
	struct px_perf_record record;

	anonymous.name = "//anon";
	check(px_recording_map_code(world->recording, 5000, &code));
	check(px_recording_map_code(world->recording, 5000, &anonymous));
	finish_and_read(world);
	record = next(world, PX_PERF_MMAP2);
	assert_int_equal(record.misc & PX_PERF_MISC_CPUMODE, PX_PERF_MISC_USER);
	assert_int_equal(record.mmap.pid, 20000812);
	assert_true(record.mmap.start == 0x401000 && record.mmap.length == 0x2000);
	assert_true(record.mmap.offset == 0x1000 && record.mmap.protection == 5);
	assert_true(px_build_id_equal(&record.mmap.build_id, &code.build_id));
	assert_string_equal(record.mmap.name, "/usr/sbin/nginx");
	record = next(world, PX_PERF_MMAP2);
	assert_int_equal(record.mmap.build_id.size, 0);
	assert_string_equal(record.mmap.name, "//anon");
}

static void test_deepest_stack(void **state)
{
	struct world *world = *state;
	struct px_sample sample = kernel_sample(1, 0);
	struct px_sample_outcome outcome;
	struct px_perf_record record;

	sample.frame_count = PX_SAMPLE_FRAMES;
	for (size_t i = 0; i < PX_SAMPLE_FRAMES; i++)
		sample.frames[i] = (struct px_frame){KERNEL + i * 7, PX_RULE_ORC, i == 0};
	add(world, sample);
	finish_and_read(world);
	record = next(world, PX_PERF_SAMPLE);
	assert_int_equal(record.sample.chain.count, PX_SAMPLE_FRAMES + 1);
	assert_true(px_perf_chain_ip(&record.sample.chain, PX_SAMPLE_FRAMES) ==
		    sample.frames[PX_SAMPLE_FRAMES - 1].ip);
	assert_true(px_sample_outcome_decode(record.sample.raw, &outcome));
	assert_int_equal(outcome.frames, PX_SAMPLE_FRAMES);
}

/* --- threads ------------------------------------------------------------------------------ */

static void assert_comm(struct world *world, uint32_t pid, uint32_t tid, const char *name)
{
	struct px_perf_record record = next(world, PX_PERF_COMM);

	assert_int_equal(record.comm.pid, pid);
	assert_int_equal(record.comm.tid, tid);
	assert_string_equal(record.comm.name, name);
}

/* Each thread is named at its first sample, and again only when its name changed. */
static void test_comms(void **state)
{
	struct world *world = *state;
	struct px_sample idle = task_sample(4, 5, 0, 0, "swapper/5");

	idle.task.idle = true;
	add(world, task_sample(1, 0, 10, 10, "sh"));
	add(world, task_sample(2, 1, 10, 10, "sh"));
	add(world, task_sample(3, 0, 10, 10, "ls"));
	add(world, idle);
	add(world, kernel_sample(5, 2));
	add(world, kernel_sample(6, 2));
	add(world, kernel_sample(7, 3));
	finish_and_read(world);
	assert_int_equal(count(world, PX_PERF_COMM), 6);
	assert_comm(world, 20000010, 20000010, "sh");
	assert_comm(world, 20000010, 20000010, "ls");
	assert_comm(world, 20000000, 12000005, "swapper/5");
	assert_comm(world, 10000007, 10000007, "web01");
	assert_comm(world, 10000007, 11000002, "web01/vcpu2");
	assert_comm(world, 10000007, 11000003, "web01/vcpu3");
}

/* Two threads that share a place in the table are both named, each time they alternate. */
static void test_comms_that_collide(void **state)
{
	struct world *world = *state;

	for (uint64_t i = 0; i < 3; i++) {
		add(world, task_sample(2 * i, 0, 10, 10, "a"));
		add(world, task_sample(2 * i + 1, 0, 10 + (1 << 14), 10 + (1 << 14), "b"));
	}
	finish_and_read(world);
	assert_int_equal(count(world, PX_PERF_COMM), 6);
}

/* Ids that no Linux has must not run into those of something else. */
static void test_impossible_ids(void **state)
{
	struct world *world = *state;

	add(world, task_sample(1, 2, UINT32_MAX, 1, "evil"));
	add(world, task_sample(2, 2, 1, PX_TASK_ID_MAX + 1, "evil"));
	add(world, task_sample(3, 2, PX_TASK_ID_MAX, PX_TASK_ID_MAX, "good"));
	finish_and_read(world);
	assert_int_equal(next(world, PX_PERF_SAMPLE).origin.tid, 11000002);
	assert_int_equal(next(world, PX_PERF_SAMPLE).origin.tid, 11000002);
	assert_int_equal(next(world, PX_PERF_SAMPLE).origin.tid, 20000000 + PX_TASK_ID_MAX);
}

/* --- names -------------------------------------------------------------------------------- */

/* All names of the file as "start name module" lines. */
static void collect_names(struct world *world, char *text, size_t size)
{
	enum px_perf_note kind;
	struct px_bytes payload;
	size_t at = 0;

	*text = '\0';
	for (size_t i = 0; px_perf_reader_note(world->reader, i, &kind, &payload); i++) {
		struct px_cursor cursor = px_cursor_of(payload);
		struct px_note_symbol symbol;

		if (kind != PX_PERF_NOTE_SYMBOLS)
			continue;
		while (px_note_next_symbol(&cursor, &symbol)) {
			assert_int_equal(symbol.pid, UINT32_MAX);
			assert_int_equal(symbol.end - symbol.start, 0x100);
			at += (size_t)snprintf(text + at, size - at, "%" PRIx64 " %s %s\n",
					       symbol.start - KERNEL, symbol.name,
					       symbol.module);
		}
		assert_false(cursor.failed);
	}
}

/* Each process has names of its own, noted once. */
static void test_user_names(void **state)
{
	struct world *world = *state;
	struct px_tally tally = {0};
	enum px_perf_note kind;
	struct px_bytes payload;
	struct px_note_symbol symbol;
	size_t user = 0;

	for (int i = 0; i < 50; i++) {
		add(world, whole_sample(1, 812));
		add(world, whole_sample(2, 813));
		add(world, whole_sample(0, 814)); /* not known */
		add(world, whole_sample(2, UINT32_MAX));
	}
	assert_int_equal(world->user_questions, 4);
	px_recording_count(world->recording, &tally);
	assert_int_equal(tally.named, 600);
	assert_int_equal(tally.user_named, 100);
	assert_int_equal(tally.user_unnamed, 100);
	finish_and_read(world);
	for (size_t i = 0; px_perf_reader_note(world->reader, i, &kind, &payload); i++) {
		struct px_cursor cursor = px_cursor_of(payload);

		while (kind == PX_PERF_NOTE_SYMBOLS && px_note_next_symbol(&cursor, &symbol)) {
			if (symbol.pid == UINT32_MAX)
				continue;
			user++;
			assert_true(symbol.start == 0x401000 && symbol.end == 0x402000);
			assert_string_equal(symbol.name,
					    symbol.pid == 20000812 ? "main" : "run");
			assert_string_equal(symbol.module, "nginx");
		}
	}
	assert_int_equal(user, 2);
}

/* The first name that the file has. */
static struct px_note_symbol first_name(struct world *world)
{
	enum px_perf_note kind;
	struct px_bytes payload;
	struct px_note_symbol symbol = {0};
	struct px_cursor cursor;

	for (size_t i = 0; px_perf_reader_note(world->reader, i, &kind, &payload); i++)
		if (kind == PX_PERF_NOTE_SYMBOLS)
			break;
	cursor = px_cursor_of(payload);
	assert_true(px_note_next_symbol(&cursor, &symbol));
	return symbol;
}

/* A unikernel: code, samples and names are those of the domain's process, in user mode. */
static void test_program(void **state)
{
	struct world *world = *state;
	const struct px_recording_code code = {.start = 0x100000,
					       .end = 0x103000,
					       .offset = 0x1000,
					       .protection = 5,
					       .name = "/srv/router.elf"};
	struct px_perf_record record;
	struct px_note_symbol symbol;

	check(px_recording_map_code(world->recording, 1, &code));
	add(world, kernel_sample(2, 0));
	finish_and_read(world);
	record = next(world, PX_PERF_MMAP2);
	assert_int_equal(record.misc & PX_PERF_MISC_CPUMODE, PX_PERF_MISC_USER);
	assert_int_equal(record.mmap.pid, 10000007);
	assert_string_equal(record.mmap.name, "/srv/router.elf");
	record = next(world, PX_PERF_SAMPLE);
	assert_int_equal(record.misc & PX_PERF_MISC_CPUMODE, PX_PERF_MISC_USER);
	assert_int_equal(record.origin.pid, 10000007);
	assert_int_equal(record.origin.tid, 11000000);
	assert_int_equal(record.sample.chain.count, 4);
	assert_true(px_perf_chain_ip(&record.sample.chain, 0) == PX_PERF_CONTEXT_USER);
	symbol = first_name(world);
	assert_int_equal(symbol.pid, 10000007);
	assert_string_equal(symbol.name, "one");
	assert_string_equal(symbol.module, "/srv/router.elf");
}

static void test_names(void **state)
{
	struct world *world = *state;
	struct px_tally tally = {0};
	char text[512];

	for (uint64_t i = 0; i < 50; i++)
		add(world, kernel_sample(i, 0));
	assert_int_equal(world->questions, 3);
	px_recording_count(world->recording, &tally);
	assert_int_equal(tally.named, 150);
	assert_int_equal(tally.unnamed, 0);
	finish_and_read(world);
	collect_names(world, text, sizeof(text));
	assert_string_equal(text, "0 one [kernel.kallsyms]\n"
				  "10200 three [xen_netfront]\n");
}

static void test_unnamed(void **state)
{
	struct world *world = *state;
	struct px_sample sample = kernel_sample(1, 0);
	struct px_tally tally = {0};

	sample.frames[1].ip = KERNEL + 0x310;
	sample.frames[2].ip = 1; /* looked up at 0 */
	add(world, sample);
	add(world, sample);
	px_recording_count(world->recording, &tally);
	assert_int_equal(tally.named, 2);
	assert_int_equal(tally.unnamed, 4);
}

/* After code was loaded all names are looked up and noted anew. */
static void test_forget_names(void **state)
{
	struct world *world = *state;
	char text[512];

	add(world, kernel_sample(1, 0));
	check(px_recording_round(world->recording));
	px_recording_forget_names(world->recording);
	add(world, kernel_sample(2, 0));
	assert_int_equal(world->questions, 6);
	finish_and_read(world);
	collect_names(world, text, sizeof(text));
	assert_string_equal(text, "0 one [kernel.kallsyms]\n10200 three [xen_netfront]\n"
				  "0 one [kernel.kallsyms]\n10200 three [xen_netfront]\n");
}

/* --- images, losses, summary -------------------------------------------------------------- */

static void test_images(void **state)
{
	struct world *world = *state;
	struct px_recording_image kernel = {.start = KERNEL,
					    .end = KERNEL + 0x10000,
					    .reference = KERNEL,
					    .name = "[kernel.kallsyms]_text",
					    .build_id = {.size = 20, .bytes = {1, 2, 3}}};
	struct px_recording_image module = {.start = KERNEL + 0x10000,
					    .end = KERNEL + 0x11000,
					    .name = "/lib/modules/6.1/xen_netfront.ko"};
	struct px_perf_record record;

	assert_false(px_recording_maps(world->recording, &kernel));
	check(px_recording_map(world->recording, 1, &kernel));
	check(px_recording_map(world->recording, 2, &module));
	assert_true(px_recording_maps(world->recording, &kernel));
	assert_true(px_recording_maps(world->recording, &module));
	module.end += 0x1000;
	assert_false(px_recording_maps(world->recording, &module));
	check(px_recording_map(world->recording, 3, &module));
	assert_true(px_recording_maps(world->recording, &module));
	finish_and_read(world);
	record = next(world, PX_PERF_MMAP2);
	assert_int_equal(record.mmap.pid, UINT32_MAX);
	assert_true(record.mmap.start == KERNEL && record.mmap.offset == KERNEL);
	assert_int_equal(record.mmap.length, 0x10000);
	assert_true(px_build_id_equal(&record.mmap.build_id, &kernel.build_id));
	assert_int_equal(record.misc & PX_PERF_MISC_CPUMODE, PX_PERF_MISC_KERNEL);
	assert_int_equal(next(world, PX_PERF_MMAP).mmap.length, 0x1000);
	assert_int_equal(next(world, PX_PERF_MMAP).mmap.length, 0x2000);
}

static void test_lost(void **state)
{
	struct world *world = *state;
	struct px_perf_record record;

	add(world, kernel_sample(1, 0));
	check(px_recording_lost(world->recording, 9000, 17));
	finish_and_read(world);
	record = next(world, PX_PERF_LOST);
	assert_int_equal(record.lost, 17);
	assert_int_equal(record.origin.time, 9000);
}

static void test_summary(void **state)
{
	struct world *world = *state;
	enum px_perf_note kind;
	struct px_bytes payload;
	bool domain = false, ticks = false;

	check(px_recording_pair(world->recording, "domain", "web01"));
	finish_and_read(world);
	for (size_t i = 0; px_perf_reader_note(world->reader, i, &kind, &payload); i++) {
		struct px_cursor cursor = px_cursor_of(payload);
		const char *key, *value;

		while (kind == PX_PERF_NOTE_SUMMARY &&
		       px_note_next_pair(&cursor, &key, &value)) {
			domain |= !strcmp(key, "domain") && !strcmp(value, "web01");
			ticks |= !strcmp(key, "ticks") && !strcmp(value, "12");
		}
		assert_false(cursor.failed);
	}
	assert_true(domain && ticks);
	assert_false(px_perf_reader_cut(world->reader));
}

/* A full disk is said once; everything after it goes on without an effect. */
static void test_disk_full(void **state)
{
	static struct px_perf_host host;
	static const struct px_domain domain = {.id = 1, .name = "d"};
	static const struct px_tally tally;
	const struct px_recording_setup full = {
		.path = "/dev/full", .host = &host, .domain = &domain, .frequency = 1};
	struct px_recording *recording = NULL;
	struct px_sample sample = kernel_sample(1, 0);
	struct px_error *err = px_recording_open(&full, &recording);
	int errors = err != NULL;

	px_error_free(err);
	for (int i = 0; recording && i < 100000; i++) {
		err = px_recording_add(recording, &sample);
		errors += err != NULL;
		px_error_free(err);
	}
	assert_int_equal(errors, 1);
	if (recording)
		check(px_recording_finish(recording, &tally));
	px_recording_free(recording);
}

/* --- Debian's perf ------------------------------------------------------------------------ */

static void test_perf_script(void **state)
{
	struct world *world = *state;
	char command[256], line[512], text[4096] = "";
	size_t size = 0;
	FILE *out;

	add(world, task_sample(1000000001, 0, 812, 815, "nginx"));
	add(world, kernel_sample(1000000002, 3));
	finish_and_read(world);
	snprintf(command, sizeof(command),
		 "HOME=/nonexistent perf script --ns -F comm,pid,tid,cpu,time,event,ip -i %s "
		 "2>/dev/null",
		 world->path);
	out = popen(command, "r");
	assert_non_null(out);
	while (fgets(line, sizeof(line), out)) {
		const char *word;

		for (word = strtok(line, " \t\n"); word; word = strtok(NULL, " \t\n"))
			size += (size_t)snprintf(text + size, sizeof(text) - size, "%s ", word);
	}
	assert_int_equal(pclose(out), 0);
	assert_string_equal(text,
			    "nginx 20000812/20000815 [000] 1.000000001: vcpu-clock: "
			    "ffffffff81000010 ffffffff81000100 ffffffff81010220 "
			    "web01/vcpu3 10000007/11000003 [003] 1.000000002: vcpu-clock: "
			    "ffffffff81000010 ffffffff81000100 ffffffff81010220 ");
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(kernel_sample),
		test(user_sample),
		test(whole_stack),
		test(code),
		test(deepest_stack),
		test(comms),
		test(comms_that_collide),
		test(impossible_ids),
		test(names),
		test(user_names),
		cmocka_unit_test_setup_teardown(test_program, setup_program, teardown),
		test(unnamed),
		test(forget_names),
		test(images),
		test(lost),
		test(summary),
		test(perf_script),
		cmocka_unit_test(test_disk_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
