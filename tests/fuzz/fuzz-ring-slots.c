/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots in flight of a hostile ring. A byte for the kind, one for the layout of disk requests
 * and whether req_cons is known, one for the number of pages, req_cons and rsp_cons, then the
 * pages.
 */
#include <stdlib.h>

#include "ringtrace/slots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_slots(const struct px_slot_ring *ring, const struct px_slot *slots,
			size_t count, uint32_t from)
{
	for (size_t i = 0; i < count; i++) {
		check(slots[i].index == from + (uint32_t)i);
		check(slots[i].position == slots[i].index % ring->slots);
		check(slots[i].chain < count);
		check(*px_slot_use_name(slots[i].use) && *px_slot_extra_name(slots[i].type) &&
		      *px_block_operation_name(slots[i].operation));
	}
}

static void look(const struct px_slot_ring *ring, struct px_bytes pages, uint32_t rsp_cons)
{
	static struct px_slot slots[PX_SLOTS_MAX];
	struct px_ring_chains chains = {0};
	size_t count = 0;

	if (px_slots_in_flight(ring, pages, slots, &count)) {
		check(count == ring->indices.req_prod - ring->indices.rsp_prod);
		check(count <= ring->slots);
		check_slots(ring, slots, count, ring->indices.rsp_prod);
		px_slots_chains(ring, slots, count, &chains);
		check(chains.chains <= count && chains.longest + chains.extra_slots <= count);
	}
	if (px_slots_responses(ring, pages, rsp_cons, slots, &count))
		check_slots(ring, slots, count, rsp_cons);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_cursor c = px_cursor_of(px_bytes_of(data, size));
	struct px_slot_ring ring = {.kind = px_cursor_u8(&c) % PX_RING_KINDS};
	uint8_t flags = px_cursor_u8(&c), pages = px_cursor_u8(&c);
	uint32_t req_cons = px_cursor_u32(&c), rsp_cons = px_cursor_u32(&c);
	struct px_bytes bytes = {0};
	struct px_stream_indices stream = {0};

	if (c.failed)
		return 0;
	bytes = px_cursor_bytes(&c, px_cursor_left(&c));
	ring.protocol = flags & 1 ? PX_BLOCK_X86_32 : PX_BLOCK_X86_64;
	if (flags & 2)
		ring.boundary = PX_FACT(req_cons);
	ring.slots = px_ring_slots(ring.kind, pages);
	px_ring_decode_stream(ring.kind, bytes, &stream);
	if (px_ring_decode_indices(bytes, &ring.indices))
		look(&ring, bytes, rsp_cons);
	return 0;
}
