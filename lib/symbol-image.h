/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small ELF image that holds nothing but names: what perf's build-id cache gets for a guest's
 * kernel module, whose file the host does not have.
 */
#ifndef PX_LIB_SYMBOL_IMAGE_H
#define PX_LIB_SYMBOL_IMAGE_H

#include "lib/buffer.h"
#include "lib/build-id.h"
#include "lib/elf-writer.h"

/** An image under construction. Zero-initialise to start. */
struct px_symbol_image {
	struct px_elf_writer writer;
};

void px_symbol_image_fini(struct px_symbol_image *image);

/** Add a function at an offset in the text. */
void px_symbol_image_add(struct px_symbol_image *image, uint64_t offset, uint64_t size,
			 const char *name);

/**
 * A build-id made from the names and places added so far, for modules whose own is not known:
 * equal contents, equal id.
 */
void px_symbol_image_derive_id(const struct px_symbol_image *image, struct px_build_id *ret);

/**
 * Append the image to *ret: relocatable ELF64 of no machine with the build-id in a note and
 * a .text of text_size without contents (System V gABI, chapter 4).
 */
px_must_check struct px_error *px_symbol_image_finish(struct px_symbol_image *image,
						      const struct px_build_id *build_id,
						      uint64_t text_size,
						      struct px_buffer *ret);

#endif
