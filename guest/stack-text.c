/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks for people. */
#include <inttypes.h>

#include "guest/domain-text.h"
#include "guest/stack-view.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "symbolize/demangle.h"

/* As in the source; in want of memory as the linker has it. */
static void print_function(const char *name, FILE *out)
{
	char *plain px_cleanup(px_freep) = NULL;

	px_error_free(px_demangle(name, &plain));
	px_plain_print(plain ? plain : name, out);
}

bool px_stack_view_name(const struct px_stack_view *view, uint64_t process,
			const struct px_frame *frame, struct px_linux_symbol *ret)
{
	uint64_t address = px_frame_lookup_address(frame);

	return process ? px_namer_find_user(&view->namer, process, address, ret)
		       : px_namer_find(&view->namer, address, ret);
}

static void print_frame(const struct px_stack_view *view, uint64_t process,
			const struct px_frame *frame, FILE *out)
{
	struct px_linux_symbol symbol;

	fprintf(out, "    %016" PRIx64 " ", frame->ip);
	if (px_stack_view_name(view, process, frame, &symbol)) {
		print_function(symbol.name, out);
		fprintf(out, "+0x%" PRIx64, frame->ip - symbol.start);
		if (symbol.module) {
			fputs(" [", out);
			px_plain_print(symbol.module, out);
			putc(']', out);
		}
	} else {
		fputs("[unknown]", out);
	}
	if (view->sources && frame->source != PX_RULE_NONE)
		fprintf(out, "  (%s)", px_rule_source_name(frame->source));
	putc('\n', out);
}

static void print_frames(const struct px_stack_view *view, uint64_t process,
			 const struct px_frame *frames, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++)
		print_frame(view, process, &frames[i], out);
}

/* Whose CPU time it is, where it is not the task's own. */
static bool is_interrupt(enum px_context context)
{
	return context == PX_CONTEXT_SOFTIRQ || context == PX_CONTEXT_HARDIRQ ||
	       context == PX_CONTEXT_NMI;
}

static void print_sample(const struct px_stack_view *view, const struct px_sample *sample,
			 FILE *out)
{
	size_t kernel = sample->frame_count - sample->user_frames;

	fprintf(out, "vCPU %u  %s, %s mode", sample->vcpu, px_vcpu_state_name(sample->state),
		sample->user_mode ? "user" : "kernel");
	if (sample->have_task && is_interrupt(sample->task.context))
		fprintf(out, ", in %s", px_context_name(sample->task.context));
	if (sample->have_task) {
		fputs(", ", out);
		px_plain_print(sample->task.comm, out);
		fprintf(out, " %u/%u", sample->task.pid, sample->task.tid);
	}
	putc('\n', out);
	print_frames(view, 0, sample->frames, kernel, out);
	if (!sample->user_mode)
		fprintf(out, "    -- %s\n", px_end_reason_name(sample->end));
	print_frames(view, sample->process, sample->frames + kernel, sample->user_frames, out);
	if (sample->user_walked)
		fprintf(out, "    -- %s\n", px_end_reason_name(sample->user_end));
}

static void print_progress(const struct px_stack_view *view, const struct px_sample *first,
			   const struct px_sample *second, FILE *out)
{
	fprintf(out, "    => %s: %.1f ms of processor time in %.1f ms\n",
		px_progress_name(px_progress_of(&view->namer, first, second)),
		(double)(second->cpu_time_ns - first->cpu_time_ns) / 1e6,
		(double)(second->time_ns - first->time_ns) / 1e6);
}

static void print_vcpu(const struct px_stack_view *view, uint32_t vcpu, FILE *out)
{
	const struct px_sample *first = px_snapshot_find(view->first, vcpu);
	const struct px_sample *last = first;

	if (view->second)
		last = px_snapshot_find(view->second, vcpu);
	if (!last) {
		fprintf(out, "vCPU %u  %s\n", vcpu, px_vcpu_state_name(PX_VCPU_OFFLINE));
		return;
	}
	print_sample(view, last, out);
	if (first && view->second)
		print_progress(view, first, last, out);
}

const struct px_sample *px_stack_view_find_task(const struct px_stack_view *view,
						const struct px_task *task)
{
	const struct px_snapshot *last = view->second ? view->second : view->first;

	for (size_t i = 0; i < last->count; i++)
		if (last->samples[i].have_task &&
		    last->samples[i].task.address == task->address)
			return &last->samples[i];
	return NULL;
}

static void print_look(const struct px_stack_view *view, const struct px_task_entry *entry,
		       FILE *out)
{
	const struct px_sample *sample = px_stack_view_find_task(view, &entry->thread.task);

	switch (entry->look) {
	case PX_TASK_WALKED:
		fprintf(out, "    -- %s\n", px_end_reason_name(entry->end));
		break;
	case PX_TASK_RUNS:
		if (sample)
			fprintf(out, "    -- runs on vCPU %u\n", sample->vcpu);
		else
			fputs("    -- runs\n", out);
		break;
	case PX_TASK_NO_STACK:
		fputs("    -- no stack\n", out);
		break;
	case PX_TASK_CHANGED:
		fputs("    -- changed while it was looked at\n", out);
		break;
	}
}

static void print_task(const struct px_stack_view *view, const struct px_task_entry *entry,
		       FILE *out)
{
	const struct px_linux_thread *thread = &entry->thread;

	fprintf(out, "\ntask %u/%u  %c %s, CPU %u, ", thread->task.pid, thread->task.tid,
		thread->state, px_linux_task_state_name(thread->state), thread->cpu);
	px_plain_print(thread->task.comm, out);
	putc('\n', out);
	print_frames(view, 0, view->tasks->frames + entry->first_frame, entry->frame_count,
		     out);
	print_look(view, entry, out);
}

static void print_tasks(const struct px_stack_view *view, FILE *out)
{
	const struct px_task_stacks *tasks = view->tasks;

	for (size_t i = 0; i < tasks->count; i++)
		print_task(view, &tasks->tasks[i], out);
	if (tasks->cut)
		fputs("\nthere are more tasks, which are not shown\n", out);
	if (tasks->torn)
		fprintf(out, "\n%zu lists of tasks were never at rest: some may be missing\n",
			tasks->torn);
	if (tasks->unreadable)
		fprintf(out, "\n%zu tasks could not be read\n", tasks->unreadable);
}

void px_stack_view_text(const struct px_stack_view *view, FILE *out)
{
	const struct px_domain *domain = view->domain;
	char label[PX_DOMAIN_NAME_MAX];

	fprintf(out, "%s (domain %u, %s%s)\n", px_domain_label(domain, label, sizeof(label)),
		domain->id, px_guest_type_name(domain->type), domain->paused ? ", paused" : "");
	for (uint32_t vcpu = 0; vcpu < domain->vcpus; vcpu++) {
		if (!px_vcpu_list_has(view->vcpus, vcpu))
			continue;
		putc('\n', out);
		print_vcpu(view, vcpu, out);
	}
	if (view->tasks)
		print_tasks(view, out);
}
