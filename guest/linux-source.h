/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The image of a guest's kernel, wherever it comes from. */
#ifndef PX_GUEST_LINUX_SOURCE_H
#define PX_GUEST_LINUX_SOURCE_H

#include "guest/linux-find.h"
#include "symbolize/elf-image.h"

enum px_linux_origin {
	PX_LINUX_FROM_FILE,   /* the vmlinux that was given */
	PX_LINUX_FROM_MEMORY, /* composed from the guest's memory just now */
	PX_LINUX_FROM_CACHE,  /* composed before, and kept */
};

struct px_linux_source {
	enum px_linux_origin origin;
	struct px_elf_image *image;
	struct px_buffer bytes; /* of the image, unless it is a file */
};

/** Errors: those of px_elf_image_open. */
px_must_check struct px_error *px_linux_source_open_file(const char *path,
							 struct px_linux_source *ret);

/** PX_ERR_NOT_FOUND: the cache has no image of that build-id that can be trusted. */
px_must_check struct px_error *px_linux_source_open_cached(const char *cache_folder,
							   const struct px_build_id *build_id,
							   struct px_linux_source *ret);

/** Errors: those of px_linux_image_new. */
px_must_check struct px_error *px_linux_source_open_memory(const struct px_linux_found *found,
							   struct px_linux_source *ret);

void px_linux_source_close(struct px_linux_source *source);

#endif
