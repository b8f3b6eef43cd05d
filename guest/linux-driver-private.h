/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layouts of what Linux's Xen drivers keep, and reading by them: shared by linux-drivers.c,
 * a file for each driver, and their tests. Every reader trusts neither numbers nor pointers.
 */
#ifndef PX_GUEST_LINUX_DRIVER_PRIVATE_H
#define PX_GUEST_LINUX_DRIVER_PRIVATE_H

#include "guest/linux-drivers.h"
#include "guest/linux-members.h"

enum {
	PX_PLACES_MAX = 48, /* rows of the longest table of members */
};

/** Whether the layout could be found, and what of it could not: the text is for `lacks`. */
struct px_linux_layout_state {
	bool known;
	char lacks[PX_DRIVER_LACKS_MAX];
};

/** struct xenbus_driver to struct xenbus_device. */
struct px_xenbus_layout {
	struct px_linux_layout_state state;
	uint32_t driver, driver_p;	 /* xenbus_driver: its device_driver; .p of that */
	uint32_t klist, klist_list;	 /* driver_private.klist_devices; klist.k_list */
	uint32_t node_klist, node_links; /* klist_node: n_klist, n_node */
	uint32_t knode, private_device;	 /* device_private: knode_driver, device */
	uint32_t device, device_p, device_driver, device_data; /* all of xenbus_device */
	uint32_t nodename;
	struct px_linux_place places[PX_PLACES_MAX];
};

void px_xenbus_layout_of(const struct px_type_info *types, struct px_xenbus_layout *ret);

/** driver: address of the struct xenbus_driver. */
px_must_check struct px_error *px_xenbus_read(const struct px_xenbus_layout *layout,
					      const struct px_linux_reader *reader,
					      uint64_t driver, struct px_xenbus_devices *ret);

/** Interfaces, at either end: struct net_device. */
struct px_netdev_layout {
	uint32_t name, tx, state, queue_size, queue_state;
	struct px_linux_place queue_count; /* real_num_tx_queues */
	unsigned int stopped_bit, start_bit, no_carrier_bit;
	bool known;
};

void px_netdev_layout_of(struct px_linux_lookup *lookup, struct px_netdev_layout *ret);
void px_netdev_read_name(const struct px_netdev_layout *layout,
			 const struct px_linux_reader *reader, uint64_t device, char name[16]);
struct px_fact px_netdev_read_up(const struct px_netdev_layout *layout,
				 const struct px_linux_reader *reader, uint64_t device);
struct px_fact px_netdev_read_carrier(const struct px_netdev_layout *layout,
				      const struct px_linux_reader *reader, uint64_t device);
/** Whether the driver stopped transmit queue i. */
struct px_fact px_netdev_read_stopped(const struct px_netdev_layout *layout,
				      const struct px_linux_reader *reader, uint64_t device,
				      size_t i);

struct px_netfront_layout {
	struct px_linux_layout_state state;
	uint32_t xbdev, netdev, queues; /* netfront_info */
	uint32_t queue_size, queue_info;
	struct px_linux_place link, freelist, timer; /* netfront_queue */
	uint32_t link_count;
	struct px_netdev_layout interface;
	struct px_linux_place info_places[PX_PLACES_MAX], queue_places[PX_PLACES_MAX];
};

void px_netfront_layout_of(const struct px_type_info *types, struct px_netfront_layout *ret);
px_must_check struct px_error *px_netfront_read(const struct px_netfront_layout *layout,
						const struct px_linux_reader *reader,
						const struct px_xenbus_device *device,
						struct px_netfront *ret);

struct px_netback_layout {
	struct px_linux_layout_state state;
	uint32_t device, vif; /* backend_info */
	uint32_t be, netdev, queues;
	struct px_linux_place queue_count;
	uint32_t queue_size, queue_vif;
	struct px_linux_place timer;
	struct px_netdev_layout interface;
	struct px_linux_place vif_places[PX_PLACES_MAX], queue_places[PX_PLACES_MAX];
};

void px_netback_layout_of(const struct px_type_info *types, struct px_netback_layout *ret);
/** jiffies: address of that variable, 0: unknown. */
px_must_check struct px_error *px_netback_read(const struct px_netback_layout *layout,
					       const struct px_linux_reader *reader,
					       const struct px_xenbus_device *device,
					       uint64_t jiffies, struct px_netback *ret);

/** The block layer's hardware queues: struct request_queue, struct blk_mq_hw_ctx. */
struct px_block_layout {
	struct px_linux_place table; /* request_queue.hctx_table.xa_head, Linux 5.18 to 6.18 */
	struct px_linux_place array; /* request_queue.queue_hw_ctx, in others */
	uint32_t node_shift, node_slots, node_slot_count; /* struct xa_node */
	uint32_t state, queue;				  /* struct blk_mq_hw_ctx */
	unsigned int stopped_bit;
	bool known;
};

void px_block_layout_of(struct px_linux_lookup *lookup, struct px_block_layout *ret);
/** Whether the driver stopped hardware queue i of the struct request_queue. */
struct px_fact px_block_read_stopped(const struct px_block_layout *layout,
				     const struct px_linux_reader *reader, uint64_t queue,
				     size_t i);

struct px_blkfront_layout {
	struct px_linux_layout_state state;
	uint32_t xbdev, rings; /* blkfront_info */
	struct px_linux_place disk, queue, ring_count, ring_stride;
	uint32_t ring_size, ring_info;
	struct px_linux_place disk_name; /* gendisk.disk_name */
	struct px_block_layout block;
	struct px_linux_place info_places[PX_PLACES_MAX], ring_places[PX_PLACES_MAX];
};

void px_blkfront_layout_of(const struct px_type_info *types, struct px_blkfront_layout *ret);
px_must_check struct px_error *px_blkfront_read(const struct px_blkfront_layout *layout,
						const struct px_linux_reader *reader,
						const struct px_xenbus_device *device,
						struct px_blkfront *ret);

struct px_blkback_layout {
	struct px_linux_layout_state state;
	uint32_t device, blkif; /* backend_info */
	uint32_t be, rings;
	struct px_linux_place ring_count;
	uint32_t ring_size, ring_blkif;
	struct px_linux_place pending_free, thread;
	struct px_linux_place blkif_places[PX_PLACES_MAX], ring_places[PX_PLACES_MAX];
};

void px_blkback_layout_of(const struct px_type_info *types, struct px_blkback_layout *ret);
px_must_check struct px_error *px_blkback_read(const struct px_blkback_layout *layout,
					       const struct px_linux_reader *reader,
					       const struct px_xenbus_device *device,
					       struct px_blkback *ret);

/**
 * Where the pointer to an array of queues or rings leads; 0, with the reason in lacks, when
 * there are none or none can be found.
 */
uint64_t px_linux_queues_of(struct px_fact pointer, char lacks[PX_DRIVER_LACKS_MAX]);

/** Finish a look-up: known unless something needed is missing. */
struct px_linux_layout_state px_linux_layout_state_of(const struct px_linux_lookup *lookup);

#endif
