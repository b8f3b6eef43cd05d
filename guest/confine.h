/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command that looks at guests gives up, and when. */
#ifndef PX_GUEST_CONFINE_H
#define PX_GUEST_CONFINE_H

#include <sys/types.h>

#include "lib/error.h"

/** What it has to do yet. */
struct px_confinement {
	/** A file to create, after px_capabilities_raise; then confine again, without. NULL:
	 * none */
	const char *output;
	pid_t command; /* a child to end; 0: none */
};

/**
 * Give up all privileges (lib/privileges.h) but those to read files, to use open guests and an
 * open xenstore, and to fill the caches of names and of kernels, which are made now where their
 * folder is ours. Handles, guards of pauses and children must exist. Files are still opened by
 * name for reading, whoever owns them; what takes more than that, as /proc/kcore does
 * (CAP_SYS_RAWIO), is opened before.
 */
px_must_check struct px_error *px_confine(const struct px_confinement *confinement);

#endif
