/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tool tells its user besides results: always on stderr. */
#ifndef PX_LIB_LOG_H
#define PX_LIB_LOG_H

#include <stdio.h>

#include "lib/compiler.h"

enum px_log_level {
	PX_LOG_QUIET,	/* errors only */
	PX_LOG_NORMAL,	/* warnings and summaries */
	PX_LOG_VERBOSE, /* what was found and decided */
};

/** Set once by the command line; the only mutable state of the library. */
void px_log_set_level(enum px_log_level level);
enum px_log_level px_log_level(void);

/**
 * Write text of which others decide (names in a guest, paths in a recording) with '?' for what
 * would drive a terminal: control characters, those of UTF-8 included (U+0080 to U+009F). What
 * this file prints is written so.
 */
void px_plain_print(const char *text, FILE *out);

/** One line to stderr, "perf-xen: warning: " before it. Quiet mode drops it. */
void px_warn(const char *fmt, ...) px_printf(1, 2);

/** One line to stderr, without a prefix; px_info from PX_LOG_NORMAL, px_verbose from VERBOSE.
 */
void px_info(const char *fmt, ...) px_printf(1, 2);
void px_verbose(const char *fmt, ...) px_printf(1, 2);

/**
 * A line that overwrites itself, only where stderr is a terminal and the level is not quiet.
 * px_progress_done erases it; every other message of this file does so by itself.
 */
void px_progress(const char *fmt, ...) px_printf(1, 2);
void px_progress_done(void);

#endif
