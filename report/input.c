/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Defaults and opening of what a report reads. */
#include "report/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

/* As perf finds it: PERF_BUILDID_DIR, else .debug at home. Owned by the caller. */
static char *cache_folder(void)
{
	const char *folder = getenv("PERF_BUILDID_DIR"), *home = getenv("HOME");
	char *path = NULL;

	if (folder && *folder)
		return strdup(folder);
	if (home && *home && asprintf(&path, "%s/.debug", home) >= 0)
		return path;
	return NULL;
}

void px_input_init(struct px_input *input)
{
	*input = (struct px_input){
		.path = "perf.data",
		.dso = {.cache = cache_folder(), .debug = "/usr/lib/debug"},
		.demangle = true,
	};
}

void px_input_fini(struct px_input *input)
{
	free((char *)input->dso.cache);
	input->dso.cache = NULL;
}

struct px_error *px_input_open(struct px_input *input, struct px_session **ret)
{
	struct px_error *err = px_filter_check(&input->build.filter);

	if (err)
		return err;
	if (input->quiet)
		px_log_set_level(PX_LOG_QUIET);
	else if (input->verbose)
		px_log_set_level(PX_LOG_VERBOSE);
	input->dso.no_demangle = !input->demangle;
	err = px_session_open(input->path, &input->dso, ret);
	return px_error_prefix(err, "%s", input->path);
}
