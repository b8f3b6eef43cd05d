/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process of a guest's Linux has mapped where: the content of /proc/PID/maps, from its
 * mm_struct.
 *
 * The guest is not stopped for this, and its lists and trees may change while they are read.
 * Everything is copied once and the copy checked: each mapping must say that it belongs to the
 * mm, be page-aligned, lie in user space and begin where the one before ended or later, and
 * agree with the tree that led to it. What does not add up is read again a few times.
 */
#ifndef PX_GUEST_LINUX_MM_H
#define PX_GUEST_LINUX_MM_H

#include "guest/linux-path.h"
#include "lib/error.h"
#include "symbolize/type-info.h"

enum {
	PX_LINUX_MAPPINGS_MAX = 65536, /* Linux's own default limit, vm.max_map_count, + 6 */
};

struct px_linux_mapping {
	uint64_t start, end;
	uint64_t offset; /* bytes, of start in the file */
	uint64_t file;	 /* address of the struct file; 0: anonymous */
	bool readable, writable, executable, shared;
	struct px_linux_inode inode; /* zeros without a file */
	/**
	 * As in /proc/PID/maps: a path, with " (deleted)" behind it where it is; "[heap]",
	 * "[stack]", "[vdso]"; "//anon", as perf says, where there is nothing to say; "" for a
	 * file whose path cannot be read or was not asked for. Borrowed from the mappings.
	 */
	const char *path;
};

/** Zero-initialise to start. */
struct px_linux_mappings {
	struct px_linux_mapping *array; /* in address order */
	size_t count, capacity;
	bool cut; /* there are more: of mappings or of their paths */
	char **texts;
	size_t text_count, text_capacity;
};

void px_linux_mappings_fini(struct px_linux_mappings *mappings);

/** The mapping that contains address; NULL where there is none. */
const struct px_linux_mapping *px_linux_mappings_find(const struct px_linux_mappings *mappings,
						      uint64_t address);

/** Offsets in the structures of a kernel. */
struct px_linux_mm_layout {
	bool known;
	bool maple;	/* Linux 6.1 and later: a maple tree; else a list */
	uint32_t first; /* mm_struct: the tree's root, or the list's head */
	uint32_t brk, start_brk, start_stack;
	uint32_t exec_vm, start_code;
	bool have_vdso;
	uint32_t vdso, vdso_image;	 /* mm_struct.context */
	uint32_t image_data, image_size; /* struct vdso_image */
	struct {
		uint32_t size; /* at most 512: the members of interest are in so many bytes */
		uint32_t start, end, mm, flags, pgoff, file, next; /* next: of the list */
	} vma;
	struct {
		uint32_t leaf_type, range_type, arange_type; /* enum maple_type */
		uint32_t range_pivot, range_slot, range_slots;
		uint32_t arange_pivot, arange_slot, arange_slots;
	} node;
	struct px_linux_path_layout path;
};

/** known stays false where the types lack something. */
struct px_linux_mm_layout px_linux_mm_layout_of(const struct px_type_info *types);

enum px_linux_mm_outcome {
	PX_LINUX_MM_OK,
	PX_LINUX_MM_UNREADABLE, /* a page is not there, or pointers lead nowhere */
	PX_LINUX_MM_CHANGED,	/* it did not hold still, or is damaged */
};

/** For people, "its mappings could not be read"; never NULL. */
const char *px_linux_mm_outcome_name(enum px_linux_mm_outcome outcome);

/**
 * Read all mappings of an mm. all_paths: of data as well, not only of what is executable.
 * Bounded in mappings (PX_LINUX_MAPPINGS_MAX) and in reads. ret holds mappings after
 * PX_LINUX_MM_OK only; it may hold older ones before, which are forgotten. Error: out of
 * memory.
 */
px_must_check struct px_error *px_linux_mm_read(const struct px_linux_mm_layout *layout,
						const struct px_linux_reader *reader,
						uint64_t mm, bool all_paths,
						struct px_linux_mappings *ret,
						enum px_linux_mm_outcome *outcome_ret);

/**
 * A number that changes when executable code is mapped or unmapped, or the program replaced;
 * false when it cannot be read. Two small reads.
 */
bool px_linux_mm_signature(const struct px_linux_mm_layout *layout,
			   const struct px_linux_reader *reader, uint64_t mm, uint64_t *ret);

/** Where in kernel memory the image of the vDSO of this mm lies; false when it has none. */
bool px_linux_mm_vdso_image(const struct px_linux_mm_layout *layout,
			    const struct px_linux_reader *reader, uint64_t mm,
			    uint64_t *address_ret, uint64_t *size_ret);

#endif
