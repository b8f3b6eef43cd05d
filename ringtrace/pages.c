/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mapping and copying the shared pages of rings. */
#include "ringtrace/pages.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	HEADER = 64,	   /* bytes of a ring of slots before its slots */
	COPY_TRIES = 1000, /* some hundred microseconds */
};

/* Pages that were mapped at once. */
struct batch {
	const uint8_t *pages; /* NULL: none of them is there */
	size_t first, count;  /* of the frames */
};

/* Where a ring's pages are among the frames; none when they were not found. */
struct place {
	size_t first, count;
};

struct layout {
	px_frame_number *frames;
	size_t frame_count, frame_capacity;
	struct place *places; /* one a ring */
	size_t place_count, place_capacity;
};

struct px_ring_pages {
	struct px_guest *guest;
	struct px_grants *grants;
	struct layout layout;
	struct batch *batches;
	size_t batch_count, batch_capacity;
	bool *mapped; /* one a frame */
};

/* --- finding ---------------------------------------------------------------------------- */

static void layout_fini(struct layout *layout)
{
	free(layout->frames);
	free(layout->places);
	*layout = (struct layout){0};
}

static struct px_error *add_frame(struct layout *layout, px_frame_number frame)
{
	struct px_error *err =
		px_array_grow(layout->frames, layout->frame_count, layout->frame_capacity);

	if (!err)
		layout->frames[layout->frame_count++] = frame;
	return err;
}

/* A frame that was granted to whom the ring's other end belongs. *found_ret: it is one. */
static struct px_error *resolve(const struct px_ring_pages *pages,
				const struct px_ring_device *device, struct px_ring *ring,
				uint32_t reference, px_frame_number *ret, bool *found_ret)
{
	enum px_grant_outcome outcome;
	struct px_grant grant;

	*found_ret = ring->by_frame;
	*ret = px_frame_number_of(reference);
	if (ring->by_frame)
		return NULL;
	if (!pages->grants)
		return px_ring_lack(ring, PX_SOURCE_PAGE, "the grant table cannot be read");
	outcome = px_grants_find(pages->grants, reference, &grant);
	if (outcome != PX_GRANT_OK)
		return px_ring_lack(ring, PX_SOURCE_PAGE, "grant %u: %s", reference,
				    px_grant_outcome_name(outcome));
	if (grant.domain != device->back_domain)
		return px_ring_lack(ring, PX_SOURCE_PAGE,
				    "grant %u is for domain %u, the back end is in domain %u",
				    reference, grant.domain, device->back_domain);
	*found_ret = true;
	*ret = grant.frame;
	return NULL;
}

static struct px_error *place_ring(const struct px_ring_pages *pages, struct layout *layout,
				   const struct px_ring_device *device, struct px_ring *ring)
{
	struct place place = {.first = layout->frame_count};
	struct px_error *err =
		px_array_grow(layout->places, layout->place_count, layout->place_capacity);
	bool found = true;

	for (uint32_t i = 0; !err && found && i < ring->pages; i++) {
		px_frame_number frame;

		err = resolve(pages, device, ring, ring->references[i], &frame, &found);
		if (!err && found)
			err = add_frame(layout, frame);
	}
	if (err)
		return err;
	if (found)
		place.count = ring->pages;
	else
		layout->frame_count = place.first;
	layout->places[layout->place_count++] = place;
	return NULL;
}

static struct px_error *lay_out(const struct px_ring_pages *pages, struct px_rings *rings,
				struct layout *layout)
{
	struct px_error *err = NULL;

	for (size_t i = 0; i < rings->device_count; i++) {
		struct px_ring_device *device = &rings->devices[i];

		for (size_t j = 0; !err && j < device->ring_count; j++)
			err = place_ring(pages, layout, device, &device->rings[j]);
	}
	return err;
}

/* --- mapping ---------------------------------------------------------------------------- */

static void unmap_all(struct px_ring_pages *pages)
{
	for (size_t i = 0; i < pages->batch_count; i++) {
		const struct batch *batch = &pages->batches[i];

		if (batch->pages)
			pages->guest->ops->unmap(pages->guest, batch->pages, batch->count);
	}
	pages->batch_count = 0;
	layout_fini(&pages->layout);
	px_freep(&pages->mapped);
}

static struct px_error *map_batch(struct px_ring_pages *pages, size_t first, size_t count)
{
	struct batch batch = {.first = first, .count = count};
	struct px_error *err =
		px_array_grow(pages->batches, pages->batch_count, pages->batch_capacity);

	if (err)
		return err;
	err = pages->guest->ops->map(pages->guest, pages->layout.frames + first, count,
				     &batch.pages, pages->mapped + first);
	if (!err)
		pages->batches[pages->batch_count++] = batch;
	return err;
}

/* The pages of a ring are in one batch, so that they lie one after another. */
static struct px_error *map_all(struct px_ring_pages *pages)
{
	const struct layout *layout = &pages->layout;
	struct px_error *err = px_calloc(layout->frame_count, sizeof(bool), &pages->mapped);
	size_t first = 0, end = 0;

	for (size_t i = 0; !err && i < layout->place_count; i++) {
		const struct place *place = &layout->places[i];

		if (place->first + place->count - first > PX_MAP_MAX) {
			err = map_batch(pages, first, end - first);
			first = end;
		}
		end = place->first + place->count;
	}
	if (!err && end > first)
		err = map_batch(pages, first, end - first);
	return err;
}

static bool same(const struct layout *a, const struct layout *b)
{
	if (a->frame_count != b->frame_count || a->place_count != b->place_count)
		return false;
	for (size_t i = 0; i < a->frame_count; i++)
		if (a->frames[i].value != b->frames[i].value)
			return false;
	for (size_t i = 0; i < a->place_count; i++)
		if (a->places[i].first != b->places[i].first ||
		    a->places[i].count != b->places[i].count)
			return false;
	return true;
}

static struct px_error *note_unmapped(const struct px_ring_pages *pages, struct px_rings *rings)
{
	struct px_error *err = NULL;
	size_t number = 0;

	for (size_t i = 0; i < rings->device_count; i++) {
		struct px_ring_device *device = &rings->devices[i];

		for (size_t j = 0; !err && j < device->ring_count; j++, number++)
			if (!px_ring_pages_of(pages, number).size)
				err = px_ring_lack(&device->rings[j], PX_SOURCE_PAGE,
						   "its frame is no memory of the domain");
	}
	return err;
}

struct px_error *px_ring_pages_follow(struct px_ring_pages *pages, struct px_rings *rings)
{
	struct layout layout px_cleanup(layout_fini) = {0};
	struct px_error *err = NULL;

	if (pages->grants)
		err = px_grants_refresh(pages->grants);
	if (!err)
		err = lay_out(pages, rings, &layout);
	if (err)
		return err;
	if (!pages->mapped || !same(&layout, &pages->layout)) {
		unmap_all(pages);
		pages->layout = layout;
		layout = (struct layout){0};
		err = map_all(pages);
	}
	if (err) {
		unmap_all(pages);
		return err;
	}
	return note_unmapped(pages, rings);
}

struct px_bytes px_ring_pages_of(const struct px_ring_pages *pages, size_t number)
{
	const struct place *place;

	if (number >= pages->layout.place_count)
		return (struct px_bytes){0};
	place = &pages->layout.places[number];
	for (size_t i = 0; i < place->count; i++)
		if (!pages->mapped[place->first + i])
			return (struct px_bytes){0};
	for (size_t i = 0; place->count && i < pages->batch_count; i++) {
		const struct batch *batch = &pages->batches[i];

		if (batch->pages && place->first - batch->first < batch->count)
			return px_bytes_of(batch->pages +
						   (place->first - batch->first) * PX_PAGE_SIZE,
					   place->count * PX_PAGE_SIZE);
	}
	return (struct px_bytes){0};
}

struct px_error *px_ring_pages_new(struct px_guest *guest, struct px_grants *grants,
				   struct px_ring_pages **ret)
{
	struct px_ring_pages *pages = NULL;
	struct px_error *err = px_calloc(1, sizeof(*pages), &pages);

	if (err)
		return err;
	pages->guest = guest;
	pages->grants = grants;
	*ret = pages;
	return NULL;
}

void px_ring_pages_free(struct px_ring_pages *pages)
{
	if (!pages)
		return;
	unmap_all(pages);
	free(pages->batches);
	free(pages);
}

/* --- copying ---------------------------------------------------------------------------- */

static uint32_t load(const uint8_t *page, size_t offset)
{
	return __atomic_load_n((const uint32_t *)(const void *)(page + offset),
			       __ATOMIC_ACQUIRE);
}

/* An event index that was read after its producer may be newer, never older. */
static void copy_header(const uint8_t *page, uint8_t header[HEADER])
{
	static const size_t producers_first[] = {0, 8, 4, 12};

	memset(header, 0, HEADER);
	for (size_t i = 0; i < px_array_size(producers_first); i++) {
		uint32_t word = load(page, producers_first[i]);

		memcpy(header + producers_first[i], &word, sizeof(word));
	}
}

static bool copy_slots_indices(const uint8_t *page, struct px_ring_indices *ret)
{
	uint8_t first[HEADER], second[HEADER];

	copy_header(page, first);
	for (int i = 0; i < COPY_TRIES; i++) {
		copy_header(page, second);
		if (!memcmp(first, second, sizeof(first)))
			return px_ring_decode_indices(px_bytes_of(first, sizeof(first)), ret);
		memcpy(first, second, sizeof(first));
	}
	return false;
}

static bool copy_stream(enum px_ring_kind kind, const uint8_t *page,
			struct px_stream_indices *ret)
{
	uint8_t copy[PX_PAGE_SIZE];
	struct px_stream_indices first, second;

	memcpy(copy, page, sizeof(copy));
	if (!px_ring_decode_stream(kind, px_bytes_of(copy, sizeof(copy)), &first))
		return false;
	for (int i = 0; i < COPY_TRIES; i++) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		memcpy(copy, page, sizeof(copy));
		if (!px_ring_decode_stream(kind, px_bytes_of(copy, sizeof(copy)), &second))
			return false;
		if (first.prod == second.prod && first.cons == second.cons) {
			*ret = first;
			return true;
		}
		first = second;
	}
	return false;
}

bool px_ring_pages_copy(enum px_ring_kind kind, struct px_bytes page,
			struct px_ring_reading *reading)
{
	if (page.size < PX_PAGE_SIZE)
		return false;
	return px_ring_is_stream(kind) ? copy_stream(kind, page.data, &reading->stream)
				       : copy_slots_indices(page.data, &reading->shared);
}
