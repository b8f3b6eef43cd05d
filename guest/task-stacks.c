/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathering the stacks of tasks. */
#include "guest/task-stacks.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

static const char state_letters[] = "RSDTtXZPI";

struct px_error *px_task_states_option(const char *value, void *member)
{
	size_t known = strspn(value, state_letters);

	if (!*value || value[known])
		return px_error_new(PX_ERR_USAGE, "states are letters of %s, as ps shows them",
				    state_letters);
	*(const char **)member = value;
	return NULL;
}

bool px_task_filter_has(const struct px_task_filter *filter,
			const struct px_linux_thread *thread)
{
	return (!filter->states || strchr(filter->states, thread->state)) &&
	       (!filter->pid || filter->pid == thread->task.pid) &&
	       (!filter->comm || fnmatch(filter->comm, thread->task.comm, 0) == 0);
}

static struct px_error *add_frames(struct px_task_stacks *stacks,
				   const struct px_task_stack *stack)
{
	struct px_error *err = NULL;

	for (size_t i = 0; i < stack->frame_count && !err; i++) {
		err = px_array_grow(stacks->frames, stacks->frame_count,
				    stacks->frame_capacity);
		if (!err)
			stacks->frames[stacks->frame_count++] = stack->frames[i];
	}
	return err;
}

static struct px_error *add_task(struct px_task_stacks *stacks,
				 const struct px_linux_kernel *kernel,
				 const struct px_linux_thread *thread)
{
	struct px_task_entry entry = {.thread = *thread, .first_frame = stacks->frame_count};
	struct px_task_stack stack;
	struct px_error *err = NULL;

	entry.look = px_linux_kernel_task_stack(kernel, &entry.thread, &stack);
	if (entry.look == PX_TASK_WALKED) {
		entry.end = stack.end;
		entry.frame_count = stack.frame_count;
		err = add_frames(stacks, &stack);
	}
	if (!err)
		stacks->tasks[stacks->count++] = entry;
	return err;
}

struct px_error *px_task_stacks_take(const struct px_linux_kernel *kernel,
				     const struct px_task_filter *filter,
				     struct px_task_stacks *ret)
{
	struct px_linux_task_list list = {0};
	struct px_task_stacks stacks = {0};
	struct px_error *err = px_linux_kernel_tasks(kernel, PX_LINUX_TASKS_MAX, &list);

	if (!err)
		err = px_calloc(list.count, sizeof(*stacks.tasks), &stacks.tasks);
	for (size_t i = 0; i < list.count && !err; i++)
		if (px_task_filter_has(filter, &list.threads[i]))
			err = add_task(&stacks, kernel, &list.threads[i]);
	stacks.cut = list.cut;
	stacks.torn = list.torn;
	stacks.unreadable = list.unreadable;
	px_linux_task_list_fini(&list);
	if (err)
		px_task_stacks_fini(&stacks);
	else
		*ret = stacks;
	return err;
}

void px_task_stacks_fini(struct px_task_stacks *stacks)
{
	free(stacks->tasks);
	free(stacks->frames);
	*stacks = (struct px_task_stacks){0};
}

bool px_task_entry_complete(const struct px_task_entry *entry)
{
	switch (entry->look) {
	case PX_TASK_WALKED:
		return px_end_reason_is_root(entry->end);
	case PX_TASK_CHANGED:
		return false;
	default:
		return true;
	}
}

bool px_task_stacks_complete(const struct px_task_stacks *stacks)
{
	for (size_t i = 0; i < stacks->count; i++)
		if (!px_task_entry_complete(&stacks->tasks[i]))
			return false;
	return !stacks->cut && !stacks->torn && !stacks->unreadable;
}
