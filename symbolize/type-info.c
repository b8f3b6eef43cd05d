/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Structure layouts: paths of members, over BTF or DWARF. */
#include "symbolize/type-info.h"

#include <string.h>

#include "symbolize/type-info-private.h"

/* Damaged type data may nest anonymous structures without end, or so that the number of ways
 * through them explodes. Real ones are a few levels deep and some hundred members wide. */
#define MAX_DEPTH   16
#define MAX_MEMBERS 100000

struct px_error *px_type_info_open(struct px_elf_image *image, struct px_type_info **ret)
{
	struct px_elf_section section;
	struct px_error *err;

	err = px_elf_image_section(image, ".BTF", &section);
	if (!err)
		return px_error_prefix(px_type_info_open_btf(section.bytes, NULL, ret), "%s",
				       px_elf_image_name(image));
	if (err->code != PX_ERR_NOT_FOUND)
		return err;
	px_error_free(err);
	return px_type_info_open_dwarf(image, ret);
}

void px_type_info_close(struct px_type_info *info)
{
	if (info)
		info->ops->close(info);
}

void px_type_info_closep(struct px_type_info **info)
{
	px_type_info_close(*info);
	*info = NULL;
}

const char *px_type_info_format(const struct px_type_info *info)
{
	return info->ops->format;
}

struct search {
	struct px_type_info *info;
	const char *name;
	size_t length;
	unsigned int depth;
	unsigned int budget;
	struct px_type_member found;
	uint32_t base; /* offset of the structure being searched */
	bool success;
};

static bool visit_member(void *context, const struct px_type_member *member)
{
	struct search *search = context;
	uint32_t base = search->base;

	if (search->budget == 0)
		return true;
	search->budget--;
	if (!strncmp(member->name, search->name, search->length) &&
	    !member->name[search->length]) {
		search->found = *member;
		search->success =
			!__builtin_add_overflow(base, member->offset, &search->found.offset);
		return true;
	}
	if (member->name[0] || member->bit_field || search->depth >= MAX_DEPTH ||
	    __builtin_add_overflow(base, member->offset, &search->base))
		return false;
	search->depth++;
	search->info->ops->members(search->info,
				   search->info->ops->strip(search->info, member->type, false),
				   visit_member, search);
	search->depth--;
	search->base = base;
	return search->success;
}

/* The member of type that the first step of *path names; moves *path behind that step. */
static bool step(struct px_type_info *info, px_type type, const char **path,
		 struct px_type_member *ret)
{
	struct search search = {
		.info = info,
		.name = *path,
		.length = strcspn(*path, "."),
		.budget = MAX_MEMBERS,
	};

	if (!search.length)
		return false;
	info->ops->members(info, type, visit_member, &search);
	if (!search.success)
		return false;
	*path += search.length;
	*ret = search.found;
	return true;
}

/* The sources cache what they find, so the handle is not constant to them. */
static struct px_type_info *mutable_of(const struct px_type_info *info)
{
	return (struct px_type_info *)(uintptr_t)info;
}

bool px_type_info_member(const struct px_type_info *const_info, const char *structure,
			 const char *path, struct px_member *ret)
{
	struct px_type_info *info = mutable_of(const_info);
	struct px_type_member member = {.type = info->ops->find(info, structure)};
	struct px_member found = {0};

	while (member.type) {
		px_type type = info->ops->strip(info, member.type, true);

		if (!step(info, type, &path, &member) || member.bit_field ||
		    __builtin_add_overflow(found.offset, member.offset, &found.offset))
			return false;
		if (*path == '\0') {
			if (!info->ops->size(info, member.type, &found.size))
				return false;
			*ret = found;
			return true;
		}
		path++;
	}
	return false;
}

bool px_type_info_offset(const struct px_type_info *info, const char *structure,
			 const char *path, uint32_t size, uint32_t *ret)
{
	struct px_member member = {0};

	if (!px_type_info_member(info, structure, path, &member) || member.size != size)
		return false;
	*ret = member.offset;
	return true;
}

bool px_type_info_offsets(const struct px_type_info *info,
			  const struct px_wanted_member *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!px_type_info_offset(info, wanted[i].structure, wanted[i].path,
					 wanted[i].size, wanted[i].offset_ret))
			return false;
	return true;
}

bool px_type_info_size(const struct px_type_info *const_info, const char *structure,
		       uint32_t *ret)
{
	struct px_type_info *info = mutable_of(const_info);
	px_type type = info->ops->find(info, structure);

	return type && info->ops->size(info, type, ret);
}

bool px_type_info_enumerator(const struct px_type_info *const_info, const char *name,
			     int64_t *ret)
{
	struct px_type_info *info = mutable_of(const_info);

	return info->ops->enumerator(info, name, ret);
}
