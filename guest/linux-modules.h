/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loadable modules of a guest's Linux kernel: its list, and what each brings along. */
#ifndef PX_GUEST_LINUX_MODULES_H
#define PX_GUEST_LINUX_MODULES_H

#include <stdbool.h>

#include "guest/linux-reader.h"
#include "lib/error.h"
#include "symbolize/build-id.h"
#include "symbolize/orc.h"
#include "symbolize/symbol-table.h"
#include "symbolize/type-info.h"
#include "symbolize/unwind-map.h"

/* Linux's MODULE_NAME_LEN on 64-bit. */
#define PX_LINUX_MODULE_NAME_MAX 56

struct px_linux_module {
	uint64_t address;		     /* of its struct module */
	uint64_t text_start, text_end;	     /* code that stays loaded; end is exclusive */
	char name[PX_LINUX_MODULE_NAME_MAX]; /* as /proc/modules has it: "xen_netfront" */
	struct px_build_id build_id;	     /* size 0 when the kernel does not keep it */
	bool loaded;			     /* false: was unloaded since it was read */
	bool have_unwind;		     /* its ORC table could be read */
	struct px_symbol_table *symbols;     /* NULL when they could not be read */
	struct px_unwind_table *unwind;	     /* what the unwind map has for it, maybe empty */
};

/** How reading went, for the summary. */
struct px_linux_module_counts {
	size_t loaded;
	size_t gone;		/* unloaded, symbols still known */
	size_t without_symbols; /* of those loaded: symbol table unreadable or damaged */
	size_t without_unwind; /* of those loaded: ORC table unreadable, damaged or not built */
	/* In the last walk of the list: */
	size_t not_ready;  /* being loaded or unloaded right now */
	size_t unreadable; /* struct module unreadable, damaged, or in the way of another */
	bool list_broken;  /* did not come back to its head: some may be missing */
};

/* Linux 6.4 and later have at most 7 (enum mod_mem_type), before there were 2. */
#define PX_LINUX_MODULE_REGIONS 8

/** Offset of a member; there says whether this kernel has it. */
struct px_linux_field {
	uint32_t offset;
	bool there;
};

/** Offsets in struct module and what hangs on it, of one kernel. */
struct px_linux_module_layout {
	uint32_t size, state, list_next, name;
	struct {
		uint32_t base, size;
	} regions[PX_LINUX_MODULE_REGIONS], text; /* base address, and 32-bit size */
	size_t regions_count;
	int64_t live; /* of state: MODULE_STATE_LIVE */
	struct px_linux_field num_orcs, orc_ip, orc;
	struct px_linux_field kallsyms, build_id, notes; /* notes: struct module.notes_attrs */
	struct {
		uint32_t size, symtab, count, strtab;
		struct px_linux_field typetab;
	} symbols; /* struct mod_kallsyms */
	struct {
		uint32_t count, attrs, stride; /* struct module_notes_attrs */
		uint32_t size, address;	       /* struct bin_attribute: size, private */
	} note;
};

/** From the kernel's types; false when struct module is not known or unlike any we know. */
bool px_linux_module_layout_of(const struct px_type_info *types,
			       struct px_linux_module_layout *ret);

struct px_linux_modules;

struct px_linux_modules_config {
	struct px_linux_module_layout layout;
	uint64_t head;			   /* run-time address of the list head `modules` */
	uint64_t kernel_start, kernel_end; /* where no module can be: the kernel itself */
	bool have_orc;			   /* orc_version is known */
	enum px_orc_version orc_version;
};

/** An empty list; unwind tables go into map, which is borrowed and must outlive it. */
px_must_check struct px_error *
px_linux_modules_new(const struct px_linux_modules_config *config, struct px_unwind_map *map,
		     struct px_linux_modules **ret);
void px_linux_modules_free(struct px_linux_modules *modules);

/**
 * See px_linux_kernel_refresh. Modules that are no longer in the guest's list stay known, up to
 * some 128 MiB of all.
 */
px_must_check struct px_error *px_linux_modules_refresh(struct px_linux_modules *modules,
							const struct px_linux_reader *reader,
							bool *changed_ret);

/** All known ones, in address order; valid until the next refresh. No two overlap. */
const struct px_linux_module *px_linux_modules_all(const struct px_linux_modules *modules,
						   size_t *count_ret);

/** The module whose text contains address, or NULL. */
const struct px_linux_module *px_linux_modules_find(const struct px_linux_modules *modules,
						    uint64_t address);

struct px_linux_module_counts px_linux_modules_counts(const struct px_linux_modules *modules);

#endif
