/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading guest memory: a direct-mapped translation cache before the walk and the pages. */
#include "guest/memory.h"

#include <stdlib.h>
#include <string.h>

#include "guest/page-cache.h"
#include "guest/page-walk-x86.h"
#include "lib/memory.h"

/* Each vCPU needs a few pages of stack, tasks and per-CPU data in a tick. */
#define TRANSLATIONS   1024u
#define PREFETCH_PAGES 64u
#define PREFETCH_BYTES ((size_t)PREFETCH_PAGES * PX_PAGE_SIZE)

/* No root has this frame: entries with 52 bits of address end well below. */
#define ANY_ROOT UINT64_MAX

struct translation {
	uint64_t page; /* virtual address >> PX_PAGE_SHIFT */
	uint64_t space;
	uint64_t generation; /* of which it is; 0: unused */
	px_frame_number frame;
	const uint8_t *data; /* NULL until the page was needed */
};

struct px_memory {
	struct px_page_cache *pages;
	uint64_t generation;
	struct px_memory_counts counts;
	struct translation translations[TRANSLATIONS];
};

struct px_error *px_memory_new(struct px_guest *guest, size_t limit, struct px_memory **ret)
{
	struct px_memory *memory = NULL;
	struct px_error *err = px_calloc(1, sizeof(*memory), &memory);

	if (err)
		return err;
	memory->generation = 1;
	err = px_page_cache_new(guest, limit, &memory->pages);
	if (err) {
		free(memory);
		return err;
	}
	*ret = memory;
	return NULL;
}

void px_memory_free(struct px_memory *memory)
{
	if (!memory)
		return;
	px_page_cache_free(memory->pages);
	free(memory);
}

void px_memory_new_generation(struct px_memory *memory)
{
	memory->generation++;
}

void px_memory_drop(struct px_memory *memory)
{
	px_page_cache_drop(memory->pages);
	memory->generation++;
}

/* Pages that leave take their translations with them: those hold pointers. */
static void bring_in(struct px_memory *memory, const px_frame_number *frames, size_t count)
{
	if (px_page_cache_add(memory->pages, frames, count))
		memory->generation++;
}

/* The page of a frame, mapped if need be; NULL where it cannot be. */
static const uint8_t *page_of(struct px_memory *memory, px_frame_number frame)
{
	const uint8_t *page = px_page_cache_find(memory->pages, frame);

	if (page)
		return page;
	bring_in(memory, &frame, 1);
	return px_page_cache_find(memory->pages, frame);
}

/* Aligned words that another CPU may be writing: one load each, no tearing. */
static uint64_t load_word(const uint8_t *at)
{
	return __atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_RELAXED);
}

static bool read_table(void *context, px_frame_number table, unsigned int index, uint64_t *ret)
{
	struct px_memory *memory = context;
	const uint8_t *page = page_of(memory, table);

	if (!page)
		return false;
	memory->counts.table_reads++;
	*ret = load_word(page + index * sizeof(*ret));
	return true;
}

static struct translation *translation_of(struct px_memory *memory, uint64_t page,
					  uint64_t space)
{
	uint64_t hash = (page ^ space * 31) * UINT64_C(0x9e3779b97f4a7c15);

	return &memory->translations[hash >> 32 & (TRANSLATIONS - 1)];
}

/* What tells address spaces apart: a root has less than 52 bits, paging two. */
static uint64_t space_of(enum px_paging paging, px_root root, px_gva address)
{
	return (address.value >> 63 ? ANY_ROOT << 2 : root.frame << 2) | (paging & 3);
}

/* Look up or make the translation of an address; it may lack its data. */
static inline enum px_read_outcome translate(struct px_memory *memory, enum px_paging paging,
					     px_root root, px_gva address,
					     struct translation **ret)
{
	uint64_t page = address.value >> PX_PAGE_SHIFT;
	uint64_t space = space_of(paging, root, address);
	struct translation *entry = translation_of(memory, page, space);
	struct px_table_reader reader = {.read = read_table, .context = memory};
	enum px_read_outcome outcome;

	memory->counts.translations++;
	*ret = entry;
	if (entry->page == page && entry->space == space &&
	    entry->generation == memory->generation) {
		memory->counts.translation_hits++;
		return PX_READ_OK;
	}
	entry->generation = 0;
	entry->data = NULL;
	outcome = px_page_walk(&reader, paging, root, address, &entry->frame);
	if (outcome != PX_READ_OK)
		return outcome;
	entry->page = page;
	entry->space = space;
	entry->generation = memory->generation;
	return PX_READ_OK;
}

/* The address's page in our memory; valid until another page is asked for. */
static inline enum px_read_outcome locate(struct px_memory *memory, enum px_paging paging,
					  px_root root, px_gva address, const uint8_t **ret)
{
	struct translation *entry = NULL;
	enum px_read_outcome outcome = translate(memory, paging, root, address, &entry);

	if (outcome != PX_READ_OK)
		return outcome;
	if (!entry->data) {
		entry->data = page_of(memory, entry->frame);
		entry->generation = memory->generation;
	}
	if (!entry->data)
		return PX_READ_NOT_MAPPABLE;
	*ret = entry->data;
	return PX_READ_OK;
}

static size_t offset_in_page(px_gva address)
{
	return address.value & (PX_PAGE_SIZE - 1);
}

static px_gva plus(px_gva address, size_t size)
{
	return px_gva_of(address.value + size);
}

enum px_read_outcome px_memory_read(struct px_memory *memory, enum px_paging paging,
				    px_root root, px_gva address, void *buffer, size_t size)
{
	uint8_t *to = buffer;
	size_t ahead = 0; /* bytes that prefetch has seen to */

	for (size_t done = 0, part; done < size; done += part) {
		px_gva from = plus(address, done);
		const uint8_t *page = NULL;
		enum px_read_outcome outcome;

		part = px_min(size - done, PX_PAGE_SIZE - offset_in_page(from));
		if (done >= ahead && part < size - done) {
			px_memory_prefetch(memory, paging, root, from, size - done);
			ahead = done + PREFETCH_BYTES;
		}
		outcome = locate(memory, paging, root, from, &page);
		if (outcome != PX_READ_OK)
			return outcome;
		memcpy(to + done, page + offset_in_page(from), part);
	}
	return PX_READ_OK;
}

enum px_read_outcome px_memory_word(struct px_memory *memory, enum px_paging paging,
				    px_root root, px_gva address, uint64_t *ret)
{
	size_t offset = offset_in_page(address);
	const uint8_t *page = NULL;
	uint64_t word = 0;
	enum px_read_outcome outcome;

	if (offset % sizeof(word) == 0) {
		outcome = locate(memory, paging, root, address, &page);
		if (outcome == PX_READ_OK)
			*ret = load_word(page + offset);
		return outcome;
	}
	outcome = px_memory_read(memory, paging, root, address, &word, sizeof(word));
	if (outcome == PX_READ_OK)
		*ret = word;
	return outcome;
}

void px_memory_prefetch(struct px_memory *memory, enum px_paging paging, px_root root,
			px_gva address, size_t size)
{
	px_frame_number missing[PREFETCH_PAGES];
	size_t pages, count = 0;

	if (!size)
		return;
	size = px_min(size, PREFETCH_BYTES);
	pages = (offset_in_page(address) + size - 1) / PX_PAGE_SIZE + 1;
	pages = px_min(pages, (size_t)PREFETCH_PAGES);
	for (size_t i = 0; i < pages; i++) {
		struct translation *entry = NULL;

		if (translate(memory, paging, root, plus(address, i * PX_PAGE_SIZE), &entry) ==
			    PX_READ_OK &&
		    !px_page_cache_find(memory->pages, entry->frame))
			missing[count++] = entry->frame;
	}
	if (count)
		bring_in(memory, missing, count);
}

enum px_read_outcome px_memory_translate(struct px_memory *memory, enum px_paging paging,
					 px_root root, px_gva address, px_frame_number *ret)
{
	struct translation *entry = NULL;
	enum px_read_outcome outcome = translate(memory, paging, root, address, &entry);

	if (outcome == PX_READ_OK)
		*ret = entry->frame;
	return outcome;
}

bool px_memory_executable(struct px_memory *memory, enum px_paging paging, px_root root,
			  px_gva address)
{
	struct px_table_reader reader = {.read = read_table, .context = memory};

	return px_page_walk_executable(&reader, paging, root, address);
}

struct px_memory_counts px_memory_counts(const struct px_memory *memory)
{
	struct px_page_cache_counts pages = px_page_cache_counts(memory->pages);
	struct px_memory_counts counts = memory->counts;

	counts.pages_mapped = pages.added;
	counts.pages_evicted = pages.evicted;
	return counts;
}
