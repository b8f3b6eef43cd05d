/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A rule: what is concluded of a case when its condition holds, and the words for it. */
#ifndef PX_RINGTRACE_RULE_H
#define PX_RINGTRACE_RULE_H

#include "ringtrace/judge.h"

enum px_actor {
	PX_ACTOR_NOBODY,
	PX_ACTOR_FRONT,	    /* the guest's driver */
	PX_ACTOR_BACK,	    /* the driver in the back end's domain */
	PX_ACTOR_HOST,	    /* who schedules vCPUs and limits rates */
	PX_ACTOR_TOOLSTACK, /* who connects devices */
	PX_ACTOR_EITHER,    /* the evidence does not separate them */
};

/** "nobody", "the guest's driver", ... */
const char *px_actor_name(enum px_actor actor);

enum px_health {
	PX_HEALTH_IDLE,	    /* nothing to do, and ready: no traffic was seen */
	PX_HEALTH_PROGRESS, /* something moved */
	PX_HEALTH_WAITS,    /* stands still, on purpose: a rate limit, a closed device */
	PX_HEALTH_UNKNOWN,  /* a source is missing that would tell */
	PX_HEALTH_FAULT,
};

/** "idle", "moves", "waits", "unknown", "FAULT". */
const char *px_health_name(enum px_health health);

/** Whom an event that is sent by hand may set going. */
enum px_wake {
	PX_WAKE_NOBODY,
	PX_WAKE_FRONT,
	PX_WAKE_BACK,
};

struct px_rule {
	const char *id;	  /* of the signature: "A1" */
	const char *name; /* "lost kick" */
	enum px_health health;
	enum px_actor actor;
	unsigned int kinds;  /* 1 << enum px_ring_kind; 0: the device as a whole */
	const char *meaning; /* what it says to people: one or two sentences */
	const char *advice;  /* what to try: commands, log lines, settings */
	enum px_wake wake;   /* --kick tries it */
	bool patient;	     /* it puts off a verdict that a look of PX_PATIENCE_S would give */
	enum px_match (*test)(const struct px_case *c, struct px_evidence *evidence);
	/* NULL for U, which is what remains when no other rule says enough */
};

#endif
