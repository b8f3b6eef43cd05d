/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks for people. */
#include <ctype.h>
#include <inttypes.h>

#include "tracer/domain-text.h"
#include "tracer/stack-view.h"

/* Names of symbols are the guest's: what would drive a terminal is not printed. */
static void print_name(const char *name, FILE *out)
{
	for (; *name; name++)
		putc(iscntrl((unsigned char)*name) ? '?' : *name, out);
}

static void print_frame(const struct px_stack_view *view, const struct px_frame *frame,
			FILE *out)
{
	uint64_t address = px_frame_lookup_address(frame);
	struct px_linux_symbol symbol;

	fprintf(out, "    %016" PRIx64 " ", frame->ip);
	if (px_namer_find(&view->namer, address, &symbol)) {
		print_name(symbol.name, out);
		fprintf(out, "+0x%" PRIx64, frame->ip - symbol.start);
		if (symbol.module) {
			fputs(" [", out);
			print_name(symbol.module, out);
			putc(']', out);
		}
	} else {
		fputs("[unknown]", out);
	}
	if (view->sources && frame->source != PX_RULE_NONE)
		fprintf(out, "  (%s)", px_rule_source_name(frame->source));
	putc('\n', out);
}

static void print_sample(const struct px_stack_view *view, const struct px_sample *sample,
			 FILE *out)
{
	fprintf(out, "vCPU %u  %s, %s mode", sample->vcpu, px_vcpu_state_name(sample->state),
		sample->user_mode ? "user" : "kernel");
	if (sample->have_task)
		fprintf(out, ", %s %u/%u", sample->task.comm, sample->task.pid,
			sample->task.tid);
	putc('\n', out);
	for (size_t i = 0; i < sample->frame_count; i++)
		print_frame(view, &sample->frames[i], out);
	if (!sample->user_mode)
		fprintf(out, "    -- %s\n", px_end_reason_name(sample->end));
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
}
