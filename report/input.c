/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Defaults and opening of what a report reads. */
#include "report/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buildid-cache.h"
#include "lib/log.h"
#include "lib/privileges.h"

void px_input_init(struct px_input *input)
{
	*input = (struct px_input){
		.path = "perf.data",
		.dso = {.debug = "/usr/lib/debug"},
		.demangle = true,
	};
}

void px_input_fini(struct px_input *input)
{
	px_debuginfod_stop(input->dso.debuginfod);
	input->dso.debuginfod = NULL;
	free(input->cache);
	input->cache = NULL;
}

/* Without a home there is no cache to look into, which is no reason not to report. */
static void find_cache(struct px_input *input)
{
	struct px_error *err = px_buildid_cache_folder(&input->cache);

	px_error_free(err);
	input->dso.cache = err ? NULL : input->cache;
}

struct px_error *px_input_prepare(struct px_input *input)
{
	struct px_error *err = px_filter_check(&input->build.filter);

	if (!err && strcmp(input->path, "-") != 0 && access(input->path, R_OK) != 0)
		err = px_error_system(errno, "cannot open %s", input->path);
	if (!err && input->debuginfod)
		err = px_debuginfod_start(&input->dso.debuginfod);
	return err;
}

struct px_error *px_input_open(struct px_input *input, struct px_session **ret)
{
	static const struct px_privileges keep = {.duty = PX_DUTY_REPORT};
	struct px_error *err = px_privileges_drop(&keep);

	if (err)
		return err;
	if (input->quiet)
		px_log_set_level(PX_LOG_QUIET);
	else if (input->verbose)
		px_log_set_level(PX_LOG_VERBOSE);
	input->dso.no_demangle = !input->demangle;
	find_cache(input);
	err = px_session_open(input->path, &input->dso, ret);
	return px_error_prefix(err, "%s", input->path);
}

int px_input_judge(const struct px_input *input, bool cut, uint64_t malformed)
{
	if (cut)
		px_warn("%s ends in the middle of the recording", input->path);
	if (malformed)
		px_warn("%s: %" PRIu64 " records could not be read", input->path, malformed);
	return cut || malformed ? PX_EXIT_INCOMPLETE : PX_EXIT_COMPLETE;
}
