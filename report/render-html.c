/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One HTML file that needs nothing else: style, script and the profile are inside. The profile
 * is JSON in a data block, written so that no text of it can end the block; the script shows
 * texts only as texts. What the JSON has is described where html/model.js reads it.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/memory.h"
#include "report/assets.h"
#include "report/figures.h"
#include "report/render.h"
#include "lib/text.h"
#include "report/tree.h"

/* --- the profile as JSON --------------------------------------------------------------------
 */

static void print_strings(const struct px_strings *strings, FILE *out)
{
	fputs("\"strings\":[", out);
	for (size_t i = 0; i < strings->count; i++) {
		fputs(i ? ",\n" : "", out);
		px_text_json(strings->text[i], out);
	}
	fputs("],\n", out);
}

static void print_names(const struct px_profile *profile, FILE *out)
{
	fputs("\"names\":[", out);
	for (size_t i = 0; i < profile->name_count; i++)
		fprintf(out, "%s%" PRIu32 ",%" PRIu32 ",%u", i ? "," : "",
			profile->names[i].label, profile->names[i].dso, profile->names[i].kind);
	fputs("],\n", out);
}

static void print_tasks(const struct px_profile *profile, FILE *out)
{
	fputs("\"tasks\":[", out);
	for (size_t i = 0; i < profile->task_count; i++)
		fprintf(out, "%s%" PRIu32 ",%" PRId32 ",%" PRId32, i ? "," : "",
			profile->tasks[i].comm, profile->tasks[i].pid, profile->tasks[i].tid);
	fputs("],\n", out);
}

static void print_lanes(const struct px_profile *profile, FILE *out)
{
	fputs("\"lanes\":[", out);
	for (size_t i = 0; i < profile->lane_count; i++) {
		const struct px_lane *lane = &profile->lanes[i];

		fprintf(out, "%s%" PRIu32 ",%" PRId64 ",%" PRIu32, i ? "," : "", lane->task,
			lane->cpu == PX_ID_NONE ? -1 : (int64_t)lane->cpu, lane->event);
	}
	fputs("],\n", out);
}

static void print_events(const struct px_profile *profile, FILE *out)
{
	fputs("\"events\":[", out);
	for (size_t i = 0; i < profile->event_count; i++) {
		fputs(i ? ",{\"name\":" : "{\"name\":", out);
		px_text_json(profile->strings.text[profile->events[i].name], out);
		fprintf(out, ",\"time\":%s}",
			profile->events[i].nanoseconds ? "true" : "false");
	}
	fputs("],\n", out);
}

/* Nodes in the order of the walk: with their depths that is the whole tree. */
struct nodes {
	const struct px_profile *profile;
	uint32_t *position; /* by node */
	uint32_t count;
	FILE *out;
};

static bool enter(void *context, uint32_t node, uint32_t depth)
{
	struct nodes *n = context;

	n->position[node] = n->count++;
	fprintf(n->out, ",%" PRIu32 ",%" PRIu32, depth + 1, n->profile->nodes[node].name);
	return true;
}

static void print_cells(const struct nodes *n)
{
	fputs("\"cells\":[", n->out);
	for (size_t i = 0; i < n->profile->cell_count; i++) {
		const struct px_cell *cell = &n->profile->cells[i];

		fprintf(n->out, "%s%" PRIu32 ",%" PRIu32 ",%" PRIu64 ",%" PRIu64, i ? "," : "",
			n->position[cell->node], cell->lane, cell->samples, cell->period);
	}
	fputs("],\n", n->out);
}

static struct px_error *print_nodes(const struct px_profile *profile, FILE *out)
{
	px_cleanup(px_tree_fini) struct px_tree tree = {0};
	struct nodes n = {.profile = profile, .count = 1, .out = out};
	struct px_error *err = px_tree_init(&tree, profile);

	if (!err)
		err = px_calloc(profile->node_count, sizeof(*n.position), &n.position);
	if (err)
		return err;
	fprintf(out, "\"nodes\":[0,%" PRIu32, profile->nodes[0].name);
	err = px_tree_walk(&tree, profile, enter, NULL, &n);
	fputs("],\n", out);
	if (!err)
		print_cells(&n);
	px_freep(&n.position);
	return err;
}

static void print_ends(const struct px_trust *trust, FILE *out)
{
	const char *comma = "";

	fputs("\"ends\":[", out);
	for (unsigned int i = 0; i < PX_END_REASONS; i++) {
		if (!trust->ends[i])
			continue;
		fprintf(out, "%s[", comma);
		px_text_json(px_end_reason_name(i), out);
		fprintf(out, ",%s,%" PRIu64 "]", px_end_reason_is_root(i) ? "true" : "false",
			trust->ends[i]);
		comma = ",";
	}
	fputs("],\n", out);
}

static void print_figures(const struct px_trust *trust, FILE *out)
{
	static const char *const moods[] = {"\"\"", "\"good\"", "\"warn\""};
	struct px_figure figures[PX_FIGURES];
	size_t count = px_figures(trust, figures);

	fputs("\"figures\":[", out);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ",\n[" : "[", out);
		px_text_json(figures[i].label, out);
		fputc(',', out);
		px_text_json(figures[i].value, out);
		fprintf(out, ",%s]", moods[figures[i].mood]);
	}
	fputs("],\n", out);
}

static void print_trust(const struct px_trust *trust, FILE *out)
{
	fprintf(out, "\"trust\":{\"walked\":%" PRIu64 ",\n", trust->walked);
	print_figures(trust, out);
	print_ends(trust, out);
	fputs("\"summary\":[", out);
	for (size_t i = 0; i < trust->pair_count; i++) {
		fputs(i ? ",\n[" : "[", out);
		px_text_json(trust->pairs[i].key, out);
		fputc(',', out);
		px_text_json(trust->pairs[i].value, out);
		fputc(']', out);
	}
	fputs("]}", out);
}

static struct px_error *print_data(const struct px_report *report,
				   const struct px_render_options *options, FILE *out)
{
	const struct px_profile *profile = report->profile;
	struct px_error *err;

	fputs("{\"title\":", out);
	px_text_json(options->title, out);
	fprintf(out, ",\n\"inverted\":%s,\"event\":%" PRIu32 ",\n",
		options->inverted ? "true" : "false", px_render_event(options));
	print_strings(&profile->strings, out);
	print_names(profile, out);
	print_tasks(profile, out);
	print_events(profile, out);
	print_lanes(profile, out);
	err = print_nodes(profile, out);
	if (err)
		return err;
	print_trust(report->trust, out);
	fputs("}\n", out);
	return NULL;
}

/* --- the page -------------------------------------------------------------------------------
 */

static struct px_error *print_part(const char *name, const struct px_report *report,
				   const struct px_render_options *options, FILE *out)
{
	if (!strcmp(name, "title")) {
		px_text_xml(options->title, out);
	} else if (!strcmp(name, "style")) {
		px_asset_write(&px_asset_style_css, out);
	} else if (!strcmp(name, "script")) {
		px_asset_write(&px_asset_model_js, out);
		px_asset_write(&px_asset_canvas_js, out);
		px_asset_write(&px_asset_app_js, out);
	} else {
		return print_data(report, options, out);
	}
	return NULL;
}

/* page.html has "{{name}}" where parts belong. */
static struct px_error *render(const struct px_report *report,
			       const struct px_render_options *options, FILE *out)
{
	const struct px_asset *page = &px_asset_page_html;
	static const char *const parts[] = {"title", "style", "data", "script"};
	const char *at = page->start;

	for (size_t i = 0; i < px_array_size(parts); i++) {
		const char *mark = memmem(at, (size_t)(page->end - at), "{{", 2);
		struct px_error *err;

		fwrite(at, 1, (size_t)(mark - at), out);
		err = print_part(parts[i], report, options, out);
		if (err)
			return err;
		at = mark + strlen(parts[i]) + strlen("{{}}");
	}
	fwrite(at, 1, (size_t)(page->end - at), out);
	return NULL;
}

const struct px_renderer px_render_html = {.name = "html", .render = render};
