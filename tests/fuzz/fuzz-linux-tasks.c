/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes as a guest's tasks, their stacks included: init_task is at their beginning. Reads
 * beyond their end fail, as pages do that are not there.
 */
#include "guest/linux-task-stack.h"

#include <string.h>

#define BASE UINT64_C(0xffff888000000000)
#define TEXT UINT64_C(0xffffffff81000000)

enum {
	LIMIT = 64
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_bytes(void *context, uint64_t address, void *buffer, size_t size)
{
	const struct px_bytes *memory = context;
	struct px_bytes part;

	if (address < BASE || !px_bytes_slice(*memory, address - BASE, size, &part))
		return false;
	if (size)
		memcpy(buffer, part.data, size);
	return true;
}

/* Like Linux's, packed so that a small input holds several tasks. */
static const struct px_linux_task_layout task = {
	.known = true, .flags = 88, .pid = 92, .tgid = 96, .comm = 100};
static const struct px_linux_task_list_layout list = {
	.known = true,
	.init_task = BASE,
	.tasks = 0,
	.thread_node = 16,
	.signal = 32,
	.thread_head = 0,
	.state = 40,
	.state_size = 4,
	.exit_state = 44,
	.on_cpu = 48,
	.cpu = 52,
	.stack = 56,
	.sp = 64,
	.voluntary = 72,
	.involuntary = 80,
	.stack_size = 256,
	.frame = {.size = 56,
		  .r15 = 0,
		  .r14 = 8,
		  .r13 = 16,
		  .r12 = 24,
		  .bx = 32,
		  .bp = 40,
		  .ret_addr = 48},
};

/* The outermost functions, then ordinary ones, then entries; beyond them none has a rule. */
static struct px_error *build_rules(struct px_unwind_map *map, struct px_unwind_table **ret)
{
	static const struct px_unwind_rule rules[] = {
		{.cfa_base = PX_CFA_END, .source = PX_RULE_ORC},
		{.cfa_base = PX_CFA_SP, .cfa_offset = 16, .source = PX_RULE_ORC},
		{.cfa_base = PX_CFA_SP, .shape = PX_FRAME_REGS, .source = PX_RULE_ORC},
		{0},
	};
	struct px_unwind_builder *builder = NULL;
	struct px_error *err = px_unwind_builder_new(TEXT, &builder);

	for (size_t i = 0; i < px_array_size(rules) && !err; i++)
		err = px_unwind_builder_add(builder, TEXT + i * 0x1000, &rules[i]);
	if (!err)
		err = px_unwind_builder_finish(builder, ret);
	px_unwind_builder_free(builder);
	return err ? err : px_unwind_map_add(map, TEXT, TEXT + 0x10000, 0, *ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct px_linux_task_layouts layouts = {.task = &task, .list = &list};
	struct px_bytes memory = px_bytes_of(data, size);
	struct px_linux_reader reader = {read_bytes, &memory};
	struct px_linux_task_list tasks = {0};
	struct px_unwind_table *table = NULL;
	struct px_unwind_map *map = NULL;
	struct px_task_stack stack;
	struct px_error *err = px_unwind_map_new(&map);

	if (!err)
		err = build_rules(map, &table);
	if (!err)
		err = px_linux_task_list_read(&layouts, &reader, LIMIT, &tasks);
	if (tasks.count > LIMIT)
		__builtin_trap();
	for (size_t i = 0; i < tasks.count; i++)
		px_linux_task_stack_read(&layouts, &reader, map, &tasks.threads[i], &stack);
	px_error_free(err);
	px_linux_task_list_fini(&tasks);
	px_unwind_map_free(map);
	px_unwind_table_free(table);
	return 0;
}
