/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A model of both ends of a ring. */
#include "tests/support/ring-model.h"

enum {
	RX_BATCH = 19,
	LARGEST = 18,
};

uint32_t ring_model_random(struct ring_model *model, uint32_t limit)
{
	model->random = model->random * UINT64_C(6364136223846793005) +
			UINT64_C(1442695040888963407);
	return (uint32_t)((model->random >> 33) % limit);
}

void ring_model_init(struct ring_model *model, enum px_ring_kind kind, uint32_t base,
		     uint64_t seed)
{
	*model = (struct ring_model){
		.kind = kind,
		.slots = px_ring_slots(kind, 1),
		.random = seed,
		.time_ns = WORLD_SECOND,
		.pace_ns = 20000000,
		.shared = {base, base + 1, base, base + 1},
		.req_prod_pvt = base,
		.rsp_cons = base,
		.req_cons = base,
		.rsp_prod_pvt = base,
		.wanted = 1,
	};
	if (kind == PX_RING_NET_RX) {
		model->req_prod_pvt += model->slots;
		model->shared.req_prod = model->req_prod_pvt;
	}
}

static uint32_t free_slots(const struct ring_model *m)
{
	return m->slots - (m->req_prod_pvt - m->rsp_cons);
}

static void kick_back(struct ring_model *m)
{
	if (!px_ring_event_due(m->pushed_from, m->shared.req_prod, m->shared.req_event))
		return;
	if (m->fault == MODEL_LOSES_KICK)
		return;
	m->back_pending = true;
	m->events++;
}

static void publish(struct ring_model *m)
{
	m->pushed_from = m->shared.req_prod;
	m->shared.req_prod = m->req_prod_pvt;
	if (m->fault == MODEL_REWINDS)
		m->shared.req_prod = m->shared.rsp_prod - 10;
}

/* --- the guest: a producer of packets or disk requests --------------------------------------
 */

enum {
	PRODUCER_RESTS,
	PRODUCER_WAITS,
	PRODUCER_PREPARES,
	PRODUCER_PUBLISHED,
};

static bool slots_suffice(const struct ring_model *m)
{
	if (m->fault == MODEL_HOLDS_SLOTS)
		return free_slots(m) > 0;
	return free_slots(m) >= m->packet;
}

static void prepare(struct ring_model *m)
{
	if (m->fault == MODEL_HOLDS_SLOTS && !free_slots(m)) {
		m->waits = true;
		m->producer = PRODUCER_WAITS;
		return;
	}
	m->req_prod_pvt++;
	if (--m->packet)
		return;
	if (m->fault == MODEL_NEVER_PUSHES) {
		m->producer = PRODUCER_RESTS;
		return;
	}
	/* Of producers that hold slots, none finishes before all slots are held. */
	if (m->fault == MODEL_HOLDS_SLOTS) {
		m->packet = LARGEST;
		return;
	}
	publish(m);
	m->producer = PRODUCER_PUBLISHED;
}

static void step_producer(struct ring_model *m)
{
	switch (m->producer) {
	case PRODUCER_RESTS:
		if (!m->traffic)
			return;
		m->packet = m->kind == PX_RING_BLOCK ? 1 : 1 + ring_model_random(m, LARGEST);
		m->waits = !slots_suffice(m);
		m->producer = m->waits ? PRODUCER_WAITS : PRODUCER_PREPARES;
		return;
	case PRODUCER_WAITS:
		if (!slots_suffice(m) || m->fault == MODEL_LOSES_WAKE)
			return;
		m->waits = false;
		m->producer = PRODUCER_PREPARES;
		return;
	case PRODUCER_PREPARES:
		prepare(m);
		return;
	default:
		kick_back(m);
		m->producer = PRODUCER_RESTS;
		return;
	}
}

/* --- the guest: buffers for packets ---------------------------------------------------------
 */

static uint32_t refill_to(const struct ring_model *m)
{
	return m->fault == MODEL_NO_REFILL ? 0 : m->fault == MODEL_SMALL_REFILL ? 4 : m->slots;
}

static void step_refill(struct ring_model *m)
{
	uint32_t batch = m->fault == MODEL_SMALL_REFILL ? 1 : RX_BATCH;

	if (m->producer == PRODUCER_PUBLISHED) {
		kick_back(m);
		m->producer = PRODUCER_RESTS;
	} else if (m->req_prod_pvt - m->rsp_cons < refill_to(m)) {
		m->req_prod_pvt = m->rsp_cons + refill_to(m);
	} else if (m->req_prod_pvt - m->shared.req_prod >= batch &&
		   m->fault != MODEL_NEVER_PUSHES) {
		publish(m);
		m->producer = PRODUCER_PUBLISHED;
	}
}

/* --- the guest: its handler ------------------------------------------------------------------
 */

enum {
	RESTS,
	TAKES,
	ARMS,
	LOOKS_AGAIN,
};

static void step_handler(struct ring_model *m)
{
	switch (m->handler) {
	case RESTS:
		if (!m->front_pending || m->front_masked || m->fault == MODEL_FRONT_NOT_RUN)
			return;
		m->front_pending = false;
		m->front_masked = true;
		m->handler = TAKES;
		if (m->fault == MODEL_FRONT_MASKED)
			m->handler = RESTS;
		return;
	case TAKES:
		if (m->rsp_cons != m->shared.rsp_prod)
			m->rsp_cons++;
		else
			m->handler = ARMS;
		return;
	case ARMS:
		if (m->fault != MODEL_FRONT_NOT_ARMED)
			m->shared.rsp_event = m->rsp_cons + 1;
		m->handler = LOOKS_AGAIN;
		return;
	default:
		m->handler = m->rsp_cons != m->shared.rsp_prod ? TAKES : RESTS;
		if (m->handler == RESTS)
			m->front_masked = false;
		return;
	}
}

/* --- the back end ----------------------------------------------------------------------------
 */

static void step_taker(struct ring_model *m)
{
	/* A back end does nothing more for a ring whose indices cannot be. */
	if (m->shared.req_prod - m->req_cons > m->slots)
		return;
	switch (m->taker) {
	case RESTS:
		if (!m->back_pending || m->fault == MODEL_BACK_NOT_RUN)
			return;
		m->back_pending = false;
		m->taker = TAKES;
		return;
	case TAKES:
		if (m->req_cons != m->shared.req_prod)
			m->req_cons++;
		else
			m->taker = ARMS;
		return;
	case ARMS:
		if (m->fault != MODEL_BACK_NOT_ARMED)
			m->shared.req_event = m->req_cons + 1;
		m->taker = LOOKS_AGAIN;
		return;
	default:
		m->taker = m->req_cons != m->shared.req_prod ? TAKES : RESTS;
		return;
	}
}

static void kick_front(struct ring_model *m)
{
	if (m->fault != MODEL_LOSES_RESPONSE &&
	    px_ring_event_due(m->answered_from, m->shared.rsp_prod, m->shared.rsp_event))
		m->front_pending = true;
}

static void answer(struct ring_model *m)
{
	m->answered_from = m->shared.rsp_prod;
	m->shared.rsp_prod = m->rsp_prod_pvt;
	m->completer = ARMS;
}

static void step_completer(struct ring_model *m)
{
	if (m->completer == ARMS) {
		kick_front(m);
		m->completer = RESTS;
	} else if (m->rsp_prod_pvt != m->req_cons && m->fault != MODEL_BACK_HOLDS) {
		m->rsp_prod_pvt++;
		if (!ring_model_random(m, 4))
			answer(m);
	} else if (m->rsp_prod_pvt != m->shared.rsp_prod) {
		answer(m);
	}
}

/* Packets come, are laid into buffers, and wait where these are too few. */
static void step_receiver(struct ring_model *m)
{
	if (m->traffic && m->queued < 50 && !ring_model_random(m, 3))
		m->queued++;
	if (m->completer == ARMS) {
		kick_front(m);
		m->completer = RESTS;
	} else if (m->queued && m->shared.req_prod - m->req_cons >= m->wanted) {
		m->req_cons += m->wanted;
		m->rsp_prod_pvt = m->req_cons;
		m->queued--;
		m->wanted = 1 + ring_model_random(m, LARGEST);
		answer(m);
	} else if (m->queued && m->fault != MODEL_BACK_NOT_ARMED) {
		m->shared.req_event = m->shared.req_prod + 1;
	}
}

static void step(struct ring_model *m)
{
	bool rx = m->kind == PX_RING_NET_RX;

	m->time_ns += 1 + ring_model_random(m, (uint32_t)m->pace_ns);
	switch (ring_model_random(m, 4)) {
	case 0:
		if (rx)
			step_refill(m);
		else
			step_producer(m);
		return;
	case 1:
		step_handler(m);
		return;
	case 2:
		if (!rx)
			step_taker(m);
		return;
	default:
		if (rx)
			step_receiver(m);
		else
			step_completer(m);
		return;
	}
}

void ring_model_run(struct ring_model *model, uint64_t ns)
{
	uint64_t end = model->time_ns + ns;

	while (model->time_ns < end)
		step(model);
}

/* --- from outside ----------------------------------------------------------------------------
 */

/* Others act between two looks. */
static void meanwhile(struct ring_model *m)
{
	uint64_t pace_ns = m->pace_ns;

	m->pace_ns = 1000;
	for (uint32_t i = ring_model_random(m, 6); i > 0; i--)
		step(m);
	m->pace_ns = pace_ns;
}

static void read_page(struct ring_model *m, struct px_ring_reading *ret)
{
	struct px_ring_indices *s = &ret->shared, seen;

	do {
		s->req_prod = m->shared.req_prod;
		meanwhile(m);
		s->rsp_prod = m->shared.rsp_prod;
		s->req_event = m->shared.req_event;
		s->rsp_event = m->shared.rsp_event;
		seen = m->shared;
	} while (seen.req_prod != s->req_prod);
}

static enum px_answer answer_of(bool value)
{
	return value ? PX_ANSWER_YES : PX_ANSWER_NO;
}

static void read_front(struct ring_model *m, struct px_ring_reading *ret)
{
	ret->front.req_prod_pvt = PX_FACT(m->req_prod_pvt);
	meanwhile(m);
	ret->front.rsp_cons = PX_FACT(m->rsp_cons);
	if (m->kind == PX_RING_NET_RX)
		return;
	ret->front.waiters = PX_FACT(m->waits);
	ret->front.wanted = PX_FACT(m->waits ? m->packet : 0);
	ret->front.writers = PX_FACT(m->producer == PRODUCER_PREPARES ||
				     (m->waits && m->fault == MODEL_HOLDS_SLOTS));
}

static void read_back(struct ring_model *m, struct px_ring_reading *ret)
{
	ret->back.req_cons = PX_FACT(m->req_cons);
	meanwhile(m);
	ret->back.rsp_prod_pvt = PX_FACT(m->rsp_prod_pvt);
	if (m->kind == PX_RING_NET_TX)
		ret->back.pending = PX_FACT(m->req_cons - m->rsp_prod_pvt);
	if (m->kind != PX_RING_NET_RX)
		return;
	ret->back.queued = PX_FACT(m->queued);
	meanwhile(m);
	ret->back.wanted = PX_FACT(m->queued ? m->wanted : 0);
}

void ring_model_read(struct ring_model *model, struct ring_world *world, size_t number)
{
	struct px_ring_reading *ret = ring_world_reading(world, number);

	ret->time_ns = model->time_ns;
	read_page(model, ret);
	meanwhile(model);
	read_front(model, ret);
	meanwhile(model);
	read_back(model, ret);
	meanwhile(model);
	ret->front_port.pending = answer_of(model->front_pending);
	ret->back_port.pending = answer_of(model->back_pending);
	meanwhile(model);
	ret->front_port.masked = answer_of(model->front_masked);
	ret->events = PX_FACT(model->events);
	if (ring_model_random(model, 2))
		read_page(model, ret); /* as what moved meanwhile is read again */
}

void ring_model_look(struct ring_model *model, struct ring_world *world)
{
	ring_world_init(world, model->kind, 0);
	ring_model_read(model, world, 0);
	ring_model_run(model, WORLD_SECOND);
	ring_model_read(model, world, 1);
}
