/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hardware queues of Linux's block layer: a driver whose ring is full stops the queue of
 * it, and has to start it again. They are numbered in an array, or in Linux 5.18 to 6.18 in an
 * xarray (lib/xarray.c): no entry, one entry as the head itself, or a node of 64 slots; more
 * than one level is more queues than we look at.
 */
#include "guest/linux-driver-private.h"

enum {
	XA_NODE = 2, /* in the two lowest bits of an entry: a node */
	XA_MASK = 3,
};

void px_block_layout_of(struct px_linux_lookup *lookup, struct px_block_layout *ret)
{
	/* What it lacks makes these queues unknown, not the driver. */
	struct px_linux_lookup l = {.types = lookup->types};
	struct px_member slots = {0};

	ret->state = px_linux_need(&l, "blk_mq_hw_ctx", "state", 8);
	ret->queue = px_linux_need(&l, "blk_mq_hw_ctx", "queue", 8);
	ret->stopped_bit = px_linux_need_bit(&l, "BLK_MQ_S_STOPPED");
	ret->array = px_linux_want(&(struct px_linux_lookup){.types = l.types}, "request_queue",
				   "queue_hw_ctx", 8);
	if (!ret->array.size) {
		ret->table = px_linux_want(&l, "request_queue", "hctx_table.xa_head", 8);
		ret->node_shift = px_linux_need(&l, "xa_node", "shift", 1);
		ret->node_slots = px_linux_need(&l, "xa_node", "slots", 0);
		if (px_type_info_member(l.types, "xa_node", "slots", &slots))
			ret->node_slot_count = slots.size / 8;
	}
	ret->known = !l.failed && (ret->array.size || ret->table.size);
	if (!ret->known)
		px_driver_lack(lookup->lacks, "%s", l.lacks);
}

static uint64_t find_in_table(const struct px_block_layout *layout,
			      const struct px_linux_reader *reader, uint64_t queue, size_t i)
{
	uint64_t entry = px_linux_pointer_at(reader, queue, layout->table.offset), node;
	uint8_t shift = 0;

	if ((entry & XA_MASK) != XA_NODE)
		return i ? 0 : entry;
	node = entry - XA_NODE;
	if (i >= layout->node_slot_count ||
	    !px_linux_read_at(reader, node, layout->node_shift, &shift, sizeof(shift)) || shift)
		return 0;
	return px_linux_pointer_at(reader, node, layout->node_slots + i * 8);
}

struct px_fact px_block_read_stopped(const struct px_block_layout *layout,
				     const struct px_linux_reader *reader, uint64_t queue,
				     size_t i)
{
	struct px_linux_place state = {.offset = layout->state, .size = 8};
	uint64_t context;

	if (!layout->known || !queue)
		return (struct px_fact){0};
	if (layout->table.size)
		context = find_in_table(layout, reader, queue, i);
	else
		context = px_linux_pointer_at(
			reader, px_linux_pointer_at(reader, queue, layout->array.offset),
			i * 8);
	if (!context || px_linux_pointer_at(reader, context, layout->queue) != queue)
		return (struct px_fact){0};
	return px_fact_bit(px_linux_fact_at(reader, context, state), layout->stopped_bit);
}
