/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the guest's Linux kernel was loaded, and whether an image is the one it runs. */
#ifndef PX_GUEST_LINUX_LOCATE_H
#define PX_GUEST_LINUX_LOCATE_H

#include "guest/linux-identity.h"
#include "guest/memory.h"
#include "symbolize/elf-image.h"
#include "symbolize/symbol-table.h"

struct px_linux_location {
	uint64_t slide; /* run-time address minus link address */
	px_root root;	/* of the kernel's own page tables */
	enum px_paging paging;
	struct px_linux_identity identity; /* as found in the guest */
};

/**
 * Find the kernel in the guest by the entry points of its vCPUs and check it against image,
 * whose symbols are given (sorted). Errors as of px_linux_kernel_open.
 */
px_must_check struct px_error *px_linux_locate(struct px_guest *guest, struct px_memory *memory,
					       const struct px_elf_image *image,
					       const struct px_symbol_table *symbols,
					       struct px_linux_location *ret);

#endif
