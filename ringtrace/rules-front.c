/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the front end holds back (M, N, T): slots that it prepared and does not publish,
 * producers that wait although nothing will wake them. The page shows none of it.
 */
#include "ringtrace/rule-tests.h"

#include <inttypes.h>

enum {
	/* netfront publishes rx buffers in batches of that many (NET_RX_SLOTS_MIN): fewer stay
	 * unpublished for ever on a ring at rest. */
	RX_BATCH = 19,
};

static uint32_t unpublished(const struct px_ring_reading *r)
{
	return px_ring_distance(r->shared.req_prod, px_index(r->front.req_prod_pvt));
}

static uint32_t free_slots(const struct px_ring *ring, const struct px_ring_reading *r)
{
	return ring->slots -
	       px_ring_distance(px_index(r->front.rsp_cons), px_index(r->front.req_prod_pvt));
}

/* Nothing that the back end has will ever come back: there is nothing. */
static void ask_nothing_in_flight(struct px_inquiry *q)
{
	px_ask(q, q->r->shared.req_prod == q->r->shared.rsp_prod);
	if (px_ask_for(q, q->r->front.rsp_cons, PX_SOURCE_FRONT))
		px_ask(q, px_index(q->r->front.rsp_cons) == q->r->shared.rsp_prod);
}

static bool someone_waits(const struct px_ring_front *front)
{
	return px_fact_some(front->waiters) || px_fact_some(front->writers) ||
	       front->stopped == PX_ANSWER_YES;
}

/* Whether all waits are known. */
static bool waits_known(const struct px_ring_front *front)
{
	return front->waiters.known || front->stopped != PX_ANSWER_UNKNOWN;
}

static void ask_reservation(struct px_inquiry *q)
{
	const struct px_ring_front *front = &q->r->front;
	bool known = front->req_prod_pvt.known && front->rsp_cons.known;

	ask_nothing_in_flight(q);
	if (px_ask_for(q, front->req_prod_pvt, PX_SOURCE_FRONT))
		px_ask(q, unpublished(q->r) > 0);
	if (known)
		px_ask(q, free_slots(q->c->ring, q->r) == 0 ||
				  (front->wanted.known &&
				   free_slots(q->c->ring, q->r) < front->wanted.value));
	/* Whole packets that nobody publishes are M. */
	px_ask(q, !front->writers.known || front->writers.value > 0);
	if (!waits_known(front) && !px_fact_some(front->writers))
		px_ask_lacks(q, PX_SOURCE_FRONT);
	else
		px_ask(q, someone_waits(front));
}

/* A queue of Linux that is stopped while its interface is up, or of a disk. */
static void ask_stopped(struct px_inquiry *q)
{
	px_ask_answer(q, q->r->front.stopped, PX_ANSWER_YES, PX_SOURCE_FRONT);
	if (q->c->ring->kind == PX_RING_NET_TX)
		px_ask_answer(q, q->r->front.up, PX_ANSWER_YES, PX_SOURCE_FRONT);
}

static void ask_stranded(struct px_inquiry *q)
{
	const struct px_ring_front *front = &q->r->front;

	ask_nothing_in_flight(q);
	if (px_ask_for(q, front->req_prod_pvt, PX_SOURCE_FRONT))
		px_ask(q, unpublished(q->r) == 0);
	if (front->waiters.known)
		px_ask(q, front->waiters.value > 0);
	else
		ask_stopped(q);
}

static void ask_unpushed(struct px_inquiry *q)
{
	const struct px_ring_indices *s = &q->r->shared;

	if (!px_ask_for(q, q->r->front.req_prod_pvt, PX_SOURCE_FRONT))
		return;
	px_ask(q, unpublished(q->r) > 0 && unpublished(q->r) <= q->c->ring->slots);
	if (q->c->ring->kind == PX_RING_NET_RX)
		px_ask(q, unpublished(q->r) >= RX_BATCH ||
				  px_ring_distance(s->rsp_prod, s->req_prod) < RX_BATCH);
}

static void say_front(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_front *front = &c->last->front;

	if (front->waiters.known)
		px_say(evidence, " Producers that wait for slots: %" PRIu64,
		       front->waiters.value);
	else if (front->stopped == PX_ANSWER_YES)
		px_say(evidence, " The queue is stopped");
	else
		return;
	if (px_fact_some(front->wanted))
		px_say(evidence, ", the first for %" PRIu64, front->wanted.value);
	if (front->writers.known)
		px_say(evidence, "; that hold slots not published: %" PRIu64,
		       front->writers.value);
	px_say(evidence, ".");
}

static void say_unpublished(const struct px_case *c, struct px_evidence *evidence)
{
	px_say(evidence, "%u %s prepared and not published (req_prod_pvt %u, req_prod %u)",
	       unpublished(c->last),
	       px_plural(unpublished(c->last), "request is", "requests are"),
	       px_index(c->last->front.req_prod_pvt), c->last->shared.req_prod);
	px_say_time(evidence, c);
	px_say(evidence, ".");
}

enum px_match px_rule_reservation(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_reservation, evidence);

	if (match != PX_MATCH_YES)
		return match;
	say_unpublished(c, evidence);
	px_say(evidence,
	       " Nothing is in flight (rsp_prod %u, all taken), %u of %u slots are "
	       "free.",
	       c->last->shared.rsp_prod, free_slots(c->ring, c->last), c->ring->slots);
	say_front(c, evidence);
	return match;
}

enum px_match px_rule_stranded(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_stranded, evidence);

	if (match != PX_MATCH_YES)
		return match;
	px_say(evidence, "The ring is empty (req_prod, rsp_prod and both private indices %u)",
	       c->last->shared.req_prod);
	px_say_time(evidence, c);
	px_say(evidence, ".");
	say_front(c, evidence);
	if (px_fact_some(c->last->front.wanted) && c->last->front.wanted.value > c->ring->slots)
		px_say(evidence, " That is more than the ring's %u slots: it will never fit.",
		       c->ring->slots);
	return match;
}

enum px_match px_rule_unpushed(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_unpushed, evidence);
	struct px_evidence other = {0};

	if (match != PX_MATCH_YES || px_judge_still(c, ask_reservation, &other) == PX_MATCH_YES)
		return match == PX_MATCH_YES ? PX_MATCH_NO : match;
	say_unpublished(c, evidence);
	if (c->last->front.refill_timer == PX_ANSWER_YES)
		px_say(evidence, " A timer is to try again: the guest may be short of memory.");
	if (c->ring->kind != PX_RING_NET_RX)
		say_front(c, evidence);
	return match;
}
