/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest double whose memory holds a real vmlinux, as it would lie there after KASLR moved it:
 * everything that is loaded behind the system call entry, without what is freed after the boot.
 */
#ifndef PX_TESTS_SUPPORT_VMLINUX_GUEST_H
#define PX_TESTS_SUPPORT_VMLINUX_GUEST_H

#include "symbolize/elf-image.h"
#include "tests/support/guest-double.h"

struct vmlinux_guest {
	struct px_guest_double *guest;
	struct px_elf_image *image;
	struct px_symbol_table *symbols; /* of the file */
	px_root root;
	uint64_t slide;
};

/** path: with symbols. Of the kernel's pointers only those are moved that are followed. */
px_must_check struct px_error *vmlinux_guest_init(const char *path, uint64_t slide,
						  struct vmlinux_guest *ret);
void vmlinux_guest_fini(struct vmlinux_guest *guest);

#endif
