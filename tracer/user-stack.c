/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user part of a stack. */
#include "tracer/user-stack.h"

#include <string.h>

#include "tracer/return-site.h"

/* Linux's vsyscall page (arch/x86/entry/vsyscall): three entries without a frame. */
#define VSYSCALL     UINT64_C(0xffffffffff600000)
#define VSYSCALL_END (VSYSCALL + PX_PAGE_SIZE)

/* All that there is to read is in the window. */
static enum px_read_word_result read_nothing(void *context, uint64_t address, uint64_t *ret)
{
	uint64_t *missing = context;

	*missing = address;
	return PX_WORD_BAD;
}

struct walk {
	struct px_processes *processes;
	const struct px_process *process;
	const struct px_user_stack *stack;
	struct px_stack_window window;
	struct px_regs regs;
	struct px_frame *frames;
	size_t count, capacity;
	uint64_t missing; /* the word that could not be read last */
	enum px_end_reason end;
};

static bool read_stack(const struct walk *walk, uint64_t address, uint64_t *ret)
{
	if (address - walk->window.address >= walk->window.starts)
		return false;
	memcpy(ret, walk->stack->bytes + (address - walk->window.address), sizeof(*ret));
	return true;
}

/* An entry of the vsyscall page is at its first instruction: SP points to the return address.
 * The frame behind it is looked up like that of a sampled IP, which is one byte off. */
static bool leave_vsyscall(struct walk *walk)
{
	uint64_t ip = walk->regs.reg[PX_REG_IP], sp = walk->regs.reg[PX_REG_SP], caller = 0;

	if (ip < VSYSCALL || ip >= VSYSCALL_END)
		return true;
	walk->frames[walk->count++] = (struct px_frame){.ip = ip, .exact = true};
	walk->end = PX_END_BAD_READ;
	if (!read_stack(walk, sp, &caller))
		return false;
	walk->regs.reg[PX_REG_IP] = caller;
	walk->regs.reg[PX_REG_SP] = sp + sizeof(caller);
	walk->end = PX_END_DEPTH;
	return walk->count < walk->capacity;
}

static void only_ip(struct walk *walk, enum px_end_reason end)
{
	walk->frames[walk->count++] =
		(struct px_frame){.ip = walk->regs.reg[PX_REG_IP], .exact = true};
	walk->end = end;
}

/* Cut where a frame pointer led to what no call can have left there. */
static void distrust_guesses(struct walk *walk)
{
	for (size_t i = 1; i < walk->count; i++) {
		const struct px_frame *frame = &walk->frames[i];
		uint8_t code[PX_RETURN_SITE_BYTES];

		if (frame->source != PX_RULE_FRAME_POINTER || frame->exact ||
		    !px_processes_read(walk->processes, walk->process, frame->ip - sizeof(code),
				       code, sizeof(code)) ||
		    px_return_site_is_call(code))
			continue;
		walk->count = i;
		walk->end = PX_END_NO_RULE;
	}
}

/* What the unwinder cannot know. */
static void refine_end(struct walk *walk)
{
	const struct px_process_area *area;

	if (walk->end == PX_END_BAD_READ && walk->stack->size == PX_USER_STACK_MAX &&
	    walk->missing >= walk->stack->address)
		walk->end = PX_END_STACK_CUT;
	if (walk->end != PX_END_NO_RULE || !walk->count)
		return;
	area = px_process_area_find(walk->process,
				    px_frame_lookup_address(&walk->frames[walk->count - 1]));
	if (area && area->file && !area->program)
		walk->end = PX_END_NO_FILE;
}

static void unwind(struct walk *walk)
{
	struct px_stack_window *window = &walk->window;
	const struct px_unwind_space space = {.map = walk->process->map,
					      .read_word = read_nothing,
					      .context = &walk->missing,
					      .window = window,
					      .kernel_start = PX_LINUX_KERNEL_SPACE};
	size_t more = 0;

	if (!leave_vsyscall(walk))
		return;
	if (walk->regs.reg[PX_REG_IP] >= PX_LINUX_KERNEL_SPACE) {
		only_ip(walk, PX_END_BAD_ADDRESS); /* it jumped where it must not */
		return;
	}
	walk->end = px_unwind(&space, &walk->regs, walk->frames + walk->count,
			      walk->capacity - walk->count, &more);
	walk->count += more;
}

/* The first frame whose file is new to us may get rules: what lies above it was a guess. */
static struct px_error *find_files(struct walk *walk, bool *rules_ret)
{
	struct px_error *err = NULL;

	*rules_ret = false;
	for (size_t i = 0; !err && !*rules_ret && i < walk->count; i++)
		err = px_processes_resolve(walk->processes, walk->process,
					   px_frame_lookup_address(&walk->frames[i]),
					   rules_ret);
	return err;
}

/* Each round has rules for one more file than the one before. */
static struct px_error *unwind_with_files(struct walk *walk)
{
	struct px_error *err = NULL;
	bool again = true;

	while (again && !err) {
		walk->count = 0;
		walk->regs = walk->stack->regs;
		unwind(walk);
		err = find_files(walk, &again);
	}
	distrust_guesses(walk);
	refine_end(walk);
	return err;
}

static struct px_error *walk_process(struct walk *walk, struct px_sample *sample)
{
	struct px_process *process = NULL;
	struct px_error *err = NULL;

	if (sample->have_task)
		err = px_processes_get(walk->processes, &sample->task, walk->stack->root,
				       walk->stack->paging, sample->time_ns, &process);
	if (err)
		return err;
	if (!process || process->outcome != PX_LINUX_MM_OK) {
		only_ip(walk, PX_END_NOT_WALKED);
		return NULL;
	}
	sample->process = process->serial;
	walk->process = process;
	if (!walk->stack->cut)
		return unwind_with_files(walk);
	only_ip(walk, PX_END_DEADLINE);
	return NULL;
}

struct px_error *px_user_stack_walk(struct px_processes *processes,
				    const struct px_user_stack *stack, struct px_sample *sample)
{
	size_t kernel = sample->user_mode ? 0 : sample->frame_count;
	struct walk walk = {.processes = processes,
			    .stack = stack,
			    .window = {.address = stack->address,
				       .bytes = stack->bytes,
				       .starts = stack->size < 8 ? 0 : stack->size - 7},
			    .regs = stack->regs,
			    .frames = sample->frames + kernel,
			    .capacity = PX_SAMPLE_FRAMES - kernel};
	struct px_error *err = NULL;

	if (walk.capacity)
		err = walk_process(&walk, sample);
	else
		walk.end = PX_END_DEPTH;
	if (err)
		return err;
	sample->user_walked = true;
	sample->user_end = walk.end;
	sample->user_frames = walk.count;
	sample->frame_count = kernel + walk.count;
	return NULL;
}

static struct px_error *walk_user(void *context, const struct px_user_stack *stack,
				  struct px_sample *sample)
{
	return px_user_stack_walk(context, stack, sample);
}

struct px_user_walker px_user_stack_walker(struct px_processes *processes)
{
	return (struct px_user_walker){.context = processes, .walk = walk_user};
}
