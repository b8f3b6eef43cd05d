/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Idle rings of which everything is known. */
#include "tests/support/ring-world.h"

#include <stdio.h>
#include <string.h>

static struct px_ring_port idle_port(uint64_t port)
{
	return (struct px_ring_port){
		.port = PX_FACT(port),
		.vcpu = PX_FACT(0),
		.bound = PX_ANSWER_YES,
		.pending = PX_ANSWER_NO,
		.masked = PX_ANSWER_NO,
		.upcall_pending = PX_ANSWER_NO,
		.upcall_masked = PX_ANSWER_NO,
		.runs = PX_ANSWER_NO,
		.blocked = PX_ANSWER_YES,
	};
}

static struct px_ring_front idle_front(enum px_ring_kind kind,
				       const struct px_ring_indices *shared)
{
	return (struct px_ring_front){
		.req_prod_pvt = PX_FACT(shared->req_prod),
		.rsp_cons = PX_FACT(shared->rsp_prod),
		.writers = PX_FACT(0),
		.waiters = PX_FACT(0),
		.wanted = PX_FACT(0),
		.stopped = PX_ANSWER_NO,
		.up = kind == PX_RING_BLOCK ? PX_ANSWER_UNKNOWN : PX_ANSWER_YES,
		.broken = PX_ANSWER_NO,
		.refill_timer = kind == PX_RING_NET_RX ? PX_ANSWER_NO : PX_ANSWER_UNKNOWN,
	};
}

static struct px_ring_back idle_back(enum px_ring_kind kind, uint32_t base)
{
	struct px_ring_back back = {
		.req_cons = PX_FACT(base),
		.rsp_prod_pvt = PX_FACT(base),
		.disabled = PX_ANSWER_NO,
	};

	if (kind == PX_RING_NET_TX) {
		back.pending = back.dealloc = PX_FACT(0);
		back.credit_timer = PX_ANSWER_NO;
		back.credit = PX_FACT(UINT32_MAX);
	} else if (kind == PX_RING_NET_RX) {
		back.queued = back.queued_bytes = back.wanted = PX_FACT(0);
		back.stalled = PX_ANSWER_NO;
	}
	return back;
}

static void set_reading(struct px_ring_reading *ret, enum px_ring_kind kind, uint32_t base,
			uint64_t time_ns)
{
	*ret = (struct px_ring_reading){
		.time_ns = time_ns,
		.readable = true,
		.front_port = idle_port(9),
		.back_port = idle_port(41),
	};
	if (px_ring_is_stream(kind)) {
		ret->stream = (struct px_stream_indices){base, base};
		return;
	}
	ret->shared = (struct px_ring_indices){base, base + 1, base, base + 1};
	if (kind == PX_RING_NET_RX) {
		ret->shared.req_prod += WORLD_POSTED;
		ret->shared.req_event = base - 3;
	}
	ret->front = idle_front(kind, &ret->shared);
	ret->back = idle_back(kind, base);
	ret->chains.known = true;
	ret->events = PX_FACT(500);
	ret->spurious_events = PX_FACT(1);
	ret->delayed_jiffies = PX_FACT(0);
}

static void set_ring(struct px_ring *ret, enum px_ring_kind kind, uint32_t base)
{
	*ret = (struct px_ring){
		.kind = kind,
		.pages = 1,
		.slots = px_ring_is_stream(kind) ? px_ring_stream_size(kind)
						 : px_ring_slots(kind, 1),
		.reading_count = 2,
	};
	for (size_t i = 0; i < 2; i++)
		set_reading(&ret->readings[i], kind, base, 5 * WORLD_SECOND + i * WORLD_SECOND);
}

void ring_world_init(struct ring_world *world, enum px_ring_kind kind, uint32_t base)
{
	*world = (struct ring_world){
		.rings = {.domain = {.id = 7, .vcpus = 1, .online_vcpus = 1},
			  .devices = &world->device,
			  .device_count = 1,
			  .reading_count = 2},
		.device = {.name = "vif 0",
			   .back_type = "vif",
			   .has_states = !px_ring_is_stream(kind),
			   .rings = world->ring,
			   .ring_count = 1},
	};
	for (size_t i = 0; i < PX_READINGS_MAX; i++)
		world->device.front_state[i] = world->device.back_state[i] =
			PX_XENBUS_CONNECTED;
	set_ring(&world->ring[0], kind, base);
}

struct px_ring *ring_world_add(struct ring_world *world, enum px_ring_kind kind, uint32_t base,
			       uint32_t queue)
{
	struct px_ring *ring = &world->ring[world->device.ring_count++];

	set_ring(ring, kind, base);
	ring->queue = queue;
	for (size_t i = 0; i < world->device.ring_count; i++)
		world->ring[i].in_queue = true;
	return ring;
}

struct px_ring_reading *ring_world_reading(struct ring_world *world, size_t number)
{
	return &world->ring[0].readings[number];
}

static void shift(struct px_fact *fact, uint32_t delta)
{
	if (fact->known)
		fact->value = (uint32_t)(fact->value + delta);
}

void ring_world_shift(struct px_ring_reading *reading, uint32_t delta)
{
	reading->shared.req_prod += delta;
	reading->shared.req_event += delta;
	reading->shared.rsp_prod += delta;
	reading->shared.rsp_event += delta;
	shift(&reading->front.req_prod_pvt, delta);
	shift(&reading->front.rsp_cons, delta);
	shift(&reading->back.req_cons, delta);
	shift(&reading->back.rsp_prod_pvt, delta);
}

void ring_world_blank(struct px_ring_reading *reading, enum px_ring_source source)
{
	switch (source) {
	case PX_SOURCE_PAGE:
		reading->readable = false;
		reading->shared = (struct px_ring_indices){0};
		reading->stream = (struct px_stream_indices){0};
		reading->chains = (struct px_ring_chains){0};
		break;
	case PX_SOURCE_FRONT:
		reading->front = (struct px_ring_front){0};
		break;
	case PX_SOURCE_BACK:
		reading->back = (struct px_ring_back){0};
		break;
	case PX_SOURCE_FRONT_PORT:
		reading->front_port = (struct px_ring_port){0};
		break;
	case PX_SOURCE_BACK_PORT:
		reading->back_port = (struct px_ring_port){0};
		break;
	case PX_SOURCE_COUNTERS:
	case PX_RING_SOURCES:
		reading->events = reading->spurious_events = reading->delayed_jiffies =
			(struct px_fact){0};
		break;
	}
}

void ring_world_judge(const struct ring_world *world, struct px_verdicts *ret)
{
	px_verdicts_of_ring(&world->rings, &world->device, &world->ring[0], ret);
}

bool ring_world_has(const struct px_verdicts *verdicts, const char *id)
{
	for (size_t i = 0; i < verdicts->count; i++)
		if (!strcmp(verdicts->verdicts[i].rule->id, id))
			return true;
	return false;
}

const char *ring_world_ids(const struct px_verdicts *verdicts, char *buffer, size_t size)
{
	size_t used = 0;

	*buffer = 0;
	for (size_t i = 0; i < verdicts->count && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? " " : "",
					 verdicts->verdicts[i].rule->id);
	return buffer;
}
