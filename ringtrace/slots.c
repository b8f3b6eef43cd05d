/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots of net rings (io/netif.h), and what slots in flight say together. */
#include "ringtrace/slots.h"

#include "ringtrace/slots-private.h"

/* What the slots before one have announced. */
struct chain {
	bool extra; /* the next slot is extra information */
	bool more;  /* another request of the packet follows */
	uint32_t number;
};

const char *px_slot_use_name(enum px_slot_use use)
{
	static const char *const names[] = {
		[PX_SLOT_FIRST] = "first",	 [PX_SLOT_NEXT] = "next",
		[PX_SLOT_EXTRA] = "extra",	 [PX_SLOT_BUFFER] = "buffer",
		[PX_SLOT_RESPONSE] = "response",
	};

	return (size_t)use < px_array_size(names) ? names[use] : "unknown";
}

const char *px_slot_extra_name(uint8_t type)
{
	static const char *const names[] = {
		"none", "gso", "multicast add", "multicast delete", "hash",
	};

	return type < px_array_size(names) ? names[type] : "unknown";
}

static void decode_extra(struct px_bytes bytes, struct px_slot *slot, struct chain *chain)
{
	struct px_cursor c = px_cursor_of(bytes);

	slot->use = PX_SLOT_EXTRA;
	slot->type = px_cursor_u8(&c);
	slot->flags = px_cursor_u8(&c);
	chain->extra = (slot->flags & PX_SLOT_EXTRA_MORE) != 0;
}

/* A slot of data, by the flags in it: packets of both ways have the same. */
static void follow_chain(struct px_slot *slot, struct chain *chain)
{
	slot->use = chain->more ? PX_SLOT_NEXT : PX_SLOT_FIRST;
	chain->extra = !chain->more && (slot->flags & PX_SLOT_EXTRA_INFO) != 0;
	chain->more = (slot->flags & PX_SLOT_MORE_DATA) != 0;
}

static void decode_tx_request(struct px_bytes bytes, struct px_slot *slot, struct chain *chain)
{
	struct px_cursor c = px_cursor_of(bytes);

	slot->reference = px_cursor_u32(&c);
	slot->offset = px_cursor_u16(&c);
	slot->flags = px_cursor_u16(&c);
	slot->id = px_cursor_u16(&c);
	slot->has_id = true;
	slot->size = px_cursor_u16(&c);
	follow_chain(slot, chain);
}

static void decode_rx_request(struct px_bytes bytes, struct px_slot *slot)
{
	struct px_cursor c = px_cursor_of(bytes);

	slot->use = PX_SLOT_BUFFER;
	slot->id = px_cursor_u16(&c);
	slot->has_id = true;
	px_cursor_skip(&c, 2);
	slot->reference = px_cursor_u32(&c);
}

static void decode_tx_response(struct px_bytes bytes, struct px_slot *slot)
{
	struct px_cursor c = px_cursor_of(bytes);

	slot->use = PX_SLOT_RESPONSE;
	slot->id = px_cursor_u16(&c);
	slot->status = (int16_t)px_cursor_u16(&c);
	/* NETIF_RSP_NULL: in the place of extra information. */
	slot->has_id = slot->status != 1;
	if (!slot->has_id)
		slot->id = 0;
}

static void decode_rx_response(struct px_bytes bytes, struct px_slot *slot, struct chain *chain)
{
	struct px_cursor c = px_cursor_of(bytes);

	slot->id = px_cursor_u16(&c);
	slot->has_id = true;
	slot->offset = px_cursor_u16(&c);
	slot->flags = px_cursor_u16(&c);
	slot->status = (int16_t)px_cursor_u16(&c);
	slot->size = slot->status > 0 ? (uint16_t)slot->status : 0;
	follow_chain(slot, chain);
}

static void decode_request(const struct px_slot_ring *ring, struct px_bytes bytes,
			   struct px_slot *slot, struct chain *chain)
{
	if (ring->kind == PX_RING_BLOCK)
		px_slot_decode_block_request(bytes, ring->protocol, slot);
	else if (ring->kind == PX_RING_NET_RX)
		decode_rx_request(bytes, slot);
	else if (chain->extra)
		decode_extra(bytes, slot, chain);
	else
		decode_tx_request(bytes, slot, chain);
}

static void decode_response(const struct px_slot_ring *ring, struct px_bytes bytes,
			    struct px_slot *slot, struct chain *chain)
{
	if (ring->kind == PX_RING_BLOCK)
		px_slot_decode_block_response(bytes, ring->protocol, slot);
	else if (ring->kind == PX_RING_NET_TX)
		decode_tx_response(bytes, slot);
	else if (chain->extra)
		decode_extra(bytes, slot, chain);
	else
		decode_rx_response(bytes, slot, chain);
}

static uint32_t slot_size(const struct px_slot_ring *ring)
{
	return ring->kind == PX_RING_BLOCK ? px_slot_block_size(ring->protocol)
					   : px_ring_slot_size(ring->kind);
}

/* Whether [from, to) are slots that there are. */
static bool can_decode(const struct px_slot_ring *ring, struct px_bytes pages, uint32_t from,
		       uint32_t to)
{
	return ring->slots && ring->slots <= PX_SLOTS_MAX &&
	       (ring->slots & (ring->slots - 1)) == 0 && slot_size(ring) &&
	       px_ring_distance(from, to) <= ring->slots &&
	       pages.size >= PX_RING_SLOTS_OFFSET + (size_t)ring->slots * slot_size(ring);
}

typedef void slot_decoder(const struct px_slot_ring *ring, struct px_bytes bytes,
			  struct px_slot *slot, struct chain *chain);

static size_t decode(const struct px_slot_ring *ring, struct px_bytes pages, uint32_t from,
		     uint32_t to, slot_decoder *decode_one, struct px_slot *slots_ret)
{
	size_t count = px_ring_distance(from, to);
	struct chain chain = {0};

	for (size_t i = 0; i < count; i++) {
		uint32_t index = from + (uint32_t)i;
		uint32_t position = index & (ring->slots - 1);
		struct px_slot *slot = &slots_ret[i];

		if (ring->boundary.known && (uint32_t)ring->boundary.value == index)
			chain.extra = chain.more = false;
		if (i > 0 && !chain.extra && !chain.more)
			chain.number++;
		*slot = (struct px_slot){
			.index = index, .position = position, .chain = chain.number};
		decode_one(ring,
			   px_bytes_of(pages.data + PX_RING_SLOTS_OFFSET +
					       (size_t)position * slot_size(ring),
				       slot_size(ring)),
			   slot, &chain);
	}
	return count;
}

/* How many of the oldest in flight were taken; all, if that is not known. */
static size_t taken_of(const struct px_slot_ring *ring, size_t count)
{
	uint32_t taken =
		px_ring_distance(ring->indices.rsp_prod, (uint32_t)ring->boundary.value);

	return ring->boundary.known && taken <= count ? taken : count;
}

bool px_slots_in_flight(const struct px_slot_ring *ring, struct px_bytes pages,
			struct px_slot *slots_ret, size_t *count_ret)
{
	uint32_t from = ring->indices.rsp_prod, to = ring->indices.req_prod;
	size_t count;

	if (!can_decode(ring, pages, from, to))
		return false;
	count = decode(ring, pages, from, to, decode_request, slots_ret);
	for (size_t i = 0; i < count; i++)
		slots_ret[i].taken = ring->boundary.known && i < taken_of(ring, count);
	*count_ret = count;
	return true;
}

bool px_slots_responses(const struct px_slot_ring *ring, struct px_bytes pages,
			uint32_t rsp_cons, struct px_slot *slots_ret, size_t *count_ret)
{
	if (!can_decode(ring, pages, rsp_cons, ring->indices.rsp_prod))
		return false;
	*count_ret = decode(ring, pages, rsp_cons, ring->indices.rsp_prod, decode_response,
			    slots_ret);
	return true;
}

/* Among the requests that nothing can have answered: those that were not taken; of net rx all,
 * as it is answered in order. */
static void find_repeated(const struct px_slot_ring *ring, const struct px_slot *slots,
			  size_t count, struct px_ring_chains *ret)
{
	size_t from = ring->kind == PX_RING_NET_RX ? 0 : taken_of(ring, count);

	for (size_t i = from; i < count && !ret->repeated; i++) {
		if (!slots[i].has_id)
			continue;
		for (size_t j = i + 1; j < count && !ret->repeated; j++) {
			ret->repeated = slots[j].has_id && slots[j].id == slots[i].id;
			ret->repeated_id = slots[i].id;
		}
	}
	if (!ret->repeated)
		ret->repeated_id = 0;
}

/* Whether the last slot announces another: of requests with all that belongs to them. */
static bool dangles(const struct px_slot *slots, size_t count)
{
	size_t last = count - 1;
	bool extra = slots[last].use == PX_SLOT_EXTRA
			     ? (slots[last].flags & PX_SLOT_EXTRA_MORE) != 0
			     : slots[last].use == PX_SLOT_FIRST &&
				       (slots[last].flags & PX_SLOT_EXTRA_INFO) != 0;

	while (last > 0 && slots[last].use == PX_SLOT_EXTRA)
		last--;
	return extra || (slots[last].use != PX_SLOT_EXTRA &&
			 (slots[last].flags & PX_SLOT_MORE_DATA) != 0);
}

void px_slots_chains(const struct px_slot_ring *ring, const struct px_slot *slots, size_t count,
		     struct px_ring_chains *ret)
{
	struct px_ring_chains chains = {.known = true};
	uint32_t length = 0;

	for (size_t i = 0; i < count; i++) {
		if (i == 0 || slots[i].chain != slots[i - 1].chain) {
			chains.chains++;
			length = 0;
		}
		if (slots[i].use == PX_SLOT_EXTRA)
			chains.extra_slots++;
		else
			length++;
		chains.longest = px_max(chains.longest, length);
	}
	if (ring->kind == PX_RING_NET_TX && count && !slots[count - 1].taken)
		chains.dangling = dangles(slots, count);
	find_repeated(ring, slots, count, &chains);
	*ret = chains;
}
