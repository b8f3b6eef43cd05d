/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layout of a flame graph: one box a node, in units of the event's period. */
#ifndef PX_REPORT_FLAME_H
#define PX_REPORT_FLAME_H

#include "report/profile.h"

struct px_flame_box {
	uint32_t node;
	uint32_t depth; /* 0 is the root */
	uint64_t left;	/* from the left edge */
	uint64_t width;
	uint64_t samples;
};

struct px_flame {
	struct px_flame_box *boxes; /* parents before children, left before right */
	size_t count, capacity;
	uint32_t depth; /* of the deepest box */
};

/**
 * Lay out one event of a profile. Siblings stand in the order of their names; boxes narrower
 * than the fraction min_share of all are left out with their children. Without any period
 * there is no box. The caller finishes it.
 */
px_must_check struct px_error *px_flame_init(struct px_flame *flame,
					     const struct px_profile *profile, uint32_t event,
					     double min_share);
void px_flame_fini(struct px_flame *flame);

#endif
