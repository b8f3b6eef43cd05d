/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel stack of a task that does not run: copied while the guest goes on, believed only
 * if the task was not on a CPU meanwhile, and unwound from the copy.
 */
#ifndef PX_GUEST_LINUX_TASK_STACK_H
#define PX_GUEST_LINUX_TASK_STACK_H

#include "guest/linux-task-list.h"
#include "symbolize/unwinder.h"

enum {
	PX_TASK_FRAMES = 127, /* as many as of a sample */
};

/** What became of looking at a stack. */
enum px_task_look {
	PX_TASK_WALKED,
	PX_TASK_RUNS,	  /* on a CPU: what it does is in the registers of a vCPU */
	PX_TASK_NO_STACK, /* it is dead and has none */
	PX_TASK_CHANGED,  /* it ran, or went, each time while its stack was copied */
};

/** "walked", "runs", "no stack", "changed"; never NULL. */
const char *px_task_look_name(enum px_task_look look);

/** Valid if PX_TASK_WALKED. A stack that cannot be copied has no frames and PX_END_BAD_READ. */
struct px_task_stack {
	enum px_end_reason end;
	size_t frame_count;
	struct px_frame frames[PX_TASK_FRAMES];
};

/**
 * Walk the stack of the task that *thread describes, and bring *thread up to the instant of the
 * copy. frames[0] is where the task goes on when it runs again: the return address of the
 * switch away from it, or the first instruction of a new one.
 */
enum px_task_look px_linux_task_stack_read(const struct px_linux_task_layouts *layouts,
					   const struct px_linux_reader *reader,
					   struct px_unwind_map *map,
					   struct px_linux_thread *thread,
					   struct px_task_stack *ret);

#endif
