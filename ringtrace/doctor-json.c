/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for programs; doc/schema/doctor.json is its description. What is not known is
 * null. Addresses are strings: JSON's numbers end at 2^53 for many. */
#include <inttypes.h>

#include "guest/domain-text.h"
#include "lib/json.h"
#include "ringtrace/doctor-view.h"
#include "ringtrace/rings-json.h"

static json_t *answer(enum px_answer value)
{
	return value == PX_ANSWER_UNKNOWN ? json_null() : json_boolean(value == PX_ANSWER_YES);
}

/* --- the conclusion -------------------------------------------------------------------------
 */

static json_t *finding_json(const struct px_finding *finding)
{
	json_t *seen = json_array();

	for (size_t i = 0; i < finding->seen_count; i++)
		json_array_append_new(seen, px_json_text(finding->seen[i]));
	return json_pack("{s:o, s:s, s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:o, s:I}", "where",
			 px_json_text(finding->where), "id", finding->id, "name", finding->name,
			 "health", px_health_key(finding->health), "consequence",
			 finding->consequence, "who", finding->who, "meaning", finding->meaning,
			 "advice", px_json_text(finding->advice), "evidence",
			 px_json_text(finding->evidence), "stacks", seen, "stacks_left_out",
			 (json_int_t)finding->seen_left_out);
}

static json_t *conclusion_json(const struct px_conclusion *conclusion)
{
	json_t *findings = json_array(), *notes = json_array();

	for (size_t i = 0; i < conclusion->count; i++)
		json_array_append_new(findings, finding_json(&conclusion->findings[i]));
	for (size_t i = 0; i < conclusion->note_count; i++)
		json_array_append_new(notes, px_json_text(conclusion->notes[i]));
	return json_pack("{s:s, s:o, s:I, s:o, s:I, s:o}", "health",
			 px_health_key(conclusion->health), "headline",
			 px_json_text(conclusion->headline), "faults",
			 (json_int_t)conclusion->faults, "findings", findings,
			 "findings_left_out", (json_int_t)conclusion->left_out, "notes", notes);
}

/* --- stacks ---------------------------------------------------------------------------------
 */

static json_t *frame_json(const struct px_doctor_frame *frame)
{
	json_t *json = json_pack("{s:o, s:b}", "address",
				 json_sprintf("0x%" PRIx64, frame->address), "user",
				 frame->user);

	if (!frame->function)
		return json;
	json_object_set_new(json, "name", px_json_text(frame->function));
	json_object_set_new(json, "offset", json_integer((json_int_t)frame->offset));
	if (frame->module)
		json_object_set_new(json, "module", px_json_text(frame->module));
	return json;
}

/* Into json: the frames, how many are left out, why the stack ends. */
static void add_stack(json_t *json, const struct px_doctor_stack *stack)
{
	json_t *frames = json_array();

	for (size_t i = 0; i < stack->count; i++)
		json_array_append_new(frames, frame_json(&stack->frames[i]));
	json_object_set_new(json, "frames", frames);
	json_object_set_new(json, "frames_left_out", json_integer((json_int_t)stack->left_out));
	if (stack->count)
		json_object_set_new(json, "end", json_string(px_end_reason_name(stack->end)));
}

static json_t *task_json(const struct px_task *task)
{
	return json_pack("{s:o, s:i, s:i}", "comm", px_json_text(task->comm), "pid",
			 (int)task->pid, "tid", (int)task->tid);
}

static json_t *look_json(const struct px_doctor_look *look)
{
	json_t *json = json_pack(
		"{s:s, s:s, s:I, s:I, s:o, s:o}", "state", px_vcpu_state_name(look->state),
		"mode", look->user_mode ? "user" : "kernel", "time_ns",
		(json_int_t)look->time_ns, "cpu_time_ns", (json_int_t)look->cpu_time_ns,
		"upcall_pending", answer(look->upcall_pending), "upcall_masked",
		answer(look->upcall_masked));

	if (look->have_task)
		json_object_set_new(json, "task", task_json(&look->task));
	add_stack(json, &look->stack);
	return json;
}

static json_t *vcpus_json(const struct px_doctor_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->vcpu_count; i++) {
		const struct px_doctor_vcpu *vcpu = &report->vcpus[i];
		json_t *looks = json_array();
		json_t *json = json_pack("{s:i, s:o}", "vcpu", (int)vcpu->id, "looks", looks);

		for (size_t j = 0; j < vcpu->look_count; j++)
			json_array_append_new(looks, look_json(&vcpu->looks[j]));
		if (vcpu->have_progress)
			json_object_set_new(json, "progress",
					    json_string(px_progress_name(vcpu->progress)));
		json_array_append_new(list, json);
	}
	return list;
}

static json_t *tasks_json(const struct px_doctor_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->task_count; i++) {
		const struct px_doctor_task *task = &report->tasks[i];
		json_t *json = task_json(&task->task);

		json_object_set_new(json, "state", json_sprintf("%c", task->state));
		json_object_set_new(json, "stays", answer(task->stays));
		json_object_set_new(json, "stack", json_string(px_task_look_name(task->look)));
		add_stack(json, &task->stack);
		json_array_append_new(list, json);
	}
	return json_pack("{s:I, s:o, s:I}", "of", (json_int_t)report->task_total, "waiting",
			 list, "left_out", (json_int_t)report->tasks_left_out);
}

/* --- all ------------------------------------------------------------------------------------
 */

static json_t *domain_json(const struct px_doctor_report *report)
{
	const struct px_domain *domain = &report->domain;
	char uuid[PX_UUID_TEXT];

	return json_pack("{s:i, s:o, s:s, s:s, s:s, s:i, s:o}", "id", (int)domain->id, "name",
			 px_json_text(domain->name), "uuid", px_domain_uuid(domain, uuid),
			 "type", px_guest_type_name(domain->type), "state",
			 px_domain_state_name(domain), "vcpus", (int)domain->online_vcpus,
			 "system", px_json_text(report->system));
}

json_t *px_doctor_json(const struct px_doctor_report *report,
		       const struct px_conclusion *conclusion)
{
	json_t *lacks = json_array(), *json;

	for (size_t i = 0; i < report->lack_count; i++)
		json_array_append_new(lacks, px_json_text(report->lacks[i]));
	json = json_pack("{s:i, s:o, s:o, s:I, s:b, s:o, s:o, s:o}", "version", 1, "domain",
			 domain_json(report), "conclusion", conclusion_json(conclusion),
			 "interval_ns", (json_int_t)report->interval_ns, "dissolved",
			 report->dissolved, "rings", px_rings_json(&report->rings), "vcpus",
			 vcpus_json(report), "not_seen", lacks);
	if (report->have_tasks)
		json_object_set_new(json, "tasks", tasks_json(report));
	return json;
}
