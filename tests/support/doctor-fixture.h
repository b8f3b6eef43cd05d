/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doctor's reports built by hand: a domain, devices with rings and verdicts, stacks. */
#ifndef PX_TESTS_SUPPORT_DOCTOR_FIXTURE_H
#define PX_TESTS_SUPPORT_DOCTOR_FIXTURE_H

#include "ringtrace/doctor.h"

/** A running PV domain "web1" without devices, of two vCPUs, looked at twice, 1 s apart. */
void px_doctor_fixture_init(struct px_doctor_report *report);

/** A connected device; its index in report->rings. */
size_t px_doctor_fixture_device(struct px_doctor_report *report, enum px_ring_class class,
				uint32_t id, const char *name);

/** A ring of it with two readings of the same few numbers; its index in the device. */
size_t px_doctor_fixture_ring(struct px_doctor_report *report, size_t device,
			      enum px_ring_kind kind);

/**
 * A verdict about a ring, or with ring SIZE_MAX about the device. When all devices and rings
 * are there. A NULL rule: of no rule, with a health of its own.
 */
void px_doctor_fixture_verdict(struct px_doctor_report *report, size_t device, size_t ring,
			       const struct px_rule *rule, enum px_health health,
			       const char *evidence);

/** A vCPU seen twice with the same stack: words, the innermost function first. */
struct px_doctor_vcpu *px_doctor_fixture_vcpu(struct px_doctor_report *report, uint32_t id,
					      enum px_progress progress, const char *functions);

struct px_doctor_task *px_doctor_fixture_task(struct px_doctor_report *report, const char *comm,
					      char state, enum px_answer stays,
					      const char *functions);

/**
 * A report with everything that views have to show: faults of several devices, consequences,
 * notes, what could not be seen, and names that want to get out of their places.
 */
void px_doctor_fixture_whole(struct px_doctor_report *report);

#endif
