/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel with Xen's drivers in flat memory. */
#include "tests/support/driver-world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(part) DRIVER_WORLD_AT(world, part)

/* A list of the nodes at addresses. */
static void link_nodes(struct driver_world *world, uint64_t head, const uint64_t *nodes,
		       size_t count)
{
	uint64_t last = head;

	for (size_t i = 0; i < count; i++) {
		flat_memory_put64(&world->flat, last, nodes[i]);
		flat_memory_put64(&world->flat, nodes[i] + 8, last);
		last = nodes[i];
	}
	flat_memory_put64(&world->flat, last, head);
	flat_memory_put64(&world->flat, head + 8, last);
}

static const char *const nodes[PX_LINUX_DRIVERS] = {
	[PX_LINUX_NETFRONT] = "device/vif/%zu",
	[PX_LINUX_BLKFRONT] = "device/vbd/%zu",
	[PX_LINUX_NETBACK] = "backend/vif/%zu/0",
	[PX_LINUX_BLKBACK] = "backend/vbd/%zu/51712",
};

static void build_bus(struct driver_world *world, size_t d, const uint64_t data[WORLD_DEVICES])
{
	uint64_t links[WORLD_DEVICES];

	world->memory->bus[d].driver.driver.p = AT(bus[d].driver_private);
	for (size_t i = 0; i < WORLD_DEVICES; i++) {
		struct world_device_private *private =
			&world->memory->bus[d].devices[i].private;
		struct world_xenbus_device *device = &world->memory->bus[d].devices[i].device;

		links[i] = AT(bus[d].devices[i].private.driver.links);
		private->driver.klist = AT(bus[d].driver_private.devices);
		private->device = AT(bus[d].devices[i].device.dev);
		device->dev.p = AT(bus[d].devices[i].private);
		device->dev.driver = AT(bus[d].driver.driver);
		device->dev.driver_data = data[i];
		device->nodename = AT(bus[d].devices[i].nodename);
		snprintf(world->memory->bus[d].devices[i].nodename, 40, nodes[d], i);
		device->otherend_id = (uint32_t)(10 * d + i);
		device->state = 4;
		device->events = (uint32_t)(100 * d + i);
		device->spurious_events = 7;
		device->spurious_threshold = 1;
	}
	link_nodes(world, AT(bus[d].driver_private.devices.list), links, WORLD_DEVICES);
}

static void build_net_device(struct world_net_device *device, uint64_t queues, size_t i)
{
	snprintf(device->name, sizeof(device->name), "eth%zu", i);
	device->tx = queues;
	device->real_num_tx_queues = WORLD_QUEUES;
	device->state = i ? 1 << 5 : 1 << 1;	/* the second is down and has no carrier */
	device->queues[0].state = 1 << 3;	/* stopped */
	device->queues[1].state = ~UINT64_C(8); /* not stopped */
}

static void build_netfront(struct driver_world *world, size_t i)
{
	struct world_netfront *front = &world->memory->netfront[i];

	front->netdev = AT(netfront[i].device);
	front->xbdev = AT(bus[PX_LINUX_NETFRONT].devices[i].device);
	front->queues = AT(netfront[i].own);
	front->broken = i == 1;
	build_net_device(&front->device, AT(netfront[i].device.queues), i);
	for (uint32_t q = 0; q < WORLD_QUEUES; q++) {
		struct world_netfront_queue *queue = &front->own[q];

		queue->id = q;
		queue->tx_evtchn = 20 + q;
		queue->rx_evtchn = 30 + q;
		queue->info = AT(netfront[i]);
		queue->tx = (struct world_front_ring){UINT32_MAX - q, 5 + q, 256, AT(jiffies)};
		queue->rx = (struct world_front_ring){300 + q, 44 + q, 256, AT(jiffies)};
		queue->tx_ring_ref = 8;
		queue->rx_ring_ref = 9;
		/* 4, 1, 6 are free. */
		memset(queue->tx_link, 0xfe, sizeof(queue->tx_link));
		queue->tx_skb_freelist = 4;
		queue->tx_link[4] = 1;
		queue->tx_link[1] = 6;
		queue->tx_link[6] = UINT16_MAX;
		queue->rx_refill_timer.entry.pprev = q ? AT(jiffies) : 0;
	}
}

static void build_netback(struct driver_world *world, size_t i)
{
	struct world_netback *back = &world->memory->netback[i];

	back->be.dev = AT(bus[PX_LINUX_NETBACK].devices[i].device);
	back->be.vif = AT(netback[i].vif);
	back->vif.domid = (uint16_t)(7 + i);
	back->vif.num_queues = WORLD_QUEUES;
	back->vif.disabled = i == 1;
	back->vif.be = AT(netback[i]);
	back->vif.dev = AT(netback[i].device);
	back->vif.queues = AT(netback[i].own);
	back->vif.status = 1;
	build_net_device(&back->device, AT(netback[i].device.queues), i);
	for (uint32_t q = 0; q < WORLD_QUEUES; q++) {
		struct world_netback_queue *queue = &back->own[q];

		queue->id = q;
		queue->vif = AT(netback[i].vif);
		queue->tx = (struct world_back_ring){17 + q, 18 + q, 256, AT(jiffies)};
		queue->rx = (struct world_back_ring){27 + q, 28 + q, 256, AT(jiffies)};
		queue->pending_prod = UINT32_MAX; /* 256 + 3 less than cons + 256 */
		queue->pending_cons = 2;
		queue->dealloc_prod = 1;
		queue->dealloc_cons = UINT32_MAX - 1;
		queue->rx_queue_len = 1500;
		queue->rx_queue_max = 524288;
		queue->rx_packets = 1;
		queue->stalled = (uint8_t)q;
		queue->credit_bytes = UINT64_MAX;
		queue->credit_timeout.entry.pprev = q ? AT(jiffies) : 0;
		queue->credit_timeout.expires = 99;
	}
}

static void build_blkfront(struct driver_world *world, size_t i)
{
	struct world_blkfront *front = &world->memory->blkfront[i];

	front->xbdev = AT(bus[PX_LINUX_BLKFRONT].devices[i].device);
	front->gd = AT(blkfront[i].disk);
	front->rq = AT(blkfront[i].queue);
	front->rinfo = AT(blkfront[i].own);
	front->connected = 1;
	front->nr_ring_pages = 1;
	front->nr_rings = WORLD_QUEUES;
	front->rinfo_size = sizeof(front->own[0]);
	snprintf(front->disk.name, sizeof(front->disk.name), "xvd%c", (char)('a' + i));
	front->queue.contexts.head = AT(blkfront[i].node) + 2;
	for (uint32_t q = 0; q < WORLD_QUEUES; q++) {
		struct world_blkfront_ring *ring = &front->own[q];

		ring->dev_info = AT(blkfront[i]);
		ring->ring = (struct world_front_ring){60 + q, 50 + q, 32, AT(jiffies)};
		ring->ring_ref[0] = 70 + q;
		ring->ring_ref[1] = 80 + q;
		ring->evtchn = 40 + q;
		ring->shadow_free = 11;
		front->node.slots[q] = AT(blkfront[i].contexts[q]);
		front->contexts[q].queue = AT(blkfront[i].queue);
		front->contexts[q].state = q ? 4 : 0; /* the second is stopped */
	}
}

static void build_blkback(struct driver_world *world, size_t i)
{
	struct world_blkback *back = &world->memory->blkback[i];

	back->be.dev = AT(bus[PX_LINUX_BLKBACK].devices[i].device);
	back->be.blkif = AT(blkback[i].blkif);
	back->blkif.domid = (uint16_t)(7 + i);
	back->blkif.protocol = 2;
	back->blkif.nr_ring_pages = 1;
	back->blkif.nr_rings = WORLD_QUEUES;
	back->blkif.be = AT(blkback[i]);
	back->blkif.rings = AT(blkback[i].own);
	for (uint32_t q = 0; q < WORLD_QUEUES; q++) {
		struct world_blkback_ring *ring = &back->own[q];
		uint64_t free[WORLD_PENDING];

		ring->blkif = AT(blkback[i].blkif);
		ring->thread = q ? 0 : AT(jiffies);
		ring->ring = (struct world_back_ring){90 + q, 91 + q, 32, AT(jiffies)};
		ring->waiting_reqs = q;
		ring->reads = 1000 + q;
		for (size_t r = 0; r < WORLD_PENDING; r++)
			free[r] = AT(blkback[i].own[q].requests[r]);
		link_nodes(world, AT(blkback[i].own[q].pending_free), free, WORLD_PENDING);
	}
}

void driver_world_build(struct driver_world *world, const char *without)
{
	driver_world_types(world, without);
	world->memory = (struct driver_memory *)(void *)flat_memory_add(
		&world->flat, DRIVER_WORLD, sizeof(*world->memory));
	world->reader = flat_memory_reader(&world->flat);
	world->memory->jiffies = 4242;
	build_bus(world, PX_LINUX_NETFRONT, (uint64_t[]){AT(netfront[0]), AT(netfront[1])});
	build_bus(world, PX_LINUX_BLKFRONT, (uint64_t[]){AT(blkfront[0]), AT(blkfront[1])});
	build_bus(world, PX_LINUX_NETBACK, (uint64_t[]){AT(netback[0]), AT(netback[1])});
	build_bus(world, PX_LINUX_BLKBACK, (uint64_t[]){AT(blkback[0]), AT(blkback[1])});
	for (size_t i = 0; i < WORLD_DEVICES; i++) {
		build_netfront(world, i);
		build_netback(world, i);
		build_blkfront(world, i);
		build_blkback(world, i);
	}
}

void driver_world_fini(struct driver_world *world)
{
	for (size_t i = 0; i < PX_LINUX_DRIVERS; i++)
		px_type_info_close(world->types[i]);
	flat_memory_fini(&world->flat);
	*world = (struct driver_world){0};
}

/* --- the view ----------------------------------------------------------------------------- */

static size_t driver_of(const char *module)
{
	for (size_t d = 0; d < PX_LINUX_DRIVERS; d++)
		if (module && !strcmp(module, px_linux_driver_module((enum px_linux_driver)d)))
			return d;
	return PX_LINUX_DRIVERS;
}

static bool find_symbol(void *context, const char *module, const char *name, uint64_t *ret)
{
	static const char *const names[PX_LINUX_DRIVERS] = {
		[PX_LINUX_NETFRONT] = "netfront_driver",
		[PX_LINUX_BLKFRONT] = "blkfront_driver",
		[PX_LINUX_NETBACK] = "netback_driver",
		[PX_LINUX_BLKBACK] = "xen_blkbk_driver",
	};
	struct driver_world *world = context;
	size_t d = driver_of(module);

	*ret = DRIVER_WORLD + offsetof(struct driver_memory, jiffies);
	if (d == PX_LINUX_DRIVERS)
		return !strcmp(name, "jiffies");
	*ret = DRIVER_WORLD + offsetof(struct driver_memory, bus) +
	       d * sizeof(world->memory->bus[0]);
	return !world->gone[d] && !strcmp(name, names[d]);
}

static const struct px_type_info *find_types(void *context, const char *module)
{
	struct driver_world *world = context;

	world->types_asked++;
	return world->types[driver_of(module)];
}

struct px_linux_view driver_world_view(struct driver_world *world)
{
	return (struct px_linux_view){
		.reader = world->reader,
		.symbol = find_symbol,
		.types = find_types,
		.context = world,
	};
}

void driver_world_look(struct driver_world *world, enum px_linux_driver driver,
		       struct driver_looker *ret)
{
	struct px_linux_view view = driver_world_view(world);

	if (px_linux_drivers_new(&view, &ret->drivers) ||
	    px_linux_drivers_devices(ret->drivers, driver, &ret->devices))
		abort();
}

void driver_looker_fini(struct driver_looker *looker)
{
	px_xenbus_devices_fini(&looker->devices);
	px_linux_drivers_freep(&looker->drivers);
}
