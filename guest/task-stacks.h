/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tasks of a guest with the stacks of those that do not run. */
#ifndef PX_GUEST_TASK_STACKS_H
#define PX_GUEST_TASK_STACKS_H

#include "guest/linux-kernel.h"

/** Which tasks. Zero-initialised: all of them. */
struct px_task_filter {
	const char *states; /* any of these letters */
	const char *comm;   /* a pattern as the shell's: "nginx", "kworker/0:*" */
	unsigned int pid;   /* the threads of one process */
};

bool px_task_filter_has(const struct px_task_filter *filter,
			const struct px_linux_thread *thread);

/** The letters of px_linux_task_state as an option's value: a const char *. PX_ERR_USAGE. */
struct px_error *px_task_states_option(const char *value, void *member);

/** One task and, if look is PX_TASK_WALKED, its stack. */
struct px_task_entry {
	struct px_linux_thread thread;
	enum px_task_look look;
	enum px_end_reason end;
	size_t first_frame, frame_count; /* in px_task_stacks.frames */
};

/** Zero-initialise. */
struct px_task_stacks {
	struct px_task_entry *tasks; /* in the order of px_linux_task_list */
	size_t count;
	struct px_frame *frames;
	size_t frame_count, frame_capacity;
	bool cut;		 /* as in px_linux_task_list, of all tasks */
	size_t torn, unreadable; /* likewise */
};

/** Read all tasks and walk the stacks of those that filter has; the guest runs on meanwhile. */
px_must_check struct px_error *px_task_stacks_take(const struct px_linux_kernel *kernel,
						   const struct px_task_filter *filter,
						   struct px_task_stacks *ret);
void px_task_stacks_fini(struct px_task_stacks *stacks);

/** Whether the task has all that it can have: a stack up to its root, or none of its own. */
bool px_task_entry_complete(const struct px_task_entry *entry);

/** Whether none is missing, and each is complete. */
bool px_task_stacks_complete(const struct px_task_stacks *stacks);

#endif
