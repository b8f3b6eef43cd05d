/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that the back end does not take (A1, A4, F), or has taken and does not answer (A2,
 * A3, C).
 *
 * req_event tells them apart. A back end that found nothing more sets it to req_cons + 1 and
 * looks again. So req_event = req_prod + 1 says that it has seen all requests. A req_event in
 * (req_cons, req_prod] says that the front end had to send an event when it passed it: that
 * never came, or waits at the back end's port. Any other says that nobody will send one.
 *
 * A back end of disks in user space sets it only when it has answered all, so of a disk whose
 * back end's private indices are not known, any req_event may be of one that waits for the
 * disk.
 *
 * On a net rx ring requests are buffers. They are work only when packets wait for them, and
 * enough of them: netback asks for an event only while a packet waits, so its req_event means
 * nothing otherwise.
 */
#include "ringtrace/rule-tests.h"

#include <inttypes.h>

static bool event_due(const struct px_ring_reading *r)
{
	return px_ring_event_due(px_index(r->back.req_cons), r->shared.req_prod,
				 r->shared.req_event);
}

/* All requests were seen, as far as the page tells. */
static bool asked_for_next(const struct px_ring_reading *r)
{
	return r->shared.req_event == r->shared.req_prod + 1;
}

/* Requests are in flight; of rx, there are packets for them and slots enough. */
static void ask_work(struct px_inquiry *q)
{
	const struct px_ring_back *back = &q->r->back;
	uint32_t taken = back->req_cons.known ? px_index(back->req_cons)
					      : q->r->shared.rsp_prod;
	uint32_t posted = px_ring_distance(taken, q->r->shared.req_prod);

	px_ask(q, q->r->shared.req_prod != q->r->shared.rsp_prod);
	/* Who has shut the device off takes nothing, and that is said by other rules. */
	px_ask(q, back->disabled != PX_ANSWER_YES);
	if (q->c->ring->kind != PX_RING_NET_RX)
		return;
	if (px_ask_for(q, back->queued, PX_SOURCE_BACK))
		px_ask(q, back->queued.value > 0);
	px_ask(q, posted > 0 && (!back->wanted.known || posted >= back->wanted.value));
}

static void ask_not_throttled(struct px_inquiry *q)
{
	px_ask(q, q->r->back.credit_timer != PX_ANSWER_YES);
}

/* Some requests were not taken. */
static void ask_untaken(struct px_inquiry *q)
{
	if (q->r->back.req_cons.known)
		px_ask(q, px_index(q->r->back.req_cons) != q->r->shared.req_prod);
	else
		px_ask(q, !asked_for_next(q->r));
}

static void ask_lost_kick(struct px_inquiry *q)
{
	ask_work(q);
	ask_not_throttled(q);
	px_ask(q, !asked_for_next(q->r));
	if (px_ask_for(q, q->r->back.req_cons, PX_SOURCE_BACK))
		px_ask(q, event_due(q->r));
	px_ask_answer(q, q->r->back_port.pending, PX_ANSWER_NO, PX_SOURCE_BACK_PORT);
}

static void ask_back_asleep(struct px_inquiry *q)
{
	ask_work(q);
	ask_untaken(q);
	ask_not_throttled(q);
	px_ask_answer(q, q->r->back_port.pending, PX_ANSWER_YES, PX_SOURCE_BACK_PORT);
	px_ask(q, q->r->back_port.masked != PX_ANSWER_YES || !px_case_eoi_delayed(q->c));
}

/* A disk may take its time, with requests in flight of which no more is known. */
static bool disk_may_be_busy(const struct px_case *c)
{
	return c->ring->kind == PX_RING_BLOCK && px_case_is_short(c);
}

/* Requests are not taken, and whether by A1, A4 or F is not known. */
static void ask_not_seen(struct px_inquiry *q)
{
	px_ask(q, q->r->back.req_cons.known || !disk_may_be_busy(q->c));
	ask_work(q);
	ask_not_throttled(q);
	px_ask(q, !asked_for_next(q->r));
	px_ask(q, q->r->back_port.pending != PX_ANSWER_YES);
	if (q->r->back.req_cons.known)
		px_ask(q, event_due(q->r) && q->r->back_port.pending == PX_ANSWER_UNKNOWN);
}

/* Holds some and has not asked for more: it may go on when it has answered these. */
static bool holds_some(const struct px_ring_reading *r)
{
	return px_fact_is_not(r->back.req_cons, r->shared.rsp_prod) && !event_due(r);
}

static void ask_back_holds(struct px_inquiry *q)
{
	ask_work(q);
	ask_not_throttled(q);
	px_ask(q, asked_for_next(q->r) ||
			  px_fact_is(q->r->back.req_cons, q->r->shared.req_prod) ||
			  (q->c->ring->kind != PX_RING_NET_RX && holds_some(q->r)));
}

static void ask_event_never_due(struct px_inquiry *q)
{
	const struct px_ring_reading *r = q->r;
	uint32_t taken = px_index(r->back.req_cons);

	ask_work(q);
	ask_not_throttled(q);
	px_ask(q, !asked_for_next(r));
	if (!px_ask_for(q, r->back.req_cons, PX_SOURCE_BACK))
		return;
	px_ask(q, taken != r->shared.req_prod && !event_due(r));
	px_ask(q, q->c->ring->kind == PX_RING_NET_RX || taken == r->shared.rsp_prod);
	px_ask(q, r->back_port.pending != PX_ANSWER_YES);
}

static void ask_throttled(struct px_inquiry *q)
{
	px_ask(q, q->r->shared.req_prod != q->r->shared.rsp_prod);
	px_ask_answer(q, q->r->back.credit_timer, PX_ANSWER_YES, PX_SOURCE_BACK);
}

/* netfront stops its queue when a largest packet and one slot may not fit any more. */
static uint32_t full_from(const struct px_ring *ring)
{
	return ring->kind == PX_RING_NET_TX && ring->slots > 19 ? ring->slots - 19
								: ring->slots;
}

static uint32_t used_slots(const struct px_ring_reading *r)
{
	const struct px_ring_front *front = &r->front;
	uint32_t to = front->req_prod_pvt.known ? px_index(front->req_prod_pvt)
						: r->shared.req_prod;
	uint32_t from = front->rsp_cons.known ? px_index(front->rsp_cons) : r->shared.rsp_prod;

	return px_ring_distance(from, to);
}

static void ask_ring_full(struct px_inquiry *q)
{
	px_ask(q, q->r->shared.req_prod != q->r->shared.rsp_prod);
	px_ask(q, used_slots(q->r) >= full_from(q->c->ring) &&
			  used_slots(q->r) <= q->c->ring->slots);
}

static void say_requests(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_indices *s = &c->last->shared;
	const struct px_ring_back *back = &c->last->back;
	uint32_t in_flight = s->req_prod - s->rsp_prod;

	if (c->ring->kind == PX_RING_NET_RX && back->queued.known)
		px_say(evidence, "Packets that wait for the guest: %" PRIu64 ". ",
		       back->queued.value);
	px_say(evidence, "%u %s in flight (req_prod %u, rsp_prod %u", in_flight,
	       c->ring->kind == PX_RING_NET_RX
		       ? px_plural(in_flight, "buffer is", "buffers are")
		       : px_plural(in_flight, "request is", "requests are"),
	       s->req_prod, s->rsp_prod);
	if (back->req_cons.known)
		px_say(evidence, ", taken up to %u", px_index(back->req_cons));
	px_say(evidence, "), nothing moved");
	px_say_time(evidence, c);
	px_say(evidence, ".");
}

static void say_event(const struct px_case *c, struct px_evidence *evidence)
{
	px_say(evidence, " The back end asked for an event at %u;", c->last->shared.req_event);
	px_say_port(evidence, "its", &c->last->back_port);
	px_say(evidence, ".");
}

static void say_unknown_credit(const struct px_case *c, struct px_evidence *evidence)
{
	if (c->ring->kind == PX_RING_NET_TX && c->last->back.credit_timer == PX_ANSWER_UNKNOWN)
		px_say(evidence, " A rate limit (A3) cannot be ruled out.");
}

static enum px_match judge(const struct px_case *c, px_questions *ask,
			   struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask, evidence);

	if (match == PX_MATCH_YES)
		say_requests(c, evidence);
	return match;
}

enum px_match px_rule_lost_kick(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge(c, ask_lost_kick, evidence);

	if (match == PX_MATCH_YES)
		say_event(c, evidence);
	return match;
}

enum px_match px_rule_back_asleep(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge(c, ask_back_asleep, evidence);

	if (match != PX_MATCH_YES)
		return match;
	say_event(c, evidence);
	if (c->last->back_port.masked == PX_ANSWER_YES)
		px_say(evidence, " Its handler is disabled or has not ended the interrupt.");
	else if (c->last->back_port.masked == PX_ANSWER_NO)
		px_say(evidence, " Its vCPU does not take the event.");
	return match;
}

enum px_match px_rule_not_seen(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge(c, ask_not_seen, evidence);

	if (match != PX_MATCH_YES)
		return match;
	say_event(c, evidence);
	if (!c->last->back.req_cons.known)
		px_say(evidence, " How far it has taken requests is not known: lost kick (A1), "
				 "event never due (F) or requests held (A2).");
	if (c->last->back_port.pending == PX_ANSWER_UNKNOWN)
		px_say(evidence, " Its port is not known: it may be asleep with the event "
				 "(A4).");
	say_unknown_credit(c, evidence);
	return match;
}

static void say_held(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_back *back = &c->last->back;

	if (asked_for_next(c->last))
		px_say(evidence,
		       " The back end has seen all and asked for an event at the "
		       "next (req_event %u).",
		       c->last->shared.req_event);
	else if (px_fact_is(back->req_cons, c->last->shared.req_prod))
		px_say(evidence, " It has taken all.");
	else
		px_say(evidence,
		       " It holds some and has asked for no event (req_event %u): "
		       "event never due (F) is possible too.",
		       c->last->shared.req_event);
	if (back->pending.known)
		px_say(evidence, " Pending by its own count: %" PRIu64 ".",
		       back->pending.value);
	if (px_fact_some(back->dealloc))
		px_say(evidence, " Grants that wait to be unmapped: %" PRIu64 ".",
		       back->dealloc.value);
	say_unknown_credit(c, evidence);
}

enum px_match px_rule_back_holds(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge(c, ask_back_holds, evidence);

	if (match == PX_MATCH_YES)
		say_held(c, evidence);
	return match;
}

enum px_match px_rule_disk_stuck(const struct px_case *c, struct px_evidence *evidence)
{
	if (!c->first || disk_may_be_busy(c))
		return PX_MATCH_NO;
	return px_rule_back_holds(c, evidence);
}

enum px_match px_rule_disk_busy(const struct px_case *c, struct px_evidence *evidence)
{
	if (!c->first || !disk_may_be_busy(c))
		return PX_MATCH_NO;
	return px_rule_back_holds(c, evidence);
}

enum px_match px_rule_event_never_due(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge(c, ask_event_never_due, evidence);

	if (match != PX_MATCH_YES)
		return match;
	say_event(c, evidence);
	px_say(evidence, " That is %s: nobody has to send one.",
	       px_index_reached(c->last->shared.req_event, px_index(c->last->back.req_cons))
		       ? "before what it has taken"
		       : "after what was published");
	say_unknown_credit(c, evidence);
	return match;
}

enum px_match px_rule_throttled(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge(c, ask_throttled, evidence);

	if (match != PX_MATCH_YES)
		return match;
	px_say(evidence, " The timer of the back end's rate limit is running");
	if (c->last->back.credit.known)
		px_say(evidence, ", %" PRIu64 " bytes are left until then",
		       c->last->back.credit.value);
	px_say(evidence, ".");
	return match;
}

enum px_match px_rule_ring_full(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_ring_full, evidence);

	if (match == PX_MATCH_YES)
		px_say(evidence, "The guest can send no more: of %u slots %u are used.",
		       c->ring->slots, used_slots(c->last));
	return match;
}
