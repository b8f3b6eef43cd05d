/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of x86-64 (AMD64 manual volume 3, CALL near): E8 with a 32-bit displacement, and FF /2
 * with a register or memory operand, whose ModRM byte says how long it is. Prefixes do not
 * matter: they stand before.
 */
#include "tracer/return-site.h"

static bool has_sib(uint8_t modrm)
{
	return (modrm & 7) == 4 && modrm >> 6 != 3;
}

/* How many bytes FF, ModRM and what follows are; 0: not FF /2. */
static unsigned int indirect_call_size(const uint8_t *code)
{
	unsigned int mod = code[1] >> 6, rm = code[1] & 7, size = 2;

	if (code[0] != 0xff || (code[1] >> 3 & 7) != 2)
		return 0;
	if (mod == 3)
		return size;
	if (has_sib(code[1])) /* with base 5 and no displacement it has one after all */
		size += 1 + (mod == 0 && (code[2] & 7) == 5 ? 4 : 0);
	if (mod == 0 && rm == 5)
		size += 4;
	if (mod == 1)
		size += 1;
	if (mod == 2)
		size += 4;
	return size;
}

bool px_return_site_is_call(const uint8_t code[PX_RETURN_SITE_BYTES])
{
	if (code[PX_RETURN_SITE_BYTES - 5] == 0xe8)
		return true;
	for (unsigned int size = 2; size < PX_RETURN_SITE_BYTES; size++) {
		const uint8_t *at = code + PX_RETURN_SITE_BYTES - size;

		if (size == 2 && has_sib(at[1])) /* it would lie behind the address */
			continue;
		if (indirect_call_size(at) == size)
			return true;
	}
	return false;
}
