/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a conclusion is made of: findings, each one thing that stands still or may do so, and
 * notes of what is remarkable and no fault by itself.
 */
#ifndef PX_RINGTRACE_FINDINGS_H
#define PX_RINGTRACE_FINDINGS_H

#include "ringtrace/doctor.h"

enum {
	PX_FINDING_SEEN_MAX = 6,    /* stacks that are named with a finding */
	PX_FINDINGS_OF_DEVICE = 16, /* of each health; a device can have hundreds of queues */
	PX_SEEN_TEXT = 200,
	PX_ADVICE_TEXT = 640,
};

/** In the order in which they block one another. */
enum px_finding_level {
	PX_LEVEL_DOMAIN, /* is stopped, gone, or has given up */
	PX_LEVEL_BACK,	 /* a domain with a back end of its does not run */
	PX_LEVEL_HELD,	 /* a ring that a vCPU does not go on without: it spins for it */
	PX_LEVEL_KERNEL, /* gets no events or no processor */
	PX_LEVEL_STORE,	 /* without xenstore no device connects */
	PX_LEVEL_DEVICE,
	PX_LEVEL_BLOCK,
	PX_LEVEL_NET,
	PX_LEVEL_CONSOLE,
};

struct px_finding {
	enum px_finding_level level;
	enum px_health health;
	bool consequence; /* of an earlier finding */
	char where[96];	  /* "vif 0 tx", "vCPU 1", "the domain" */
	const char *id;	  /* of the signature: "A1"; "domain-paused" */
	const char *name; /* "lost kick" */
	const char *who;  /* must act */
	const char *meaning;
	char advice[PX_ADVICE_TEXT]; /* `in back quotes`: a command */
	char evidence[PX_EVIDENCE_MAX];
	char seen[PX_FINDING_SEEN_MAX][PX_SEEN_TEXT];
	size_t seen_count, seen_left_out;
	const struct px_doctor_verdict *verdict; /* of this ring or device; NULL: of none */
};

/** Zero-initialise. Borrows from the report. */
struct px_conclusion {
	enum px_health health;
	char headline[256];
	struct px_finding *findings; /* what to act on first is the first */
	size_t count, capacity;
	size_t left_out;		   /* faults of rings, beyond PX_FINDINGS_OF_DEVICE */
	size_t faults;			   /* that are no consequence of another */
	size_t rings[PX_HEALTH_FAULT + 1]; /* how many of them are so */
	char **notes;			   /* what is remarkable, and no fault by itself */
	size_t note_count, note_capacity;
};

void px_conclusion_fini(struct px_conclusion *conclusion);

/** Add a finding, zero-initialised; ret is good until another is added. */
px_must_check struct px_error *px_conclusion_add(struct px_conclusion *conclusion,
						 struct px_finding **ret);

/** Add a note; cut at PX_SEEN_TEXT. */
px_must_check struct px_error *px_conclusion_note(struct px_conclusion *conclusion,
						  const char *format, ...) px_printf(2, 3);

#endif
