/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel a domain runs, at a glance: what list shows. */
#ifndef PX_TRACER_DOMAIN_KERNEL_H
#define PX_TRACER_DOMAIN_KERNEL_H

#include "guest/guest.h"
#include "guest/linux-image.h"

struct px_domain_kernel {
	bool found;
	struct px_linux_identity identity;
	struct px_linux_outline outline;
	struct px_error *problem; /* why it was not found; else NULL */
};

/**
 * Look into a domain. Reads no tables but that of symbols, and copies little; never pauses.
 * Free with px_domain_kernel_fini.
 */
void px_domain_kernel_init(const struct px_domain *domain, struct px_domain_kernel *ret);
void px_domain_kernel_fini(struct px_domain_kernel *kernel);

#endif
