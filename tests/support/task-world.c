/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks in flat memory. */
#include "tests/support/task-world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/btf-builder.h"

#define SLIDE UINT64_C(0x12000000)

enum {
	TASK_SIZE = 0x2000,
	SIGNAL = 0x1800, /* behind each task its signal_struct */
	PAST = 0x20,	 /* poison: what a removed node's prev points to */
};

/* --- layouts ------------------------------------------------------------------------------ */

const struct task_version task_versions[TASK_VERSIONS] = {
	{"state", 8, "cpu", 0},	   /* 5.10 */
	{"__state", 4, NULL, 64},  /* 6.1 */
	{"__state", 4, NULL, 192}, /* 6.12 */
};

/* without: a member that is left out. */
static struct px_type_info *types_of(const struct task_version *version, const char *without)
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
	btf_builder_struct(&b, "inactive_task_frame", BTF_KIND_STRUCT,
			   version->frame ? version->frame : TASK_WORLD_FRAME,
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

void task_world_layouts(struct task_world *world, const struct task_version *version,
			const char *without)
{
	struct px_type_info *types = types_of(version, without);
	struct px_symbol_table *symbols = NULL;

	assert_null(px_symbol_table_new(&symbols));
	assert_null(px_symbol_table_add(symbols, 64, 8, "current_task", 'D'));
	assert_null(px_symbol_table_add(symbols, 0, 0, "__per_cpu_start", 'D'));
	assert_null(px_symbol_table_add(symbols, TASK_WORLD_INIT - SLIDE, 8, "init_task", 'D'));
	assert_null(px_symbol_table_sort(symbols));
	world->task = px_linux_task_layout_of(symbols, types, SLIDE);
	world->list = px_linux_task_list_layout_of(symbols, types, SLIDE);
	world->layouts = (struct px_linux_task_layouts){&world->task, &world->list};
	px_symbol_table_free(symbols);
	px_type_info_close(types);
}

/* --- a guest ------------------------------------------------------------------------------ */

uint64_t task_world_task(size_t i)
{
	return TASK_WORLD_INIT + i * TASK_SIZE;
}

uint64_t task_world_stack(size_t i)
{
	return TASK_WORLD_STACKS + i * TASK_WORLD_STACK;
}

void task_world_put32(struct task_world *world, uint64_t address, uint32_t value)
{
	flat_memory_put32(&world->memory, address, value);
}

void task_world_put64(struct task_world *world, uint64_t address, uint64_t value)
{
	flat_memory_put64(&world->memory, address, value);
}

static uint64_t get64(struct task_world *world, uint64_t address)
{
	struct px_linux_reader reader = flat_memory_reader(&world->memory);
	uint64_t value = 0;

	assert_true(px_linux_read(&reader, address, &value, sizeof(value)));
	return value;
}

static void list_init(struct task_world *world, uint64_t head)
{
	task_world_put64(world, head, head);
	task_world_put64(world, head + 8, head);
}

static void list_add(struct task_world *world, uint64_t head, uint64_t node)
{
	uint64_t last = get64(world, head + 8);

	task_world_put64(world, node, head);
	task_world_put64(world, node + 8, last);
	task_world_put64(world, last, node);
	task_world_put64(world, head + 8, node);
}

void task_world_unlink(struct task_world *world, uint64_t node)
{
	uint64_t next = get64(world, node), prev = get64(world, node + 8);

	task_world_put64(world, next + 8, prev);
	task_world_put64(world, prev, next);
	task_world_put64(world, node + 8, PAST);
}

void task_world_put_state(struct task_world *world, size_t i, uint64_t state,
			  uint32_t exit_state)
{
	flat_memory_put(&world->memory, task_world_task(i) + world->list.state, &state,
			world->list.state_size);
	task_world_put32(world, task_world_task(i) + world->list.exit_state, exit_state);
}

/* Task i is thread i + 100 of the process of task leader, and sleeps. */
static void put_task(struct task_world *world, size_t i, size_t leader, const char *name)
{
	uint64_t task = task_world_task(i), signal = task_world_task(leader) + SIGNAL;
	char comm[16] = {0};

	memcpy(comm, name, strlen(name));
	task_world_put32(world, task + world->task.flags, 0x400000);
	task_world_put32(world, task + world->task.pid, (uint32_t)(100 + i));
	task_world_put32(world, task + world->task.tgid, (uint32_t)(100 + leader));
	flat_memory_put(&world->memory, task + world->task.comm, comm, sizeof(comm));
	task_world_put_state(world, i, 1, 0);
	task_world_put32(world, task + world->list.cpu, (uint32_t)(i % 4));
	task_world_put64(world, task + world->list.stack, task_world_stack(i));
	task_world_put64(world, task + world->list.sp, task_world_stack(i) + 0x3000);
	task_world_put64(world, task + world->list.signal, signal);
	if (i == leader) {
		list_init(world, signal + world->list.thread_head);
		list_add(world, TASK_WORLD_INIT + world->list.tasks, task + world->list.tasks);
	}
	list_add(world, signal + world->list.thread_head, task + world->list.thread_node);
}

/* init_task, an "init" with one thread, a "server" with three, a "kthread". */
void task_world_build(struct task_world *world, const struct task_version *version)
{
	task_world_layouts(world, version, NULL);
	assert_true(world->task.known && world->list.known);
	flat_memory_add(&world->memory, TASK_WORLD_INIT, TASK_WORLD_TASKS * TASK_SIZE);
	flat_memory_add(&world->memory, TASK_WORLD_STACKS, TASK_WORLD_TASKS * TASK_WORLD_STACK);
	list_init(world, TASK_WORLD_INIT + world->list.tasks);
	put_task(world, 1, 1, "init");
	put_task(world, 2, 2, "server");
	put_task(world, 5, 5, "kthread");
	put_task(world, 3, 2, "worker");
	put_task(world, 4, 2, "worker");
	task_world_put32(world, task_world_task(5) + world->task.flags, 0x200000);
}

static bool read_world(void *context, uint64_t address, void *buffer, size_t size)
{
	struct task_world *world = context;
	struct px_linux_reader reader = flat_memory_reader(&world->memory);

	world->reads++;
	if (world->hook)
		world->hook(world);
	return px_linux_read(&reader, address, buffer, size);
}

struct px_linux_reader task_world_reader(struct task_world *world)
{
	return (struct px_linux_reader){read_world, world};
}

void task_world_fini(struct task_world *world)
{
	px_linux_task_list_fini(&world->found);
	flat_memory_fini(&world->memory);
}
