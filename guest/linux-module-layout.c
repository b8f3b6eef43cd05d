/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the members of struct module lie. Until Linux 6.3 a module is two allocations,
 * core_layout and init_layout; since then (ac3b43283923) it is an array mem[] of regions by
 * kind. Offsets come from the kernel's own types, so other changes do not matter.
 */
#include "guest/linux-modules.h"

#include <string.h>

struct lookup {
	const struct px_type_info *types;
	bool failed;
};

static uint32_t need(struct lookup *l, const char *structure, const char *path, uint32_t size)
{
	struct px_member member = {0};

	if (!px_type_info_member(l->types, structure, path, &member) ||
	    (size && member.size != size))
		l->failed = true;
	return member.offset;
}

static struct px_linux_field want(struct lookup *l, const char *structure, const char *path,
				  uint32_t size)
{
	struct px_linux_field field = {0};

	field.there = px_type_info_offset(l->types, structure, path, size, &field.offset);
	return field;
}

/* struct module.mem, an array of struct module_memory by enum mod_mem_type. */
static void regions_by_kind(struct lookup *l, const struct px_member *mem,
			    struct px_linux_module_layout *layout)
{
	uint32_t base = need(l, "module_memory", "base", 8);
	uint32_t size = need(l, "module_memory", "size", 4);
	uint32_t stride = 0;
	int64_t text = 0;

	if (!px_type_info_size(l->types, "module_memory", &stride) || !stride ||
	    !px_type_info_enumerator(l->types, "MOD_TEXT", &text) || l->failed) {
		l->failed = true;
		return;
	}
	layout->regions_count = px_min(mem->size / stride, (uint32_t)PX_LINUX_MODULE_REGIONS);
	for (uint32_t i = 0; i < layout->regions_count; i++) {
		layout->regions[i].base = mem->offset + i * stride + base;
		layout->regions[i].size = mem->offset + i * stride + size;
	}
	if (text < 0 || text >= (int64_t)layout->regions_count) {
		l->failed = true;
		return;
	}
	layout->text.base = layout->regions[text].base;
	layout->text.size = layout->regions[text].size;
}

static void regions_core_init(struct lookup *l, struct px_linux_module_layout *layout)
{
	layout->regions_count = 2;
	layout->regions[0].base = need(l, "module", "core_layout.base", 8);
	layout->regions[0].size = need(l, "module", "core_layout.size", 4);
	layout->regions[1].base = need(l, "module", "init_layout.base", 8);
	layout->regions[1].size = need(l, "module", "init_layout.size", 4);
	layout->text.base = layout->regions[0].base;
	layout->text.size = need(l, "module", "core_layout.text_size", 4);
}

static void symbols_layout(struct lookup *l, struct px_linux_module_layout *layout)
{
	layout->kallsyms = want(l, "module", "kallsyms", 8);
	if (!layout->kallsyms.there)
		return;
	if (!px_type_info_size(l->types, "mod_kallsyms", &layout->symbols.size))
		l->failed = true;
	layout->symbols.symtab = need(l, "mod_kallsyms", "symtab", 8);
	layout->symbols.count = need(l, "mod_kallsyms", "num_symtab", 4);
	layout->symbols.strtab = need(l, "mod_kallsyms", "strtab", 8);
	layout->symbols.typetab = want(l, "mod_kallsyms", "typetab", 8);
}

static void notes_layout(struct lookup *l, struct px_linux_module_layout *layout)
{
	struct px_linux_field count, attrs, size, address;
	struct px_member member;

	layout->build_id = want(l, "module", "build_id", PX_BUILD_ID_MAX);
	if (layout->build_id.there ||
	    !px_type_info_member(l->types, "module", "notes_attrs", &member))
		return;
	count = want(l, "module_notes_attrs", "notes", 4);
	attrs = want(l, "module_notes_attrs", "attrs", 0);
	size = want(l, "bin_attribute", "size", 8);
	address = want(l, "bin_attribute", "private", 8);
	if (!count.there || !attrs.there || !size.there || !address.there ||
	    !px_type_info_size(l->types, "bin_attribute", &layout->note.stride))
		return;
	layout->notes.offset = member.offset;
	layout->notes.there = true;
	layout->note.count = count.offset;
	layout->note.attrs = attrs.offset;
	layout->note.size = size.offset;
	layout->note.address = address.offset;
}

bool px_linux_module_layout_of(const struct px_type_info *types,
			       struct px_linux_module_layout *ret)
{
	struct px_linux_module_layout layout = {0};
	struct lookup l = {.types = types};
	struct px_member mem;

	if (!px_type_info_size(types, "module", &layout.size))
		return false;
	layout.state = need(&l, "module", "state", 4);
	layout.list_next = need(&l, "module", "list.next", 8);
	layout.name = need(&l, "module", "name", PX_LINUX_MODULE_NAME_MAX);
	if (!px_type_info_enumerator(types, "MODULE_STATE_LIVE", &layout.live))
		l.failed = true;
	if (px_type_info_member(types, "module", "mem", &mem))
		regions_by_kind(&l, &mem, &layout);
	else
		regions_core_init(&l, &layout);
	layout.num_orcs = want(&l, "module", "arch.num_orcs", 4);
	layout.orc_ip = want(&l, "module", "arch.orc_unwind_ip", 8);
	layout.orc = want(&l, "module", "arch.orc_unwind", 8);
	symbols_layout(&l, &layout);
	notes_layout(&l, &layout);
	if (l.failed)
		return false;
	*ret = layout;
	return true;
}
