/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build-ids: comparing, printing. */
#include "lib/build-id.h"

#include <string.h>

bool px_build_id_equal(const struct px_build_id *a, const struct px_build_id *b)
{
	return a->size && a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

const char *px_build_id_hex(const struct px_build_id *id, char text[PX_BUILD_ID_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < id->size; i++) {
		text[2 * i] = digits[id->bytes[i] >> 4];
		text[2 * i + 1] = digits[id->bytes[i] & 15];
	}
	text[2 * id->size] = '\0';
	return text;
}
