/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of drawing a conclusion, one file a subject; that of the rings is conclusion.c. */
#ifndef PX_RINGTRACE_CONCLUSION_PARTS_H
#define PX_RINGTRACE_CONCLUSION_PARTS_H

#include "ringtrace/findings.h"

/** Findings about the domain and its vCPUs as a whole; conclusion-domain.c. */
px_must_check struct px_error *px_conclude_domain(const struct px_doctor_report *report,
						  struct px_conclusion *conclusion);

/** Name stacks with the findings about their rings, other waits as notes;
 * conclusion-stacks.c. */
px_must_check struct px_error *px_conclude_stacks(const struct px_doctor_report *report,
						  struct px_conclusion *conclusion);

#endif
