/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel at one end of rings tells. */
#include "ringtrace/ring-kernel.h"

#include <stdio.h>

struct px_error *px_ring_kernel_use(struct px_ring_kernel *kernel,
				    const struct px_linux_view *view)
{
	struct px_linux_view own = *view;
	struct px_linux_names names = px_linux_view_names(&own);
	struct px_error *err = px_linux_drivers_new(view, &kernel->drivers);

	if (err)
		return err;
	kernel->reader = view->reader;
	kernel->events = px_linux_event_layout_of(&names);
	return NULL;
}

struct px_error *px_ring_kernel_use_guest(struct px_ring_kernel *kernel,
					  const struct px_linux_kernel *guest)
{
	struct px_linux_view view;
	struct px_error *err = px_linux_guest_view_new(guest, &kernel->view);

	if (err)
		return err;
	view = px_linux_guest_view_get(kernel->view);
	return px_ring_kernel_use(kernel, &view);
}

void px_ring_kernel_give_up(struct px_ring_kernel *kernel, const char *problem)
{
	px_ring_kernel_fini(kernel);
	snprintf(kernel->problem, sizeof(kernel->problem), "%s", problem);
}

void px_ring_kernel_fini(struct px_ring_kernel *kernel)
{
	px_linux_drivers_free(kernel->drivers);
	px_linux_guest_view_free(kernel->view);
	*kernel = (struct px_ring_kernel){0};
}
