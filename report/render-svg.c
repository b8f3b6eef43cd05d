/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flame graph as SVG: a plain picture wherever SVG is shown, and with hover details, zoom and
 * search where its script may run. The script (html/svg.js) reads everything that it needs
 * from the picture itself.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/memory.h"
#include "report/assets.h"
#include "report/flame.h"
#include "report/palette.h"
#include "report/render.h"
#include "lib/text.h"

/* Pixels. */
enum {
	MARGIN = 10,
	ROW = 17,
	BAR = 16, /* the box in a row; the rest is the gap */
	TITLE_HEIGHT = 62,
	FOOT_HEIGHT = 34,
	CONTROLS = 130, /* beside the title */
};

/* A monospaced glyph is 0.6 em wide, so that text is clipped the same everywhere. */
static const double glyph_width = 7.2;
static const double title_glyph_width = 10; /* about: it is proportional */
static const double text_padding = 3;
static const double min_width_px = 0.1;

struct picture {
	const struct px_report *report;
	const struct px_render_options *options;
	const struct px_event *event;
	const struct px_flame *flame;
	FILE *out;
	double width, height;
};

static double scale(const struct picture *p, uint64_t units)
{
	return (double)units / (double)p->flame->boxes[0].width * (p->width - 2 * MARGIN);
}

static double row_top(const struct picture *p, uint32_t depth)
{
	if (p->options->inverted)
		return TITLE_HEIGHT + (double)depth * ROW;
	return p->height - FOOT_HEIGHT - (double)(depth + 1) * ROW;
}

/* How many bytes of UTF-8 text are its first `characters`. */
static size_t bytes_of_characters(const char *text, size_t characters)
{
	size_t i = 0;

	for (; text[i]; i++)
		if (((uint8_t)text[i] & 0xc0) != 0x80 && characters-- == 0)
			break;
	return i;
}

/* As much of a label as has room in characters, nothing below three. */
static void print_label(const char *label, double room, FILE *out)
{
	px_cleanup(px_freep) char *clipped = NULL;

	if (room < 3)
		return;
	if (bytes_of_characters(label, (size_t)room) == strlen(label)) {
		px_text_xml(label, out);
		return;
	}
	clipped = strndup(label, bytes_of_characters(label, (size_t)room - 2));
	if (clipped)
		px_text_xml(clipped, out);
	fputs("..", out);
}

/* "name (samples, time, share)", then a line with the object: the script takes it apart. */
static void print_box_title(const struct picture *p, const struct px_flame_box *box)
{
	const struct px_profile *profile = p->report->profile;
	char samples[PX_TEXT_NUMBER], time[PX_TEXT_NUMBER];

	fputs("<title>", p->out);
	px_text_xml(px_profile_node_label(profile, box->node), p->out);
	fprintf(p->out, " (%s sample%s", px_text_count(box->samples, samples),
		box->samples == 1 ? "" : "s");
	if (p->event->nanoseconds)
		fprintf(p->out, ", %s", px_text_time(box->width, time));
	fprintf(p->out, ", %.2f%%)\n",
		100 * (double)box->width / (double)p->flame->boxes[0].width);
	px_text_xml(px_profile_node_dso(profile, box->node), p->out);
	fputs("</title>", p->out);
}

static void print_box(const struct picture *p, const struct px_flame_box *box)
{
	const struct px_profile *profile = p->report->profile;
	const char *label = px_profile_node_label(profile, box->node);
	double x = MARGIN + scale(p, box->left), width = scale(p, box->width);
	double y = row_top(p, box->depth);

	fputs("<g>", p->out);
	print_box_title(p, box);
	fprintf(p->out, "<rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%d\" rx=\"2\"", x,
		y, width, BAR);
	fprintf(p->out, " fill=\"#%06" PRIx32 "\"/><text x=\"%.2f\" y=\"%.0f\">",
		px_palette_colour(px_profile_node_kind(profile, box->node), label),
		x + text_padding, y + 12);
	print_label(label, (width - 2 * text_padding) / glyph_width, p->out);
	fputs("</text></g>\n", p->out);
}

static void print_head(const struct picture *p)
{
	fprintf(p->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"viewBox=\"0 0 %.0f %.0f\" data-margin=\"%d\" data-inverted=\"%d\">\n"
		"<style>\n",
		p->width, p->height, p->width, p->height, MARGIN, p->options->inverted);
	px_asset_write(&px_asset_svg_css, p->out);
	fputs("</style>\n<rect id=\"paper\" width=\"100%\" height=\"100%\"/>\n", p->out);
}

static void print_subtitle(const struct picture *p)
{
	const struct px_profile *profile = p->report->profile;
	char samples[PX_TEXT_NUMBER], time[PX_TEXT_NUMBER];

	fprintf(p->out, "<text id=\"subtitle\" x=\"%.0f\" y=\"44\">", p->width / 2);
	px_text_xml(profile->strings.text[p->event->name], p->out);
	fprintf(p->out, ": %s samples", px_text_count(p->event->samples, samples));
	if (p->event->nanoseconds)
		fprintf(p->out, ", %s", px_text_time(p->event->period, time));
	fputs("</text>\n", p->out);
}

static void print_controls(const struct picture *p)
{
	fprintf(p->out, "<text id=\"title\" x=\"%.0f\" y=\"26\">", p->width / 2);
	print_label(p->options->title, (p->width - 2 * CONTROLS) / title_glyph_width, p->out);
	fputs("</text>\n", p->out);
	print_subtitle(p);
	/* They do nothing, and so are hidden, until the script has come to life. */
	fprintf(p->out,
		"<g id=\"controls\" visibility=\"hidden\">\n"
		"<text id=\"reset\" class=\"button\" x=\"%d\" y=\"26\">Reset zoom</text>\n"
		"<text id=\"case\" class=\"button\" x=\"%.0f\" y=\"26\">aA</text>\n"
		"<text id=\"search\" class=\"button\" x=\"%.0f\" y=\"26\">Search</text>\n"
		"</g>\n"
		"<text id=\"details\" x=\"%d\" y=\"%.0f\"> </text>\n"
		"<text id=\"matched\" x=\"%.0f\" y=\"%.0f\"> </text>\n",
		MARGIN, p->width - MARGIN, p->width - MARGIN - 30, MARGIN, p->height - 12,
		p->width - MARGIN, p->height - 12);
}

static void print_picture(const struct picture *p)
{
	print_head(p);
	print_controls(p);
	fputs("<g id=\"frames\">\n", p->out);
	for (size_t i = 0; i < p->flame->count; i++)
		print_box(p, &p->flame->boxes[i]);
	fputs("</g>\n<script><![CDATA[\n", p->out);
	px_asset_write(&px_asset_svg_js, p->out);
	fputs("]]></script>\n</svg>\n", p->out);
}

static struct px_error *render(const struct px_report *report,
			       const struct px_render_options *options, FILE *out)
{
	const struct px_profile *profile = report->profile;
	uint32_t event = px_render_event(options);
	static const struct px_event no_event = {0};
	struct px_flame flame = {0};
	struct picture p = {
		.report = report,
		.options = options,
		.event = event < profile->event_count ? &profile->events[event] : &no_event,
		.flame = &flame,
		.out = out,
		.width = options->width,
	};
	struct px_error *err = px_flame_init(&flame, profile, event,
					     min_width_px / (options->width - 2.0 * MARGIN));

	if (err)
		return err;
	p.height = TITLE_HEIGHT + FOOT_HEIGHT + (double)(flame.depth + 1) * ROW;
	print_picture(&p);
	px_flame_fini(&flame);
	return NULL;
}

const struct px_renderer px_render_svg = {.name = "svg", .render = render};
