/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netback's and blkback's queues as back ends of rings. */
#include "ringtrace/back-linux.h"

#include <stdio.h>
#include <string.h>

#include "guest/backend-files.h"
#include "lib/memory.h"
#include "ringtrace/answer.h"

/* --- netback ---------------------------------------------------------------------------- */

static const struct px_netback_queue *find_queue(const struct px_netback *back,
						 const struct px_ring *ring)
{
	for (size_t i = 0; i < back->queue_count; i++) {
		const struct px_fact *id = &back->queues[i].id;

		if (id->known ? id->value == ring->queue : i == ring->queue)
			return &back->queues[i];
	}
	return NULL;
}

/* Without a limit it counts down from the largest number. */
static struct px_fact credit_of(const struct px_netback_queue *queue)
{
	const struct px_fact unknown = {0};

	if (!queue->credit_bytes.known || queue->credit_bytes.value > UINT32_MAX)
		return unknown;
	return queue->remaining_credit;
}

static struct px_ring_back back_of_tx(const struct px_netback_queue *queue)
{
	return (struct px_ring_back){
		.req_cons = queue->tx.req_cons,
		.rsp_prod_pvt = queue->tx.rsp_prod_pvt,
		.pending = queue->pending,
		.dealloc = queue->dealloc,
		.credit_timer = px_answer_of_fact(queue->credit_timer),
		.credit = credit_of(queue),
	};
}

static struct px_ring_back back_of_rx(const struct px_netback_queue *queue)
{
	return (struct px_ring_back){
		.req_cons = queue->rx.req_cons,
		.rsp_prod_pvt = queue->rx.rsp_prod_pvt,
		.queued = queue->rx_packets,
		.queued_bytes = queue->rx_queue_len,
		.wanted = queue->rx_slots_needed,
		.stalled = px_answer_either(px_answer_of_fact(queue->stalled),
					    px_answer_of_fact(queue->stopped)),
	};
}

struct px_error *px_back_of_netback(const struct px_netback *back,
				    struct px_ring_device *device, size_t number)
{
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];
		const struct px_netback_queue *queue = find_queue(back, ring);

		if (!queue) {
			err = px_ring_lack(ring, PX_SOURCE_BACK, "%s",
					   *back->lacks ? back->lacks
							: "netback has no such queue");
			continue;
		}
		ring->readings[number].back = ring->kind == PX_RING_NET_TX ? back_of_tx(queue)
									   : back_of_rx(queue);
		ring->readings[number].back.disabled = px_answer_of_fact(back->disabled);
		if (*back->lacks)
			err = px_ring_lack(ring, PX_SOURCE_BACK, "%s", back->lacks);
	}
	return err;
}

/* --- blkback ---------------------------------------------------------------------------- */

struct px_error *px_back_of_blkback(const struct px_blkback *back,
				    struct px_ring_device *device, size_t number)
{
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];

		if (ring->queue >= back->ring_count) {
			err = px_ring_lack(ring, PX_SOURCE_BACK, "%s",
					   *back->lacks ? back->lacks
							: "blkback has no such ring");
			continue;
		}
		ring->readings[number].back = (struct px_ring_back){
			.req_cons = back->rings[ring->queue].ring.req_cons,
			.rsp_prod_pvt = back->rings[ring->queue].ring.rsp_prod_pvt,
			.pending = back->rings[ring->queue].inflight,
		};
		if (*back->lacks)
			err = px_ring_lack(ring, PX_SOURCE_BACK, "%s", back->lacks);
	}
	return err;
}

/* --- where from ------------------------------------------------------------------------- */

void px_back_counters(const struct px_xenbus_counters *counters, struct px_ring_device *device,
		      size_t number)
{
	for (size_t i = 0; i < device->ring_count; i++) {
		struct px_ring_reading *reading = &device->rings[i].readings[number];

		reading->events = counters->events;
		reading->spurious_events = counters->spurious_events;
		reading->delayed_jiffies = counters->jiffies_eoi_delayed;
	}
}

/* The driver's name is for who reads why it does not show. */
static struct px_error *lack_driver(const struct px_back_linux *from,
				    struct px_ring_device *device, const char *driver)
{
	if (!from->kernel->drivers)
		return px_ring_device_lack(device, PX_SOURCE_BACK, "%s", from->kernel->problem);
	return px_ring_device_lack(device, PX_SOURCE_BACK, "%s does not have this device",
				   driver);
}

static struct px_error *read_netback(const struct px_back_linux *from,
				     const struct px_xenbus_device *found,
				     struct px_ring_device *device, size_t number)
{
	struct px_netback back px_cleanup(px_netback_fini) = {0};
	struct px_error *err = NULL;

	if (!found && !from->folder)
		return lack_driver(from, device, "netback");
	if (found)
		err = px_linux_drivers_netback(from->kernel->drivers, found, &back);
	if (!err && !back.queue_count && from->folder) {
		px_netback_fini(&back);
		back = (struct px_netback){0};
		err = px_backend_files_netback(from->folder, from->front_domain, device->id,
					       &back);
	}
	return err ? err : px_back_of_netback(&back, device, number);
}

static struct px_error *read_blkback(const struct px_back_linux *from,
				     const struct px_xenbus_device *found,
				     struct px_ring_device *device, size_t number)
{
	struct px_blkback back px_cleanup(px_blkback_fini) = {0};
	struct px_error *err;

	if (!found)
		return lack_driver(from, device, "blkback");
	err = px_linux_drivers_blkback(from->kernel->drivers, found, &back);
	return err ? err : px_back_of_blkback(&back, device, number);
}

static void read_counters(const struct px_back_linux *from,
			  const struct px_xenbus_device *found, struct px_ring_device *device,
			  size_t number)
{
	struct px_xenbus_counters counters = {0};
	char name[64];

	if (found)
		counters = found->counters;
	if (!counters.events.known && from->folder) {
		snprintf(name, sizeof(name), "%s-%u-%u", device->back_type, from->front_domain,
			 device->id);
		counters = px_backend_files_counters(from->folder, name);
	}
	px_back_counters(&counters, device, number);
}

static struct px_error *lack_program(struct px_ring_device *device)
{
	if (!device->back_domain)
		return px_ring_device_lack(
			device, PX_SOURCE_BACK,
			"the back end is a program of dom0 (%s), which shows nothing",
			device->back_type);
	return px_ring_device_lack(
		device, PX_SOURCE_BACK,
		"the back end is a program of domain %u (%s), which shows nothing",
		device->back_domain, device->back_type);
}

struct px_error *px_back_linux_read(const struct px_back_linux *from,
				    struct px_ring_device *device, size_t number)
{
	bool net = device->class == PX_DEVICE_VIF;
	const struct px_xenbus_device *found = NULL;
	char node[96];

	if (!net && device->class != PX_DEVICE_VBD)
		return NULL;
	if (!device->back_path)
		return px_ring_device_lack(device, PX_SOURCE_BACK,
					   "it is not known where the back end is");
	if (!from->kernel)
		return px_ring_device_lack(
			device, PX_SOURCE_BACK,
			"the back end is in domain %u, which is not looked into",
			device->back_domain);
	if (strcmp(device->back_type, net ? "vif" : "vbd") != 0)
		return lack_program(device);
	snprintf(node, sizeof(node), "backend/%s/%u/%u", device->back_type, from->front_domain,
		 device->id);
	if (from->kernel->drivers)
		found = px_xenbus_devices_find(net ? from->netbacks : from->blkbacks, node);
	read_counters(from, found, device, number);
	return net ? read_netback(from, found, device, number)
		   : read_blkback(from, found, device, number);
}
