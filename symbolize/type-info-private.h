/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a source of types (BTF, DWARF) provides to type-info.c. */
#ifndef PX_SYMBOLIZE_TYPE_INFO_PRIVATE_H
#define PX_SYMBOLIZE_TYPE_INFO_PRIVATE_H

#include "symbolize/type-info.h"

/** A type of one source: BTF's type id, DWARF's offset of the entry. 0: none. */
typedef uint64_t px_type;

struct px_type_member {
	const char *name; /* "" when it is anonymous */
	uint32_t offset;  /* bytes */
	bool bit_field;
	px_type type;
};

/** Return true to stop. */
typedef bool (*px_type_member_visitor)(void *context, const struct px_type_member *member);

struct px_type_info_ops {
	const char *format;
	/** A defined (not only declared) structure or union, or a typedef of one. */
	px_type (*find)(struct px_type_info *info, const char *name);
	/** Without typedefs and qualifiers; of an array its element if into_array. */
	px_type (*strip)(struct px_type_info *info, px_type type, bool into_array);
	/** Visit the direct members of a stripped structure or union; of another type none. */
	void (*members)(struct px_type_info *info, px_type type, px_type_member_visitor visit,
			void *context);
	bool (*size)(struct px_type_info *info, px_type type, uint32_t *ret);
	bool (*enumerator)(struct px_type_info *info, const char *name, int64_t *ret);
	void (*close)(struct px_type_info *info);
};

/** Common part of both sources: embed it first. */
struct px_type_info {
	const struct px_type_info_ops *ops;
};

/** From an image with .debug_info, which must outlive the result. */
px_must_check struct px_error *px_type_info_open_dwarf(struct px_elf_image *image,
						       struct px_type_info **ret);

#endif
