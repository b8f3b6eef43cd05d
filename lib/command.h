/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a subcommand is: one table entry, exported by one file. */
#ifndef PX_LIB_COMMAND_H
#define PX_LIB_COMMAND_H

#include "lib/options.h"

/** Exit statuses of every command. */
enum px_exit {
	PX_EXIT_COMPLETE = 0,
	PX_EXIT_FAILED = 1,
	PX_EXIT_USAGE = 2,
	PX_EXIT_INCOMPLETE = 3, /* results were produced, but something is missing in them */
	PX_EXIT_FAULT = 4,	/* what was looked at is at fault */
};

struct px_command {
	const char *name;
	const char *usage;   /* what follows the name: "[OPTIONS] DOM [-- COMMAND]" */
	const char *summary; /* one line */
	const struct px_option *options;
	/**
	 * Parse argv (argv[0] is the command's name), do the work, write results to stdout.
	 * *help_ret: the caller shall print the help text instead. An error is reported by the
	 * caller; without one *status_ret is the exit status (initially COMPLETE).
	 */
	struct px_error *(*run)(int argc, char **argv, bool *help_ret, int *status_ret);
};

#endif
