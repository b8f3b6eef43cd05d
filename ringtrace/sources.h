/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a reading of rings is made from, as one set of handles: what the hypervisor and
 * xenstore tell, and the kernels at both ends as far as they are known. A test fills the set
 * with doubles.
 */
#ifndef PX_RINGTRACE_SOURCES_H
#define PX_RINGTRACE_SOURCES_H

#include "guest/event-channels.h"
#include "guest/grants.h"
#include "guest/host-kernel.h"
#include "guest/store.h"
#include "guest/target.h"
#include "ringtrace/back-domains.h"
#include "ringtrace/ring-kernel.h"

struct px_ring_sources {
	struct px_guest *guest; /* borrowed */
	struct px_store *store;
	struct px_grants *grants; /* NULL: they cannot be read */
	struct px_event_channels *channels;
	struct px_ring_kernel front;	     /* the guest's */
	struct px_ring_kernel back;	     /* of the domain that we run in: dom0 */
	struct px_back_domains back_domains; /* others */
	const char *folder;		     /* what stands before /sys; "" but in tests */

	/* What the kernels are read through; of the guest's, the target's. */
	struct px_host_kernel *host;
	struct px_linux_kernel *kernel; /* borrowed */
	struct px_memory *memory;	/* borrowed */
};

/**
 * Open all of it: xenstore, the kernel under us, the target (px_target_open, with all that it
 * does to privileges) and the domains of its back ends. The target is borrowed and must outlive
 * the sources. Close both in any case, the sources first.
 */
px_must_check struct px_error *px_ring_sources_open(struct px_ring_sources *ret,
						    const struct px_target_options *options,
						    struct px_target *target);
void px_ring_sources_close(struct px_ring_sources *sources);

/** The kernel that has a back end in that domain; NULL: it is not looked into. */
const struct px_ring_kernel *px_ring_sources_back(const struct px_ring_sources *sources,
						  uint32_t domain);

/** What all domains that are looked at have cost so far: hypercalls and ioctls. */
struct px_guest_counts px_ring_sources_counts(const struct px_ring_sources *sources);

/** Follow what the domains' kernels have loaded and where their memory is: before each reading.
 */
px_must_check struct px_error *px_ring_sources_refresh(struct px_ring_sources *sources);

#endif
