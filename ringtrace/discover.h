/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rings a domain has, by xenstore: the devices below its device/ folder with their
 * queues, its console, its connection to xenstored (Xen docs/misc/xenstore-paths,
 * public/io/netif.h, blkif.h, console.h).
 *
 * All of it was written by the guest or can be changed by it: what is no number or leads to
 * something that is not this domain's is noted in the device and not followed; numbers of
 * devices, queues and pages are bounded.
 */
#ifndef PX_RINGTRACE_DISCOVER_H
#define PX_RINGTRACE_DISCOVER_H

#include "guest/store.h"
#include "ringtrace/ring-filter.h"
#include "ringtrace/rings.h"

/** The states of a device's ends as they are now, into its number-th reading. */
px_must_check struct px_error *
px_ring_device_states(struct px_store *store, struct px_ring_device *device, size_t number);

/**
 * Add the domain's devices to ret, which has none yet, with the states of both their ends as of
 * the first reading, and their rings with references and, in the first reading, the front end's
 * ports. The rings have no readings. Errors: no memory, no xenstored.
 */
px_must_check struct px_error *px_rings_discover(struct px_store *store,
						 const struct px_domain *domain,
						 const struct px_ring_filter *filter,
						 struct px_rings *ret);

#endif
