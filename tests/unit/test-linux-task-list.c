/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of tasks as kernels of several versions keep them, at rest, in motion and hostile. */
#include "guest/linux-task-list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/task-world.h"

static void read_list(struct task_world *world, size_t limit)
{
	struct px_linux_reader reader = task_world_reader(world);

	px_linux_task_list_fini(&world->found);
	assert_null(px_linux_task_list_read(&world->layouts, &reader, limit, &world->found));
	assert_true(world->reads < 1000000);
}

static void assert_found(const struct task_world *world, const char *expected)
{
	char text[256] = "";
	size_t size = 0;

	for (size_t i = 0; i < world->found.count; i++) {
		const struct px_linux_thread *thread = &world->found.threads[i];

		size += (size_t)snprintf(text + size, sizeof(text) - size, " %s:%u/%u:%c",
					 thread->task.comm, thread->task.pid, thread->task.tid,
					 thread->state);
	}
	assert_string_equal(text, expected);
}

#define ALL \
	" init:101/101:S server:102/102:S worker:102/103:S worker:102/104:S kthread:105/105:S"

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct task_world));
	task_world_build(*state, &task_versions[1]);
	return 0;
}

static int teardown(void **state)
{
	struct task_world *world = *state;

	task_world_fini(world);
	free(world);
	return 0;
}

/* --- lists -------------------------------------------------------------------------------- */

static void test_versions(void **state)
{
	for (size_t i = 0; i < px_array_size(task_versions); i++) {
		struct task_world world = {0};
		const struct px_linux_thread *thread;

		task_world_build(&world, &task_versions[i]);
		task_world_put32(&world, task_world_task(3) + world.list.on_cpu, 1);
		task_world_put_state(&world, 3, 0, 0);
		task_world_put64(&world, task_world_task(3) + world.list.voluntary, 7);
		task_world_put64(&world, task_world_task(3) + world.list.involuntary, 5);
		read_list(&world, 100);
		assert_found(&world, " init:101/101:S server:102/102:S worker:102/103:R "
				     "worker:102/104:S kthread:105/105:S");
		assert_false(world.found.cut || world.found.torn || world.found.unreadable);
		thread = &world.found.threads[2];
		assert_true(thread->on_cpu && thread->cpu == 3 && thread->switches == 12);
		assert_true(thread->task.address == task_world_task(3));
		assert_true(thread->stack == task_world_stack(3));
		assert_true(thread->sp == task_world_stack(3) + 0x3000);
		assert_false(thread->task.kernel_thread || world.found.threads[1].on_cpu);
		assert_true(world.found.threads[4].task.kernel_thread);
		task_world_fini(&world);
	}
}

static void test_members_missing(void **state)
{
	static const char *const members[] = {
		"__state", "stack", "on_cpu", "thread_info", "tasks",  "exit_state",
		"thread",  "nvcsw", "nivcsw", "thread_node", "signal",
	};
	struct task_world world = {0};

	for (size_t i = 0; i < px_array_size(members); i++) {
		task_world_layouts(&world, &task_versions[1], members[i]);
		assert_true(world.task.known);
		assert_false(world.list.known);
	}
}

/* A frame that ends before its last member does, or is larger than a stack. */
static void test_frames_that_lie(void **state)
{
	static const uint32_t sizes[] = {1, 8, TASK_WORLD_FRAME - 1, TASK_WORLD_STACK + 1};
	struct task_version version = task_versions[1];
	struct task_world world = {0};

	for (size_t i = 0; i < px_array_size(sizes); i++) {
		version.frame = sizes[i];
		task_world_layouts(&world, &version, NULL);
		assert_true(world.task.known);
		assert_false(world.list.known);
	}
	version.frame = TASK_WORLD_STACK;
	task_world_layouts(&world, &version, NULL);
	assert_true(world.list.known);
}

static void test_layout_of_this_kernel(void **state)
{
	const char *path = getenv("PERF_XEN_VMLINUX");
	struct px_elf_image *image = NULL;
	struct px_type_info *types = NULL;
	struct px_symbol_table *symbols = NULL;
	struct px_linux_task_list_layout found;

	if (!path) {
		print_message("PERF_XEN_VMLINUX is not set\n");
		skip();
	}
	assert_null(px_elf_image_open(path, &image));
	assert_null(px_type_info_open(image, &types));
	assert_null(px_symbol_table_new(&symbols));
	assert_null(px_elf_image_symbols(image, symbols));
	assert_null(px_symbol_table_sort(symbols));
	found = px_linux_task_list_layout_of(symbols, types, 0);
	assert_true(found.known);
	assert_int_equal(found.state_size, 4);
	assert_int_equal(found.stack_size, 16384);
	assert_int_equal(found.frame.size, TASK_WORLD_FRAME);
	assert_true(px_linux_task_layout_of(symbols, types, 0).have_preempt_count);
	px_symbol_table_free(symbols);
	px_type_info_close(types);
	px_elf_image_close(image);
}

/* Letters of Linux's fs/proc/array.c. */
static void test_states(void **state)
{
	static const struct {
		uint64_t state;
		uint32_t exit_state;
		char letter;
	} cases[] = {
		{0, 0, 'R'},
		{0x800, 0, 'R'} /* new */,
		{0x200, 0, 'R'} /* waking */,
		{1, 0, 'S'},
		{0x2001, 0, 'S'},
		{2, 0, 'D'},
		{0x102, 0, 'D'},
		{0x1000, 0, 'D'},
		{0x8000, 0, 'D'},
		{0x402, 0, 'I'},
		{0x2402, 0, 'I'},
		{0x104, 0, 'T'},
		{0x108, 0, 't'},
		{0x80, 0x10, 'X'},
		{0x80, 0x20, 'Z'},
		{0x80, 0x30, 'Z'},
		{0x40, 0, 'P'},
	};

	for (size_t i = 0; i < px_array_size(cases); i++)
		assert_int_equal(px_linux_task_state(cases[i].state, cases[i].exit_state),
				 cases[i].letter);
	assert_string_equal(px_linux_task_state_name('D'), "disk sleep");
	assert_string_equal(px_linux_task_state_name('Z'), "zombie");
	assert_string_equal(px_linux_task_state_name('?'), "unknown");
}

static void test_limit(void **state)
{
	struct task_world *world = *state;

	for (size_t limit = 1; limit < 5; limit++) {
		read_list(world, limit);
		assert_int_equal(world->found.count, limit);
		assert_true(world->found.cut);
	}
	read_list(world, 5);
	assert_found(world, ALL);
	assert_false(world->found.cut);
}

/* --- lists that change -------------------------------------------------------------------- */

/* Server exits while it is looked at: once the walk has read its node, the list changes. */
static void remove_server(struct task_world *world)
{
	if (world->reads == 4)
		task_world_unlink(world, task_world_task(2) + world->list.tasks);
}

static void test_removed_while_walked(void **state)
{
	struct task_world *world = *state;

	world->hook = remove_server;
	read_list(world, 100);
	assert_found(world, " init:101/101:S kthread:105/105:S");
	assert_int_equal(world->found.torn, 0);
}

/* A task that is freed and used for something else is no task of this process any more. */
static void test_not_a_task(void **state)
{
	struct task_world *world = *state;

	task_world_put32(world, task_world_task(3) + world->task.tgid, 77);
	task_world_put32(world, task_world_task(4) + world->task.pid, PX_LINUX_PID_MAX + 1);
	read_list(world, 100);
	assert_found(world, " init:101/101:S server:102/102:S kthread:105/105:S");
	assert_int_equal(world->found.unreadable, 2);
	task_world_put64(world, task_world_task(2) + world->list.signal, 0);
	read_list(world, 100);
	assert_found(world, " init:101/101:S kthread:105/105:S");
	assert_int_equal(world->found.unreadable, 1);
}

static void test_hostile_links(void **state)
{
	const uint64_t targets[] = {
		task_world_task(3) + 1400 + 64, /* thread_node of the thread itself */
		task_world_task(2) + 1400 + 64, /* one before it */
		0,
		0x1000,
		TASK_WORLD_INIT - 4096,
		UINT64_MAX,
		UINT64_MAX - 15,
	};
	struct task_world *world = *state;

	assert_int_equal(world->list.thread_node, 1400 + 64);
	for (size_t i = 0; i < px_array_size(targets); i++) {
		task_world_put64(world, task_world_task(3) + world->list.thread_node,
				 targets[i]);
		read_list(world, 100);
		assert_found(world, " init:101/101:S server:102/102:S worker:102/103:S "
				    "kthread:105/105:S");
		assert_int_equal(world->found.torn, 1);
		assert_false(world->found.cut);
	}
	/* The list of leaders: what was met is kept. */
	task_world_put64(world, task_world_task(2) + world->list.tasks,
			 task_world_task(1) + world->list.tasks);
	read_list(world, 100);
	assert_int_equal(world->found.threads[0].task.tid, 101);
	assert_int_equal(world->found.torn, 2);
}

/* Both links lie: a circle beside the head, as long as nothing contradicts itself. */
static void lie(struct task_world *world)
{
	static size_t turn;
	uint64_t a = task_world_task(3) + world->list.thread_node;
	uint64_t b = task_world_task(4) + world->list.thread_node;

	task_world_put64(world, a, b);
	task_world_put64(world, b, a);
	task_world_put64(world, a + 8,
			 turn++ % 2 ? b : task_world_task(2) + world->list.thread_node);
	task_world_put64(world, b + 8, a);
}

static void test_list_that_follows_the_walk(void **state)
{
	struct task_world *world = *state;

	world->hook = lie;
	read_list(world, 100);
	assert_true(world->found.cut || world->found.torn);
	assert_true(world->found.count <= 100);
}

static void test_no_memory_there(void **state)
{
	struct task_world *world = *state;

	flat_memory_remove(&world->memory, TASK_WORLD_INIT);
	read_list(world, 100);
	assert_int_equal(world->found.count, 0);
	assert_int_equal(world->found.torn, 1);
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_members_missing),
		cmocka_unit_test(test_frames_that_lie),
		cmocka_unit_test(test_layout_of_this_kernel),
		cmocka_unit_test(test_states),
		test(test_limit),
		test(test_removed_while_walked),
		test(test_not_a_task),
		test(test_hostile_links),
		test(test_list_that_follows_the_walk),
		test(test_no_memory_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
