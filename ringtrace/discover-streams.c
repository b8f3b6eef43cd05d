/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two streams of a console and those to and from xenstored: both in one page. That of the
 * first console and of xenstored is a page that the domain was built with, and xenstore has the
 * number of its frame; further consoles grant theirs.
 */
#include "ringtrace/discover-parts.h"

struct page {
	struct px_fact reference, port;
	bool by_frame;
};

static struct px_error *add_stream(struct px_discovery *discovery,
				   struct px_ring_device *device, enum px_ring_kind kind,
				   const struct page *page)
{
	struct px_ring *ring = NULL;
	struct px_error *err = px_discovery_add(discovery, device, kind, 1, 0, &ring);

	if (err || !ring)
		return err;
	ring->pages = 1;
	ring->slots = px_ring_stream_size(kind);
	ring->references[0] = (uint32_t)page->reference.value;
	ring->by_frame = page->by_frame;
	ring->readings[0].front_port.port = page->port;
	return NULL;
}

static struct px_error *add_streams(struct px_discovery *discovery,
				    struct px_ring_device *device, enum px_ring_kind from,
				    enum px_ring_kind to)
{
	struct page page = {.by_frame = !device->has_states};
	struct px_error *err = px_discovery_number(discovery, device, device->front_path,
						   "ring-ref", &page.reference);

	if (!err)
		err = px_discovery_number(discovery, device, device->front_path, "port",
					  &page.port);
	if (err)
		return err;
	if (!page.reference.known)
		return px_discovery_no_ring(device, 0);
	err = add_stream(discovery, device, from, &page);
	return err ? err : add_stream(discovery, device, to, &page);
}

struct px_error *px_discover_console(struct px_discovery *discovery,
				     struct px_ring_device *device)
{
	return add_streams(discovery, device, PX_RING_CONSOLE_OUT, PX_RING_CONSOLE_IN);
}

struct px_error *px_discover_store(struct px_discovery *discovery,
				   struct px_ring_device *device)
{
	return add_streams(discovery, device, PX_RING_STORE_REQUEST, PX_RING_STORE_REPLY);
}
