/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slots in flight, a line each; empty buffers of an interface, all in one. */
#include <inttypes.h>

#include "ringtrace/rings-text.h"

static void print_net(const struct px_slot *slot, FILE *out)
{
	if (slot->use == PX_SLOT_EXTRA) {
		fprintf(out, "  %s%s", px_slot_extra_name(slot->type),
			slot->flags & PX_SLOT_EXTRA_MORE ? ", more" : "");
		return;
	}
	fprintf(out, "  grant %u  offset %u  size %u%s%s", slot->reference, slot->offset,
		slot->size, slot->flags & PX_SLOT_MORE_DATA ? ", more data" : "",
		slot->flags & PX_SLOT_EXTRA_INFO ? ", extra information" : "");
}

static void print_block(const struct px_slot *slot, FILE *out)
{
	fprintf(out, "  %s", px_block_operation_name(slot->operation));
	if (slot->indirect_operation)
		fprintf(out, " %s", px_block_operation_name(slot->indirect_operation));
	fprintf(out, "  sector %" PRIu64 "  segments %u  grant %u", slot->sector,
		slot->segments, slot->reference);
}

static void print_slot(enum px_ring_kind kind, const struct px_slot *slot, FILE *out)
{
	fprintf(out, "    slot %-10u  at %-3u  chain %-3u  %-8s", slot->index, slot->position,
		slot->chain, px_slot_use_name(slot->use));
	if (slot->has_id)
		fprintf(out, "  id %" PRIu64, slot->id);
	if (kind == PX_RING_BLOCK)
		print_block(slot, out);
	else
		print_net(slot, out);
	if (slot->taken)
		fputs("  (taken)", out);
	putc('\n', out);
}

void px_rings_text_slots(const struct px_ring *ring, FILE *out)
{
	const struct px_slot *slots = ring->in_flight;
	size_t count = ring->in_flight_count;

	if (px_ring_is_stream(ring->kind) || !ring->reading_count)
		return;
	if (!slots) {
		fputs("    slots       not known: they move, or cannot be read\n", out);
		return;
	}
	if (ring->kind == PX_RING_NET_RX) {
		if (count)
			fprintf(out, "    slots       %u to %u: %zu empty buffers\n",
				slots[0].index, slots[count - 1].index, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		print_slot(ring->kind, &slots[i], out);
}
