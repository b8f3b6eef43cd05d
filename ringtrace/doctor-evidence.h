/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the doctor's conclusion rests on, below it, for people. */
#ifndef PX_RINGTRACE_DOCTOR_EVIDENCE_H
#define PX_RINGTRACE_DOCTOR_EVIDENCE_H

#include "ringtrace/doctor-view.h"

/** Rings, devices, event channels, vCPUs, tasks, and what could not be seen; each part begins
 * with an empty line and its name. */
void px_doctor_evidence(const struct px_doctor_report *report,
			const struct px_conclusion *conclusion,
			const struct px_doctor_style *style, FILE *out);

#endif
