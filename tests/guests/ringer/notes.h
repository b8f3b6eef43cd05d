/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of ring notes (guest-probes/px_ring_notes.h). */
#ifndef RINGER_NOTES_H
#define RINGER_NOTES_H

#include <stdbool.h>

#include "guest-probes/px_ring_notes.h"

/** The page, without notes yet. */
struct px_ring_notes *notes_init(void);

/** Tell xenstore where it is; false where that fails. */
bool notes_publish(const struct px_ring_notes *notes);

#endif
