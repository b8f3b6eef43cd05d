/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf.data: what was written is read, cut anywhere and damaged anyhow. */
#include "lib/perfdata-reader.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/memory.h"
#include "lib/perfdata-format.h"
#include "lib/perfdata-notes.h"
#include "lib/perfdata-writer.h"
#include "tests/support/perfdata-fixture.h"

static const struct px_fixture_boot boot = {0x1c000000, 0xffffffffc0312000};

/* --- files -------------------------------------------------------------------------------- */

struct scratch {
	char folder[64], file[80], old[88], pipe[80];
};

static int setup(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));
	const char *base = getenv("TMPDIR");

	snprintf(s->folder, sizeof(s->folder), "%.40s/px-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(s->folder))
		return -1;
	snprintf(s->file, sizeof(s->file), "%s/perf.data", s->folder);
	snprintf(s->old, sizeof(s->old), "%s.old", s->file);
	snprintf(s->pipe, sizeof(s->pipe), "%s/fifo", s->folder);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scratch *s = *state;

	unlink(s->file);
	unlink(s->old);
	unlink(s->pipe);
	rmdir(s->folder);
	free(s);
	return 0;
}

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

static struct px_bytes read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	uint8_t *data;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &status), 0);
	data = malloc((size_t)status.st_size + 1);
	assert_int_equal(fread(data, 1, (size_t)status.st_size, file), status.st_size);
	fclose(file);
	return px_bytes_of(data, (size_t)status.st_size);
}

/* The fixture as a stream: a child writes into a FIFO. */
static struct px_bytes read_pipe_form(const struct scratch *s)
{
	struct px_buffer all = {0};
	uint8_t part[512];
	ssize_t n;
	int fd, status;
	pid_t child;

	assert_int_equal(mkfifo(s->pipe, 0600), 0);
	child = fork();
	if (!child)
		_exit(px_fixture_write(s->pipe, &boot) != NULL);
	fd = open(s->pipe, O_RDONLY);
	while ((n = read(fd, part, sizeof(part))) > 0)
		px_buffer_add(&all, part, (size_t)n);
	close(fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return px_buffer_bytes(&all);
}

/* --- comparing ---------------------------------------------------------------------------- */

static void assert_same_sample(const struct px_perf_sample *a, const struct px_perf_sample *b)
{
	struct px_sample_outcome x, y;

	assert_true(a->ip == b->ip && a->period == b->period);
	assert_int_equal(a->chain.count, b->chain.count);
	for (size_t i = 0; i < a->chain.count; i++)
		assert_true(px_perf_chain_ip(&a->chain, i) == px_perf_chain_ip(&b->chain, i));
	assert_true(px_sample_outcome_decode(a->raw, &x));
	assert_true(px_sample_outcome_decode(b->raw, &y));
	assert_int_equal(x.end_reason, y.end_reason);
	assert_int_equal(x.vcpu_state, y.vcpu_state);
	assert_int_equal(x.context, y.context);
	assert_int_equal(x.frames, y.frames);
	for (size_t i = 0; i < x.frames; i++)
		assert_int_equal(px_sample_outcome_source(&x, i),
				 px_sample_outcome_source(&y, i));
}

static void assert_same_mmap(const struct px_perf_mmap *a, const struct px_perf_mmap *b)
{
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->tid, b->tid);
	assert_true(a->start == b->start && a->length == b->length && a->offset == b->offset);
	assert_int_equal(a->protection, b->protection);
	assert_memory_equal(&a->build_id, &b->build_id, sizeof(a->build_id));
	assert_string_equal(a->name, b->name);
}

static void assert_same_task(const struct px_perf_task *a, const struct px_perf_task *b)
{
	assert_true(a->pid == b->pid && a->parent_pid == b->parent_pid);
	assert_true(a->tid == b->tid && a->parent_tid == b->parent_tid);
	assert_true(a->time == b->time);
}

static void assert_same(const struct px_perf_record *a, const struct px_perf_record *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->misc, b->misc);
	assert_int_equal(a->event, b->event);
	assert_int_equal(a->origin.pid, b->origin.pid);
	assert_int_equal(a->origin.tid, b->origin.tid);
	assert_int_equal(a->origin.cpu, b->origin.cpu);
	assert_true(a->origin.time == b->origin.time);
	if (a->type == PX_PERF_SAMPLE)
		assert_same_sample(&a->sample, &b->sample);
	else if (a->type == PX_PERF_COMM)
		assert_string_equal(a->comm.name, b->comm.name);
	else if (a->type == PX_PERF_MMAP2 || a->type == PX_PERF_MMAP)
		assert_same_mmap(&a->mmap, &b->mmap);
	else if (a->type == PX_PERF_FORK || a->type == PX_PERF_EXIT)
		assert_same_task(&a->task, &b->task);
	else
		assert_int_equal(a->lost, b->lost);
}

/* Read all records and compare with the first ones of the fixture; returns how many. */
static size_t compare_records(struct px_perf_reader *reader)
{
	struct px_perf_record got, want;
	size_t i = 0;

	for (; px_perf_reader_next(reader, &got); i++) {
		assert_true(i < PX_FIXTURE_RECORDS);
		px_fixture_record(&boot, i, &want);
		assert_same(&got, &want);
	}
	assert_int_equal(px_perf_reader_malformed(reader), 0);
	return i;
}

static void assert_about_fixture(struct px_perf_reader *reader)
{
	const struct px_perf_header_info *info = px_perf_reader_info(reader);
	const char *key = NULL, *value = NULL;
	enum px_perf_note kind = 0;
	struct px_bytes payload = {0};
	struct px_cursor c;
	size_t count = 0;
	const struct px_perf_event *events = px_perf_reader_events(reader, &count);

	assert_int_equal(count, 2);
	assert_string_equal(events[0].name, "vcpu-clock");
	assert_true(events[0].frequency && events[0].rate == 997);
	assert_string_equal(events[1].name, "xen-ring:wait");
	assert_false(events[1].frequency);
	assert_string_equal(info->hostname, "dom0.example");
	assert_string_equal(info->release, "6.1.0-42-amd64");
	assert_string_equal(info->arch, "x86_64");
	assert_string_equal(info->cpu_description, "A CPU");
	assert_string_equal(info->cpu_id, "Vendor,6,85,7");
	assert_int_equal(info->argc, 3);
	assert_string_equal(info->argv[2], "web server");
	assert_true(px_perf_reader_note(reader, 0, &kind, &payload));
	assert_int_equal(kind, PX_PERF_NOTE_SUMMARY);
	c = px_cursor_of(payload);
	assert_true(px_note_next_pair(&c, &key, &value));
	assert_string_equal(key, "samples");
	assert_string_equal(value, "12");
	assert_false(px_note_next_pair(&c, &key, &value));
	assert_false(c.failed);
	assert_false(px_perf_reader_note(reader, 1, &kind, &payload));
}

/* --- tests -------------------------------------------------------------------------------- */

static void test_file_round_trip(void **state)
{
	const struct scratch *s = *state;
	struct px_perf_reader *reader = NULL;
	const struct px_perf_image *images;
	size_t count = 0;

	check(px_fixture_write(s->file, &boot));
	check(px_perf_reader_open(s->file, &reader));
	assert_false(px_perf_reader_cut(reader));
	assert_about_fixture(reader);
	images = px_perf_reader_images(reader, &count);
	assert_int_equal(count, 2);
	assert_string_equal(images[0].name, "[kernel.kallsyms]");
	assert_int_equal(images[0].build_id.bytes[0], 0xaa);
	assert_string_equal(images[1].name, "/lib/modules/6.1.0-42-amd64/xen_netfront.ko");
	assert_int_equal(compare_records(reader), PX_FIXTURE_RECORDS);
	px_perf_reader_rewind(reader);
	assert_int_equal(compare_records(reader), PX_FIXTURE_RECORDS);
	px_perf_reader_close(reader);
}

static void test_pipe_round_trip(void **state)
{
	struct px_perf_reader *reader = NULL;
	struct px_bytes bytes = read_pipe_form(*state);

	check(px_perf_reader_new(bytes, &reader));
	assert_false(px_perf_reader_cut(reader));
	assert_about_fixture(reader);
	assert_int_equal(compare_records(reader), PX_FIXTURE_RECORDS);
	px_perf_reader_close(reader);
	free((void *)bytes.data);
}

static void test_old_file_moves(void **state)
{
	const struct scratch *s = *state;
	struct px_bytes first, old;

	check(px_fixture_write(s->file, &boot));
	first = read_file(s->file);
	check(px_fixture_write(s->file, &boot));
	old = read_file(s->old);
	assert_int_equal(old.size, first.size);
	assert_memory_equal(old.data, first.data, first.size);
	free((void *)first.data);
	free((void *)old.data);
}

/* How many of the fixture's records end at or before each byte of the data. */
static size_t whole_records(struct px_bytes bytes, uint64_t start, size_t cut)
{
	struct px_perf_record_header header;
	size_t count = 0;

	for (uint64_t pos = start; pos + sizeof(header) <= cut; pos += header.size) {
		memcpy(&header, bytes.data + pos, sizeof(header));
		if (header.size > cut - pos || header.size < sizeof(header) ||
		    count == PX_FIXTURE_RECORDS)
			break;
		count += header.type == PX_PERF_SAMPLE || header.type == PX_PERF_COMM ||
			 header.type == PX_PERF_MMAP2 || header.type == PX_PERF_LOST;
	}
	return count;
}

static void cut_everywhere(struct px_bytes bytes, uint64_t start, uint64_t first_ok)
{
	for (size_t cut = 0; cut < bytes.size; cut++) {
		struct px_perf_reader *reader = NULL;
		uint8_t *exact = malloc(cut ? cut : 1);
		struct px_error *err;

		memcpy(exact, bytes.data, cut);
		err = px_perf_reader_new(px_bytes_of(exact, cut), &reader);
		if (err) {
			assert_int_equal(err->code, PX_ERR_TRUNCATED);
			assert_true(cut < first_ok);
			px_error_free(err);
		} else {
			assert_int_equal(compare_records(reader),
					 whole_records(bytes, start, cut));
		}
		px_perf_reader_close(reader);
		free(exact);
	}
}

static void test_file_cut_everywhere(void **state)
{
	const struct scratch *s = *state;
	struct px_perf_file_header header;
	struct px_bytes bytes;

	check(px_fixture_write(s->file, &boot));
	bytes = read_file(s->file);
	memcpy(&header, bytes.data, sizeof(header));
	cut_everywhere(bytes, header.data.offset, header.data.offset);
	free((void *)bytes.data);
}

static void test_pipe_cut_everywhere(void **state)
{
	struct px_bytes bytes = read_pipe_form(*state);

	cut_everywhere(bytes, PX_PERF_PIPE_HEADER_SIZE,
		       PX_PERF_PIPE_HEADER_SIZE + sizeof(struct px_perf_record_header) +
			       PX_PERF_ATTR_SIZE + 8);
	free((void *)bytes.data);
}

/* Whatever a byte is changed to: an error or some records, within the input. */
static void damage_everywhere(struct px_bytes bytes)
{
	static const uint8_t changes[] = {0xff, 0x01, 0x80, 0x7f};
	uint8_t *copy = malloc(bytes.size);

	for (size_t at = 0; at < bytes.size; at++)
		for (size_t i = 0; i < px_array_size(changes); i++) {
			struct px_perf_reader *reader = NULL;
			struct px_perf_record record;
			size_t count = 0;

			memcpy(copy, bytes.data, bytes.size);
			copy[at] ^= changes[i];
			px_error_free(
				px_perf_reader_new(px_bytes_of(copy, bytes.size), &reader));
			while (reader && px_perf_reader_next(reader, &record))
				count++;
			assert_true(count <= bytes.size / sizeof(struct px_perf_record_header));
			px_perf_reader_close(reader);
		}
	free(copy);
}

static void test_file_damaged_everywhere(void **state)
{
	const struct scratch *s = *state;
	struct px_bytes bytes;

	check(px_fixture_write(s->file, &boot));
	bytes = read_file(s->file);
	damage_everywhere(bytes);
	free((void *)bytes.data);
}

static void test_pipe_damaged_everywhere(void **state)
{
	struct px_bytes bytes = read_pipe_form(*state);

	damage_everywhere(bytes);
	free((void *)bytes.data);
}

/* A writer that is killed behind a round leaves a file with all of that round. */
static void test_writer_killed(void **state)
{
	const struct scratch *s = *state;
	struct px_perf_reader *reader = NULL;
	size_t count = 0, events = 0;
	int status;
	pid_t child = fork();

	if (!child) {
		struct px_perf_writer *writer = NULL;
		struct px_perf_record record;

		check(px_fixture_open(s->file, &writer));
		for (size_t i = 0; i < PX_FIXTURE_RECORDS; i++) {
			px_fixture_record(&boot, i, &record);
			check(px_perf_writer_add(writer, &record));
			if (i == 9)
				check(px_perf_writer_round(writer));
		}
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	check(px_perf_reader_open(s->file, &reader));
	assert_true(px_perf_reader_cut(reader));
	assert_string_equal(px_perf_reader_events(reader, &events)[1].name, "xen-ring:wait");
	count = compare_records(reader);
	assert_int_equal(count, 10);
	px_perf_reader_close(reader);
}

/* Write the fixture rounds times with a limit on the file's size; how many errors came? */
static size_t write_within(const char *path, size_t rounds, rlim_t limit, uint64_t *size_ret)
{
	struct rlimit before, small;
	struct px_perf_writer *writer = NULL;
	struct px_error *err;
	size_t errors = 0;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = limit;
	check(px_fixture_open(path, &writer));
	setrlimit(RLIMIT_FSIZE, &small);
	for (size_t i = 0; i < rounds * PX_FIXTURE_RECORDS; i++) {
		struct px_perf_record record;

		px_fixture_record(&boot, i % PX_FIXTURE_RECORDS, &record);
		err = px_perf_writer_add(writer, &record);
		errors += err != NULL;
		px_error_free(err);
	}
	*size_ret = px_perf_writer_size(writer);
	err = px_perf_writer_finish(writer);
	errors += err != NULL;
	px_error_free(err);
	px_perf_writer_free(writer);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	return errors;
}

static void test_disk_full(void **state)
{
	const struct scratch *s = *state;
	struct px_perf_reader *reader = NULL;
	struct px_perf_record record;
	uint64_t size = 0, full = 400001; /* amid a record */
	size_t count = 0, events = 0;
	struct stat status;

	assert_int_equal(write_within(s->file, 400, full, &size), 1);
	assert_int_equal(stat(s->file, &status), 0);
	assert_true((uint64_t)status.st_size <= full && (uint64_t)status.st_size > full - 4096);
	check(px_perf_reader_open(s->file, &reader));
	px_perf_reader_events(reader, &events);
	assert_int_equal(events, 2);
	while (px_perf_reader_next(reader, &record))
		count++;
	assert_int_equal(px_perf_reader_malformed(reader), 0);
	/* A record has 71 to 200 bytes. */
	assert_in_range(count, full / 200, full / 60);
	px_perf_reader_close(reader);
}

/* All data fits, the feature sections do not: an error, and no record is lost. */
static void test_disk_full_at_the_end(void **state)
{
	const struct scratch *s = *state;
	struct px_perf_reader *reader = NULL;
	struct px_perf_record record;
	uint64_t size = 0;
	size_t count = 0;

	assert_int_equal(write_within(s->file, 2, RLIM_INFINITY, &size), 0);
	assert_int_equal(write_within(s->file, 2, size + 100, &size), 1);
	check(px_perf_reader_open(s->file, &reader));
	assert_true(px_perf_reader_cut(reader));
	while (px_perf_reader_next(reader, &record))
		count++;
	assert_int_equal(count, 2 * PX_FIXTURE_RECORDS);
	px_perf_reader_close(reader);
}

/* The types that the fixture has none of. */
static void test_other_records(void **state)
{
	const struct scratch *s = *state;
	const struct px_perf_task task = {7, 6, 9, 8, 1234};
	const struct px_perf_record records[] = {
		{.type = PX_PERF_FORK, .origin = {6, 8, 1, 100}, .task = task},
		{.type = PX_PERF_MMAP,
		 .misc = PX_PERF_MISC_USER,
		 .origin = {7, 9, 1, 200},
		 .mmap = {.pid = 7,
			  .tid = 9,
			  .start = 0x400000,
			  .length = 1,
			  .offset = 2,
			  .name = "/bin/a"}},
		{.type = PX_PERF_EXIT, .event = 1, .origin = {7, 9, 1, 300}, .task = task},
	};
	struct px_perf_writer *writer = NULL;
	struct px_perf_reader *reader = NULL;
	struct px_perf_record got;

	check(px_fixture_open(s->file, &writer));
	for (size_t i = 0; i < px_array_size(records); i++)
		check(px_perf_writer_add(writer, &records[i]));
	check(px_perf_writer_finish(writer));
	px_perf_writer_free(writer);
	check(px_perf_reader_open(s->file, &reader));
	for (size_t i = 0; i < px_array_size(records); i++) {
		assert_true(px_perf_reader_next(reader, &got));
		assert_same(&got, &records[i]);
	}
	assert_false(px_perf_reader_next(reader, &got));
	px_perf_reader_close(reader);
}

static void test_oversized_is_cut(void **state)
{
	const struct scratch *s = *state;
	static uint64_t ips[3 * PX_PERF_CHAIN_MAX];
	static uint8_t raw[3 * PX_PERF_RAW_MAX];
	struct px_perf_writer *writer = NULL;
	struct px_perf_reader *reader = NULL;
	struct px_perf_record record = {
		.type = PX_PERF_SAMPLE,
		.sample = {.chain = {ips, px_array_size(ips)},
			   .raw = px_bytes_of(raw, sizeof(raw))},
	};
	struct px_error *err;

	check(px_fixture_open(s->file, &writer));
	check(px_perf_writer_add(writer, &record));
	err = px_perf_writer_note(writer, PX_PERF_NOTE_RINGS,
				  px_bytes_of(ips, PX_PERF_NOTE_MAX + 1));
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_LIMIT);
	px_error_free(err);
	check(px_perf_writer_finish(writer));
	px_perf_writer_free(writer);
	check(px_perf_reader_open(s->file, &reader));
	assert_true(px_perf_reader_next(reader, &record));
	assert_int_equal(record.sample.chain.count, PX_PERF_CHAIN_MAX);
	assert_in_range(record.sample.raw.size, PX_PERF_RAW_MAX, PX_PERF_RAW_MAX + 7);
	px_perf_reader_close(reader);
}

static void test_host(void **state)
{
	static char program[] = "perf-xen";
	char *argv[] = {program};
	struct px_perf_host host;
	struct utsname name;

	px_perf_host_read(1, argv, &host);
	assert_int_equal(uname(&name), 0);
	assert_string_equal(host.hostname, name.nodename);
	assert_string_equal(host.release, name.release);
	assert_string_equal(host.arch, name.machine);
	assert_string_not_equal(host.cpu_description, "");
	assert_string_not_equal(host.cpu_id, "");
	assert_int_equal(host.cpus_online, sysconf(_SC_NPROCESSORS_ONLN));
	assert_in_range(host.memory_kib, 16 * 1024, UINT64_C(1) << 40);
	assert_true(host.argv == argv && host.argc == 1);
}

#define with_scratch(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scratch(test_file_round_trip),
		with_scratch(test_pipe_round_trip),
		with_scratch(test_old_file_moves),
		with_scratch(test_file_cut_everywhere),
		with_scratch(test_pipe_cut_everywhere),
		with_scratch(test_file_damaged_everywhere),
		with_scratch(test_pipe_damaged_everywhere),
		with_scratch(test_writer_killed),
		with_scratch(test_disk_full),
		with_scratch(test_disk_full_at_the_end),
		with_scratch(test_other_records),
		with_scratch(test_oversized_is_cut),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
