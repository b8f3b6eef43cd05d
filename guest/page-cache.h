/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mapped pages of a guest, kept by frame up to a bound.
 *
 * Pages come in batches, as one mapping each, and leave in the same batches: on a PVH dom0 a
 * foreign mapping can only be undone as a whole. Which batch leaves is decided by a clock:
 * batches that were looked at since the hand last passed stay for another round.
 */
#ifndef PX_GUEST_PAGE_CACHE_H
#define PX_GUEST_PAGE_CACHE_H

#include "guest/guest.h"

struct px_page_cache;

/** limit: pages that may be mapped at once, at least 1. guest is borrowed, outlives it. */
px_must_check struct px_error *px_page_cache_new(struct px_guest *guest, size_t limit,
						 struct px_page_cache **ret);
/** Unmaps everything. */
void px_page_cache_free(struct px_page_cache *cache);

/**
 * The page of a frame if it is mapped, else NULL; a few ns. Valid until the next
 * px_page_cache_add or _drop. The guest goes on changing it: copy, then look.
 */
const uint8_t *px_page_cache_find(struct px_page_cache *cache, px_frame_number frame);

/**
 * Map those of count frames that are not there yet in one batch; makes room first, for which
 * the others of them may have to go. Frames that cannot be mapped stay absent. Of more than the
 * limit or PX_MAP_MAX frames, only the first. Returns whether pages left to make room: pointers
 * from before are void then.
 */
bool px_page_cache_add(struct px_page_cache *cache, const px_frame_number *frames,
		       size_t count);

/** Unmap all pages. */
void px_page_cache_drop(struct px_page_cache *cache);

struct px_page_cache_counts {
	size_t mapped;	  /* now; includes the holes of batches */
	uint64_t added;	  /* pages that came in, ever */
	uint64_t evicted; /* pages that left to make room, ever */
};

struct px_page_cache_counts px_page_cache_counts(const struct px_page_cache *cache);

#endif
