/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that readers and other writers never see half of. */
#ifndef PX_LIB_FILE_H
#define PX_LIB_FILE_H

#include <sys/types.h>

#include "lib/bytes.h"
#include "lib/error.h"

/** Make every folder above the last component of path, which is changed and restored. */
px_must_check struct px_error *px_file_make_folders(char *path, mode_t mode);

/** Write parts to path, in place of what was there; folders above it are made. */
px_must_check struct px_error *px_file_replace(const char *path, const struct px_bytes *parts,
					       size_t count, mode_t file_mode,
					       mode_t folder_mode);

/** Give a finished file or link its name; where that fails it is removed. */
px_must_check struct px_error *px_file_publish(const char *temporary, const char *path);

#endif
