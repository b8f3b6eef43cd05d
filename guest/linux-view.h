/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A Linux kernel as those see it who read its drivers: memory, variables and types, of a guest
 * or of the kernel under us, so that the same code reads both.
 */
#ifndef PX_GUEST_LINUX_VIEW_H
#define PX_GUEST_LINUX_VIEW_H

#include "guest/linux-names.h"
#include "guest/linux-reader.h"
#include "symbolize/type-info.h"

struct px_linux_view {
	struct px_linux_reader reader;
	/**
	 * The run-time address of a variable of a module ("xen_netfront"); of the kernel itself
	 * when module is NULL or the module is built in. False: there is none, or symbols are
	 * not known.
	 */
	bool (*symbol)(void *context, const char *module, const char *name, uint64_t *ret);
	/**
	 * The types that the module's code knows, which include the kernel's; the kernel's own
	 * when module is NULL or built in. NULL when they are not known. Borrowed until the
	 * view's owner refreshes it.
	 */
	const struct px_type_info *(*types)(void *context, const char *module);
	void *context;
};

static inline bool px_linux_view_find(void *context, const char *name, uint64_t *ret)
{
	const struct px_linux_view *view = context;

	return view->symbol(view->context, NULL, name, ret);
}

/** Its kernel's own symbols, for who needs no more; view is borrowed. */
static inline struct px_linux_names px_linux_view_names(struct px_linux_view *view)
{
	return (struct px_linux_names){.find = px_linux_view_find, .context = view};
}

#endif
