/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's memory through one set of page tables, for reading much of it once.
 *
 * What is read here is mapped in large batches, copied and unmapped at once, so that megabytes
 * of tables do not push the pages of stacks out of the page cache; only the page tables that
 * lead there stay in it.
 */
#ifndef PX_GUEST_ADDRESS_SPACE_H
#define PX_GUEST_ADDRESS_SPACE_H

#include <stdbool.h>

#include "guest/memory.h"

struct px_address_space {
	struct px_guest *guest;	  /* borrowed, as memory is */
	struct px_memory *memory; /* of that guest */
	enum px_paging paging;
	px_root root;
};

/**
 * Copy size bytes from address on into buffer. Pages that cannot be read become zeros;
 * *missing_ret counts them. Errors are those of the guest's map operation.
 */
px_must_check struct px_error *px_address_space_copy(const struct px_address_space *space,
						     uint64_t address, void *buffer,
						     size_t size, size_t *missing_ret);

/** A small read through the page cache: all of it, or false. */
bool px_address_space_read(const struct px_address_space *space, uint64_t address, void *buffer,
			   size_t size);

/** Whether the page tables have a page at address. */
bool px_address_space_has(const struct px_address_space *space, uint64_t address);

/** Whether they have one there that may hold code. */
bool px_address_space_has_code(const struct px_address_space *space, uint64_t address);

#endif
