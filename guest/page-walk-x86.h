/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page walk of x86-64: from a virtual address to a frame, by four or five tables.
 *
 * A pure function over a way to read one table entry. Follows Intel SDM volume 3, chapter 4
 * ("Paging"), and Intel's white paper on 5-level paging (335252).
 */
#ifndef PX_GUEST_PAGE_WALK_X86_H
#define PX_GUEST_PAGE_WALK_X86_H

#include <stdbool.h>

#include "guest/address.h"

struct px_table_reader {
	/** Read entry index < 512 of the table in a frame; false: it cannot be read. */
	bool (*read)(void *context, px_frame_number table, unsigned int index, uint64_t *ret);
	void *context;
};

/**
 * The frame of the 4 KiB page that holds address; of a large page, that part of it. Reads at
 * most five entries, whatever they say. PX_READ_NOT_MAPPABLE: the reader failed.
 */
enum px_read_outcome px_page_walk(const struct px_table_reader *reader, enum px_paging paging,
				  px_root root, px_gva address, px_frame_number *ret);

/** Whether the page at address is there and may hold code: no table on the way forbids it. */
bool px_page_walk_executable(const struct px_table_reader *reader, enum px_paging paging,
			     px_root root, px_gva address);

#endif
