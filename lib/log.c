/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages and the progress line on stderr. */
#include "lib/log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

enum {
	LONGEST_LINE = 8192, /* bytes: two paths */
};

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

void px_plain_print(const char *text, FILE *out)
{
	for (; *text; text++) {
		bool c1 = text[0] == '\xc2' && (text[1] & 0xe0) == 0x80;

		putc(c1 || iscntrl((unsigned char)*text) ? '?' : *text, out);
		text += c1;
	}
}

static void line(enum px_log_level least, const char *prefix, const char *fmt, va_list ap)
{
	char text[LONGEST_LINE];

	if (state.level < least)
		return;
	px_progress_done();
	vsnprintf(text, sizeof(text), fmt, ap);
	fputs(prefix, stderr);
	px_plain_print(text, stderr);
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
