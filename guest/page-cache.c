/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page cache: a hash of frames, and the batches that they were mapped in. */
#include "guest/page-cache.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

#define NONE	   UINT32_MAX
#define MOST_PAGES ((size_t)1 << 24)

struct slot {
	uint64_t frame;
	const uint8_t *page;
	uint32_t batch;
	uint32_t next_in_bucket; /* or the next free slot */
	uint32_t next_in_batch;
};

/* One mapping; pages NULL: not in use. */
struct batch {
	const uint8_t *pages;
	uint32_t count;	     /* of mapped pages, holes included */
	uint32_t first_slot; /* or the next free batch */
	bool used;	     /* since the hand passed */
};

/* Everything is allocated at the start; there are never more slots or batches than pages. */
struct px_page_cache {
	struct px_guest *guest;
	uint32_t limit;
	uint32_t bucket_mask;
	uint32_t free_slot;
	uint32_t free_batch;
	uint32_t hand;
	struct px_page_cache_counts counts;
	uint32_t *buckets;
	struct slot *slots;
	struct batch *batches;
	px_frame_number wanted[PX_MAP_MAX];
	bool mapped[PX_MAP_MAX];
};

static uint32_t *bucket_of(struct px_page_cache *cache, uint64_t frame)
{
	uint64_t hash = frame * UINT64_C(0x9e3779b97f4a7c15);

	return &cache->buckets[hash >> 32 & cache->bucket_mask];
}

static void make_all_free(struct px_page_cache *cache)
{
	memset(cache->buckets, 0xff, ((size_t)cache->bucket_mask + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < cache->limit; i++) {
		cache->slots[i].next_in_bucket = i + 1 < cache->limit ? i + 1 : NONE;
		cache->batches[i].first_slot = cache->slots[i].next_in_bucket;
	}
}

struct px_error *px_page_cache_new(struct px_guest *guest, size_t limit,
				   struct px_page_cache **ret)
{
	struct px_page_cache *cache = NULL;
	struct px_error *err = px_calloc(1, sizeof(*cache), &cache);
	uint32_t buckets = 2;

	if (err)
		return err;
	cache->guest = guest;
	cache->limit = limit ? (uint32_t)px_min(limit, MOST_PAGES) : 1;
	while (buckets < 2 * cache->limit)
		buckets *= 2;
	cache->bucket_mask = buckets - 1;
	err = px_calloc(buckets, sizeof(*cache->buckets), &cache->buckets);
	if (!err)
		err = px_calloc(cache->limit, sizeof(*cache->slots), &cache->slots);
	if (!err)
		err = px_calloc(cache->limit, sizeof(*cache->batches), &cache->batches);
	if (err) {
		free(cache->slots);
		free(cache->buckets);
		free(cache);
		return err;
	}
	make_all_free(cache);
	*ret = cache;
	return NULL;
}

void px_page_cache_free(struct px_page_cache *cache)
{
	if (!cache)
		return;
	px_page_cache_drop(cache);
	free(cache->batches);
	free(cache->slots);
	free(cache->buckets);
	free(cache);
}

static struct slot *find_slot(struct px_page_cache *cache, uint64_t frame)
{
	for (uint32_t i = *bucket_of(cache, frame); i != NONE;
	     i = cache->slots[i].next_in_bucket) {
		if (cache->slots[i].frame == frame)
			return &cache->slots[i];
	}
	return NULL;
}

const uint8_t *px_page_cache_find(struct px_page_cache *cache, px_frame_number frame)
{
	struct slot *slot = find_slot(cache, frame.value);

	if (!slot)
		return NULL;
	cache->batches[slot->batch].used = true;
	return slot->page;
}

static void remove_slot(struct px_page_cache *cache, uint32_t index)
{
	uint32_t *link = bucket_of(cache, cache->slots[index].frame);

	while (*link != index)
		link = &cache->slots[*link].next_in_bucket;
	*link = cache->slots[index].next_in_bucket;
	cache->slots[index].next_in_bucket = cache->free_slot;
	cache->free_slot = index;
}

static void unmap_batch(struct px_page_cache *cache, uint32_t index)
{
	struct batch *batch = &cache->batches[index];

	for (uint32_t i = batch->first_slot; i != NONE; i = cache->slots[i].next_in_batch)
		remove_slot(cache, i);
	cache->guest->ops->unmap(cache->guest, batch->pages, batch->count);
	cache->counts.mapped -= batch->count;
	batch->pages = NULL;
	batch->first_slot = cache->free_batch;
	cache->free_batch = index;
}

void px_page_cache_drop(struct px_page_cache *cache)
{
	for (uint32_t i = 0; i < cache->limit; i++) {
		if (cache->batches[i].pages)
			unmap_batch(cache, i);
	}
}

/* Two rounds of the hand find a batch at the latest: the first makes all of them unused. */
static void make_room(struct px_page_cache *cache, size_t count)
{
	while (cache->counts.mapped + count > cache->limit) {
		uint32_t index = cache->hand;
		struct batch *batch = &cache->batches[index];

		cache->hand = index + 1 < cache->limit ? index + 1 : 0;
		if (!batch->pages)
			continue;
		if (batch->used) {
			batch->used = false;
			continue;
		}
		cache->counts.evicted += batch->count;
		unmap_batch(cache, index);
	}
}

static bool is_among(const px_frame_number *frames, size_t count, uint64_t frame)
{
	for (size_t i = 0; i < count; i++) {
		if (frames[i].value == frame)
			return true;
	}
	return false;
}

static size_t missing_frames(struct px_page_cache *cache, const px_frame_number *frames,
			     size_t count)
{
	size_t most = px_min((size_t)cache->limit, (size_t)PX_MAP_MAX);
	size_t missing = 0;

	for (size_t i = 0; i < count && missing < most; i++) {
		if (!find_slot(cache, frames[i].value) &&
		    !is_among(cache->wanted, missing, frames[i].value))
			cache->wanted[missing++] = frames[i];
	}
	return missing;
}

static void keep_page(struct px_page_cache *cache, uint32_t batch, uint64_t frame,
		      const uint8_t *page)
{
	uint32_t *bucket = bucket_of(cache, frame);
	uint32_t index = cache->free_slot;
	struct slot *slot = &cache->slots[index];

	cache->free_slot = slot->next_in_bucket;
	*slot = (struct slot){
		.frame = frame,
		.page = page,
		.batch = batch,
		.next_in_bucket = *bucket,
		.next_in_batch = cache->batches[batch].first_slot,
	};
	*bucket = index;
	cache->batches[batch].first_slot = index;
	cache->counts.added++;
}

/* The pages of the wanted frames as a batch. There is a free one: each of the others holds a
 * page at least, and there was room for one more. */
static void keep_batch(struct px_page_cache *cache, const uint8_t *pages, size_t count)
{
	uint32_t batch = cache->free_batch;

	cache->free_batch = cache->batches[batch].first_slot;
	cache->batches[batch] =
		(struct batch){.pages = pages, .count = (uint32_t)count, .first_slot = NONE};
	cache->counts.mapped += count;
	for (size_t i = 0; i < count; i++) {
		if (cache->mapped[i])
			keep_page(cache, batch, cache->wanted[i].value,
				  pages + i * PX_PAGE_SIZE);
	}
}

bool px_page_cache_add(struct px_page_cache *cache, const px_frame_number *frames, size_t count)
{
	size_t missing = missing_frames(cache, frames, count);
	const uint8_t *pages = NULL;
	uint64_t evicted = cache->counts.evicted;

	if (!missing)
		return false;
	make_room(cache, missing);
	/* Pages that are not there are an outcome, whatever the reason; gather sees a domain
	 * that is gone. */
	px_error_free(cache->guest->ops->map(cache->guest, cache->wanted, missing, &pages,
					     cache->mapped));
	if (pages)
		keep_batch(cache, pages, missing);
	return cache->counts.evicted != evicted;
}

struct px_page_cache_counts px_page_cache_counts(const struct px_page_cache *cache)
{
	return cache->counts;
}
