/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel a domain runs, at a glance: what list shows. */
#ifndef PX_TRACER_DOMAIN_KERNEL_H
#define PX_TRACER_DOMAIN_KERNEL_H

#include "guest/guest.h"
#include "guest/linux-image.h"

struct px_domain_kernel {
	struct px_guest *guest;
	struct px_memory *memory;
	bool found; /* the next two are valid */
	struct px_linux_identity identity;
	struct px_linux_outline outline;
	struct px_error *problem; /* why it was not found; else NULL */
};

/** Open what is needed to look into a domain; a failure is in ret->problem. */
void px_domain_kernel_open(const struct px_domain *domain, struct px_domain_kernel *ret);

/**
 * Look, unless there is a problem already. Reads no tables but that of symbols, and copies
 * little; never pauses.
 */
void px_domain_kernel_look(struct px_domain_kernel *kernel);
void px_domain_kernel_close(struct px_domain_kernel *kernel);

#endif
