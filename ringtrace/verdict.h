/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What readings of a ring mean: a table of rules, each a condition over two or three readings
 * with a name, a meaning, who must act and what to try.
 *
 * A rule says yes with the numbers that it saw, no, or which source it would have needed. No
 * rule but those about time itself may call a ring faulty whose indices moved between the
 * readings. A further rule is a function and a line of the table in rules.c.
 */
#ifndef PX_RINGTRACE_VERDICT_H
#define PX_RINGTRACE_VERDICT_H

#include "ringtrace/rings.h"

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

enum px_match {
	PX_MATCH_NO,
	PX_MATCH_YES,
	PX_MATCH_UNKNOWN,
};

/** What a rule looks at. */
struct px_case {
	const struct px_rings *rings;
	const struct px_ring_device *device;
	const struct px_ring *ring; /* NULL: a rule about the device as a whole */
	const struct px_ring_reading *first, *last; /* of the ring; the same with one reading */
};

#define PX_EVIDENCE_MAX 480

/** What a rule saw. */
struct px_evidence {
	char text[PX_EVIDENCE_MAX]; /* one or two sentences with the numbers */
	unsigned int missing;	    /* of PX_MATCH_UNKNOWN: 1 << enum px_ring_source */
};

struct px_rule {
	const char *id;	  /* of the signature: "A1" */
	const char *name; /* "lost kick" */
	enum px_health health;
	enum px_actor actor;
	unsigned int kinds;  /* 1 << enum px_ring_kind; 0: the device as a whole */
	const char *meaning; /* what it says to people: one or two sentences */
	const char *advice;  /* what to try: commands, log lines, settings */
	enum px_match (*test)(const struct px_case *c, struct px_evidence *evidence);
};

/** All rules, in the order of precedence. */
const struct px_rule *px_rules(size_t *count_ret);

/** The rule of an id, or NULL. */
const struct px_rule *px_rule_find(const char *id);

enum {
	PX_VERDICTS_MAX = 6
};

struct px_verdict {
	const struct px_rule *rule;
	struct px_evidence evidence;
};

/** Of one ring or device: the first is what to show in a line, others say more. Plain data. */
struct px_verdicts {
	enum px_health health; /* the first one's */
	struct px_verdict verdicts[PX_VERDICTS_MAX];
	size_t count; /* at least 1 */
	unsigned int
		missing; /* sources that rules would have needed: 1 << enum px_ring_source */
};

/** Judge a ring by all its readings; ring is one of device's, and that one of rings'. */
void px_verdicts_of_ring(const struct px_rings *rings, const struct px_ring_device *device,
			 const struct px_ring *ring, struct px_verdicts *ret);

/** Judge what belongs to no single ring: the handshake, storms of events. May find nothing:
 * count is 0 then and health PX_HEALTH_IDLE. */
void px_verdicts_of_device(const struct px_rings *rings, const struct px_ring_device *device,
			   struct px_verdicts *ret);

/** The worst health of all rings and devices. */
enum px_health px_rings_health(const struct px_rings *rings);

#endif
