/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process of a Linux guest, as its kernel's memory describes it: mm, mappings, paths. */
#ifndef PX_TESTS_PROCESS_BUILDER_H
#define PX_TESTS_PROCESS_BUILDER_H

#include "symbolize/type-info.h"
#include "tests/support/flat-memory.h"

struct process_mapping {
	uint64_t start, end, offset;
	bool executable;
	const char *path; /* "" or NULL: anonymous */
};

/** The types of a kernel that keeps mappings in a list. Close with px_type_info_close. */
struct px_type_info *process_builder_types(void);

/**
 * Build one process in a range of its own of memory, which begins at address (of the kernel,
 * 1 MiB apart from others). Returns the address of its mm.
 */
uint64_t process_builder_add(struct flat_memory *memory, uint64_t address,
			     const struct process_mapping *mappings, size_t count);

/** Let its number of pages of code be another, as after a change of its mappings. */
void process_builder_touch(struct flat_memory *memory, uint64_t mm, uint64_t exec_vm);

/** Let mapping i of those that it was built with begin so many bytes later. */
void process_builder_remap(struct flat_memory *memory, uint64_t mm, size_t i, uint64_t by);

/** Say that its vDSO is at start, an image of size bytes that lie at image in the kernel. */
void process_builder_vdso(struct flat_memory *memory, uint64_t mm, uint64_t start,
			  uint64_t image, uint64_t size);

#endif
