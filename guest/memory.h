/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a guest's virtual memory: page cache, page walk and translation cache in one handle.
 *
 * Pages are mapped read-only on first use and kept, keyed by frame, up to a bound; page tables
 * are pages like all others. Translations are kept for one generation, keyed by (root, virtual
 * page); for addresses of the upper half, which all roots of a kernel share, by page alone.
 *
 * What is mapped shows the guest's memory as it is now, and the guest may write to it while we
 * look, unless it is paused. A page that the guest gave back (ballooning) stays what it was:
 * when the domain's memory size changes, px_memory_drop.
 */
#ifndef PX_GUEST_MEMORY_H
#define PX_GUEST_MEMORY_H

#include "guest/guest.h"

struct px_memory;

/** limit: how many pages may stay mapped at once. guest is borrowed and must outlive it. */
px_must_check struct px_error *px_memory_new(struct px_guest *guest, size_t limit,
					     struct px_memory **ret);
void px_memory_free(struct px_memory *memory);

/**
 * Copy size bytes at address, seen through root with the given paging, into buffer; crosses
 * pages. On anything but PX_READ_OK the buffer's content is unspecified.
 */
enum px_read_outcome px_memory_read(struct px_memory *memory, enum px_paging paging,
				    px_root root, px_gva address, void *buffer, size_t size);

/**
 * Read the 8-byte word at address: px_memory_read for the words of a stack, at a few ns where
 * the page's translation is of this generation. *ret is untouched on failure.
 */
enum px_read_outcome px_memory_word(struct px_memory *memory, enum px_paging paging,
				    px_root root, px_gva address, uint64_t *ret);

/**
 * Map what is missing of [address, address + size) in one batch, as far as it is present, and
 * the page tables that lead there. Of more than 64 pages, only the first.
 */
void px_memory_prefetch(struct px_memory *memory, enum px_paging paging, px_root root,
			px_gva address, size_t size);

/** Translate one address to its frame; does not map the frame. */
enum px_read_outcome px_memory_translate(struct px_memory *memory, enum px_paging paging,
					 px_root root, px_gva address, px_frame_number *ret);

/** Whether the page at address is there and may hold code, as its page tables say. */
bool px_memory_executable(struct px_memory *memory, enum px_paging paging, px_root root,
			  px_gva address);

/** Start a new tick: from now on page tables are asked again. What is mapped stays mapped. */
void px_memory_new_generation(struct px_memory *memory);

/** Unmap everything and forget all translations: the domain dies or its memory changed. */
void px_memory_drop(struct px_memory *memory);

struct px_memory_counts {
	uint64_t pages_mapped;	/* that were brought in, ever */
	uint64_t pages_evicted; /* that made room for others, ever */
	uint64_t translations;	/* asked for */
	uint64_t translation_hits;
	uint64_t table_reads; /* page-table entries read */
};

struct px_memory_counts px_memory_counts(const struct px_memory *memory);

#endif
