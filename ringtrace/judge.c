/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions of rules, standing still, and the words of evidence. */
#include "ringtrace/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void px_ask(struct px_inquiry *q, bool condition)
{
	if (!condition)
		q->match = PX_MATCH_NO;
}

void px_ask_lacks(struct px_inquiry *q, enum px_ring_source source)
{
	if (q->match == PX_MATCH_NO)
		return;
	q->match = PX_MATCH_UNKNOWN;
	q->missing |= 1u << source;
}

bool px_ask_for(struct px_inquiry *q, struct px_fact fact, enum px_ring_source source)
{
	if (!fact.known)
		px_ask_lacks(q, source);
	return fact.known;
}

void px_ask_answer(struct px_inquiry *q, enum px_answer answer, enum px_answer wanted,
		   enum px_ring_source source)
{
	if (answer == PX_ANSWER_UNKNOWN)
		px_ask_lacks(q, source);
	else
		px_ask(q, answer == wanted);
}

struct px_case px_case_of(const struct px_rings *rings, const struct px_ring_device *device,
			  const struct px_ring *ring)
{
	struct px_case c = {.rings = rings, .device = device, .ring = ring};
	size_t before = 0;

	if (!ring || !ring->reading_count)
		return c;
	while (before < ring->reading_count && !ring->readings[before].kicked)
		before++;
	c.first = &ring->readings[0];
	c.last = before ? &ring->readings[before - 1] : c.first;
	if (before && before < ring->reading_count)
		c.kicked = &ring->readings[before];
	return c;
}

static bool facts_differ(struct px_fact a, struct px_fact b)
{
	return a.known && b.known && a.value != b.value;
}

static bool moved_between(enum px_ring_kind kind, const struct px_ring_reading *a,
			  const struct px_ring_reading *b)
{
	bool pages = a->readable && b->readable;

	if (px_ring_is_stream(kind))
		return pages && memcmp(&a->stream, &b->stream, sizeof(a->stream)) != 0;
	return (pages && memcmp(&a->shared, &b->shared, sizeof(a->shared)) != 0) ||
	       facts_differ(a->front.rsp_cons, b->front.rsp_cons) ||
	       facts_differ(a->back.req_cons, b->back.req_cons) ||
	       facts_differ(a->back.rsp_prod_pvt, b->back.rsp_prod_pvt);
}

static bool prepared_between(enum px_ring_kind kind, const struct px_ring_reading *a,
			     const struct px_ring_reading *b)
{
	(void)kind;
	return facts_differ(a->front.req_prod_pvt, b->front.req_prod_pvt);
}

/* Of any two: a source that one reading lacks does not hide what those around it tell. */
static bool any_two(const struct px_case *c,
		    bool (*differ)(enum px_ring_kind kind, const struct px_ring_reading *a,
				   const struct px_ring_reading *b))
{
	for (const struct px_ring_reading *a = c->first; a < c->last; a++)
		for (const struct px_ring_reading *b = a + 1; b <= c->last; b++)
			if (differ(c->ring->kind, a, b))
				return true;
	return false;
}

bool px_case_moved(const struct px_case *c)
{
	return any_two(c, moved_between);
}

bool px_case_prepared(const struct px_case *c)
{
	return any_two(c, prepared_between);
}

bool px_case_guest_runs(const struct px_case *c)
{
	const struct px_domain *domain = &c->rings->domain;

	return !c->rings->was_stopped && !domain->paused && !domain->shutdown && !domain->dying;
}

static bool connected_at(const struct px_case *c, const struct px_ring_reading *reading)
{
	size_t at = (size_t)(reading - c->ring->readings);

	return c->device->front_state[at] == PX_XENBUS_CONNECTED &&
	       c->device->back_state[at] == PX_XENBUS_CONNECTED;
}

bool px_case_connected(const struct px_case *c)
{
	if (c->device->gone)
		return false;
	for (const struct px_ring_reading *r = c->first; c->device->has_states && r <= c->last;
	     r++)
		if (!connected_at(c, r))
			return false;
	return true;
}

uint64_t px_case_elapsed_ns(const struct px_case *c)
{
	const struct px_rings *rings = c->rings;

	if (c->ring)
		return c->last->time_ns - c->first->time_ns;
	if (!rings->reading_count)
		return 0;
	return rings->reading_start_ns[rings->reading_count - 1] - rings->reading_start_ns[0];
}

bool px_case_is_short(const struct px_case *c)
{
	return px_case_elapsed_ns(c) < PX_PATIENCE_S * UINT64_C(1000000000);
}

/* Nothing that asks for distances makes sense of a page that is not so. */
static bool page_possible(const struct px_ring *ring, const struct px_ring_reading *r)
{
	if (px_ring_is_stream(ring->kind))
		return px_ring_distance(r->stream.cons, r->stream.prod) <=
		       px_ring_stream_size(ring->kind);
	return px_ring_distance(r->shared.rsp_prod, r->shared.req_prod) <= ring->slots;
}

static void ask_still(struct px_inquiry *q)
{
	const struct px_case *c = q->c;

	px_ask(q, c->first != c->last && px_case_elapsed_ns(c) >= PX_STILL_NS);
	px_ask(q, px_case_guest_runs(c) && px_case_connected(c));
	px_ask(q, !px_case_moved(c));
	if (!c->first->readable || !c->last->readable)
		px_ask_lacks(q, PX_SOURCE_PAGE);
	else
		px_ask(q, page_possible(c->ring, c->last));
}

static enum px_match answer(const struct px_inquiry *q, struct px_evidence *evidence)
{
	if (q->match == PX_MATCH_UNKNOWN)
		evidence->missing = q->missing;
	return q->match;
}

enum px_match px_judge_still(const struct px_case *c, px_questions *ask,
			     struct px_evidence *evidence)
{
	struct px_inquiry q = {.c = c, .match = PX_MATCH_YES};

	if (!c->first)
		return PX_MATCH_NO;
	ask_still(&q);
	if (q.match == PX_MATCH_YES) {
		q.r = c->first;
		ask(&q);
		q.r = c->last;
		ask(&q);
	}
	return answer(&q, evidence);
}

enum px_match px_judge_now(const struct px_case *c, px_questions *ask,
			   struct px_evidence *evidence)
{
	struct px_inquiry q = {.c = c, .r = c->last, .match = PX_MATCH_YES};

	if (!c->first)
		return PX_MATCH_NO;
	if (!c->last->readable)
		px_ask_lacks(&q, PX_SOURCE_PAGE);
	else
		ask(&q);
	return answer(&q, evidence);
}

void px_say(struct px_evidence *evidence, const char *format, ...)
{
	size_t used = strlen(evidence->text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(evidence->text + used, sizeof(evidence->text) - used, format, arguments);
	va_end(arguments);
}

void px_say_time(struct px_evidence *evidence, const struct px_case *c)
{
	uint64_t tenths = (px_case_elapsed_ns(c) + 50000000) / 100000000;

	px_say(evidence, " for %" PRIu64 ".%" PRIu64 " s", tenths / 10, tenths % 10);
}

static const char *words_of(enum px_answer answer, const char *yes, const char *no,
			    const char *unknown)
{
	return answer == PX_ANSWER_YES ? yes : answer == PX_ANSWER_NO ? no : unknown;
}

void px_say_port(struct px_evidence *evidence, const char *whose,
		 const struct px_ring_port *port)
{
	px_say(evidence, " %s port", whose);
	if (port->port.known)
		px_say(evidence, " %" PRIu64, port->port.value);
	px_say(evidence, " is %s and %s",
	       words_of(port->pending, "pending", "not pending", "pending or not (unknown)"),
	       words_of(port->masked, "masked", "not masked", "masked or not (unknown)"));
	if (port->vcpu.known)
		px_say(evidence, " (vCPU %" PRIu64 "%s%s)", port->vcpu.value,
		       words_of(port->upcall_masked, ", upcalls masked", "", ""),
		       port->blocked == PX_ANSWER_YES
			       ? ", blocked"
			       : words_of(port->runs, ", running", ", not running", ""));
}

void px_say_fact(struct px_evidence *evidence, const char *name, struct px_fact fact)
{
	if (fact.known)
		px_say(evidence, "%s %" PRIu64, name, fact.value);
	else
		px_say(evidence, "%s unknown", name);
}

void px_say_sources(struct px_evidence *evidence, unsigned int missing)
{
	const char *separator = "";

	for (unsigned int source = 0; source < PX_RING_SOURCES; source++) {
		if (!(missing & 1u << source))
			continue;
		px_say(evidence, "%s%s", separator, px_ring_source_name(source));
		separator = ", ";
	}
}
