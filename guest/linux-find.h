/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the guest's Linux kernel with nothing known of it: no image, no symbols.
 *
 * A vCPU points into the kernel's text (linux-entry.h). Around that address the page tables map
 * the image, with holes where memory was given back after the boot. Read-only data follows
 * text, so from the entry point on upwards come kallsyms, the banner and the build-id's note.
 */
#ifndef PX_GUEST_LINUX_FIND_H
#define PX_GUEST_LINUX_FIND_H

#include "guest/address-space.h"
#include "guest/linux-identity.h"
#include "guest/linux-kallsyms.h"
#include "lib/buffer.h"

struct px_linux_found {
	struct px_address_space space; /* of the process that the vCPU ran */
	uint64_t start, end;	       /* the image as far as it is mapped, in whole pages */
	struct px_linux_identity identity; /* the release is known, the build-id maybe not */
	bool have_kallsyms;
	struct px_linux_kallsyms kallsyms; /* borrows from window */
	struct px_buffer window;	   /* a copy of memory */
};

/**
 * Find the kernel. Tries every vCPU; copies 96 MiB of the guest at most, a fifth of that in
 * practice. PX_ERR_NOT_FOUND with the reason: no vCPU online, no 64-bit kernel, still booting,
 * not Linux. Call px_linux_found_fini after success.
 */
px_must_check struct px_error *px_linux_find(struct px_guest *guest, struct px_memory *memory,
					     struct px_linux_found *ret);
void px_linux_found_fini(struct px_linux_found *found);

#endif
