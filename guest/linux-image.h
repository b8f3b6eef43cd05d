/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image of a guest's kernel, composed from its memory: an ELF file at link addresses that
 * stands in for the vmlinux.
 *
 * It has .symtab (from kallsyms), .orc_header, .orc_unwind_ip and .orc_unwind, .BTF, .notes and
 * the banner, as far as the kernel has them. Symbols have no sizes.
 */
#ifndef PX_GUEST_LINUX_IMAGE_H
#define PX_GUEST_LINUX_IMAGE_H

#include "guest/linux-find.h"
#include "lib/buffer.h"

/** What a kernel lacks that full stacks need. */
enum px_linux_lack {
	PX_LINUX_LACKS_KALLSYMS = 1 << 0,  /* no names at all */
	PX_LINUX_LACKS_VARIABLES = 1 << 1, /* kallsyms have functions only (KALLSYMS_ALL=n) */
	PX_LINUX_LACKS_ORC = 1 << 2,	   /* no unwind tables: frame pointers, if any */
	PX_LINUX_LACKS_TYPES = 1 << 3,	   /* no BTF: no modules, no tasks */
};

enum {
	PX_LINUX_LACKS_TEXT = 80
};

/** "kallsyms, types", "" where nothing lacks. Returns text. */
const char *px_linux_lacks_text(unsigned int lacks, char text[PX_LINUX_LACKS_TEXT]);

/** What is known without reading tables. */
struct px_linux_outline {
	uint64_t slide;	    /* run-time address minus link address */
	unsigned int lacks; /* enum px_linux_lack */
};

/** From the symbols of a kernel that was found. Errors: the map operation's. */
px_must_check struct px_error *px_linux_outline_of(const struct px_linux_found *found,
						   struct px_linux_outline *ret);

/**
 * Compose the image. PX_ERR_NOT_FOUND: the kernel has no kallsyms; PX_ERR_LIMIT: their names
 * are no kernel's. What else is missing or cannot be read is left out. Other errors are those
 * of the guest's operations.
 */
px_must_check struct px_error *px_linux_image_new(const struct px_linux_found *found,
						  struct px_buffer *ret);

#endif
