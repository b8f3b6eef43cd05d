/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types from DWARF through libdw (DWARF 5, sections 5.7 and 5.8).
 *
 * There is no index of type names, so units are searched in file order, top level only. What
 * the kernel's core uses is in one of the first units of a vmlinux; a name that no unit has
 * costs a scan of all of them, so both answers are remembered.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "symbolize/type-info-private.h"

struct answer {
	char *name;
	px_type type; /* 0: no unit has it */
};

struct dwarf_info {
	struct px_type_info info;
	Dwarf *dwarf;
	struct answer *answers;
	size_t count, capacity;
};

/* Visit the top-level entries of all units until visit returns true. */
static void each_entry(Dwarf *dwarf, bool (*visit)(void *context, Dwarf_Die *entry),
		       void *context)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die top, entry;

	while (dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &top, NULL) == 0) {
		if (dwarf_child(&top, &entry) != 0)
			continue;
		do {
			if (visit(context, &entry))
				return;
		} while (dwarf_siblingof(&entry, &entry) == 0);
	}
}

/* --- names -------------------------------------------------------------------------------- */

struct find {
	const char *name;
	px_type type;
};

static bool is_aggregate(int tag)
{
	return tag == DW_TAG_structure_type || tag == DW_TAG_union_type ||
	       tag == DW_TAG_class_type;
}

/* A typedef counts only when it names a structure that has no name of its own. */
static bool is_typedef_of_aggregate(Dwarf_Die *entry)
{
	Dwarf_Die type;

	return dwarf_peel_type(entry, &type) == 0 && is_aggregate(dwarf_tag(&type)) &&
	       !dwarf_diename(&type);
}

static bool visit_find(void *context, Dwarf_Die *entry)
{
	struct find *find = context;
	int tag = dwarf_tag(entry);
	const char *name;

	if (!is_aggregate(tag) && tag != DW_TAG_typedef)
		return false;
	name = dwarf_diename(entry);
	if (!name || strcmp(name, find->name))
		return false;
	if (tag == DW_TAG_typedef ? !is_typedef_of_aggregate(entry)
				  : dwarf_hasattr(entry, DW_AT_declaration))
		return false;
	find->type = dwarf_dieoffset(entry);
	return true;
}

static px_type dwarf_find(struct px_type_info *base, const char *name)
{
	struct dwarf_info *info = (struct dwarf_info *)base;
	struct find find = {.name = name};
	struct px_error *err;
	char *copy = NULL;

	for (size_t i = 0; i < info->count; i++)
		if (!strcmp(info->answers[i].name, name))
			return info->answers[i].type;
	each_entry(info->dwarf, visit_find, &find);
	err = px_array_grow(info->answers, info->count, info->capacity);
	if (!err)
		err = px_strdup(name, &copy);
	if (!err)
		info->answers[info->count++] = (struct answer){copy, find.type};
	px_error_free(err); /* not remembered: only slower */
	return find.type;
}

struct enumerator {
	const char *name;
	int64_t value;
	bool success;
};

/* Constants of a fixed size have no sign of their own; compilers write negative ones as sdata.
 */
static bool constant_of(Dwarf_Attribute *attribute, int64_t *ret)
{
	Dwarf_Sword with_sign;
	Dwarf_Word without;

	switch (dwarf_whatform(attribute)) {
	case DW_FORM_sdata:
	case DW_FORM_implicit_const:
		if (dwarf_formsdata(attribute, &with_sign))
			return false;
		*ret = with_sign;
		return true;
	default:
		if (dwarf_formudata(attribute, &without))
			return false;
		*ret = (int64_t)without;
		return true;
	}
}

static bool visit_enumeration(void *context, Dwarf_Die *entry)
{
	struct enumerator *wanted = context;
	Dwarf_Attribute attribute;
	Dwarf_Die child;

	if (dwarf_tag(entry) != DW_TAG_enumeration_type || dwarf_child(entry, &child) != 0)
		return false;
	do {
		const char *name = dwarf_diename(&child);

		wanted->success = name && !strcmp(name, wanted->name) &&
				  dwarf_attr(&child, DW_AT_const_value, &attribute) &&
				  constant_of(&attribute, &wanted->value);
	} while (!wanted->success && dwarf_siblingof(&child, &child) == 0);
	return wanted->success;
}

static bool dwarf_enumerator(struct px_type_info *base, const char *name, int64_t *ret)
{
	struct enumerator wanted = {.name = name};

	each_entry(((struct dwarf_info *)base)->dwarf, visit_enumeration, &wanted);
	if (wanted.success)
		*ret = wanted.value;
	return wanted.success;
}

/* --- one type ----------------------------------------------------------------------------- */

static bool entry_at(struct px_type_info *base, px_type type, Dwarf_Die *ret)
{
	return type && dwarf_offdie(((struct dwarf_info *)base)->dwarf, type, ret);
}

/* The DW_AT_type of an entry. */
static bool type_of(Dwarf_Die *entry, Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;

	return dwarf_attr_integrate(entry, DW_AT_type, &attribute) &&
	       dwarf_formref_die(&attribute, ret);
}

static px_type dwarf_strip(struct px_type_info *base, px_type type, bool into_array)
{
	Dwarf_Die entry, element;

	if (!entry_at(base, type, &entry) || dwarf_peel_type(&entry, &entry))
		return 0;
	if (into_array && dwarf_tag(&entry) == DW_TAG_array_type &&
	    (!type_of(&entry, &element) || dwarf_peel_type(&element, &entry)))
		return 0;
	return dwarf_dieoffset(&entry);
}

/* Bytes from the start of the structure; a union's members have no such attribute. */
static bool member_offset(Dwarf_Die *entry, uint32_t *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value = 0;

	if (dwarf_attr(entry, DW_AT_data_member_location, &attribute) &&
	    dwarf_formudata(&attribute, &value))
		return false;
	if (value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static void dwarf_visit_members(struct px_type_info *base, px_type type,
				px_type_member_visitor visit, void *context)
{
	Dwarf_Die entry, child, its;

	if (!entry_at(base, type, &entry) || !is_aggregate(dwarf_tag(&entry)) ||
	    dwarf_child(&entry, &child) != 0)
		return;
	do {
		const char *name = dwarf_diename(&child);
		struct px_type_member member = {.name = name ? name : ""};

		if (dwarf_tag(&child) != DW_TAG_member || !type_of(&child, &its) ||
		    !member_offset(&child, &member.offset))
			continue;
		member.bit_field = dwarf_hasattr(&child, DW_AT_bit_size);
		member.type = dwarf_dieoffset(&its);
		if (visit(context, &member))
			return;
	} while (dwarf_siblingof(&child, &child) == 0);
}

static bool dwarf_size(struct px_type_info *base, px_type type, uint32_t *ret)
{
	Dwarf_Die entry;
	Dwarf_Word size;

	if (!entry_at(base, type, &entry) || dwarf_aggregate_size(&entry, &size) ||
	    size > UINT32_MAX)
		return false;
	*ret = (uint32_t)size;
	return true;
}

/* --- opening ------------------------------------------------------------------------------ */

static void dwarf_close(struct px_type_info *base)
{
	struct dwarf_info *info = (struct dwarf_info *)base;

	dwarf_end(info->dwarf);
	for (size_t i = 0; i < info->count; i++)
		free(info->answers[i].name);
	free(info->answers);
	free(info);
}

static const struct px_type_info_ops dwarf_ops = {
	.format = "DWARF",
	.find = dwarf_find,
	.strip = dwarf_strip,
	.members = dwarf_visit_members,
	.size = dwarf_size,
	.enumerator = dwarf_enumerator,
	.close = dwarf_close,
};

struct px_error *px_type_info_open_dwarf(struct px_elf_image *image, struct px_type_info **ret)
{
	struct px_elf_section section;
	struct dwarf_info *info;
	struct px_error *err;

	err = px_elf_image_section(image, ".debug_info", &section);
	if (err && err->code == PX_ERR_NOT_FOUND) {
		px_error_free(err);
		return px_error_new(PX_ERR_NOT_FOUND,
				    "%s has no type information (neither .BTF nor .debug_info)",
				    px_elf_image_name(image));
	}
	/* References between sections are still to be relocated in there. */
	if (!err && px_elf_image_kind(image) == PX_ELF_REL)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "%s is relocatable and has no .BTF: types are not read "
				    "from its DWARF",
				    px_elf_image_name(image));
	if (!err)
		err = px_calloc(1, sizeof(*info), &info);
	if (err)
		return err;
	info->info.ops = &dwarf_ops;
	info->dwarf = dwarf_begin_elf(px_elf_image_elf(image), DWARF_C_READ, NULL);
	if (!info->dwarf) {
		free(info);
		return px_error_new(PX_ERR_BAD_FORMAT, "%s: damaged DWARF: %s",
				    px_elf_image_name(image), dwarf_errmsg(-1));
	}
	*ret = &info->info;
	return NULL;
}
