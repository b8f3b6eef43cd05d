/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GNU build-ids in ELF notes. */
#ifndef PX_SYMBOLIZE_BUILD_ID_H
#define PX_SYMBOLIZE_BUILD_ID_H

#include "lib/build-id.h"
#include "lib/bytes.h"

/**
 * The first GNU build-id among ELF notes (gABI, "Note Section": n_namesz, n_descsz, n_type,
 * name and desc padded to 4 bytes). False when there is none or the notes are damaged.
 */
bool px_build_id_from_notes(struct px_bytes notes, struct px_build_id *ret);

#endif
