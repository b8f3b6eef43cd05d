/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypercalls of a tick as one multicall: all that they need lies in one buffer that was
 * allocated at the start and that the hypervisor can always reach.
 *
 * A hypervisor with assertions overwrites the entries of a multicall when it is done with them,
 * so they are written anew for each tick, but for the results of pause and resume: those are
 * evidence for the guard (pause-guard.h).
 */
#include "guest/xen-private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <xenctrl.h>
#include <xencall.h>
#include <xen/sys/privcmd.h>

#include "lib/memory.h"

enum {
	RESUMES = 3, /* a permit is withdrawn and given back at most once for each pause */
};

struct px_xen_batch {
	struct xencall_handle *calls;
	struct px_guest_counts *counts;
	uint32_t vcpus;
	bool no_multicall;

	/* The buffer, and what is in it. */
	void *buffer;
	multicall_entry_t *gather; /* states, pause, contexts: 2n + 1 */
	multicall_entry_t *look;   /* states, contexts: 2n */
	multicall_entry_t *resume; /* 1 */
	xen_domctl_t *infos;	   /* n */
	xen_domctl_t *contexts;	   /* n */
	xen_domctl_t *pause, *unpause, *width;
	uint64_t *numbers; /* of the pause, and of the last that the guard undid */
	vcpu_guest_context_any_t *context; /* n */

	const multicall_entry_t *context_results; /* in gather or look */
};

/* --- setting up
 * ------------------------------------------------------------------------------- */

static void prepare(xen_domctl_t *call, uint32_t command, uint32_t domain)
{
	*call = (xen_domctl_t){
		.cmd = command,
		.interface_version = XEN_DOMCTL_INTERFACE_VERSION,
		.domain = (domid_t)domain,
	};
}

static void prepare_all(struct px_xen_batch *batch, uint32_t domain)
{
	prepare(batch->pause, XEN_DOMCTL_pausedomain, domain);
	prepare(batch->unpause, XEN_DOMCTL_unpausedomain, domain);
	prepare(batch->width, XEN_DOMCTL_get_address_size, domain);
	for (uint32_t i = 0; i < batch->vcpus; i++) {
		prepare(&batch->infos[i], XEN_DOMCTL_getvcpuinfo, domain);
		batch->infos[i].u.getvcpuinfo.vcpu = i;
		prepare(&batch->contexts[i], XEN_DOMCTL_getvcpucontext, domain);
		batch->contexts[i].u.vcpucontext.vcpu = i;
		set_xen_guest_handle_raw(batch->contexts[i].u.vcpucontext.ctxt,
					 &batch->context[i].c);
	}
}

/* Cut a piece off the buffer; all pieces have sizes that keep the next one aligned to 8. */
static void *cut(uint8_t **at, size_t count, size_t size)
{
	void *piece = *at;

	*at += count * size;
	return piece;
}

static void lay_out(struct px_xen_batch *batch)
{
	size_t n = batch->vcpus;
	uint8_t *at = batch->buffer;

	batch->gather = cut(&at, 2 * n + 1, sizeof(*batch->gather));
	batch->look = cut(&at, 2 * n, sizeof(*batch->look));
	batch->resume = cut(&at, 1, sizeof(*batch->resume));
	batch->infos = cut(&at, n, sizeof(*batch->infos));
	batch->contexts = cut(&at, n, sizeof(*batch->contexts));
	batch->pause = cut(&at, 1, sizeof(*batch->pause));
	batch->unpause = cut(&at, 1, sizeof(*batch->unpause));
	batch->width = cut(&at, 1, sizeof(*batch->width));
	batch->numbers = cut(&at, 2, sizeof(*batch->numbers));
	batch->context = cut(&at, n, sizeof(*batch->context));
}

static size_t buffer_size(size_t n)
{
	return (4 * n + 2) * sizeof(multicall_entry_t) + (2 * n + 3) * sizeof(xen_domctl_t) +
	       2 * sizeof(uint64_t) + n * sizeof(vcpu_guest_context_any_t);
}

struct px_error *px_xen_batch_new(struct xencall_handle *calls, uint32_t domain, uint32_t vcpus,
				  struct px_guest_counts *counts, struct px_xen_batch **ret)
{
	struct px_xen_batch *batch = NULL;
	struct px_error *err = px_calloc(1, sizeof(*batch), &batch);
	struct px_pause_words words;

	if (err)
		return err;
	batch->calls = calls;
	batch->counts = counts;
	batch->vcpus = vcpus;
	batch->buffer = xencall_alloc_buffer(calls, buffer_size(vcpus));
	if (!batch->buffer) {
		free(batch);
		return px_error_system(errno, "cannot allocate hypercall buffers");
	}
	lay_out(batch);
	prepare_all(batch, domain);
	words = px_xen_batch_pause_words(batch);
	*words.number = *words.undone = 0;
	px_pause_words_reset(&words);
	batch->context_results = batch->look + vcpus;
	*ret = batch;
	return NULL;
}

void px_xen_batch_free(struct px_xen_batch *batch)
{
	if (!batch)
		return;
	xencall_free_buffer(batch->calls, batch->buffer);
	free(batch);
}

struct px_pause_words px_xen_batch_pause_words(const struct px_xen_batch *batch)
{
	return (struct px_pause_words){
		.paused = &batch->gather[batch->vcpus].result,
		.resumed = &batch->resume->result,
		.permit = &batch->unpause->interface_version,
		.permitted = XEN_DOMCTL_INTERFACE_VERSION,
		.number = &batch->numbers[0],
		.undone = &batch->numbers[1],
	};
}

/* --- calling
 * ---------------------------------------------------------------------------------- */

static int call_one(struct px_xen_batch *batch, xen_domctl_t *call)
{
	batch->counts->hypercalls++;
	batch->counts->ioctls++;
	return xencall1(batch->calls, __HYPERVISOR_domctl, (uintptr_t)call) < 0 ? errno : 0;
}

static void enter(multicall_entry_t *entry, xen_domctl_t *call)
{
	entry->op = __HYPERVISOR_domctl;
	entry->args[0] = (uintptr_t)call;
}

/*
 * One at a time, where multicalls are refused. Here it is us who write the results, so for a
 * moment after each call its word is not yet true. The pause counts as made before it is: the
 * guard then undoes one that was not, which the hypervisor refuses unless somebody else holds a
 * pause. The resume counts as made after it is, with the same consequence.
 */
static void call_each(struct px_xen_batch *batch, multicall_entry_t *entries, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		xen_domctl_t *call = (void *)(uintptr_t)entries[i].args[0];
		int result;

		if (call == batch->pause)
			__atomic_store_n(&entries[i].result, 0, __ATOMIC_SEQ_CST);
		result = call_one(batch, call);
		__atomic_store_n(&entries[i].result, (xen_ulong_t) - (long)result,
				 __ATOMIC_SEQ_CST);
	}
}

static bool is_refusal(int errno_value)
{
	return errno_value == ENOSYS || errno_value == EPERM || errno_value == EACCES;
}

static struct px_error *run(struct px_xen_batch *batch, multicall_entry_t *entries,
			    uint32_t count)
{
	if (!batch->no_multicall) {
		batch->counts->ioctls++;
		if (xencall2(batch->calls, __HYPERVISOR_multicall, (uintptr_t)entries, count) >=
		    0) {
			batch->counts->hypercalls += count;
			return NULL;
		}
		if (!is_refusal(errno))
			return px_error_system(errno, "a multicall to the hypervisor failed");
		batch->no_multicall = true;
	}
	call_each(batch, entries, count);
	return NULL;
}

struct px_error *px_xen_batch_gather(struct px_xen_batch *batch, bool pause)
{
	struct px_pause_words words = px_xen_batch_pause_words(batch);
	multicall_entry_t *entries = pause ? batch->gather : batch->look;
	multicall_entry_t *at = entries;

	if (pause)
		px_pause_words_reset(&words);
	for (uint32_t i = 0; i < batch->vcpus; i++)
		enter(at++, &batch->infos[i]);
	if (pause)
		enter(at++, batch->pause);
	batch->context_results = at;
	for (uint32_t i = 0; i < batch->vcpus; i++)
		enter(at++, &batch->contexts[i]);
	return run(batch, entries, (uint32_t)(at - entries));
}

/* 0, an errno, or EACCES where the guard is about to undo the pause (pause-guard.h). */
static struct px_error *resume_once(struct px_xen_batch *batch, int *result_ret)
{
	struct px_error *err;

	enter(batch->resume, batch->unpause);
	err = run(batch, batch->resume, 1);
	if (!err)
		*result_ret = (int)-(long)batch->resume->result;
	return err;
}

struct px_error *px_xen_batch_resume(struct px_xen_batch *batch)
{
	struct px_pause_words words = px_xen_batch_pause_words(batch);
	int result = EACCES;

	for (int i = 0; i < RESUMES && result == EACCES; i++) {
		struct px_error *err = resume_once(batch, &result);

		if (err)
			return err;
		if (result == EACCES && px_pause_was_undone(&words)) {
			batch->counts->undone++;
			return NULL;
		}
	}
	/* Somebody else undid it: there is nothing left to undo. */
	if (result == 0 || result == EINVAL)
		return NULL;
	return px_xen_error(result, batch->unpause->domain, "unpause");
}

/* --- results
 * ---------------------------------------------------------------------------------- */

static int result_of(const multicall_entry_t *entry)
{
	return (int)-(long)entry->result;
}

int px_xen_batch_pause_result(const struct px_xen_batch *batch)
{
	return result_of(&batch->gather[batch->vcpus]);
}

int px_xen_batch_context_result(const struct px_xen_batch *batch, uint32_t vcpu)
{
	return result_of(&batch->context_results[vcpu]);
}

void px_xen_batch_info(const struct px_xen_batch *batch, uint32_t vcpu, struct px_vcpu *ret)
{
	const struct xen_domctl_getvcpuinfo *info = &batch->infos[vcpu].u.getvcpuinfo;
	/* The states come first in either list. */
	const multicall_entry_t *entry = batch->context_results < batch->look
						 ? &batch->gather[vcpu]
						 : &batch->look[vcpu];

	*ret = (struct px_vcpu){.state = PX_VCPU_OFFLINE};
	if (result_of(entry) != 0 || !info->online) /* an error: the slot is empty */
		return;
	ret->cpu_time_ns = info->cpu_time;
	if (info->running)
		ret->state = PX_VCPU_RUNNING;
	else
		ret->state = info->blocked ? PX_VCPU_BLOCKED : PX_VCPU_RUNNABLE;
}

struct px_bytes px_xen_batch_context_bytes(const struct px_xen_batch *batch, uint32_t vcpu)
{
	return px_bytes_of(&batch->context[vcpu], sizeof(batch->context[vcpu]));
}

int px_xen_batch_context(struct px_xen_batch *batch, uint32_t vcpu)
{
	return call_one(batch, &batch->contexts[vcpu]);
}

struct px_error *px_xen_batch_width(struct px_xen_batch *batch, unsigned int *ret)
{
	int result = call_one(batch, batch->width);

	if (result && result != EOPNOTSUPP)
		return px_xen_error(result, batch->width->domain, "ask for the width of");
	*ret = result ? 0 : batch->width->u.address_size.size;
	return NULL;
}

/* --- the guard
 * -------------------------------------------------------------------------------- */

/* A handle must not be used by a child of its maker, so the guard opens its own. */
static int guard_arm(void *context)
{
	struct px_xen_unpause *unpause = context;

	unpause->calls = xencall_open(px_xen_silent_logger(), 0);
	if (!unpause->calls)
		return errno;
	unpause->call = xencall_alloc_buffer(unpause->calls, sizeof(xen_domctl_t));
	if (!unpause->call)
		return errno;
	prepare(unpause->call, XEN_DOMCTL_unpausedomain, unpause->domain);
	return 0;
}

static void guard_unpause(void *context)
{
	struct px_xen_unpause *unpause = context;

	while (xencall1(unpause->calls, __HYPERVISOR_domctl, (uintptr_t)unpause->call) < 0 &&
	       (errno == EINTR || errno == EAGAIN || errno == EBUSY))
		;
}

static const unsigned long guard_ioctls[] = {IOCTL_PRIVCMD_HYPERCALL};

const struct px_pause_guard_ops px_xen_guard_ops = {
	.arm = guard_arm,
	.unpause = guard_unpause,
	.ioctls = guard_ioctls,
	.ioctl_count = px_array_size(guard_ioctls),
};
