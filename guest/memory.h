/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a guest's virtual memory: page cache, page walk and translation cache in one handle.
 *
 * Pages are mapped read-only on first use and kept, keyed by frame, up to a bound. Translations
 * are kept too, keyed by (root, virtual page); those of stacks and user space may change under
 * us, so px_memory_new_generation forgets everything but kernel text and page-table pages.
 */
#ifndef PX_GUEST_MEMORY_H
#define PX_GUEST_MEMORY_H

#include "guest/guest.h"

enum px_read_outcome {
	PX_READ_OK,
	PX_READ_NOT_CANONICAL,
	PX_READ_NOT_PRESENT,  /* a page-table entry says so */
	PX_READ_NOT_MAPPABLE, /* the hypervisor refuses the frame: ballooned, MMIO, foreign */
	PX_READ_BAD_ROOT,     /* paging is off or of a kind that cannot be walked */
};

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

/** Translate one address to its frame. */
enum px_read_outcome px_memory_translate(struct px_memory *memory, enum px_paging paging,
					 px_root root, px_gva address, px_frame_number *ret);

/** Start a new tick: cached translations older than this one are checked again on use. */
void px_memory_new_generation(struct px_memory *memory);

/** Unmap everything and forget all translations: the domain dies or its memory changed. */
void px_memory_drop(struct px_memory *memory);

struct px_memory_counts {
	uint64_t pages_mapped; /* map operations that brought a page in, ever */
	uint64_t pages_evicted;
	uint64_t translations; /* asked for */
	uint64_t translation_hits;
	uint64_t table_reads; /* page-table entries read */
};

struct px_memory_counts px_memory_counts(const struct px_memory *memory);

#endif
