/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why and when a measurement ends: a signal, a duration, or a command that exits. Signals
 * arrive through a signalfd, so nothing runs asynchronously and no state is global.
 */
#ifndef PX_LIB_STOP_H
#define PX_LIB_STOP_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/child.h"
#include "lib/error.h"

enum px_stop_reason {
	PX_STOP_NOT_YET,
	PX_STOP_SIGNAL,	  /* SIGINT, SIGTERM or SIGHUP: the user has seen enough */
	PX_STOP_DURATION, /* the time is over */
	PX_STOP_COMMAND,  /* the command has exited */
};

struct px_stop {
	int signal_fd;
	struct px_child *command; /* borrowed; NULL: none, or it has exited */
	int command_status;	  /* as from waitpid, once it has exited */
	uint64_t end_ns;	  /* UINT64_MAX: no duration */
	sigset_t *old_mask;
};

/**
 * Block the ending signals and watch them. end_ns: when to stop at the latest (CLOCK_MONOTONIC)
 * or UINT64_MAX. Undone by fini, which also ends a command that still runs (SIGTERM) and waits
 * for it.
 */
px_must_check struct px_error *px_stop_init(struct px_stop *stop, uint64_t end_ns);
void px_stop_fini(struct px_stop *stop);

/** Release a command; name: what errors call it. */
px_must_check struct px_error *
px_stop_start_command(struct px_stop *stop, struct px_child *command, const char *name);

/** Sleep until deadline_ns or a reason to stop, whichever is first. */
enum px_stop_reason px_stop_wait(struct px_stop *stop, uint64_t deadline_ns);

/** Sleep between two looks. PX_ERR_INTERRUPTED: the user has seen enough before the second. */
px_must_check struct px_error *px_stop_sleep(uint64_t interval_ns);

#endif
