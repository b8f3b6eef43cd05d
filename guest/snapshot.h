/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stacks of all vCPUs at one instant, and what two of them say about progress. */
#ifndef PX_GUEST_SNAPSHOT_H
#define PX_GUEST_SNAPSHOT_H

#include "guest/namer.h"
#include "guest/sampler.h"

/** Zero-initialise to start. */
struct px_snapshot {
	uint64_t time_ns;
	uint64_t pause_ns;
	struct px_sample *samples; /* in vCPU order; offline ones have none */
	size_t count;
};

/** Take one tick of sampler, which must sample idle vCPUs as well. */
px_must_check struct px_error *px_snapshot_take(struct px_sampler *sampler,
						struct px_snapshot *ret);

/**
 * The same, again a few times while the limit of pauses cuts stacks short: what they lacked is
 * mapped after a tick, so that the next one gets further.
 */
px_must_check struct px_error *px_snapshot_take_whole(struct px_sampler *sampler,
						      struct px_snapshot *ret);

void px_snapshot_fini(struct px_snapshot *snapshot);

/** Whether the kernel's part of each stack leads to its root. */
bool px_snapshot_complete(const struct px_snapshot *snapshot);

/** The sample of a vCPU; NULL when it was offline or not asked for. */
const struct px_sample *px_snapshot_find(const struct px_snapshot *snapshot, uint32_t vcpu);

/** What a vCPU did between two samples. */
enum px_progress {
	PX_PROGRESS_WAITS,   /* blocked in both: idle, or waiting for an event */
	PX_PROGRESS_STARVES, /* wanted a processor and got none */
	PX_PROGRESS_SPINS,   /* busy for most of the time, in one kernel function */
	PX_PROGRESS_MOVES,
};

/** For people: "waits", "starves", "spins", "moves". */
const char *px_progress_name(enum px_progress progress);

enum px_progress px_progress_of(const struct px_namer *namer, const struct px_sample *first,
				const struct px_sample *second);

#endif
