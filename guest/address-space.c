/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copying much of a guest's memory, 512 pages at a time. */
#include "guest/address-space.h"

#include <string.h>

#include "lib/compiler.h"

/* The pages of one batch, and where their bytes go. */
struct batch {
	px_frame_number frames[PX_MAP_MAX];
	struct {
		uint8_t *to;
		uint16_t offset, size; /* in the page */
	} parts[PX_MAP_MAX];
	bool mapped[PX_MAP_MAX];
	size_t count;
};

/* Copy a batch and empty it. */
static struct px_error *copy_batch(struct px_guest *guest, struct batch *batch, size_t *missing)
{
	size_t count = batch->count;
	const uint8_t *pages = NULL;
	struct px_error *err;

	if (!count)
		return NULL;
	batch->count = 0;
	memset(batch->mapped, 0, sizeof(batch->mapped));
	err = guest->ops->map(guest, batch->frames, count, &pages, batch->mapped);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++) {
		if (pages && batch->mapped[i])
			memcpy(batch->parts[i].to,
			       pages + i * PX_PAGE_SIZE + batch->parts[i].offset,
			       batch->parts[i].size);
		else
			++*missing;
	}
	if (pages)
		guest->ops->unmap(guest, pages, count);
	return NULL;
}

struct px_error *px_address_space_copy(const struct px_address_space *space, uint64_t address,
				       void *buffer, size_t size, size_t *missing_ret)
{
	struct px_error *err = NULL;
	struct batch batch;
	size_t missing = 0;

	batch.count = 0;
	memset(buffer, 0, size);
	for (size_t done = 0, part; done < size && !err; done += part) {
		size_t offset = (address + done) & (PX_PAGE_SIZE - 1);
		size_t i = batch.count;

		part = px_min(size - done, PX_PAGE_SIZE - offset);
		if (px_memory_translate(space->memory, space->paging, space->root,
					px_gva_of(address + done),
					&batch.frames[i]) != PX_READ_OK) {
			missing++;
			continue;
		}
		batch.parts[i].to = (uint8_t *)buffer + done;
		batch.parts[i].offset = (uint16_t)offset;
		batch.parts[i].size = (uint16_t)part;
		batch.count++;
		if (batch.count == PX_MAP_MAX)
			err = copy_batch(space->guest, &batch, &missing);
	}
	if (!err)
		err = copy_batch(space->guest, &batch, &missing);
	if (!err)
		*missing_ret = missing;
	return err;
}

bool px_address_space_read(const struct px_address_space *space, uint64_t address, void *buffer,
			   size_t size)
{
	return px_memory_read(space->memory, space->paging, space->root, px_gva_of(address),
			      buffer, size) == PX_READ_OK;
}

bool px_address_space_has(const struct px_address_space *space, uint64_t address)
{
	px_frame_number frame;

	return px_memory_translate(space->memory, space->paging, space->root,
				   px_gva_of(address), &frame) == PX_READ_OK;
}

bool px_address_space_has_code(const struct px_address_space *space, uint64_t address)
{
	return px_memory_executable(space->memory, space->paging, space->root,
				    px_gva_of(address));
}
