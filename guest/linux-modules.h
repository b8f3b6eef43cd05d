/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loadable modules of a guest's Linux kernel. */
#ifndef PX_GUEST_LINUX_MODULES_H
#define PX_GUEST_LINUX_MODULES_H

#include <stdbool.h>

#include "lib/error.h"
#include "symbolize/build-id.h"
#include "symbolize/symbol-table.h"
#include "symbolize/type-info.h"
#include "symbolize/unwind-map.h"

/* Linux's MODULE_NAME_LEN on 64-bit. */
#define PX_LINUX_MODULE_NAME_MAX 56

struct px_linux_module {
	uint64_t address;		       /* of its struct module */
	uint64_t text_start, text_end;	       /* code that stays loaded; end is exclusive */
	char name[PX_LINUX_MODULE_NAME_MAX];   /* as /proc/modules has it: "xen_netfront" */
	struct px_build_id build_id;	       /* size 0 when the kernel does not keep it */
	bool loaded;			       /* false: was unloaded since it was read */
	bool have_unwind;		       /* its ORC table is in the unwind map */
	const struct px_symbol_table *symbols; /* NULL when they could not be read; borrowed */
};

/** How reading went, for the summary: the last three are failures since the last refresh. */
struct px_linux_module_counts {
	size_t loaded;
	size_t gone;		/* unloaded, symbols still known */
	size_t not_ready;	/* being loaded or unloaded right now */
	size_t without_symbols; /* symbol table unreadable or damaged */
	size_t without_unwind;	/* ORC table unreadable, damaged, or not built */
	size_t unreadable;	/* struct module itself unreadable or damaged */
	bool list_broken; /* the list did not come back to its head: some may be missing */
};

#endif
