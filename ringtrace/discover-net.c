/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rings of a network interface: two a queue, with an event channel for both or for each. */
#include "ringtrace/discover-parts.h"

struct queue {
	struct px_fact tx_reference, rx_reference, tx_port, rx_port;
};

/* As netback looks for them: first those of a split pair. */
static struct px_error *read_ports(struct px_discovery *discovery,
				   struct px_ring_device *device, const char *folder,
				   struct queue *ret)
{
	struct px_error *err = px_discovery_number(discovery, device, folder,
						   "event-channel-tx", &ret->tx_port);

	if (!err)
		err = px_discovery_number(discovery, device, folder, "event-channel-rx",
					  &ret->rx_port);
	if (err || (ret->tx_port.known && ret->rx_port.known))
		return err;
	err = px_discovery_number(discovery, device, folder, "event-channel", &ret->tx_port);
	ret->rx_port = ret->tx_port;
	return err;
}

static struct px_error *read_queue(struct px_discovery *discovery,
				   struct px_ring_device *device, const char *folder,
				   struct queue *ret)
{
	struct px_error *err = px_discovery_number(discovery, device, folder, "tx-ring-ref",
						   &ret->tx_reference);

	if (!err)
		err = px_discovery_number(discovery, device, folder, "rx-ring-ref",
					  &ret->rx_reference);
	if (err || !ret->tx_reference.known || !ret->rx_reference.known)
		return err;
	return read_ports(discovery, device, folder, ret);
}

static struct px_error *add_ring(struct px_discovery *discovery, struct px_ring_device *device,
				 enum px_ring_kind kind, uint32_t queues, uint32_t queue,
				 struct px_fact reference, struct px_fact port)
{
	struct px_ring *ring = NULL;
	struct px_error *err = px_discovery_add(discovery, device, kind, queues, queue, &ring);

	if (err || !ring)
		return err;
	ring->pages = 1;
	ring->slots = px_ring_slots(kind, 1);
	ring->references[0] = (uint32_t)reference.value;
	ring->readings[0].front_port.port = port;
	return NULL;
}

struct px_error *px_discover_net(struct px_discovery *discovery, struct px_ring_device *device)
{
	uint32_t queues = 1;
	struct px_error *err = px_discovery_queues(discovery, device, 2, &queues);

	for (uint32_t i = 0; !err && i < queues; i++) {
		struct px_store_path folder = px_discovery_queue_folder(device, queues, i);
		struct queue queue = {0};

		if (!px_ring_filter_wants_queue(discovery->filter, i))
			continue;
		err = read_queue(discovery, device, folder.text, &queue);
		/* A front end that has one queue has all before it. */
		if (!err && (!queue.tx_reference.known || !queue.rx_reference.known))
			return px_discovery_no_ring(device, i);
		if (!err)
			err = add_ring(discovery, device, PX_RING_NET_TX, queues, i,
				       queue.tx_reference, queue.tx_port);
		if (!err)
			err = add_ring(discovery, device, PX_RING_NET_RX, queues, i,
				       queue.rx_reference, queue.rx_port);
	}
	return err;
}
