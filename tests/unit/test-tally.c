/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting, and what the summary says. */
#include "tracer/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct px_frame frames[] = {
	{.ip = 1, .source = PX_RULE_NONE, .exact = true},
	{.ip = 2, .source = PX_RULE_ORC},
	{.ip = 3, .source = PX_RULE_FRAME_POINTER},
};

static struct px_sample sample(enum px_end_reason end, size_t count)
{
	struct px_sample s = {.end = end, .frame_count = count};

	memcpy(s.frames, frames, count * sizeof(*frames));
	return s;
}

/* Two ticks: three samples, then none. */
static struct px_tally tally_of_two_ticks(void)
{
	struct px_sample samples[] = {
		sample(PX_END_USER_MODE, 1),
		sample(PX_END_THREAD_ROOT, 3),
		sample(PX_END_BAD_READ, 2),
	};
	const struct px_tick ticks[] = {
		{.samples = samples,
		 .sample_count = px_array_size(samples),
		 .idle = 1,
		 .pause_ns = 40000,
		 .hypercalls = 8,
		 .ioctls = 2},
		{.idle = 3, .offline = 1, .pause_ns = 10000, .hypercalls = 6, .ioctls = 2},
	};
	struct px_tally tally = {
		.requested_hz = 100,
		.max_pause_s = 200e-6,
		.start_ns = 1000000000,
		.end_ns = 1500000000,
		.missed = 48,
		.named = 5,
		.unnamed = 1,
		.user_named = 3,
		.user_unnamed = 1,
		.processes = {.seen = 2, .missing = 1, .missing_names = {"/usr/bin/x"}}};

	samples[0].user_mode = true;
	samples[0].user_frames = 1;
	samples[0].user_walked = true;
	samples[0].user_end = PX_END_NO_FILE;
	samples[1].have_task = true;
	samples[2].state = PX_VCPU_RUNNABLE;
	for (size_t i = 0; i < px_array_size(ticks); i++)
		px_tally_add(&tally, &ticks[i]);
	return tally;
}

static void test_counts(void **state)
{
	const struct px_tally tally = tally_of_two_ticks();

	assert_int_equal(tally.ticks, 2);
	assert_int_equal(tally.samples, 3);
	assert_int_equal(tally.idle, 4);
	assert_int_equal(tally.offline, 1);
	assert_int_equal(tally.runnable, 1);
	assert_int_equal(tally.user, 1);
	assert_int_equal(tally.without_task, 2);
	assert_int_equal(tally.sources[PX_RULE_NONE], 2); /* the program's frame is none */
	assert_int_equal(tally.user_walked, 1);
	assert_int_equal(tally.user_ends[PX_END_NO_FILE], 1);
	assert_int_equal(tally.sources[PX_RULE_ORC], 2);
	assert_int_equal(tally.sources[PX_RULE_FRAME_POINTER], 1);
	assert_int_equal(tally.ends[PX_END_USER_MODE], 1);
	assert_int_equal(tally.ends[PX_END_BAD_READ], 1);
	assert_int_equal(tally.pause.count, 2);
	assert_true(px_tally_rate(&tally) == 4);
	assert_true(px_tally_complete(&tally) > 0.666 && px_tally_complete(&tally) < 0.667);
}

static void test_text(void **state)
{
	const struct px_tally tally = tally_of_two_ticks();
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	px_tally_print(&tally, out);
	fclose(out);
	assert_non_null(strstr(text, "3 samples in 0.5 s"));
	assert_non_null(strstr(text, "4.0 Hz of 100 Hz asked for, 48 slots missed\n"));
	assert_non_null(strstr(text, "max 40 us"));
	assert_non_null(
		strstr(text, "66.67 % complete (user mode 1, thread root 1, bad read 1)"));
	assert_non_null(strstr(text, "83.33 % named"));
	assert_non_null(strstr(text, "programs 0.00 % of 1 complete (no file 1)\n"));
	assert_non_null(strstr(text, "2 processes, 75.00 % of 4 frames named\n"));
	assert_non_null(strstr(text, "1 file is not at hand: /usr/bin/x (see --symfs)\n"));
	assert_non_null(strstr(text, "7.0 hypercalls and 2.0 ioctls a tick"));
	free(text);
}

/* Nothing was sampled: no division by zero, no lines without content. */
static void test_empty(void **state)
{
	const struct px_tally tally = {.requested_hz = 100};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	px_tally_print(&tally, out);
	fclose(out);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "pause"));
	assert_null(strstr(text, "stacks"));
	assert_null(strstr(text, "programs"));
	assert_non_null(strstr(text, "0 samples"));
	free(text);
}

struct wanted {
	const char *key, *value;
	bool found;
};

static bool look_for(void *context, const char *key, const char *value)
{
	for (struct wanted *w = context; w->key; w++)
		if (!strcmp(w->key, key)) {
			assert_string_equal(value, w->value);
			assert_false(w->found);
			w->found = true;
		}
	assert_null(strchr(key, ' '));
	return true;
}

static bool refuse_third(void *context, const char *key, const char *value)
{
	return ++*(int *)context < 3;
}

static void test_pairs(void **state)
{
	const struct px_tally tally = tally_of_two_ticks();
	struct wanted wanted[] = {
		{"ticks", "2", false},
		{"ticks-missed", "48", false},
		{"rate-asked-hz", "100.000", false},
		{"rate-achieved-hz", "4.000", false},
		{"samples", "3", false},
		{"pause", "domain", false},
		{"pause-max-ns", "40000", false},
		{"end-user-mode", "1", false},
		{"end-thread-root", "1", false},
		{"end-no-rule", "0", false},
		{"frames-orc", "2", false},
		{"frames-frame-pointer", "1", false},
		{"hypercalls-per-tick", "7.000", false},
		{"user-stacks", "1", false},
		{"user-stacks-complete-percent", "0.000", false},
		{"user-end-no-file", "1", false},
		{"user-frames-named", "3", false},
		{"processes", "2", false},
		{"files-missing", "1", false},
		{NULL, NULL, false},
	};
	int calls = 0;

	assert_true(px_tally_each_pair(&tally, look_for, wanted));
	for (const struct wanted *w = wanted; w->key; w++)
		assert_true(w->found);
	assert_false(px_tally_each_pair(&tally, refuse_third, &calls));
	assert_int_equal(calls, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
