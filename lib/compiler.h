/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiler attributes and the few macros that every file may use. */
#ifndef PX_LIB_COMPILER_H
#define PX_LIB_COMPILER_H

#include <stddef.h>
#include <stdint.h>

#define px_must_check	   __attribute__((warn_unused_result))
#define px_printf(fmt, va) __attribute__((format(printf, fmt, va)))
#define px_unused	   __attribute__((unused))

/** Run fn(&variable) when the variable goes out of scope. */
#define px_cleanup(fn) __attribute__((cleanup(fn)))

#define px_array_size(a) (sizeof(a) / sizeof((a)[0]))

#define px_min(a, b)                    \
	({                              \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ < b_ ? a_ : b_;      \
	})

#define px_max(a, b)                    \
	({                              \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ > b_ ? a_ : b_;      \
	})

#endif
