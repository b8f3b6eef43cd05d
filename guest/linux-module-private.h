/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading one module: shared by linux-modules.c and linux-module-read.c. */
#ifndef PX_GUEST_LINUX_MODULE_PRIVATE_H
#define PX_GUEST_LINUX_MODULE_PRIVATE_H

#include "guest/linux-modules.h"

/* struct module is about 1 KiB. */
#define PX_LINUX_MODULE_STRUCT_MAX 8192

/** A copy of one struct module, and what to read more with. */
struct px_linux_module_source {
	const struct px_linux_modules_config *config;
	const struct px_linux_reader *reader;
	uint64_t address;
	struct px_bytes bytes; /* config->layout.size of them */
	uint64_t *budget;      /* bytes that may still be read or kept in this refresh */
};

/** Where its text is; false when the bytes do not describe a loaded module's text. */
bool px_linux_module_read_text(const struct px_linux_module_source *source, uint64_t *start_ret,
			       uint64_t *end_ret);

/**
 * Fill module->symbols, ->unwind, ->have_unwind and ->build_id; ->text_start and ->text_end
 * are set. Guest data that cannot be read or understood leaves them empty; errors are ours
 * only (out of memory).
 */
px_must_check struct px_error *
px_linux_module_read_parts(const struct px_linux_module_source *source,
			   struct px_linux_module *module);

void px_linux_module_fini(struct px_linux_module *module);

#endif
