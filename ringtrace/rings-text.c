/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of rings and their verdicts. */
#include "ringtrace/rings-text.h"

#include <inttypes.h>
#include <string.h>

#include "lib/log.h"
#include "ringtrace/verdict.h"

enum {
	NAME_MAX = 64,
	NAME_LEAST = 12, /* columns */
	INDENT = 14,	 /* of what is said below a line */
	LINE_MAX_WIDTH = 100,
};

struct table {
	const struct px_rings *rings;
	const struct px_rings_style *style;
	int name_width;
	FILE *out;
	char said[PX_EVIDENCE_MAX]; /* of the ring before: what holds for many is said once */
};

/* --- a line ----------------------------------------------------------------------------- */

static int name_width(const struct px_rings *rings)
{
	char name[NAME_MAX];
	size_t width = NAME_LEAST;

	for (size_t i = 0; i < rings->device_count; i++) {
		const struct px_ring_device *device = &rings->devices[i];

		width = px_max(width, strlen(device->name));
		for (size_t j = 0; j < device->ring_count; j++)
			width = px_max(width, strlen(px_ring_name(device, &device->rings[j],
								  name, sizeof(name))));
	}
	return (int)width;
}

static const char *colour_of(enum px_health health)
{
	switch (health) {
	case PX_HEALTH_FAULT:
		return "\033[1;31m";
	case PX_HEALTH_UNKNOWN:
	case PX_HEALTH_WAITS:
		return "\033[33m";
	default:
		return "\033[32m";
	}
}

/* Idle and moving say all; of the others it matters why. */
static void print_verdict(const struct table *table, const struct px_verdicts *verdicts)
{
	const struct px_rule *rule = verdicts->verdicts[0].rule;
	FILE *out = table->out;

	if (table->style->colour)
		fputs(colour_of(verdicts->health), out);
	fputs(px_health_name(verdicts->health), out);
	if (rule && verdicts->health >= PX_HEALTH_WAITS)
		fprintf(out, ": %s (%s)", rule->name, rule->id);
	if (table->style->colour)
		fputs("\033[0m", out);
	putc('\n', out);
}

/* Of one index, per second; an index that went back or leapt has no rate. */
static void print_rate(const struct px_ring *ring, uint32_t from, uint32_t to, FILE *out)
{
	const struct px_ring_reading *first = &ring->readings[0];
	const struct px_ring_reading *last = &ring->readings[ring->reading_count - 1];
	double seconds = (double)(last->time_ns - first->time_ns) / 1e9;
	uint32_t count = px_ring_distance(from, to);

	if (ring->reading_count < 2 || !first->readable || seconds <= 0 || count > INT32_MAX)
		fprintf(out, "%9s", "-");
	else
		fprintf(out, "%9.*f", count / seconds < 100 ? 1 : 0, count / seconds);
}

static void print_numbers(const struct px_ring *ring, FILE *out)
{
	const struct px_ring_reading *first = &ring->readings[0];
	const struct px_ring_reading *last = first;
	bool stream = px_ring_is_stream(ring->kind);
	uint32_t in, in_before, done, done_before;
	char flight[32];

	if (ring->reading_count)
		last = &ring->readings[ring->reading_count - 1];
	if (!ring->reading_count || !last->readable) {
		fprintf(out, "  %11s %9s %9s %10s %10s  ", "-", "-", "-", "-", "-");
		return;
	}
	in = stream ? last->stream.prod : last->shared.req_prod;
	done = stream ? last->stream.cons : last->shared.rsp_prod;
	in_before = stream ? first->stream.prod : first->shared.req_prod;
	done_before = stream ? first->stream.cons : first->shared.rsp_prod;
	snprintf(flight, sizeof(flight), "%u/%u", px_ring_distance(done, in), ring->slots);
	fprintf(out, "  %11s ", flight);
	print_rate(ring, in_before, in, out);
	putc(' ', out);
	print_rate(ring, done_before, done, out);
	fprintf(out, " %10u %10u  ", in, done);
}

/* --- what is to be said of it ----------------------------------------------------------- */

/* One word; others may have chosen it. */
static void print_word(const char *word, size_t length, FILE *out)
{
	char copy[PX_EVIDENCE_MAX];

	snprintf(copy, sizeof(copy), "%.*s", (int)px_min(length, sizeof(copy) - 1), word);
	px_plain_print(copy, out);
}

/* After column on a line; lines that follow begin at INDENT. */
static void print_words(const char *text, size_t column, FILE *out)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		if (column > INDENT && column + 1 + length > LINE_MAX_WIDTH) {
			fprintf(out, "\n%*s", INDENT, "");
			column = INDENT;
		} else if (column > INDENT) {
			putc(' ', out);
			column++;
		}
		print_word(text, length, out);
		column += length;
		text += length;
		text += strspn(text, " ");
	}
	putc('\n', out);
}

static void print_point(const char *label, const char *text, FILE *out)
{
	fprintf(out, "    %-*s ", INDENT - 5, label);
	print_words(text, INDENT, out);
}

static void print_faulty(const struct px_verdict *verdict, FILE *out)
{
	const struct px_rule *rule = verdict->rule;

	if (rule->meaning)
		print_point("means", rule->meaning, out);
	print_point("seen", verdict->evidence.text, out);
	if (rule->actor != PX_ACTOR_NOBODY)
		print_point("must act", px_actor_name(rule->actor), out);
	if (rule->advice)
		print_point("try", rule->advice, out);
}

static void print_further(const struct px_verdict *verdict, FILE *out)
{
	char text[PX_EVIDENCE_MAX + 128];

	snprintf(text, sizeof(text), "%s: %s (%s): %s", px_health_name(verdict->rule->health),
		 verdict->rule->name, verdict->rule->id, verdict->evidence.text);
	print_point("also", text, out);
}

static void print_missing(const struct px_ring *ring, unsigned int missing, FILE *out)
{
	char text[PX_EVIDENCE_MAX];

	for (size_t source = 0; source < PX_RING_SOURCES; source++) {
		if (!(missing & 1u << source))
			continue;
		snprintf(text, sizeof(text), "%s%s%s", px_ring_source_name(source),
			 ring->lacks[source] ? ": " : "",
			 ring->lacks[source] ? ring->lacks[source] : "");
		print_point("not known", text, out);
	}
}

/* Why it is as it is, unless the ring above was so for the same reason. */
static void print_reason(struct table *table, const struct px_verdict *verdict)
{
	if (strcmp(table->said, verdict->evidence.text) != 0)
		print_point("seen", verdict->evidence.text, table->out);
	memcpy(table->said, verdict->evidence.text, sizeof(table->said));
}

static void print_judgement(struct table *table, const struct px_ring *ring,
			    const struct px_verdicts *verdicts)
{
	if (verdicts->health == PX_HEALTH_FAULT)
		print_faulty(&verdicts->verdicts[0], table->out);
	else if (verdicts->health >= PX_HEALTH_WAITS || table->style->verbose)
		print_reason(table, &verdicts->verdicts[0]);
	for (size_t i = 1; i < verdicts->count; i++)
		print_further(&verdicts->verdicts[i], table->out);
	/* Verbose: what lacks is said with all that is there. */
	if (ring && verdicts->health == PX_HEALTH_UNKNOWN && !table->style->verbose)
		print_missing(ring, verdicts->missing, table->out);
}

/* --- all -------------------------------------------------------------------------------- */

static void print_ring(struct table *table, const struct px_ring_device *device,
		       const struct px_ring *ring)
{
	struct px_verdicts verdicts = {0};
	char name[NAME_MAX];

	px_verdicts_of_ring(table->rings, device, ring, &verdicts);
	fprintf(table->out, "%-*s", table->name_width,
		px_ring_name(device, ring, name, sizeof(name)));
	print_numbers(ring, table->out);
	print_verdict(table, &verdicts);
	print_judgement(table, ring, &verdicts);
	if (table->style->verbose)
		px_rings_text_ring(ring, table->out);
	if (table->style->slots)
		px_rings_text_slots(ring, table->out);
}

/* A line of its own only where there is something that no ring's line says. */
static void print_device(struct table *table, const struct px_ring_device *device)
{
	struct px_verdicts verdicts = {0};
	FILE *out = table->out;

	px_verdicts_of_device(table->rings, device, &verdicts);
	if (verdicts.count) {
		fprintf(out, "%-*s  %11s %9s %9s %10s %10s  ", table->name_width, device->name,
			"", "", "", "", "");
		print_verdict(table, &verdicts);
		print_judgement(table, NULL, &verdicts);
	} else if (device->problem || table->style->verbose) {
		fprintf(out, "%s\n", device->name);
	}
	if (device->gone)
		print_point("note", "it disappeared while it was looked at", out);
	if (device->problem)
		print_point("note", device->problem, out);
	if (device->rings_left_out)
		fprintf(out, "    %-9s %zu of its rings are not shown\n", "note",
			device->rings_left_out);
	if (table->style->verbose)
		px_rings_text_device(table->rings, device, out);
	for (size_t i = 0; i < device->ring_count; i++)
		print_ring(table, device, &device->rings[i]);
}

static void print_heading(const struct px_rings *rings, FILE *out)
{
	const struct px_domain *domain = &rings->domain;

	if (*domain->name) {
		px_plain_print(domain->name, out);
		fprintf(out, " (domain %u, %s%s)\n", domain->id,
			px_guest_type_name(domain->type), domain->paused ? ", paused" : "");
	} else {
		fprintf(out, "domain %u (%s%s)\n", domain->id, px_guest_type_name(domain->type),
			domain->paused ? ", paused" : "");
	}
}

void px_rings_text(const struct px_rings *rings, const struct px_rings_style *style, FILE *out)
{
	struct table table = {
		.rings = rings, .style = style, .name_width = name_width(rings), .out = out};

	print_heading(rings, out);
	if (rings->device_count == 0)
		fputs("no rings\n", out);
	else
		fprintf(out, "%-*s  %11s %9s %9s %10s %10s  %s\n", table.name_width, "RING",
			"IN FLIGHT", "REQ/S", "RSP/S", "REQUESTS", "RESPONSES", "VERDICT");
	for (size_t i = 0; i < rings->device_count; i++)
		print_device(&table, &rings->devices[i]);
	if (rings->devices_left_out)
		fprintf(out, "%zu devices are not shown\n", rings->devices_left_out);
	if (style->verbose)
		px_rings_text_cost(rings, out);
}
