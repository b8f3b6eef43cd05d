/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Call instructions whose target is in them. */
#ifndef PX_GUEST_DIRECT_CALL_H
#define PX_GUEST_DIRECT_CALL_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PX_DIRECT_CALL_BYTES = 5,
};

/**
 * The target of the direct call that returns to return_address, if code, the bytes before that,
 * ends in one.
 */
bool px_direct_call_target(const uint8_t code[PX_DIRECT_CALL_BYTES], uint64_t return_address,
			   uint64_t *ret);

#endif
