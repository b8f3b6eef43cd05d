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

void px_ring_kernel_give_up(struct px_ring_kernel *kernel, const char *problem)
{
	px_ring_kernel_fini(kernel);
	snprintf(kernel->problem, sizeof(kernel->problem), "%s", problem);
}

void px_ring_kernel_fini(struct px_ring_kernel *kernel)
{
	px_linux_drivers_free(kernel->drivers);
	*kernel = (struct px_ring_kernel){0};
}
