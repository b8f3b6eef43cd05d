/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Responses that the front end does not take (B1 to B4).
 *
 * The mirror of rules-requests.c: rsp_event in (rsp_cons, rsp_prod] says that the back end had
 * to send an event. Where rsp_cons is not known, rsp_event = rsp_prod + 1 still says that the
 * front end has taken all: it asks for that only after it looked.
 *
 * Packets for an interface that is down in the guest are delivered all the same, until the ring
 * is full, and nobody takes them.
 */
#include "ringtrace/rule-tests.h"

#include <inttypes.h>

static void ask_responses(struct px_inquiry *q)
{
	uint32_t left = px_ring_distance(px_index(q->r->front.rsp_cons), q->r->shared.rsp_prod);

	px_ask(q, q->c->ring->kind != PX_RING_NET_RX || q->r->front.up != PX_ANSWER_NO);
	px_ask(q, q->r->front.rsp_cons.known ||
			  q->r->shared.rsp_event != q->r->shared.rsp_prod + 1);
	if (px_ask_for(q, q->r->front.rsp_cons, PX_SOURCE_FRONT))
		px_ask(q, left > 0 && left <= q->c->ring->slots);
}

static bool event_due(const struct px_ring_reading *r)
{
	return r->front.rsp_cons.known &&
	       px_ring_event_due(px_index(r->front.rsp_cons), r->shared.rsp_prod,
				 r->shared.rsp_event);
}

static void ask_lost_response(struct px_inquiry *q)
{
	ask_responses(q);
	if (q->r->front.rsp_cons.known)
		px_ask(q, event_due(q->r));
	px_ask_answer(q, q->r->front_port.pending, PX_ANSWER_NO, PX_SOURCE_FRONT_PORT);
	px_ask_answer(q, q->r->front_port.masked, PX_ANSWER_NO, PX_SOURCE_FRONT_PORT);
}

static void ask_front_blind(struct px_inquiry *q)
{
	ask_responses(q);
	px_ask_answer(q, q->r->front_port.masked, PX_ANSWER_YES, PX_SOURCE_FRONT_PORT);
}

static void ask_front_not_run(struct px_inquiry *q)
{
	ask_responses(q);
	px_ask_answer(q, q->r->front_port.pending, PX_ANSWER_YES, PX_SOURCE_FRONT_PORT);
	px_ask_answer(q, q->r->front_port.masked, PX_ANSWER_NO, PX_SOURCE_FRONT_PORT);
}

/* An event was due, and which of B1 to B3 became of it is not known. */
static void ask_not_taken(struct px_inquiry *q)
{
	const struct px_ring_port *port = &q->r->front_port;

	ask_responses(q);
	if (q->r->front.rsp_cons.known)
		px_ask(q, event_due(q->r));
	px_ask(q, port->masked != PX_ANSWER_YES);
	px_ask(q, port->masked == PX_ANSWER_UNKNOWN || port->pending == PX_ANSWER_UNKNOWN);
}

static void ask_no_event(struct px_inquiry *q)
{
	ask_responses(q);
	if (q->r->front.rsp_cons.known)
		px_ask(q, !event_due(q->r));
	px_ask(q, q->r->front_port.pending != PX_ANSWER_YES);
	px_ask(q, q->r->front_port.masked != PX_ANSWER_YES);
}

/* The front end can do nothing more before it takes responses. */
static bool out_of_slots(const struct px_ring *ring, const struct px_ring_reading *r)
{
	uint32_t used_to = r->front.req_prod_pvt.known ? px_index(r->front.req_prod_pvt)
						       : r->shared.req_prod;
	uint32_t margin = ring->kind == PX_RING_NET_TX && ring->slots > 19 ? 19 : 0;

	if (px_fact_some(r->front.waiters) ||
	    (r->front.stopped == PX_ANSWER_YES && r->front.up != PX_ANSWER_NO))
		return true;
	return ring->kind != PX_RING_NET_RX &&
	       px_ring_distance(px_index(r->front.rsp_cons), used_to) >= ring->slots - margin;
}

/* Packets that were delivered and of which the guest is never told. */
static bool used_up(const struct px_ring *ring, const struct px_ring_reading *r)
{
	return ring->kind == PX_RING_NET_RX &&
	       px_index_reached(r->shared.rsp_event, px_index(r->front.rsp_cons));
}

static void ask_not_asked(struct px_inquiry *q)
{
	ask_no_event(q);
	if (q->r->front.rsp_cons.known)
		px_ask(q, out_of_slots(q->c->ring, q->r) || used_up(q->c->ring, q->r));
}

static void ask_batched(struct px_inquiry *q)
{
	ask_no_event(q);
	if (q->r->front.rsp_cons.known)
		px_ask(q, !out_of_slots(q->c->ring, q->r) && !used_up(q->c->ring, q->r));
}

static enum px_match judge(const struct px_case *c, px_questions *ask,
			   struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask, evidence);
	const struct px_ring_indices *s;
	uint32_t left;

	if (match != PX_MATCH_YES)
		return match;
	s = &c->last->shared;
	left = s->rsp_prod - px_index(c->last->front.rsp_cons);
	px_say(evidence, "%u %s not taken (rsp_prod %u, taken up to %u)", left,
	       px_plural(left, "response was", "responses were"), s->rsp_prod,
	       px_index(c->last->front.rsp_cons));
	px_say_time(evidence, c);
	px_say(evidence, ". The front end asked for an event at %u;", s->rsp_event);
	px_say_port(evidence, "its", &c->last->front_port);
	px_say(evidence, ".");
	return match;
}

enum px_match px_rule_lost_response(const struct px_case *c, struct px_evidence *evidence)
{
	return judge(c, ask_lost_response, evidence);
}

enum px_match px_rule_front_blind(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge(c, ask_front_blind, evidence);

	if (match == PX_MATCH_YES && c->last->front_port.pending == PX_ANSWER_NO)
		px_say(evidence, " Its handler took the event and did not come to an end.");
	return match;
}

enum px_match px_rule_front_not_run(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge(c, ask_front_not_run, evidence);
	const struct px_ring_port *port;

	if (match != PX_MATCH_YES)
		return match;
	port = &c->last->front_port;
	if (port->upcall_masked == PX_ANSWER_YES)
		px_say(evidence, " The vCPU has its upcalls masked.");
	else if (port->upcall_pending == PX_ANSWER_NO)
		px_say(evidence, " No upcall is pending: the vCPU is not told of it.");
	else if (port->blocked == PX_ANSWER_YES)
		px_say(evidence, " The vCPU is blocked although an event is pending.");
	else if (port->runs == PX_ANSWER_YES)
		px_say(evidence, " The vCPU runs and does not take it: interrupts are off.");
	return match;
}

enum px_match px_rule_not_taken(const struct px_case *c, struct px_evidence *evidence)
{
	return judge(c, ask_not_taken, evidence);
}

enum px_match px_rule_not_asked(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge(c, ask_not_asked, evidence);
	uint32_t taken;

	if (match != PX_MATCH_YES)
		return match;
	taken = px_index(c->last->front.rsp_cons);
	px_say(evidence, " That event is %s.",
	       px_index_reached(c->last->shared.rsp_event, taken)
		       ? "used up, and it did not ask for another"
		       : "for a response that is not there yet");
	return match;
}

enum px_match px_rule_batched(const struct px_case *c, struct px_evidence *evidence)
{
	return judge(c, ask_batched, evidence);
}
