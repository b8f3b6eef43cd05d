/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log-linear histogram of durations: fixed memory, quantiles within 1/16 of the value. */
#ifndef PX_LIB_HISTOGRAM_H
#define PX_LIB_HISTOGRAM_H

#include "lib/compiler.h"

enum {
	PX_HISTOGRAM_SUB_BITS = 4, /* 16 buckets an octave */
	PX_HISTOGRAM_BUCKETS = (64 - PX_HISTOGRAM_SUB_BITS + 1) << PX_HISTOGRAM_SUB_BITS,
};

/** Zero-initialise to start. */
struct px_histogram {
	uint64_t count;
	uint64_t sum; /* wraps after 584 years of nanoseconds */
	uint64_t max;
	uint32_t bucket[PX_HISTOGRAM_BUCKETS];
};

/** Count one value. Never fails, never allocates. */
void px_histogram_add(struct px_histogram *histogram, uint64_t value);

/**
 * The value below or at which a fraction (0..1) of the values lie, as the upper edge of its
 * bucket and never above the maximum seen; 0 when nothing was added.
 */
uint64_t px_histogram_quantile(const struct px_histogram *histogram, double fraction);

#endif
