/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live back end: a domain of the Xen that we run on, as a guest handle. */
#include "guest/xen-private.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <xenctrl.h>
#include <xencall.h>
#include <xenforeignmemory.h>
#include <xenstore.h>
#include <xen/hvm/save.h>
#include <xen/sys/privcmd.h>

#include "lib/memory.h"

/* Dom0 may be that slow, and the guest is not lost by it. */
static const uint64_t least_limit_ns = 1000000000;

struct xen_guest {
	struct px_guest guest;
	struct xc_interface_core *control;
	struct xs_handle *store; /* open as long as the guest: a successor has its name there */
	struct px_xen_batch *batch;
	struct px_hvm_mode *modes; /* one a slot */
	struct px_isolation isolation;
	struct px_pause_guard guard;
	bool is_paused;	      /* by us */
	sigset_t signal_mask; /* to restore with the resume */
};

static struct xen_guest *xen_guest_of(struct px_guest *guest)
{
	return (struct xen_guest *)guest;
}

static bool is_pv(const struct xen_guest *guest)
{
	return guest->guest.domain.type == PX_GUEST_PV;
}

static struct px_error *gone(const struct xen_guest *guest)
{
	return px_xen_error(ESRCH, guest->guest.domain.id, "");
}

static struct px_error *xen_domain(struct px_guest *base, struct px_domain *ret)
{
	struct xen_guest *guest = xen_guest_of(base);
	struct px_domain now;
	struct px_error *err = px_xen_domain_get(guest->control, base->domain.id, &now);

	base->counts.hypercalls++;
	base->counts.ioctls++;
	if (!err && now.dying)
		return gone(guest);
	if (err && err->code == PX_ERR_NOT_FOUND) {
		px_error_free(err);
		return gone(guest);
	}
	if (err)
		return err;
	__builtin_memcpy(now.name, base->domain.name, sizeof(now.name));
	base->domain = now;
	*ret = now;
	return NULL;
}

/* --- vCPUs
 * ------------------------------------------------------------------------------------ */

/* The CPU record of an HVM or PVH vCPU; 0 or an errno. */
static int read_record(struct xen_guest *guest, uint32_t vcpu, HVM_SAVE_TYPE(CPU) * record)
{
	guest->guest.counts.hypercalls++;
	guest->guest.counts.ioctls++;
	if (xc_domain_hvm_getcontext_partial(guest->control, guest->guest.domain.id,
					     HVM_SAVE_CODE(CPU), (uint16_t)vcpu, record,
					     sizeof(*record)) != 0)
		return errno;
	return 0;
}

/* Read anew only when the vCPU's mode may have changed: while it boots. */
static bool find_mode(struct xen_guest *guest, uint32_t vcpu, struct px_bytes context)
{
	struct px_hvm_mode *mode = &guest->modes[vcpu];
	HVM_SAVE_TYPE(CPU) record;

	if (px_hvm_mode_is_of(mode, context))
		return true;
	*mode = (struct px_hvm_mode){0};
	return read_record(guest, vcpu, &record) == 0 &&
	       px_hvm_mode_decode(px_bytes_of(&record, sizeof(record)), mode);
}

static void decode_vcpu(struct xen_guest *guest, uint32_t vcpu, struct px_vcpu *ret)
{
	struct px_bytes context = px_xen_batch_context_bytes(guest->batch, vcpu);

	px_xen_batch_info(guest->batch, vcpu, ret);
	if (ret->state == PX_VCPU_OFFLINE ||
	    px_xen_batch_context_result(guest->batch, vcpu) != 0)
		return;
	if (is_pv(guest))
		px_vcpu_context_decode_pv(context, ret);
	else if (find_mode(guest, vcpu, context))
		px_vcpu_context_decode_hvm(context, &guest->modes[vcpu], &guest->isolation,
					   ret);
}

static struct px_error *xen_start_guard(struct px_guest *base, uint64_t limit_ns)
{
	struct xen_guest *guest = xen_guest_of(base);
	struct xencall_handle *calls = xc_interface_xcall_handle(guest->control);
	struct px_xen_unpause unpause = {.domain = guest->guest.domain.id};
	struct px_pause_words words = px_xen_batch_pause_words(guest->batch);

	if (guest->guard.pid)
		return NULL;
	if (!xencall_buffers_never_fault(calls))
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "domains cannot be paused safely without "
				    "/dev/xen/hypercall (Linux 4.18 or newer)");
	return px_pause_guard_start(&guest->guard, &words, &px_xen_guard_ops, &unpause,
				    px_max(limit_ns, least_limit_ns));
}

static struct px_error *check_gathered(struct xen_guest *guest, bool pause)
{
	int result = pause ? px_xen_batch_pause_result(guest->batch) : 0;

	if (result)
		return px_xen_error(result, guest->guest.domain.id, "pause");
	/* No context says ESRCH for another reason. */
	for (uint32_t i = 0; i < guest->guest.domain.vcpus; i++) {
		if (px_xen_batch_context_result(guest->batch, i) == ESRCH)
			return gone(guest);
	}
	return NULL;
}

static struct px_error *xen_resume(struct px_guest *base)
{
	struct xen_guest *guest = xen_guest_of(base);
	struct px_error *err;

	if (!guest->is_paused)
		return NULL;
	err = px_xen_batch_resume(guest->batch);
	if (err && err->code != PX_ERR_DOMAIN_GONE)
		return err;
	guest->is_paused = false;
	px_pause_release_stops(&guest->signal_mask);
	return err;
}

static struct px_error *xen_gather(struct px_guest *base, bool pause, struct px_vcpu *vcpus,
				   uint32_t count)
{
	struct xen_guest *guest = xen_guest_of(base);
	struct px_error *err = NULL;

	assert(!guest->is_paused); /* the last pause was not resumed */
	if (pause)
		err = xen_start_guard(base, 0);
	if (err)
		return err;
	if (pause)
		px_pause_hold_stops(&guest->signal_mask);
	err = px_xen_batch_gather(guest->batch, pause);
	guest->is_paused = pause && px_xen_batch_pause_result(guest->batch) == 0;
	if (pause && !guest->is_paused)
		px_pause_release_stops(&guest->signal_mask);
	if (!err)
		err = check_gathered(guest, pause);
	if (err) {
		px_error_free(xen_resume(base));
		return err;
	}
	for (uint32_t i = 0; i < px_min(count, base->domain.vcpus); i++)
		decode_vcpu(guest, i, &vcpus[i]);
	return NULL;
}

static struct px_error *xen_successor(struct px_guest *base, uint32_t *ret)
{
	struct xen_guest *guest = xen_guest_of(base);

	return px_xen_domain_successor(guest->control, guest->store, &base->domain, ret);
}

static struct px_error *xen_entry(struct px_guest *base, uint32_t vcpu,
				  struct px_vcpu_entry *ret)
{
	struct xen_guest *guest = xen_guest_of(base);
	HVM_SAVE_TYPE(CPU) record;
	int result;

	if (vcpu >= base->domain.vcpus)
		return px_error_new(PX_ERR_NOT_FOUND, "domain %u has no vCPU %u",
				    base->domain.id, vcpu);
	if (is_pv(guest)) {
		result = px_xen_batch_context(guest->batch, vcpu);
		if (!result)
			px_vcpu_context_entry_pv(px_xen_batch_context_bytes(guest->batch, vcpu),
						 ret);
	} else {
		result = read_record(guest, vcpu, &record);
		if (!result)
			px_vcpu_context_entry_hvm(px_bytes_of(&record, sizeof(record)), ret);
	}
	if (result == ENODATA || result == ENOENT || result == EINVAL)
		return px_error_new(PX_ERR_NOT_PRESENT, "vCPU %u of domain %u is offline", vcpu,
				    base->domain.id);
	return result ? px_xen_error(result, base->domain.id, "read a vCPU of") : NULL;
}

/* --- memory
 * ----------------------------------------------------------------------------------- */

static struct px_error *xen_map(struct px_guest *base, const px_frame_number *frames,
				size_t count, const uint8_t **ret, bool *mapped_ret)
{
	struct xen_guest *guest = xen_guest_of(base);
	struct xenforeignmemory_handle *foreign = xc_interface_fmem_handle(guest->control);
	xen_pfn_t numbers[PX_MAP_MAX];
	int errors[PX_MAP_MAX];
	size_t mapped = 0;
	uint8_t *pages;

	if (count == 0 || count > PX_MAP_MAX)
		return px_error_new(PX_ERR_LIMIT, "cannot map %zu frames at once", count);
	for (size_t i = 0; i < count; i++)
		numbers[i] = frames[i].value;
	pages = xenforeignmemory_map(foreign, base->domain.id, PROT_READ, count, numbers,
				     errors);
	if (!pages)
		return px_xen_error(errno, base->domain.id, "map memory of");
	for (size_t i = 0; i < count; i++) {
		mapped_ret[i] = errors[i] == 0;
		mapped += mapped_ret[i];
	}
	base->counts.mapped_pages += mapped;
	if (mapped == 0)
		xenforeignmemory_unmap(foreign, pages, count);
	*ret = mapped ? pages : NULL;
	return NULL;
}

static void xen_unmap(struct px_guest *base, const uint8_t *pages, size_t count)
{
	struct xen_guest *guest = xen_guest_of(base);

	xenforeignmemory_unmap(xc_interface_fmem_handle(guest->control),
			       (void *)(uintptr_t)pages, count);
}

/* --- opening and closing
 * ---------------------------------------------------------------------- */

static void xen_close(struct px_guest *base)
{
	struct xen_guest *guest = xen_guest_of(base);

	px_error_free(xen_resume(base));
	px_pause_guard_stop(&guest->guard); /* which would undo what resume could not */
	px_xen_batch_free(guest->batch);
	free(guest->modes);
	xs_close(guest->store);
	xc_interface_close(guest->control);
	free(guest);
}

static const struct px_guest_ops xen_ops = {
	.domain = xen_domain,
	.gather = xen_gather,
	.resume = xen_resume,
	.start_guard = xen_start_guard,
	.successor = xen_successor,
	.entry = xen_entry,
	.map = xen_map,
	.unmap = xen_unmap,
	.close = xen_close,
};

struct xc_interface_core *px_xen_guest_control(struct px_guest *guest)
{
	assert(guest->ops == &xen_ops);
	return xen_guest_of(guest)->control;
}

const unsigned long *px_guest_ioctls_xen(size_t *count_ret)
{
	static const unsigned long requests[] = {
		IOCTL_PRIVCMD_HYPERCALL,
		IOCTL_PRIVCMD_MMAPBATCH_V2,
		IOCTL_PRIVCMD_MMAPBATCH, /* of kernels without the former */
		IOCTL_PRIVCMD_MMAP_RESOURCE,
		/* What Xen's libraries try when they are opened. */
		IOCTL_PRIVCMD_DM_OP,
		IOCTL_PRIVCMD_UNIMPLEMENTED,
	};

	*count_ret = px_array_size(requests);
	return requests;
}

static struct px_error *check_width(struct xen_guest *guest)
{
	unsigned int width = 0;
	struct px_error *err = px_xen_batch_width(guest->batch, &width);

	if (err)
		return err;
	if (width == 32)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "domain %u (%s) is a 32-bit PV guest; only 64-bit PV "
				    "guests can be read",
				    guest->guest.domain.id, guest->guest.domain.name);
	return NULL;
}

static struct px_error *prepare_domain(struct xen_guest *guest, const char *name_or_id)
{
	struct px_domain *domain = &guest->guest.domain;
	struct px_error *err = NULL;

	guest->store = px_xen_store_connect();
	err = px_xen_domain_find(guest->control, guest->store, name_or_id, domain);
	if (err)
		return err;
	if (domain->dying)
		return gone(guest);
	if (domain->vcpus == 0)
		return px_error_new(PX_ERR_NOT_FOUND, "domain %u has no vCPUs yet", domain->id);
	err = px_calloc(domain->vcpus, sizeof(*guest->modes), &guest->modes);
	if (!err)
		err = px_xen_batch_new(xc_interface_xcall_handle(guest->control), domain->id,
				       domain->vcpus, &guest->guest.counts, &guest->batch);
	return err ? err : check_width(guest);
}

struct px_error *px_guest_open_xen(const char *name_or_id, struct px_guest **ret)
{
	struct xen_guest *guest = NULL;
	struct px_error *err = px_calloc(1, sizeof(*guest), &guest);

	if (err)
		return err;
	guest->guest.ops = &xen_ops;
	err = px_xen_access_open(&guest->control);
	if (!err) {
		err = prepare_domain(guest, name_or_id);
		if (!err) {
			*ret = &guest->guest;
			return NULL;
		}
		xen_close(&guest->guest);
		return err;
	}
	free(guest);
	return err;
}
