/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the live Xen back end share. */
#ifndef PX_GUEST_XEN_PRIVATE_H
#define PX_GUEST_XEN_PRIVATE_H

#include "guest/guest.h"
#include "guest/pause-guard.h"
#include "guest/vcpu-context.h"

struct xc_interface_core;
struct xencall_handle;
struct xenforeignmemory_handle;
struct xentoollog_logger;
struct xs_handle;

/* --- access-xen.c: handles and errors
 * --------------------------------------------------------- */

/** The hypervisor's interfaces as one handle; says what is wrong where there is none. */
px_must_check struct px_error *px_xen_access_open(struct xc_interface_core **ret);

/** For handles of Xen's libraries, which print what they think of errors: drops it. */
struct xentoollog_logger *px_xen_silent_logger(void);

/**
 * Connect to xenstored; NULL and errno as of xs_open, ETIMEDOUT when it does not come to that
 * within seconds. A request that is not answered within seconds fails with EAGAIN, and all
 * after it at once with EBADF: xenstored hangs, which must not hang us.
 */
struct xs_handle *px_xen_store_connect(void);

/** An errno of a hypercall about a domain as an error. */
px_must_check struct px_error *px_xen_error(int errno_value, uint32_t domain, const char *what);

/* --- guest-xen.c: guests
 * ------------------------------------------------------------------------ */

/** The handle that a guest of px_guest_open_xen works on; borrowed from it. */
struct xc_interface_core *px_xen_guest_control(struct px_guest *guest);

/* --- domains-xen.c: which domains there are
 * ---------------------------------------------------- */

/** Describe one domain, without its name. PX_ERR_NOT_FOUND: there is none of that id. */
px_must_check struct px_error *px_xen_domain_get(struct xc_interface_core *control, uint32_t id,
						 struct px_domain *ret);

/** By name or id, its name filled in. store may be NULL: names are not known then. */
px_must_check struct px_error *px_xen_domain_find(struct xc_interface_core *control,
						  struct xs_handle *store,
						  const char *name_or_id,
						  struct px_domain *ret);

/** See struct px_guest_ops. */
px_must_check struct px_error *px_xen_domain_successor(struct xc_interface_core *control,
						       struct xs_handle *store,
						       const struct px_domain *domain,
						       uint32_t *ret);

/* --- batch-xen.c: hypercalls of one tick
 * ------------------------------------------------------- */

/** Hypercalls about one domain, prepared in memory that the hypervisor can reach. */
struct px_xen_batch;

/** vcpus: how many slots the domain has. Borrows calls and counts. */
px_must_check struct px_error *px_xen_batch_new(struct xencall_handle *calls, uint32_t domain,
						uint32_t vcpus, struct px_guest_counts *counts,
						struct px_xen_batch **ret);
void px_xen_batch_free(struct px_xen_batch *batch);

/** Where the results of the last pause and of its resume are: shared with children. */
struct px_pause_words px_xen_batch_pause_words(const struct px_xen_batch *batch);

/**
 * States, pause if asked for, contexts: in one multicall. The results of single calls are asked
 * for below. On an error, too, the pause may have been made: see the pause words.
 */
px_must_check struct px_error *px_xen_batch_gather(struct px_xen_batch *batch, bool pause);

/** Undo the pause. */
px_must_check struct px_error *px_xen_batch_resume(struct px_xen_batch *batch);

/** 0 or an errno: of the pause, and of a vCPU's context, in the last gather. */
int px_xen_batch_pause_result(const struct px_xen_batch *batch);
int px_xen_batch_context_result(const struct px_xen_batch *batch, uint32_t vcpu);

/** State and time of a vCPU in the last gather. */
void px_xen_batch_info(const struct px_xen_batch *batch, uint32_t vcpu, struct px_vcpu *ret);

/** The context of a vCPU in the last gather or px_xen_batch_context. Borrowed. */
struct px_bytes px_xen_batch_context_bytes(const struct px_xen_batch *batch, uint32_t vcpu);

/** Read the context of one vCPU; 0 or an errno. */
int px_xen_batch_context(struct px_xen_batch *batch, uint32_t vcpu);

/** Width of a PV guest: 64 or 32; 0 for the other types. */
px_must_check struct px_error *px_xen_batch_width(struct px_xen_batch *batch,
						  unsigned int *ret);

/** How the guard undoes a pause; its context is a struct px_xen_unpause. */
extern const struct px_pause_guard_ops px_xen_guard_ops;

struct px_xen_unpause {
	uint32_t domain;
	struct xencall_handle *calls;
	void *call;
};

#endif
