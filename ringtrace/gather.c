/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking readings of rings. */
#include "ringtrace/gather.h"

#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/memory.h"
#include "ringtrace/back-linux.h"
#include "ringtrace/front-linux.h"
#include "ringtrace/front-notes.h"
#include "ringtrace/pages.h"
#include "ringtrace/ports.h"

enum {
	DOM0 = 0,
	SLOT_TRIES = 20,
};

/* What one kernel's drivers drive. */
struct kernel_devices {
	struct px_xenbus_devices net, block;
};

struct px_gather {
	struct px_ring_sources *sources;
	const struct px_ring_filter *filter;
	struct px_ring_pages *pages;
	struct px_ring_notes_page notes;
	struct px_ring_ports ports;
	/* Of the present reading; backs: dom0's, then those of the other domains. */
	struct kernel_devices front, backs[1 + PX_BACK_DOMAINS_MAX];
	uint8_t *copy;	       /* of one ring's pages */
	struct px_slot *slots; /* PX_SLOTS_MAX */
	bool keeps_slots;
};

struct px_error *px_gather_new(struct px_ring_sources *sources,
			       const struct px_ring_filter *filter, struct px_gather **ret)
{
	struct px_gather *gather = NULL;
	struct px_error *err = px_calloc(1, sizeof(*gather), &gather);

	if (err)
		return err;
	gather->sources = sources;
	gather->filter = filter;
	err = px_ring_pages_new(sources->guest, sources->grants, &gather->pages);
	if (!err)
		err = px_calloc(PX_RING_PAGES_MAX, PX_PAGE_SIZE, &gather->copy);
	if (!err)
		err = px_calloc(PX_SLOTS_MAX, sizeof(*gather->slots), &gather->slots);
	if (err) {
		px_gather_free(gather);
		return err;
	}
	*ret = gather;
	return NULL;
}

static void forget_devices(struct kernel_devices *devices)
{
	px_xenbus_devices_fini(&devices->net);
	px_xenbus_devices_fini(&devices->block);
	*devices = (struct kernel_devices){0};
}

static void forget_all_devices(struct px_gather *gather)
{
	forget_devices(&gather->front);
	for (size_t i = 0; i < px_array_size(gather->backs); i++)
		forget_devices(&gather->backs[i]);
}

void px_gather_free(struct px_gather *gather)
{
	if (!gather)
		return;
	forget_all_devices(gather);
	px_ring_ports_fini(&gather->ports);
	px_ring_notes_unmap(&gather->notes, gather->sources->guest);
	px_ring_pages_free(gather->pages);
	free(gather->copy);
	free(gather->slots);
	free(gather);
}

void px_gather_keep_slots(struct px_gather *gather)
{
	gather->keeps_slots = true;
}

/* --- which rings ------------------------------------------------------------------------ */

static struct px_ring_device *find_device(struct px_rings *rings,
					  const struct px_ring_device *like)
{
	for (size_t i = 0; i < rings->device_count; i++)
		if (rings->devices[i].class == like->class &&
		    rings->devices[i].id == like->id &&
		    rings->devices[i].has_states == like->has_states)
			return &rings->devices[i];
	return NULL;
}

static const struct px_ring *find_ring(const struct px_ring_device *device,
				       const struct px_ring *like)
{
	for (size_t i = 0; i < device->ring_count; i++)
		if (device->rings[i].kind == like->kind &&
		    device->rings[i].queue == like->queue)
			return &device->rings[i];
	return NULL;
}

static bool is_same_ring(const struct px_ring *a, const struct px_ring *b)
{
	return a->pages == b->pages &&
	       !memcmp(a->references, b->references, a->pages * sizeof(*a->references));
}

/* As of another look at xenstore: states, ports, and whether it is still the same ring. */
static struct px_error *follow_device(struct px_ring_device *device,
				      const struct px_ring_device *now, size_t number)
{
	struct px_error *err = NULL;

	device->gone |= !now;
	if (!now)
		return NULL;
	device->front_state[number] = now->front_state[0];
	device->back_state[number] = now->back_state[0];
	for (size_t i = 0; !err && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];
		const struct px_ring *other = find_ring(now, ring);

		if (ring->reading_count != number)
			continue;
		if (other && is_same_ring(ring, other)) {
			ring->readings[number].front_port.port =
				other->readings[0].front_port.port;
			ring->reading_count++;
			continue;
		}
		err = px_ring_device_note(device,
					  "it was connected anew while it was looked at");
	}
	return err;
}

static bool is_stopped(const struct px_domain *domain)
{
	return domain->paused || domain->shutdown || domain->dying;
}

static void follow_domain(struct px_rings *rings, const struct px_domain *now)
{
	rings->was_stopped |= is_stopped(&rings->domain);
	rings->domain = *now;
}

static struct px_error *rediscover(struct px_gather *gather, struct px_rings *rings,
				   size_t number)
{
	struct px_rings now px_cleanup(px_rings_fini) = {0};
	struct px_error *err = px_rings_discover(
		gather->sources->store, &gather->sources->guest->domain, gather->filter, &now);

	rings->store_reads += now.store_reads;
	follow_domain(rings, &gather->sources->guest->domain);
	for (size_t i = 0; !err && i < rings->device_count; i++)
		err = follow_device(&rings->devices[i], find_device(&now, &rings->devices[i]),
				    number);
	return err;
}

/* Every ring whose reading_count is above number then is to be read. */
static struct px_error *find_rings(struct px_gather *gather, struct px_rings *rings,
				   size_t number)
{
	struct px_error *err;

	if (number)
		return rediscover(gather, rings, number);
	err = px_rings_discover(gather->sources->store, &gather->sources->guest->domain,
				gather->filter, rings);
	for (size_t i = 0; !err && i < rings->device_count; i++)
		for (size_t j = 0; j < rings->devices[i].ring_count; j++)
			rings->devices[i].rings[j].reading_count = 1;
	return err;
}

/* --- one device ------------------------------------------------------------------------- */

/* Of the rings of a device, numbered from first on among all. */
static struct px_error *copy_pages(struct px_gather *gather, struct px_ring_device *device,
				   size_t first, size_t number)
{
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];
		struct px_ring_reading *reading = &ring->readings[number];
		struct px_bytes pages = px_ring_pages_of(gather->pages, first + i);

		if (ring->reading_count <= number)
			continue;
		px_freep(&ring->in_flight);
		ring->in_flight_count = 0;
		reading->time_ns = px_now_ns();
		reading->readable = px_ring_pages_copy(ring->kind, pages, reading);
		if (pages.size && !reading->readable)
			err = px_ring_lack(ring, PX_SOURCE_PAGE,
					   "its indices never stand still");
	}
	return err;
}

static bool is_at(const struct px_ring_reading *a, const struct px_ring_reading *b)
{
	return !memcmp(&a->shared, &b->shared, sizeof(a->shared)) &&
	       !memcmp(&a->stream, &b->stream, sizeof(a->stream));
}

static struct px_error *keep_slots(struct px_ring *ring, const struct px_slot *slots,
				   size_t count)
{
	struct px_slot *copy = NULL;
	struct px_error *err = px_calloc(count, sizeof(*slots), &copy);

	if (err)
		return err;
	memcpy(copy, slots, count * sizeof(*slots));
	free(ring->in_flight);
	ring->in_flight = copy;
	ring->in_flight_count = count;
	return NULL;
}

/* Of a ring that stood still the place of its back end is where a packet begins, and its chains
 * are whole. */
static struct px_error *decode_slots(struct px_gather *gather, struct px_ring *ring,
				     size_t size, struct px_ring_reading *reading, bool still)
{
	struct px_slot_ring from = {
		.kind = ring->kind,
		.slots = ring->slots,
		.protocol = ring->protocol,
		.indices = reading->shared,
	};
	size_t count = 0;

	if (still && reading->back.disabled != PX_ANSWER_YES)
		from.boundary = reading->back.req_cons;
	if (!px_slots_in_flight(&from, px_bytes_of(gather->copy, size), gather->slots, &count))
		return NULL;
	if (still)
		px_slots_chains(&from, gather->slots, count, &reading->chains);
	return gather->keeps_slots ? keep_slots(ring, gather->slots, count) : NULL;
}

/* All pages, with the indices that are the same before and after. False: they never were; ret
 * has the last that were seen. */
static bool copy_slots(struct px_gather *gather, enum px_ring_kind kind, struct px_bytes pages,
		       struct px_ring_reading *ret)
{
	struct px_ring_reading after = {0};

	for (int i = 0; i < SLOT_TRIES; i++) {
		if (!px_ring_pages_copy(kind, pages, ret))
			return false;
		memcpy(gather->copy, pages.data, pages.size);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (px_ring_pages_copy(kind, pages, &after) && is_at(ret, &after))
			return true;
	}
	return false;
}

/* What moved while the rest was read has moved: it is shown as it is now. */
static struct px_error *copy_ring_again(struct px_gather *gather, struct px_ring *ring,
					struct px_bytes pages, struct px_ring_reading *reading)
{
	struct px_ring_reading now = *reading;
	bool whole, still;

	if (!reading->readable)
		return NULL;
	whole = copy_slots(gather, ring->kind, pages, &now);
	still = is_at(&now, reading);
	reading->shared = now.shared;
	reading->stream = now.stream;
	if (!whole || px_ring_is_stream(ring->kind) || ring->opaque)
		return NULL;
	return decode_slots(gather, ring, pages.size, reading, still);
}

static struct px_error *copy_pages_again(struct px_gather *gather,
					 struct px_ring_device *device, size_t first,
					 size_t number)
{
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];

		if (ring->reading_count > number)
			err = copy_ring_again(gather, ring,
					      px_ring_pages_of(gather->pages, first + i),
					      &ring->readings[number]);
	}
	return err;
}

static struct px_error *note_fronts(const struct px_gather *gather,
				    struct px_ring_device *device, size_t number)
{
	const char *problem = gather->sources->front.problem;
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];

		if (!px_ring_is_stream(ring->kind) &&
		    !ring->readings[number].front.req_prod_pvt.known)
			err = px_ring_lack(ring, PX_SOURCE_FRONT, "%s%sthere are no ring notes",
					   problem, *problem ? "; " : "");
	}
	return err;
}

static struct px_error *read_fronts(struct px_gather *gather, struct px_ring_device *device,
				    size_t number)
{
	const struct px_ring_kernel *kernel = &gather->sources->front;
	struct px_error *err = NULL;

	if (kernel->drivers)
		err = px_front_linux_read(kernel->drivers, &gather->front.net,
					  &gather->front.block, device, number);
	if (err)
		return err;
	px_front_notes_read(&gather->notes, device, number);
	return note_fronts(gather, device, number);
}

static struct px_error *read_backs(struct px_gather *gather, struct px_ring_device *device,
				   size_t number)
{
	const struct px_ring_sources *sources = gather->sources;
	const struct px_back_domains *others = &sources->back_domains;
	const struct px_back_domain *other = px_back_domains_find(others, device->back_domain);
	const struct kernel_devices *devices =
		&gather->backs[other ? 1 + (size_t)(other - others->all) : 0];
	struct px_back_linux from = {
		.kernel = px_ring_sources_back(sources, device->back_domain),
		.netbacks = &devices->net,
		.blkbacks = &devices->block,
		.folder = device->back_domain == DOM0 ? sources->folder : NULL,
		.front_domain = sources->guest->domain.id,
	};

	device->back_stopped = other ? other->stopped : NULL;
	return px_back_linux_read(&from, device, number);
}

/* Of a device that is given up meanwhile the page is any other page of the guest: what is not
 * connected after it was read may not have been before. */
static struct px_error *confirm_states(struct px_gather *gather, struct px_rings *rings,
				       struct px_ring_device *device, size_t number)
{
	struct px_store *store = gather->sources->store;
	uint64_t before = store->requests;
	struct px_error *err = px_ring_device_states(store, device, number);

	rings->store_reads += store->requests - before;
	return err;
}

static struct px_error *read_device(struct px_gather *gather, struct px_ring_device *device,
				    size_t first, size_t number)
{
	struct px_error *err = copy_pages(gather, device, first, number);

	if (!err)
		err = read_fronts(gather, device, number);
	if (!err)
		err = read_backs(gather, device, number);
	if (!err)
		err = px_ring_ports_read(&gather->ports, device, number);
	return err ? err : copy_pages_again(gather, device, first, number);
}

/* --- all -------------------------------------------------------------------------------- */

static struct px_error *list_devices(const struct px_ring_kernel *kernel,
				     enum px_linux_driver net, enum px_linux_driver block,
				     struct kernel_devices *ret)
{
	struct px_error *err;

	if (!kernel->drivers)
		return NULL;
	err = px_linux_drivers_devices(kernel->drivers, net, &ret->net);
	return err ? err : px_linux_drivers_devices(kernel->drivers, block, &ret->block);
}

static struct px_error *list_backs(const struct px_ring_kernel *kernel,
				   struct kernel_devices *ret)
{
	return list_devices(kernel, PX_LINUX_NETBACK, PX_LINUX_BLKBACK, ret);
}

static struct px_error *list_all_devices(struct px_gather *gather)
{
	const struct px_ring_sources *sources = gather->sources;
	const struct px_back_domains *others = &sources->back_domains;
	struct px_error *err = list_devices(&sources->front, PX_LINUX_NETFRONT,
					    PX_LINUX_BLKFRONT, &gather->front);

	if (!err)
		err = list_backs(&sources->back, &gather->backs[0]);
	for (size_t i = 0; !err && i < others->count; i++)
		err = list_backs(&others->all[i].kernel, &gather->backs[1 + i]);
	return err;
}

/* What is the same for all devices. */
static struct px_error *prepare(struct px_gather *gather, struct px_rings *rings, size_t number)
{
	struct px_ring_sources *sources = gather->sources;
	struct px_domain domain;
	struct px_error *err = px_guest_domain_now(sources->guest, &domain);

	if (!err)
		err = px_ring_sources_refresh(sources);
	if (!err)
		err = find_rings(gather, rings, number);
	if (!err)
		err = px_ring_pages_follow(gather->pages, rings);
	if (!err)
		err = px_ring_notes_follow(&gather->notes, sources->guest, sources->store);
	forget_all_devices(gather);
	if (!err)
		err = list_all_devices(gather);
	return err ? err : px_ring_ports_look(&gather->ports, sources);
}

static struct px_error *read_all(struct px_gather *gather, struct px_rings *rings,
				 size_t number)
{
	struct px_error *err = prepare(gather, rings, number);
	size_t first = 0;

	for (size_t i = 0; !err && i < rings->device_count; i++) {
		struct px_ring_device *device = &rings->devices[i];

		if (!device->gone)
			err = read_device(gather, device, first, number);
		if (!err && !device->gone)
			err = confirm_states(gather, rings, device, number);
		first += device->ring_count;
	}
	return err;
}

/* A reading that was not finished is none. */
static void drop_partial(struct px_rings *rings)
{
	for (size_t i = 0; i < rings->device_count; i++) {
		struct px_ring_device *device = &rings->devices[i];

		for (size_t j = 0; j < device->ring_count; j++)
			device->rings[j].reading_count =
				px_min(device->rings[j].reading_count, rings->reading_count);
	}
}

struct px_error *px_gather_take(struct px_gather *gather, struct px_rings *rings)
{
	struct px_guest_counts before = px_ring_sources_counts(gather->sources), after;
	uint64_t start = px_now_ns();
	struct px_error *err;

	if (rings->reading_count == PX_READINGS_MAX)
		return px_error_new(PX_ERR_LIMIT, "no more than %d readings of rings",
				    PX_READINGS_MAX);
	err = read_all(gather, rings, rings->reading_count);
	after = px_ring_sources_counts(gather->sources);
	rings->hypercalls += after.hypercalls - before.hypercalls;
	rings->ioctls += after.ioctls - before.ioctls;
	if (err) {
		drop_partial(rings);
		return err;
	}
	rings->reading_start_ns[rings->reading_count] = start;
	rings->reading_ns[rings->reading_count++] = px_now_ns() - start;
	return NULL;
}
