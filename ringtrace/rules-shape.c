/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What cannot be or must not be in a ring (G, H, I, J, Z), and what is near to it (R).
 *
 * The four indices of a page are of one instant (rings are read until nothing moved), so what
 * is impossible among them is so at once. Private indices are read at another instant and are
 * held against them only on a ring that stands still.
 */
#include "ringtrace/rule-tests.h"

#include <inttypes.h>

enum {
	LONGEST_TAKEN = 18, /* requests after the first that netback takes */
	LONGEST_FATAL = 20, /* with more it disables the device (fatal_skb_slots) */
	NEAR_WRAP = 1 << 20,
};

/* More than any ring does between two readings. */
#define BACKWARDS UINT32_C(0x40000000)

static bool ran_back(uint32_t first, uint32_t last)
{
	return px_ring_distance(first, last) >= BACKWARDS;
}

static bool rewound(const struct px_ring_indices *a, const struct px_ring_indices *b)
{
	return ran_back(a->req_prod, b->req_prod) || ran_back(a->rsp_prod, b->rsp_prod);
}

/* Whether to is more than slots ahead of from, or behind it. */
static bool too_far(struct px_fact from, struct px_fact to, uint32_t slots)
{
	return from.known && to.known && px_ring_distance(px_index(from), px_index(to)) > slots;
}

/* Along the ring: rsp_cons, rsp_prod, rsp_prod_pvt, req_cons, req_prod, req_prod_pvt, and no
 * more than the ring has from the first to the last. */
static bool ends_disagree(const struct px_ring *ring, const struct px_ring_reading *r)
{
	struct px_fact order[] = {
		r->front.rsp_cons, PX_FACT(r->shared.rsp_prod), r->back.rsp_prod_pvt,
		r->back.req_cons,  PX_FACT(r->shared.req_prod), r->front.req_prod_pvt,
	};
	bool broken = false;

	for (size_t i = 0; i < px_array_size(order); i++)
		for (size_t j = i + 1; j < px_array_size(order); j++)
			broken |= too_far(order[i], order[j], ring->slots);
	return broken;
}

/* Both ends began to count anew, as two that connect again within a moment do. */
static bool began_together(const struct px_ring *ring, const struct px_ring_reading *last)
{
	return last->front.rsp_cons.known && last->back.req_cons.known &&
	       !ends_disagree(ring, last);
}

static void ask_initial(struct px_inquiry *q)
{
	const struct px_ring_indices *s = &q->r->shared;
	const struct px_ring_front *front = &q->r->front;
	const struct px_ring_back *back = &q->r->back;

	px_ask(q, !s->req_prod && !s->rsp_prod && s->req_event == 1 && s->rsp_event == 1);
	px_ask(q, px_fact_some(front->req_prod_pvt) || px_fact_some(front->rsp_cons) ||
			  px_fact_some(back->req_cons) || px_fact_some(back->rsp_prod_pvt));
}

static void say_private(const struct px_ring_reading *r, struct px_evidence *evidence)
{
	px_say_fact(evidence, " req_prod_pvt", r->front.req_prod_pvt);
	px_say_fact(evidence, ", rsp_cons", r->front.rsp_cons);
	px_say_fact(evidence, ", req_cons", r->back.req_cons);
	px_say_fact(evidence, ", rsp_prod_pvt", r->back.rsp_prod_pvt);
}

static void say_shared(const struct px_ring_indices *s, struct px_evidence *evidence)
{
	px_say(evidence, "req_prod %u, req_event %u, rsp_prod %u, rsp_event %u", s->req_prod,
	       s->req_event, s->rsp_prod, s->rsp_event);
}

enum px_match px_rule_reset(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match;

	if (!c->first || !px_case_connected(c))
		return PX_MATCH_NO;
	if (c->first->readable && c->last->readable &&
	    rewound(&c->first->shared, &c->last->shared) && !began_together(c->ring, c->last)) {
		px_say(evidence, "Indices ran backwards: ");
		say_shared(&c->first->shared, evidence);
		px_say(evidence, "; then ");
		say_shared(&c->last->shared, evidence);
		px_say(evidence, ".");
		return PX_MATCH_YES;
	}
	match = px_judge_still(c, ask_initial, evidence);
	if (match != PX_MATCH_YES)
		return PX_MATCH_NO;
	px_say(evidence, "The page is as after its set-up (");
	say_shared(&c->last->shared, evidence);
	px_say(evidence, "), but the ends have gone on:");
	say_private(c->last, evidence);
	px_say(evidence, ".");
	return PX_MATCH_YES;
}

static void ask_page_impossible(struct px_inquiry *q)
{
	const struct px_ring *ring = q->c->ring;
	const struct px_ring_reading *r = q->r;

	if (px_ring_is_stream(ring->kind))
		px_ask(q, px_ring_distance(r->stream.cons, r->stream.prod) >
				  px_ring_stream_size(ring->kind));
	else
		px_ask(q, ring->slots && px_ring_distance(r->shared.rsp_prod,
							  r->shared.req_prod) > ring->slots);
}

static void ask_private_impossible(struct px_inquiry *q)
{
	px_ask(q, ends_disagree(q->c->ring, q->r));
}

static void ask_repeated(struct px_inquiry *q)
{
	px_ask(q, q->r->chains.known && q->r->chains.repeated);
}

static void say_impossible(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_indices *s = &c->last->shared;

	if (px_ring_is_stream(c->ring->kind)) {
		px_say(evidence,
		       "%u bytes of %u are said to be in it (producer %u, consumer "
		       "%u).",
		       c->last->stream.prod - c->last->stream.cons,
		       px_ring_stream_size(c->ring->kind), c->last->stream.prod,
		       c->last->stream.cons);
		return;
	}
	if (s->req_prod - s->rsp_prod >= BACKWARDS)
		px_say(evidence,
		       "Requests end %u before responses: ", s->rsp_prod - s->req_prod);
	else
		px_say(evidence,
		       "%u of %u slots are said to be in flight: ", s->req_prod - s->rsp_prod,
		       c->ring->slots);
	say_shared(s, evidence);
	px_say(evidence, ".");
}

enum px_match px_rule_impossible(const struct px_case *c, struct px_evidence *evidence)
{
	if (c->first && !px_case_connected(c))
		return PX_MATCH_NO;
	if (px_judge_now(c, ask_page_impossible, evidence) == PX_MATCH_YES) {
		say_impossible(c, evidence);
		return PX_MATCH_YES;
	}
	if (px_judge_still(c, ask_private_impossible, evidence) == PX_MATCH_YES) {
		px_say(evidence,
		       "The ends disagree about a ring of %u slots: ", c->ring->slots);
		say_shared(&c->last->shared, evidence);
		px_say(evidence, ";");
		say_private(c->last, evidence);
		px_say(evidence, ".");
		return PX_MATCH_YES;
	}
	if (px_judge_still(c, ask_repeated, evidence) == PX_MATCH_YES) {
		px_say(evidence, "Two requests in flight have the id %" PRIu64 " (",
		       c->last->chains.repeated_id);
		say_shared(&c->last->shared, evidence);
		px_say(evidence, ").");
		return PX_MATCH_YES;
	}
	return PX_MATCH_NO;
}

static bool disabled(const struct px_case *c)
{
	return c->last->back.disabled == PX_ANSWER_YES;
}

static void ask_dangling(struct px_inquiry *q)
{
	px_ask(q, q->r->shared.req_prod != q->r->shared.rsp_prod);
	if (!q->r->chains.known)
		px_ask_lacks(q, PX_SOURCE_PAGE);
	else
		px_ask(q, q->r->chains.dangling);
}

static void ask_too_long(struct px_inquiry *q)
{
	px_ask(q, q->r->shared.req_prod != q->r->shared.rsp_prod);
	if (!q->r->chains.known)
		px_ask_lacks(q, PX_SOURCE_PAGE);
	else
		px_ask(q, q->r->chains.longest > LONGEST_TAKEN + 1);
}

/* Of a device that its back end has shut off, one look is enough. */
static enum px_match judge_chains(const struct px_case *c, px_questions *ask,
				  struct px_evidence *evidence)
{
	if (c->first && disabled(c) && px_case_connected(c))
		return px_judge_now(c, ask, evidence);
	return px_judge_still(c, ask, evidence);
}

static void say_disabled(const struct px_case *c, struct px_evidence *evidence)
{
	if (disabled(c))
		px_say(evidence, " The back end has shut the device off.");
}

enum px_match px_rule_dangling(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge_chains(c, ask_dangling, evidence);

	if (match != PX_MATCH_YES)
		return match;
	px_say(evidence,
	       "The slot at %u, the last that was published (req_prod %u, rsp_prod "
	       "%u), announces another.",
	       c->last->shared.req_prod - 1, c->last->shared.req_prod,
	       c->last->shared.rsp_prod);
	say_disabled(c, evidence);
	return match;
}

enum px_match px_rule_too_long(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = judge_chains(c, ask_too_long, evidence);
	uint32_t longest;

	if (match != PX_MATCH_YES)
		return match;
	longest = c->last->chains.longest;
	px_say(evidence,
	       "A packet in flight takes %u requests (req_prod %u, rsp_prod %u); "
	       "netback %s.",
	       longest, c->last->shared.req_prod, c->last->shared.rsp_prod,
	       longest > LONGEST_FATAL + 1 ? "disables a device that sends more than 21"
					   : "drops packets of more than 19");
	say_disabled(c, evidence);
	return match;
}

enum px_match px_rule_shut_off(const struct px_case *c, struct px_evidence *evidence)
{
	bool broken = c->first && c->last->front.broken == PX_ANSWER_YES;

	if (!c->first || !px_case_connected(c) || (!disabled(c) && !broken))
		return PX_MATCH_NO;
	px_say(evidence, "%s has shut the device off, for what %s did.",
	       broken ? "The guest's driver" : "The back end",
	       broken ? "the back end" : "the guest's driver");
	if (c->last->readable) {
		px_say(evidence, " The ring stands at ");
		say_shared(&c->last->shared, evidence);
		px_say(evidence, ".");
	}
	return PX_MATCH_YES;
}

static void ask_near_wrap(struct px_inquiry *q)
{
	const struct px_ring_indices *s = &q->r->shared;

	px_ask(q, s->req_prod >= 0u - NEAR_WRAP || s->rsp_prod >= 0u - NEAR_WRAP);
}

enum px_match px_rule_near_wrap(const struct px_case *c, struct px_evidence *evidence)
{
	if (px_judge_now(c, ask_near_wrap, evidence) != PX_MATCH_YES)
		return PX_MATCH_NO;
	px_say(evidence, "req_prod %u comes round after %u more requests.",
	       c->last->shared.req_prod, 0u - c->last->shared.req_prod);
	return PX_MATCH_YES;
}
