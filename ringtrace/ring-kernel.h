/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel at one end of rings tells of its drivers and of its event channels. */
#ifndef PX_RINGTRACE_RING_KERNEL_H
#define PX_RINGTRACE_RING_KERNEL_H

#include "guest/linux-drivers.h"
#include "guest/linux-events.h"
#include "guest/linux-guest-view.h"

/** Zero-initialise; px_ring_kernel_fini. */
struct px_ring_kernel {
	struct px_linux_drivers *drivers;    /* NULL: */
	char problem[160];		     /* why not */
	struct px_linux_event_layout events; /* with drivers */
	struct px_linux_reader reader;
	struct px_linux_guest_view *view; /* a guest's; NULL: the view is somebody else's */
};

/** Let the view tell, whose context must outlive it. Errors: out of memory only. */
px_must_check struct px_error *px_ring_kernel_use(struct px_ring_kernel *kernel,
						  const struct px_linux_view *view);

/** Let a guest's kernel tell, which must outlive it. Errors: out of memory only. */
px_must_check struct px_error *px_ring_kernel_use_guest(struct px_ring_kernel *kernel,
							const struct px_linux_kernel *guest);

/** From now on nothing is known of it, for this reason. */
void px_ring_kernel_give_up(struct px_ring_kernel *kernel, const char *problem);

void px_ring_kernel_fini(struct px_ring_kernel *kernel);

#endif
