/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest that a command works on: the domain, its memory, and its kernel if it is known. */
#ifndef PX_TRACER_TARGET_H
#define PX_TRACER_TARGET_H

#include "guest/confine.h"
#include "lib/options.h"
#include "tracer/processes.h"
#include "tracer/system.h"

struct px_target {
	struct px_guest *guest;
	struct px_memory *memory;
	struct px_system system;
	struct px_linux_kernel
		*kernel;	/* the system when it is a known Linux kernel; else NULL */
	struct px_symfs *symfs; /* NULL: no files of the guest are at hand */
	struct px_processes *processes; /* NULL: user stacks are not walked */
};

/** What the commands say about which guest to open. Zero-initialise. */
struct px_target_options {
	const char *name_or_id;
	const char *image;     /* vmlinux or a unikernel; NULL: the guest's memory tells */
	const char *symfs;     /* folder with the guest's files; NULL: none */
	bool kernel_only;      /* no user stacks */
	uint64_t max_pause_ns; /* how long its pauses are meant to be */
	struct px_confinement confinement;
};

/** The entry of a command's option table for a member `target`. */
#define PX_TARGET_OPTION(struct_type)                                                       \
	{                                                                                   \
		PX_OPT_STRING, 0, "vmlinux", "FILE",                                        \
			"image of the guest's kernel or unikernel (what its memory tells)", \
			PX_OPTION_AT(struct_type, target.image)                             \
	}

/** The same, of user stacks. */
#define PX_TARGET_SYMFS_OPTION(struct_type)                                              \
	{                                                                                \
		PX_OPT_STRING, 0, "symfs", "DIR",                                        \
			"a copy of the guest's files: rules and names for its programs", \
			PX_OPTION_AT(struct_type, target.symfs)                          \
	}
#define PX_TARGET_KERNEL_OPTION(struct_type)                                                   \
	{                                                                                      \
		PX_OPT_FLAG, 0, "kernel-callchains", NULL, "only the kernel's part of stacks", \
			PX_OPTION_AT(struct_type, target.kernel_only)                          \
	}

/** Take DOM, the only argument there must be; PX_ERR_USAGE. */
px_must_check struct px_error *px_target_take_argument(struct px_target_options *options,
						       const struct px_arguments *arguments);

/**
 * Open the domain and its memory, give up privileges (confine.h), and open what runs in it.
 * Where that cannot be told and no image was given, a warning says why. Close in any case.
 */
px_must_check struct px_error *px_target_open(const struct px_target_options *options,
					      struct px_target *ret);
void px_target_close(struct px_target *target);

/** What the sampler needs to know of the system; lives as long as target. */
struct px_sampler_kernel px_target_sampler_kernel(struct px_target *target);

/** How its user stacks are walked; lives as long as target. */
struct px_user_walker px_target_user_walker(struct px_target *target);

/** The names of its addresses; lives as long as target. */
struct px_namer px_target_namer(struct px_target *target);

#endif
