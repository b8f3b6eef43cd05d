/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The private state of Linux's netback (drivers/net/xen-netback). */
#include "guest/linux-driver-private.h"
#include "lib/memory.h"

/* --- layout ------------------------------------------------------------------------------- */

static const struct px_linux_member vif_members[] = {
#define MEMBER(fact) PX_LINUX_MEMBER(struct px_netback, fact, "xenvif", #fact)
	MEMBER(domid),		MEMBER(handle),	       MEMBER(disabled),      MEMBER(status),
	MEMBER(stalled_queues), MEMBER(drain_timeout), MEMBER(stall_timeout),
#undef MEMBER
};

static const struct px_linux_member queue_members[] = {
#define MEMBER(fact, path) PX_LINUX_MEMBER(struct px_netback_queue, fact, "xenvif_queue", path)
	MEMBER(id, "id"),
	MEMBER(tx.rsp_prod_pvt, "tx.rsp_prod_pvt"),
	MEMBER(tx.req_cons, "tx.req_cons"),
	MEMBER(tx.slots, "tx.nr_ents"),
	MEMBER(tx.page, "tx.sring"),
	MEMBER(rx.rsp_prod_pvt, "rx.rsp_prod_pvt"),
	MEMBER(rx.req_cons, "rx.req_cons"),
	MEMBER(rx.slots, "rx.nr_ents"),
	MEMBER(rx.page, "rx.sring"),
	MEMBER(pending_prod, "pending_prod"),
	MEMBER(pending_cons, "pending_cons"),
	MEMBER(dealloc_prod, "dealloc_prod"),
	MEMBER(dealloc_cons, "dealloc_cons"),
	MEMBER(inflight_packets, "inflight_packets.counter"),
	MEMBER(napi_state, "napi.state"),
	MEMBER(napi_weight, "napi.weight"),
	MEMBER(tx_queue, "tx_queue.qlen"),
	MEMBER(credit_expires, "credit_timeout.expires"),
	MEMBER(credit_bytes, "credit_bytes"),
	MEMBER(credit_usec, "credit_usec"),
	MEMBER(remaining_credit, "remaining_credit"),
	MEMBER(rate_limited, "rate_limited"),
	MEMBER(rx_queue_len, "rx_queue_len"),
	MEMBER(rx_queue_max, "rx_queue_max"),
	MEMBER(rx_packets, "rx_queue.qlen"),
	MEMBER(rx_slots_needed, "rx_slots_needed"),
	MEMBER(last_rx_time, "last_rx_time"),
	MEMBER(stalled, "stalled"),
	MEMBER(tx_irq, "tx_irq"),
	MEMBER(rx_irq, "rx_irq"),
	MEMBER(eoi_pending, "eoi_pending.counter"),
#undef MEMBER
};

_Static_assert(px_array_size(queue_members) <= PX_PLACES_MAX, "places");

void px_netback_layout_of(const struct px_type_info *types, struct px_netback_layout *ret)
{
	struct px_netback_layout layout = {0};
	struct px_linux_lookup l = {.types = types};

	layout.device = px_linux_need(&l, "backend_info", "dev", 8);
	layout.vif = px_linux_need(&l, "backend_info", "vif", 8);
	layout.be = px_linux_need(&l, "xenvif", "be", 8);
	layout.netdev = px_linux_need(&l, "xenvif", "dev", 8);
	layout.queues = px_linux_need(&l, "xenvif", "queues", 8);
	layout.queue_count = px_linux_want(&l, "xenvif", "num_queues", 4);
	layout.queue_size = px_linux_need_size(&l, "xenvif_queue");
	layout.queue_vif = px_linux_need(&l, "xenvif_queue", "vif", 8);
	layout.timer = px_linux_want(&l, "xenvif_queue", "credit_timeout.entry.pprev", 8);
	px_linux_members_find(&l, vif_members, px_array_size(vif_members), layout.vif_places);
	px_linux_members_find(&l, queue_members, px_array_size(queue_members),
			      layout.queue_places);
	px_netdev_layout_of(&l, &layout.interface);
	layout.state = px_linux_layout_state_of(&l);
	*ret = layout;
}

/* --- reading ------------------------------------------------------------------------------ */

/* How netback itself counts: the ring of pending requests begins full. */
static struct px_fact count_pending(const struct px_netback_queue *queue)
{
	if (!queue->pending_prod.known || !queue->pending_cons.known || !queue->tx.slots.known)
		return (struct px_fact){0};
	return PX_FACT((uint32_t)(queue->tx.slots.value - queue->pending_prod.value +
				  queue->pending_cons.value));
}

static struct px_fact count_dealloc(const struct px_netback_queue *queue)
{
	if (!queue->dealloc_prod.known || !queue->dealloc_cons.known)
		return (struct px_fact){0};
	return PX_FACT((uint32_t)(queue->dealloc_prod.value - queue->dealloc_cons.value));
}

static void read_queue(const struct px_netback_layout *layout,
		       const struct px_linux_reader *reader, uint64_t address,
		       struct px_netback_queue *queue)
{
	px_linux_members_read(reader, address, queue_members, layout->queue_places,
			      px_array_size(queue_members), queue);
	queue->credit_timer = px_fact_flag(px_linux_fact_at(reader, address, layout->timer));
	queue->pending = count_pending(queue);
	queue->dealloc = count_dealloc(queue);
}

static struct px_error *read_queues(const struct px_netback_layout *layout,
				    const struct px_linux_reader *reader, uint64_t vif,
				    struct px_fact now, struct px_netback *back)
{
	struct px_fact pointer =
		px_linux_fact_at(reader, vif, (struct px_linux_place){layout->queues, 8});
	uint64_t queues = px_linux_queues_of(pointer, back->lacks);
	uint64_t netdev = px_linux_pointer_at(reader, vif, layout->netdev);
	struct px_fact count = px_linux_fact_at(reader, vif, layout->queue_count);
	struct px_error *err;

	back->carrier = px_netdev_read_carrier(&layout->interface, reader, netdev);
	if (!queues || !count.known) {
		px_driver_lack(back->lacks, "the number of queues is not known");
		return NULL;
	}
	back->cut = count.value > PX_DRIVER_QUEUES_MAX;
	count.value = px_min(count.value, (uint64_t)PX_DRIVER_QUEUES_MAX);
	err = px_calloc(count.value, sizeof(*back->queues), &back->queues);
	for (size_t i = 0; i < count.value && !err; i++) {
		uint64_t queue = queues + i * layout->queue_size;

		if (px_linux_pointer_at(reader, queue, layout->queue_vif) != vif) {
			px_driver_lack(back->lacks, "a queue belongs to no device");
			break;
		}
		read_queue(layout, reader, queue, &back->queues[i]);
		back->queues[i].stopped =
			px_netdev_read_stopped(&layout->interface, reader, netdev, i);
		back->queues[i].now = now;
		back->queue_count++;
	}
	return err;
}

/* Until the toolstack's script has run there is no interface yet. */
static uint64_t find_vif(const struct px_netback_layout *layout,
			 const struct px_linux_reader *reader,
			 const struct px_xenbus_device *device)
{
	uint64_t be = device->data, vif;

	if (!layout->state.known || !be ||
	    px_linux_pointer_at(reader, be, layout->device) != device->address)
		return 0;
	vif = px_linux_pointer_at(reader, be, layout->vif);
	return vif && px_linux_pointer_at(reader, vif, layout->be) == be ? vif : 0;
}

struct px_error *px_netback_read(const struct px_netback_layout *layout,
				 const struct px_linux_reader *reader,
				 const struct px_xenbus_device *device, uint64_t jiffies,
				 struct px_netback *ret)
{
	uint64_t vif = find_vif(layout, reader, device);
	struct px_netback back = {0};
	struct px_error *err = NULL;

	if (vif) {
		px_linux_members_read(reader, vif, vif_members, layout->vif_places,
				      px_array_size(vif_members), &back);
		err = read_queues(
			layout, reader, vif,
			px_linux_fact_at(reader, jiffies, (struct px_linux_place){.size = 8}),
			&back);
	} else if (layout->state.known) {
		px_driver_lack(back.lacks, "the driver keeps nothing of the device");
	}
	if (err) {
		px_netback_fini(&back);
		return err;
	}
	px_driver_lack(back.lacks, "%s", layout->state.lacks);
	*ret = back;
	return NULL;
}
