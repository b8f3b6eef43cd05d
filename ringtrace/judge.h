/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What rules are made of: a case, and questions to a reading of a ring. One that is answered
 * with no settles the rule; one that nobody can answer leaves it open and notes which source
 * would have told.
 */
#ifndef PX_RINGTRACE_JUDGE_H
#define PX_RINGTRACE_JUDGE_H

#include "ringtrace/rings.h"

enum {
	PX_STILL_NS = 900 * 1000 * 1000, /* a second, less what a timer may be early */
	PX_PATIENCE_S = 5,		 /* so long a disk or a handshake may stand still */
};

enum px_match {
	PX_MATCH_NO,
	PX_MATCH_YES,
	PX_MATCH_UNKNOWN,
};

/** Which rings of a device with several queues have faults, by their own verdicts. */
struct px_queue_faults {
	const struct px_ring *ring; /* one of them; NULL: there is none */
	size_t count;		    /* of them, as long as they are not spread */
	bool spread;		    /* over more than one queue */
};

/** What a rule looks at. */
struct px_case {
	const struct px_rings *rings;
	const struct px_ring_device *device;
	const struct px_ring *ring; /* NULL: a rule about the device as a whole */
	const struct px_ring_reading *first, *last; /* of the ring; the same with one reading */
	const struct px_ring_reading *kicked; /* the first after an event was sent, or NULL */
	struct px_queue_faults faults;	      /* of a device as a whole */
};

#define PX_EVIDENCE_MAX 480

/** What a rule saw. */
struct px_evidence {
	char text[PX_EVIDENCE_MAX]; /* one or two sentences with the numbers */
	unsigned int missing;	    /* of PX_MATCH_UNKNOWN: 1 << enum px_ring_source */
};

/** The questions so far that a rule asked of one reading. */
struct px_inquiry {
	const struct px_case *c;
	const struct px_ring_reading *r;
	enum px_match match;  /* YES until a question says otherwise */
	unsigned int missing; /* 1 << enum px_ring_source */
};

typedef void px_questions(struct px_inquiry *q);

/** Go on only if. */
void px_ask(struct px_inquiry *q, bool condition);

/** Whether fact is known; where it is not, the rule is left open. */
bool px_ask_for(struct px_inquiry *q, struct px_fact fact, enum px_ring_source source);

/** Go on only if the answer is wanted; one that is unknown leaves the rule open. */
void px_ask_answer(struct px_inquiry *q, enum px_answer answer, enum px_answer wanted,
		   enum px_ring_source source);

/** Leave the rule open for want of source. */
void px_ask_lacks(struct px_inquiry *q, enum px_ring_source source);

/** The case of a ring: its first and last readings, those after a kick apart. */
struct px_case px_case_of(const struct px_rings *rings, const struct px_ring_device *device,
			  const struct px_ring *ring);

/** Whether an index went on between any two readings; req_prod_pvt is not looked at. */
bool px_case_moved(const struct px_case *c);

/** Whether req_prod_pvt did. */
bool px_case_prepared(const struct px_case *c);

/** Whether the guest ran at all readings. */
bool px_case_guest_runs(const struct px_case *c);

/** Whether both ends of the device were connected in all readings. */
bool px_case_connected(const struct px_case *c);

/** Of the first and last reading; of a device as a whole, of all readings. */
uint64_t px_case_elapsed_ns(const struct px_case *c);

/** Whether it was watched for less than PX_PATIENCE_S. */
bool px_case_is_short(const struct px_case *c);

/**
 * Ask both readings of a ring that stands still: connected, watched for long enough, its guest
 * not paused, no more in it than fits.
 */
enum px_match px_judge_still(const struct px_case *c, px_questions *ask,
			     struct px_evidence *evidence);

/** Ask the last reading, whether the ring moves or not. */
enum px_match px_judge_now(const struct px_case *c, px_questions *ask,
			   struct px_evidence *evidence);

/** Append to the text of the evidence; cut at its end. */
void px_say(struct px_evidence *evidence, const char *format, ...) px_printf(2, 3);

/** Append how long it stands still: " for 1.0 s". */
void px_say_time(struct px_evidence *evidence, const struct px_case *c);

/** Append " whose's port 12 is pending and masked on vCPU 0", as far as known. */
void px_say_port(struct px_evidence *evidence, const char *whose,
		 const struct px_ring_port *port);

/** One of the two, by number: "request is", "requests are". */
static inline const char *px_plural(uint64_t number, const char *one, const char *many)
{
	return number == 1 ? one : many;
}

/** Append "name 12", or "name unknown". */
void px_say_fact(struct px_evidence *evidence, const char *name, struct px_fact fact);

/** Append the names of sources that missing has bits of. */
void px_say_sources(struct px_evidence *evidence, unsigned int missing);

/** An index of a ring that is known. */
static inline uint32_t px_index(struct px_fact fact)
{
	return (uint32_t)fact.value;
}

/** Whether a is at b or before it, as indices wrap. */
static inline bool px_index_reached(uint32_t a, uint32_t b)
{
	return (int32_t)(b - a) >= 0;
}

/** Whether fact is known and is number. */
static inline bool px_fact_is(struct px_fact fact, uint32_t number)
{
	return fact.known && px_index(fact) == number;
}

/** Whether fact is known and is an index other than number. */
static inline bool px_fact_is_not(struct px_fact fact, uint32_t number)
{
	return fact.known && px_index(fact) != number;
}

/** Whether fact is known and not 0. */
static inline bool px_fact_some(struct px_fact fact)
{
	return fact.known && fact.value > 0;
}

#endif
