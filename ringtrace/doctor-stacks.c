/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Naming stacks for the report. */
#include "ringtrace/doctor-stacks.h"

#include <stdlib.h>

#include "lib/memory.h"
#include "ringtrace/signs.h"
#include "symbolize/demangle.h"

static struct px_error *add_frame(struct px_doctor_stack *stack, const struct px_namer *namer,
				  const struct px_frame *frame, bool user)
{
	struct px_doctor_frame named = {.address = frame->ip, .user = user};
	char *plain px_cleanup(px_freep) = NULL;
	struct px_linux_symbol symbol;
	struct px_error *err;

	if (user || !px_namer_find(namer, px_frame_lookup_address(frame), &symbol))
		return px_doctor_stack_add(stack, &named);
	err = px_demangle(symbol.name, &plain);
	if (err)
		return err;
	named.function = plain ? plain : (char *)(uintptr_t)symbol.name;
	named.module = (char *)(uintptr_t)symbol.module;
	named.offset = frame->ip - symbol.start;
	return px_doctor_stack_add(stack, &named);
}

/* --- vCPUs ----------------------------------------------------------------------------------
 */

static struct px_error *add_look(struct px_doctor_vcpu *vcpu, const struct px_namer *namer,
				 const struct px_sample *sample)
{
	struct px_doctor_look *look = &vcpu->looks[vcpu->look_count++];
	size_t kernel;
	struct px_error *err = NULL;

	look->state = PX_VCPU_OFFLINE;
	if (!sample)
		return NULL;
	look->state = sample->state;
	look->user_mode = sample->user_mode;
	look->time_ns = sample->time_ns;
	look->cpu_time_ns = sample->cpu_time_ns;
	look->have_task = sample->have_task;
	look->task = sample->task;
	look->stack.end = sample->end;
	kernel = sample->frame_count - sample->user_frames;
	for (size_t i = 0; !err && i < sample->frame_count; i++)
		err = add_frame(&look->stack, namer, &sample->frames[i],
				sample->user_mode || i >= kernel);
	return err;
}

static struct px_error *add_vcpu(struct px_doctor_report *report, const struct px_namer *namer,
				 uint32_t id, const struct px_snapshot *first,
				 const struct px_snapshot *second)
{
	const struct px_sample *before = px_snapshot_find(first, id);
	const struct px_sample *after = second ? px_snapshot_find(second, id) : NULL;
	struct px_doctor_vcpu *vcpu = NULL;
	struct px_error *err = px_doctor_add_vcpu(report, id, &vcpu);

	if (!err)
		err = add_look(vcpu, namer, before);
	if (!err && second)
		err = add_look(vcpu, namer, after);
	if (err || !before || !after)
		return err;
	vcpu->have_progress = true;
	vcpu->progress = px_progress_of(namer, before, after);
	return NULL;
}

struct px_error *px_doctor_add_snapshots(struct px_doctor_report *report,
					 const struct px_namer *namer,
					 const struct px_snapshot *first,
					 const struct px_snapshot *second)
{
	struct px_error *err = NULL;

	for (uint32_t id = 0; !err && id < report->domain.vcpus; id++)
		err = add_vcpu(report, namer, id, first, second);
	return err;
}

/* --- tasks ----------------------------------------------------------------------------------
 */

static int by_address(const void *a, const void *b)
{
	const struct px_linux_thread *first = a, *second = b;

	return (first->task.address > second->task.address) -
	       (first->task.address < second->task.address);
}

/* List is in the order of addresses. */
static enum px_answer stays(const struct px_linux_task_list *before,
			    const struct px_linux_thread *now)
{
	const struct px_linux_thread *then = NULL;

	if (before->count)
		then = bsearch(now, before->threads, before->count, sizeof(*now), by_address);
	if (!then || then->task.tid != now->task.tid)
		return PX_ANSWER_UNKNOWN;
	return then->switches == now->switches && !then->on_cpu ? PX_ANSWER_YES : PX_ANSWER_NO;
}

static struct px_error *add_task(struct px_doctor_report *report,
				 struct px_doctor_task *waiting)
{
	struct px_doctor_task *task = NULL;
	struct px_error *err;

	if (report->task_count == PX_DOCTOR_TASKS_MAX) {
		report->tasks_left_out++;
		return NULL;
	}
	err = px_doctor_add_task(report, &task);
	if (err)
		return err;
	*task = *waiting;
	waiting->stack = (struct px_doctor_stack){0};
	return NULL;
}

static struct px_error *look_at_task(struct px_doctor_report *report,
				     const struct px_namer *namer,
				     const struct px_linux_task_list *before,
				     const struct px_task_stacks *tasks, size_t index)
{
	const struct px_task_entry *entry = &tasks->tasks[index];
	struct px_doctor_task task = {
		.task = entry->thread.task,
		.state = entry->thread.state,
		.stays = stays(before, &entry->thread),
		.look = entry->look,
		.stack.end = entry->end,
	};
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < entry->frame_count; i++)
		err = add_frame(&task.stack, namer, &tasks->frames[entry->first_frame + i],
				false);
	if (!err && px_sign_of_wait(task.state, &task.stack))
		err = add_task(report, &task);
	px_doctor_stack_fini(&task.stack);
	return err;
}

struct px_error *px_doctor_add_tasks(struct px_doctor_report *report,
				     const struct px_namer *namer,
				     const struct px_linux_task_list *before,
				     const struct px_task_stacks *tasks)
{
	struct px_linux_task_list sorted = *before;
	struct px_error *err =
		px_calloc(before->count, sizeof(*sorted.threads), &sorted.threads);

	if (err)
		return err;
	for (size_t i = 0; i < before->count; i++)
		sorted.threads[i] = before->threads[i];
	if (sorted.count)
		qsort(sorted.threads, sorted.count, sizeof(*sorted.threads), by_address);
	for (size_t i = 0; !err && i < tasks->count; i++)
		err = look_at_task(report, namer, &sorted, tasks, i);
	free(sorted.threads);
	report->have_tasks = true;
	report->task_total = before->count;
	return err;
}
