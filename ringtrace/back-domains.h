/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The domains other than dom0 in which a guest's back ends are (driver domains, as Qubes OS has
 * them), each opened like the guest itself: its memory is read and nothing else is done to it.
 */
#ifndef PX_RINGTRACE_BACK_DOMAINS_H
#define PX_RINGTRACE_BACK_DOMAINS_H

#include "guest/store.h"
#include "guest/target.h"
#include "ringtrace/ring-kernel.h"

enum {
	PX_BACK_DOMAINS_MAX = 8, /* of one guest; others are not looked into */
};

struct px_back_domain {
	uint32_t id;
	const char *stopped; /* "is gone", or as px_domain_stopped; of the last refresh */
	struct px_target target;
	struct px_ring_kernel kernel;
};

/** Zero-initialise; px_back_domains_fini. */
struct px_back_domains {
	struct px_back_domain all[PX_BACK_DOMAINS_MAX];
	size_t count;
};

/**
 * Open those that the guest's interfaces and disks name in xenstore; takes privileges. One that
 * cannot be opened says so as its kernel's problem. The guest wrote these keys: it can have any
 * domain looked at, of which it learns nothing. Errors: out of memory, no xenstored.
 */
px_must_check struct px_error *px_back_domains_hold(struct px_store *store, uint32_t guest,
						    struct px_back_domains *ret);

/** Find out what runs in them; after privileges were given up. Errors: out of memory. */
px_must_check struct px_error *px_back_domains_look(struct px_back_domains *domains);

/**
 * Before each reading: how they are, and what their kernels have loaded. Of one that has gone
 * nothing else is known any more. Errors: out of memory, interrupted.
 */
px_must_check struct px_error *px_back_domains_refresh(struct px_back_domains *domains);

/** NULL: it is none of them. */
const struct px_back_domain *px_back_domains_find(const struct px_back_domains *domains,
						  uint32_t id);

void px_back_domains_fini(struct px_back_domains *domains);

#endif
