/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What readings of a ring mean: a table of rules (rules.h), each a condition (judge.h) over two
 * or more readings with a name, a meaning, who must act and what to try (rule.h). doc/RINGS.md
 * lists them.
 *
 * A rule says yes with the numbers that it saw, no, or which source it would have needed. A
 * further rule is a function, its line in rule-tests.h and its row of the table in rules.c.
 * Tests ask for its row in doc/RINGS.md and in perf-xen-rings(1), and of a fault for an
 * example.
 *
 * Readings are not atomic: the numbers of one are read one after another while both ends run.
 * Indices only grow, though. Where all of them are the same in two readings, they had these
 * values together between the two; a rule whose condition holds in both readings of a ring that
 * stands still therefore held at one instant. So no rule calls a ring faulty of which an index
 * moved, or that was not watched for PX_STILL_NS, but those about what no order of reading
 * explains: indices that cannot be, or run backwards (G, H), a device that an end has shut off
 * (I, J, Z), events without work (K). M alone lets req_prod_pvt move: requests that were
 * prepared at the first reading and still are not published at the last were held all the time.
 *
 * The health of a ring is the first that applies of
 *   FAULT     a rule of a fault matches
 *   PROGRESS  an index moved
 *   WAITS     something that stands still on purpose was recognised
 *   UNKNOWN   a rule of a fault could match but for a source that is missing; or nothing that
 *	       is known explains how the ring stands
 *   IDLE      nothing to do
 * An idle page alone is thus no idle ring: of a front end about which nothing is known, slots
 * may be prepared and not published (M, T), or somebody may wait (N). The verdict is "unknown"
 * then, says that the ring looks idle, and names what is missing. What is known settles as much
 * as it can: a response event that is asked for at rsp_prod + 1 says that the front end has
 * taken all responses. IDLE is not given beside a FAULT.
 */
#ifndef PX_RINGTRACE_VERDICT_H
#define PX_RINGTRACE_VERDICT_H

#include "ringtrace/rules.h"

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

/**
 * How long after the start of the last reading to take another one, for a verdict that is put
 * off because what was seen may only be slow. 0: there is none, or the readings are full.
 */
uint64_t px_rings_longer_ns(const struct px_rings *rings);

#endif
