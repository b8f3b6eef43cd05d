/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving up what a process does not need any more.
 *
 * A command opens what it works on with all the rights of root, and then gives them up before
 * it looks at a byte that a guest, a recording or a program file could have crafted:
 *
 * New privileges: none, whatever is executed (no_new_privs).
 *
 * Files: none is executed, and none is made, changed or removed but below folders that are
 * named here (Landlock, Linux 5.13 or newer). What is open stays so.
 *
 * Capabilities: none, and none can come back; but for CAP_DAC_READ_SEARCH where files are read
 * by name: under sudo they are often the user's, in a folder that is closed to others. Root
 * without capabilities changes its own files only.
 *
 * System calls: those of the duty; every other fails with EPERM and is logged by the kernel
 * (audit). It does not kill: a call that a C library of tomorrow makes, and which is missing in
 * the list, then costs an error message, not a recording. What protects is that the call is
 * not made.
 *
 * Nothing undoes it, and children inherit it.
 */
#ifndef PX_LIB_PRIVILEGES_H
#define PX_LIB_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/error.h"

/** What a process does from now on. */
enum px_duty {
	PX_DUTY_GUARD,	/* wait for the end of a process, make ioctls */
	PX_DUTY_REPORT, /* read files by name, write to what is open */
	PX_DUTY_GUEST,	/* that; make ioctls; ask through an open socket; fill caches; wait for
			 * signals and a command */
};

/** What is kept. Everything is borrowed for the call. */
struct px_privileges {
	enum px_duty duty;
	const unsigned long *ioctls; /* their request numbers */
	size_t ioctl_count;
	/** Folders below which files may be made, changed and removed. Those that do not exist
	 * or cannot be opened are left out. */
	const char *const *folders;
	size_t folder_count;
	/** A child that may be sent SIGTERM; 0: none. */
	pid_t command;
	/** A first step: there will be a second call, with less. Until then the calls that drop
	 * are allowed, and px_capabilities_raise. */
	bool first_step;
};

/**
 * Give up everything else. The kernel must have seccomp, not Landlock. On failure some of it
 * may be given up: the process should end.
 */
px_must_check struct px_error *px_privileges_drop(const struct px_privileges *keep);

/** What this build is able to do of it, for px_privileges_drop and the version command. */
extern const bool px_capabilities_built, px_syscall_filter_built;

/* --- the parts, each a file, and a file of the same interface without it ------------------ */

/** libcap-ng: drop the capabilities. read: but CAP_DAC_READ_SEARCH; write: but what
 * px_capabilities_raise needs; where they are held. */
px_must_check struct px_error *px_capabilities_drop(bool read, bool write);

/** After the first step: from now on files can be made in folders of other users as well
 * (CAP_DAC_OVERRIDE), where that was held. */
px_must_check struct px_error *px_capabilities_raise(void);

/** Landlock: see above. Older kernels: no effect. */
px_must_check struct px_error *px_file_rules_apply(const char *const *folders, size_t count);

/** libseccomp: install the filter. */
px_must_check struct px_error *px_syscall_filter_apply(const struct px_privileges *keep);

#endif
