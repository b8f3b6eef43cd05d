/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which domains there are: the hypervisor knows ids and types, xenstore knows names. */
#include "guest/xen-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenstore.h>

#include "lib/memory.h"

#define BATCH 64

/* An HVM guest has a platform of emulated devices, a PVH guest at most a local APIC. */
static enum px_guest_type type_of(const xc_domaininfo_t *info)
{
	if (!(info->flags & XEN_DOMINF_hvm_guest))
		return PX_GUEST_PV;
	return info->arch_config.emulation_flags & XEN_X86_EMU_PIC ? PX_GUEST_HVM
								   : PX_GUEST_PVH;
}

static void describe(const xc_domaininfo_t *info, struct px_domain *ret)
{
	unsigned int reason = info->flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
	bool shutdown = info->flags & XEN_DOMINF_shutdown;

	*ret = (struct px_domain){
		.id = info->domain,
		.type = type_of(info),
		.vcpus = info->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0
								      : info->max_vcpu_id + 1,
		.online_vcpus = info->nr_online_vcpus,
		.paused = info->flags & XEN_DOMINF_paused,
		.shutdown = shutdown,
		.crashed = shutdown && reason == SHUTDOWN_crash,
		.rebooting = shutdown && reason == SHUTDOWN_reboot,
		.suspended = shutdown && reason == SHUTDOWN_suspend,
		.dying = info->flags & XEN_DOMINF_dying,
		.memory_kib = info->tot_pages * (XC_PAGE_SIZE / 1024),
	};
	memcpy(ret->uuid, info->handle, sizeof(ret->uuid));
}

struct px_error *px_xen_domain_get(struct xc_interface_core *control, uint32_t id,
				   struct px_domain *ret)
{
	xc_domaininfo_t info;
	int got = xc_domain_getinfolist(control, id, 1, &info);

	if (got < 0)
		return px_error_system(errno, "cannot ask for domain %u", id);
	if (got == 0 || info.domain != id)
		return px_error_new(PX_ERR_NOT_FOUND, "there is no domain %u", id);
	describe(&info, ret);
	return NULL;
}

/* --- names
 * ------------------------------------------------------------------------------------ */

static void read_name(struct xs_handle *store, struct px_domain *domain)
{
	char path[64];
	char *name;

	snprintf(path, sizeof(path), "/local/domain/%u/name", domain->id);
	name = store ? xs_read(store, XBT_NULL, path, NULL) : NULL;
	snprintf(domain->name, sizeof(domain->name), "%s", name ? name : "");
	free(name);
}

static void close_store(struct xs_handle **store)
{
	xs_close(*store);
}

/* --- lists
 * ------------------------------------------------------------------------------------ */

struct list {
	struct px_domain *domains;
	size_t count, capacity;
};

/* Those from id on, at most BATCH; *next_ret: where to go on, 0 after the last. */
static struct px_error *append_batch(xc_interface *control, uint32_t from, struct list *list,
				     uint32_t *next_ret)
{
	xc_domaininfo_t info[BATCH];
	int got = xc_domain_getinfolist(control, from, BATCH, info);
	struct px_error *err = NULL;

	if (got < 0)
		return px_error_system(errno, "cannot list domains");
	for (int i = 0; i < got && !err; i++) {
		err = px_array_grow(list->domains, list->count, list->capacity);
		if (!err)
			describe(&info[i], &list->domains[list->count++]);
	}
	*next_ret = got == BATCH ? info[BATCH - 1].domain + 1u : 0;
	return err;
}

static struct px_error *list_all(xc_interface *control, struct xs_handle *store,
				 struct list *list)
{
	struct px_error *err = NULL;

	for (uint32_t next = 1; next && !err;)
		err = append_batch(control, next, list, &next);
	for (size_t i = 0; i < list->count; i++)
		read_name(store, &list->domains[i]);
	return err;
}

struct px_error *px_guest_list_xen(struct px_domain **ret, size_t *count_ret)
{
	px_cleanup(close_store) struct xs_handle *store = NULL;
	struct xc_interface_core *control = NULL;
	struct list list = {0};
	struct px_error *err = px_xen_access_open(&control);

	if (err)
		return err;
	store = px_xen_store_connect();
	err = list_all(control, store, &list);
	xc_interface_close(control);
	if (err) {
		free(list.domains);
		return err;
	}
	*ret = list.domains;
	*count_ret = list.count;
	return NULL;
}

/* --- finding one
 * ------------------------------------------------------------------------------ */

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static struct px_error *find_id(xc_interface *control, struct xs_handle *store,
				const char *text, struct px_domain *ret)
{
	unsigned long id = strtoul(text, NULL, 10);
	struct px_error *err;

	if (id >= DOMID_FIRST_RESERVED)
		return px_error_new(PX_ERR_NOT_FOUND, "there is no domain %s", text);
	err = px_xen_domain_get(control, (uint32_t)id, ret);
	if (err)
		return err;
	read_name(store, ret);
	return NULL;
}

static struct px_error *find_name(xc_interface *control, struct xs_handle *store,
				  const char *name, struct px_domain *ret)
{
	px_cleanup(px_freep) struct px_domain *domains = NULL;
	const struct px_domain *found = NULL;
	struct list list = {0};
	struct px_error *err = list_all(control, store, &list);
	bool names = list.count == 0;

	domains = list.domains;
	for (size_t i = 0; i < list.count && !err; i++) {
		names |= *domains[i].name != '\0';
		if (strcmp(domains[i].name, name) != 0)
			continue;
		if (found)
			return px_error_new(PX_ERR_USAGE,
					    "domains %u and %u are both named %s; use an id",
					    found->id, domains[i].id, name);
		found = &domains[i];
	}
	if (err)
		return err;
	if (!found)
		return px_error_new(PX_ERR_NOT_FOUND, "there is no domain named %s%s", name,
				    names ? "" : " that xenstored tells of; give its id");
	*ret = *found;
	return NULL;
}

struct px_error *px_xen_domain_find(struct xc_interface_core *control, struct xs_handle *store,
				    const char *name_or_id, struct px_domain *ret)
{
	if (strcmp(name_or_id, "0") == 0 || strcmp(name_or_id, "Domain-0") == 0)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "dom0 cannot be looked at from inside; use perf record");
	return is_number(name_or_id) ? find_id(control, store, name_or_id, ret)
				     : find_name(control, store, name_or_id, ret);
}

struct px_error *px_xen_domain_successor(struct xc_interface_core *control,
					 struct xs_handle *store,
					 const struct px_domain *domain, uint32_t *ret)
{
	struct list list = {0};
	struct px_error *err = list_all(control, store, &list);
	uint32_t found = 0;

	for (size_t i = 0; i < list.count && !err; i++) {
		const struct px_domain *other = &list.domains[i];

		if (*domain->name && other->id != domain->id && !other->dying &&
		    !strcmp(other->name, domain->name))
			found = other->id;
	}
	free(list.domains);
	if (!err)
		*ret = found;
	return err;
}
