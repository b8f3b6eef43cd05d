/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which samples a report is about. */
#ifndef PX_REPORT_FILTER_H
#define PX_REPORT_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

/** Comma-separated lists as the user gave them, borrowed; NULL: everything. */
struct px_filter {
	const char *comms; /* names of threads */
	const char *pids;  /* numbers */
	const char *tids;  /* numbers */
	const char *cpus;  /* numbers and ranges: "0-3,6" */
	const char
		*time; /* "START,END" in seconds as script prints them; either may be missing */
	const char *events; /* names */
};

/** What a filter looks at. cpu below 0: not known. */
struct px_filter_subject {
	const char *comm, *event;
	uint32_t pid, tid;
	int64_t cpu;
	uint64_t time; /* ns */
};

/** PX_ERR_USAGE, with the option's name, for lists that make no sense. */
px_must_check struct px_error *px_filter_check(const struct px_filter *filter);

/** Whether a checked filter lets a sample pass. */
bool px_filter_passes(const struct px_filter *filter, const struct px_filter_subject *subject);

/** Whether every sample passes. */
bool px_filter_is_open(const struct px_filter *filter);

#endif
