/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf xen doctor: what is wrong with a domain that does not move, and who must act. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/json.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/privileges.h"
#include "lib/text.h"
#include "ringtrace/commands.h"
#include "ringtrace/doctor-take.h"
#include "ringtrace/doctor-view.h"

struct doctor_options {
	struct px_target_options target;
	double interval; /* seconds */
	bool tasks;
	bool json, verbose;
	const char *html;
};

static const struct px_option option_table[] = {
	PX_TARGET_OPTION(struct doctor_options),
	{PX_OPT_SECONDS, 0, "interval", "TIME", "between the two looks (1s)",
	 PX_OPTION_AT(struct doctor_options, interval), .min = 0.01, .max = 3600},
	{PX_OPT_FLAG, 0, "tasks", NULL, "look at tasks that wait; --no-tasks: do not",
	 PX_OPTION_AT(struct doctor_options, tasks)},
	{PX_OPT_STRING, 0, "html", "FILE", "the same as one HTML page as well",
	 PX_OPTION_AT(struct doctor_options, html)},
	{PX_OPT_FLAG, 0, "json", NULL, "for programs",
	 PX_OPTION_AT(struct doctor_options, json)},
	{PX_OPT_FLAG, 'v', "verbose", NULL, "both looks, and all that is known of rings",
	 PX_OPTION_AT(struct doctor_options, verbose)},
	{PX_OPT_END},
};

static struct px_error *parse(int argc, char **argv, struct doctor_options *options,
			      bool *help_ret)
{
	struct px_arguments arguments = {0};
	struct px_error *err =
		px_options_parse(option_table, argc, argv, options, &arguments, help_ret);

	if (err || *help_ret)
		return err;
	if (arguments.command)
		return px_error_new(PX_ERR_USAGE, "doctor runs no command");
	if (options->verbose)
		px_log_set_level(PX_LOG_VERBOSE);
	return px_target_take_argument(&options->target, &arguments);
}

/* --- looking --------------------------------------------------------------------------------
 */

/* A domain that is being destroyed cannot be opened; that is all there is to say of it. */
static struct px_error *find_dying(const char *name_or_id, struct px_doctor_report *ret,
				   bool *found_ret)
{
	struct px_domain *domains px_cleanup(px_freep) = NULL;
	size_t count = 0;
	struct px_error *err = px_guest_list_xen(&domains, &count);
	char id[16];

	for (size_t i = 0; !err && i < count; i++) {
		snprintf(id, sizeof(id), "%u", domains[i].id);
		if (!domains[i].dying ||
		    (strcmp(name_or_id, id) != 0 && strcmp(name_or_id, domains[i].name) != 0))
			continue;
		*ret = (struct px_doctor_report){.domain = domains[i],
						 .rings.domain = domains[i]};
		*found_ret = true;
	}
	return err;
}

static struct px_error *open_and_look(const struct doctor_options *options,
				      struct px_target *target, struct px_ring_sources *sources,
				      struct px_doctor_report *ret)
{
	struct px_doctor_options how = {
		.interval_ns = (uint64_t)(options->interval * 1e9),
		.no_tasks = !options->tasks,
	};
	struct px_error *err = px_ring_sources_open(sources, &options->target, target);
	bool dying = false;

	if (err && err->code == PX_ERR_DOMAIN_GONE) {
		px_error_free(find_dying(options->target.name_or_id, ret, &dying));
		if (!dying)
			return err;
		px_error_free(err);
		return NULL;
	}
	return err ? err : px_doctor_take(target, sources, &how, ret);
}

static struct px_error *look(const struct doctor_options *options, struct px_doctor_report *ret)
{
	struct px_target target = {0};
	struct px_ring_sources sources = {0};
	struct px_error *err = open_and_look(options, &target, &sources, ret);

	px_ring_sources_close(&sources);
	px_target_close(&target);
	return err;
}

/* --- showing --------------------------------------------------------------------------------
 */

/* The folder may be another user's. Once it is open, the rest of what px_target_open left goes.
 */
static struct px_error *open_html(const char *path, FILE **ret)
{
	struct px_error *err = px_capabilities_raise();

	if (err)
		return err;
	*ret = fopen(path, "we");
	if (!*ret)
		return px_error_system(errno, "%s", path);
	return px_confine(&(struct px_confinement){0});
}

static struct px_error *write_html(const char *path, const struct px_doctor_report *report,
				   const struct px_conclusion *conclusion)
{
	FILE *file px_cleanup(px_fclosep) = NULL;
	struct px_error *err = open_html(path, &file);

	if (err)
		return err;
	px_doctor_html(report, conclusion, file);
	return fflush(file) || ferror(file) ? px_error_system(errno, "%s", path) : NULL;
}

static struct px_error *show(const struct doctor_options *options,
			     const struct px_doctor_report *report,
			     const struct px_conclusion *conclusion)
{
	struct px_doctor_style style = {
		.verbose = options->verbose,
		.colour = px_text_has_colour(stdout),
	};
	struct px_error *err = NULL;
	json_t *value;

	if (options->html)
		err = write_html(options->html, report, conclusion);
	if (err)
		return err;
	if (!options->json) {
		px_doctor_text(report, conclusion, &style, stdout);
		return NULL;
	}
	value = px_doctor_json(report, conclusion);
	return px_json_print(value, value != NULL);
}

static int status_of(const struct px_conclusion *conclusion)
{
	switch (conclusion->health) {
	case PX_HEALTH_FAULT:
		return PX_EXIT_FAULT;
	case PX_HEALTH_UNKNOWN:
		return PX_EXIT_INCOMPLETE;
	default:
		return PX_EXIT_COMPLETE;
	}
}

static struct px_error *look_and_show(const struct doctor_options *options, int *status_ret)
{
	struct px_doctor_report report px_cleanup(px_doctor_report_fini) = {0};
	struct px_conclusion conclusion px_cleanup(px_conclusion_fini) = {0};
	struct px_error *err = look(options, &report);

	if (!err)
		err = px_conclude(&report, &conclusion);
	if (err)
		return err;
	*status_ret = status_of(&conclusion);
	return show(options, &report, &conclusion);
}

static struct px_error *run(int argc, char **argv, bool *help_ret, int *status_ret)
{
	struct doctor_options options = {.interval = 1, .tasks = true};
	struct px_error *err = parse(argc, argv, &options, help_ret);

	if (err || *help_ret)
		return err;
	options.target.confinement.output = options.html;
	return look_and_show(&options, status_ret);
}

const struct px_command px_command_doctor = {
	.name = "doctor",
	.usage = "[OPTIONS] DOM",
	.summary = "why a domain does not move, and who must act",
	.options = option_table,
	.run = run,
};
