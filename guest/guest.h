/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest domain as a handle over a small table of operations: the live Xen back end
 * (guest-xen.c) and the test double (tests/support/guest-double.c) are two such tables.
 */
#ifndef PX_GUEST_GUEST_H
#define PX_GUEST_GUEST_H

#include <stdbool.h>

#include "guest/address.h"
#include "lib/error.h"
#include "symbolize/unwinder.h"

enum px_guest_type {
	PX_GUEST_PV,
	PX_GUEST_PVH,
	PX_GUEST_HVM,
};

const char *px_guest_type_name(enum px_guest_type type);

#define PX_DOMAIN_NAME_MAX 256

/** One domain as the hypervisor and xenstore describe it. */
struct px_domain {
	uint32_t id;
	enum px_guest_type type;
	uint32_t vcpus; /* slots: max_vcpu_id + 1 */
	uint32_t online_vcpus;
	bool paused;			    /* by whomever */
	bool shutdown;			    /* for whatever reason; these are told apart: */
	bool crashed, rebooting, suspended; /* to be saved or migrated */
	bool dying;
	uint64_t memory_kib;
	uint8_t uuid[16];
	char name[PX_DOMAIN_NAME_MAX]; /* "" when xenstore has none */
};

enum px_vcpu_state {
	PX_VCPU_RUNNING,  /* on a physical CPU */
	PX_VCPU_RUNNABLE, /* wants one */
	PX_VCPU_BLOCKED,  /* idle: waits for an event */
	PX_VCPU_OFFLINE,  /* down, or the slot is empty */
};

/** A vCPU at one instant. */
struct px_vcpu {
	enum px_vcpu_state state; /* before the pause */
	uint64_t cpu_time_ns;	  /* spent on physical CPUs so far */
	bool have_context;	  /* the members below are valid */
	struct px_regs regs;
	uint16_t cs;
	bool kernel_mode; /* privilege of the guest kernel, not of Xen */
	enum px_paging paging;
	px_root kernel_root;	 /* KPTI's user bit cleared; PV: the kernel root */
	px_root user_root;	 /* as loaded in user mode; equals kernel_root without KPTI */
	uint64_t gs_base_kernel; /* the kernel's per-CPU base whatever the mode */
};

/** Where an HVM or PVH vCPU enters its kernel: what reveals a relocated kernel. */
struct px_vcpu_entry {
	uint64_t lstar;		 /* HVM, PVH: MSR_LSTAR; PV: the syscall callback */
	uint64_t idt_base;	 /* HVM, PVH: IDTR; PV: 0 */
	uint64_t event_callback; /* PV: event_callback_eip; else 0 */
};

struct px_guest;

/* Pages of one batch of px_guest_ops.map. */
#define PX_MAP_MAX 512

/**
 * The operations of a back end. All return NULL or an error; a domain that has gone is
 * PX_ERR_DOMAIN_GONE from every one of them but successor.
 */
struct px_guest_ops {
	/** Describe the domain anew, in guest->domain as well. A dying domain has gone. */
	struct px_error *(*domain)(struct px_guest *guest, struct px_domain *ret);
	/**
	 * One gathering, in one ioctl where the hypervisor allows it: the states of all vCPUs,
	 * then, if pause, the domain is paused, then the contexts of the vCPUs that are not
	 * offline. vcpus has room for count entries, one for each slot. After success with
	 * pause the domain stays paused until resume; after a failure it is not paused.
	 * The first gather with pause starts the guard unless start_guard did.
	 */
	struct px_error *(*gather)(struct px_guest *guest, bool pause, struct px_vcpu *vcpus,
				   uint32_t count);
	/** Undo the pause of the last gather, if there is one. Never fails silently. */
	struct px_error *(*resume)(struct px_guest *guest);
	/**
	 * Fork the guard of pauses (pause-guard.h) now: it cannot be once privileges are
	 * dropped. It undoes a pause that lasts longer than limit_ns, at least a second.
	 */
	struct px_error *(*start_guard)(struct px_guest *guest, uint64_t limit_ns);
	/**
	 * The id of another domain that has this one's name, as after a reboot; 0: there is
	 * none. Works when the domain is gone.
	 */
	struct px_error *(*successor)(struct px_guest *guest, uint32_t *ret);
	/** Kernel entry points of one vCPU. */
	struct px_error *(*entry)(struct px_guest *guest, uint32_t vcpu,
				  struct px_vcpu_entry *ret);
	/**
	 * Map count <= PX_MAP_MAX frames read-only, one page after another from *ret on, in one
	 * batch. mapped_ret[i] says whether frame i is there; a page that is not must not be
	 * touched. *ret is NULL where none could be mapped. Released as a whole by unmap.
	 */
	struct px_error *(*map)(struct px_guest *guest, const px_frame_number *frames,
				size_t count, const uint8_t **ret, bool *mapped_ret);
	void (*unmap)(struct px_guest *guest, const uint8_t *pages, size_t count);
	void (*close)(struct px_guest *guest);
};

/** Calls made so far, for budgets and summaries. */
struct px_guest_counts {
	uint64_t hypercalls; /* the entries of a multicall count, the multicall itself does not
			      */
	uint64_t ioctls;     /* as many traps into the hypervisor, mappings aside */
	uint64_t mapped_pages;
	uint64_t undone; /* pauses that the guard undid, because we held them for too long */
};

/** Common part of every back end: embed it first. */
struct px_guest {
	const struct px_guest_ops *ops;
	struct px_domain domain; /* as of open or the last refresh */
	struct px_guest_counts counts;
};

/**
 * Open a running domain by name or id ("3", "web1"), as xl does: a number is an id.
 * Clear errors: no such domain, dom0 itself, not root, not on Xen, tool and hypervisor
 * versions differ. Close with px_guest_close.
 */
px_must_check struct px_error *px_guest_open_xen(const char *name_or_id, struct px_guest **ret);

/**
 * The requests of the ioctls that the handles of this back end make, for px_privileges_drop:
 * all operations of a guest work without any other privilege, once its guard is started.
 */
const unsigned long *px_guest_ioctls_xen(size_t *count_ret);

/** All domains but dom0, in id order. The caller frees *ret with free(). */
px_must_check struct px_error *px_guest_list_xen(struct px_domain **ret, size_t *count_ret);

/** Why a domain does not run: "is paused", "has crashed", ...; NULL: nothing keeps it. */
const char *px_domain_stopped(const struct px_domain *domain);

/**
 * How the domain is now. Who samples it pauses it for some hundred microseconds at a time: it
 * is called paused when several looks in some milliseconds find it so.
 */
px_must_check struct px_error *px_guest_domain_now(struct px_guest *guest,
						   struct px_domain *ret);

/** NULL is accepted. An outstanding pause of ours is undone first. */
void px_guest_close(struct px_guest *guest);
void px_guest_closep(struct px_guest **guest);

#endif
