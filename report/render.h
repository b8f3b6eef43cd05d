/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Report formats: one operation each, chosen by name. */
#ifndef PX_REPORT_RENDER_H
#define PX_REPORT_RENDER_H

#include <stdio.h>

#include "report/hist.h"
#include "report/trust.h"

enum px_call_graph {
	PX_CALL_GRAPH_NONE,
	PX_CALL_GRAPH_CALLER, /* under each line what it calls */
	PX_CALL_GRAPH_CALLEE, /* under each line who called it */
};

/** Formats ignore what does not concern them. */
struct px_render_options {
	const char *title;    /* of pages and pictures; borrowed */
	unsigned int width;   /* of pictures, pixels */
	double percent_limit; /* lines of the table below this share are left out */
	unsigned int sort;    /* enum px_sort_key, or-ed */
	unsigned int call_graph;
	bool inverted;	   /* roots on top */
	bool mark_kernel;  /* "_[k]" behind kernel names in folded stacks */
	bool no_children;  /* sort by self, and show only that */
	bool show_samples; /* a column with sample counts */
	uint32_t event;	   /* index, or PX_ID_NONE for all that the format can show */
};

/** What every format gets; all borrowed. */
struct px_report {
	const struct px_profile *profile;
	const struct px_trust *trust;
};

struct px_renderer {
	const char *name;
	/** Write the whole report. Write errors stay in out's error flag. */
	struct px_error *(*render)(const struct px_report *report,
				   const struct px_render_options *options, FILE *out);
};

extern const struct px_renderer px_render_stdio;
extern const struct px_renderer px_render_folded;
extern const struct px_renderer px_render_svg;
extern const struct px_renderer px_render_html;

/** Which event a format that shows only one takes: the wanted one, or the first. */
static inline uint32_t px_render_event(const struct px_render_options *options)
{
	return options->event == PX_ID_NONE ? 0 : options->event;
}

#endif
