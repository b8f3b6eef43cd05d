/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a table: sums of a profile by any combination of keys. */
#ifndef PX_REPORT_HIST_H
#define PX_REPORT_HIST_H

#include "report/profile.h"

/** What a table has one line for: any combination. */
enum px_sort_key {
	PX_SORT_COMM = 1 << 0,
	PX_SORT_DSO = 1 << 1,
	PX_SORT_SYMBOL = 1 << 2,
	PX_SORT_CPU = 1 << 3,
	PX_SORT_TID = 1 << 4,
};

/** One line; of the keys that were not asked for the ids are PX_ID_NONE. */
struct px_hist_line {
	uint32_t comm, dso, symbol; /* into the profile's strings */
	uint32_t kind;		    /* enum px_name_kind; only with symbol or dso */
	uint32_t cpu;
	uint32_t tid;
	struct px_sum sum; /* a stack that has the line's frames twice counts once */
};

struct px_hist {
	struct px_hist_line *lines;
	size_t count, capacity;
	struct px_index index;
	uint64_t samples, period; /* of the event */
};

/**
 * Add up one event of a profile by keys (enum px_sort_key, at least one). Lines are sorted by
 * total, or by self. The caller finishes it.
 */
px_must_check struct px_error *px_hist_init(struct px_hist *hist,
					    const struct px_profile *profile, uint32_t event,
					    unsigned int keys, bool by_self);
void px_hist_fini(struct px_hist *hist);

/** Whether a node of the profile, in a stack of comm, belongs to a line (CPU and TID aside). */
bool px_hist_line_has(const struct px_hist_line *line, const struct px_profile *profile,
		      uint32_t node, uint32_t comm);

#endif
