/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live grant table: XENMEM_acquire_resource maps its frames, read-only.
 *
 * That call makes a table longer when it is asked for a frame that is not there, so it is never
 * asked for more than the table has: the guest's own growing is left to the guest.
 */
#include "guest/grants.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>

#include "guest/xen-private.h"
#include "lib/log.h"
#include "lib/memory.h"

enum {
	/* 4 MiB of grants; 64 is what domains get that are not told otherwise. */
	FRAMES_MAX = 1024,
	/* Of version 2, whose entries have 2 bytes of status for their 16. */
	FRAMES_PER_STATUS_FRAME = PX_GRANT_ENTRY_2 / PX_GRANT_STATUS,
};

struct xen_grants {
	struct px_grants grants;
	struct px_guest *guest;
	/* NULL: not mapped */
	struct xenforeignmemory_resource_handle *shared, *status;
};

static struct xen_grants *xen_grants_of(struct px_grants *grants)
{
	return (struct xen_grants *)grants;
}

static struct xenforeignmemory_handle *memory_of(struct xen_grants *grants)
{
	return xc_interface_fmem_handle(px_xen_guest_control(grants->guest));
}

static void count_call(struct xen_grants *grants)
{
	grants->guest->counts.hypercalls++;
	grants->guest->counts.ioctls++;
}

static void unmap(struct xen_grants *grants, struct xenforeignmemory_resource_handle **resource)
{
	if (*resource)
		xenforeignmemory_unmap_resource(memory_of(grants), *resource);
	*resource = NULL;
}

static void unmap_all(struct xen_grants *grants)
{
	unmap(grants, &grants->shared);
	unmap(grants, &grants->status);
}

static struct px_error *map(struct xen_grants *grants, unsigned int id, uint32_t frames,
			    struct xenforeignmemory_resource_handle **resource_ret,
			    struct px_bytes *ret)
{
	uint32_t domain = grants->guest->domain.id;
	void *pages = NULL;

	grants->guest->counts.hypercalls++;
	*resource_ret = xenforeignmemory_map_resource(memory_of(grants), (domid_t)domain,
						      XENMEM_resource_grant_table, id, 0,
						      frames, &pages, PROT_READ, 0);
	if (!*resource_ret)
		return px_xen_error(errno, domain, "map grants of");
	grants->guest->counts.mapped_pages += frames;
	*ret = px_bytes_of(pages, (size_t)frames * PX_PAGE_SIZE);
	return NULL;
}

/* How long the table is and what its entries look like; version 0: there is none. */
static struct px_error *ask(struct xen_grants *grants, unsigned int *version_ret,
			    uint32_t *frames_ret)
{
	uint32_t domain = grants->guest->domain.id;
	struct xc_interface_core *control = px_xen_guest_control(grants->guest);
	struct gnttab_query_size size = {.dom = (domid_t)domain};
	int version = xc_gnttab_get_version(control, domain);

	count_call(grants);
	if (version < 0)
		return px_xen_error(errno, domain, "ask for the grants of");
	count_call(grants);
	if (xc_gnttab_query_size(control, &size) != 0)
		return px_xen_error(errno, domain, "ask for the grants of");
	if (size.status == GNTST_bad_domain)
		return px_xen_error(ESRCH, domain, "");
	if (size.status != GNTST_okay)
		return px_xen_error(EPERM, domain, "ask for the grants of");
	*frames_ret = size.nr_frames;
	*version_ret = (version == 1 || version == 2) && size.nr_frames ? (unsigned int)version
									: 0;
	return NULL;
}

static struct px_error *map_frames(struct xen_grants *grants, uint32_t frames,
				   struct px_grant_table *table)
{
	struct px_error *err = map(grants, XENMEM_resource_grant_table_id_shared, frames,
				   &grants->shared, &table->shared);

	if (!err && table->version == 2)
		err = map(grants, XENMEM_resource_grant_table_id_status,
			  (frames + FRAMES_PER_STATUS_FRAME - 1) / FRAMES_PER_STATUS_FRAME,
			  &grants->status, &table->status);
	return err;
}

/* Xen or dom0's kernel does not show tables, or the guest changed the version meanwhile: its
 * entries are out of reach, and all else can be looked at. */
static struct px_error *do_without(struct px_error *err, struct px_grant_table *table)
{
	table->shared = table->status = (struct px_bytes){0};
	if (err->code == PX_ERR_DOMAIN_GONE || err->code == PX_ERR_NO_MEMORY)
		return err;
	px_verbose("%s", err->message);
	px_error_free(err);
	return NULL;
}

static struct px_error *xen_table(struct px_grants *base, struct px_grant_table *ret)
{
	struct xen_grants *grants = xen_grants_of(base);
	struct px_grant_table table = {0};
	uint32_t frames = 0;
	struct px_error *err;

	unmap_all(grants);
	err = ask(grants, &table.version, &frames);
	if (err || table.version == 0)
		return err;
	table.entries = (uint64_t)frames * PX_PAGE_SIZE /
			(table.version == 2 ? PX_GRANT_ENTRY_2 : PX_GRANT_ENTRY_1);
	err = map_frames(grants, px_min(frames, (uint32_t)FRAMES_MAX), &table);
	if (err) {
		unmap_all(grants);
		err = do_without(err, &table);
	}
	if (!err)
		*ret = table;
	return err;
}

static void xen_close(struct px_grants *base)
{
	unmap_all(xen_grants_of(base));
	free(base);
}

static const struct px_grants_ops xen_ops = {
	.table = xen_table,
	.close = xen_close,
};

struct px_error *px_grants_open_xen(struct px_guest *guest, struct px_grants **ret)
{
	struct xen_grants *grants = NULL;
	struct px_error *err = px_calloc(1, sizeof(*grants), &grants);

	if (err)
		return err;
	grants->grants.ops = &xen_ops;
	grants->guest = guest;
	*ret = &grants->grants;
	return NULL;
}
