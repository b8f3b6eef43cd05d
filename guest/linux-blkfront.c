/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The private state of Linux's blkfront (drivers/block/xen-blkfront.c). */
#include "guest/linux-driver-private.h"
#include "lib/memory.h"

enum {
	STRIDE_MAX = 1 << 20, /* a ring of 16 pages has about 100 KiB */
};

/* --- layout ------------------------------------------------------------------------------- */

static const struct px_linux_member info_members[] = {
	PX_LINUX_MEMBER(struct px_blkfront, connected, "blkfront_info", "connected"),
	PX_LINUX_MEMBER(struct px_blkfront, ring_pages, "blkfront_info", "nr_ring_pages"),
};

static const struct px_linux_member ring_members[] = {
#define MEMBER(fact, path, ...)                                                      \
	{                                                                            \
		"blkfront_ring_info", path, offsetof(struct px_blkfront_ring, fact), \
			__VA_ARGS__                                                  \
	}
	MEMBER(ring.req_prod_pvt, "ring.req_prod_pvt"),
	MEMBER(ring.rsp_cons, "ring.rsp_cons"),
	MEMBER(ring.slots, "ring.nr_ents"),
	MEMBER(ring.page, "ring.sring"),
	MEMBER(evtchn, "evtchn"),
	MEMBER(ring_ref, "ring_ref", 4), /* one of an array */
	MEMBER(shadow_free, "shadow_free"),
	MEMBER(persistent_gnts_c, "persistent_gnts_c"),
#undef MEMBER
};

_Static_assert(px_array_size(ring_members) <= PX_PLACES_MAX, "places");

void px_blkfront_layout_of(const struct px_type_info *types, struct px_blkfront_layout *ret)
{
	struct px_blkfront_layout layout = {0};
	struct px_linux_lookup l = {.types = types};

	layout.xbdev = px_linux_need(&l, "blkfront_info", "xbdev", 8);
	layout.rings = px_linux_need(&l, "blkfront_info", "rinfo", 8);
	layout.ring_size = px_linux_need_size(&l, "blkfront_ring_info");
	layout.ring_info = px_linux_need(&l, "blkfront_ring_info", "dev_info", 8);
	layout.ring_count = px_linux_want(&l, "blkfront_info", "nr_rings", 4);
	layout.disk = px_linux_want(&l, "blkfront_info", "gd", 8);
	layout.disk_name = px_linux_want(&l, "gendisk", "disk_name", 32);
	layout.queue = px_linux_want(&l, "blkfront_info", "rq", 8);
	px_linux_members_find(&l, info_members, px_array_size(info_members),
			      layout.info_places);
	px_linux_members_find(&l, ring_members, px_array_size(ring_members),
			      layout.ring_places);
	px_block_layout_of(&l, &layout.block);
	layout.state = px_linux_layout_state_of(&l);
	/* Before Linux 5.7 each ring had its largest size. */
	layout.ring_stride = px_linux_want(&l, "blkfront_info", "rinfo_size", 4);
	*ret = layout;
}

/* --- reading ------------------------------------------------------------------------------ */

static void read_name(const struct px_blkfront_layout *layout,
		      const struct px_linux_reader *reader, uint64_t info,
		      struct px_blkfront *front)
{
	uint64_t disk =
		layout->disk.size ? px_linux_pointer_at(reader, info, layout->disk.offset) : 0;

	if (disk && layout->disk_name.size)
		px_linux_string_at(reader, disk + layout->disk_name.offset, front->name,
				   sizeof(front->name));
}

/* Bytes from ring to ring; 0: a lie. */
static uint64_t stride_of(const struct px_blkfront_layout *layout,
			  const struct px_linux_reader *reader, uint64_t info)
{
	struct px_fact stride = px_linux_fact_at(reader, info, layout->ring_stride);

	if (!layout->ring_stride.size)
		return layout->ring_size;
	return stride.known && stride.value >= layout->ring_size && stride.value <= STRIDE_MAX
		       ? stride.value
		       : 0;
}

static struct px_error *read_rings(const struct px_blkfront_layout *layout,
				   const struct px_linux_reader *reader, uint64_t info,
				   struct px_blkfront *front)
{
	struct px_fact pointer =
		px_linux_fact_at(reader, info, (struct px_linux_place){layout->rings, 8});
	uint64_t rings = px_linux_queues_of(pointer, front->lacks), queue = 0;
	struct px_fact count = px_linux_fact_at(reader, info, layout->ring_count);
	uint64_t stride = stride_of(layout, reader, info);
	struct px_error *err;

	if (!rings || !count.known || !stride) {
		px_driver_lack(front->lacks, "the number of rings is not known");
		return NULL;
	}
	if (layout->queue.size)
		queue = px_linux_pointer_at(reader, info, layout->queue.offset);
	front->cut = count.value > PX_DRIVER_QUEUES_MAX;
	count.value = px_min(count.value, (uint64_t)PX_DRIVER_QUEUES_MAX);
	err = px_calloc(count.value, sizeof(*front->rings), &front->rings);
	for (size_t i = 0; i < count.value && !err; i++) {
		uint64_t ring = rings + i * stride;

		if (px_linux_pointer_at(reader, ring, layout->ring_info) != info) {
			px_driver_lack(front->lacks, "a ring belongs to no device");
			break;
		}
		px_linux_members_read(reader, ring, ring_members, layout->ring_places,
				      px_array_size(ring_members), &front->rings[i]);
		front->rings[i].stopped =
			px_block_read_stopped(&layout->block, reader, queue, i);
		front->ring_count++;
	}
	return err;
}

struct px_error *px_blkfront_read(const struct px_blkfront_layout *layout,
				  const struct px_linux_reader *reader,
				  const struct px_xenbus_device *device,
				  struct px_blkfront *ret)
{
	struct px_blkfront front = {0};
	struct px_error *err = NULL;
	uint64_t info = device->data;

	if (layout->state.known && info &&
	    px_linux_pointer_at(reader, info, layout->xbdev) == device->address) {
		px_linux_members_read(reader, info, info_members, layout->info_places,
				      px_array_size(info_members), &front);
		read_name(layout, reader, info, &front);
		err = read_rings(layout, reader, info, &front);
	} else if (layout->state.known) {
		px_driver_lack(front.lacks, "the driver keeps nothing of the device");
	}
	if (err) {
		px_blkfront_fini(&front);
		return err;
	}
	px_driver_lack(front.lacks, "%s", layout->state.lacks);
	*ret = front;
	return NULL;
}
