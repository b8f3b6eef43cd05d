/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conclusion of a doctor's report: what is wrong, who must act, what to try first. A pure
 * function of the report.
 *
 * Findings are ordered by what blocks what: a guest that is stopped comes before its rings, a
 * device that is not connected before the rings of it. What follows from an earlier finding is
 * called its consequence. Stacks that are in the code of a ring are named with what was found
 * of that ring.
 */
#ifndef PX_RINGTRACE_CONCLUSION_H
#define PX_RINGTRACE_CONCLUSION_H

#include "ringtrace/findings.h"

/** Draw it into ret, which has nothing yet. Errors: no memory. */
px_must_check struct px_error *px_conclude(const struct px_doctor_report *report,
					   struct px_conclusion *ret);

/** What to do next: the finding to act on, NULL when nothing is to be done. */
const struct px_finding *px_conclusion_first(const struct px_conclusion *conclusion);

#endif
