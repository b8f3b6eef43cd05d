/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an address can be a return address: does a call instruction end there? */
#ifndef PX_TRACER_RETURN_SITE_H
#define PX_TRACER_RETURN_SITE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PX_RETURN_SITE_BYTES = 8, /* the longest call that is looked for */
};

/** code: the bytes before the address. */
bool px_return_site_is_call(const uint8_t code[PX_RETURN_SITE_BYTES]);

#endif
