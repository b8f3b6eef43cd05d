/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks of tasks that do not run, that run after all, and that make no sense. */
#include "guest/linux-task-stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/task-world.h"

#define TEXT UINT64_C(0xffffffff81000000)

struct stack_test {
	struct task_world world;
	struct px_unwind_table *table;
	struct px_unwind_map *map;
	struct px_task_stack stack;
};

/* Below TEXT + 0x1000 is outermost, then functions with frames of 0x40, from 0x2000 on entries
 * with saved registers. */
static void build_rules(struct stack_test *t)
{
	static const struct px_unwind_rule outermost = {.cfa_base = PX_CFA_END,
							.source = PX_RULE_ORC};
	static const struct px_unwind_rule function = {
		.cfa_base = PX_CFA_SP, .cfa_offset = 0x40, .source = PX_RULE_ORC};
	static const struct px_unwind_rule entry = {
		.cfa_base = PX_CFA_SP, .shape = PX_FRAME_REGS, .source = PX_RULE_ORC};
	struct px_unwind_builder *builder = NULL;

	assert_null(px_unwind_builder_new(TEXT, &builder));
	assert_null(px_unwind_builder_add(builder, TEXT, &outermost));
	assert_null(px_unwind_builder_add(builder, TEXT + 0x1000, &function));
	assert_null(px_unwind_builder_add(builder, TEXT + 0x2000, &entry));
	assert_null(px_unwind_builder_finish(builder, &t->table));
	px_unwind_builder_free(builder);
	assert_null(px_unwind_map_new(&t->map));
	assert_null(px_unwind_map_add(t->map, TEXT, TEXT + 0x10000, 0, t->table));
}

static int setup(void **state)
{
	struct stack_test *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	task_world_build(&t->world, &task_versions[1]);
	build_rules(t);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct stack_test *t = *state;

	px_unwind_map_free(t->map);
	px_unwind_table_free(t->table);
	task_world_fini(&t->world);
	free(t);
	return 0;
}

/* A stack of task i that begins, as pushed by the switch away, at sp; two functions deep. */
static void put_stack(struct task_world *world, size_t i, uint64_t outer)
{
	uint64_t sp = task_world_stack(i) + TASK_WORLD_STACK - 0x200;

	task_world_put64(world, task_world_task(i) + world->list.sp, sp);
	task_world_put64(world, sp + TASK_WORLD_FRAME - 8, TEXT + 0x1010);
	task_world_put64(world, sp + TASK_WORLD_FRAME + 0x40 - 8, TEXT + 0x1120);
	task_world_put64(world, sp + TASK_WORLD_FRAME + 0x80 - 8, outer);
}

static enum px_task_look look(struct stack_test *t, size_t i)
{
	struct task_world *world = &t->world;
	struct px_linux_reader reader = task_world_reader(world);
	struct px_linux_thread thread = {
		.task = {.address = task_world_task(i), .tid = 100 + i}};

	world->reads = 0;
	return px_linux_task_stack_read(&world->layouts, &reader, t->map, &thread, &t->stack);
}

static void test_kernel_stack(void **state)
{
	struct stack_test *t = *state;
	struct task_world *world = &t->world;

	put_stack(world, 5, TEXT + 0x810);
	assert_int_equal(look(t, 5), PX_TASK_WALKED);
	assert_int_equal(t->stack.end, PX_END_THREAD_ROOT);
	assert_int_equal(t->stack.frame_count, 3);
	assert_true(t->stack.frames[0].ip == TEXT + 0x1010);
	assert_true(t->stack.frames[0].exact && !t->stack.frames[1].exact);
	assert_true(t->stack.frames[1].ip == TEXT + 0x1120);
	assert_true(t->stack.frames[2].ip == TEXT + 0x810);
}

static void test_stack_to_user_mode(void **state)
{
	struct stack_test *t = *state;
	struct task_world *world = &t->world;
	uint64_t regs = task_world_stack(2) + TASK_WORLD_STACK - 0x200 + TASK_WORLD_FRAME +
			0x80;

	put_stack(world, 2, TEXT + 0x2010);
	task_world_put64(world, regs + 16 * 8, 0x401000);   /* ip */
	task_world_put64(world, regs + 17 * 8, 0x33);	    /* cs */
	task_world_put64(world, regs + 19 * 8, 0x7ffc1000); /* sp */
	assert_int_equal(look(t, 2), PX_TASK_WALKED);
	assert_int_equal(t->stack.end, PX_END_USER_MODE);
	assert_int_equal(t->stack.frame_count, 3);
}

/* A task that has never run returns to its first instruction, which is outermost. */
static void test_new_task(void **state)
{
	struct stack_test *t = *state;
	struct task_world *world = &t->world;
	uint64_t sp = task_world_stack(2) + TASK_WORLD_STACK - 21 * 8 - TASK_WORLD_FRAME;

	task_world_put64(world, task_world_task(2) + world->list.sp, sp);
	task_world_put64(world, sp + TASK_WORLD_FRAME - 8, TEXT);
	assert_int_equal(look(t, 2), PX_TASK_WALKED);
	assert_int_equal(t->stack.end, PX_END_THREAD_ROOT);
	assert_int_equal(t->stack.frame_count, 1);
	assert_true(px_frame_lookup_address(&t->stack.frames[0]) == TEXT);
}

static void test_no_stack_to_look_at(void **state)
{
	struct stack_test *t = *state;
	struct task_world *world = &t->world;

	task_world_put32(world, task_world_task(1) + world->list.on_cpu, 1);
	assert_int_equal(look(t, 1), PX_TASK_RUNS);
	task_world_put64(world, task_world_task(2) + world->list.stack, 0);
	assert_int_equal(look(t, 2), PX_TASK_NO_STACK);
	task_world_put32(world, task_world_task(3) + world->task.pid,
			 4711); /* another one has its place */
	assert_int_equal(look(t, 3), PX_TASK_CHANGED);
}

static void test_odd_stack_pointers(void **state)
{
	const uint64_t pointers[] = {
		0,
		task_world_stack(1) - 8,
		task_world_stack(1) + 0x3001,
		task_world_stack(1) + TASK_WORLD_STACK - TASK_WORLD_FRAME + 8,
		task_world_stack(1) + TASK_WORLD_STACK,
		UINT64_MAX - 7,
	};
	struct stack_test *t = *state;
	struct task_world *world = &t->world;

	for (size_t i = 0; i < px_array_size(pointers); i++) {
		task_world_put64(world, task_world_task(1) + world->list.sp, pointers[i]);
		assert_int_equal(look(t, 1), PX_TASK_WALKED);
		assert_int_equal(t->stack.end, PX_END_BAD_READ);
		assert_int_equal(t->stack.frame_count, 0);
	}
	/* The last place of all holds a frame and nothing behind it. */
	task_world_put64(world, task_world_task(1) + world->list.sp,
			 task_world_stack(1) + TASK_WORLD_STACK - TASK_WORLD_FRAME);
	task_world_put64(world, task_world_stack(1) + TASK_WORLD_STACK - 8, TEXT + 0x1010);
	assert_int_equal(look(t, 1), PX_TASK_WALKED);
	assert_int_equal(t->stack.end, PX_END_BAD_READ);
	assert_int_equal(t->stack.frame_count, 1);
	task_world_put64(world, task_world_stack(1) + TASK_WORLD_STACK - 8,
			 0x1000); /* user space */
	assert_int_equal(look(t, 1), PX_TASK_WALKED);
	assert_int_equal(t->stack.end, PX_END_BAD_ADDRESS);
	assert_int_equal(t->stack.frame_count, 0);
}

/* Each time it is looked at, it has run again. */
static void run_always(struct task_world *world)
{
	task_world_put64(world, task_world_task(1) + world->list.voluntary, world->reads);
}

/* It runs once, in the middle of the first look. */
static void run_once(struct task_world *world)
{
	if (world->reads == 16)
		run_always(world);
}

static void test_stack_that_changes(void **state)
{
	struct stack_test *t = *state;
	struct task_world *world = &t->world;

	put_stack(world, 1, TEXT + 0x810);
	world->hook = run_always;
	assert_int_equal(look(t, 1), PX_TASK_CHANGED);
	world->hook = run_once;
	assert_int_equal(look(t, 1), PX_TASK_WALKED);
	assert_int_equal(t->stack.end, PX_END_THREAD_ROOT);
	assert_true(world->reads > 40); /* it took a second one */
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_kernel_stack),       test(test_stack_to_user_mode),
		test(test_new_task),	       test(test_no_stack_to_look_at),
		test(test_odd_stack_pointers), test(test_stack_that_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
