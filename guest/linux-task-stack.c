/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stacks of tasks that do not run.
 *
 * __switch_to_asm (Linux arch/x86/entry/entry_64.S) pushes the registers that a function must
 * preserve onto the stack of the task that it leaves, a struct inactive_task_frame, and stores
 * the stack pointer in thread.sp. Nobody touches them until the task runs again; then on_cpu is
 * set first, and the next switch away from it counts. Neither was the case before and after
 * the copy: the copy is of one instant.
 */
#include "guest/linux-task-stack.h"

#include <string.h>

enum {
	TRIES = 4,
};

struct copy {
	uint64_t address;
	size_t size;
	_Alignas(8) uint8_t bytes[PX_LINUX_STACK_MAX];
};

const char *px_task_look_name(enum px_task_look look)
{
	static const char *const names[] = {
		[PX_TASK_WALKED] = "walked",
		[PX_TASK_RUNS] = "runs",
		[PX_TASK_NO_STACK] = "no stack",
		[PX_TASK_CHANGED] = "changed",
	};

	return names[look];
}

static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	const struct copy *copy = context;
	struct px_bytes word;

	if (address < copy->address ||
	    !px_bytes_slice(px_bytes_of(copy->bytes, copy->size), address - copy->address,
			    sizeof(*ret), &word))
		return PX_WORD_BAD;
	memcpy(ret, word.data, sizeof(*ret));
	return PX_WORD_OK;
}

static uint64_t saved(const struct copy *copy, uint32_t offset)
{
	uint64_t value = 0;

	memcpy(&value, copy->bytes + offset, sizeof(value));
	return value;
}

static struct px_regs regs_of(const struct px_linux_task_list_layout *layout,
			      const struct copy *copy)
{
	struct px_regs regs = {0};

	regs.reg[PX_REG_IP] = saved(copy, layout->frame.ret_addr);
	regs.reg[PX_REG_SP] = copy->address + layout->frame.size;
	regs.reg[PX_REG_BP] = saved(copy, layout->frame.bp);
	regs.reg[PX_REG_BX] = saved(copy, layout->frame.bx);
	regs.reg[PX_REG_R12] = saved(copy, layout->frame.r12);
	regs.reg[PX_REG_R13] = saved(copy, layout->frame.r13);
	regs.reg[PX_REG_R14] = saved(copy, layout->frame.r14);
	regs.reg[PX_REG_R15] = saved(copy, layout->frame.r15);
	regs.valid = 1u << PX_REG_IP | 1u << PX_REG_SP | 1u << PX_REG_BP | 1u << PX_REG_BX |
		     1u << PX_REG_R12 | 1u << PX_REG_R13 | 1u << PX_REG_R14 | 1u << PX_REG_R15;
	return regs;
}

static void walk(const struct px_linux_task_list_layout *layout, struct px_unwind_map *map,
		 struct copy *copy, struct px_task_stack *ret)
{
	const struct px_stack_window window = {
		.address = copy->address, .bytes = copy->bytes, .starts = copy->size - 7};
	const struct px_unwind_space space = {.map = map,
					      .read_word = read_word,
					      .context = copy,
					      .window = &window,
					      .kernel_start = PX_LINUX_KERNEL_SPACE};
	struct px_regs regs = regs_of(layout, copy);

	if (regs.reg[PX_REG_IP] < PX_LINUX_KERNEL_SPACE) {
		ret->frame_count = 0;
		ret->end = PX_END_BAD_ADDRESS;
		return;
	}
	ret->end = px_unwind(&space, &regs, ret->frames, PX_TASK_FRAMES, &ret->frame_count);
}

/* What is on the stack, from SP to its end; false where that makes no sense or is not there. */
static bool take_copy(const struct px_linux_task_list_layout *layout,
		      const struct px_linux_reader *reader,
		      const struct px_linux_thread *thread, struct copy *copy)
{
	uint64_t used = thread->sp - thread->stack;

	if (thread->stack < PX_LINUX_KERNEL_SPACE || thread->sp % 8 ||
	    thread->sp < thread->stack || used > layout->stack_size - layout->frame.size)
		return false;
	copy->address = thread->sp;
	copy->size = layout->stack_size - used;
	return px_linux_read(reader, copy->address, copy->bytes, copy->size);
}

static bool stayed(const struct px_linux_thread *before, const struct px_linux_thread *after)
{
	return !after->on_cpu && before->task.tid == after->task.tid &&
	       before->switches == after->switches && before->sp == after->sp &&
	       before->stack == after->stack;
}

enum px_task_look px_linux_task_stack_read(const struct px_linux_task_layouts *layouts,
					   const struct px_linux_reader *reader,
					   struct px_unwind_map *map,
					   struct px_linux_thread *thread,
					   struct px_task_stack *ret)
{
	struct px_linux_thread now, after;
	struct copy copy;

	for (int i = 0; i < TRIES; i++) {
		bool copied;

		if (!px_linux_thread_read(layouts, reader, thread->task.address, &now) ||
		    now.task.tid != thread->task.tid)
			return PX_TASK_CHANGED;
		*thread = now;
		if (now.on_cpu)
			return PX_TASK_RUNS;
		if (!now.stack)
			return PX_TASK_NO_STACK;
		copied = take_copy(layouts->list, reader, &now, &copy);
		if (!px_linux_thread_read(layouts, reader, now.task.address, &after) ||
		    !stayed(&now, &after))
			continue;
		*thread = after;
		if (copied)
			walk(layouts->list, map, &copy, ret);
		else
			*ret = (struct px_task_stack){.end = PX_END_BAD_READ};
		return PX_TASK_WALKED;
	}
	return PX_TASK_CHANGED;
}
