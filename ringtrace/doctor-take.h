/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at a domain twice, for a doctor's report. */
#ifndef PX_RINGTRACE_DOCTOR_TAKE_H
#define PX_RINGTRACE_DOCTOR_TAKE_H

#include "guest/target.h"
#include "ringtrace/doctor.h"
#include "ringtrace/gather.h"

struct px_doctor_options {
	uint64_t interval_ns; /* between the two looks */
	bool no_tasks;
};

/**
 * Read all rings and the stacks of all vCPUs, wait, do so again, then look at the tasks of a
 * Linux guest, and judge. The guest is paused only while stacks are walked. target is open,
 * sources are attached to it. What cannot be looked at is noted in the report; a domain that
 * goes away meanwhile leaves a report that says so. Errors: no memory, no xenstored,
 * PX_ERR_INTERRUPTED.
 */
px_must_check struct px_error *px_doctor_take(struct px_target *target,
					      struct px_ring_sources *sources,
					      const struct px_doctor_options *options,
					      struct px_doctor_report *ret);

#endif
