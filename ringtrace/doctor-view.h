/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Showing a doctor's report: the conclusion on the first screen, the evidence below it. */
#ifndef PX_RINGTRACE_DOCTOR_VIEW_H
#define PX_RINGTRACE_DOCTOR_VIEW_H

#include <jansson.h>
#include <stdio.h>

#include "ringtrace/conclusion.h"

enum {
	PX_DOCTOR_SCREEN_LINES = 24,
};

struct px_doctor_style {
	bool verbose; /* both looks at every vCPU, and all that is known of rings */
	bool colour;  /* for a terminal */
};

/** For people: at most 24 lines of conclusion, then the evidence. */
void px_doctor_text(const struct px_doctor_report *report,
		    const struct px_conclusion *conclusion, const struct px_doctor_style *style,
		    FILE *out);

/** For programs: doc/schema/doctor.json describes it; NULL when memory is short. */
json_t *px_doctor_json(const struct px_doctor_report *report,
		       const struct px_conclusion *conclusion);

/** The same as one page that needs nothing else. Write errors stay in the stream's error flag.
 */
void px_doctor_html(const struct px_doctor_report *report,
		    const struct px_conclusion *conclusion, FILE *out);

/* --- what text and page share; doctor-words.c -----------------------------------------------
 */

enum {
	PX_WORDS_MAX = 256
};

/** "web1 (domain 5, pv, 2 vCPUs), Linux 6.1.0-56-amd64"; returns buffer, as do all of these. */
const char *px_doctor_words_domain(const struct px_doctor_report *report,
				   char buffer[static PX_WORDS_MAX]);

/** "two looks, 1.0 s apart", and whether they are all there is. */
const char *px_doctor_words_looks(const struct px_doctor_report *report,
				  char buffer[static PX_WORDS_MAX]);

/** "blocked, kernel mode, nc 214/214" */
const char *px_doctor_words_look(const struct px_doctor_look *look,
				 char buffer[static PX_WORDS_MAX]);

/** "waits: 0.3 ms of processor time in 1002.1 ms"; "" with fewer than two looks. */
const char *px_doctor_words_progress(const struct px_doctor_vcpu *vcpu,
				     char buffer[static PX_WORDS_MAX]);

/** "port 9, vCPU 0, pending, not masked"; what is not known is called so. */
const char *px_doctor_words_port(const struct px_ring_port *port,
				 char buffer[static PX_WORDS_MAX]);

/** "task 214/214 nc, state D (disk sleep), has not run since the first look" */
const char *px_doctor_words_task(const struct px_doctor_task *task,
				 char buffer[static PX_WORDS_MAX]);

/** "xennet_start_xmit+0x1f [xen_netfront]", "[unknown]" */
const char *px_doctor_words_frame(const struct px_doctor_frame *frame,
				  char buffer[static PX_WORDS_MAX]);

/** "connected", "gone", ... of the last reading: a device's front and back end. */
const char *px_doctor_words_front(const struct px_doctor_report *report,
				  const struct px_ring_device *device);
const char *px_doctor_words_back(const struct px_doctor_report *report,
				 const struct px_ring_device *device);

#endif
