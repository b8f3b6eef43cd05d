/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page walk. Each level takes nine bits of the address as an index into a table of 512
 * entries of eight bytes. An entry's bit 0 says that it is present; bits 12 to 51 hold the
 * frame of the next table or of the page. At level 3 (1 GiB) and level 2 (2 MiB) bit 7 says
 * that the entry is a page; its frame number then is a multiple of the page's size, and bit 12
 * (PAT) is no part of it. At levels 4 and 5 bit 7 is reserved: a processor faults on it.
 */
#include "guest/page-walk-x86.h"

#define ENTRY_PRESENT	 (UINT64_C(1) << 0)
#define ENTRY_LARGE	 (UINT64_C(1) << 7)
#define ENTRY_FRAME	 UINT64_C(0x000ffffffffff000)
#define ENTRY_NO_EXECUTE (UINT64_C(1) << 63)

#define INDEX_BITS 9
#define INDEX_MASK 511u

static unsigned int address_shift(unsigned int level)
{
	return PX_PAGE_SHIFT + INDEX_BITS * (level - 1);
}

/* All bits from the highest translated one up are equal. */
static bool is_canonical(uint64_t address, unsigned int levels)
{
	unsigned int above = 64 - address_shift(levels + 1);

	return (uint64_t)((int64_t)(address << above) >> above) == address;
}

static uint64_t frame_in_large_page(uint64_t entry, uint64_t address, unsigned int level)
{
	uint64_t inside = (UINT64_C(1) << address_shift(level)) - 1;

	return ((entry & ENTRY_FRAME & ~inside) | (address & inside)) >> PX_PAGE_SHIFT;
}

/* The walk; *no_execute_ret: some entry has that bit. */
static enum px_read_outcome walk(const struct px_table_reader *reader, enum px_paging paging,
				 px_root root, px_gva address, px_frame_number *ret,
				 bool *no_execute_ret)
{
	unsigned int levels = paging == PX_PAGING_5_LEVEL ? 5 : 4;
	uint64_t frame = root.frame;

	if (paging != PX_PAGING_4_LEVEL && paging != PX_PAGING_5_LEVEL)
		return PX_READ_BAD_ROOT;
	if (!is_canonical(address.value, levels))
		return PX_READ_NOT_CANONICAL;
	for (unsigned int level = levels; level > 0; level--) {
		unsigned int index = address.value >> address_shift(level) & INDEX_MASK;
		uint64_t entry = 0;

		if (!reader->read(reader->context, px_frame_number_of(frame), index, &entry))
			return PX_READ_NOT_MAPPABLE;
		if (!(entry & ENTRY_PRESENT) || (level > 3 && entry & ENTRY_LARGE))
			return PX_READ_NOT_PRESENT;
		if (entry & ENTRY_NO_EXECUTE)
			*no_execute_ret = true;
		if (level > 1 && entry & ENTRY_LARGE) {
			*ret = px_frame_number_of(
				frame_in_large_page(entry, address.value, level));
			return PX_READ_OK;
		}
		frame = (entry & ENTRY_FRAME) >> PX_PAGE_SHIFT;
	}
	*ret = px_frame_number_of(frame);
	return PX_READ_OK;
}

enum px_read_outcome px_page_walk(const struct px_table_reader *reader, enum px_paging paging,
				  px_root root, px_gva address, px_frame_number *ret)
{
	bool no_execute = false;

	return walk(reader, paging, root, address, ret, &no_execute);
}

bool px_page_walk_executable(const struct px_table_reader *reader, enum px_paging paging,
			     px_root root, px_gva address)
{
	px_frame_number frame;
	bool no_execute = false;

	return walk(reader, paging, root, address, &frame, &no_execute) == PX_READ_OK &&
	       !no_execute;
}
