/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk requests (io/blkif.h), which are laid out by the guest's compiler: on x86-32, 64-bit
 * numbers are aligned to 4 bytes, so id follows handle at byte 4 and all behind it stands 4
 * bytes earlier than on x86-64.
 */
#include "ringtrace/slots-private.h"

#include <string.h>

enum {
	OP_DISCARD = 5,
	OP_INDIRECT = 6,
	DIRECT_SEGMENTS = 11,
};

struct layout {
	uint32_t slot_size;
	uint32_t id, sector, behind_sector;
	uint32_t indirect_handle, indirect_pages;
};

static const struct layout layouts[] = {
	[PX_BLOCK_X86_64] = {112, 8, 16, 24, 24, 28},
	[PX_BLOCK_X86_32] = {108, 4, 12, 20, 20, 24},
};

bool px_block_protocol_of(const char *key, enum px_block_protocol *ret)
{
	if (!key || !strcmp(key, "x86_64-abi"))
		*ret = PX_BLOCK_X86_64;
	else if (!strcmp(key, "x86_32-abi"))
		*ret = PX_BLOCK_X86_32;
	else
		return false;
	return true;
}

const char *px_block_operation_name(uint8_t operation)
{
	static const char *const names[] = {
		"read", "write", "write barrier", "flush", "reserved", "discard", "indirect",
	};

	return operation < px_array_size(names) ? names[operation] : "unknown";
}

uint32_t px_slot_block_size(enum px_block_protocol protocol)
{
	return layouts[protocol].slot_size;
}

static uint64_t number_at(struct px_bytes bytes, uint32_t offset, uint32_t size)
{
	struct px_cursor c = px_cursor_of(bytes);

	px_cursor_seek(&c, offset);
	switch (size) {
	case 1:
		return px_cursor_u8(&c);
	case 2:
		return px_cursor_u16(&c);
	case 4:
		return px_cursor_u32(&c);
	default:
		return px_cursor_u64(&c);
	}
}

/* The sectors of all segments that the slot holds; ends before begins count nothing. */
static uint64_t sectors_of(struct px_bytes bytes, uint32_t offset, uint32_t segments)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < segments; i++) {
		uint64_t first = number_at(bytes, offset + 8 * i + 4, 1);
		uint64_t last = number_at(bytes, offset + 8 * i + 5, 1);

		if (last >= first)
			sum += last - first + 1;
	}
	return sum;
}

static void decode_indirect(struct px_bytes bytes, const struct layout *layout,
			    struct px_slot *slot)
{
	slot->indirect_operation = (uint8_t)number_at(bytes, 1, 1);
	slot->segments = (uint16_t)number_at(bytes, 2, 2);
	slot->handle = (uint16_t)number_at(bytes, layout->indirect_handle, 2);
	slot->reference = (uint32_t)number_at(bytes, layout->indirect_pages, 4);
}

static void decode_direct(struct px_bytes bytes, const struct layout *layout,
			  struct px_slot *slot)
{
	slot->segments = (uint16_t)number_at(bytes, 1, 1);
	if (!slot->segments)
		return;
	slot->reference = (uint32_t)number_at(bytes, layout->behind_sector, 4);
	slot->sectors = sectors_of(bytes, layout->behind_sector,
				   px_min(slot->segments, (uint16_t)DIRECT_SEGMENTS));
}

void px_slot_decode_block_request(struct px_bytes bytes, enum px_block_protocol protocol,
				  struct px_slot *slot)
{
	const struct layout *layout = &layouts[protocol];

	slot->use = PX_SLOT_FIRST;
	slot->operation = (uint8_t)number_at(bytes, 0, 1);
	slot->id = number_at(bytes, layout->id, 8);
	slot->has_id = true;
	slot->sector = number_at(bytes, layout->sector, 8);
	if (slot->operation == OP_INDIRECT) {
		decode_indirect(bytes, layout, slot);
		return;
	}
	slot->handle = (uint16_t)number_at(bytes, 2, 2);
	if (slot->operation == OP_DISCARD) {
		slot->flags = (uint16_t)number_at(bytes, 1, 1);
		slot->sectors = number_at(bytes, layout->behind_sector, 8);
	} else {
		decode_direct(bytes, layout, slot);
	}
}

void px_slot_decode_block_response(struct px_bytes bytes, enum px_block_protocol protocol,
				   struct px_slot *slot)
{
	(void)protocol; /* id, operation, status: the same in both */
	slot->use = PX_SLOT_RESPONSE;
	slot->id = number_at(bytes, 0, 8);
	slot->has_id = true;
	slot->operation = (uint8_t)number_at(bytes, 8, 1);
	slot->status = (int16_t)number_at(bytes, 10, 2);
}
