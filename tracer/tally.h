/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a recording did and what it cost, counted while it runs: printed at its end and kept in
 * its file, so that a reader can tell how far to trust it.
 */
#ifndef PX_TRACER_TALLY_H
#define PX_TRACER_TALLY_H

#include <stdio.h>

#include "guest/sampler.h"
#include "lib/histogram.h"
#include "tracer/processes.h"

/** Zero-initialise, then set what the comment says is given. */
struct px_tally {
	double requested_hz;   /* given */
	double max_pause_s;    /* given; 0: the guest is not paused */
	uint64_t start_ns;     /* given: when the first slot began */
	uint64_t end_ns;       /* given: when the last one ended */
	uint64_t missed;       /* given: slots without a tick */
	uint64_t paused;       /* given: slots in which the guest was paused by someone else */
	uint64_t pages_mapped; /* given: of the guest's memory, so far */
	uint64_t named, unnamed; /* given: frames of the kernel with and without a name */
	uint64_t user_named, user_unnamed;    /* given: of programs */
	struct px_processes_counts processes; /* given */
	uint64_t ticks;
	uint64_t samples;
	uint64_t idle, offline;		    /* vCPU ticks without a sample: blocked, offline */
	uint64_t runnable;		    /* samples of vCPUs that waited for a processor */
	uint64_t user;			    /* samples in user mode */
	uint64_t without_task;		    /* samples whose task could not be told */
	uint64_t sources[PX_RULE_SOURCES];  /* kernel frames by the rule that led to them */
	uint64_t ends[PX_END_REASONS];	    /* samples by why their stack ends */
	uint64_t user_walked;		    /* samples whose stack goes on in a program */
	uint64_t user_ends[PX_END_REASONS]; /* those by why it ends there */
	uint64_t hypercalls, ioctls;	    /* of all ticks */
	struct px_histogram pause;	    /* ns */
};

/** Count a tick and its samples. */
void px_tally_add(struct px_tally *tally, const struct px_tick *tick);

/** Ticks a second; 0 when no time has passed. */
double px_tally_rate(const struct px_tally *tally);

/** The share of samples whose stack ends at a real root, 0..1; 0 without samples. */
double px_tally_complete(const struct px_tally *tally);

/** The same of the parts of stacks that are in programs. */
double px_tally_user_complete(const struct px_tally *tally);

/** Write the summary for people, a few lines. */
void px_tally_print(const struct px_tally *tally, FILE *out);

/** Call pair for each key and value of the summary of perf-xen-data(5), until it is false. */
bool px_tally_each_pair(const struct px_tally *tally,
			bool (*pair)(void *context, const char *key, const char *value),
			void *context);

#endif
