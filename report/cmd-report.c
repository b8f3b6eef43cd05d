/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf xen report: a perf.data file as a table, folded stacks, a picture or a page. */
#include "report/cmd-report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"
#include "report/input.h"
#include "report/render.h"

/* A format is an entry here, one in `renderers` and an option. */
enum format {
	FORMAT_STDIO,
	FORMAT_FOLDED,
	FORMAT_SVG,
	FORMAT_HTML,
	FORMATS,
};

static const struct px_renderer *const renderers[FORMATS] = {
	[FORMAT_STDIO] = &px_render_stdio,
	[FORMAT_FOLDED] = &px_render_folded,
	[FORMAT_SVG] = &px_render_svg,
	[FORMAT_HTML] = &px_render_html,
};

struct report_options {
	struct px_input input;
	struct px_render_options render;
	bool format[FORMATS];
	const char *output;
	const char *title;
	bool children;
};

static struct px_error *parse_sort(const char *value, void *member)
{
	static const struct {
		const char *name;
		unsigned int key;
	} keys[] = {{"comm", PX_SORT_COMM},	{"dso", PX_SORT_DSO}, {"sym", PX_SORT_SYMBOL},
		    {"symbol", PX_SORT_SYMBOL}, {"cpu", PX_SORT_CPU}, {"tid", PX_SORT_TID}};
	unsigned int *sort = member;
	unsigned int wanted = 0;

	for (const char *p = value; *p;) {
		size_t length = strcspn(p, ","), i = 0;

		while (i < px_array_size(keys) &&
		       (strlen(keys[i].name) != length || strncmp(keys[i].name, p, length)))
			i++;
		if (i == px_array_size(keys))
			return px_error_new(PX_ERR_USAGE,
					    "\"%.*s\" is none of: comm, dso, sym, cpu, tid",
					    (int)length, p);
		wanted |= keys[i].key;
		p += length + (p[length] == ',');
	}
	if (!wanted)
		return px_error_new(PX_ERR_USAGE, "a key is missing");
	*sort = wanted;
	return NULL;
}

static struct px_error *parse_percent(const char *value, void *member)
{
	char *end;
	double percent = strtod(value, &end);

	if (end == value || (*end && strcmp(end, "%")) || !(percent >= 0 && percent <= 100))
		return px_error_new(PX_ERR_USAGE, "\"%s\" is no percentage", value);
	*(double *)member = percent;
	return NULL;
}

static const char *const call_graphs[] = {"none", "caller", "callee", NULL};

#define AT(member) PX_OPTION_AT(struct report_options, member)

static const struct px_option table[] = {
	{PX_OPT_GROUP, .help = "format"},
	{PX_OPT_FLAG, 0, "stdio", NULL, "a table (default)", AT(format[FORMAT_STDIO])},
	{PX_OPT_FLAG, 0, "html", NULL, "one page with everything, for a browser",
	 AT(format[FORMAT_HTML])},
	{PX_OPT_FLAG, 0, "svg", NULL, "a flame graph", AT(format[FORMAT_SVG])},
	{PX_OPT_FLAG, 0, "folded", NULL, "folded stacks, as stackcollapse-perf.pl makes them",
	 AT(format[FORMAT_FOLDED])},
	{PX_OPT_STRING, 'o', "output", "FILE", "write to FILE (standard output)", AT(output)},
	{PX_OPT_GROUP, .help = "table"},
	{PX_OPT_CALL, 's', "sort", "KEYS", "of comm, dso, sym, cpu, tid (comm,dso,sym)",
	 AT(render.sort), .parse = parse_sort},
	{PX_OPT_FLAG, 0, "children", NULL,
	 "count what functions call as theirs (default); --no-children", AT(children)},
	{PX_OPT_FLAG, 'n', "show-nr-samples", NULL, "a column with the number of samples",
	 AT(render.show_samples)},
	{PX_OPT_CHOICE, 'g', "call-graph", "HOW",
	 "caller: what each line calls; callee: who called it; none", AT(render.call_graph),
	 .choices = call_graphs},
	{PX_OPT_CALL, 0, "percent-limit", "PERCENT", "leave out lines below PERCENT",
	 AT(render.percent_limit), .parse = parse_percent},
	{PX_OPT_GROUP, .help = "pictures and pages"},
	{PX_OPT_STRING, 0, "title", "TEXT", "the title (the command that recorded)", AT(title)},
	{PX_OPT_FLAG, 0, "inverted", NULL, "an icicle: roots on top", AT(render.inverted)},
	{PX_OPT_COUNT, 0, "width", "PIXELS", "width of an SVG (1200)", AT(render.width),
	 .min = 300, .max = 20000},
	{PX_OPT_GROUP, .help = "folded stacks"},
	{PX_OPT_FLAG, 0, "kernel", NULL, "put _[k] behind names of the kernel",
	 AT(render.mark_kernel)},
	PX_INPUT_OPTIONS(struct report_options, input),
	{PX_OPT_END},
};

static struct px_error *choose_format(const struct report_options *options,
				      const struct px_renderer **ret)
{
	const struct px_renderer *chosen = NULL;

	for (size_t i = 0; i < FORMATS; i++) {
		if (!options->format[i])
			continue;
		if (chosen)
			return px_error_new(PX_ERR_USAGE, "--%s and --%s are two formats",
					    chosen->name, renderers[i]->name);
		chosen = renderers[i];
	}
	*ret = chosen ? chosen : renderers[FORMAT_STDIO];
	return NULL;
}

static struct px_error *parse(int argc, char **argv, struct report_options *options,
			      const struct px_renderer **renderer_ret, bool *help_ret)
{
	struct px_arguments arguments = {0};
	struct px_error *err =
		px_options_parse(table, argc, argv, options, &arguments, help_ret);

	if (err || *help_ret)
		return err;
	if (arguments.argc > 1)
		return px_error_new(PX_ERR_USAGE, "more than one file");
	if (arguments.argc)
		options->input.path = arguments.argv[0];
	options->render.no_children = !options->children;
	options->render.event = PX_ID_NONE;
	return choose_format(options, renderer_ret);
}

/* "perf xen record web" from the header's arguments; the file's name without them. */
static struct px_error *default_title(const struct px_session *session, const char *path,
				      char **ret)
{
	const struct px_perf_header_info *info =
		px_perf_reader_info(px_session_reader(session));
	char title[100] = "";
	size_t length = 0;

	for (size_t i = 0; i < info->argc && length < sizeof(title); i++) {
		const char *slash = i ? NULL : strrchr(info->argv[i], '/');

		length += (size_t)snprintf(title + length, sizeof(title) - length, "%s%s",
					   i ? " " : "", slash ? slash + 1 : info->argv[i]);
	}
	if (length >= sizeof(title))
		memcpy(title + sizeof(title) - 4, "...", 4);
	return px_strdup(length ? title : path, ret);
}

static struct px_error *work(struct report_options *options, struct px_profile *profile,
			     struct px_trust *trust, char **title_ret)
{
	px_cleanup(px_session_closep) struct px_session *session = NULL;
	struct px_error *err = px_input_open(&options->input, &session);

	if (err)
		return err;
	err = default_title(session, options->input.path, title_ret);
	if (err)
		return err;
	return px_build_profile(session, &options->input.build, profile, trust);
}

/* Opened before anything is read, see px_input_open, and emptied only when there is something
 * to put into it. */
static struct px_error *open_output(const char *path, FILE **ret)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file) {
		struct px_error *err = px_error_system(errno, "%s", path);

		px_closep(&fd);
		return err;
	}
	*ret = file;
	return NULL;
}

static struct px_error *print(const struct px_report *report,
			      const struct report_options *options,
			      const struct px_renderer *renderer, FILE *file)
{
	struct stat status;
	struct px_error *err;

	if (file && fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
	    ftruncate(fileno(file), 0) != 0)
		return px_error_system(errno, "%s", options->output);
	err = renderer->render(report, &options->render, file ? file : stdout);
	if (!err && file && (fflush(file) || ferror(file)))
		err = px_error_system(errno, "%s", options->output);
	return err;
}

static struct px_error *report_to(struct report_options *options,
				  const struct px_renderer *renderer, FILE *file,
				  int *status_ret)
{
	struct px_profile *profile;
	struct px_trust trust = {0};
	struct px_report report = {.trust = &trust};
	px_cleanup(px_freep) char *title = NULL;
	struct px_error *err = px_profile_new(&profile);

	if (err)
		return err;
	err = work(options, profile, &trust, &title);
	if (!err) {
		report.profile = profile;
		options->render.title = options->title ? options->title : title;
		err = print(&report, options, renderer, file);
	}
	if (!err)
		*status_ret = px_input_judge(&options->input, trust.cut, trust.malformed);
	px_profile_free(profile);
	px_trust_fini(&trust);
	return err;
}

static struct px_error *report_run(struct report_options *options,
				   const struct px_renderer *renderer, int *status_ret)
{
	px_cleanup(px_fclosep) FILE *file = NULL;
	struct px_error *err = px_input_prepare(&options->input);

	if (!err && options->output)
		err = open_output(options->output, &file);
	return err ? err : report_to(options, renderer, file, status_ret);
}

static struct px_error *run(int argc, char **argv, bool *help_ret, int *status_ret)
{
	struct report_options options = {
		.render = {.width = 1200, .sort = PX_SORT_COMM | PX_SORT_DSO | PX_SORT_SYMBOL},
		.children = true,
	};
	const struct px_renderer *renderer = NULL;
	struct px_error *err;

	px_input_init(&options.input);
	err = parse(argc, argv, &options, &renderer, help_ret);
	if (!err && !*help_ret)
		err = report_run(&options, renderer, status_ret);
	px_input_fini(&options.input);
	return err;
}

const struct px_command px_command_report = {
	.name = "report",
	.usage = "[OPTIONS] [FILE]",
	.summary = "show where the time of a perf.data file went",
	.options = table,
	.run = run,
};
