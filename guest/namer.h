/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the names of addresses come from: a guest's kernel, its programs, or a test. */
#ifndef PX_GUEST_NAMER_H
#define PX_GUEST_NAMER_H

#include "guest/linux-kernel.h"

/** Zero-initialised: nothing has a name. */
struct px_namer {
	bool (*find)(void *context, uint64_t address, struct px_linux_symbol *ret);
	void *context;
	/** The same for an address of the process with that serial. May be NULL. */
	bool (*find_user)(void *user_context, uint64_t process, uint64_t address,
			  struct px_linux_symbol *ret);
	void *user_context;
};

/** The symbol that contains address; false where there is none. */
static inline bool px_namer_find(const struct px_namer *namer, uint64_t address,
				 struct px_linux_symbol *ret)
{
	return namer->find && namer->find(namer->context, address, ret);
}

/** The symbol of a process's program; borrowed until the next sample is taken. */
static inline bool px_namer_find_user(const struct px_namer *namer, uint64_t process,
				      uint64_t address, struct px_linux_symbol *ret)
{
	return namer->find_user && process &&
	       namer->find_user(namer->user_context, process, address, ret);
}

#endif
