/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a line of the table calls, or who called it, as an indented tree. */
#ifndef PX_REPORT_CALL_GRAPH_H
#define PX_REPORT_CALL_GRAPH_H

#include <stdio.h>

#include "report/hist.h"

struct px_call_graph_options {
	uint32_t event;
	bool callers;	  /* who called it, instead of what it calls */
	double min_share; /* of all: smaller branches are left out */
};

/** Print the tree of one line to out; nothing where the line has no neighbours. */
px_must_check struct px_error *px_call_graph_print(const struct px_profile *profile,
						   const struct px_hist_line *line,
						   const struct px_call_graph_options *options,
						   FILE *out);

#endif
