/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel with Xen's drivers in flat memory: two devices of each, with two queues or rings.
 * The structures are smaller than Linux's and their members lie elsewhere; types say where.
 */
#ifndef PX_TESTS_DRIVER_WORLD_H
#define PX_TESTS_DRIVER_WORLD_H

#include "guest/linux-drivers.h"
#include "tests/support/btf-builder.h"
#include "tests/support/flat-memory.h"

#define DRIVER_WORLD UINT64_C(0xffff888001000000) /* where struct driver_memory lies */

enum {
	WORLD_DEVICES = 2, /* of a driver */
	WORLD_QUEUES = 2,  /* of a device */
	WORLD_LINKS = 8,
	WORLD_PENDING = 3,
};

struct world_list {
	uint64_t next, prev;
};

struct world_klist {
	uint64_t lock;
	struct world_list list;
};

struct world_klist_node {
	uint64_t klist;
	struct world_list links;
	uint64_t references;
};

struct world_driver_private {
	uint64_t object;
	struct world_klist devices;
};

struct world_device_private {
	uint64_t parent;
	struct world_klist_node driver;
	uint64_t device;
};

struct world_xenbus_driver {
	uint64_t name;
	struct {
		uint64_t name, p;
	} driver;
};

struct world_xenbus_device {
	uint64_t type, nodename;
	uint32_t otherend_id, state;
	struct world_device {
		uint64_t object, p, driver, driver_data;
	} dev;
	uint32_t events, spurious_events, spurious_threshold;
};

/* The first two swap their meaning from end to end. */
struct world_front_ring {
	uint32_t req_prod_pvt, rsp_cons, nr_ents;
	uint64_t sring;
};

struct world_back_ring {
	uint32_t rsp_prod_pvt, req_cons, nr_ents;
	uint64_t sring;
};

struct world_timer {
	struct {
		uint64_t next, pprev;
	} entry;
	uint64_t expires;
};

struct world_netdev_queue {
	uint64_t device, state;
};

struct world_net_device {
	char name[16];
	uint64_t state, tx;
	uint32_t real_num_tx_queues;
	struct world_netdev_queue queues[WORLD_QUEUES]; /* not of the real one */
};

struct world_netfront {
	uint64_t netdev, xbdev, queues;
	uint8_t broken;
	struct world_netfront_queue {
		uint32_t id, tx_evtchn, rx_evtchn;
		uint64_t info;
		struct world_front_ring tx, rx;
		int32_t tx_ring_ref, rx_ring_ref;
		uint16_t tx_link[WORLD_LINKS];
		uint32_t tx_skb_freelist, rx_rsp_unconsumed;
		struct world_timer rx_refill_timer;
	} own[WORLD_QUEUES];
	struct world_net_device device;
};

struct world_netback {
	struct {
		uint64_t dev, vif;
	} be;
	struct world_vif {
		uint16_t domid;
		uint32_t handle, num_queues;
		uint8_t disabled;
		uint64_t be, dev, queues, status;
	} vif;
	struct world_netback_queue {
		uint32_t id;
		uint64_t vif;
		struct world_back_ring tx, rx;
		uint32_t pending_prod, pending_cons, dealloc_prod, dealloc_cons;
		uint32_t rx_queue_len, rx_queue_max, rx_packets;
		uint8_t stalled;
		uint64_t credit_bytes, remaining_credit;
		struct world_timer credit_timeout;
	} own[WORLD_QUEUES];
	struct world_net_device device;
};

struct world_blkfront {
	uint64_t xbdev, gd, rq, rinfo;
	uint32_t connected, nr_ring_pages, nr_rings, rinfo_size;
	struct world_blkfront_ring {
		uint64_t dev_info;
		struct world_front_ring ring;
		uint32_t ring_ref[4], evtchn, persistent_gnts_c;
		uint64_t shadow_free;
		uint64_t shadow[3]; /* behind the structure that types know */
	} own[WORLD_QUEUES];
	struct {
		uint64_t events;
		char name[32];
	} disk;
	struct {
		uint64_t elevator;
		struct {
			uint64_t flags, head;
		} contexts;
	} queue;
	struct {
		uint8_t shift;
		uint64_t slots[4];
	} node;
	struct {
		uint64_t state, queue;
	} contexts[WORLD_QUEUES];
};

struct world_blkback {
	struct {
		uint64_t dev, blkif;
	} be;
	struct {
		uint16_t domid;
		uint32_t handle, protocol, nr_ring_pages, nr_rings;
		uint64_t be, rings;
	} blkif;
	struct world_blkback_ring {
		uint64_t blkif, thread;
		struct world_back_ring ring;
		uint32_t inflight, waiting_reqs;
		struct world_list pending_free;
		struct world_list requests[WORLD_PENDING]; /* not of the real one */
		uint64_t reads;
	} own[WORLD_QUEUES];
};

/** All of it. */
struct driver_memory {
	uint64_t jiffies;
	struct {
		struct world_xenbus_driver driver;
		struct world_driver_private driver_private;
		struct {
			struct world_device_private private;
			struct world_xenbus_device device;
			char nodename[40];
		} devices[WORLD_DEVICES];
	} bus[PX_LINUX_DRIVERS];
	struct world_netfront netfront[WORLD_DEVICES];
	struct world_netback netback[WORLD_DEVICES];
	struct world_blkfront blkfront[WORLD_DEVICES];
	struct world_blkback blkback[WORLD_DEVICES];
};

/** Zero-initialise. */
struct driver_world {
	struct flat_memory flat;
	struct driver_memory *memory;		      /* in flat, to be changed at will */
	struct px_type_info *types[PX_LINUX_DRIVERS]; /* NULL: as if not known */
	bool gone[PX_LINUX_DRIVERS];		      /* as if not loaded */
	struct px_linux_reader reader;		      /* of flat, unless replaced */
	unsigned int types_asked;		      /* how often */
};

/** Where a part of memory lies in that kernel. */
#define DRIVER_WORLD_AT(world, part) \
	(DRIVER_WORLD +              \
	 (uint64_t)((const char *)&(world)->memory->part - (const char *)(world)->memory))

/** The types of one driver as BTF, borrowed from builder; without: see below. */
struct px_bytes driver_world_btf(struct btf_builder *builder, enum px_linux_driver driver,
				 const char *without);

/** Types alone; without: "netfront_queue.tx_link", a member that they lack, or NULL. */
void driver_world_types(struct driver_world *world, const char *without);

/** The types and the kernel: see driver-world.c for its numbers. */
void driver_world_build(struct driver_world *world, const char *without);
void driver_world_fini(struct driver_world *world);

struct px_linux_view driver_world_view(struct driver_world *world);

/** The devices of a driver of it, found. */
struct driver_looker {
	struct px_linux_drivers *drivers;
	struct px_xenbus_devices devices;
};

void driver_world_look(struct driver_world *world, enum px_linux_driver driver,
		       struct driver_looker *ret);
void driver_looker_fini(struct driver_looker *looker);

#endif
