/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GNU build-ids: what tells two builds of one program apart, and the ELF notes that hold it. */
#ifndef PX_SYMBOLIZE_BUILD_ID_H
#define PX_SYMBOLIZE_BUILD_ID_H

#include <stdbool.h>

#include "lib/bytes.h"

#define PX_BUILD_ID_MAX 20			  /* a longer one is cut, as perf does */
#define PX_BUILD_ID_HEX (2 * PX_BUILD_ID_MAX + 1) /* room for px_build_id_hex */

struct px_build_id {
	uint8_t size; /* 0: there is none */
	uint8_t bytes[PX_BUILD_ID_MAX];
};

/**
 * The first GNU build-id among ELF notes (gABI, "Note Section": n_namesz, n_descsz, n_type,
 * name and desc padded to 4 bytes). False when there is none or the notes are damaged.
 */
bool px_build_id_from_notes(struct px_bytes notes, struct px_build_id *ret);

/** Both present and the same. */
bool px_build_id_equal(const struct px_build_id *a, const struct px_build_id *b);

/** Write it in lower-case hex to text; "" when there is none. Returns text. */
const char *px_build_id_hex(const struct px_build_id *id, char text[PX_BUILD_ID_HEX]);

#endif
