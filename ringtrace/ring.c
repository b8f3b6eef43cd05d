/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kinds of rings and where their indices are: Xen's public io/ring.h (the four of a ring of
 * slots begin its first page, the slots follow at byte 64), io/console.h and io/xs_wire.h (two
 * buffers of bytes, then consumer and producer of each).
 */
#include "ringtrace/ring.h"

enum {
	PAGE_BYTES = 4096,
};

struct kind {
	const char *name;
	uint32_t slot_size;
	uint32_t max_pages;
	uint32_t stream_size;
	uint32_t cons_offset, prod_offset; /* of a stream */
	bool front_produces;
};

static const struct kind kinds[PX_RING_KINDS] = {
	[PX_RING_NET_TX] = {.name = "net tx", .slot_size = 12, .max_pages = 1},
	[PX_RING_NET_RX] = {.name = "net rx", .slot_size = 8, .max_pages = 1},
	[PX_RING_BLOCK] = {.name = "block", .slot_size = 112, .max_pages = 16},
	[PX_RING_CONSOLE_OUT] = {.name = "console out",
				 .stream_size = 2048,
				 .cons_offset = 3080,
				 .prod_offset = 3084,
				 .front_produces = true},
	[PX_RING_CONSOLE_IN] = {.name = "console in",
				.stream_size = 1024,
				.cons_offset = 3072,
				.prod_offset = 3076},
	[PX_RING_STORE_REQUEST] = {.name = "xenstore request",
				   .stream_size = 1024,
				   .cons_offset = 2048,
				   .prod_offset = 2052,
				   .front_produces = true},
	[PX_RING_STORE_REPLY] = {.name = "xenstore reply",
				 .stream_size = 1024,
				 .cons_offset = 2056,
				 .prod_offset = 2060},
};

static const struct kind *kind_of(enum px_ring_kind kind)
{
	static const struct kind none = {.name = "unknown"};

	return (unsigned int)kind < PX_RING_KINDS ? &kinds[kind] : &none;
}

const char *px_ring_kind_name(enum px_ring_kind kind)
{
	return kind_of(kind)->name;
}

bool px_ring_is_stream(enum px_ring_kind kind)
{
	return kind_of(kind)->stream_size > 0;
}

bool px_ring_front_produces(enum px_ring_kind kind)
{
	return kind_of(kind)->front_produces;
}

uint32_t px_ring_slots(enum px_ring_kind kind, uint32_t pages)
{
	const struct kind *k = kind_of(kind);
	uint32_t fit, slots = 1;

	if (!k->slot_size || !pages || pages > k->max_pages)
		return 0;
	fit = (pages * PAGE_BYTES - PX_RING_SLOTS_OFFSET) / k->slot_size;
	while (slots <= fit / 2)
		slots *= 2;
	return slots;
}

uint32_t px_ring_stream_size(enum px_ring_kind kind)
{
	return kind_of(kind)->stream_size;
}

uint32_t px_ring_slot_size(enum px_ring_kind kind)
{
	return kind_of(kind)->slot_size;
}

bool px_ring_decode_indices(struct px_bytes page, struct px_ring_indices *ret)
{
	struct px_cursor c = px_cursor_of(page);
	struct px_ring_indices indices = {0};

	indices.req_prod = px_cursor_u32(&c);
	indices.req_event = px_cursor_u32(&c);
	indices.rsp_prod = px_cursor_u32(&c);
	indices.rsp_event = px_cursor_u32(&c);
	if (c.failed)
		return false;
	*ret = indices;
	return true;
}

bool px_ring_decode_stream(enum px_ring_kind kind, struct px_bytes page,
			   struct px_stream_indices *ret)
{
	const struct kind *k = kind_of(kind);
	struct px_cursor c = px_cursor_of(page);
	struct px_stream_indices indices = {0};

	if (!k->stream_size)
		return false;
	px_cursor_seek(&c, k->cons_offset);
	indices.cons = px_cursor_u32(&c);
	px_cursor_seek(&c, k->prod_offset);
	indices.prod = px_cursor_u32(&c);
	if (c.failed)
		return false;
	*ret = indices;
	return true;
}
