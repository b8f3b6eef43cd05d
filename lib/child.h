/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command that is run along with a measurement. Its process is forked before privileges are
 * given up, which the command shall not lose and after which there is no forking, and waits,
 * without any of our files, until it may become the command.
 */
#ifndef PX_LIB_CHILD_H
#define PX_LIB_CHILD_H

#include <sys/types.h>

#include "lib/error.h"

struct px_child {
	pid_t pid;   /* 0: none */
	int process; /* a pidfd */
	int release; /* closed without a word: it ends without becoming the command */
	int result;
};

/** command: NULL-terminated words, looked up in PATH. Its signals are what they are now, but
 * those that perf-xen.c ignores. */
px_must_check struct px_error *px_child_fork(char **command, struct px_child *ret);

/** Become the command. It has been executed when this returns, or says why it cannot be. */
px_must_check struct px_error *px_child_release(struct px_child *child, const char *name);

/** End it if it still runs or waits (SIGTERM) and wait for that. May be called twice. The
 * command may have become another user, whose processes are not ours to end: it runs on.
 * Returns the status as waitpid does, -1 when it runs on or has been waited for. */
int px_child_end(struct px_child *child);

#endif
