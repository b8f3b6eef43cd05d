/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the domains that guests' back ends are in. */
#include "ringtrace/back-domains.h"

#include <stdio.h>

#include "lib/memory.h"

enum {
	DOM0 = 0,
	DEVICES_MAX = 64, /* of one class that are asked where their back end is */
};

/* What another domain does not give is not known, and no reason to stop. */
static struct px_error *note(struct px_back_domain *domain, struct px_error *err)
{
	char problem[160];

	if (!err || err->code == PX_ERR_NO_MEMORY || err->code == PX_ERR_INTERRUPTED)
		return err;
	if (err->code == PX_ERR_DOMAIN_GONE || err->code == PX_ERR_NOT_FOUND)
		domain->stopped = "is gone";
	snprintf(problem, sizeof(problem), "domain %u: %s", domain->id, err->message);
	px_error_free(err);
	px_ring_kernel_give_up(&domain->kernel, problem);
	return NULL;
}

/* --- which, with privileges --------------------------------------------------------------- */

static struct px_error *hold(struct px_back_domains *domains, uint32_t id)
{
	struct px_back_domain *domain;
	struct px_target_options how = {.no_stacks = true};
	char name[16];

	if (px_back_domains_find(domains, id) || domains->count == PX_BACK_DOMAINS_MAX)
		return NULL;
	domain = &domains->all[domains->count++];
	domain->id = id;
	snprintf(name, sizeof(name), "%u", id);
	how.name_or_id = name;
	return note(domain, px_target_hold(&how, &domain->target));
}

static struct px_error *hold_of_class(struct px_store *store, uint32_t guest, const char *class,
				      struct px_back_domains *ret)
{
	struct px_store_path folder = px_store_path("/local/domain/%u/device/%s", guest, class);
	struct px_store_names devices px_cleanup(px_store_names_fini) = {0};
	enum px_store_outcome outcome;
	struct px_error *err =
		px_store_list(store, folder.text, DEVICES_MAX, &devices, &outcome);

	for (size_t i = 0; !err && i < devices.count; i++) {
		struct px_store_path key =
			px_store_path("%s/%s/backend-id", folder.text, devices.names[i]);
		uint32_t id = DOM0;

		err = px_store_number(store, key.text, &id, &outcome);
		if (!err && id != DOM0 && id != guest)
			err = hold(ret, id);
	}
	return err;
}

struct px_error *px_back_domains_hold(struct px_store *store, uint32_t guest,
				      struct px_back_domains *ret)
{
	struct px_error *err = hold_of_class(store, guest, "vif", ret);

	return err ? err : hold_of_class(store, guest, "vbd", ret);
}

/* --- what runs there, without ------------------------------------------------------------- */

static struct px_error *use_kernel(struct px_back_domain *domain)
{
	if (!domain->target.kernel) {
		px_ring_kernel_give_up(&domain->kernel,
				       "it is not known which kernel its back end's domain "
				       "runs");
		return NULL;
	}
	return px_ring_kernel_use_guest(&domain->kernel, domain->target.kernel);
}

struct px_error *px_back_domains_look(struct px_back_domains *domains)
{
	const struct px_target_options how = {.no_stacks = true};
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < domains->count; i++) {
		struct px_back_domain *domain = &domains->all[i];

		if (*domain->kernel.problem)
			continue;
		err = px_target_look(&how, &domain->target);
		if (!err)
			err = use_kernel(domain);
		err = note(domain, err);
	}
	return err;
}

static struct px_error *refresh(struct px_back_domain *domain)
{
	struct px_domain now = {0};
	bool changed;
	struct px_error *err = px_guest_domain_now(domain->target.guest, &now);

	if (err)
		return err;
	domain->stopped = px_domain_stopped(&now);
	px_memory_new_generation(domain->target.memory);
	return domain->kernel.drivers ? px_linux_kernel_refresh(domain->target.kernel, &changed)
				      : NULL;
}

struct px_error *px_back_domains_refresh(struct px_back_domains *domains)
{
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < domains->count; i++)
		if (domains->all[i].target.memory)
			err = note(&domains->all[i], refresh(&domains->all[i]));
	return err;
}

/* ------------------------------------------------------------------------------------------ */

const struct px_back_domain *px_back_domains_find(const struct px_back_domains *domains,
						  uint32_t id)
{
	for (size_t i = 0; i < domains->count; i++)
		if (domains->all[i].id == id)
			return &domains->all[i];
	return NULL;
}

void px_back_domains_fini(struct px_back_domains *domains)
{
	for (size_t i = 0; i < domains->count; i++) {
		px_ring_kernel_fini(&domains->all[i].kernel);
		px_target_close(&domains->all[i].target);
	}
	*domains = (struct px_back_domains){0};
}
