/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks for programs. Addresses are strings: JSON's numbers end at 2^53 for many. */
#include <inttypes.h>

#include "guest/domain-text.h"
#include "guest/stack-view.h"
#include "lib/json.h"

static json_t *address_json(uint64_t address)
{
	return json_sprintf("0x%" PRIx64, address);
}

/* process: as for px_stack_view_name. */
static json_t *frame_json(const struct px_stack_view *view, uint64_t process,
			  const struct px_frame *frame)
{
	json_t *json = json_pack("{s:o, s:s, s:b}", "address", address_json(frame->ip), "rule",
				 px_rule_source_name(frame->source), "exact", frame->exact);
	struct px_linux_symbol symbol;

	if (!px_stack_view_name(view, process, frame, &symbol))
		return json;
	json_object_set_new(json, "name", px_json_text(symbol.name));
	json_object_set_new(json, "offset",
			    json_integer((json_int_t)(frame->ip - symbol.start)));
	if (symbol.module)
		json_object_set_new(json, "module", px_json_text(symbol.module));
	return json;
}

static json_t *frames_json(const struct px_stack_view *view, uint64_t process,
			   const struct px_frame *frames, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, frame_json(view, process, &frames[i]));
	return list;
}

/* The kernel's frames, then the program's. */
static json_t *sample_frames_json(const struct px_stack_view *view,
				  const struct px_sample *sample)
{
	size_t kernel = sample->frame_count - sample->user_frames;
	json_t *list = frames_json(view, 0, sample->frames, kernel);

	for (size_t i = kernel; i < sample->frame_count; i++) {
		json_t *frame = frame_json(view, sample->process, &sample->frames[i]);

		json_object_set_new(frame, "user", json_true());
		json_array_append_new(list, frame);
	}
	return list;
}

static json_t *task_json(const struct px_task *task)
{
	return json_pack("{s:o, s:i, s:i, s:b}", "comm", px_json_text(task->comm), "pid",
			 (int)task->pid, "tid", (int)task->tid, "kernel_thread",
			 task->kernel_thread);
}

static json_t *sample_json(const struct px_stack_view *view, const struct px_sample *sample)
{
	json_t *json = json_pack(
		"{s:s, s:s, s:I, s:I, s:s, s:b, s:o}", "state",
		px_vcpu_state_name(sample->state), "mode",
		sample->user_mode ? "user" : "kernel", "time_ns", (json_int_t)sample->time_ns,
		"cpu_time_ns", (json_int_t)sample->cpu_time_ns, "end",
		px_end_reason_name(sample->end), "complete", px_end_reason_is_root(sample->end),
		"frames", sample_frames_json(view, sample));

	if (sample->user_walked) {
		json_object_set_new(json, "user_end",
				    json_string(px_end_reason_name(sample->user_end)));
		json_object_set_new(json, "user_complete",
				    json_boolean(px_end_reason_is_root(sample->user_end)));
	}

	if (sample->have_task) {
		json_object_set_new(json, "task", task_json(&sample->task));
		json_object_set_new(json, "context",
				    json_string(px_context_name(sample->task.context)));
	}
	return json;
}

static json_t *offline_json(void)
{
	return json_pack("{s:s}", "state", px_vcpu_state_name(PX_VCPU_OFFLINE));
}

static void add_snapshot(const struct px_stack_view *view, const struct px_snapshot *snapshot,
			 uint32_t vcpu, json_t *list)
{
	const struct px_sample *sample = px_snapshot_find(snapshot, vcpu);

	json_array_append_new(list, sample ? sample_json(view, sample) : offline_json());
}

static json_t *vcpu_json(const struct px_stack_view *view, uint32_t vcpu)
{
	const struct px_sample *first = px_snapshot_find(view->first, vcpu);
	const struct px_sample *second = view->second ? px_snapshot_find(view->second, vcpu)
						      : NULL;
	json_t *snapshots = json_array();
	json_t *json;

	add_snapshot(view, view->first, vcpu, snapshots);
	if (view->second)
		add_snapshot(view, view->second, vcpu, snapshots);
	json = json_pack("{s:i, s:o}", "vcpu", (int)vcpu, "snapshots", snapshots);
	if (first && second)
		json_object_set_new(json, "progress",
				    json_string(px_progress_name(
					    px_progress_of(&view->namer, first, second))));
	return json;
}

static json_t *entry_json(const struct px_stack_view *view, const struct px_task_entry *entry)
{
	const struct px_linux_thread *thread = &entry->thread;
	const struct px_sample *sample = px_stack_view_find_task(view, &thread->task);
	json_t *json = task_json(&thread->task);
	json_t *rest = json_pack("{s:s#, s:i, s:o, s:s, s:b, s:o}", "state", &thread->state, 1,
				 "cpu", (int)thread->cpu, "address",
				 address_json(thread->task.address), "stack",
				 px_task_look_name(entry->look), "complete",
				 px_task_entry_complete(entry), "frames",
				 frames_json(view, 0, view->tasks->frames + entry->first_frame,
					     entry->frame_count));

	if (entry->look == PX_TASK_WALKED)
		json_object_set_new(rest, "end", json_string(px_end_reason_name(entry->end)));
	if (entry->look == PX_TASK_RUNS && sample)
		json_object_set_new(rest, "vcpu", json_integer(sample->vcpu));
	json_object_update(json, rest);
	json_decref(rest);
	return json;
}

static json_t *tasks_json(const struct px_stack_view *view)
{
	json_t *list = json_array();

	for (size_t i = 0; i < view->tasks->count; i++)
		json_array_append_new(list, entry_json(view, &view->tasks->tasks[i]));
	return list;
}

static void add_tasks(const struct px_stack_view *view, json_t *json)
{
	const struct px_task_stacks *tasks = view->tasks;

	json_object_set_new(json, "tasks", tasks_json(view));
	json_object_set_new(json, "tasks_missing",
			    json_pack("{s:b, s:I, s:I}", "cut", tasks->cut, "torn_lists",
				      (json_int_t)tasks->torn, "unreadable",
				      (json_int_t)tasks->unreadable));
}

json_t *px_stack_view_json(const struct px_stack_view *view)
{
	const struct px_domain *domain = view->domain;
	json_t *vcpus = json_array(), *json;

	for (uint32_t vcpu = 0; vcpu < domain->vcpus; vcpu++)
		if (px_vcpu_list_has(view->vcpus, vcpu))
			json_array_append_new(vcpus, vcpu_json(view, vcpu));
	json = json_pack("{s:i, s:o, s:s, s:b, s:o}", "domain", (int)domain->id, "name",
			 px_json_text(domain->name), "type", px_guest_type_name(domain->type),
			 "paused", domain->paused, "vcpus", vcpus);
	if (view->tasks)
		add_tasks(view, json);
	return json;
}
