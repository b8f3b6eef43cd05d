/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence, part by part. */
#include "ringtrace/doctor-evidence.h"

#include <inttypes.h>

#include "lib/text.h"
#include "ringtrace/rings-text.h"

enum {
	NAME = 96
};

struct sheet {
	const struct px_doctor_report *report;
	const struct px_conclusion *conclusion;
	const struct px_doctor_style *style;
	FILE *out;
};

static void begin(const struct sheet *sheet, const char *title)
{
	fprintf(sheet->out, sheet->style->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

/* "    text" */
static void print_line(const struct sheet *sheet, const char *text)
{
	fputs("    ", sheet->out);
	px_text_plain(text, sheet->out);
	putc('\n', sheet->out);
}

/* --- findings that are no ring's ------------------------------------------------------------
 */

static void print_findings(const struct sheet *sheet)
{
	for (size_t i = 1; i < sheet->conclusion->count; i++) {
		const struct px_finding *finding = &sheet->conclusion->findings[i];

		if (finding->verdict)
			continue;
		begin(sheet, finding->name);
		print_line(sheet, finding->meaning);
		print_line(sheet, finding->evidence);
		print_line(sheet, finding->advice);
	}
	if (sheet->conclusion->note_count > 1)
		begin(sheet, "Notes");
	for (size_t i = 0;
	     sheet->conclusion->note_count > 1 && i < sheet->conclusion->note_count; i++)
		print_line(sheet, sheet->conclusion->notes[i]);
}

/* --- rings ----------------------------------------------------------------------------------
 */

static void print_rings(const struct sheet *sheet)
{
	struct px_rings_style style = {.verbose = sheet->style->verbose,
				       .colour = sheet->style->colour};

	begin(sheet, "Rings");
	px_rings_text(&sheet->report->rings, &style, sheet->out);
}

static void print_devices(const struct sheet *sheet)
{
	const struct px_rings *rings = &sheet->report->rings;
	char line[NAME * 2];

	begin(sheet, "Devices");
	for (size_t i = 0; i < rings->device_count; i++) {
		const struct px_ring_device *device = &rings->devices[i];

		snprintf(line, sizeof(line),
			 "%-20s front end %-13s back end %-13s in domain %u%s%s", device->name,
			 px_doctor_words_front(sheet->report, device),
			 px_doctor_words_back(sheet->report, device), device->back_domain,
			 *device->back_type ? ", " : "", device->back_type);
		print_line(sheet, line);
	}
}

static void print_ports(const struct sheet *sheet)
{
	const struct px_rings *rings = &sheet->report->rings;
	char name[NAME], words[PX_WORDS_MAX];

	begin(sheet, "Event channels");
	for (size_t i = 0; i < rings->device_count; i++)
		for (size_t j = 0; j < rings->devices[i].ring_count; j++) {
			const struct px_ring *ring = &rings->devices[i].rings[j];
			const struct px_ring_reading *last;

			if (!ring->reading_count)
				continue;
			last = &ring->readings[ring->reading_count - 1];
			px_ring_name(&rings->devices[i], ring, name, sizeof(name));
			fprintf(sheet->out, "    %-20s guest:    %s\n", name,
				px_doctor_words_port(&last->front_port, words));
			fprintf(sheet->out, "    %-20s back end: %s\n", "",
				px_doctor_words_port(&last->back_port, words));
		}
}

/* --- stacks ---------------------------------------------------------------------------------
 */

static void print_stack(const struct sheet *sheet, const struct px_doctor_stack *stack)
{
	char words[PX_WORDS_MAX];

	for (size_t i = 0; i < stack->count; i++) {
		fprintf(sheet->out, "        %016" PRIx64 " ", stack->frames[i].address);
		px_text_plain(px_doctor_words_frame(&stack->frames[i], words), sheet->out);
		putc('\n', sheet->out);
	}
	if (stack->left_out)
		fprintf(sheet->out, "        and %zu more\n", stack->left_out);
	if (stack->count)
		fprintf(sheet->out, "        -- %s\n", px_end_reason_name(stack->end));
}

static void print_look(const struct sheet *sheet, const struct px_doctor_vcpu *vcpu,
		       const struct px_doctor_look *look)
{
	char words[PX_WORDS_MAX];

	fprintf(sheet->out, "    vCPU %u  ", vcpu->id);
	px_text_plain(px_doctor_words_look(look, words), sheet->out);
	putc('\n', sheet->out);
	print_stack(sheet, &look->stack);
}

static void print_vcpus(const struct sheet *sheet)
{
	char words[PX_WORDS_MAX];

	begin(sheet, "vCPUs");
	for (size_t i = 0; i < sheet->report->vcpu_count; i++) {
		const struct px_doctor_vcpu *vcpu = &sheet->report->vcpus[i];

		for (size_t j = 0; j < vcpu->look_count; j++)
			if (sheet->style->verbose || j + 1 == vcpu->look_count)
				print_look(sheet, vcpu, &vcpu->looks[j]);
		if (*px_doctor_words_progress(vcpu, words))
			fprintf(sheet->out, "        => %s\n", words);
	}
}

static void print_tasks(const struct sheet *sheet)
{
	const struct px_doctor_report *report = sheet->report;
	char words[PX_WORDS_MAX];

	begin(sheet, "Tasks that wait in drivers or in disk sleep");
	for (size_t i = 0; i < report->task_count; i++) {
		print_line(sheet, px_doctor_words_task(&report->tasks[i], words));
		print_stack(sheet, &report->tasks[i].stack);
	}
	if (report->tasks_left_out)
		fprintf(sheet->out, "    and %zu more\n", report->tasks_left_out);
	if (!report->task_count)
		fprintf(sheet->out, "    none of %zu\n", report->task_total);
}

/* --- all ------------------------------------------------------------------------------------
 */

void px_doctor_evidence(const struct px_doctor_report *report,
			const struct px_conclusion *conclusion,
			const struct px_doctor_style *style, FILE *out)
{
	struct sheet sheet = {report, conclusion, style, out};

	print_findings(&sheet);
	if (report->rings.device_count) {
		print_rings(&sheet);
		print_devices(&sheet);
		print_ports(&sheet);
	}
	if (report->vcpu_count)
		print_vcpus(&sheet);
	if (report->have_tasks)
		print_tasks(&sheet);
	if (report->lack_count)
		begin(&sheet, "Not seen");
	for (size_t i = 0; i < report->lack_count; i++)
		print_line(&sheet, report->lacks[i]);
}
