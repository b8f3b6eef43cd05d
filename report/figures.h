/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of trust as every format shows them: labels, texts, and whether to worry. */
#ifndef PX_REPORT_FIGURES_H
#define PX_REPORT_FIGURES_H

#include "report/trust.h"

enum px_mood {
	PX_MOOD_PLAIN,
	PX_MOOD_GOOD,
	PX_MOOD_WARN,
};

struct px_figure {
	const char *label;
	char value[128];
	enum px_mood mood;
};

enum {
	PX_FIGURES = 16 /* the most there are */
};

/** Fill figures, as many as there is something to say about; returns how many. */
size_t px_figures(const struct px_trust *trust, struct px_figure figures[static PX_FIGURES]);

#endif
