/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of tasks as kernels of several versions keep them, at rest, in motion and hostile. */
#include "guest/linux-task-stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/btf-builder.h"
#include "tests/support/flat-memory.h"

#define TASKS  UINT64_C(0xffff888003a00000)
#define STACKS UINT64_C(0xffffc90000100000)
#define TEXT   UINT64_C(0xffffffff81000000)
#define SLIDE  UINT64_C(0x12000000)

enum {
	TASK_MAX = 16,
	TASK_SIZE = 0x2000,
	SIGNAL = 0x1800, /* behind each task its signal_struct */
	STACK_SIZE = 0x4000,
	FRAME_SIZE = 7 * 8,
	PAST = 0x20, /* poison: what a removed node's prev points to */
};

/* --- layouts ------------------------------------------------------------------------------ */

/* What differs between kernels. Offsets are those of Debian's builds where that matters not. */
struct version {
	const char *state;
	uint32_t state_size;
	const char *cpu; /* in task_struct; NULL: in thread_info */
	uint32_t shift;	 /* everything after it is moved */
};

static const struct version versions[] = {
	{"state", 8, "cpu", 0},	   /* 5.10 */
	{"__state", 4, NULL, 64},  /* 6.1 */
	{"__state", 4, NULL, 192}, /* 6.12 */
};

/* without: a member that is left out. */
static struct px_type_info *types_of(const struct version *version, const char *without)
{
	struct btf_builder b;
	struct px_type_info *types = NULL;
	uint32_t u32, u64, comm, list, info, thread, shift = version->shift * 8;

	btf_builder_init(&b);
	u32 = btf_builder_int(&b, "u32", 4);
	u64 = btf_builder_int(&b, "u64", 8);
	comm = btf_builder_array(&b, btf_builder_int(&b, "char", 1), 16);
	list = btf_builder_struct(&b, "list_head", BTF_KIND_STRUCT, 16,
				  (struct btf_builder_member[]){{"next", u64, 0, 0}}, 1);
	info = btf_builder_struct(&b, "thread_info", BTF_KIND_STRUCT, 24,
				  (struct btf_builder_member[]){
					  {version->cpu ? "status" : "cpu", u32, 20 * 8, 0}},
				  1);
	thread = btf_builder_struct(&b, "thread_struct", BTF_KIND_STRUCT, 128,
				    (struct btf_builder_member[]){{"sp", u64, 24 * 8, 0}}, 1);
	struct btf_builder_member members[] = {
		{"thread_info", info, 0, 0},
		{version->state, version->state_size == 8 ? u64 : u32, 24 * 8, 0},
		{"stack", u64, 32 * 8, 0},
		{"flags", u32, 44 * 8, 0},
		{"on_cpu", u32, 52 * 8, 0},
		{version->cpu ? version->cpu : "recent_used_cpu", u32, 60 * 8, 0},
		{"tasks", list, 1000 * 8 + shift, 0},
		{"mm", u64, 1072 * 8 + shift, 0},
		{"exit_state", u32, 1100 * 8 + shift, 0},
		{"pid", u32, 1216 * 8 + shift, 0},
		{"tgid", u32, 1220 * 8 + shift, 0},
		{"thread_node", list, 1400 * 8 + shift, 0},
		{"nvcsw", u64, 1500 * 8 + shift, 0},
		{"nivcsw", u64, 1508 * 8 + shift, 0},
		{"comm", comm, 1700 * 8 + shift, 0},
		{"signal", u64, 1800 * 8 + shift, 0},
		{"thread", thread, 2000 * 8 + shift, 0},
	};

	for (size_t i = 0; without && i < px_array_size(members); i++)
		if (!strcmp(members[i].name, without))
			members[i].name = "other";
	btf_builder_struct(&b, "task_struct", BTF_KIND_STRUCT, 4096, members,
			   px_array_size(members));
	btf_builder_struct(&b, "signal_struct", BTF_KIND_STRUCT, 1024,
			   (struct btf_builder_member[]){{"thread_head", list, 16 * 8, 0}}, 1);
	btf_builder_struct(&b, "inactive_task_frame", BTF_KIND_STRUCT, FRAME_SIZE,
			   (struct btf_builder_member[]){{"r15", u64, 0, 0},
							 {"r14", u64, 64, 0},
							 {"r13", u64, 128, 0},
							 {"r12", u64, 192, 0},
							 {"bx", u64, 256, 0},
							 {"bp", u64, 320, 0},
							 {"ret_addr", u64, 384, 0}},
			   7);
	assert_null(px_type_info_open_btf(btf_builder_finish(&b), NULL, &types));
	return types;
}

struct world {
	struct px_linux_task_layout task;
	struct px_linux_task_list_layout list;
	struct px_linux_task_layouts layouts;
	struct flat_memory memory;
	size_t reads;
	void (*hook)(struct world *world); /* before each read; may be NULL */
	struct px_linux_task_list found;
	struct px_unwind_table *table;
	struct px_unwind_map *map;
	struct px_task_stack stack;
};

static void find_layouts(struct world *world, const struct version *version,
			 const char *without)
{
	struct px_type_info *types = types_of(version, without);
	struct px_symbol_table *symbols = NULL;

	assert_null(px_symbol_table_new(&symbols));
	assert_null(px_symbol_table_add(symbols, 64, 8, "current_task", 'D'));
	assert_null(px_symbol_table_add(symbols, 0, 0, "__per_cpu_start", 'D'));
	assert_null(px_symbol_table_add(symbols, TASKS - SLIDE, 8, "init_task", 'D'));
	assert_null(px_symbol_table_sort(symbols));
	world->task = px_linux_task_layout_of(symbols, types, SLIDE);
	world->list = px_linux_task_list_layout_of(symbols, types, SLIDE);
	world->layouts = (struct px_linux_task_layouts){&world->task, &world->list};
	px_symbol_table_free(symbols);
	px_type_info_close(types);
}

/* --- a guest ------------------------------------------------------------------------------ */

static uint64_t task_at(size_t i)
{
	return TASKS + i * TASK_SIZE;
}

static uint64_t stack_at(size_t i)
{
	return STACKS + i * STACK_SIZE;
}

static void put32(struct world *world, uint64_t address, uint32_t value)
{
	flat_memory_put32(&world->memory, address, value);
}

static void put64(struct world *world, uint64_t address, uint64_t value)
{
	flat_memory_put64(&world->memory, address, value);
}

static uint64_t get64(struct world *world, uint64_t address)
{
	struct px_linux_reader reader = flat_memory_reader(&world->memory);
	uint64_t value = 0;

	assert_true(px_linux_read(&reader, address, &value, sizeof(value)));
	return value;
}

static void list_init(struct world *world, uint64_t head)
{
	put64(world, head, head);
	put64(world, head + 8, head);
}

static void list_add(struct world *world, uint64_t head, uint64_t node)
{
	uint64_t last = get64(world, head + 8);

	put64(world, node, head);
	put64(world, node + 8, last);
	put64(world, last, node);
	put64(world, head + 8, node);
}

static void list_remove(struct world *world, uint64_t node)
{
	uint64_t next = get64(world, node), prev = get64(world, node + 8);

	put64(world, next + 8, prev);
	put64(world, prev, next);
	put64(world, node + 8, PAST);
}

static void put_state(struct world *world, size_t i, uint64_t state, uint32_t exit_state)
{
	flat_memory_put(&world->memory, task_at(i) + world->list.state, &state,
			world->list.state_size);
	put32(world, task_at(i) + world->list.exit_state, exit_state);
}

/* Task i is thread i + 100 of the process of task leader, and sleeps. */
static void put_task(struct world *world, size_t i, size_t leader, const char *name)
{
	uint64_t task = task_at(i), signal = task_at(leader) + SIGNAL;
	char comm[16] = {0};

	memcpy(comm, name, strlen(name));
	put32(world, task + world->task.flags, 0x400000);
	put32(world, task + world->task.pid, (uint32_t)(100 + i));
	put32(world, task + world->task.tgid, (uint32_t)(100 + leader));
	flat_memory_put(&world->memory, task + world->task.comm, comm, sizeof(comm));
	put_state(world, i, 1, 0);
	put32(world, task + world->list.cpu, (uint32_t)(i % 4));
	put64(world, task + world->list.stack, stack_at(i));
	put64(world, task + world->list.sp, stack_at(i) + 0x3000);
	put64(world, task + world->list.signal, signal);
	if (i == leader) {
		list_init(world, signal + world->list.thread_head);
		list_add(world, TASKS + world->list.tasks, task + world->list.tasks);
	}
	list_add(world, signal + world->list.thread_head, task + world->list.thread_node);
}

/* init_task, an "init" with one thread, a "server" with three, a "kthread". */
static void build(struct world *world, const struct version *version)
{
	find_layouts(world, version, NULL);
	assert_true(world->task.known && world->list.known);
	flat_memory_add(&world->memory, TASKS, TASK_MAX * TASK_SIZE);
	flat_memory_add(&world->memory, STACKS, TASK_MAX * STACK_SIZE);
	list_init(world, TASKS + world->list.tasks);
	put_task(world, 1, 1, "init");
	put_task(world, 2, 2, "server");
	put_task(world, 5, 5, "kthread");
	put_task(world, 3, 2, "worker");
	put_task(world, 4, 2, "worker");
	put32(world, task_at(5) + world->task.flags, 0x200000);
}

static bool read_world(void *context, uint64_t address, void *buffer, size_t size)
{
	struct world *world = context;
	struct px_linux_reader reader = flat_memory_reader(&world->memory);

	world->reads++;
	if (world->hook)
		world->hook(world);
	return px_linux_read(&reader, address, buffer, size);
}

static void read_list(struct world *world, size_t limit)
{
	struct px_linux_reader reader = {read_world, world};

	px_linux_task_list_fini(&world->found);
	assert_null(px_linux_task_list_read(&world->layouts, &reader, limit, &world->found));
	assert_true(world->reads < 1000000);
}

static void assert_found(const struct world *world, const char *expected)
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
	*state = calloc(1, sizeof(struct world));
	build(*state, &versions[1]);
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	px_linux_task_list_fini(&world->found);
	px_unwind_map_free(world->map);
	px_unwind_table_free(world->table);
	flat_memory_fini(&world->memory);
	free(world);
	return 0;
}

/* --- lists -------------------------------------------------------------------------------- */

static void test_versions(void **state)
{
	for (size_t i = 0; i < px_array_size(versions); i++) {
		struct world world = {0};
		const struct px_linux_thread *thread;

		build(&world, &versions[i]);
		put32(&world, task_at(3) + world.list.on_cpu, 1);
		put_state(&world, 3, 0, 0);
		put64(&world, task_at(3) + world.list.voluntary, 7);
		put64(&world, task_at(3) + world.list.involuntary, 5);
		read_list(&world, 100);
		assert_found(&world, " init:101/101:S server:102/102:S worker:102/103:R "
				     "worker:102/104:S kthread:105/105:S");
		assert_false(world.found.cut || world.found.torn || world.found.unreadable);
		thread = &world.found.threads[2];
		assert_true(thread->on_cpu && thread->cpu == 3 && thread->switches == 12);
		assert_true(thread->task.address == task_at(3));
		assert_true(thread->stack == stack_at(3));
		assert_true(thread->sp == stack_at(3) + 0x3000);
		assert_false(thread->task.kernel_thread || world.found.threads[1].on_cpu);
		assert_true(world.found.threads[4].task.kernel_thread);
		px_linux_task_list_fini(&world.found);
		flat_memory_fini(&world.memory);
	}
}

static void test_members_missing(void **state)
{
	static const char *const members[] = {
		"__state", "stack", "on_cpu", "thread_info", "tasks",  "exit_state",
		"thread",  "nvcsw", "nivcsw", "thread_node", "signal",
	};
	struct world world = {0};

	for (size_t i = 0; i < px_array_size(members); i++) {
		find_layouts(&world, &versions[1], members[i]);
		assert_true(world.task.known);
		assert_false(world.list.known);
	}
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
	assert_int_equal(found.frame.size, FRAME_SIZE);
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
	struct world *world = *state;

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
static void remove_server(struct world *world)
{
	if (world->reads == 4)
		list_remove(world, task_at(2) + world->list.tasks);
}

static void test_removed_while_walked(void **state)
{
	struct world *world = *state;

	world->hook = remove_server;
	read_list(world, 100);
	assert_found(world, " init:101/101:S kthread:105/105:S");
	assert_int_equal(world->found.torn, 0);
}

/* A task that is freed and used for something else is no task of this process any more. */
static void test_not_a_task(void **state)
{
	struct world *world = *state;

	put32(world, task_at(3) + world->task.tgid, 77);
	put32(world, task_at(4) + world->task.pid, PX_LINUX_PID_MAX + 1);
	read_list(world, 100);
	assert_found(world, " init:101/101:S server:102/102:S kthread:105/105:S");
	assert_int_equal(world->found.unreadable, 2);
	put64(world, task_at(2) + world->list.signal, 0);
	read_list(world, 100);
	assert_found(world, " init:101/101:S kthread:105/105:S");
	assert_int_equal(world->found.unreadable, 1);
}

static void test_hostile_links(void **state)
{
	const uint64_t targets[] = {
		task_at(3) + 1400 + 64, /* thread_node of the thread itself */
		task_at(2) + 1400 + 64, /* one before it */
		0,
		0x1000,
		TASKS - 4096,
		UINT64_MAX,
		UINT64_MAX - 15,
	};
	struct world *world = *state;

	assert_int_equal(world->list.thread_node, 1400 + 64);
	for (size_t i = 0; i < px_array_size(targets); i++) {
		put64(world, task_at(3) + world->list.thread_node, targets[i]);
		read_list(world, 100);
		assert_found(world, " init:101/101:S server:102/102:S worker:102/103:S "
				    "kthread:105/105:S");
		assert_int_equal(world->found.torn, 1);
		assert_false(world->found.cut);
	}
	/* The list of leaders: what was met is kept. */
	put64(world, task_at(2) + world->list.tasks, task_at(1) + world->list.tasks);
	read_list(world, 100);
	assert_int_equal(world->found.threads[0].task.tid, 101);
	assert_int_equal(world->found.torn, 2);
}

/* Both links lie: a circle beside the head, as long as nothing contradicts itself. */
static void lie(struct world *world)
{
	static size_t turn;
	uint64_t a = task_at(3) + world->list.thread_node;
	uint64_t b = task_at(4) + world->list.thread_node;

	put64(world, a, b);
	put64(world, b, a);
	put64(world, a + 8, turn++ % 2 ? b : task_at(2) + world->list.thread_node);
	put64(world, b + 8, a);
}

static void test_list_that_follows_the_walk(void **state)
{
	struct world *world = *state;

	world->hook = lie;
	read_list(world, 100);
	assert_true(world->found.cut || world->found.torn);
	assert_true(world->found.count <= 100);
}

static void test_no_memory_there(void **state)
{
	struct world *world = *state;

	flat_memory_remove(&world->memory, TASKS);
	read_list(world, 100);
	assert_int_equal(world->found.count, 0);
	assert_int_equal(world->found.torn, 1);
}

/* --- stacks ------------------------------------------------------------------------------- */

/* Below TEXT + 0x1000 is outermost, then functions with frames of 0x40, from 0x2000 on entries
 * with saved registers. */
static void build_rules(struct world *world)
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
	assert_null(px_unwind_builder_finish(builder, &world->table));
	px_unwind_builder_free(builder);
	assert_null(px_unwind_map_new(&world->map));
	assert_null(px_unwind_map_add(world->map, TEXT, TEXT + 0x10000, 0, world->table));
}

/* A stack of task i that begins, as pushed by the switch away, at sp; two functions deep. */
static void put_stack(struct world *world, size_t i, uint64_t outer)
{
	uint64_t sp = stack_at(i) + STACK_SIZE - 0x200;

	put64(world, task_at(i) + world->list.sp, sp);
	put64(world, sp + FRAME_SIZE - 8, TEXT + 0x1010);
	put64(world, sp + FRAME_SIZE + 0x40 - 8, TEXT + 0x1120);
	put64(world, sp + FRAME_SIZE + 0x80 - 8, outer);
}

static enum px_task_look look(struct world *world, size_t i)
{
	struct px_linux_reader reader = {read_world, world};
	struct px_linux_thread thread = {.task = {.address = task_at(i), .tid = 100 + i}};

	world->reads = 0;
	return px_linux_task_stack_read(&world->layouts, &reader, world->map, &thread,
					&world->stack);
}

static void test_kernel_stack(void **state)
{
	struct world *world = *state;

	build_rules(world);
	put_stack(world, 5, TEXT + 0x810);
	assert_int_equal(look(world, 5), PX_TASK_WALKED);
	assert_int_equal(world->stack.end, PX_END_THREAD_ROOT);
	assert_int_equal(world->stack.frame_count, 3);
	assert_true(world->stack.frames[0].ip == TEXT + 0x1010);
	assert_true(world->stack.frames[0].exact && !world->stack.frames[1].exact);
	assert_true(world->stack.frames[1].ip == TEXT + 0x1120);
	assert_true(world->stack.frames[2].ip == TEXT + 0x810);
}

static void test_stack_to_user_mode(void **state)
{
	struct world *world = *state;
	uint64_t regs = stack_at(2) + STACK_SIZE - 0x200 + FRAME_SIZE + 0x80;

	build_rules(world);
	put_stack(world, 2, TEXT + 0x2010);
	put64(world, regs + 16 * 8, 0x401000);	 /* ip */
	put64(world, regs + 17 * 8, 0x33);	 /* cs */
	put64(world, regs + 19 * 8, 0x7ffc1000); /* sp */
	assert_int_equal(look(world, 2), PX_TASK_WALKED);
	assert_int_equal(world->stack.end, PX_END_USER_MODE);
	assert_int_equal(world->stack.frame_count, 3);
}

/* A task that has never run returns to its first instruction, which is outermost. */
static void test_new_task(void **state)
{
	struct world *world = *state;
	uint64_t sp = stack_at(2) + STACK_SIZE - 21 * 8 - FRAME_SIZE;

	build_rules(world);
	put64(world, task_at(2) + world->list.sp, sp);
	put64(world, sp + FRAME_SIZE - 8, TEXT);
	assert_int_equal(look(world, 2), PX_TASK_WALKED);
	assert_int_equal(world->stack.end, PX_END_THREAD_ROOT);
	assert_int_equal(world->stack.frame_count, 1);
	assert_true(px_frame_lookup_address(&world->stack.frames[0]) == TEXT);
}

static void test_no_stack_to_look_at(void **state)
{
	struct world *world = *state;

	build_rules(world);
	put32(world, task_at(1) + world->list.on_cpu, 1);
	assert_int_equal(look(world, 1), PX_TASK_RUNS);
	put64(world, task_at(2) + world->list.stack, 0);
	assert_int_equal(look(world, 2), PX_TASK_NO_STACK);
	put32(world, task_at(3) + world->task.pid, 4711); /* another one has its place */
	assert_int_equal(look(world, 3), PX_TASK_CHANGED);
}

static void test_odd_stack_pointers(void **state)
{
	const uint64_t pointers[] = {
		0,
		stack_at(1) - 8,
		stack_at(1) + 0x3001,
		stack_at(1) + STACK_SIZE - FRAME_SIZE + 8,
		stack_at(1) + STACK_SIZE,
		UINT64_MAX - 7,
	};
	struct world *world = *state;

	build_rules(world);
	for (size_t i = 0; i < px_array_size(pointers); i++) {
		put64(world, task_at(1) + world->list.sp, pointers[i]);
		assert_int_equal(look(world, 1), PX_TASK_WALKED);
		assert_int_equal(world->stack.end, PX_END_BAD_READ);
		assert_int_equal(world->stack.frame_count, 0);
	}
	/* The last place of all holds a frame and nothing behind it. */
	put64(world, task_at(1) + world->list.sp, stack_at(1) + STACK_SIZE - FRAME_SIZE);
	put64(world, stack_at(1) + STACK_SIZE - 8, TEXT + 0x1010);
	assert_int_equal(look(world, 1), PX_TASK_WALKED);
	assert_int_equal(world->stack.end, PX_END_BAD_READ);
	assert_int_equal(world->stack.frame_count, 1);
	put64(world, stack_at(1) + STACK_SIZE - 8, 0x1000); /* user space */
	assert_int_equal(look(world, 1), PX_TASK_WALKED);
	assert_int_equal(world->stack.end, PX_END_BAD_ADDRESS);
	assert_int_equal(world->stack.frame_count, 0);
}

/* Each time it is looked at, it has run again. */
static void run_always(struct world *world)
{
	put64(world, task_at(1) + world->list.voluntary, world->reads);
}

/* It runs once, in the middle of the first look. */
static void run_once(struct world *world)
{
	if (world->reads == 16)
		run_always(world);
}

static void test_stack_that_changes(void **state)
{
	struct world *world = *state;

	build_rules(world);
	put_stack(world, 1, TEXT + 0x810);
	world->hook = run_always;
	assert_int_equal(look(world, 1), PX_TASK_CHANGED);
	world->hook = run_once;
	assert_int_equal(look(world, 1), PX_TASK_WALKED);
	assert_int_equal(world->stack.end, PX_END_THREAD_ROOT);
	assert_true(world->reads > 40); /* it took a second one */
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_members_missing),
		cmocka_unit_test(test_layout_of_this_kernel),
		cmocka_unit_test(test_states),
		test(test_limit),
		test(test_removed_while_walked),
		test(test_not_a_task),
		test(test_hostile_links),
		test(test_list_that_follows_the_walk),
		test(test_no_memory_there),
		test(test_kernel_stack),
		test(test_stack_to_user_mode),
		test(test_new_task),
		test(test_no_stack_to_look_at),
		test(test_odd_stack_pointers),
		test(test_stack_that_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
