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
#include "guest/linux-drivers.h"
#include "guest/linux-events.h"
#include "guest/linux-guest-view.h"
#include "guest/store.h"
#include "guest/target.h"

/** What a kernel tells of its drivers and of its event channels. */
struct px_ring_kernel {
	struct px_linux_drivers *drivers;    /* NULL: */
	char problem[160];		     /* why not */
	struct px_linux_event_layout events; /* with drivers */
	struct px_linux_reader reader;
};

struct px_ring_sources {
	struct px_guest *guest; /* borrowed */
	struct px_store *store;
	struct px_grants *grants; /* NULL: they cannot be read */
	struct px_event_channels *channels;
	struct px_ring_kernel front; /* the guest's */
	struct px_ring_kernel back;  /* of the domain that we run in: dom0 */
	const char *folder;	     /* what stands before /sys; "" but in tests */

	/* What the kernels are read through; of the guest's, the target's. */
	struct px_host_kernel *host;
	struct px_linux_guest_view *view;
	struct px_linux_kernel *kernel; /* borrowed */
	struct px_memory *memory;	/* borrowed */
};

/**
 * Open what takes privileges: xenstore, the kernel under us. Before px_target_open. Close in
 * any case, before the target.
 */
px_must_check struct px_error *px_ring_sources_open(struct px_ring_sources *ret);

/** Add what belongs to an open domain, which is borrowed and must outlive the sources. */
px_must_check struct px_error *px_ring_sources_attach(struct px_ring_sources *sources,
						      struct px_target *target);
void px_ring_sources_close(struct px_ring_sources *sources);

/** Follow what the guest's kernel has loaded and where its memory is: before each reading. */
px_must_check struct px_error *px_ring_sources_refresh(struct px_ring_sources *sources);

/**
 * How the domain is now. Who samples it pauses it for some hundred microseconds at a time: it
 * is called paused when several looks in some milliseconds find it so.
 */
px_must_check struct px_error *px_ring_sources_domain(const struct px_ring_sources *sources,
						      struct px_domain *ret);

#endif
