/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a Linux kernel keeps the types of its modules. */
#include "guest/linux-module-btf.h"

#include "guest/linux-members.h"
#include "lib/memory.h"

enum {
	ENTRIES_MAX = 4096, /* of the list */
};

struct px_linux_module_btf_layout
px_linux_module_btf_layout_of(const struct px_type_info *types)
{
	struct px_linux_module_btf_layout layout = {0};
	const struct px_wanted_member wanted[] = {
		{"btf_module", "list", 16, &layout.links},
		{"btf_module", "module", 8, &layout.module},
		{"btf_module", "btf", 8, &layout.btf},
		{"btf", "data", 8, &layout.data},
		{"btf", "data_size", 4, &layout.data_size},
	};

	layout.known = types && px_type_info_offsets(types, wanted, px_array_size(wanted));
	return layout;
}

static bool read_entry(const struct px_linux_module_btf_layout *layout,
		       const struct px_linux_reader *reader, uint64_t entry,
		       struct px_linux_module_btf *ret)
{
	uint64_t btf = px_linux_pointer_at(reader, entry, layout->btf);
	struct px_linux_module_btf found = {
		.address = px_linux_pointer_at(reader, btf, layout->data),
	};

	if (!found.address ||
	    !px_linux_read_at(reader, btf, layout->data_size, &found.size,
			      sizeof(found.size)) ||
	    !found.size || found.size > PX_LINUX_MODULE_BTF_MAX)
		return false;
	*ret = found;
	return true;
}

bool px_linux_module_btf_find(const struct px_linux_module_btf_layout *layout,
			      const struct px_linux_reader *reader, uint64_t head,
			      uint64_t module, struct px_linux_module_btf *ret)
{
	px_cleanup(px_freep) uint64_t *nodes = NULL;
	size_t count;

	if (layout->known)
		px_error_free(px_calloc(ENTRIES_MAX, sizeof(*nodes), &nodes));
	if (!nodes)
		return false;
	px_linux_list_read(reader, head, nodes, ENTRIES_MAX, &count);
	for (size_t i = 0; i < count; i++) {
		uint64_t entry = nodes[i] - layout->links;

		if (px_linux_pointer_at(reader, entry, layout->module) == module)
			return read_entry(layout, reader, entry, ret);
	}
	return false;
}
