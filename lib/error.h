/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors: what an operator must be told, as one object per failure. */
#ifndef PX_LIB_ERROR_H
#define PX_LIB_ERROR_H

#include "lib/compiler.h"

/**
 * What kind of failure it is, for callers that know better than to pass it up.
 * What happens on every sample is no error but an outcome (see symbolize/unwinder.h).
 */
enum px_error_code {
	PX_ERR_OTHER = 1,
	PX_ERR_NO_MEMORY,
	PX_ERR_SYSTEM,	    /* a system call failed; errno_value says how */
	PX_ERR_USAGE,	    /* the command line is wrong: exit status 2 */
	PX_ERR_NOT_FOUND,   /* no such domain, file, symbol, section */
	PX_ERR_PERMISSION,  /* not root, or the hypervisor refuses */
	PX_ERR_NOT_ON_XEN,  /* no hypervisor interface here, or not dom0 */
	PX_ERR_BAD_FORMAT,  /* bytes that do not follow their format */
	PX_ERR_TRUNCATED,   /* the bytes end too early */
	PX_ERR_UNSUPPORTED, /* well formed, and we cannot handle it */
	PX_ERR_MISMATCH,    /* build-ids differ */
	PX_ERR_NOT_PRESENT, /* a guest page is not mapped or not reachable */
	PX_ERR_DOMAIN_GONE, /* the domain died, was destroyed or is being so */
	PX_ERR_LIMIT,	    /* a bound of ours was reached */
	PX_ERR_INTERRUPTED, /* the user asked to stop */
	PX_ERR_NO_ANSWER,   /* who is to answer has not for so long that it will not */
};

struct px_error {
	enum px_error_code code;
	int errno_value; /* 0 when no system call was involved */
	char *message;	 /* one line, no full stop, no newline */
};

/**
 * A new error with a formatted one-line message that says what, where and, if
 * possible, what to do. Never NULL: falls back to px_error_no_memory.
 * The caller owns it and passes it up or frees it.
 */
px_must_check struct px_error *px_error_new(enum px_error_code code, const char *fmt, ...)
	px_printf(2, 3);

/** Like px_error_new; appends ": " and the text of errno_value. Code: PX_ERR_SYSTEM. */
px_must_check struct px_error *px_error_system(int errno_value, const char *fmt, ...)
	px_printf(2, 3);

#ifdef __clang_analyzer__
/* The analyzer cannot see it, and would follow paths on which an error is no error. */
#define px_never_null(call)                      \
	({                                       \
		struct px_error *err_ = call;    \
		if (!err_)                       \
			__builtin_unreachable(); \
		err_;                            \
	})
#define px_error_new(...)    px_never_null(px_error_new(__VA_ARGS__))
#define px_error_system(...) px_never_null(px_error_system(__VA_ARGS__))
#endif

/** The static out-of-memory error. Freeing it does nothing. */
extern struct px_error px_error_no_memory;

/**
 * Put a formatted context and ": " before the message. Takes ownership of err
 * and returns it (or what replaces it). NULL stays NULL.
 */
px_must_check struct px_error *px_error_prefix(struct px_error *err, const char *fmt, ...)
	px_printf(2, 3);

/** Free err; NULL and static errors are accepted. */
void px_error_free(struct px_error *err);

/** For px_cleanup(). */
void px_error_freep(struct px_error **err);

#endif
