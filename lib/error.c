/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors: construction, prefixing, release. */
#include "lib/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct px_error px_error_no_memory = {
	.code = PX_ERR_NO_MEMORY,
	.message = (char[]){"out of memory"},
};

/* Takes ownership of message; NULL means that it could not be allocated. */
static struct px_error *error_from(enum px_error_code code, int errno_value, char *message)
{
	struct px_error *err = message ? malloc(sizeof(*err)) : NULL;

	if (!err) {
		free(message);
		return &px_error_no_memory;
	}
	*err = (struct px_error){.code = code, .errno_value = errno_value, .message = message};
	return err;
}

/* Names in parentheses: error.h may define macros of the same names. */
struct px_error *(px_error_new)(enum px_error_code code, const char *fmt, ...)
{
	char *message = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&message, fmt, ap) < 0)
		message = NULL;
	va_end(ap);
	return error_from(code, 0, message);
}

struct px_error *(px_error_system)(int errno_value, const char *fmt, ...)
{
	char *what = NULL, *message = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		what = NULL;
	va_end(ap);
	if (!what || asprintf(&message, "%s: %s", what, strerror(errno_value)) < 0)
		message = NULL;
	free(what);
	return error_from(PX_ERR_SYSTEM, errno_value, message);
}

struct px_error *px_error_prefix(struct px_error *err, const char *fmt, ...)
{
	char *context = NULL, *message = NULL;
	va_list ap;

	if (!err || err == &px_error_no_memory)
		return err;
	va_start(ap, fmt);
	if (vasprintf(&context, fmt, ap) < 0)
		context = NULL;
	va_end(ap);
	if (!context || asprintf(&message, "%s: %s", context, err->message) < 0) {
		free(context);
		return err;
	}
	free(context);
	free(err->message);
	err->message = message;
	return err;
}

void px_error_free(struct px_error *err)
{
	if (!err || err == &px_error_no_memory)
		return;
	free(err->message);
	free(err);
}

void px_error_freep(struct px_error **err)
{
	px_error_free(*err);
	*err = NULL;
}
