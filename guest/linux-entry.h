/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the vCPUs of a guest enter its kernel: the addresses that tell where that lies. */
#ifndef PX_GUEST_LINUX_ENTRY_H
#define PX_GUEST_LINUX_ENTRY_H

#include "guest/address-space.h"

/* Kernel image and modules: the top 2 GiB (Documentation/arch/x86/x86_64/mm.rst). */
#define PX_LINUX_IMAGE_SPACE UINT64_C(0xffffffff80000000)

/** What one vCPU points to; 0 where it points to nothing in the image space. */
struct px_linux_entry {
	struct px_address_space space; /* of the process that ran there a moment ago */
	uint64_t syscall;	       /* HVM, PVH: LSTAR; PV: the callback */
	uint64_t page_fault;	       /* the handler, from the IDT */
	uint64_t event_callback;       /* PV */
};

/** What was seen on the way, for the message when there is nothing to be found. */
struct px_linux_sight {
	bool context;	/* a vCPU is online */
	bool long_mode; /* and runs 64-bit code */
	uint64_t entry; /* the first entry point of any; 0: none */
};

/**
 * Call each for every vCPU that has an entry point until it says that this is it (*done_ret =
 * true) or fails; a few times over, in some milliseconds, since the process that is looked
 * through may exit. Returns whether it was found in *found_ret, and what was seen in
 * *sight_ret.
 */
px_must_check struct px_error *
px_linux_each_entry(struct px_guest *guest, struct px_memory *memory,
		    struct px_error *(*each)(void *context, const struct px_linux_entry *entry,
					     bool *done_ret),
		    void *context, struct px_linux_sight *sight_ret, bool *found_ret);

/** The error where no vCPU had an entry point; NULL where one had. */
px_must_check struct px_error *px_linux_check_sight(const struct px_linux_sight *sight);

/**
 * Go over to the kernel's own page tables, which live as long as the guest: they lie at the
 * run-time address tables, and show the banner at the run-time address banner. Returns whether
 * space was changed.
 */
bool px_linux_switch_root(struct px_address_space *space, uint64_t tables, uint64_t banner);

#endif
