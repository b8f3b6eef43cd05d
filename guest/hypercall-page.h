/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of hypercall stubs that Xen writes into a guest, for unwinding through it. */
#ifndef PX_GUEST_HYPERCALL_PAGE_H
#define PX_GUEST_HYPERCALL_PAGE_H

#include "guest/guest.h"
#include "symbolize/unwind-table.h"

/**
 * Rules for the page at address, as Xen fills it for guests of this type: 32 bytes for each
 * hypercall (Xen's public header xen.h, "Hypercall page"). The caller frees the table.
 */
px_must_check struct px_error *px_hypercall_page_rules(enum px_guest_type type,
						       uint64_t address,
						       struct px_unwind_table **ret);

#endif
