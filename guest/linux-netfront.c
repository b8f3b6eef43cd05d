/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The private state of Linux's netfront (drivers/net/xen-netfront.c). */
#include "guest/linux-driver-private.h"
#include "lib/memory.h"

enum {
	LINKS_MAX = 4096, /* of the list of free slots; Linux has 256 */
	LINK_NONE = 0xffff,
};

/* --- layout ------------------------------------------------------------------------------- */

static const struct px_linux_member info_members[] = {
	PX_LINUX_MEMBER(struct px_netfront, broken, "netfront_info", "broken"),
};

static const struct px_linux_member queue_members[] = {
#define MEMBER(fact, path) \
	PX_LINUX_MEMBER(struct px_netfront_queue, fact, "netfront_queue", path)
	MEMBER(id, "id"),
	MEMBER(tx.req_prod_pvt, "tx.req_prod_pvt"),
	MEMBER(tx.rsp_cons, "tx.rsp_cons"),
	MEMBER(tx.slots, "tx.nr_ents"),
	MEMBER(tx.page, "tx.sring"),
	MEMBER(rx.req_prod_pvt, "rx.req_prod_pvt"),
	MEMBER(rx.rsp_cons, "rx.rsp_cons"),
	MEMBER(rx.slots, "rx.nr_ents"),
	MEMBER(rx.page, "rx.sring"),
	MEMBER(tx_evtchn, "tx_evtchn"),
	MEMBER(rx_evtchn, "rx_evtchn"),
	MEMBER(tx_ring_ref, "tx_ring_ref"),
	MEMBER(rx_ring_ref, "rx_ring_ref"),
	MEMBER(rx_rsp_unconsumed, "rx_rsp_unconsumed"),
#undef MEMBER
};

_Static_assert(px_array_size(queue_members) <= PX_PLACES_MAX, "places");

void px_netfront_layout_of(const struct px_type_info *types, struct px_netfront_layout *ret)
{
	struct px_netfront_layout layout = {0};
	struct px_linux_lookup l = {.types = types};
	struct px_member links = {0};

	layout.xbdev = px_linux_need(&l, "netfront_info", "xbdev", 8);
	layout.netdev = px_linux_need(&l, "netfront_info", "netdev", 8);
	layout.queues = px_linux_need(&l, "netfront_info", "queues", 8);
	layout.queue_size = px_linux_need_size(&l, "netfront_queue");
	layout.queue_info = px_linux_need(&l, "netfront_queue", "info", 8);
	px_linux_members_find(&l, info_members, px_array_size(info_members),
			      layout.info_places);
	px_linux_members_find(&l, queue_members, px_array_size(queue_members),
			      layout.queue_places);
	px_netdev_layout_of(&l, &layout.interface);
	layout.timer = px_linux_want(&l, "netfront_queue", "rx_refill_timer.entry.pprev", 8);
	layout.link = px_linux_want(&l, "netfront_queue", "tx_link", 2);
	layout.freelist = px_linux_want(&l, "netfront_queue", "tx_skb_freelist", 4);
	if (layout.link.size && px_type_info_member(types, "netfront_queue", "tx_link", &links))
		layout.link_count = px_min(links.size / 2, (uint32_t)LINKS_MAX);
	layout.state = px_linux_layout_state_of(&l);
	*ret = layout;
}

/* --- reading ------------------------------------------------------------------------------ */

/* The free slots are linked by number: tx_skb_freelist, then tx_link[] of each. */
static struct px_fact count_free(const struct px_netfront_layout *layout,
				 const struct px_linux_reader *reader, uint64_t queue)
{
	uint16_t links[LINKS_MAX];
	struct px_fact at = px_linux_fact_at(reader, queue, layout->freelist);
	uint32_t count = layout->link_count, free = 0;

	if (!at.known || !count ||
	    !px_linux_read_at(reader, queue, layout->link.offset, links,
			      count * sizeof(*links)))
		return (struct px_fact){0};
	while (at.value < count && free <= count) {
		at.value = links[at.value];
		free++;
	}
	/* Another end, or a circle: it changed between two reads, or it is a lie. */
	return at.value == LINK_NONE ? PX_FACT(free) : (struct px_fact){0};
}

static void read_queue(const struct px_netfront_layout *layout,
		       const struct px_linux_reader *reader, uint64_t address,
		       struct px_netfront_queue *queue)
{
	px_linux_members_read(reader, address, queue_members, layout->queue_places,
			      px_array_size(queue_members), queue);
	queue->tx_free = count_free(layout, reader, address);
	queue->refill_timer = px_fact_flag(px_linux_fact_at(reader, address, layout->timer));
}

static struct px_error *read_queues(const struct px_netfront_layout *layout,
				    const struct px_linux_reader *reader, uint64_t info,
				    uint64_t netdev, struct px_netfront *front)
{
	struct px_fact pointer =
		px_linux_fact_at(reader, info, (struct px_linux_place){layout->queues, 8});
	uint64_t queues = px_linux_queues_of(pointer, front->lacks);
	struct px_fact count = px_linux_fact_at(reader, netdev, layout->interface.queue_count);
	struct px_error *err;

	front->connected = px_fact_flag(pointer);
	if (!queues || !count.known) {
		px_driver_lack(front->lacks, "the number of queues is not known");
		return NULL;
	}
	front->cut = count.value > PX_DRIVER_QUEUES_MAX;
	count.value = px_min(count.value, (uint64_t)PX_DRIVER_QUEUES_MAX);
	err = px_calloc(count.value, sizeof(*front->queues), &front->queues);
	for (size_t i = 0; i < count.value && !err; i++) {
		uint64_t queue = queues + i * layout->queue_size;

		if (px_linux_pointer_at(reader, queue, layout->queue_info) != info) {
			px_driver_lack(front->lacks, "a queue belongs to no device");
			break;
		}
		read_queue(layout, reader, queue, &front->queues[i]);
		front->queues[i].stopped =
			px_netdev_read_stopped(&layout->interface, reader, netdev, i);
		front->queue_count++;
	}
	return err;
}

struct px_error *px_netfront_read(const struct px_netfront_layout *layout,
				  const struct px_linux_reader *reader,
				  const struct px_xenbus_device *device,
				  struct px_netfront *ret)
{
	struct px_netfront front = {0};
	struct px_error *err = NULL;
	uint64_t info = device->data, netdev;

	if (layout->state.known && info &&
	    px_linux_pointer_at(reader, info, layout->xbdev) == device->address) {
		px_linux_members_read(reader, info, info_members, layout->info_places,
				      px_array_size(info_members), &front);
		netdev = px_linux_pointer_at(reader, info, layout->netdev);
		px_netdev_read_name(&layout->interface, reader, netdev, front.name);
		front.up = px_netdev_read_up(&layout->interface, reader, netdev);
		front.carrier = px_netdev_read_carrier(&layout->interface, reader, netdev);
		err = read_queues(layout, reader, info, netdev, &front);
	} else if (layout->state.known) {
		px_driver_lack(front.lacks, "the driver keeps nothing of the device");
	}
	if (err) {
		px_netfront_fini(&front);
		return err;
	}
	px_driver_lack(front.lacks, "%s", layout->state.lacks);
	*ret = front;
	return NULL;
}
