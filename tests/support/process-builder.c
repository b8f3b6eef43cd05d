/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Structures of a kernel with members that follow each other, 8 bytes each. */
#include "tests/support/process-builder.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/btf-builder.h"

enum {
	SIZE = 1 << 20,
	STRIDE = 128, /* between structures of one kind */
	MM_VDSO_INFO = 0x400,
	ROOT_DENTRY = 0x800,
	MOUNT = 0xa00,
	SUPERBLOCK = 0xc00,
	FIRST_FREE = 0x1000,
};

/* Words of each structure. */
enum {
	MM_EXEC,
	MM_CODE,
	MM_START_BRK,
	MM_BRK,
	MM_STACK,
	MM_MMAP,
	MM_VDSO,
	MM_IMAGE
};
enum {
	VMA_START,
	VMA_END,
	VMA_MM,
	VMA_FLAGS,
	VMA_PGOFF,
	VMA_FILE,
	VMA_NEXT
};
enum {
	FILE_MNT,
	FILE_DENTRY,
	FILE_INODE
};
enum {
	DENTRY_PARENT,
	DENTRY_PPREV,
	DENTRY_LEN,
	DENTRY_NAME
};
enum {
	MOUNT_PARENT,
	MOUNT_POINT,
	MOUNT_ROOT
};
enum {
	INODE_NUMBER,
	INODE_SB,
	INODE_GENERATION
};

struct types {
	struct btf_builder b;
	uint32_t word, half;
};

/* A structure of words; a name with '/' in front is half a word. */
static uint32_t words(struct types *t, const char *name, const char *const *names)
{
	struct btf_builder_member members[16];
	uint16_t count = 0;

	for (; names[count]; count++) {
		bool half = names[count][0] == '/';

		members[count] = (struct btf_builder_member){
			names[count] + half, half ? t->half : t->word, count * 64u, 0};
	}
	return btf_builder_struct(&t->b, name, BTF_KIND_STRUCT, 8u * count, members, count);
}

static void outer(struct types *t, const char *name, uint32_t size,
		  const struct btf_builder_member *members, uint16_t count)
{
	btf_builder_struct(&t->b, name, BTF_KIND_STRUCT, size, members, count);
}

static void file_types(struct types *t)
{
	uint32_t path = words(t, "path", (const char *const[]){"mnt", "dentry", NULL});
	uint32_t hash = words(t, "hlist_bl_node", (const char *const[]){"pprev", NULL});
	uint32_t name = words(t, "qstr", (const char *const[]){"/len", "name", NULL});
	uint32_t vfsmount = words(t, "vfsmount", (const char *const[]){"mnt_root", NULL});
	const struct btf_builder_member file[] = {{"f_path", path, 0, 0},
						  {"f_inode", t->word, FILE_INODE * 64, 0}};
	const struct btf_builder_member dentry[] = {{"d_parent", t->word, 0, 0},
						    {"d_hash", hash, DENTRY_PPREV * 64, 0},
						    {"d_name", name, DENTRY_LEN * 64, 0}};
	const struct btf_builder_member mount[] = {
		{"mnt_parent", t->word, 0, 0},
		{"mnt_mountpoint", t->word, MOUNT_POINT * 64, 0},
		{"mnt", vfsmount, MOUNT_ROOT * 64, 0}};

	outer(t, "file", 24, file, px_array_size(file));
	outer(t, "dentry", 32, dentry, px_array_size(dentry));
	outer(t, "mount", 24, mount, px_array_size(mount));
	words(t, "inode", (const char *const[]){"i_ino", "i_sb", "/i_generation", NULL});
	words(t, "super_block", (const char *const[]){"/s_dev", NULL});
}

struct px_type_info *process_builder_types(void)
{
	struct types t;
	struct px_type_info *types = NULL;
	struct btf_builder_member mm[7];
	static const char *const mm_names[] = {"exec_vm", "start_code",	 "start_brk",
					       "brk",	  "start_stack", "mmap"};

	btf_builder_init(&t.b);
	t.word = btf_builder_int(&t.b, "u64", 8);
	t.half = btf_builder_int(&t.b, "u32", 4);
	file_types(&t);
	words(&t, "vdso_image", (const char *const[]){"data", "size", NULL});
	words(&t, "vm_area_struct",
	      (const char *const[]){"vm_start", "vm_end", "vm_mm", "vm_flags", "vm_pgoff",
				    "vm_file", "vm_next", NULL});
	for (uint32_t i = 0; i < 6; i++)
		mm[i] = (struct btf_builder_member){mm_names[i], t.word, i * 64, 0};
	mm[6] = (struct btf_builder_member){
		"context",
		words(&t, "mm_context_t", (const char *const[]){"vdso", "vdso_image", NULL}),
		MM_VDSO * 64, 0};
	outer(&t, "mm_struct", 64, mm, 7);
	if (px_type_info_open_btf(btf_builder_finish(&t.b), NULL, &types))
		abort();
	return types;
}

static void put(struct flat_memory *memory, uint64_t structure, unsigned int word,
		uint64_t value)
{
	flat_memory_put64(memory, structure + word * 8, value);
}

struct building {
	struct flat_memory *memory;
	uint64_t base, next;
};

static uint64_t take(struct building *b, size_t size)
{
	uint64_t at = b->next;

	b->next += (size + 15) / 16 * 16;
	if (b->next > b->base + SIZE)
		abort();
	return at;
}

/* "/usr/bin/true": a dentry for each name. */
static uint64_t add_path(struct building *b, const char *path)
{
	uint64_t parent = b->base + ROOT_DENTRY;

	while (*path == '/') {
		size_t length = strcspn(path + 1, "/");
		uint64_t dentry = take(b, STRIDE), name = take(b, length + 1);

		flat_memory_put(b->memory, name, path + 1, length);
		put(b->memory, dentry, DENTRY_PARENT, parent);
		put(b->memory, dentry, DENTRY_PPREV, b->base);
		put(b->memory, dentry, DENTRY_LEN, length);
		put(b->memory, dentry, DENTRY_NAME, name);
		parent = dentry;
		path += 1 + length;
	}
	return parent;
}

static uint64_t add_file(struct building *b, const char *path)
{
	uint64_t file = take(b, STRIDE), inode = take(b, STRIDE);

	put(b->memory, file, FILE_MNT, b->base + MOUNT + MOUNT_ROOT * 8);
	put(b->memory, file, FILE_DENTRY, add_path(b, path));
	put(b->memory, file, FILE_INODE, inode);
	put(b->memory, inode, INODE_NUMBER, inode & 0xffff);
	put(b->memory, inode, INODE_SB, b->base + SUPERBLOCK);
	return file;
}

static void add_root(struct building *b)
{
	uint64_t root = b->base + ROOT_DENTRY, mount = b->base + MOUNT;

	put(b->memory, root, DENTRY_PARENT, root);
	put(b->memory, mount, MOUNT_PARENT, mount);
	put(b->memory, mount, MOUNT_ROOT, root);
}

uint64_t process_builder_add(struct flat_memory *memory, uint64_t address,
			     const struct process_mapping *mappings, size_t count)
{
	struct building b = {memory, address, address + FIRST_FREE};
	uint64_t file = 0, place = address + MM_MMAP * 8;

	flat_memory_add(memory, address, SIZE);
	add_root(&b);
	put(memory, address, MM_EXEC, count);
	for (size_t i = 0; i < count; i++) {
		const struct process_mapping *m = &mappings[i];
		uint64_t vma = take(&b, STRIDE);
		bool same = i && m->path && mappings[i - 1].path &&
			    !strcmp(m->path, mappings[i - 1].path);

		if (!m->path || *m->path != '/')
			file = 0;
		else if (!same)
			file = add_file(&b, m->path);
		put(memory, vma, VMA_START, m->start);
		put(memory, vma, VMA_END, m->end);
		put(memory, vma, VMA_MM, address);
		put(memory, vma, VMA_FLAGS, 1 | (m->executable ? 4u : 0));
		put(memory, vma, VMA_PGOFF, m->offset / 4096);
		put(memory, vma, VMA_FILE, file);
		flat_memory_put64(memory, place, vma);
		place = vma + VMA_NEXT * 8;
	}
	return address;
}

void process_builder_touch(struct flat_memory *memory, uint64_t mm, uint64_t exec_vm)
{
	put(memory, mm, MM_EXEC, exec_vm);
}

void process_builder_vdso(struct flat_memory *memory, uint64_t mm, uint64_t start,
			  uint64_t image, uint64_t size)
{
	put(memory, mm, MM_VDSO, start);
	put(memory, mm, MM_IMAGE, mm + MM_VDSO_INFO);
	put(memory, mm + MM_VDSO_INFO, 0, image);
	put(memory, mm + MM_VDSO_INFO, 1, size);
}

void process_builder_remap(struct flat_memory *memory, uint64_t mm, size_t i, uint64_t by)
{
	const struct px_linux_reader reader = flat_memory_reader(memory);
	uint64_t vma = 0, start = 0;

	for (uint64_t at = mm + MM_MMAP * 8;; at = vma + VMA_NEXT * 8) {
		if (!px_linux_read(&reader, at, &vma, sizeof(vma)) || !vma)
			abort();
		if (i-- == 0)
			break;
	}
	if (!px_linux_read(&reader, vma + VMA_START * 8, &start, sizeof(start)))
		abort();
	put(memory, vma, VMA_START, start + by);
}
