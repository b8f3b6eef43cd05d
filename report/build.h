/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a session's samples to a profile. */
#ifndef PX_REPORT_BUILD_H
#define PX_REPORT_BUILD_H

#include "report/filter.h"
#include "report/profile.h"
#include "report/session.h"
#include "report/trust.h"

struct px_build_options {
	struct px_filter filter;
	unsigned int max_stack; /* frames kept of a stack, from the leaf on; 0: all */
};

/**
 * Read the session to its end and add every sample that the filter passes to profile: under a
 * node for its thread's name, the frames from root to leaf. trust (zeroed by the caller, who
 * finishes it) gets the figures. A file that was cut is no error: trust says so.
 */
px_must_check struct px_error *px_build_profile(struct px_session *session,
						const struct px_build_options *options,
						struct px_profile *profile,
						struct px_trust *trust);

/** Whether an event's period is time. */
bool px_build_event_is_time(const struct px_perf_event *event);

/** The CPU of a sample; below 0 where its event does not have it. */
int64_t px_build_sample_cpu(const struct px_perf_event *event,
			    const struct px_perf_record *sample);

#endif
