/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CALL rel32: the opcode E8, then the distance from the next instruction. */
#include "guest/direct-call.h"

#include <string.h>

bool px_direct_call_target(const uint8_t code[PX_DIRECT_CALL_BYTES], uint64_t return_address,
			   uint64_t *ret)
{
	int32_t distance;

	if (code[0] != 0xe8)
		return false;
	memcpy(&distance, code + 1, sizeof(distance));
	*ret = return_address + (uint64_t)(int64_t)distance;
	return true;
}
