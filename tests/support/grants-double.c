/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The double of a grant table: entries as Xen's headers lay them out. */
#include "tests/support/grants-double.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>

static struct px_grants_double *double_of(struct px_grants *grants)
{
	return (struct px_grants_double *)grants;
}

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "grants-double: %s\n", what);
	abort();
}

static struct px_error *double_table(struct px_grants *base, struct px_grant_table *ret)
{
	struct px_grants_double *grants = double_of(base);

	grants->refreshes++;
	if (grants->fail && --grants->fail == 0)
		return px_error_new(PX_ERR_OTHER, "grants cannot be mapped as it was told");
	*ret = (struct px_grant_table){.version = grants->version};
	if (grants->version == 0)
		return NULL;
	ret->entries = grants->entries;
	if (grants->unmapped)
		return NULL;
	ret->shared = px_bytes_of(grants->shared, sizeof(grants->shared));
	if (grants->version == 2)
		ret->status = px_bytes_of(grants->status, sizeof(grants->status));
	return NULL;
}

static void double_close(struct px_grants *base)
{
	free(base);
}

static const struct px_grants_ops double_ops = {
	.table = double_table,
	.close = double_close,
};

struct px_grants_double *px_grants_double_new(unsigned int version)
{
	struct px_grants_double *grants = calloc(1, sizeof(*grants));

	must(grants, "no memory");
	grants->grants.ops = &double_ops;
	grants->version = version;
	grants->entries = sizeof(grants->shared) /
			  (version == 2 ? sizeof(grant_entry_v2_t) : sizeof(grant_entry_v1_t));
	return grants;
}

void px_grants_double_put(struct px_grants_double *grants, uint32_t reference, uint32_t domain,
			  px_frame_number frame)
{
	grant_entry_v1_t one = {GTF_permit_access, (domid_t)domain, (uint32_t)frame.value};
	grant_entry_v2_t two = {0};

	must(reference < grants->entries, "no such reference");
	two.full_page.hdr.flags = GTF_permit_access;
	two.full_page.hdr.domid = (domid_t)domain;
	two.full_page.frame = frame.value;
	if (grants->version == 2)
		memcpy(grants->shared + reference * sizeof(two), &two, sizeof(two));
	else
		memcpy(grants->shared + reference * sizeof(one), &one, sizeof(one));
}

void px_grants_double_flags(struct px_grants_double *grants, uint32_t reference, uint16_t flags)
{
	size_t size = grants->version == 2 ? sizeof(grant_entry_v2_t)
					   : sizeof(grant_entry_v1_t);

	must(reference < grants->entries, "no such reference");
	memcpy(grants->shared + reference * size, &flags, sizeof(flags));
}
