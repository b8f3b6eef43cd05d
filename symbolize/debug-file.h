/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Separate files of debug information, as distributions split them off. */
#ifndef PX_SYMBOLIZE_DEBUG_FILE_H
#define PX_SYMBOLIZE_DEBUG_FILE_H

#include "symbolize/elf-image.h"

/** Where they may be: descriptors of folders, -1: none. */
struct px_debug_folders {
	int root; /* of the file system that the program belongs to */
	int host; /* this host's, with .build-id in it: /usr/lib/debug */
};

/**
 * The debug file of image, which lies at path below root: by build-id in .build-id and
 * usr/lib/debug/.build-id of root and in host; else by the name in .gnu_debuglink beside the
 * program, in .debug beside it, and at the same place below usr/lib/debug, where the build-id
 * or else the checksum must fit. NULL where there is none. The caller closes it.
 */
struct px_elf_image *px_debug_file_find(const struct px_debug_folders *folders,
					const char *path, struct px_elf_image *image);

/** The checksum in .gnu_debuglink: CRC-32 as of zlib, of all bytes. */
uint32_t px_debug_file_checksum(struct px_bytes bytes);

#endif
