/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing what readings of rings are made from. */
#include "ringtrace/sources.h"

#include <stdio.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/stop.h"

struct px_error *px_ring_sources_open(struct px_ring_sources *ret)
{
	const char *modules[] = {
		px_linux_driver_module(PX_LINUX_NETBACK),
		px_linux_driver_module(PX_LINUX_BLKBACK),
	};
	struct px_error *err;

	*ret = (struct px_ring_sources){.folder = ""};
	err = px_store_open_xen(&ret->store);
	if (err)
		return err;
	return px_host_kernel_open("", modules, px_array_size(modules), &ret->host);
}

/* --- the kernels ------------------------------------------------------------------------ */

static struct px_error *use_view(struct px_ring_kernel *kernel, struct px_linux_view view)
{
	struct px_linux_names names = px_linux_view_names(&view);
	struct px_error *err = px_linux_drivers_new(&view, &kernel->drivers);

	if (err)
		return err;
	kernel->reader = view.reader;
	kernel->events = px_linux_event_layout_of(&names);
	return NULL;
}

static struct px_error *use_host(struct px_ring_sources *sources)
{
	const char *problem = px_host_kernel_problem(sources->host);

	if (!problem)
		return use_view(&sources->back, px_host_kernel_view(sources->host));
	snprintf(sources->back.problem, sizeof(sources->back.problem), "%s", problem);
	return NULL;
}

static struct px_error *use_guest_kernel(struct px_ring_sources *sources,
					 struct px_target *target)
{
	struct px_error *err;

	sources->kernel = target->kernel;
	sources->memory = target->memory;
	if (!target->kernel) {
		snprintf(sources->front.problem, sizeof(sources->front.problem), "%s",
			 target->system.program
				 ? "the guest is a unikernel"
				 : "it is not known which kernel the guest runs");
		return NULL;
	}
	err = px_linux_guest_view_new(target->kernel, &sources->view);
	if (err)
		return err;
	return use_view(&sources->front, px_linux_guest_view_get(sources->view));
}

struct px_error *px_ring_sources_attach(struct px_ring_sources *sources,
					struct px_target *target)
{
	struct px_error *err;

	sources->guest = target->guest;
	err = px_grants_open_xen(target->guest, &sources->grants);
	if (!err)
		err = px_event_channels_open_xen(target->guest, &sources->channels);
	if (!err)
		err = use_host(sources);
	return err ? err : use_guest_kernel(sources, target);
}

void px_ring_sources_close(struct px_ring_sources *sources)
{
	px_linux_drivers_free(sources->front.drivers);
	px_linux_drivers_free(sources->back.drivers);
	px_linux_guest_view_free(sources->view);
	px_host_kernel_close(sources->host);
	px_event_channels_close(sources->channels);
	px_grants_close(sources->grants);
	px_store_close(sources->store);
	*sources = (struct px_ring_sources){0};
}

struct px_error *px_ring_sources_refresh(struct px_ring_sources *sources)
{
	bool changed;

	if (sources->memory)
		px_memory_new_generation(sources->memory);
	if (!sources->kernel)
		return NULL;
	return px_linux_kernel_refresh(sources->kernel, &changed);
}

struct px_error *px_ring_sources_domain(const struct px_ring_sources *sources,
					struct px_domain *ret)
{
	/* Uneven, so as not to keep step with a sampler. */
	static const uint64_t between_ns[] = {370000, 740000, 1480000, 2960000};
	struct px_guest *guest = sources->guest;
	struct px_domain domain = {0};
	struct px_error *err = guest->ops->domain(guest, &domain);

	for (size_t i = 0; !err && domain.paused && i < px_array_size(between_ns); i++) {
		err = px_stop_sleep(between_ns[i]);
		if (!err)
			err = guest->ops->domain(guest, &domain);
	}
	if (!err)
		*ret = domain;
	return err;
}
