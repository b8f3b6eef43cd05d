/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stacks have to do with what was found of rings. */
#include "ringtrace/conclusion-parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ringtrace/signs.h"

/* Whether a finding is about a ring, or a device with rings, of the kinds that sign is of. */
static bool concerns(const struct px_finding *finding, const struct px_sign *sign)
{
	const struct px_doctor_verdict *verdict = finding->verdict;

	if (!verdict)
		return false;
	if (verdict->ring)
		return sign->kinds & 1u << verdict->ring->kind;
	for (size_t i = 0; i < verdict->device->ring_count; i++)
		if (sign->kinds & 1u << verdict->device->rings[i].kind)
			return true;
	return false;
}

static void px_printf(2, 3) add_seen(struct px_finding *finding, const char *format, ...)
{
	va_list arguments;

	if (finding->seen_count == PX_FINDING_SEEN_MAX) {
		finding->seen_left_out++;
		return;
	}
	va_start(arguments, format);
	vsnprintf(finding->seen[finding->seen_count++], PX_SEEN_TEXT, format, arguments);
	va_end(arguments);
}

/* --- vCPUs ----------------------------------------------------------------------------------
 */

/* What both looks show, or, of who made no progress, the last one. */
static bool vcpu_sign(const struct px_doctor_vcpu *vcpu, struct px_sign_seen *ret)
{
	const struct px_doctor_look *last = px_doctor_last_look(vcpu);
	struct px_sign_seen first;

	if (!last || !px_sign_find(&last->stack, ret) || ret->sign->class != PX_SIGN_RING)
		return false;
	return !vcpu->have_progress || vcpu->progress != PX_PROGRESS_MOVES ||
	       (px_sign_find(&vcpu->looks[0].stack, &first) && first.sign == ret->sign);
}

static const char *how_in(const struct px_doctor_vcpu *vcpu)
{
	if (!vcpu->have_progress)
		return "is in";
	switch (vcpu->progress) {
	case PX_PROGRESS_WAITS:
		return "waits in";
	case PX_PROGRESS_STARVES:
		return "gets no processor in";
	case PX_PROGRESS_SPINS:
		return "spins in";
	case PX_PROGRESS_MOVES:
		break;
	}
	return "was both times in";
}

/* A console that is full costs nothing but output, until somebody insists on it. */
static void raise(struct px_finding *finding)
{
	if (finding->level == PX_LEVEL_CONSOLE && finding->health == PX_HEALTH_FAULT)
		finding->level = PX_LEVEL_HELD;
}

static struct px_error *note_spin(const struct px_doctor_vcpu *vcpu,
				  struct px_conclusion *conclusion)
{
	const struct px_doctor_look *last = px_doctor_last_look(vcpu);
	const struct px_doctor_frame *frame = last ? px_doctor_innermost(&last->stack) : NULL;

	if (!vcpu->have_progress || vcpu->progress != PX_PROGRESS_SPINS || !frame)
		return NULL;
	return px_conclusion_note(
		conclusion, "vCPU %u was busy in %s both times: it works hard, or it spins",
		vcpu->id, frame->function);
}

static struct px_error *conclude_vcpu(const struct px_doctor_vcpu *vcpu,
				      struct px_conclusion *conclusion)
{
	struct px_sign_seen seen;
	bool named = false;

	if (vcpu_sign(vcpu, &seen))
		for (size_t i = 0; i < conclusion->count; i++) {
			struct px_finding *finding = &conclusion->findings[i];

			if (!concerns(finding, seen.sign))
				continue;
			add_seen(finding, "vCPU %u %s %s, which %s", vcpu->id, how_in(vcpu),
				 seen.frame->function, seen.sign->does);
			raise(finding);
			named = true;
		}
	return named ? NULL : note_spin(vcpu, conclusion);
}

/* --- tasks ----------------------------------------------------------------------------------
 */

/* Only who has waited for as long as was looked is worth a note. */
static struct px_error *note_task(const struct px_doctor_task *task,
				  struct px_conclusion *conclusion)
{
	const struct px_doctor_frame *frame = px_doctor_innermost(&task->stack);

	if (task->stays != PX_ANSWER_YES)
		return NULL;
	return px_conclusion_note(
		conclusion, "task %s (%u) hangs in %s, and no ring was found to blame",
		task->task.comm, task->task.tid, frame ? frame->function : "its kernel");
}

static struct px_error *conclude_task(const struct px_doctor_task *task,
				      struct px_conclusion *conclusion)
{
	struct px_sign_seen seen = {0};
	bool found = px_sign_find(&task->stack, &seen) && seen.sign->class == PX_SIGN_RING;
	bool named = false;

	for (size_t i = 0; found && i < conclusion->count; i++) {
		struct px_finding *finding = &conclusion->findings[i];

		if (!concerns(finding, seen.sign))
			continue;
		add_seen(finding, "task %s (%u, state %c)%s is in %s, which %s",
			 task->task.comm, task->task.tid, task->state,
			 task->stays == PX_ANSWER_YES ? " has not run meanwhile and" : "",
			 seen.frame->function, seen.sign->does);
		named = true;
	}
	return named || task->state != 'D' ? NULL : note_task(task, conclusion);
}

/* --- all ------------------------------------------------------------------------------------
 */

static bool all_wait(const struct px_doctor_report *report)
{
	size_t waiting = 0;

	for (size_t i = 0; i < report->vcpu_count; i++) {
		const struct px_doctor_vcpu *vcpu = &report->vcpus[i];
		const struct px_doctor_look *last = px_doctor_last_look(vcpu);

		if (!last || last->state == PX_VCPU_OFFLINE)
			continue;
		if (!vcpu->have_progress || vcpu->progress != PX_PROGRESS_WAITS ||
		    last->upcall_pending != PX_ANSWER_NO)
			return false;
		waiting++;
	}
	return waiting > 0;
}

static bool has_fault(const struct px_conclusion *conclusion)
{
	for (size_t i = 0; i < conclusion->count; i++)
		if (conclusion->findings[i].health == PX_HEALTH_FAULT)
			return true;
	return false;
}

struct px_error *px_conclude_stacks(const struct px_doctor_report *report,
				    struct px_conclusion *conclusion)
{
	struct px_error *err = NULL;

	if (all_wait(report) && has_fault(conclusion))
		err = px_conclusion_note(
			conclusion, "all vCPUs are blocked and no event is pending: nothing in "
				    "the guest moves until one comes");
	for (size_t i = 0; !err && i < report->vcpu_count; i++)
		err = conclude_vcpu(&report->vcpus[i], conclusion);
	for (size_t i = 0; !err && i < report->task_count; i++)
		err = conclude_task(&report->tasks[i], conclusion);
	return err;
}
