/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing what readings of rings are made from. */
#include "ringtrace/sources.h"

#include <stdio.h>
#include <string.h>

#include "lib/memory.h"

enum {
	DOM0 = 0,
};

static struct px_error *open_host(struct px_ring_sources *sources)
{
	const char *modules[] = {
		px_linux_driver_module(PX_LINUX_NETBACK),
		px_linux_driver_module(PX_LINUX_BLKBACK),
	};

	return px_host_kernel_open("", modules, px_array_size(modules), &sources->host);
}

/* --- the kernels ------------------------------------------------------------------------ */

static struct px_error *use_host(struct px_ring_sources *sources)
{
	const char *problem = px_host_kernel_problem(sources->host);
	struct px_linux_view view = px_host_kernel_view(sources->host);

	if (!problem)
		return px_ring_kernel_use(&sources->back, &view);
	px_ring_kernel_give_up(&sources->back, problem);
	return NULL;
}

static struct px_error *use_guest_kernel(struct px_ring_sources *sources,
					 struct px_target *target)
{
	sources->kernel = target->kernel;
	sources->memory = target->memory;
	if (!target->kernel) {
		px_ring_kernel_give_up(&sources->front,
				       target->system.program
					       ? "the guest is a unikernel"
					       : "it is not known which kernel the guest runs");
		return NULL;
	}
	return px_ring_kernel_use_guest(&sources->front, target->kernel);
}

static struct px_error *attach(struct px_ring_sources *sources, struct px_target *target)
{
	struct px_error *err;

	sources->guest = target->guest;
	err = px_grants_open_xen(target->guest, &sources->grants);
	if (!err)
		err = px_event_channels_open_xen(target->guest, &sources->channels);
	if (!err)
		err = use_host(sources);
	if (!err)
		err = use_guest_kernel(sources, target);
	return err ? err : px_back_domains_look(&sources->back_domains);
}

/* Of an xenstored that does not answer the first reading tells. */
static struct px_error *hold_back_domains(struct px_ring_sources *sources, uint32_t guest)
{
	struct px_error *err =
		px_back_domains_hold(sources->store, guest, &sources->back_domains);

	if (!err || err->code != PX_ERR_NO_ANSWER)
		return err;
	px_error_free(err);
	return NULL;
}

struct px_error *px_ring_sources_open(struct px_ring_sources *ret,
				      const struct px_target_options *options,
				      struct px_target *target)
{
	struct px_error *err;

	*ret = (struct px_ring_sources){.folder = ""};
	err = px_store_open_xen(&ret->store);
	if (!err)
		err = open_host(ret);
	if (!err)
		err = px_target_hold(options, target);
	if (!err)
		err = hold_back_domains(ret, target->guest->domain.id);
	/* From here on bytes of guests are looked at. */
	if (!err)
		err = px_confine(&options->confinement);
	if (!err)
		err = px_target_look(options, target);
	return err ? err : attach(ret, target);
}

void px_ring_sources_close(struct px_ring_sources *sources)
{
	px_back_domains_fini(&sources->back_domains);
	px_ring_kernel_fini(&sources->front);
	px_ring_kernel_fini(&sources->back);
	px_host_kernel_close(sources->host);
	px_event_channels_close(sources->channels);
	px_grants_close(sources->grants);
	px_store_close(sources->store);
	*sources = (struct px_ring_sources){0};
}

struct px_error *px_ring_sources_refresh(struct px_ring_sources *sources)
{
	struct px_error *err = NULL;
	bool changed;

	if (sources->memory)
		px_memory_new_generation(sources->memory);
	if (sources->kernel)
		err = px_linux_kernel_refresh(sources->kernel, &changed);
	return err ? err : px_back_domains_refresh(&sources->back_domains);
}

const struct px_ring_kernel *px_ring_sources_back(const struct px_ring_sources *sources,
						  uint32_t domain)
{
	const struct px_back_domain *other;

	if (domain == DOM0)
		return &sources->back;
	other = px_back_domains_find(&sources->back_domains, domain);
	return other ? &other->kernel : NULL;
}

static void add_counts(const struct px_guest *guest, struct px_guest_counts *ret)
{
	if (!guest)
		return;
	ret->hypercalls += guest->counts.hypercalls;
	ret->ioctls += guest->counts.ioctls;
}

struct px_guest_counts px_ring_sources_counts(const struct px_ring_sources *sources)
{
	const struct px_back_domains *others = &sources->back_domains;
	struct px_guest_counts counts = {0};

	add_counts(sources->guest, &counts);
	for (size_t i = 0; i < others->count; i++)
		add_counts(others->all[i].target.guest, &counts);
	return counts;
}
