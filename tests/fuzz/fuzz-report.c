/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: any bytes as a recording, through names and mappings to every format. */
#include <stdio.h>

#include "report/build.h"
#include "report/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drop(struct px_error *err)
{
	px_error_free(err);
}

static void render_all(const struct px_report *report, FILE *out)
{
	static const struct px_renderer *const renderers[] = {
		&px_render_stdio, &px_render_folded, &px_render_svg, &px_render_html};
	const struct px_render_options options = {
		.title = "fuzz",
		.width = 1200,
		.sort = PX_SORT_COMM | PX_SORT_DSO | PX_SORT_SYMBOL | PX_SORT_CPU,
		.call_graph = PX_CALL_GRAPH_CALLEE,
		.percent_limit = 20,
		.event = PX_ID_NONE,
	};

	for (size_t i = 0; i < px_array_size(renderers); i++)
		drop(renderers[i]->render(report, &options, out));
}

static void read_and_render(struct px_session *session, struct px_profile *profile, FILE *out)
{
	const struct px_build_options options = {.filter = {.time = "0,"}};
	struct px_trust trust = {0};
	struct px_error *err = px_build_profile(session, &options, profile, &trust);

	if (!err)
		render_all(&(struct px_report){.profile = profile, .trust = &trust}, out);
	drop(err);
	px_trust_fini(&trust);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No file that an input names is there. */
	const struct px_dso_options dso = {.symfs = "/proc/self/ns",
					   .jit_folder = "/nonexistent"};
	FILE *out = fopen("/dev/null", "we");
	struct px_session *session = NULL;
	struct px_profile *profile = NULL;
	struct px_error *err = px_session_new(px_bytes_of(data, size), &dso, &session);

	if (!err)
		err = px_profile_new(&profile);
	if (!err && out)
		read_and_render(session, profile, out);
	drop(err);
	px_profile_free(profile);
	px_session_close(session);
	if (out)
		fclose(out);
	return 0;
}
