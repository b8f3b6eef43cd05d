/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that may be unknown: nothing unknown is a zero. */
#ifndef PX_LIB_FACT_H
#define PX_LIB_FACT_H

#include <stdbool.h>

#include "lib/compiler.h"

/** A number that some source told, or that nobody did. Flags are 0 or 1. */
struct px_fact {
	bool known;
	uint64_t value;
};

#define PX_FACT(number)            \
	((struct px_fact){         \
		.known = true,     \
		.value = (number), \
	})

#endif
