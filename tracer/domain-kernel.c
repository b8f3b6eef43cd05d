/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into a domain for its kernel. */
#include "tracer/domain-kernel.h"

#include <stdio.h>

#include "lib/memory.h"

enum {
	PAGES_MAX = 2048 /* kept mapped: page tables, mostly */
};

static struct px_error *look(struct px_guest *guest, struct px_memory *memory,
			     struct px_domain_kernel *kernel)
{
	struct px_linux_found found = {0};
	struct px_error *err = px_linux_find(guest, memory, &found);

	if (err)
		return err;
	kernel->identity = found.identity;
	err = px_linux_outline_of(&found, &kernel->outline);
	px_linux_found_fini(&found);
	kernel->found = !err;
	return err;
}

void px_domain_kernel_init(const struct px_domain *domain, struct px_domain_kernel *ret)
{
	px_cleanup(px_guest_closep) struct px_guest *guest = NULL;
	struct px_memory *memory = NULL;
	char id[16];

	*ret = (struct px_domain_kernel){0};
	snprintf(id, sizeof(id), "%u", domain->id);
	ret->problem = px_guest_open_xen(id, &guest);
	if (!ret->problem)
		ret->problem = px_memory_new(guest, PAGES_MAX, &memory);
	if (!ret->problem)
		ret->problem = look(guest, memory, ret);
	px_memory_free(memory);
}

void px_domain_kernel_fini(struct px_domain_kernel *kernel)
{
	px_error_free(kernel->problem);
	*kernel = (struct px_domain_kernel){0};
}
