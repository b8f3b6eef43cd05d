/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which tasks are looked at, when they are complete, and how they are shown. */
#include "guest/task-stacks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "guest/stack-view.h"

static bool find_symbol(void *context, uint64_t address, struct px_linux_symbol *ret)
{
	if (address < 0x1000)
		return false;
	*ret = (struct px_linux_symbol){
		.start = address & ~UINT64_C(0xff), .end = (address | 0xff) + 1, .name = "f"};
	return true;
}

static struct px_linux_thread thread(uint32_t pid, uint32_t tid, char state, const char *comm)
{
	struct px_linux_thread t = {.task = {.address = tid, .pid = pid, .tid = tid},
				    .state = state,
				    .cpu = tid % 4};

	snprintf(t.task.comm, sizeof(t.task.comm), "%s", comm);
	return t;
}

/* --- which -------------------------------------------------------------------------------- */

static void test_filter(void **state)
{
	const struct px_linux_thread worker = thread(8, 9, 'D', "kworker/0:1");
	static const struct {
		struct px_task_filter filter;
		bool has;
	} cases[] = {
		{{0}, true},
		{{.states = "D"}, true},
		{{.states = "RD"}, true},
		{{.states = "S"}, false},
		{{.pid = 8}, true},
		{{.pid = 9}, false}, /* that is the thread's */
		{{.comm = "kworker/0:1"}, true},
		{{.comm = "kworker"}, false},
		{{.comm = "kworker/*"}, true},
		{{.states = "D", .pid = 8, .comm = "k*"}, true},
		{{.states = "D", .pid = 7, .comm = "k*"}, false},
	};

	for (size_t i = 0; i < px_array_size(cases); i++)
		assert_int_equal(px_task_filter_has(&cases[i].filter, &worker), cases[i].has);
}

static void test_states_option(void **state)
{
	static const char *const wrong[] = {"", "Q", "d", "D,R", "RDx"};
	const char *states = NULL;

	for (size_t i = 0; i < px_array_size(wrong); i++) {
		struct px_error *err = px_task_states_option(wrong[i], &states);

		assert_non_null(err);
		assert_int_equal(err->code, PX_ERR_USAGE);
		assert_null(states);
		px_error_free(err);
	}
	assert_null(px_task_states_option("RSDTtXZPI", &states));
	assert_string_equal(states, "RSDTtXZPI");
}

/* --- complete ----------------------------------------------------------------------------- */

static void test_complete(void **state)
{
	struct px_task_entry entry = {.look = PX_TASK_WALKED, .end = PX_END_THREAD_ROOT};
	struct px_task_stacks stacks = {.tasks = &entry, .count = 1};

	assert_true(px_task_stacks_complete(&stacks));
	entry.end = PX_END_NO_RULE;
	assert_false(px_task_stacks_complete(&stacks));
	entry.look = PX_TASK_CHANGED;
	assert_false(px_task_stacks_complete(&stacks));
	entry.look = PX_TASK_RUNS;
	assert_true(px_task_stacks_complete(&stacks));
	entry.look = PX_TASK_NO_STACK;
	assert_true(px_task_stacks_complete(&stacks));
	stacks.cut = true;
	assert_false(px_task_stacks_complete(&stacks));
	stacks = (struct px_task_stacks){.torn = 1};
	assert_false(px_task_stacks_complete(&stacks));
	stacks = (struct px_task_stacks){.unreadable = 1};
	assert_false(px_task_stacks_complete(&stacks));
}

/* --- showing ------------------------------------------------------------------------------ */

static const struct px_domain domain = {.id = 3, .vcpus = 1, .name = "web01"};

struct shown {
	struct px_sample sample;
	struct px_snapshot first;
	struct px_vcpu_list vcpus;
	struct px_frame frames[3];
	struct px_task_entry entries[5];
	struct px_task_stacks tasks;
	struct px_stack_view view;
};

static void make_view(struct shown *shown)
{
	*shown = (struct shown){
		.sample = {.state = PX_VCPU_RUNNING,
			   .have_task = true,
			   .task = {.address = 12,
				    .pid = 10,
				    .tid = 12,
				    .comm = "nginx",
				    .context = PX_CONTEXT_SOFTIRQ},
			   .end = PX_END_THREAD_ROOT,
			   .frame_count = 1,
			   .frames = {{.ip = 0x1110, .exact = true}}},
		.frames = {{.ip = 0x1234, .exact = true},
			   {.ip = 0x2200, .source = PX_RULE_ORC},
			   {.ip = 0x10, .exact = true}},
		.entries = {{.thread = thread(1, 1, 'S', "init"),
			     .look = PX_TASK_WALKED,
			     .end = PX_END_USER_MODE,
			     .frame_count = 2},
			    {.thread = thread(2, 2, 'D', "kthreadd"),
			     .look = PX_TASK_WALKED,
			     .end = PX_END_NO_RULE,
			     .first_frame = 2,
			     .frame_count = 1},
			    {.thread = thread(10, 12, 'R', "nginx"), .look = PX_TASK_RUNS},
			    {.thread = thread(10, 13, 'R', "nginx"), .look = PX_TASK_RUNS},
			    /* It would drive a terminal; the last is a letter. */
			    {.thread = thread(14, 14, 'Z', "sh\x1b[\xc2\x9b[\xc3\xa9"),
			     .look = PX_TASK_NO_STACK}},
	};
	shown->entries[1].thread.task.kernel_thread = true;
	shown->first = (struct px_snapshot){.samples = &shown->sample, .count = 1};
	shown->tasks = (struct px_task_stacks){
		.tasks = shown->entries, .count = 5, .frames = shown->frames, .frame_count = 3};
	shown->view = (struct px_stack_view){.domain = &domain,
					     .vcpus = &shown->vcpus,
					     .namer = {.find = find_symbol},
					     .first = &shown->first,
					     .tasks = &shown->tasks};
}

static void assert_text(const struct px_stack_view *view, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	px_stack_view_text(view, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

#define VCPU                                                      \
	"web01 (domain 3, pv)\n\n"                                \
	"vCPU 0  running, kernel mode, in softirq, nginx 10/12\n" \
	"    0000000000001110 f+0x10\n"                           \
	"    -- thread root\n"

static void test_text(void **state)
{
	struct shown shown;

	make_view(&shown);
	assert_text(&shown.view, VCPU "\n"
				      "task 1/1  S sleeping, CPU 1, init\n"
				      "    0000000000001234 f+0x34\n"
				      "    0000000000002200 f+0x100\n"
				      "    -- user mode\n\n"
				      "task 2/2  D disk sleep, CPU 2, kthreadd\n"
				      "    0000000000000010 [unknown]\n"
				      "    -- no rule\n\n"
				      "task 10/12  R running, CPU 0, nginx\n"
				      "    -- runs on vCPU 0\n\n"
				      "task 10/13  R running, CPU 1, nginx\n"
				      "    -- runs\n\n"
				      "task 14/14  Z zombie, CPU 2, sh?[?[\xc3\xa9\n"
				      "    -- no stack\n");
	shown.tasks.tasks = &shown.entries[4];
	shown.tasks.count = 1;
	shown.entries[4].look = PX_TASK_CHANGED;
	shown.tasks.cut = true;
	shown.tasks.torn = 2;
	shown.tasks.unreadable = 3;
	assert_text(&shown.view,
		    VCPU "\n"
			 "task 14/14  Z zombie, CPU 2, sh?[?[\xc3\xa9\n"
			 "    -- changed while it was looked at\n\n"
			 "there are more tasks, which are not shown\n\n"
			 "2 lists of tasks were never at rest: some may be missing\n\n"
			 "3 tasks could not be read\n");
	shown.view.tasks = NULL;
	assert_text(&shown.view, VCPU);
}

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static json_t *task_of(json_t *stacks, size_t i)
{
	return json_array_get(json_object_get(stacks, "tasks"), i);
}

static void test_json(void **state)
{
	struct shown shown;
	json_t *stacks, *task, *missing;

	make_view(&shown);
	stacks = px_stack_view_json(&shown.view);
	assert_int_equal(json_array_size(json_object_get(stacks, "tasks")), 5);
	task = task_of(stacks, 0);
	assert_string_equal(text_of(task, "comm"), "init");
	assert_string_equal(text_of(task, "state"), "S");
	assert_string_equal(text_of(task, "stack"), "walked");
	assert_string_equal(text_of(task, "end"), "user mode");
	assert_int_equal(json_integer_value(json_object_get(task, "cpu")), 1);
	assert_int_equal(json_array_size(json_object_get(task, "frames")), 2);
	assert_true(json_is_true(json_object_get(task, "complete")));
	assert_false(json_is_true(json_object_get(task, "kernel_thread")));
	task = task_of(stacks, 1);
	assert_false(json_is_true(json_object_get(task, "complete")));
	assert_true(json_is_true(json_object_get(task, "kernel_thread")));
	task = task_of(stacks, 2);
	assert_string_equal(text_of(task, "stack"), "runs");
	assert_true(json_is_integer(json_object_get(task, "vcpu")));
	assert_null(json_object_get(task, "end"));
	assert_null(json_object_get(task_of(stacks, 3), "vcpu"));
	assert_string_equal(text_of(task_of(stacks, 4), "stack"), "no stack");
	missing = json_object_get(stacks, "tasks_missing");
	assert_false(json_is_true(json_object_get(missing, "cut")));
	assert_int_equal(json_integer_value(json_object_get(missing, "torn_lists")), 0);
	task = json_array_get(json_object_get(stacks, "vcpus"), 0);
	task = json_array_get(json_object_get(task, "snapshots"), 0);
	assert_string_equal(text_of(task, "context"), "softirq");
	json_decref(stacks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter),	 cmocka_unit_test(test_states_option),
		cmocka_unit_test(test_complete), cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
