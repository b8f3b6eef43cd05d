/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads through hostile page tables: the guest's memory is the input, as frames 0, 1, 2 ...;
 * frames past its end do not exist. Its first bytes say what is read: the paging, the root, a
 * size, and addresses.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "guest/memory.h"
#include "lib/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ADDRESSES 8

struct fuzzed {
	struct px_guest guest;
	struct px_bytes memory;
	size_t mapped;
};

static struct px_error *map(struct px_guest *guest, const px_frame_number *frames, size_t count,
			    const uint8_t **ret, bool *mapped_ret)
{
	struct fuzzed *fuzzed = (struct fuzzed *)guest;
	size_t frames_there = (fuzzed->memory.size + PX_PAGE_SIZE - 1) / PX_PAGE_SIZE;
	uint8_t *pages = aligned_alloc(PX_PAGE_SIZE, count * PX_PAGE_SIZE);

	if (!pages)
		abort();
	memset(pages, 0, count * PX_PAGE_SIZE);
	for (size_t i = 0; i < count; i++) {
		size_t start = frames[i].value * PX_PAGE_SIZE;

		mapped_ret[i] = frames[i].value < frames_there;
		if (mapped_ret[i])
			memcpy(pages + i * PX_PAGE_SIZE, fuzzed->memory.data + start,
			       px_min((size_t)PX_PAGE_SIZE, fuzzed->memory.size - start));
	}
	fuzzed->mapped += count;
	*ret = pages;
	return NULL;
}

static void unmap(struct px_guest *guest, const uint8_t *pages, size_t count)
{
	((struct fuzzed *)guest)->mapped -= count;
	free((void *)(uintptr_t)pages);
}

static const struct px_guest_ops ops = {.map = map, .unmap = unmap};

/* At most five entries an address, whatever they say. */
static void check_bound(struct px_memory *memory)
{
	struct px_memory_counts counts = px_memory_counts(memory);

	if (counts.table_reads > 5 * counts.translations)
		abort();
}

static void read_all(struct px_memory *memory, struct px_cursor *cursor)
{
	static uint8_t buffer[3 * PX_PAGE_SIZE];
	enum px_paging paging = px_cursor_u8(cursor) % 4;
	px_root root = px_root_of(px_cursor_u8(cursor));
	size_t size = px_cursor_u16(cursor) % sizeof(buffer);

	for (int i = 0; i < ADDRESSES; i++) {
		px_gva address = px_gva_of(px_cursor_u64(cursor));
		px_frame_number frame;
		uint64_t word;

		px_memory_word(memory, paging, root, address, &word);
		px_memory_prefetch(memory, paging, root, address, size * 20);
		px_memory_read(memory, paging, root, address, buffer, size);
		px_memory_translate(memory, paging, root, address, &frame);
		px_memory_new_generation(memory);
	}
	check_bound(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzzed fuzzed = {.guest.ops = &ops, .memory = px_bytes_of(data, size)};
	struct px_cursor cursor = px_cursor_of(fuzzed.memory);
	struct px_memory *memory = NULL;
	struct px_error *err = px_memory_new(&fuzzed.guest, 1 + size % 70, &memory);

	if (err)
		abort();
	read_all(memory, &cursor);
	px_memory_free(memory);
	if (fuzzed.mapped != 0)
		abort();
	return 0;
}
