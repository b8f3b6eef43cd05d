/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table for terminals and text files, in the shape of `perf report --stdio`: lines that start
 * with '#' say what it is about and how far to trust it, then one line for each key.
 */
#include <inttypes.h>
#include <string.h>

#include "report/call-graph.h"
#include "report/figures.h"
#include "report/render.h"
#include "lib/text.h"

struct table {
	const struct px_profile *profile;
	const struct px_render_options *options;
	uint32_t event;
	struct px_hist hist;
	size_t shown; /* lines that are not below the limit */
	FILE *out;
};

/* In this order, whatever the order in which they were asked for. */
static const struct column {
	const char *title;
	unsigned int key;
} columns[] = {
	{"CPU", PX_SORT_CPU},		{"Tid", PX_SORT_TID},	    {"Command", PX_SORT_COMM},
	{"Shared Object", PX_SORT_DSO}, {"Symbol", PX_SORT_SYMBOL},
};

enum {
	CELL = 256 /* bytes of a cell's text */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static char kind_letter(uint32_t kind)
{
	return kind == PX_NAME_KERNEL || kind == PX_NAME_MODULE ? 'k' : '.';
}

/* The text of a key's cell; buffer is for what has to be put together. */
static const char *cell(const struct table *t, unsigned int key,
			const struct px_hist_line *line, char buffer[static CELL])
{
	char *const *text = t->profile->strings.text;

	if (key == PX_SORT_COMM)
		return text[line->comm];
	if (key == PX_SORT_DSO)
		return base_name(text[line->dso]);
	if (key == PX_SORT_SYMBOL)
		snprintf(buffer, CELL, "[%c] %s", kind_letter(line->kind), text[line->symbol]);
	else if (key == PX_SORT_TID)
		snprintf(buffer, CELL, "%" PRId32, (int32_t)line->tid);
	else if (line->cpu == PX_ID_NONE)
		return "-";
	else
		snprintf(buffer, CELL, "%03" PRIu32, line->cpu);
	return buffer;
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100 * (double)part / (double)whole : 0;
}

static uint64_t main_period(const struct table *t, const struct px_hist_line *line)
{
	return t->options->no_children ? line->sum.self_period : line->sum.total_period;
}

static uint64_t main_samples(const struct table *t, const struct px_hist_line *line)
{
	return t->options->no_children ? line->sum.self_samples : line->sum.total_samples;
}

static size_t count_shown(const struct table *t)
{
	size_t shown = 0;

	while (shown < t->hist.count && main_samples(t, &t->hist.lines[shown]) &&
	       percent(main_period(t, &t->hist.lines[shown]), t->hist.period) >=
		       t->options->percent_limit)
		shown++;
	return shown;
}

/* As wide as the widest cell, and the last column as wide as it is. */
static int column_width(const struct table *t, size_t column)
{
	size_t width = strlen(columns[column].title);
	char buffer[CELL];

	for (size_t i = 0; i < t->shown; i++)
		width = px_max(width,
			       strlen(cell(t, columns[column].key, &t->hist.lines[i], buffer)));
	return (int)width;
}

/* A row that is being printed: blanks are owed until something follows them. */
struct row {
	FILE *out;
	int owed;
};

static void put_cell(struct row *row, const char *text, int width)
{
	fprintf(row->out, "%*s", row->owed, "");
	px_text_plain(text, row->out);
	row->owed = px_max(width - (int)strlen(text), 0) + 2;
}

static void put_percent(struct row *row, uint64_t part, uint64_t whole)
{
	char text[16];

	snprintf(text, sizeof(text), "%7.2f%%", percent(part, whole));
	put_cell(row, text, 8);
}

static void print_line(const struct table *t, const struct px_hist_line *line,
		       const int widths[static px_array_size(columns)])
{
	struct row row = {.out = t->out, .owed = 2};
	char buffer[CELL];

	if (!t->options->no_children)
		put_percent(&row, line->sum.total_period, t->hist.period);
	put_percent(&row, line->sum.self_period, t->hist.period);
	if (t->options->show_samples) {
		snprintf(buffer, sizeof(buffer), "%10" PRIu64, main_samples(t, line));
		put_cell(&row, buffer, 10);
	}
	for (size_t i = 0; i < px_array_size(columns); i++)
		if (t->options->sort & columns[i].key)
			put_cell(&row, cell(t, columns[i].key, line, buffer), widths[i]);
	fputc('\n', t->out);
}

static void print_titles(const struct table *t, const int widths[static px_array_size(columns)])
{
	struct row row = {.out = t->out, .owed = 1};

	fputc('#', t->out);
	if (!t->options->no_children)
		put_cell(&row, "Children", 8);
	put_cell(&row, t->options->no_children ? "Overhead" : "    Self", 8);
	if (t->options->show_samples)
		put_cell(&row, "   Samples", 10);
	for (size_t i = 0; i < px_array_size(columns); i++)
		if (t->options->sort & columns[i].key)
			put_cell(&row, columns[i].title, widths[i]);
	fputs("\n#\n", t->out);
}

static struct px_error *print_lines(const struct table *t)
{
	struct px_call_graph_options graph = {
		.event = t->event,
		.callers = t->options->call_graph == PX_CALL_GRAPH_CALLEE,
		.min_share = 0.005,
	};
	int widths[px_array_size(columns)] = {0};
	struct px_error *err = NULL;

	for (size_t i = 0; i < px_array_size(columns); i++)
		if (t->options->sort & columns[i].key)
			widths[i] = column_width(t, i);
	print_titles(t, widths);
	for (size_t i = 0; i < t->shown && !err; i++) {
		print_line(t, &t->hist.lines[i], widths);
		if (t->options->call_graph != PX_CALL_GRAPH_NONE)
			err = px_call_graph_print(t->profile, &t->hist.lines[i], &graph,
						  t->out);
	}
	return err;
}

static void print_event(const struct table *t)
{
	const struct px_event *event = &t->profile->events[t->event];
	char text[PX_TEXT_NUMBER];

	fputs("#\n# event: ", t->out);
	px_text_plain(t->profile->strings.text[event->name], t->out);
	fprintf(t->out, ", %s sample%s", px_text_count(event->samples, text),
		event->samples == 1 ? "" : "s");
	if (event->nanoseconds)
		fprintf(t->out, ", %s", px_text_time(event->period, text));
	else
		fprintf(t->out, ", %s counted", px_text_count(event->period, text));
	fputs("\n#\n", t->out);
}

static struct px_error *print_table(struct table *t)
{
	struct px_error *err = px_hist_init(&t->hist, t->profile, t->event, t->options->sort,
					    t->options->no_children);

	if (err)
		return err;
	t->shown = count_shown(t);
	print_event(t);
	err = print_lines(t);
	px_hist_fini(&t->hist);
	return err;
}

/* Where stacks end, most frequent first: one line. */
static void print_ends(const struct px_trust *trust, FILE *out)
{
	uint64_t below = UINT64_MAX;

	fputs("# stacks end:", out);
	for (const char *comma = ""; below; comma = ",") {
		uint64_t most = 0;

		for (unsigned int i = 0; i < PX_END_REASONS; i++)
			if (trust->ends[i] < below)
				most = px_max(most, trust->ends[i]);
		for (unsigned int i = 0; i < PX_END_REASONS && most; i++)
			if (trust->ends[i] == most) {
				fprintf(out, "%s %s %.2f %%", comma, px_end_reason_name(i),
					percent(most, trust->walked));
				comma = ",";
			}
		below = most;
	}
	fputc('\n', out);
}

static void print_trust(const struct px_trust *trust, FILE *out)
{
	struct px_figure figures[PX_FIGURES];
	size_t count = px_figures(trust, figures);

	for (size_t i = 0; i < count; i++) {
		fprintf(out, "# %s: ", figures[i].label);
		px_text_plain(figures[i].value, out);
		fputs(figures[i].mood == PX_MOOD_WARN ? "  (!)\n" : "\n", out);
	}
	if (trust->walked)
		print_ends(trust, out);
}

static struct px_error *render(const struct px_report *report,
			       const struct px_render_options *options, FILE *out)
{
	const struct px_profile *profile = report->profile;
	struct px_error *err = NULL;

	fputs("# ", out);
	px_text_plain(options->title, out);
	fputc('\n', out);
	print_trust(report->trust, out);
	for (uint32_t i = 0; i < profile->event_count && !err; i++) {
		struct table t = {
			.profile = profile, .options = options, .event = i, .out = out};

		if (options->event == PX_ID_NONE || options->event == i)
			err = print_table(&t);
	}
	return err;
}

const struct px_renderer px_render_stdio = {.name = "stdio", .render = render};
