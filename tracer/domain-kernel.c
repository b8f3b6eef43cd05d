/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into a domain for its kernel. */
#include "tracer/domain-kernel.h"

#include <stdio.h>

enum {
	PAGES_MAX = 2048 /* kept mapped: page tables, mostly */
};

void px_domain_kernel_open(const struct px_domain *domain, struct px_domain_kernel *ret)
{
	char id[16];

	*ret = (struct px_domain_kernel){0};
	snprintf(id, sizeof(id), "%u", domain->id);
	ret->problem = px_guest_open_xen(id, &ret->guest);
	if (!ret->problem)
		ret->problem = px_memory_new(ret->guest, PAGES_MAX, &ret->memory);
}

static struct px_error *look(struct px_domain_kernel *kernel)
{
	struct px_linux_found found = {0};
	struct px_error *err = px_linux_find(kernel->guest, kernel->memory, &found);

	if (err)
		return err;
	kernel->identity = found.identity;
	err = px_linux_outline_of(&found, &kernel->outline);
	px_linux_found_fini(&found);
	kernel->found = !err;
	return err;
}

void px_domain_kernel_look(struct px_domain_kernel *kernel)
{
	if (!kernel->problem)
		kernel->problem = look(kernel);
}

void px_domain_kernel_close(struct px_domain_kernel *kernel)
{
	px_memory_free(kernel->memory);
	px_guest_close(kernel->guest);
	px_error_free(kernel->problem);
	*kernel = (struct px_domain_kernel){0};
}
