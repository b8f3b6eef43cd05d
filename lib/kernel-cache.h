/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The images of guests' kernels that were composed from their memory, kept on disk by build-id:
 * FOLDER/BUILD-ID.elf. Behind the image are 16 bytes: a mark, the version of what is composed,
 * and the CRC-32 (ITU-T V.42) of all before it.
 *
 * A file says what a guest said once. Guests with other intentions can claim the build-id of
 * someone else's kernel, so each guest wants a folder of its own.
 */
#ifndef PX_LIB_KERNEL_CACHE_H
#define PX_LIB_KERNEL_CACHE_H

#include <stdbool.h>

#include "lib/buffer.h"
#include "lib/build-id.h"
#include "lib/error.h"

/** $XDG_CACHE_HOME or ~/.cache, and /perf-xen/kernels. The caller frees it. PX_ERR_NOT_FOUND
 * where neither is known. */
px_must_check struct px_error *px_kernel_cache_folder(char **ret);

/**
 * Append the image of a build-id to *ret, which is empty. False where there is none that can be
 * trusted: no file, another user's or one that others can write, damaged, of another version.
 */
bool px_kernel_cache_read(const char *folder, const struct px_build_id *build_id,
			  struct px_buffer *ret);

/** Keep an image, in place of what is there; only the user can read it. Folders are made. */
px_must_check struct px_error *px_kernel_cache_write(const char *folder,
						     const struct px_build_id *build_id,
						     struct px_bytes image);

#endif
