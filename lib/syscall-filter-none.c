/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A build that filters no system calls: libseccomp is missing, or sanitizers or the counting of
 * coverage are in it, which at the end of a process start threads, trace it and write files.
 */
#include "lib/privileges.h"

const bool px_syscall_filter_built = false;

struct px_error *px_syscall_filter_apply(const struct px_privileges *keep px_unused)
{
	return NULL;
}
