/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the names of kernel addresses come from: a guest's kernel, or a test. */
#ifndef PX_TRACER_NAMER_H
#define PX_TRACER_NAMER_H

#include "guest/linux-kernel.h"

/** Zero-initialised: nothing has a name. */
struct px_namer {
	bool (*find)(void *context, uint64_t address, struct px_linux_symbol *ret);
	void *context;
};

/** The symbol that contains address; false where there is none. */
static inline bool px_namer_find(const struct px_namer *namer, uint64_t address,
				 struct px_linux_symbol *ret)
{
	return namer->find && namer->find(namer->context, address, ret);
}

#endif
