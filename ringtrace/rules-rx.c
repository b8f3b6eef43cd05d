/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buffers for packets to the guest (D, E, Y1). On a net rx ring the guest's requests are empty
 * buffers: up to a ring full of them in flight is the normal state of rest, none is a fault.
 */
#include "ringtrace/rule-tests.h"

#include <inttypes.h>

enum {
	/* A packet of 64 KiB takes 17 slots, segmentation and hash one each. */
	LARGEST_PACKET = 19,
};

static void ask_starved(struct px_inquiry *q)
{
	const struct px_ring_back *back = &q->r->back;
	struct px_fact taken = q->r->front.rsp_cons;

	px_ask(q, q->r->front.up != PX_ANSWER_NO);
	px_ask(q, q->r->shared.req_prod == q->r->shared.rsp_prod);
	if (taken.known)
		px_ask(q, px_index(taken) == q->r->shared.rsp_prod);
	else if (back->stalled != PX_ANSWER_YES && !px_fact_some(back->queued))
		px_ask_lacks(q, back->queued.known ? PX_SOURCE_FRONT : PX_SOURCE_BACK);
}

static void ask_deficit(struct px_inquiry *q)
{
	const struct px_ring_indices *s = &q->r->shared;
	const struct px_ring_back *back = &q->r->back;
	uint32_t taken = back->req_cons.known ? px_index(back->req_cons) : s->rsp_prod;
	uint32_t posted = px_ring_distance(taken, s->req_prod);

	px_ask(q, q->r->front.up != PX_ANSWER_NO);
	px_ask(q, s->req_prod != s->rsp_prod && posted < LARGEST_PACKET);
	if (px_ask_for(q, back->queued, PX_SOURCE_BACK))
		px_ask(q, back->queued.value > 0);
	if (px_ask_for(q, back->wanted, PX_SOURCE_BACK))
		px_ask(q, posted < back->wanted.value);
}

static void ask_down(struct px_inquiry *q)
{
	px_ask(q, q->r->front.up == PX_ANSWER_NO);
}

static void say_waiting(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_back *back = &c->last->back;
	const struct px_ring_front *front = &c->last->front;

	if (back->queued.known)
		px_say(evidence, " Packets that wait for buffers: %" PRIu64 ".",
		       back->queued.value);
	if (back->stalled == PX_ANSWER_YES)
		px_say(evidence, " The back end calls the guest's receiving stalled.");
	if (front->up == PX_ANSWER_UNKNOWN)
		px_say(evidence, " Whether the guest's interface is up is not known.");
	if (px_fact_is_not(front->req_prod_pvt, c->last->shared.req_prod))
		px_say(evidence, " The guest has prepared %u and does not publish them%s.",
		       px_ring_distance(c->last->shared.req_prod,
					px_index(front->req_prod_pvt)),
		       front->refill_timer == PX_ANSWER_YES ? "; a timer is to try again" : "");
}

enum px_match px_rule_starved(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_starved, evidence);

	if (match != PX_MATCH_YES)
		return match;
	px_say(evidence, "The guest has no buffer posted (req_prod %u, rsp_prod %u)",
	       c->last->shared.req_prod, c->last->shared.rsp_prod);
	px_say_time(evidence, c);
	px_say(evidence, ".");
	say_waiting(c, evidence);
	return match;
}

enum px_match px_rule_deficit(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_deficit, evidence);
	const struct px_ring_indices *s;
	struct px_fact taken;

	if (match != PX_MATCH_YES)
		return match;
	s = &c->last->shared;
	taken = c->last->back.req_cons;
	px_say(evidence, "The guest has %u buffers posted (req_prod %u, rsp_prod %u)",
	       s->req_prod - (taken.known ? px_index(taken) : s->rsp_prod), s->req_prod,
	       s->rsp_prod);
	px_say_time(evidence, c);
	px_say(evidence, "; the next packet takes %" PRIu64 ".", c->last->back.wanted.value);
	say_waiting(c, evidence);
	return match;
}

enum px_match px_rule_interface_down(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_down, evidence);
	uint32_t left;

	if (match != PX_MATCH_YES)
		return match;
	left = c->last->shared.rsp_prod - px_index(c->last->front.rsp_cons);
	px_say(evidence, "The guest has its interface down");
	px_say_time(evidence, c);
	if (c->last->front.rsp_cons.known && left)
		px_say(evidence,
		       "; %u %s delivered and not taken (rsp_prod %u, taken up to %u)", left,
		       px_plural(left, "response was", "responses were"),
		       c->last->shared.rsp_prod, px_index(c->last->front.rsp_cons));
	px_say(evidence, ".");
	return match;
}
