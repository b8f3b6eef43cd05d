/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The unwind tables in a vmlinux image. */
#ifndef PX_GUEST_LINUX_UNWIND_H
#define PX_GUEST_LINUX_UNWIND_H

#include "symbolize/elf-image.h"
#include "symbolize/orc.h"
#include "symbolize/unwind-table.h"

struct px_linux_unwind {
	bool have_orc; /* the kernel was built with ORC, in this version */
	enum px_orc_version orc_version;
	/* In link addresses, to be asked in this order; without rows where the image has none.
	 */
	struct px_unwind_table *orc, *debug_frame;
};

/**
 * Compile .orc_unwind and .debug_frame of image, whose text lies at the link address text and
 * whose symbols (sorted) are given: they tell of code that ORC leaves out (indirect-thunk.h).
 * The layout of ORC is told by .orc_header, before Linux 6.4 by release. A kernel without
 * either (built with frame pointers) gives empty tables; damaged sections are errors.
 */
px_must_check struct px_error *px_linux_unwind_init(struct px_elf_image *image,
						    const struct px_symbol_table *symbols,
						    uint64_t text, const char *release,
						    struct px_linux_unwind *ret);
void px_linux_unwind_fini(struct px_linux_unwind *unwind);

#endif
