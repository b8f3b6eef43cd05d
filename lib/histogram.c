/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log-linear histogram: an octave is a power of two, split into equal parts. */
#include "lib/histogram.h"

enum {
	SUB = 1 << PX_HISTOGRAM_SUB_BITS
};

static unsigned int bucket_of(uint64_t value)
{
	unsigned int shift;

	if (value < SUB)
		return (unsigned int)value;
	shift = 63 - (unsigned int)__builtin_clzll(value) - PX_HISTOGRAM_SUB_BITS;
	return ((shift + 1) << PX_HISTOGRAM_SUB_BITS) + (unsigned int)((value >> shift) - SUB);
}

/* The largest value that bucket_of puts into the bucket. */
static uint64_t upper_edge(unsigned int bucket)
{
	unsigned int octave = bucket >> PX_HISTOGRAM_SUB_BITS;
	uint64_t part = bucket & (SUB - 1);

	if (octave == 0)
		return part;
	return ((part + SUB + 1) << (octave - 1)) - 1;
}

void px_histogram_add(struct px_histogram *histogram, uint64_t value)
{
	histogram->count++;
	histogram->sum += value;
	histogram->max = px_max(histogram->max, value);
	histogram->bucket[bucket_of(value)]++;
}

uint64_t px_histogram_quantile(const struct px_histogram *histogram, double fraction)
{
	uint64_t wanted = (uint64_t)(fraction * (double)histogram->count);
	uint64_t seen = 0;

	if ((double)wanted < fraction * (double)histogram->count || wanted == 0)
		wanted++;
	for (unsigned int i = 0; i < PX_HISTOGRAM_BUCKETS; i++) {
		seen += histogram->bucket[i];
		if (seen >= wanted)
			return px_min(upper_edge(i), histogram->max);
	}
	return histogram->max;
}
