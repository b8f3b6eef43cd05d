/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The private state of Linux's blkback (drivers/block/xen-blkback). */
#include "guest/linux-driver-private.h"
#include "lib/memory.h"

enum {
	PENDING_MAX = 2048, /* requests of a ring: 32 a page, 16 pages */
};

/* --- layout ------------------------------------------------------------------------------- */

static const struct px_linux_member blkif_members[] = {
#define MEMBER(fact, path) PX_LINUX_MEMBER(struct px_blkback, fact, "xen_blkif", path)
	MEMBER(domid, "domid"),
	MEMBER(handle, "handle"),
	MEMBER(protocol, "blk_protocol"),
	MEMBER(ring_pages, "nr_ring_pages"),
#undef MEMBER
};

static const struct px_linux_member ring_members[] = {
#define MEMBER(fact, path) PX_LINUX_MEMBER(struct px_blkback_ring, fact, "xen_blkif_ring", path)
	MEMBER(ring.rsp_prod_pvt, "blk_rings.common.rsp_prod_pvt"),
	MEMBER(ring.req_cons, "blk_rings.common.req_cons"),
	MEMBER(ring.slots, "blk_rings.common.nr_ents"),
	MEMBER(ring.page, "blk_rings.common.sring"),
	MEMBER(inflight, "inflight.counter"),
	MEMBER(waiting_reqs, "waiting_reqs"),
	MEMBER(persistent_gnt_c, "persistent_gnt_c"),
	MEMBER(persistent_gnt_in_use, "persistent_gnt_in_use.counter"),
	MEMBER(irq, "irq"),
	MEMBER(reads, "st_rd_req"),
	MEMBER(writes, "st_wr_req"),
	MEMBER(out_of_requests, "st_oo_req"),
	MEMBER(flushes, "st_f_req"),
	MEMBER(discards, "st_ds_req"),
#undef MEMBER
};

_Static_assert(px_array_size(ring_members) <= PX_PLACES_MAX, "places");

void px_blkback_layout_of(const struct px_type_info *types, struct px_blkback_layout *ret)
{
	struct px_blkback_layout layout = {0};
	struct px_linux_lookup l = {.types = types};

	layout.device = px_linux_need(&l, "backend_info", "dev", 8);
	layout.blkif = px_linux_need(&l, "backend_info", "blkif", 8);
	layout.be = px_linux_need(&l, "xen_blkif", "be", 8);
	layout.rings = px_linux_need(&l, "xen_blkif", "rings", 8);
	layout.ring_count = px_linux_want(&l, "xen_blkif", "nr_rings", 4);
	layout.ring_size = px_linux_need_size(&l, "xen_blkif_ring");
	layout.ring_blkif = px_linux_need(&l, "xen_blkif_ring", "blkif", 8);
	layout.thread = px_linux_want(&l, "xen_blkif_ring", "xenblkd", 8);
	layout.pending_free = px_linux_want(&l, "xen_blkif_ring", "pending_free", 16);
	px_linux_members_find(&l, blkif_members, px_array_size(blkif_members),
			      layout.blkif_places);
	px_linux_members_find(&l, ring_members, px_array_size(ring_members),
			      layout.ring_places);
	layout.state = px_linux_layout_state_of(&l);
	*ret = layout;
}

/* --- reading ------------------------------------------------------------------------------ */

static struct px_fact count_list(const struct px_linux_reader *reader, uint64_t base,
				 struct px_linux_place head)
{
	uint64_t nodes[PENDING_MAX];
	size_t count;

	if (!head.size || px_linux_list_read(reader, base + head.offset, nodes, PENDING_MAX,
					     &count) != PX_WALK_ALL)
		return (struct px_fact){0};
	return PX_FACT(count);
}

static void read_ring(const struct px_blkback_layout *layout,
		      const struct px_linux_reader *reader, uint64_t address,
		      struct px_blkback_ring *ring)
{
	px_linux_members_read(reader, address, ring_members, layout->ring_places,
			      px_array_size(ring_members), ring);
	ring->active = px_fact_flag(px_linux_fact_at(reader, address, layout->thread));
	ring->pending_free = count_list(reader, address, layout->pending_free);
}

static struct px_error *read_rings(const struct px_blkback_layout *layout,
				   const struct px_linux_reader *reader, uint64_t blkif,
				   struct px_blkback *back)
{
	struct px_fact pointer =
		px_linux_fact_at(reader, blkif, (struct px_linux_place){layout->rings, 8});
	uint64_t rings = px_linux_queues_of(pointer, back->lacks);
	struct px_fact count = px_linux_fact_at(reader, blkif, layout->ring_count);
	struct px_error *err;

	if (!rings || !count.known) {
		px_driver_lack(back->lacks, "the number of rings is not known");
		return NULL;
	}
	back->cut = count.value > PX_DRIVER_QUEUES_MAX;
	count.value = px_min(count.value, (uint64_t)PX_DRIVER_QUEUES_MAX);
	err = px_calloc(count.value, sizeof(*back->rings), &back->rings);
	for (size_t i = 0; i < count.value && !err; i++) {
		uint64_t ring = rings + i * layout->ring_size;

		if (px_linux_pointer_at(reader, ring, layout->ring_blkif) != blkif) {
			px_driver_lack(back->lacks, "a ring belongs to no device");
			break;
		}
		read_ring(layout, reader, ring, &back->rings[i]);
		back->ring_count++;
	}
	return err;
}

static uint64_t find_blkif(const struct px_blkback_layout *layout,
			   const struct px_linux_reader *reader,
			   const struct px_xenbus_device *device)
{
	uint64_t be = device->data, blkif;

	if (!layout->state.known || !be ||
	    px_linux_pointer_at(reader, be, layout->device) != device->address)
		return 0;
	blkif = px_linux_pointer_at(reader, be, layout->blkif);
	return blkif && px_linux_pointer_at(reader, blkif, layout->be) == be ? blkif : 0;
}

struct px_error *px_blkback_read(const struct px_blkback_layout *layout,
				 const struct px_linux_reader *reader,
				 const struct px_xenbus_device *device, struct px_blkback *ret)
{
	uint64_t blkif = find_blkif(layout, reader, device);
	struct px_blkback back = {0};
	struct px_error *err = NULL;

	if (blkif) {
		px_linux_members_read(reader, blkif, blkif_members, layout->blkif_places,
				      px_array_size(blkif_members), &back);
		err = read_rings(layout, reader, blkif, &back);
	} else if (layout->state.known) {
		px_driver_lack(back.lacks, "the driver keeps nothing of the device");
	}
	if (err) {
		px_blkback_fini(&back);
		return err;
	}
	px_driver_lack(back.lacks, "%s", layout->state.lacks);
	*ret = back;
	return NULL;
}
