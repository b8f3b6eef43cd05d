/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build-ids: what tells two builds of one program apart. */
#ifndef PX_LIB_BUILD_ID_H
#define PX_LIB_BUILD_ID_H

#include <stdbool.h>

#include "lib/compiler.h"

#define PX_BUILD_ID_MAX 20			  /* a longer one is cut, as perf does */
#define PX_BUILD_ID_HEX (2 * PX_BUILD_ID_MAX + 1) /* room for px_build_id_hex */

struct px_build_id {
	uint8_t size; /* 0: there is none */
	uint8_t bytes[PX_BUILD_ID_MAX];
};

/** Both present and the same. */
bool px_build_id_equal(const struct px_build_id *a, const struct px_build_id *b);

/** Write it in lower-case hex to text; "" when there is none. Returns text. */
const char *px_build_id_hex(const struct px_build_id *id, char text[PX_BUILD_ID_HEX]);

#endif
