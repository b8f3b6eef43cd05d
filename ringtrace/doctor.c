/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The doctor's report: building and dropping it. */
#include "ringtrace/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	LACK_MAX = 512
};

void px_doctor_stack_fini(struct px_doctor_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		free(stack->frames[i].function);
		free(stack->frames[i].module);
	}
	free(stack->frames);
	*stack = (struct px_doctor_stack){0};
}

void px_doctor_report_fini(struct px_doctor_report *report)
{
	for (size_t i = 0; i < report->vcpu_count; i++)
		for (size_t j = 0; j < PX_DOCTOR_LOOKS; j++)
			px_doctor_stack_fini(&report->vcpus[i].looks[j].stack);
	for (size_t i = 0; i < report->task_count; i++)
		px_doctor_stack_fini(&report->tasks[i].stack);
	for (size_t i = 0; i < report->lack_count; i++)
		free(report->lacks[i]);
	free(report->vcpus);
	free(report->tasks);
	free(report->lacks);
	free(report->verdicts);
	px_rings_fini(&report->rings);
	*report = (struct px_doctor_report){0};
}

struct px_error *px_doctor_add_vcpu(struct px_doctor_report *report, uint32_t id,
				    struct px_doctor_vcpu **ret)
{
	struct px_error *err =
		px_array_grow(report->vcpus, report->vcpu_count, report->vcpu_capacity);

	if (err)
		return err;
	*ret = &report->vcpus[report->vcpu_count++];
	**ret = (struct px_doctor_vcpu){.id = id};
	return NULL;
}

struct px_error *px_doctor_add_task(struct px_doctor_report *report,
				    struct px_doctor_task **ret)
{
	struct px_error *err =
		px_array_grow(report->tasks, report->task_count, report->task_capacity);

	if (err)
		return err;
	*ret = &report->tasks[report->task_count++];
	**ret = (struct px_doctor_task){0};
	return NULL;
}

static struct px_error *copy_text(const char *text, char **ret)
{
	return text ? px_strdup(text, ret) : NULL;
}

struct px_error *px_doctor_stack_add(struct px_doctor_stack *stack,
				     const struct px_doctor_frame *frame)
{
	struct px_doctor_frame copy = *frame;
	struct px_error *err;

	if (stack->count == PX_DOCTOR_FRAMES_MAX) {
		stack->left_out++;
		return NULL;
	}
	err = px_array_grow(stack->frames, stack->count, stack->capacity);
	copy.function = copy.module = NULL;
	if (!err)
		err = copy_text(frame->function, &copy.function);
	if (!err)
		err = copy_text(frame->module, &copy.module);
	if (err) {
		free(copy.function);
		return err;
	}
	stack->frames[stack->count++] = copy;
	return NULL;
}

struct px_error *px_doctor_lack(struct px_doctor_report *report, const char *format, ...)
{
	char text[LACK_MAX];
	char *copy = NULL;
	struct px_error *err;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < report->lack_count; i++)
		if (!strcmp(report->lacks[i], text))
			return NULL;
	err = px_array_grow(report->lacks, report->lack_count, report->lack_capacity);
	if (!err)
		err = px_strdup(text, &copy);
	if (!err)
		report->lacks[report->lack_count++] = copy;
	return err;
}

static struct px_error *add_verdict(struct px_doctor_report *report,
				    const struct px_ring_device *device,
				    const struct px_ring *ring)
{
	struct px_verdicts verdicts = {0};
	struct px_doctor_verdict *verdict;
	struct px_error *err = px_array_grow(report->verdicts, report->verdict_count,
					     report->verdict_capacity);

	if (err)
		return err;
	if (ring)
		px_verdicts_of_ring(&report->rings, device, ring, &verdicts);
	else
		px_verdicts_of_device(&report->rings, device, &verdicts);
	verdict = &report->verdicts[report->verdict_count++];
	*verdict = (struct px_doctor_verdict){
		.device = device,
		.ring = ring,
		.health = verdicts.health,
		.missing = verdicts.missing,
		.rule = verdicts.count ? verdicts.verdicts[0].rule : NULL,
	};
	if (verdicts.count)
		memcpy(verdict->evidence, verdicts.verdicts[0].evidence.text,
		       sizeof(verdict->evidence));
	return NULL;
}

struct px_error *px_doctor_judge(struct px_doctor_report *report)
{
	const struct px_rings *rings = &report->rings;
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < rings->device_count; i++) {
		const struct px_ring_device *device = &rings->devices[i];

		err = add_verdict(report, device, NULL);
		for (size_t j = 0; !err && j < device->ring_count; j++)
			err = add_verdict(report, device, &device->rings[j]);
	}
	return err;
}

const struct px_doctor_look *px_doctor_last_look(const struct px_doctor_vcpu *vcpu)
{
	return vcpu->look_count ? &vcpu->looks[vcpu->look_count - 1] : NULL;
}

/* schedule(), __schedule(), schedule_timeout(), io_schedule(), ... */
static bool is_scheduler(const char *function)
{
	static const char *const starts[] = {"schedule", "__schedule", "io_schedule"};

	for (size_t i = 0; i < px_array_size(starts); i++)
		if (!strncmp(function, starts[i], strlen(starts[i])))
			return true;
	return false;
}

const struct px_doctor_frame *px_doctor_innermost(const struct px_doctor_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (stack->frames[i].function && !is_scheduler(stack->frames[i].function))
			return &stack->frames[i];
	return NULL;
}
