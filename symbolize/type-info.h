/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structure layouts: where members lie, how large they are, what enumerators are worth. From
 * BTF (Linux Documentation/bpf/btf.rst) or, in an image without it, from DWARF 5 section 5.7.
 */
#ifndef PX_SYMBOLIZE_TYPE_INFO_H
#define PX_SYMBOLIZE_TYPE_INFO_H

#include <stdbool.h>

#include "lib/bytes.h"
#include "lib/error.h"
#include "symbolize/elf-image.h"

struct px_type_info;

/**
 * Types of an image: its .BTF section, else its DWARF. The image must outlive the result when
 * it comes from DWARF. PX_ERR_NOT_FOUND when it has neither, PX_ERR_BAD_FORMAT when damaged.
 */
px_must_check struct px_error *px_type_info_open(struct px_elf_image *image,
						 struct px_type_info **ret);

/**
 * Types from the bytes of a .BTF section (copied). base: for the BTF of a kernel module, the
 * kernel's own, which must come from BTF and outlive the result; else NULL.
 */
px_must_check struct px_error *px_type_info_open_btf(struct px_bytes btf,
						     const struct px_type_info *base,
						     struct px_type_info **ret);
void px_type_info_close(struct px_type_info *info);
void px_type_info_closep(struct px_type_info **info);

/** "BTF" or "DWARF". */
const char *px_type_info_format(const struct px_type_info *info);

struct px_member {
	uint32_t offset; /* bytes from the start of the outer structure */
	uint32_t size;	 /* bytes; arrays: all elements */
};

/**
 * A member of a structure or union by path: "comm", "mm.pgd", "core_layout.base". Members of
 * anonymous structures and unions are found as in C; a step through an array means its first
 * element; a step does not follow pointers. False when the structure, or the member in it,
 * does not exist, or is a bit-field.
 */
bool px_type_info_member(const struct px_type_info *info, const char *structure,
			 const char *path, struct px_member *ret);

/** The offset of a member that is size bytes; false when it is not, or as above. */
bool px_type_info_offset(const struct px_type_info *info, const char *structure,
			 const char *path, uint32_t size, uint32_t *ret);

/** A member whose offset is asked for together with others. */
struct px_wanted_member {
	const char *structure, *path;
	uint32_t size;
	uint32_t *offset_ret;
};

/** px_type_info_offset of each, up to the first that fails: those before it are written. */
bool px_type_info_offsets(const struct px_type_info *info,
			  const struct px_wanted_member *wanted, size_t count);

/** Size of a structure or union in bytes; false when there is none of that name. */
bool px_type_info_size(const struct px_type_info *info, const char *structure, uint32_t *ret);

/** The value of an enumerator, in whichever enumeration it is. */
bool px_type_info_enumerator(const struct px_type_info *info, const char *name, int64_t *ret);

#endif
