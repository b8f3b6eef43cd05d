/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files below a folder, by paths that somebody else chose. */
#ifndef PX_SYMBOLIZE_FOLDER_H
#define PX_SYMBOLIZE_FOLDER_H

#include "symbolize/elf-image.h"

/** A descriptor of a folder, for those below; the caller closes it. PX_ERR_SYSTEM. */
px_must_check struct px_error *px_folder_open(const char *path, int *ret);

/**
 * Open an absolute path as if the folder were the root: no link and no ".." leads out of it.
 * Only regular files of up to 4 GiB are opened, nothing else is touched. The caller closes.
 *
 * PX_ERR_NOT_FOUND: there is none; PX_ERR_UNSUPPORTED: no regular file; PX_ERR_LIMIT: too
 * large; PX_ERR_SYSTEM. Messages name the path as given.
 */
px_must_check struct px_error *px_folder_file(int folder, const char *path, int *ret);

/** The ELF file there: errors of px_folder_file and of px_elf_image_open. */
px_must_check struct px_error *px_folder_image(int folder, const char *path,
					       struct px_elf_image **ret);

#endif
