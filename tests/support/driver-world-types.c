/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types of a kernel with Xen's drivers, as BTF. */
#include "tests/support/driver-world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MEMBERS_MAX = 24,
};

/* Types under construction. */
struct types {
	struct btf_builder *builder;
	const char *without;
	uint32_t numbers[9]; /* integers by their size */
	uint32_t list;
	struct btf_builder_member members[MEMBERS_MAX]; /* of the structure at work */
	uint16_t count;
	const char *structure;
};

static void begin(struct types *t, const char *structure)
{
	t->structure = structure;
	t->count = 0;
}

static void add(struct types *t, const char *name, uint32_t type, size_t offset)
{
	char path[64];

	snprintf(path, sizeof(path), "%s.%s", t->structure, name);
	if (t->without && !strcmp(t->without, path))
		name = "other";
	if (t->count == MEMBERS_MAX)
		abort();
	t->members[t->count++] =
		(struct btf_builder_member){name, type, (uint32_t)offset * 8, 0};
}

static uint32_t end(struct types *t, size_t size)
{
	return btf_builder_struct(t->builder, t->structure, BTF_KIND_STRUCT, (uint32_t)size,
				  t->members, t->count);
}

static uint32_t bytes_of(struct types *t, size_t size)
{
	return btf_builder_array(t->builder, t->numbers[1], (uint32_t)size);
}

/* Members of structure s of the world: a number; of another type. */
#define NUMBER(s, member) NUMBER_AS(s, #member, member)
#define NUMBER_AS(s, name, member) \
	add(t, name, t->numbers[sizeof(((struct s *)0)->member)], offsetof(struct s, member))
#define OTHER(s, name, type, member) add(t, name, type, offsetof(struct s, member))

static void add_enum(struct types *t, const char *name, int32_t value)
{
	struct btf_enum one = {btf_builder_string(t->builder, name), value};

	btf_builder_type(t->builder, NULL, BTF_BUILDER_INFO(BTF_KIND_ENUM, 0, 1), 4, &one,
			 sizeof(one));
}

static void types_begin(struct types *t)
{
	btf_builder_init(t->builder);
	t->numbers[1] = btf_builder_int(t->builder, "u8", 1);
	t->numbers[2] = btf_builder_int(t->builder, "u16", 2);
	t->numbers[4] = btf_builder_int(t->builder, "u32", 4);
	t->numbers[8] = btf_builder_int(t->builder, "u64", 8);
	begin(t, "list_head");
	NUMBER(world_list, next);
	NUMBER(world_list, prev);
	t->list = end(t, sizeof(struct world_list));
}

static void add_driver_core(struct types *t)
{
	uint32_t klist, node, driver;

	begin(t, "klist");
	OTHER(world_klist, "k_list", t->list, list);
	klist = end(t, sizeof(struct world_klist));
	begin(t, "klist_node");
	NUMBER_AS(world_klist_node, "n_klist", klist);
	OTHER(world_klist_node, "n_node", t->list, links);
	node = end(t, sizeof(struct world_klist_node));
	begin(t, "driver_private");
	OTHER(world_driver_private, "klist_devices", klist, devices);
	end(t, sizeof(struct world_driver_private));
	begin(t, "device_private");
	OTHER(world_device_private, "knode_driver", node, driver);
	NUMBER(world_device_private, device);
	end(t, sizeof(struct world_device_private));
	begin(t, "device_driver");
	add(t, "p", t->numbers[8], 8);
	driver = end(t, 16);
	begin(t, "xenbus_driver");
	OTHER(world_xenbus_driver, "driver", driver, driver);
	end(t, sizeof(struct world_xenbus_driver));
}

static void add_xenbus_device(struct types *t)
{
	uint32_t atomic, device;

	begin(t, "atomic");
	add(t, "counter", t->numbers[4], 0);
	atomic = end(t, 4);
	begin(t, "device");
	NUMBER(world_device, p);
	NUMBER(world_device, driver);
	NUMBER(world_device, driver_data);
	device = end(t, sizeof(struct world_device));
	begin(t, "xenbus_device");
	NUMBER(world_xenbus_device, nodename);
	NUMBER(world_xenbus_device, otherend_id);
	NUMBER(world_xenbus_device, state);
	OTHER(world_xenbus_device, "dev", device, dev);
	OTHER(world_xenbus_device, "events", atomic, events);
	OTHER(world_xenbus_device, "spurious_events", atomic, spurious_events);
	NUMBER(world_xenbus_device, spurious_threshold);
	end(t, sizeof(struct world_xenbus_device));
}

static uint32_t add_front_ring(struct types *t)
{
	begin(t, "front_ring");
	NUMBER(world_front_ring, req_prod_pvt);
	NUMBER(world_front_ring, rsp_cons);
	NUMBER(world_front_ring, nr_ents);
	NUMBER(world_front_ring, sring);
	return end(t, sizeof(struct world_front_ring));
}

static uint32_t add_back_ring(struct types *t)
{
	begin(t, "back_ring");
	NUMBER(world_back_ring, rsp_prod_pvt);
	NUMBER(world_back_ring, req_cons);
	NUMBER(world_back_ring, nr_ents);
	NUMBER(world_back_ring, sring);
	return end(t, sizeof(struct world_back_ring));
}

static uint32_t add_timer(struct types *t)
{
	uint32_t entry;

	begin(t, "hlist_node");
	add(t, "next", t->numbers[8], 0);
	add(t, "pprev", t->numbers[8], 8);
	entry = end(t, 16);
	begin(t, "timer_list");
	add(t, "entry", entry, 0);
	NUMBER(world_timer, expires);
	return end(t, sizeof(struct world_timer));
}

static void add_net_device(struct types *t)
{
	begin(t, "netdev_queue");
	NUMBER(world_netdev_queue, state);
	end(t, sizeof(struct world_netdev_queue));
	begin(t, "net_device");
	OTHER(world_net_device, "name", bytes_of(t, 16), name);
	NUMBER(world_net_device, state);
	NUMBER_AS(world_net_device, "_tx", tx);
	NUMBER(world_net_device, real_num_tx_queues);
	end(t, offsetof(struct world_net_device, queues));
	add_enum(t, "__QUEUE_STATE_DRV_XOFF", 3);
	add_enum(t, "__LINK_STATE_START", 1);
	add_enum(t, "__LINK_STATE_NOCARRIER", 5);
}

static void add_netfront(struct types *t)
{
	uint32_t ring = add_front_ring(t), timer = add_timer(t);

	begin(t, "netfront_info");
	NUMBER(world_netfront, netdev);
	NUMBER(world_netfront, xbdev);
	NUMBER(world_netfront, queues);
	NUMBER(world_netfront, broken);
	end(t, offsetof(struct world_netfront, own));
	begin(t, "netfront_queue");
	NUMBER(world_netfront_queue, id);
	NUMBER(world_netfront_queue, tx_evtchn);
	NUMBER(world_netfront_queue, rx_evtchn);
	NUMBER(world_netfront_queue, info);
	OTHER(world_netfront_queue, "tx", ring, tx);
	OTHER(world_netfront_queue, "rx", ring, rx);
	NUMBER(world_netfront_queue, tx_ring_ref);
	NUMBER(world_netfront_queue, rx_ring_ref);
	OTHER(world_netfront_queue, "tx_link",
	      btf_builder_array(t->builder, t->numbers[2], WORLD_LINKS), tx_link);
	NUMBER(world_netfront_queue, tx_skb_freelist);
	NUMBER(world_netfront_queue, rx_rsp_unconsumed);
	OTHER(world_netfront_queue, "rx_refill_timer", timer, rx_refill_timer);
	end(t, sizeof(struct world_netfront_queue));
}

static void add_netback(struct types *t)
{
	uint32_t ring = add_back_ring(t), timer = add_timer(t), packets;

	begin(t, "sk_buff_head");
	add(t, "qlen", t->numbers[4], 0);
	packets = end(t, 4);
	begin(t, "backend_info");
	add(t, "dev", t->numbers[8], offsetof(struct world_netback, be.dev));
	add(t, "vif", t->numbers[8], offsetof(struct world_netback, be.vif));
	end(t, 16);
	begin(t, "xenvif");
	NUMBER(world_vif, domid);
	NUMBER(world_vif, handle);
	NUMBER(world_vif, num_queues);
	NUMBER(world_vif, disabled);
	NUMBER(world_vif, be);
	NUMBER(world_vif, dev);
	NUMBER(world_vif, queues);
	NUMBER(world_vif, status);
	end(t, sizeof(struct world_vif));
	begin(t, "xenvif_queue");
	NUMBER(world_netback_queue, id);
	NUMBER(world_netback_queue, vif);
	OTHER(world_netback_queue, "tx", ring, tx);
	OTHER(world_netback_queue, "rx", ring, rx);
	NUMBER(world_netback_queue, pending_prod);
	NUMBER(world_netback_queue, pending_cons);
	NUMBER(world_netback_queue, dealloc_prod);
	NUMBER(world_netback_queue, dealloc_cons);
	NUMBER(world_netback_queue, rx_queue_len);
	NUMBER(world_netback_queue, rx_queue_max);
	OTHER(world_netback_queue, "rx_queue", packets, rx_packets);
	NUMBER(world_netback_queue, stalled);
	NUMBER(world_netback_queue, credit_bytes);
	NUMBER(world_netback_queue, remaining_credit);
	OTHER(world_netback_queue, "credit_timeout", timer, credit_timeout);
	end(t, sizeof(struct world_netback_queue));
}

static void add_block_layer(struct types *t)
{
	uint32_t table, slots = btf_builder_array(t->builder, t->numbers[8], 4);

	begin(t, "gendisk");
	add(t, "disk_name", bytes_of(t, 32), 8);
	end(t, 40);
	begin(t, "xarray");
	add(t, "xa_head", t->numbers[8], 8);
	table = end(t, 16);
	begin(t, "request_queue");
	add(t, "hctx_table", table, 8);
	end(t, 24);
	begin(t, "xa_node");
	add(t, "shift", t->numbers[1], 0);
	add(t, "slots", slots, 8);
	end(t, 40);
	begin(t, "blk_mq_hw_ctx");
	add(t, "state", t->numbers[8], 0);
	add(t, "queue", t->numbers[8], 8);
	end(t, 16);
	add_enum(t, "BLK_MQ_S_STOPPED", 2);
}

static void add_blkfront(struct types *t)
{
	uint32_t ring = add_front_ring(t);

	begin(t, "blkfront_info");
	NUMBER(world_blkfront, xbdev);
	NUMBER(world_blkfront, gd);
	NUMBER(world_blkfront, rq);
	NUMBER(world_blkfront, rinfo);
	NUMBER(world_blkfront, connected);
	NUMBER(world_blkfront, nr_ring_pages);
	NUMBER(world_blkfront, nr_rings);
	NUMBER(world_blkfront, rinfo_size);
	end(t, offsetof(struct world_blkfront, own));
	begin(t, "blkfront_ring_info");
	NUMBER(world_blkfront_ring, dev_info);
	OTHER(world_blkfront_ring, "ring", ring, ring);
	OTHER(world_blkfront_ring, "ring_ref", btf_builder_array(t->builder, t->numbers[4], 4),
	      ring_ref);
	NUMBER(world_blkfront_ring, evtchn);
	NUMBER(world_blkfront_ring, persistent_gnts_c);
	NUMBER(world_blkfront_ring, shadow_free);
	end(t, offsetof(struct world_blkfront_ring, shadow));
	add_block_layer(t);
}

static void add_blkback(struct types *t)
{
	uint32_t ring = add_back_ring(t), rings;

	begin(t, "blkif_back_rings");
	add(t, "common", ring, 0);
	rings = end(t, sizeof(struct world_back_ring));
	begin(t, "backend_info");
	add(t, "dev", t->numbers[8], 0);
	add(t, "blkif", t->numbers[8], 8);
	end(t, 16);
	begin(t, "xen_blkif");
#define BLKIF(name, member, size)                          \
	add(t, name, t->numbers[size],                     \
	    offsetof(struct world_blkback, blkif.member) - \
		    offsetof(struct world_blkback, blkif))
	BLKIF("domid", domid, 2);
	BLKIF("handle", handle, 4);
	BLKIF("blk_protocol", protocol, 4);
	BLKIF("nr_ring_pages", nr_ring_pages, 4);
	BLKIF("nr_rings", nr_rings, 4);
	BLKIF("be", be, 8);
	BLKIF("rings", rings, 8);
#undef BLKIF
	end(t, sizeof(((struct world_blkback *)0)->blkif));
	begin(t, "xen_blkif_ring");
	NUMBER(world_blkback_ring, blkif);
	NUMBER_AS(world_blkback_ring, "xenblkd", thread);
	OTHER(world_blkback_ring, "blk_rings", rings, ring);
	NUMBER(world_blkback_ring, waiting_reqs);
	OTHER(world_blkback_ring, "pending_free", t->list, pending_free);
	NUMBER_AS(world_blkback_ring, "st_rd_req", reads);
	end(t, sizeof(struct world_blkback_ring));
}

struct px_bytes driver_world_btf(struct btf_builder *builder, enum px_linux_driver driver,
				 const char *without)
{
	static void (*const add_driver[PX_LINUX_DRIVERS])(struct types *) = {
		[PX_LINUX_NETFRONT] = add_netfront,
		[PX_LINUX_BLKFRONT] = add_blkfront,
		[PX_LINUX_NETBACK] = add_netback,
		[PX_LINUX_BLKBACK] = add_blkback,
	};
	struct types t = {.builder = builder, .without = without};

	types_begin(&t);
	add_driver_core(&t);
	add_xenbus_device(&t);
	if (driver == PX_LINUX_NETFRONT || driver == PX_LINUX_NETBACK)
		add_net_device(&t);
	add_driver[driver](&t);
	return btf_builder_finish(builder);
}

void driver_world_types(struct driver_world *world, const char *without)
{
	for (size_t i = 0; i < PX_LINUX_DRIVERS; i++) {
		struct btf_builder builder;

		if (px_type_info_open_btf(
			    driver_world_btf(&builder, (enum px_linux_driver)i, without), NULL,
			    &world->types[i]))
			abort();
	}
}
