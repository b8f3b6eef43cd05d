/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A path is put together backwards: the name of a dentry, then that of its parent, up to the
 * root of the file system; from there it goes on with the dentry that the file system is
 * mounted on, and ends at a mount that is its own parent (Linux fs/d_path.c says the same of
 * how it is done, Documentation/filesystems/vfs.rst what a dentry is).
 */
#include "guest/linux-path.h"

#include <ctype.h>
#include <string.h>

/* --- layout ------------------------------------------------------------------------------- */

struct px_linux_path_layout px_linux_path_layout_of(const struct px_type_info *types)
{
	struct px_linux_path_layout l = {0};
	const struct px_wanted_member wanted[] = {
		{"file", "f_path.mnt", 8, &l.file.mount},
		{"file", "f_path.dentry", 8, &l.file.dentry},
		{"file", "f_inode", 8, &l.file.inode},
		{"dentry", "d_parent", 8, &l.dentry.parent},
		{"dentry", "d_name.name", 8, &l.dentry.name},
		{"dentry", "d_name.len", 4, &l.dentry.length},
		{"dentry", "d_hash.pprev", 8, &l.dentry.hash},
		{"mount", "mnt_parent", 8, &l.mount.parent},
		{"mount", "mnt_mountpoint", 8, &l.mount.mountpoint},
		{"mount", "mnt.mnt_root", 8, &l.mount.root},
		{"inode", "i_ino", 8, &l.inode.number},
		{"inode", "i_sb", 8, &l.inode.superblock},
		{"inode", "i_generation", 4, &l.inode.generation},
		{"super_block", "s_dev", 4, &l.inode.device},
	};
	struct px_member inside = {0}, root = {0};

	if (!types || !px_type_info_offsets(types, wanted, px_array_size(wanted)) ||
	    !px_type_info_member(types, "mount", "mnt", &inside) ||
	    !px_type_info_member(types, "vfsmount", "mnt_root", &root))
		return l;
	l.mount.vfsmount = inside.offset;
	l.known = true;
	return l;
}

/* --- reading ------------------------------------------------------------------------------ */

static bool read_pointer(const struct px_linux_reader *reader, uint64_t address, uint64_t *ret)
{
	uint64_t pointer = 0;

	if (!px_linux_read(reader, address, &pointer, sizeof(pointer)) ||
	    pointer < PX_LINUX_KERNEL_SPACE)
		return false;
	*ret = pointer;
	return true;
}

bool px_linux_file_inode(const struct px_linux_path_layout *layout,
			 const struct px_linux_reader *reader, uint64_t file,
			 struct px_linux_inode *ret)
{
	uint64_t inode = 0, superblock = 0, number = 0;
	uint32_t device = 0, generation = 0;

	if (!read_pointer(reader, file + layout->file.inode, &inode) ||
	    !read_pointer(reader, inode + layout->inode.superblock, &superblock) ||
	    !px_linux_read(reader, inode + layout->inode.number, &number, sizeof(number)) ||
	    !px_linux_read(reader, inode + layout->inode.generation, &generation,
			   sizeof(generation)) ||
	    !px_linux_read(reader, superblock + layout->inode.device, &device, sizeof(device)))
		return false;
	/* dev_t inside of the kernel: 12 bits of major, 20 of minor. */
	*ret = (struct px_linux_inode){.major = device >> 20,
				       .minor = device & 0xfffff,
				       .number = number,
				       .generation = generation};
	return true;
}

/* A path that grows towards its start. */
struct path {
	const struct px_linux_path_layout *layout;
	const struct px_linux_reader *reader;
	char *start, *memory;
};

static bool prepend(struct path *path, const char *text, size_t length)
{
	if (length > (size_t)(path->start - path->memory))
		return false;
	path->start -= length;
	memcpy(path->start, text, length);
	return true;
}

/* What would be another folder, or drive a terminal, is not for us to repeat. */
static bool is_odd(char c)
{
	return c == '/' || c == '\0' || iscntrl((unsigned char)c);
}

static bool prepend_name(struct path *path, uint64_t dentry)
{
	const struct px_linux_path_layout *layout = path->layout;
	uint64_t name = 0;
	uint32_t length = 0;

	if (!read_pointer(path->reader, dentry + layout->dentry.name, &name) ||
	    !px_linux_read(path->reader, dentry + layout->dentry.length, &length,
			   sizeof(length)) ||
	    length == 0 || length >= (size_t)(path->start - path->memory) ||
	    !px_linux_read(path->reader, name, path->start - length, length))
		return false;
	path->start -= length;
	for (uint32_t i = 0; i < length; i++)
		if (is_odd(path->start[i]))
			path->start[i] = '?';
	return prepend(path, "/", 1);
}

static bool is_unlinked(const struct path *path, uint64_t dentry, bool *ret)
{
	uint64_t hash = 0;

	if (!px_linux_read(path->reader, dentry + path->layout->dentry.hash, &hash,
			   sizeof(hash)))
		return false;
	*ret = hash == 0;
	return true;
}

/* From dentry up to the root; mount is the address of a struct mount. */
static bool climb(struct path *path, uint64_t mount, uint64_t dentry)
{
	const struct px_linux_path_layout *layout = path->layout;
	const struct px_linux_reader *reader = path->reader;

	for (int steps = 0; steps < PX_LINUX_PATH_STEPS; steps++) {
		uint64_t root = 0, parent = 0;

		if (!read_pointer(reader, mount + layout->mount.root, &root))
			return false;
		if (dentry == root) {
			if (!read_pointer(reader, mount + layout->mount.parent, &parent))
				return false;
			if (parent == mount)
				return true;
			if (!read_pointer(reader, mount + layout->mount.mountpoint, &dentry))
				return false;
			mount = parent;
			continue;
		}
		if (!read_pointer(reader, dentry + layout->dentry.parent, &parent) ||
		    !prepend_name(path, dentry))
			return false;
		if (parent == dentry) /* no file system's root: it stands alone */
			return true;
		dentry = parent;
	}
	return false;
}

const char *px_linux_file_path(const struct px_linux_path_layout *layout,
			       const struct px_linux_reader *reader, uint64_t file,
			       char memory[PX_LINUX_PATH_MAX])
{
	static const char deleted[] = " (deleted)";
	struct path path = {.layout = layout,
			    .reader = reader,
			    .memory = memory,
			    .start = memory + PX_LINUX_PATH_MAX};
	uint64_t mount = 0, dentry = 0;
	bool unlinked = false;

	if (!layout->known || !read_pointer(reader, file + layout->file.mount, &mount) ||
	    !read_pointer(reader, file + layout->file.dentry, &dentry) ||
	    !is_unlinked(&path, dentry, &unlinked))
		return NULL;
	prepend(&path, "", 1);
	if (unlinked)
		prepend(&path, deleted, sizeof(deleted) - 1);
	if (!climb(&path, mount - layout->mount.vfsmount, dentry))
		return NULL;
	if (*path.start != '/')
		prepend(&path, "/", 1);
	return path.start;
}
