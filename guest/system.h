/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runs in a guest, as the commands see it: one table of operations for each kind of
 * operating system. A further kind is a file with its table and a line in target.c; commands
 * that do more with some kinds find these as what they are in struct px_target.
 */
#ifndef PX_GUEST_SYSTEM_H
#define PX_GUEST_SYSTEM_H

#include "guest/namer.h"
#include "guest/sampler.h"

struct px_system_ops {
	/** What the sampler needs to know; lives as long as the system. */
	struct px_sampler_kernel (*sampler)(void *system);
	/** The name of an address: the find of struct px_namer. */
	bool (*find_symbol)(void *system, uint64_t address, struct px_linux_symbol *ret);
	/** Follow loading and unloading of code; *changed_ret: there was some. May be NULL. */
	struct px_error *(*refresh)(void *system, bool *changed_ret);
	void (*close)(void *system);
};

struct px_system {
	const struct px_system_ops *ops; /* NULL: nothing is known of the guest */
	void *handle;			 /* what the operations take */
	/* The path of the one program that the guest is, in one address space; borrowed from
	 * the handle. NULL: a kernel with processes. */
	const char *program;
};

struct px_target;

/**
 * Open the kind that the function is named after in a target whose guest and memory are open:
 * sets target->system and the pointer of the kind. image: the file that the user gave (a
 * unikernel's is taken over, also on failure).
 */
px_must_check struct px_error *px_system_open_linux(struct px_target *target,
						    const char *image);
px_must_check struct px_error *px_system_open_unikernel(struct px_target *target,
							struct px_elf_image *image);

#endif
