/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netfront's and blkfront's queues as front ends of rings. */
#include "ringtrace/front-linux.h"

#include <stdio.h>

#include "lib/memory.h"
#include "ringtrace/answer.h"

static bool has_grant(struct px_fact reference, const struct px_ring *ring)
{
	return reference.known && reference.value == ring->references[0];
}

/* --- netfront --------------------------------------------------------------------------- */

static const struct px_netfront_queue *find_queue(const struct px_netfront *front,
						  const struct px_ring *ring)
{
	bool tx = ring->kind == PX_RING_NET_TX;

	for (size_t i = 0; i < front->queue_count; i++) {
		const struct px_netfront_queue *queue = &front->queues[i];

		if (has_grant(tx ? queue->tx_ring_ref : queue->rx_ring_ref, ring))
			return queue;
	}
	return NULL;
}

struct px_error *px_front_of_netfront(const struct px_netfront *front,
				      struct px_ring_device *device, size_t number)
{
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];
		const struct px_netfront_queue *queue = find_queue(front, ring);
		bool tx = ring->kind == PX_RING_NET_TX;
		struct px_ring_front *ret = &ring->readings[number].front;

		if (!queue) {
			err = px_ring_lack(ring, PX_SOURCE_FRONT, "%s",
					   *front->lacks
						   ? front->lacks
						   : "the guest's driver has no queue with "
						     "this ring");
			continue;
		}
		*ret = (struct px_ring_front){
			.req_prod_pvt = tx ? queue->tx.req_prod_pvt : queue->rx.req_prod_pvt,
			.rsp_cons = tx ? queue->tx.rsp_cons : queue->rx.rsp_cons,
			.up = px_answer_of_fact(front->up),
			.broken = px_answer_of_fact(front->broken),
		};
		if (tx) {
			ret->free_slots = queue->tx_free;
			ret->stopped = px_answer_of_fact(queue->stopped);
		} else {
			ret->refill_timer = px_answer_of_fact(queue->refill_timer);
		}
		if (*front->lacks)
			err = px_ring_lack(ring, PX_SOURCE_FRONT, "%s", front->lacks);
	}
	return err;
}

/* --- blkfront --------------------------------------------------------------------------- */

static const struct px_blkfront_ring *find_ring(const struct px_blkfront *front,
						const struct px_ring *ring)
{
	for (size_t i = 0; i < front->ring_count; i++)
		if (has_grant(front->rings[i].ring_ref, ring))
			return &front->rings[i];
	return NULL;
}

struct px_error *px_front_of_blkfront(const struct px_blkfront *front,
				      struct px_ring_device *device, size_t number)
{
	enum {
		BLKIF_STATE_ERROR = 3
	};
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];
		const struct px_blkfront_ring *found = find_ring(front, ring);

		if (!found) {
			err = px_ring_lack(ring, PX_SOURCE_FRONT, "%s",
					   *front->lacks
						   ? front->lacks
						   : "the guest's driver has no such ring");
			continue;
		}
		ring->readings[number].front = (struct px_ring_front){
			.req_prod_pvt = found->ring.req_prod_pvt,
			.rsp_cons = found->ring.rsp_cons,
			.stopped = px_answer_of_fact(found->stopped),
		};
		if (front->connected.known)
			ring->readings[number].front.broken =
				px_answer_of(front->connected.value == BLKIF_STATE_ERROR);
		if (*front->lacks)
			err = px_ring_lack(ring, PX_SOURCE_FRONT, "%s", front->lacks);
	}
	return err;
}

/* --- both ------------------------------------------------------------------------------- */

static struct px_error *read_netfront(struct px_linux_drivers *drivers,
				      const struct px_xenbus_device *found,
				      struct px_ring_device *device, size_t number)
{
	struct px_netfront front px_cleanup(px_netfront_fini) = {0};
	struct px_error *err = px_linux_drivers_netfront(drivers, found, &front);

	return err ? err : px_front_of_netfront(&front, device, number);
}

static struct px_error *read_blkfront(struct px_linux_drivers *drivers,
				      const struct px_xenbus_device *found,
				      struct px_ring_device *device, size_t number)
{
	struct px_blkfront front px_cleanup(px_blkfront_fini) = {0};
	struct px_error *err = px_linux_drivers_blkfront(drivers, found, &front);

	return err ? err : px_front_of_blkfront(&front, device, number);
}

struct px_error *px_front_linux_read(struct px_linux_drivers *drivers,
				     const struct px_xenbus_devices *netfronts,
				     const struct px_xenbus_devices *blkfronts,
				     struct px_ring_device *device, size_t number)
{
	bool net = device->class == PX_DEVICE_VIF;
	const struct px_xenbus_devices *devices = net ? netfronts : blkfronts;
	const struct px_xenbus_device *found;
	char node[64];

	if (!net && device->class != PX_DEVICE_VBD)
		return NULL;
	snprintf(node, sizeof(node), "device/%s/%u", net ? "vif" : "vbd", device->id);
	found = px_xenbus_devices_find(devices, node);
	if (!found)
		return px_ring_device_lack(device, PX_SOURCE_FRONT, "%s",
					   *devices->lacks ? devices->lacks
							   : "the guest's driver does not have "
							     "this device");
	return net ? read_netfront(drivers, found, device, number)
		   : read_blkfront(drivers, found, device, number);
}
