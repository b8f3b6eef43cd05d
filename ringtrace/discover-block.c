/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rings of a disk: one a queue, of one or several pages. */
#include "ringtrace/discover-parts.h"

#include <stdio.h>

#include "lib/memory.h"

enum {
	ORDER_MAX = 4, /* 16 pages */
};
_Static_assert(1 << ORDER_MAX == PX_RING_PAGES_MAX, "as many pages as a ring has room for");

/* All references of several pages, or the one that has no number. *found_ret: all are there. */
static struct px_error *read_references(struct px_discovery *discovery,
					struct px_ring_device *device, const char *folder,
					bool numbered, struct px_ring *ring, bool *found_ret)
{
	struct px_error *err = NULL;

	*found_ret = true;
	for (uint32_t i = 0; !err && *found_ret && i < ring->pages; i++) {
		struct px_fact reference = {0};
		char key[24] = "ring-ref";

		if (numbered)
			snprintf(key, sizeof(key), "ring-ref%u", i);
		err = px_discovery_number(discovery, device, folder, key, &reference);
		*found_ret = reference.known;
		ring->references[i] = (uint32_t)reference.value;
	}
	return err;
}

/* Of a ring of one page, front ends write either key. */
static struct px_error *find_pages(struct px_discovery *discovery,
				   struct px_ring_device *device, const char *folder,
				   uint32_t order, bool numbered, struct px_ring *ring,
				   bool *found_ret)
{
	struct px_error *err;

	ring->pages = UINT32_C(1) << order;
	ring->slots = px_ring_slots(PX_RING_BLOCK, ring->pages);
	err = read_references(discovery, device, folder, numbered, ring, found_ret);
	if (!err && !*found_ret && order == 0 && numbered)
		err = read_references(discovery, device, folder, false, ring, found_ret);
	return err;
}

/* What is the same for all queues. */
struct layout {
	struct px_fact order;
	enum px_block_protocol protocol;
	bool opaque;
};

static struct px_error *read_layout(struct px_discovery *discovery,
				    struct px_ring_device *device, struct layout *ret)
{
	char *protocol px_cleanup(px_freep) = NULL;
	struct px_error *err =
		px_discovery_text(discovery, device->front_path, "protocol", &protocol);

	if (err)
		return err;
	ret->opaque = !px_block_protocol_of(protocol, &ret->protocol);
	return px_discovery_number(discovery, device, device->front_path, "ring-page-order",
				   &ret->order);
}

static struct px_error *add_queue(struct px_discovery *discovery, struct px_ring_device *device,
				  const struct layout *layout, uint32_t queues, uint32_t queue,
				  bool *found_ret)
{
	struct px_store_path folder = px_discovery_queue_folder(device, queues, queue);
	struct px_ring found = {0}, *ring = NULL;
	struct px_fact port = {0};
	struct px_error *err = find_pages(discovery, device, folder.text,
					  (uint32_t)layout->order.value, layout->order.known,
					  &found, found_ret);

	if (!err && *found_ret)
		err = px_discovery_number(discovery, device, folder.text, "event-channel",
					  &port);
	if (!err && *found_ret)
		err = px_discovery_add(discovery, device, PX_RING_BLOCK, queues, queue, &ring);
	if (err || !ring)
		return err;
	ring->pages = found.pages;
	ring->slots = found.slots;
	ring->protocol = layout->protocol;
	ring->opaque = layout->opaque;
	__builtin_memcpy(ring->references, found.references, sizeof(ring->references));
	ring->readings[0].front_port.port = port;
	return NULL;
}

struct px_error *px_discover_block(struct px_discovery *discovery,
				   struct px_ring_device *device)
{
	uint32_t queues = 1;
	bool found = true;
	struct layout layout = {0};
	struct px_error *err = px_discovery_queues(discovery, device, 1, &queues);

	if (!err)
		err = read_layout(discovery, device, &layout);
	if (!err && layout.order.known && layout.order.value > ORDER_MAX)
		return px_ring_device_note(
			device, "its rings have more pages than any back end takes: 2^%u",
			(uint32_t)layout.order.value);
	for (uint32_t i = 0; !err && i < queues; i++) {
		if (!px_ring_filter_wants_queue(discovery->filter, i))
			continue;
		err = add_queue(discovery, device, &layout, queues, i, &found);
		/* A front end that has one queue has all before it. */
		if (!err && !found)
			return px_discovery_no_ring(device, i);
	}
	return err;
}
