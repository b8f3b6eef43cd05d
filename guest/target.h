/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest that a command works on: the domain, its memory, and what runs in it if that is
 * known. */
#ifndef PX_GUEST_TARGET_H
#define PX_GUEST_TARGET_H

#include "guest/confine.h"
#include "guest/system.h"
#include "guest/unikernel.h"
#include "lib/options.h"

struct px_target {
	struct px_guest *guest;
	bool no_stacks; /* as in the options */
	struct px_memory *memory;
	struct px_system system;
	/* The system as what it is; NULL: it is another, or is not known. */
	struct px_linux_kernel *kernel;
	struct px_unikernel *unikernel;
};

/** What the commands say about which guest to open. Zero-initialise. */
struct px_target_options {
	const char *name_or_id;
	const char *image;     /* vmlinux or a unikernel; NULL: the guest's memory tells */
	uint64_t max_pause_ns; /* how long its pauses are meant to be */
	bool no_stacks;	       /* none are asked for: no pauses, no warnings about names */
	struct px_confinement confinement;
};

/** The entry of a command's option table for a member `target`. */
#define PX_TARGET_OPTION(struct_type)                                                       \
	{                                                                                   \
		PX_OPT_STRING, 0, "vmlinux", "FILE",                                        \
			"image of the guest's kernel or unikernel (what its memory tells)", \
			PX_OPTION_AT(struct_type, target.image)                             \
	}

/** Take DOM, the only argument there must be; PX_ERR_USAGE. */
px_must_check struct px_error *px_target_take_argument(struct px_target_options *options,
						       const struct px_arguments *arguments);

/**
 * Open the domain and its memory and nothing more, which takes privileges. Close in any case.
 */
px_must_check struct px_error *px_target_hold(const struct px_target_options *options,
					      struct px_target *ret);

/**
 * Open what runs in a domain that is held, after privileges were given up. Where that cannot be
 * told and no image was given, a warning says why.
 */
px_must_check struct px_error *px_target_look(const struct px_target_options *options,
					      struct px_target *target);

/** Both, and in between give up privileges (confine.h). Close in any case. */
px_must_check struct px_error *px_target_open(const struct px_target_options *options,
					      struct px_target *ret);
void px_target_close(struct px_target *target);

/** What the sampler needs to know of the system; lives as long as target. */
struct px_sampler_kernel px_target_sampler_kernel(struct px_target *target);

/** The names of the system's addresses; lives as long as target. */
struct px_namer px_target_namer(struct px_target *target);

#endif
