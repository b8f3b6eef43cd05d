/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ring that moves (V), and one that has nothing to do and is ready (S). */
#include "ringtrace/rule-tests.h"

#include <inttypes.h>

static uint64_t rate(uint32_t first, uint32_t last, uint64_t elapsed_ns)
{
	return elapsed_ns ? px_ring_distance(first, last) * UINT64_C(1000000000) / elapsed_ns
			  : 0;
}

static void say_rates(const struct px_case *c, struct px_evidence *evidence)
{
	uint64_t elapsed = px_case_elapsed_ns(c);

	if (!c->first->readable || !c->last->readable) {
		px_say(evidence, "Private indices moved; the page was not to be read.");
		return;
	}
	if (px_ring_is_stream(c->ring->kind))
		px_say(evidence, "%" PRIu64 " bytes a second written, %" PRIu64 " read.",
		       rate(c->first->stream.prod, c->last->stream.prod, elapsed),
		       rate(c->first->stream.cons, c->last->stream.cons, elapsed));
	else
		px_say(evidence,
		       "%" PRIu64 " requests a second, %" PRIu64 " responses; %u in "
		       "flight.",
		       rate(c->first->shared.req_prod, c->last->shared.req_prod, elapsed),
		       rate(c->first->shared.rsp_prod, c->last->shared.rsp_prod, elapsed),
		       c->last->shared.req_prod - c->last->shared.rsp_prod);
}

/* What a device that was given up had for a page may be anything by now. */
enum px_match px_rule_moves(const struct px_case *c, struct px_evidence *evidence)
{
	struct px_evidence unused = {0};

	if (!c->first || (!px_case_moved(c) && !px_case_prepared(c)))
		return PX_MATCH_NO;
	if (px_rule_not_connected(c, &unused) == PX_MATCH_YES)
		return PX_MATCH_NO;
	say_rates(c, evidence);
	return PX_MATCH_YES;
}

static bool unknown_or(struct px_fact fact, uint32_t number)
{
	return !fact.known || px_index(fact) == number;
}

static void ask_idle(struct px_inquiry *q)
{
	const struct px_ring_indices *s = &q->r->shared;

	if (px_ring_is_stream(q->c->ring->kind)) {
		px_ask(q, q->r->stream.prod == q->r->stream.cons);
		return;
	}
	px_ask(q, s->rsp_event == s->rsp_prod + 1 &&
			  unknown_or(q->r->front.rsp_cons, s->rsp_prod));
	if (q->c->ring->kind == PX_RING_NET_RX) {
		px_ask(q, s->req_prod != s->rsp_prod);
		px_ask(q, !px_fact_some(q->r->back.queued));
		return;
	}
	px_ask(q, s->req_prod == s->rsp_prod && s->req_event == s->req_prod + 1);
	px_ask(q, unknown_or(q->r->front.req_prod_pvt, s->req_prod) &&
			  unknown_or(q->r->back.req_cons, s->req_prod));
}

enum px_match px_rule_idle(const struct px_case *c, struct px_evidence *evidence)
{
	const struct px_ring_indices *s;

	if (px_judge_still(c, ask_idle, evidence) != PX_MATCH_YES)
		return PX_MATCH_NO;
	s = &c->last->shared;
	if (px_ring_is_stream(c->ring->kind))
		px_say(evidence, "All %u bytes were read, nothing came", c->last->stream.prod);
	else if (c->ring->kind == PX_RING_NET_RX)
		px_say(evidence,
		       "%u buffers are posted (req_prod %u, rsp_prod %u), the next "
		       "packet is announced (rsp_event %u), nothing moved",
		       s->req_prod - s->rsp_prod, s->req_prod, s->rsp_prod, s->rsp_event);
	else
		px_say(evidence,
		       "All %u requests are answered, both ends asked for an event "
		       "at the next (req_event %u, rsp_event %u), nothing moved",
		       s->req_prod, s->req_event, s->rsp_event);
	px_say_time(evidence, c);
	px_say(evidence, ".");
	return PX_MATCH_YES;
}
