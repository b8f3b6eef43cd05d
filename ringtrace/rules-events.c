/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events without work (K, P), and grants that are not given back (Q).
 *
 * Linux ends the interrupt of a back end late, and the later the more events came for nothing
 * (events_base.c, xen_irq_lateeoi_locked): after several, up to a second passes, in which the
 * port stays masked. A storm of events of the front end is then seen as few events, of which
 * each was spurious, and a port that is nearly always pending and masked.
 */
#include "ringtrace/rule-tests.h"

#include <inttypes.h>

enum {
	STORM_EVENTS = 100, /* a second, without an index that moves */
	STORM_JIFFIES = 10, /* put off between two readings */
};

static uint64_t grown(struct px_fact first, struct px_fact last)
{
	return first.known && last.known && last.value > first.value ? last.value - first.value
								     : 0;
}

bool px_case_eoi_delayed(const struct px_case *c)
{
	return grown(c->first->delayed_jiffies, c->last->delayed_jiffies) > 0;
}

/* That it stands still is all. */
static void ask_nothing(struct px_inquiry *q)
{
	(void)q;
}

static bool port_delayed(const struct px_ring_port *port)
{
	return port->pending == PX_ANSWER_YES && port->masked == PX_ANSWER_YES;
}

/* All rings of the device stand still; *ret is one of them, and one whose back end has an event
 * that it does not take, if there is one. */
static bool device_still(const struct px_case *device, struct px_case *ret)
{
	struct px_evidence unused = {0};
	bool found = false;

	for (size_t i = 0; i < device->device->ring_count; i++) {
		struct px_case c =
			px_case_of(device->rings, device->device, &device->device->rings[i]);

		if (px_judge_still(&c, ask_nothing, &unused) != PX_MATCH_YES ||
		    px_case_prepared(&c))
			return false;
		if (!found || port_delayed(&c.last->back_port))
			*ret = c;
		found = true;
	}
	return found;
}

/* The device was in use all the time; *ret is one of its rings. */
static bool device_watched(const struct px_case *device, struct px_case *ret)
{
	if (!device->device->ring_count)
		return false;
	*ret = px_case_of(device->rings, device->device, &device->device->rings[0]);
	return ret->first != ret->last && px_case_elapsed_ns(ret) >= PX_STILL_NS &&
	       px_case_guest_runs(ret) && px_case_connected(ret);
}

static bool a_storm_of(const struct px_case *c, uint64_t events)
{
	return events * UINT64_C(1000000000) >= STORM_EVENTS * px_case_elapsed_ns(c);
}

static bool nothing_to_do(const struct px_ring_reading *r, enum px_ring_kind kind)
{
	return kind == PX_RING_NET_RX || r->shared.req_prod == r->shared.rsp_prod;
}

/* The back end puts off an event that came for nothing. */
static bool put_off(const struct px_case *c, uint64_t spurious, uint64_t delayed)
{
	if (!spurious && !delayed)
		return false;
	return delayed >= STORM_JIFFIES ||
	       (port_delayed(&c->first->back_port) && port_delayed(&c->last->back_port) &&
		nothing_to_do(c->last, c->ring->kind));
}

enum px_match px_rule_storm(const struct px_case *device, struct px_evidence *evidence)
{
	struct px_case c = {0};
	uint64_t events, spurious, delayed;
	bool still = device_still(device, &c);

	/* Daemons count no events; their port stays masked until they have looked. */
	if (!device->device->has_states || (!still && !device_watched(device, &c)))
		return PX_MATCH_NO;
	if (!c.first->events.known || !c.last->events.known) {
		if (!still || !port_delayed(&c.first->back_port) ||
		    !port_delayed(&c.last->back_port))
			return PX_MATCH_NO;
		evidence->missing = 1u << PX_SOURCE_COUNTERS;
		return PX_MATCH_UNKNOWN;
	}
	events = grown(c.first->events, c.last->events);
	spurious = grown(c.first->spurious_events, c.last->spurious_events);
	delayed = grown(c.first->delayed_jiffies, c.last->delayed_jiffies);
	if (still && !a_storm_of(&c, events) && !put_off(&c, spurious, delayed))
		return PX_MATCH_NO;
	/* A packet now and then does not hide a storm: its events are the others. */
	if (!still && (!a_storm_of(&c, spurious) || spurious < events / 10 * 9))
		return PX_MATCH_NO;
	px_say(evidence,
	       "The back end got %" PRIu64 " events, %" PRIu64 " of them for nothing%s", events,
	       spurious, still ? ", and no index moved" : "; it was watched");
	px_say_time(evidence, &c);
	px_say(evidence, "; it put off the end of interrupts by %" PRIu64 " jiffies.", delayed);
	px_say(evidence, " Now");
	px_say_port(evidence, "its", &c.last->back_port);
	px_say(evidence, ".");
	return PX_MATCH_YES;
}

static void ask_eoi_delayed(struct px_inquiry *q)
{
	px_ask(q, q->r->shared.req_prod != q->r->shared.rsp_prod);
	px_ask(q, port_delayed(&q->r->back_port));
	px_ask(q, px_case_eoi_delayed(q->c));
}

enum px_match px_rule_eoi_delayed(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_eoi_delayed, evidence);

	if (match != PX_MATCH_YES)
		return match;
	px_say(evidence,
	       "The back end put off the end of interrupts by %" PRIu64
	       " jiffies, and requests wait (req_prod %u, rsp_prod %u)",
	       grown(c->first->delayed_jiffies, c->last->delayed_jiffies),
	       c->last->shared.req_prod, c->last->shared.rsp_prod);
	px_say_time(evidence, c);
	px_say(evidence, ";");
	px_say_port(evidence, "its", &c->last->back_port);
	px_say(evidence, ".");
	return match;
}

static void ask_grants_held(struct px_inquiry *q)
{
	if (q->r->back.dealloc.known)
		px_ask(q, q->r->back.dealloc.value > 0);
	else
		px_ask(q, false);
}

enum px_match px_rule_grants_held(const struct px_case *c, struct px_evidence *evidence)
{
	enum px_match match = px_judge_still(c, ask_grants_held, evidence);

	if (match != PX_MATCH_YES)
		return match;
	px_say(evidence, "Grants of packets that are done with stay mapped: %" PRIu64 ",",
	       c->last->back.dealloc.value);
	px_say_time(evidence, c);
	px_say(evidence, " (req_prod %u, rsp_prod %u).", c->last->shared.req_prod,
	       c->last->shared.rsp_prod);
	return match;
}
