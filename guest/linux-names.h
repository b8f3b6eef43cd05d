/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A way to find a kernel's symbols by name, beside the one to read its memory: a guest's kernel
 * (px_linux_kernel_symbol_address), dom0's own, or a test's.
 */
#ifndef PX_GUEST_LINUX_NAMES_H
#define PX_GUEST_LINUX_NAMES_H

#include <stdbool.h>
#include <stdint.h>

struct px_linux_names {
	/**
	 * The run-time address of a symbol of the kernel itself; of a per-CPU variable, what
	 * is added to __per_cpu_offset[CPU]. False: there is none.
	 */
	bool (*find)(void *context, const char *name, uint64_t *ret);
	void *context;
};

static inline bool px_linux_name_find(const struct px_linux_names *names, const char *name,
				      uint64_t *ret)
{
	return names->find(names->context, name, ret);
}

#endif
