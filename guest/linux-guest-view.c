/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The view of a guest's kernel. */
#include "guest/linux-guest-view.h"

#include <stdlib.h>
#include <string.h>

#include "guest/linux-members.h"
#include "guest/linux-module-btf.h"
#include "lib/memory.h"

enum {
	BTF_TOTAL_MAX = 64 << 20, /* of all that a view reads */
	KEPT_MAX = 32,
};

/* The types of one loading of a module. They stay until the end: layouts refer to them. */
struct kept {
	char name[PX_LINUX_MODULE_NAME_MAX];
	uint64_t module, data; /* addresses of its struct module and of its BTF */
	struct px_type_info *types;
};

struct px_linux_guest_view {
	const struct px_linux_kernel *kernel;
	struct px_linux_module_btf_layout layout;
	uint64_t head; /* btf_modules */
	struct kept kept[KEPT_MAX];
	size_t kept_count, total;
};

struct px_error *px_linux_guest_view_new(const struct px_linux_kernel *kernel,
					 struct px_linux_guest_view **ret)
{
	struct px_linux_guest_view *view = NULL;
	struct px_error *err = px_calloc(1, sizeof(*view), &view);

	if (err)
		return err;
	view->kernel = kernel;
	view->layout = px_linux_module_btf_layout_of(px_linux_kernel_types(kernel));
	if (!px_linux_kernel_symbol_address(kernel, "btf_modules", &view->head))
		view->layout.known = false;
	*ret = view;
	return NULL;
}

void px_linux_guest_view_free(struct px_linux_guest_view *view)
{
	if (!view)
		return;
	for (size_t i = 0; i < view->kept_count; i++)
		px_type_info_close(view->kept[i].types);
	free(view);
}

void px_linux_guest_view_freep(struct px_linux_guest_view **view)
{
	px_linux_guest_view_free(*view);
	*view = NULL;
}

/* --- types -------------------------------------------------------------------------------- */

/* NULL when the guest's bytes are no BTF, or memory is short. */
static struct px_type_info *read_types(struct px_linux_guest_view *view,
				       const struct px_linux_module_btf *btf)
{
	struct px_linux_reader reader = px_linux_kernel_reader(view->kernel);
	px_cleanup(px_freep) uint8_t *bytes = NULL;
	struct px_type_info *types = NULL;
	struct px_error *err = NULL;

	if (btf->size > BTF_TOTAL_MAX - view->total)
		return NULL;
	view->total += btf->size;
	err = px_calloc(btf->size, 1, &bytes);
	if (!err && px_linux_read_at(&reader, btf->address, 0, bytes, btf->size))
		err = px_type_info_open_btf(px_bytes_of(bytes, btf->size),
					    px_linux_kernel_types(view->kernel), &types);
	px_error_free(err);
	return types;
}

/* NULL: not loaded, or no name was given. */
static const struct px_linux_module *find_module(const struct px_linux_kernel *kernel,
						 const char *name)
{
	size_t count;
	const struct px_linux_module *modules = px_linux_kernel_modules(kernel, &count);

	for (size_t i = 0; name && i < count; i++)
		if (modules[i].loaded && !strcmp(modules[i].name, name))
			return &modules[i];
	return NULL;
}

static const struct px_type_info *module_types(struct px_linux_guest_view *view,
					       const struct px_linux_module *module)
{
	struct px_linux_reader reader = px_linux_kernel_reader(view->kernel);
	struct px_linux_module_btf btf;
	struct kept *kept;

	if (!px_linux_module_btf_find(&view->layout, &reader, view->head, module->address,
				      &btf))
		return NULL;
	for (size_t i = 0; i < view->kept_count; i++)
		if (view->kept[i].module == module->address &&
		    view->kept[i].data == btf.address &&
		    !strcmp(view->kept[i].name, module->name))
			return view->kept[i].types;
	if (view->kept_count == KEPT_MAX)
		return NULL;
	/* What could not be understood once is not tried again. */
	kept = &view->kept[view->kept_count++];
	memcpy(kept->name, module->name, sizeof(kept->name));
	kept->module = module->address;
	kept->data = btf.address;
	kept->types = read_types(view, &btf);
	return kept->types;
}

static const struct px_type_info *view_types(void *context, const char *name)
{
	struct px_linux_guest_view *view = context;
	const struct px_linux_module *module = find_module(view->kernel, name);

	/* Built in, or not there: then its symbols are not, either. */
	return module ? module_types(view, module) : px_linux_kernel_types(view->kernel);
}

/* --- symbols ------------------------------------------------------------------------------ */

static bool view_symbol(void *context, const char *name, const char *symbol, uint64_t *ret)
{
	struct px_linux_guest_view *view = context;
	const struct px_linux_module *module = find_module(view->kernel, name);

	if (module)
		return module->symbols && px_symbol_table_address(module->symbols, symbol, ret);
	return px_linux_kernel_symbol_address(view->kernel, symbol, ret);
}

struct px_linux_view px_linux_guest_view_get(struct px_linux_guest_view *view)
{
	return (struct px_linux_view){
		.reader = px_linux_kernel_reader(view->kernel),
		.symbol = view_symbol,
		.types = view_types,
		.context = view,
	};
}
