/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathering for the doctor. */
#include "ringtrace/doctor-take.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/clock.h"
#include "lib/memory.h"
#include "lib/stop.h"
#include "ringtrace/answer.h"
#include "ringtrace/doctor-stacks.h"

/* A look that is taken twice may take longer than one of thousands a second. */
static const uint64_t max_pause_ns = 10000000;

/* What both looks at the guest need, and what they leave. */
struct visit {
	struct px_target *target;
	struct px_ring_sources *sources;
	const struct px_doctor_options *options;
	struct px_doctor_report *report;
	struct px_gather *gather;
	struct px_sampler *sampler; /* NULL: no stacks */
	struct px_snapshot snapshots[PX_DOCTOR_LOOKS];
	struct px_upcall *upcalls[PX_DOCTOR_LOOKS]; /* one for each vCPU */
	uint32_t upcall_count;
	struct px_linux_task_list before;
	struct px_task_stacks tasks;
	bool have_tasks;
};

/*
 * An error that leaves the rest to be looked at becomes a line of the report: "what: why". One
 * that means that the domain has gone is a fact of its own.
 */
static struct px_error *lack(struct visit *visit, const char *what, struct px_error *err)
{
	struct px_error *noted;

	if (!err || err->code == PX_ERR_NO_MEMORY || err->code == PX_ERR_INTERRUPTED)
		return err;
	if (err->code == PX_ERR_DOMAIN_GONE) {
		visit->report->dissolved = true;
		px_error_free(err);
		return NULL;
	}
	visit->report->store_silent |= err->code == PX_ERR_NO_ANSWER;
	noted = px_doctor_lack(visit->report, "%s: %s", what, err->message);
	px_error_free(err);
	return noted;
}

/* --- one look -------------------------------------------------------------------------------
 */

static struct px_upcall upcall_of(const struct visit *visit, struct px_bytes page,
				  uint32_t vcpu)
{
	const struct px_ring_kernel *front = &visit->sources->front;

	if (front->drivers)
		return px_linux_event_upcall(&front->events, &front->reader, vcpu);
	return px_shared_info_upcall(page, PX_EVENTS_64, vcpu);
}

/* Linux has moved what vCPUs are told, unikernels have it where it was. */
static struct px_error *take_upcalls(struct visit *visit, size_t look)
{
	uint8_t page[PX_PAGE_SIZE];
	bool read = false;
	struct px_error *err =
		px_calloc(visit->upcall_count, sizeof(struct px_upcall), &visit->upcalls[look]);

	if (!err && !visit->sources->front.drivers)
		err = px_event_channels_shared_info(visit->sources->channels, page, &read);
	if (err)
		return err;
	for (uint32_t i = 0; i < visit->upcall_count; i++)
		visit->upcalls[look][i] =
			upcall_of(visit, px_bytes_of(page, read ? sizeof(page) : 0), i);
	return NULL;
}

static struct px_error *take_stacks(struct visit *visit, size_t look)
{
	struct px_error *err;

	if (!visit->sampler)
		return NULL;
	err = px_snapshot_take_whole(visit->sampler, &visit->snapshots[look]);
	if (err)
		return lack(visit, "the stacks of the vCPUs", err);
	visit->report->look_count++;
	return lack(visit, "what the vCPUs are told of events", take_upcalls(visit, look));
}

static struct px_error *look(struct visit *visit, size_t number)
{
	struct px_doctor_report *report = visit->report;
	struct px_error *err =
		lack(visit, "the rings", px_gather_take(visit->gather, &report->rings));

	if (!err && !report->dissolved)
		err = take_stacks(visit, number);
	return err;
}

static struct px_error *look_twice(struct visit *visit)
{
	struct px_doctor_report *report = visit->report;
	uint64_t start = px_now_ns();
	struct px_error *err = look(visit, 0);

	if (!err && !report->dissolved)
		err = px_stop_sleep(visit->options->interval_ns);
	report->interval_ns = px_now_ns() - start;
	if (!err && !report->dissolved)
		err = look(visit, 1);
	return err;
}

/* What stands still may only be slow: of rings, more than two looks tell. */
static struct px_error *look_longer(struct visit *visit)
{
	struct px_doctor_report *report = visit->report;
	uint64_t wait = report->dissolved ? 0 : px_rings_longer_ns(&report->rings);
	struct px_error *err = wait ? px_stop_sleep(wait) : NULL;

	if (!wait || err)
		return err;
	return lack(visit, "the rings", px_gather_take(visit->gather, &report->rings));
}

/* --- tasks ----------------------------------------------------------------------------------
 */

static bool wants_tasks(const struct visit *visit)
{
	return visit->target->kernel && !visit->options->no_tasks;
}

/* Those that wait are looked at again after the second look. */
static struct px_error *list_tasks(struct visit *visit)
{
	if (!wants_tasks(visit))
		return NULL;
	return lack(visit, "the tasks",
		    px_linux_kernel_tasks(visit->target->kernel, PX_LINUX_TASKS_MAX,
					  &visit->before));
}

static struct px_error *take_tasks(struct visit *visit)
{
	static const struct px_task_filter waiting = {.states = "DS"};
	struct px_error *err;

	if (!wants_tasks(visit) || visit->report->dissolved)
		return NULL;
	err = px_task_stacks_take(visit->target->kernel, &waiting, &visit->tasks);
	visit->have_tasks = !err;
	return lack(visit, "the stacks of the tasks", err);
}

/* --- the report -----------------------------------------------------------------------------
 */

/* The mask is a PV guest's; others leave that to their processor's flags. */
static void add_upcalls(struct visit *visit, size_t number)
{
	bool pv = visit->report->domain.type == PX_GUEST_PV;

	for (size_t i = 0; i < visit->report->vcpu_count; i++) {
		struct px_doctor_vcpu *vcpu = &visit->report->vcpus[i];
		struct px_doctor_look *seen = &vcpu->looks[number];
		const struct px_upcall *upcalls = visit->upcalls[number];

		if (!upcalls || vcpu->id >= visit->upcall_count || !upcalls[vcpu->id].known)
			continue;
		seen->upcall_pending = px_answer_of(upcalls[vcpu->id].pending);
		if (pv)
			seen->upcall_masked = px_answer_of(upcalls[vcpu->id].masked);
	}
}

static struct px_error *describe(struct visit *visit)
{
	struct px_doctor_report *report = visit->report;
	const struct px_target *target = visit->target;
	const struct px_namer namer = px_target_namer(visit->target);
	struct px_error *err = NULL;

	if (target->kernel)
		snprintf(report->system, sizeof(report->system), "Linux %s",
			 px_linux_kernel_release(target->kernel));
	else if (target->system.program)
		snprintf(report->system, sizeof(report->system), "%s", target->system.program);
	else
		err = px_doctor_lack(report,
				     "stacks have no functions: which kernel the guest runs "
				     "is not known; give its image with --vmlinux");
	if (!err && report->look_count)
		err = px_doctor_add_snapshots(report, &namer, &visit->snapshots[0],
					      report->look_count > 1 ? &visit->snapshots[1]
								     : NULL);
	for (size_t i = 0; i < PX_DOCTOR_LOOKS; i++)
		add_upcalls(visit, i);
	if (!err && visit->have_tasks)
		err = px_doctor_add_tasks(report, &namer, &visit->before, &visit->tasks);
	return err ? err : px_doctor_judge(report);
}

/* How it is now; a dying one is no error here. */
static struct px_error *refresh_domain(struct visit *visit)
{
	struct px_error *err =
		px_guest_domain_now(visit->sources->guest, &visit->report->domain);

	return lack(visit, "the domain", err);
}

static struct px_error *open_visit(struct visit *visit)
{
	static const struct px_ring_filter all = {0};
	struct px_target *target = visit->target;
	struct px_sampler_options how = {
		.idle = true,
		.pause = true,
		.max_pause_ns = max_pause_ns,
	};
	struct px_sampler_kernel kernel = px_target_sampler_kernel(target);
	struct px_error *err;

	visit->report->domain = target->guest->domain;
	visit->upcall_count = target->guest->domain.vcpus;
	err = px_gather_new(visit->sources, &all, &visit->gather);
	if (err)
		return err;
	return lack(
		visit, "the stacks of the vCPUs",
		px_sampler_new(target->guest, target->memory, &kernel, &how, &visit->sampler));
}

static void close_visit(struct visit *visit)
{
	px_task_stacks_fini(&visit->tasks);
	px_linux_task_list_fini(&visit->before);
	for (size_t i = 0; i < PX_DOCTOR_LOOKS; i++) {
		px_snapshot_fini(&visit->snapshots[i]);
		free(visit->upcalls[i]);
	}
	px_sampler_free(visit->sampler);
	px_gather_free(visit->gather);
}

struct px_error *px_doctor_take(struct px_target *target, struct px_ring_sources *sources,
				const struct px_doctor_options *options,
				struct px_doctor_report *ret)
{
	struct px_doctor_report report = {0};
	struct visit visit = {
		.target = target, .sources = sources, .options = options, .report = &report};
	struct px_error *err = open_visit(&visit);

	if (!err)
		err = list_tasks(&visit);
	if (!err)
		err = look_twice(&visit);
	if (!err)
		err = look_longer(&visit);
	if (!err)
		err = take_tasks(&visit);
	if (!err)
		err = refresh_domain(&visit);
	if (!err)
		err = describe(&visit);
	close_visit(&visit);
	if (err)
		px_doctor_report_fini(&report);
	else
		*ret = report;
	return err;
}
