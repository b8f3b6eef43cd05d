/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as one HTML file that needs nothing else: style inside, no script. All text is
 * escaped on its way out; `text` in back quotes is a command.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/asset.h"
#include "lib/text.h"
#include "ringtrace/doctor-view.h"
#include "ringtrace/rings-json.h"

PX_ASSET(doctor_css, "ringtrace/html/doctor.css");

enum {
	NAME = 96
};

struct page {
	const struct px_doctor_report *report;
	const struct px_conclusion *conclusion;
	FILE *out;
};

/* --- pieces ---------------------------------------------------------------------------------
 */

/* <tag>text</tag> */
static void print_in(const struct page *page, const char *tag, const char *text)
{
	fprintf(page->out, "<%s>", tag);
	px_text_xml(text, page->out);
	fprintf(page->out, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

static void print_span(const struct page *page, const char *text, size_t length)
{
	char *copy = strndup(text, length);

	if (copy)
		px_text_xml(copy, page->out);
	free(copy);
}

/* Texts of ours, in which commands stand in back quotes. */
static void print_advice(const struct page *page, const char *text)
{
	const char *next;

	for (bool code = false; *text; code = !code, text = next) {
		size_t length = strcspn(text, "`");

		fputs(code ? "<code>" : "", page->out);
		print_span(page, text, length);
		fputs(code ? "</code>" : "", page->out);
		next = text + length + (text[length] == '`');
	}
}

static void print_chip(const struct page *page, enum px_health health)
{
	fprintf(page->out, "<span class=\"chip %s\">%s</span>", px_health_key(health),
		px_health_name(health));
}

static void begin_section(const struct page *page, const char *title, const char *more)
{
	fputs("<section>\n<h2>", page->out);
	px_text_xml(title, page->out);
	if (*more) {
		fputs(" <small>", page->out);
		px_text_xml(more, page->out);
		fputs("</small>", page->out);
	}
	fputs("</h2>\n", page->out);
}

static void end_section(const struct page *page)
{
	fputs("</section>\n", page->out);
}

/* --- the conclusion -------------------------------------------------------------------------
 */

static void print_point(const struct page *page, const char *label, const char *text)
{
	if (!*text)
		return;
	fprintf(page->out, "<dt>%s</dt><dd>", label);
	print_advice(page, text);
	fputs("</dd>\n", page->out);
}

static void print_first(const struct page *page, const struct px_finding *finding)
{
	bool act = finding->health != PX_HEALTH_WAITS;

	fputs("<dl>\n", page->out);
	if (finding->health == PX_HEALTH_FAULT) {
		fputs("<dt>Who must act</dt>", page->out);
		print_in(page, "dd class=\"who\"", finding->who);
	}
	print_point(page, act ? "Try first" : "To change it", finding->advice);
	print_point(page, "What it means", finding->meaning);
	fputs("<dt>What was seen</dt><dd>", page->out);
	print_in(page, "p", finding->evidence);
	for (size_t i = 0; i < finding->seen_count; i++)
		print_in(page, "p", finding->seen[i]);
	fputs("</dd>\n</dl>\n", page->out);
}

static void print_verdict(const struct page *page)
{
	const struct px_conclusion *conclusion = page->conclusion;
	const struct px_finding *first = px_conclusion_first(conclusion);

	fprintf(page->out, "<div class=\"verdict %s\">\n<h2>",
		px_health_key(conclusion->health));
	if (conclusion->health == PX_HEALTH_FAULT)
		fputs("Fault: ", page->out);
	px_text_xml(conclusion->headline, page->out);
	fputs("</h2>\n", page->out);
	if (first)
		print_first(page, first);
	fputs("</div>\n", page->out);
}

static void print_other(const struct page *page, const struct px_finding *finding)
{
	fputs("<article>\n<h3>", page->out);
	print_chip(page, finding->health);
	putc(' ', page->out);
	px_text_xml(finding->where, page->out);
	fputs(finding->verdict ? ": " : " ", page->out);
	px_text_xml(finding->name, page->out);
	fputs(finding->consequence ? " (follows from what is above)</h3>\n" : "</h3>\n",
	      page->out);
	if (finding->health == PX_HEALTH_FAULT) {
		fputs("<p>Who must act: ", page->out);
		px_text_xml(finding->who, page->out);
		fputs("</p>\n", page->out);
	}
	fputs("<p class=\"soft\">", page->out);
	print_advice(page, finding->meaning);
	fputs("</p>\n", page->out);
	print_in(page, "p class=\"soft\"", finding->evidence);
	for (size_t i = 0; i < finding->seen_count; i++)
		print_in(page, "p class=\"soft\"", finding->seen[i]);
	fputs("<p>", page->out);
	print_advice(page, finding->advice);
	fputs("</p>\n</article>\n", page->out);
}

static void print_others(const struct page *page)
{
	if (page->conclusion->count < 2)
		return;
	begin_section(page, "Also found", "");
	for (size_t i = 1; i < page->conclusion->count; i++)
		print_other(page, &page->conclusion->findings[i]);
	if (page->conclusion->left_out)
		fprintf(page->out, "<article><p>and %zu more</p></article>\n",
			page->conclusion->left_out);
	end_section(page);
}

static void print_list(const struct page *page, const char *title, char *const *lines,
		       size_t count)
{
	if (!count)
		return;
	begin_section(page, title, "");
	fputs("<ul>\n", page->out);
	for (size_t i = 0; i < count; i++)
		print_in(page, "li", lines[i]);
	fputs("</ul>\n", page->out);
	end_section(page);
}

/* --- rings ----------------------------------------------------------------------------------
 */

static void print_fact(const struct page *page, const struct px_fact *fact)
{
	if (fact->known)
		fprintf(page->out, "<td class=\"number\">%" PRIu64 "</td>", fact->value);
	else
		fputs("<td class=\"number\">unknown</td>", page->out);
}

static void print_number(const struct page *page, bool known, uint32_t number)
{
	struct px_fact fact = {.known = known, .value = number};

	print_fact(page, &fact);
}

/* In flight, then the two shared indices and the two private ones. */
static void print_indices(const struct page *page, const struct px_ring *ring)
{
	static const struct px_ring_reading none;
	const struct px_ring_reading *last =
		ring->reading_count ? &ring->readings[ring->reading_count - 1] : &none;
	bool stream = px_ring_is_stream(ring->kind);
	uint32_t in = stream ? last->stream.prod : last->shared.req_prod;
	uint32_t done = stream ? last->stream.cons : last->shared.rsp_prod;

	if (last->readable)
		fprintf(page->out, "<td class=\"number\">%" PRIu32 " of %" PRIu32 "</td>",
			px_ring_distance(done, in), ring->slots);
	else
		fputs("<td class=\"number\">unknown</td>", page->out);
	print_number(page, last->readable, in);
	print_number(page, last->readable, done);
	if (stream) {
		fputs("<td></td><td></td>", page->out);
		return;
	}
	print_fact(page, &last->back.req_cons);
	print_fact(page, &last->front.rsp_cons);
}

static void print_ring(const struct page *page, const struct px_doctor_verdict *verdict)
{
	const struct px_rule *rule = verdict->rule;
	char name[NAME];

	px_ring_name(verdict->device, verdict->ring, name, sizeof(name));
	fputs("<tr>", page->out);
	print_in(page, "td class=\"name\"", name);
	fputs("<td>", page->out);
	print_chip(page, verdict->health);
	if (rule && verdict->health >= PX_HEALTH_WAITS)
		fprintf(page->out, " %s (%s)", rule->name, rule->id);
	fputs("<small>", page->out);
	px_text_xml(verdict->evidence, page->out);
	fputs("</small></td>", page->out);
	print_indices(page, verdict->ring);
	fputs("</tr>\n", page->out);
}

static void print_rings(const struct page *page)
{
	const struct px_doctor_report *report = page->report;

	begin_section(page, "Rings", "the last reading");
	fputs("<div class=\"scroll\"><table>\n<thead><tr><th>Ring</th><th>Verdict</th>"
	      "<th class=\"number\">In flight</th><th class=\"number\">Requests</th>"
	      "<th class=\"number\">Responses</th><th class=\"number\">Back end took</th>"
	      "<th class=\"number\">Guest took</th></tr></thead>\n<tbody>\n",
	      page->out);
	for (size_t i = 0; i < report->verdict_count; i++)
		if (report->verdicts[i].ring)
			print_ring(page, &report->verdicts[i]);
	fputs("</tbody></table></div>\n", page->out);
	end_section(page);
}

static void print_port_row(const struct page *page, const struct px_ring_device *device,
			   const struct px_ring *ring)
{
	const struct px_ring_reading *last;
	char text[NAME], words[PX_WORDS_MAX];

	if (!ring->reading_count)
		return;
	last = &ring->readings[ring->reading_count - 1];
	fputs("<tr>", page->out);
	print_in(page, "td class=\"name\"", px_ring_name(device, ring, text, sizeof(text)));
	print_in(page, "td", px_doctor_words_port(&last->front_port, words));
	print_in(page, "td", px_doctor_words_port(&last->back_port, words));
	fputs("</tr>\n", page->out);
}

static void print_ports(const struct page *page)
{
	const struct px_rings *rings = &page->report->rings;

	begin_section(page, "Event channels", "");
	fputs("<div class=\"scroll\"><table>\n<thead><tr><th>Ring</th><th>In the guest</th>"
	      "<th>At the back end</th></tr></thead>\n<tbody>\n",
	      page->out);
	for (size_t i = 0; i < rings->device_count; i++)
		for (size_t j = 0; j < rings->devices[i].ring_count; j++)
			print_port_row(page, &rings->devices[i], &rings->devices[i].rings[j]);
	fputs("</tbody></table></div>\n", page->out);
	end_section(page);
}

static void print_device(const struct page *page, const struct px_ring_device *device)
{
	fputs("<tr>", page->out);
	print_in(page, "td class=\"name\"", device->name);
	print_in(page, "td", px_doctor_words_front(page->report, device));
	print_in(page, "td", px_doctor_words_back(page->report, device));
	fprintf(page->out, "<td>domain %" PRIu32 "%s", device->back_domain,
		*device->back_type ? ", " : "");
	px_text_xml(device->back_type, page->out);
	fputs("</td></tr>\n", page->out);
}

static void print_devices(const struct page *page)
{
	const struct px_rings *rings = &page->report->rings;

	begin_section(page, "Devices", "states in xenstore");
	fputs("<div class=\"scroll\"><table>\n<thead><tr><th>Device</th><th>Front end</th>"
	      "<th>Back end</th><th>Where</th></tr></thead>\n<tbody>\n",
	      page->out);
	for (size_t i = 0; i < rings->device_count; i++)
		print_device(page, &rings->devices[i]);
	fputs("</tbody></table></div>\n", page->out);
	end_section(page);
}

/* --- stacks ---------------------------------------------------------------------------------
 */

static void print_stack(const struct page *page, const struct px_doctor_stack *stack)
{
	char words[PX_WORDS_MAX];

	if (!stack->count)
		return;
	fputs("<pre>", page->out);
	for (size_t i = 0; i < stack->count; i++) {
		fprintf(page->out, "<i>%016" PRIx64 "</i> ", stack->frames[i].address);
		px_text_xml(px_doctor_words_frame(&stack->frames[i], words), page->out);
		putc('\n', page->out);
	}
	if (stack->left_out)
		fprintf(page->out, "<i>and %zu more</i>\n", stack->left_out);
	fputs("<i>", page->out);
	px_text_xml(px_end_reason_name(stack->end), page->out);
	fputs("</i></pre>\n", page->out);
}

/* The last look, and the first where it was elsewhere. */
static void print_vcpu(const struct page *page, const struct px_doctor_vcpu *vcpu)
{
	const struct px_doctor_look *last = px_doctor_last_look(vcpu);
	char words[PX_WORDS_MAX];

	fprintf(page->out, "<article>\n<h3>vCPU %" PRIu32 " ", vcpu->id);
	px_text_xml(vcpu->have_progress ? px_progress_name(vcpu->progress) : "", page->out);
	fputs("</h3>\n", page->out);
	print_in(page, "p class=\"soft\"", px_doctor_words_progress(vcpu, words));
	if (last)
		print_in(page, "p", px_doctor_words_look(last, words));
	if (last)
		print_stack(page, &last->stack);
	if (vcpu->look_count > 1) {
		fputs("<details><summary>The look before: ", page->out);
		px_text_xml(px_doctor_words_look(&vcpu->looks[0], words), page->out);
		fputs("</summary>\n", page->out);
		print_stack(page, &vcpu->looks[0].stack);
		fputs("</details>\n", page->out);
	}
	fputs("</article>\n", page->out);
}

static void print_vcpus(const struct page *page)
{
	begin_section(page, "Virtual processors", "");
	for (size_t i = 0; i < page->report->vcpu_count; i++)
		print_vcpu(page, &page->report->vcpus[i]);
	end_section(page);
}

static void print_tasks(const struct page *page)
{
	const struct px_doctor_report *report = page->report;
	char words[PX_WORDS_MAX];

	snprintf(words, sizeof(words), "%zu of %zu",
		 report->task_count + report->tasks_left_out, report->task_total);
	begin_section(page, "Tasks that wait in drivers or in disk sleep", words);
	for (size_t i = 0; i < report->task_count; i++) {
		fputs("<article>\n", page->out);
		print_in(page, "p", px_doctor_words_task(&report->tasks[i], words));
		print_stack(page, &report->tasks[i].stack);
		fputs("</article>\n", page->out);
	}
	end_section(page);
}

/* --- the page -------------------------------------------------------------------------------
 */

static void print_head(const struct page *page)
{
	char words[PX_WORDS_MAX];

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; img-src data:\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n<title>",
	      page->out);
	px_text_xml(px_doctor_words_domain(page->report, words), page->out);
	fputs("</title>\n<style>\n", page->out);
	px_asset_write(&px_asset_doctor_css, page->out);
	fputs("</style>\n</head>\n<body>\n<header>\n", page->out);
	print_in(page, "h1", px_doctor_words_domain(page->report, words));
	print_in(page, "p", px_doctor_words_looks(page->report, words));
	fputs("</header>\n", page->out);
}

void px_doctor_html(const struct px_doctor_report *report,
		    const struct px_conclusion *conclusion, FILE *out)
{
	struct page page = {report, conclusion, out};

	print_head(&page);
	print_verdict(&page);
	print_others(&page);
	print_list(&page, "Notes", conclusion->notes, conclusion->note_count);
	print_list(&page, "Not seen", report->lacks, report->lack_count);
	if (report->rings.device_count) {
		print_rings(&page);
		print_devices(&page);
		print_ports(&page);
	}
	if (report->vcpu_count)
		print_vcpus(&page);
	if (report->have_tasks)
		print_tasks(&page);
	fputs("<footer>perf xen doctor</footer>\n</body>\n</html>\n", out);
}
