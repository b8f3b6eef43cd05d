/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs of a guest: walking their stacks, and the files that this takes. */
#ifndef PX_TRACER_USER_SPACE_H
#define PX_TRACER_USER_SPACE_H

#include "guest/target.h"
#include "tracer/processes.h"

struct px_user_space {
	struct px_symfs *symfs;		/* NULL: no files of the guest are at hand */
	struct px_processes *processes; /* NULL: user stacks are not walked */
};

/** What the commands say about it. Zero-initialise. */
struct px_user_space_options {
	const char *symfs; /* folder with the guest's files; NULL: none */
	bool kernel_only;  /* no user stacks */
};

/** The entry of a command's option table for a member `user_space`. */
#define PX_USER_SPACE_SYMFS_OPTION(struct_type)                                          \
	{                                                                                \
		PX_OPT_STRING, 0, "symfs", "DIR",                                        \
			"a copy of the guest's files: rules and names for its programs", \
			PX_OPTION_AT(struct_type, user_space.symfs)                      \
	}
#define PX_USER_SPACE_KERNEL_OPTION(struct_type)                                               \
	{                                                                                      \
		PX_OPT_FLAG, 0, "kernel-callchains", NULL, "only the kernel's part of stacks", \
			PX_OPTION_AT(struct_type, user_space.kernel_only)                      \
	}

/**
 * Open what target has of it; target is borrowed. Where mappings of processes cannot be read,
 * a warning says why. Close in any case, before target.
 */
px_must_check struct px_error *px_user_space_open(const struct px_user_space_options *options,
						  const struct px_target *target,
						  struct px_user_space *ret);
void px_user_space_close(struct px_user_space *user_space);

/** How user stacks are walked; lives as long as user_space. */
struct px_user_walker px_user_space_walker(const struct px_user_space *user_space);

/** Let namer, of the kernel's addresses, know those of programs; as above. */
void px_user_space_add_names(const struct px_user_space *user_space, struct px_namer *namer);

#endif
