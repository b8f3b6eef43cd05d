/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Showing snapshots of stacks, for people and for programs. */
#ifndef PX_GUEST_STACK_VIEW_H
#define PX_GUEST_STACK_VIEW_H

#include <jansson.h>
#include <stdio.h>

#include "guest/snapshot.h"
#include "guest/task-stacks.h"

/** What is shown. All borrowed. */
struct px_stack_view {
	const struct px_domain *domain;
	const struct px_vcpu_list *vcpus;
	struct px_namer namer;
	bool sources; /* show which rule found each frame */
	const struct px_snapshot *first;
	const struct px_snapshot *second;   /* NULL: only one was taken */
	const struct px_task_stacks *tasks; /* NULL: only vCPUs are shown */
};

/**
 * One block for each vCPU; with two snapshots the second one's stacks and what changed. Then
 * one for each task.
 */
void px_stack_view_text(const struct px_stack_view *view, FILE *out);

/** The sample of the vCPU on which a task was last seen to run; NULL where on none. */
const struct px_sample *px_stack_view_find_task(const struct px_stack_view *view,
						const struct px_task *task);

/** The name of a frame: of a program's where process is its serial, of the kernel's where 0. */
bool px_stack_view_name(const struct px_stack_view *view, uint64_t process,
			const struct px_frame *frame, struct px_linux_symbol *ret);

/** The same as one object; NULL when memory is short. */
json_t *px_stack_view_json(const struct px_stack_view *view);

#endif
