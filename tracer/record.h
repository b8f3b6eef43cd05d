/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop of perf xen record: ticks at their time, once a second a look at the domain. */
#ifndef PX_TRACER_RECORD_H
#define PX_TRACER_RECORD_H

#include "lib/stop.h"
#include "tracer/pacer.h"
#include "tracer/recording.h"
#include "tracer/user-space.h"

/** Why the domain itself ended a recording. */
enum px_domain_end {
	PX_DOMAIN_LIVES,
	PX_DOMAIN_CRASHED,
	PX_DOMAIN_SHUT_DOWN,
	PX_DOMAIN_REBOOTED,  /* the toolstack makes a new domain */
	PX_DOMAIN_SUSPENDED, /* to be saved or migrated */
	PX_DOMAIN_DESTROYED, /* by someone, or after any of these */
};

/** Everything that a recording works with. The first four are borrowed. */
struct px_record {
	struct px_target *target;
	struct px_user_space *user_space;
	struct px_sampler *sampler;
	struct px_recording *recording;
	struct px_pacer pacer;
	struct px_tally tally;
	uint64_t second_ns; /* when to look at the domain next */
	bool paused;	    /* by someone else */
	bool pause_told;
	enum px_domain_end end;
	uint32_t successor; /* the domain that has its name now; 0: none */
};

enum {
	PX_RECORD_END_TEXT = 64,
};

/** How the domain ended, what a sentence goes on with after its name. Returns text. */
const char *px_record_end_text(const struct px_record *record, char text[PX_RECORD_END_TEXT]);

/** Map the kernel and its modules and put what the domain is into the summary. */
px_must_check struct px_error *px_record_describe(struct px_record *record);

/**
 * Sample until there is a reason to stop, or the domain ends: record->end then says how. Errors
 * of the guest and of the file; the tally is right in any case.
 */
px_must_check struct px_error *px_record_run(struct px_record *record, struct px_stop *stop);

#endif
