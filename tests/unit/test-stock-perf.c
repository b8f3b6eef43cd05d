/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debian's perf as the oracle, in both directions: it must print of our files what was written
 * into them, and our reader must find in its files what it prints of them.
 */
#include "lib/perfdata-reader.h"

#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/buffer.h"
#include "lib/perfdata-notes.h"
#include "tests/support/perfdata-fixture.h"

static const struct px_fixture_boot first_boot = {0x1c000000, 0xffffffffc0312000};
static const struct px_fixture_boot second_boot = {0x02800000, 0xffffffffc05a7000};

/* --- running perf ------------------------------------------------------------------------- */

struct world {
	char folder[64];
	char errors[80]; /* what the last command wrote to its standard error */
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

/*
 * Run a shell command within the folder, where perf has its build-id cache and no
 * configuration; returns its output with one blank between words and no empty lines, to be
 * freed.
 */
px_printf(2, 3) static char *run(const struct world *w, const char *fmt, ...)
{
	char command[4096], line[4096];
	struct px_buffer all = {0};
	va_list ap;
	FILE *out;
	int n = snprintf(
		command, sizeof(command),
		"cd %s; exec 2>errors </dev/null; export HOME=$PWD PERF_CONFIG=/dev/null "
		"PERF_PAGER=cat; unset PERF_BUILDID_DIR; ",
		w->folder);

	va_start(ap, fmt);
	vsnprintf(command + n, sizeof(command) - (size_t)n, fmt, ap);
	va_end(ap);
	out = popen(command, "r");
	assert_non_null(out);
	while (fgets(line, sizeof(line), out)) {
		size_t before = all.size;

		for (const char *c = line; *c; c++)
			if (!isspace((unsigned char)*c))
				px_buffer_add(&all, c, 1);
			else if (all.size > before && all.data[all.size - 1] != ' ')
				px_buffer_add(&all, " ", 1);
		if (all.size > before && all.data[all.size - 1] == ' ')
			all.size--;
		if (all.size > before)
			px_buffer_add(&all, "\n", 1);
	}
	px_buffer_zero(&all, 1);
	if (pclose(out))
		fail_msg("%s: failed; standard error: see %s/errors", command, w->folder);
	return (char *)all.data;
}

/* perf said nothing but lines that contain one of these words. */
static void assert_says_only(const struct world *w, const char *const *allowed, size_t count)
{
	FILE *file = fopen(w->errors, "r");
	char line[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		bool known = line[0] == '\n';

		for (size_t i = 0; i < count; i++)
			known |= strstr(line, allowed[i]) != NULL;
		if (!known)
			fail_msg("perf complains: %s", line);
	}
	fclose(file);
}

static void assert_quiet(const struct world *w)
{
	assert_says_only(w, NULL, 0);
}

/* Of LOST records perf tells in three lines. */
static void assert_only_lost(const struct world *w)
{
	static const char *const said[] = {"Warning:", "lost 1 chunks!",
					   "Check IO/CPU overload!", "[ perf data convert: "};

	assert_says_only(w, said, px_array_size(said));
}

static void path_in(const struct world *w, const char *name, char path[128])
{
	snprintf(path, 128, "%s/%s", w->folder, name);
}

static void write_fixture(const struct world *w, const char *name,
			  const struct px_fixture_boot *boot)
{
	char path[128];

	path_in(w, name, path);
	check(px_fixture_write(path, boot));
}

/* --- our files, perf's reading -------------------------------------------------------------
 */

static void compare_script(const struct world *w, const char *input,
			   const struct px_fixture_boot *boot)
{
	struct px_buffer want = {0};
	char *got = run(w,
			"perf script --ns -F comm,pid,tid,cpu,time,event,period,ip,sym -i %s",
			input);

	px_fixture_expect_script(boot, &want);
	px_buffer_zero(&want, 1);
	assert_string_equal(got, (char *)want.data);
	assert_only_lost(w);
	free(got);
	px_buffer_fini(&want);
}

static void test_script_file(void **state)
{
	compare_script(*state, "one.data", &first_boot);
}

/* Another boot of the same kernel, with the cache that the first one filled. */
static void test_script_other_slide(void **state)
{
	compare_script(*state, "two.data", &second_boot);
}

static void test_script_pipe(void **state)
{
	compare_script(*state, "one.pipe", &first_boot);
	compare_script(*state, "- <one.pipe", &first_boot);
}

static void test_report(void **state)
{
	static const char *const inputs[] = {"one.data", "one.pipe"};
	static const char *const want[] = {
		"# Samples: 10 of event 'vcpu-clock'\n",
		"# Event count (approx.): 10030090\n",
		/* Leaves: 2 of 10 each of five functions. */
		"20.00% , 2 ,[kernel.kallsyms],[k] __schedule\n",
		"20.00% , 2 ,[kernel.kallsyms],[k] do_idle\n",
		"10.00% , 1 ,[kernel.kallsyms],[k] net_rx_action\n",
		"30.00% , 3 ,[xen_netfront] ,[k] xennet_poll\n",
		"20.00% , 2 ,[xen_netfront] ,[k] xennet_start_xmit\n",
		"# Samples: 2 of event 'xen-ring:wait'\n",
		"# Event count (approx.): 54398\n",
		"100.00%, 2 ,[xen_netfront],[k] xennet_start_xmit\n",
	};

	for (size_t i = 0; i < px_array_size(inputs); i++) {
		char *got = run(*state,
				"perf report --stdio -g none --no-children -t, "
				"-F overhead,sample,dso,sym -i %s",
				inputs[i]);

		for (size_t k = 0; k < px_array_size(want); k++)
			if (!strstr(got, want[k]))
				fail_msg("%s lacks \"%s\":\n%s", inputs[i], want[k], got);
		assert_only_lost(*state);
		free(got);
	}
}

static void test_diff(void **state)
{
	char *got = run(*state, "perf diff one.data two.data");

	assert_non_null(strstr(got, "# Event 'vcpu-clock'\n"));
	assert_non_null(strstr(got, "# Event 'xen-ring:wait'\n"));
	assert_non_null(strstr(got, "30.00% +0.00% [xen_netfront] [k] xennet_poll\n"));
	assert_non_null(strstr(got, "20.00% +0.00% [kernel.kallsyms] [k] __schedule\n"));
	assert_only_lost(*state);
	free(got);
}

static void test_evlist(void **state)
{
	char *got = run(*state, "perf evlist -i one.data");

	assert_string_equal(got, "vcpu-clock\nxen-ring:wait\n");
	assert_quiet(*state);
	free(got);
}

static void test_buildid_list(void **state)
{
	static const char want[] =
		"aa0102030405060708090a0b0c0d0e0f10111219 [kernel.kallsyms]\n"
		"bb0908070605040302010a0b0c0d0e0f10111291 "
		"/lib/modules/6.1.0-42-amd64/xen_netfront.ko\n";
	char *got = run(*state, "perf buildid-list -i one.data");

	assert_string_equal(got, want);
	assert_quiet(*state);
	free(got);
	got = run(*state, "perf buildid-list --with-hits -i one.pipe | sort");
	assert_string_equal(got, want);
	free(got);
}

static void test_header(void **state)
{
	char *got = run(*state, "perf report --header-only -i one.data");

	assert_non_null(strstr(got, "# cmdline : perf-xen record web server\n"));
	assert_non_null(strstr(got, "# event : name = xen-ring:wait, "));
	assert_quiet(*state);
	free(got);
}

static void test_convert(void **state)
{
	char *got = run(*state, "perf data convert --to-json out.json -i one.data; "
				"grep -c '\"timestamp\"' out.json; "
				"grep -c '\"symbol\": \"xennet_poll\"' out.json");

	assert_string_equal(got, "12\n3\n");
	assert_only_lost(*state);
	free(got);
}

/* Names of functions and events without the feature sections, which were never written. */
static void test_killed_writer(void **state)
{
	const struct world *w = *state;
	struct px_perf_writer *writer = NULL;
	struct px_perf_record record;
	struct px_buffer want = {0};
	char path[128], *got;

	path_in(w, "killed.data", path);
	check(px_fixture_open(path, &writer));
	for (size_t i = 0; i + 1 < PX_FIXTURE_RECORDS; i++) {
		px_fixture_record(&first_boot, i, &record);
		check(px_perf_writer_add(writer, &record));
	}
	check(px_perf_writer_round(writer));
	px_fixture_record(&first_boot, 5, &record);
	check(px_perf_writer_add(writer, &record));
	px_perf_writer_free(writer);
	got = run(
		w,
		"perf script --ns -F comm,pid,tid,cpu,time,event,period,ip,sym -i killed.data");
	px_fixture_expect_script(&first_boot, &want);
	px_buffer_zero(&want, 1);
	assert_string_equal(got, (char *)want.data);
	assert_quiet(w);
	free(got);
	px_buffer_fini(&want);
}

/* perf does not stumble over a note of the largest size. */
static void test_large_note(void **state)
{
	const struct world *w = *state;
	static uint8_t memory[PX_PERF_NOTE_MAX];
	struct px_perf_writer *writer = NULL;
	struct px_perf_record record;
	char path[128], *got;

	path_in(w, "note.data", path);
	memset(memory, 0xff, sizeof(memory));
	check(px_fixture_open(path, &writer));
	for (size_t i = 0; i < PX_FIXTURE_RECORDS; i++) {
		px_fixture_record(&first_boot, i, &record);
		check(px_perf_writer_add(writer, &record));
		if (i % 5 == 0)
			check(px_perf_writer_note(writer, PX_PERF_NOTE_SYMBOLS,
						  px_bytes_of(memory, sizeof(memory))));
	}
	check(px_perf_writer_finish(writer));
	px_perf_writer_free(writer);
	compare_script(w, "note.data", &first_boot);
	got = run(w, "perf report --stdio -i note.data");
	assert_only_lost(w);
	free(got);
}

/* --- perf's files, our reading -------------------------------------------------------------
 */

static void print_line(struct px_buffer *b, const char *fmt, ...) px_printf(2, 3);
static void print_line(struct px_buffer *b, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	px_buffer_add(b, line, strlen(line));
}

/* A sample as perf dumps it: `perf script -D`, what is in every record and the call chain. */
static void print_dump(struct px_buffer *b, const struct px_perf_record *r)
{
	print_line(b, "%llu 0x%x): %d/%d: %#llx period: %llu addr: %#llx\n",
		   (unsigned long long)r->origin.time, r->misc, (int)r->origin.pid,
		   (int)r->origin.tid, (unsigned long long)r->sample.ip,
		   (unsigned long long)r->sample.period, (unsigned long long)r->sample.addr);
	for (size_t i = 0; i < r->sample.chain.count; i++)
		print_line(b, "%016llx\n",
			   (unsigned long long)px_perf_chain_ip(&r->sample.chain, i));
}

/* The same out of perf's dump. */
#define DUMP_COMMAND                                                                        \
	"perf script -D -i %s | awk '"                                                      \
	"/: PERF_RECORD_SAMPLE\\(IP, / { for (i = 1; $(i + 2) !~ /^\\[/; i++); time = $i; " \
	"sub(/.*\\(IP, /, \"\"); print time, $0 } "                                         \
	"/^\\.\\.\\.\\.\\. +[0-9]+: [0-9a-f]+$/ { print $3 }'"

/* All samples of a file, as a dump and as lines of time and event. */
static size_t read_recording(const char *path, struct px_buffer *dump, struct px_buffer *lines)
{
	struct px_perf_reader *reader = NULL;
	struct px_perf_record r;
	size_t count = 0, samples = 0;
	const struct px_perf_event *events;

	check(px_perf_reader_open(path, &reader));
	assert_false(px_perf_reader_cut(reader));
	events = px_perf_reader_events(reader, &count);
	while (px_perf_reader_next(reader, &r)) {
		if (r.type != PX_PERF_SAMPLE)
			continue;
		samples++;
		print_dump(dump, &r);
		print_line(lines, "%llu.%09llu: %s:\n",
			   (unsigned long long)(r.origin.time / 1000000000),
			   (unsigned long long)(r.origin.time % 1000000000),
			   events[r.event].name);
	}
	assert_int_equal(px_perf_reader_malformed(reader), 0);
	px_perf_reader_close(reader);
	px_buffer_zero(dump, 1);
	px_buffer_zero(lines, 1);
	return samples;
}

/* Recordings of something that takes perf some 100 ms, each its own way. */
static const struct recording {
	const char *file, *options;
} recordings[] = {
	{"events.data", "-e cpu-clock -e task-clock -e page-faults -g -d -T -o events.data"},
	{"all-cpus.data", "-a -e cpu-clock -g --switch-events -W -o all-cpus.data"},
	/* Registers and a piece of the stack in every sample, which perf unwinds itself. */
	{"stacks.data", "-e cpu-clock --call-graph dwarf,1024 -o stacks.data"},
	{"pipe.data", "-e cpu-clock -g -o - >pipe.data"},
	{"compressed.data", "-z -e cpu-clock -o compressed.data"},
};

/* All at once: most of the time perf waits for something. FILE.ok says that it worked. */
static void record_all(const struct world *w)
{
	struct px_buffer script = {0};

	for (size_t i = 0; i < px_array_size(recordings); i++)
		print_line(&script,
			   "(perf record -q -F 2000 >%s.out %s -- sh work && touch %s.ok) &\n",
			   recordings[i].file, recordings[i].options, recordings[i].file);
	free(run(w,
		 "cat >work <<'end'\ni=0\nwhile [ $i -lt 20000 ]; do i=$((i+1)); done\n"
		 "find /usr/include >&2\nend\n%.*s wait",
		 (int)script.size, (const char *)script.data));
	px_buffer_fini(&script);
}

/* The path of a recording; skips the test where the kernel does not let perf record. */
static void recording(const struct world *w, const char *file, char path[128])
{
	char ok[160];

	path_in(w, file, path);
	snprintf(ok, sizeof(ok), "%s.ok", path);
	if (!access(ok, F_OK))
		return;
	print_message("perf record does not work here\n");
	skip();
}

static void compare_recording(const struct world *w, const char *file)
{
	struct px_buffer dump = {0}, lines = {0};
	char path[128], *want;

	recording(w, file, path);
	assert_true(read_recording(path, &dump, &lines) > 10);
	want = run(w, DUMP_COMMAND, file);
	assert_string_equal((char *)dump.data, want);
	free(want);
	want = run(w, "perf script --ns -F time,event -i %s | grep '^ *[0-9]*[.][0-9]*: '",
		   file);
	assert_string_equal((char *)lines.data, want);
	free(want);
	px_buffer_fini(&dump);
	px_buffer_fini(&lines);
}

static void test_recorded_events(void **state)
{
	compare_recording(*state, "events.data");
}

static void test_recorded_all_cpus(void **state)
{
	compare_recording(*state, "all-cpus.data");
}

static void test_recorded_stacks(void **state)
{
	compare_recording(*state, "stacks.data");
}

static void test_recorded_pipe(void **state)
{
	compare_recording(*state, "pipe.data");
}

static void test_recorded_compressed(void **state)
{
	struct px_perf_reader *reader = NULL;
	struct px_error *err;
	char path[128];

	recording(*state, "compressed.data", path);
	err = px_perf_reader_open(path, &reader);
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_UNSUPPORTED);
	px_error_free(err);
}

/* --- all ------------------------------------------------------------------------------------
 */

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	const char *base = getenv("TMPDIR");
	char cache[128], fifo[128];
	int status;

	snprintf(w->folder, sizeof(w->folder), "%.40s/px-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(w->folder))
		return -1;
	snprintf(w->errors, sizeof(w->errors), "%s/errors", w->folder);
	*state = w;
	path_in(w, ".debug", cache);
	check(px_fixture_fill_cache(cache));
	check(px_fixture_fill_cache(cache)); /* once more changes nothing */
	write_fixture(w, "one.data", &first_boot);
	write_fixture(w, "two.data", &second_boot);
	path_in(w, "fifo", fifo);
	free(run(w, "mkfifo fifo"));
	if (!fork())
		_exit(px_fixture_write(fifo, &first_boot) != NULL);
	free(run(w, "cat fifo >one.pipe"));
	wait(&status);
	record_all(w);
	return status;
}

static int teardown(void **state)
{
	struct world *w = *state;

	free(run(w, "rm -rf %s", w->folder));
	free(w);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_script_file),
		cmocka_unit_test(test_script_other_slide),
		cmocka_unit_test(test_script_pipe),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_evlist),
		cmocka_unit_test(test_buildid_list),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_convert),
		cmocka_unit_test(test_killed_writer),
		cmocka_unit_test(test_large_note),
		cmocka_unit_test(test_recorded_events),
		cmocka_unit_test(test_recorded_all_cpus),
		cmocka_unit_test(test_recorded_stacks),
		cmocka_unit_test(test_recorded_pipe),
		cmocka_unit_test(test_recorded_compressed),
	};

	if (system("perf version >/dev/null 2>&1")) {
		puts("perf is not installed");
		return 77;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
