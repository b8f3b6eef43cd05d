/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which vCPUs to look at: "0,2-3", as perf takes it for CPUs. */
#ifndef PX_GUEST_VCPU_LIST_H
#define PX_GUEST_VCPU_LIST_H

#include <stdbool.h>

#include "lib/error.h"

enum {
	PX_VCPUS_MAX = 8192, /* Xen's limit, of PV guests */
};

/** Zero-initialised: all of them. */
struct px_vcpu_list {
	bool some; /* only those whose bit is set */
	uint64_t bits[PX_VCPUS_MAX / 64];
};

/** Numbers and ranges, separated by commas. Failure is PX_ERR_USAGE. */
px_must_check struct px_error *px_vcpu_list_parse(const char *text, struct px_vcpu_list *ret);

/** px_vcpu_list_parse as the parse function of an option. */
struct px_error *px_vcpu_list_option(const char *value, void *member);

static inline bool px_vcpu_list_has(const struct px_vcpu_list *list, uint32_t vcpu)
{
	return !list->some ||
	       (vcpu < PX_VCPUS_MAX && (list->bits[vcpu / 64] >> (vcpu % 64) & 1));
}

/** PX_ERR_USAGE when the list names a vCPU that a guest with so many does not have. */
px_must_check struct px_error *px_vcpu_list_check(const struct px_vcpu_list *list,
						  uint32_t vcpus);

#endif
