/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths of open files in a guest's Linux: names of dentries up to the root, across mounts. */
#ifndef PX_GUEST_LINUX_PATH_H
#define PX_GUEST_LINUX_PATH_H

#include <stddef.h>
#include <stdint.h>

#include "guest/linux-reader.h"
#include "symbolize/type-info.h"

enum {
	PX_LINUX_PATH_MAX = 4096,  /* bytes, NUL included: Linux's PATH_MAX */
	PX_LINUX_PATH_STEPS = 128, /* names and mounts on the way to the root */
};

/** Offsets in the structures of a kernel. */
struct px_linux_path_layout {
	bool known;
	struct {
		uint32_t mount, dentry, inode; /* f_path.mnt, f_path.dentry, f_inode */
	} file;
	struct {
		uint32_t parent, name, length, hash; /* d_hash.pprev: NULL when unlinked */
	} dentry;
	struct {
		uint32_t parent, mountpoint, vfsmount, root; /* root: of the vfsmount inside */
	} mount;
	struct {
		uint32_t number, superblock, generation, device; /* device: in super_block */
	} inode;
};

/** known stays false where the types lack something. */
struct px_linux_path_layout px_linux_path_layout_of(const struct px_type_info *types);

struct px_linux_inode {
	uint32_t major, minor;
	uint64_t number;
	uint64_t generation;
};

/** What a struct file is open on; false when it cannot be read. */
bool px_linux_file_inode(const struct px_linux_path_layout *layout,
			 const struct px_linux_reader *reader, uint64_t file,
			 struct px_linux_inode *ret);

/**
 * The path of a struct file in the mount namespace that it was opened in, as /proc/PID/maps
 * has it: " (deleted)" behind it where it was unlinked or never had a name ("/memfd:x
 * (deleted)"). Control characters are shown as '?'. NULL when it cannot be read, is longer
 * than memory or has more than PX_LINUX_PATH_STEPS parts. The result points into memory.
 */
const char *px_linux_file_path(const struct px_linux_path_layout *layout,
			       const struct px_linux_reader *reader, uint64_t file,
			       char memory[PX_LINUX_PATH_MAX]);

#endif
