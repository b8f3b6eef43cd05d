/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From snapshots of vCPUs and lists of tasks to what a doctor's report has of them. */
#ifndef PX_RINGTRACE_DOCTOR_STACKS_H
#define PX_RINGTRACE_DOCTOR_STACKS_H

#include "guest/task-stacks.h"
#include "ringtrace/doctor.h"

/**
 * Add the vCPUs of report->domain with one or two looks; second may be NULL. Names are
 * demangled and copied. A vCPU without a sample was offline.
 */
px_must_check struct px_error *px_doctor_add_snapshots(struct px_doctor_report *report,
						       const struct px_namer *namer,
						       const struct px_snapshot *first,
						       const struct px_snapshot *second);

/**
 * Add those tasks that wait, and not for work (signs.h). before: as they were at the first
 * look; a task that has not been switched away from since has stayed where it is.
 */
px_must_check struct px_error *px_doctor_add_tasks(struct px_doctor_report *report,
						   const struct px_namer *namer,
						   const struct px_linux_task_list *before,
						   const struct px_task_stacks *tasks);

#endif
