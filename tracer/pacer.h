/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to sample: absolute deadlines with jitter. Pure arithmetic; the caller sleeps and tells
 * the time (CLOCK_MONOTONIC nanoseconds, so that a stepped wall clock changes nothing).
 */
#ifndef PX_TRACER_PACER_H
#define PX_TRACER_PACER_H

#include "lib/compiler.h"

struct px_pacer {
	uint64_t period_ns;
	uint64_t slot_ns;     /* the current slot's nominal start */
	uint64_t deadline_ns; /* slot_ns plus this slot's jitter */
	uint64_t missed;      /* slots that passed without a sample, ever */
	uint64_t random;
};

/** Start with one slot every 1/frequency seconds from now_ns on; frequency >= 1. */
void px_pacer_init(struct px_pacer *pacer, double frequency, uint64_t now_ns);

/**
 * A tick finished at now_ns: choose the next deadline. Slots that have passed altogether are
 * skipped, never caught up; their number is returned and added to `missed`. The jitter spreads
 * a deadline uniformly over the first half of its slot, so that sampling cannot run in step
 * with a timer of the guest.
 */
uint64_t px_pacer_next(struct px_pacer *pacer, uint64_t now_ns);

#endif
