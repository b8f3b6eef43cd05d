/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From samples of vCPUs and lists of tasks to what the doctor's report has of them. */
#include "ringtrace/doctor-stacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/doctor-fixture.h"

/* A function of 0x100 bytes at each of these, without a name elsewhere. */
static const char *const names[] = {
	"__schedule", "schedule",	 "n_tty_write", "_ZN3web4pollEv",
	"wait_woken", "xenwatch_thread", "do_idle",
};

enum {
	BASE = 0x10000,
	SCHEDULE = 1,
	TTY_WRITE,
	POLL,
	WOKEN,
	XENWATCH,
	IDLE
};

static uint64_t in(size_t function)
{
	return BASE + function * 0x100 + 0x10;
}

static bool find(void *context, uint64_t address, struct px_linux_symbol *ret)
{
	uint64_t number = (address - BASE) / 0x100;

	if (address < BASE || number >= px_array_size(names))
		return false;
	*ret = (struct px_linux_symbol){.start = BASE + number * 0x100,
					.end = BASE + number * 0x100 + 0x100,
					.name = names[number],
					.module = number == POLL ? "web" : NULL};
	return true;
}

static const struct px_namer namer = {.find = find};

static int set_up(void **state)
{
	static struct px_doctor_report report;

	px_doctor_fixture_init(&report);
	*state = &report;
	return 0;
}

static int tear_down(void **state)
{
	px_doctor_report_fini(*state);
	return 0;
}

/* --- vCPUs ----------------------------------------------------------------------------------
 */

static struct px_sample sample(uint32_t vcpu, uint64_t time_ns, uint64_t cpu_ns,
			       uint64_t innermost)
{
	return (struct px_sample){
		.vcpu = vcpu,
		.time_ns = time_ns,
		.cpu_time_ns = cpu_ns,
		.state = PX_VCPU_RUNNING,
		.end = PX_END_THREAD_ROOT,
		.frame_count = 2,
		.frames = {{.ip = innermost, .exact = true}, {.ip = in(IDLE)}}};
}

static void test_two_looks(void **state)
{
	struct px_doctor_report *report = *state;
	struct px_sample first[] = {sample(0, 0, 0, in(POLL)), sample(1, 0, 0, in(POLL))};
	struct px_sample second[] = {sample(0, 1000, 900, in(POLL) + 4)};
	struct px_snapshot before = {.samples = first, .count = 2};
	struct px_snapshot after = {.samples = second, .count = 1};
	const struct px_doctor_look *look;

	assert_null(px_doctor_add_snapshots(report, &namer, &before, &after));
	assert_int_equal(report->vcpu_count, 2);
	assert_int_equal(report->vcpus[0].look_count, 2);
	assert_true(report->vcpus[0].have_progress);
	assert_int_equal(report->vcpus[0].progress, PX_PROGRESS_SPINS);
	look = px_doctor_last_look(&report->vcpus[0]);
	assert_int_equal(look->stack.count, 2);
	assert_string_equal(look->stack.frames[0].function, "web::poll");
	assert_string_equal(look->stack.frames[0].module, "web");
	assert_int_equal(look->stack.frames[0].offset, 0x14);
	assert_string_equal(look->stack.frames[1].function, "do_idle");
	assert_null(look->stack.frames[1].module);
	/* The other went down meanwhile. */
	assert_int_equal(report->vcpus[1].look_count, 2);
	assert_false(report->vcpus[1].have_progress);
	assert_int_equal(px_doctor_last_look(&report->vcpus[1])->state, PX_VCPU_OFFLINE);
}

static void test_one_look(void **state)
{
	struct px_doctor_report *report = *state;
	struct px_sample only = sample(1, 0, 0, 0x10);
	struct px_snapshot snapshot = {.samples = &only, .count = 1};

	assert_null(px_doctor_add_snapshots(report, &namer, &snapshot, NULL));
	assert_int_equal(report->vcpus[1].look_count, 1);
	assert_false(report->vcpus[1].have_progress);
	assert_null(report->vcpus[1].looks[0].stack.frames[0].function);
}

/* Names of the kernel are not given to addresses of programs. */
static void test_programs(void **state)
{
	struct px_doctor_report *report = *state;
	struct px_sample only = sample(0, 0, 0, in(POLL));
	struct px_snapshot snapshot = {.samples = &only, .count = 1};

	only.user_mode = true;
	assert_null(px_doctor_add_snapshots(report, &namer, &snapshot, NULL));
	assert_true(report->vcpus[0].looks[0].stack.frames[0].user);
	assert_null(report->vcpus[0].looks[0].stack.frames[0].function);
}

static void test_deep_stack(void **state)
{
	struct px_doctor_report *report = *state;
	struct px_sample only = sample(0, 0, 0, in(POLL));
	struct px_snapshot snapshot = {.samples = &only, .count = 1};

	only.frame_count = PX_SAMPLE_FRAMES;
	assert_null(px_doctor_add_snapshots(report, &namer, &snapshot, NULL));
	assert_int_equal(report->vcpus[0].looks[0].stack.count, PX_DOCTOR_FRAMES_MAX);
	assert_int_equal(report->vcpus[0].looks[0].stack.left_out,
			 PX_SAMPLE_FRAMES - PX_DOCTOR_FRAMES_MAX);
}

/* --- tasks ----------------------------------------------------------------------------------
 */

static struct px_linux_thread thread(uint64_t address, uint32_t tid, char state,
				     uint64_t switches)
{
	return (struct px_linux_thread){
		.task = {.address = address, .tid = tid}, .state = state, .switches = switches};
}

/* Each is in schedule(), called by one more function. */
static struct px_error *add(struct px_doctor_report *report, struct px_linux_thread *before,
			    size_t count, const struct px_linux_thread *now, size_t now_count,
			    const size_t *callers)
{
	struct px_linux_task_list list = {.threads = before, .count = count};
	struct px_task_entry entries[64];
	struct px_frame frames[128];
	struct px_task_stacks stacks = {.tasks = entries, .frames = frames};

	for (size_t i = 0; i < now_count; i++) {
		entries[i] = (struct px_task_entry){.thread = now[i],
						    .look = PX_TASK_WALKED,
						    .end = PX_END_THREAD_ROOT,
						    .first_frame = 2 * i,
						    .frame_count = 2};
		frames[2 * i] = (struct px_frame){.ip = in(SCHEDULE)};
		frames[2 * i + 1] = (struct px_frame){.ip = in(callers[i])};
	}
	stacks.count = now_count;
	stacks.frame_count = 2 * now_count;
	return px_doctor_add_tasks(report, &namer, &list, &stacks);
}

static void test_which_wait(void **state)
{
	struct px_doctor_report *report = *state;
	struct px_linux_thread before[] = {thread(0x3000, 3, 'S', 7), thread(0x1000, 1, 'S', 7),
					   thread(0x2000, 2, 'D', 7),
					   thread(0x4000, 4, 'S', 7)};
	const struct px_linux_thread now[] = {
		thread(0x1000, 1, 'S', 7), /* works on the console since */
		thread(0x2000, 2, 'D', 8), /* has run meanwhile */
		thread(0x3000, 3, 'S', 7), /* has nothing to do */
		thread(0x4000, 9, 'D', 7), /* another where one was */
		thread(0x5000, 5, 'D', 1), /* new */
	};
	const size_t callers[] = {TTY_WRITE, WOKEN, XENWATCH, WOKEN, WOKEN};

	assert_null(
		add(report, before, px_array_size(before), now, px_array_size(now), callers));
	assert_true(report->have_tasks);
	assert_int_equal(report->task_total, 4);
	assert_int_equal(report->task_count, 4);
	assert_int_equal(report->tasks[0].task.tid, 1);
	assert_int_equal(report->tasks[0].stays, PX_ANSWER_YES);
	assert_string_equal(report->tasks[0].stack.frames[1].function, "n_tty_write");
	assert_int_equal(report->tasks[1].stays, PX_ANSWER_NO);
	assert_int_equal(report->tasks[2].task.tid, 9);
	assert_int_equal(report->tasks[2].stays, PX_ANSWER_UNKNOWN);
	assert_int_equal(report->tasks[3].stays, PX_ANSWER_UNKNOWN);
}

static void test_many_wait(void **state)
{
	struct px_doctor_report *report = *state;
	struct px_linux_thread now[50];
	size_t callers[50];

	for (uint32_t i = 0; i < 50; i++) {
		now[i] = thread(0x1000 * (uint64_t)i, i, 'D', 1);
		callers[i] = WOKEN;
	}
	assert_null(add(report, NULL, 0, now, 50, callers));
	assert_int_equal(report->task_count, PX_DOCTOR_TASKS_MAX);
	assert_int_equal(report->tasks_left_out, 50 - PX_DOCTOR_TASKS_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_looks),  TEST(one_look),   TEST(programs),
		TEST(deep_stack), TEST(which_wait), TEST(many_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
