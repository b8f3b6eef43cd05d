/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's public grant_table.h: entries of 8 bytes that are valid once their flags are set. */
#include "grants.h"

#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/memory.h>

#include "tests/guests/unikernel/hypercall.h"

enum {
	PAGE_SHIFT = 12,
	FRAMES = 2,
	ENTRIES = (FRAMES << PAGE_SHIFT) / sizeof(struct grant_entry_v1),
};

static struct grant_entry_v1 table[ENTRIES] __attribute__((aligned(1 << PAGE_SHIFT)));
static uint32_t next = GNTTAB_NR_RESERVED_ENTRIES;

bool grants_init(void)
{
	for (unsigned int i = 0; i < FRAMES; i++) {
		struct xen_add_to_physmap map = {
			.domid = DOMID_SELF,
			.space = XENMAPSPACE_grant_table,
			.idx = i,
			.gpfn = ((uintptr_t)table >> PAGE_SHIFT) + i,
		};

		if (hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, (uintptr_t)&map,
			      0))
			return false;
	}
	return true;
}

uint32_t grants_give(uint16_t domain, const void *page, bool read_only)
{
	struct grant_entry_v1 *entry = &table[next];

	if (next == ENTRIES)
		return 0;
	entry->domid = domain;
	entry->frame = (uint32_t)((uintptr_t)page >> PAGE_SHIFT);
	__atomic_store_n(&entry->flags,
			 (uint16_t)(GTF_permit_access | (read_only ? GTF_readonly : 0)),
			 __ATOMIC_RELEASE);
	return next++;
}
