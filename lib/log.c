/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages and the progress line on stderr. */
#include "lib/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static struct {
	enum px_log_level level;
	bool progress_shown;
} state = {.level = PX_LOG_NORMAL};

void px_log_set_level(enum px_log_level level)
{
	state.level = level;
}

enum px_log_level px_log_level(void)
{
	return state.level;
}

void px_progress_done(void)
{
	if (!state.progress_shown)
		return;
	fputs("\r\033[K", stderr);
	state.progress_shown = false;
}

static void line(enum px_log_level least, const char *prefix, const char *fmt, va_list ap)
{
	if (state.level < least)
		return;
	px_progress_done();
	fputs(prefix, stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void px_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(PX_LOG_NORMAL, "perf-xen: warning: ", fmt, ap);
	va_end(ap);
}

void px_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(PX_LOG_NORMAL, "", fmt, ap);
	va_end(ap);
}

void px_verbose(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	line(PX_LOG_VERBOSE, "", fmt, ap);
	va_end(ap);
}

void px_progress(const char *fmt, ...)
{
	va_list ap;

	if (state.level == PX_LOG_QUIET || !isatty(STDERR_FILENO))
		return;
	fputc('\r', stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\033[K", stderr);
	fflush(stderr);
	state.progress_shown = true;
}
