/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rings for people: a line a ring with its verdict, and below it what is to be said of it. */
#ifndef PX_RINGTRACE_RINGS_TEXT_H
#define PX_RINGTRACE_RINGS_TEXT_H

#include <stdio.h>

#include "ringtrace/rings.h"

struct px_rings_style {
	bool verbose; /* everything that is known, and what it took */
	bool slots;   /* the slots in flight */
	bool colour;  /* for a terminal */
};

/** Write all of rings and what is thought of them. */
void px_rings_text(const struct px_rings *rings, const struct px_rings_style *style, FILE *out);

/* --- its parts, for each other ---------------------------------------------------------- */

/** Everything that the last reading of a ring has, and what its sources lack; rings-detail.c.
 */
void px_rings_text_ring(const struct px_ring *ring, FILE *out);

/** The slots in flight that were kept of a ring; rings-slots.c. */
void px_rings_text_slots(const struct px_ring *ring, FILE *out);

/** Where a device's ends are, and how they are; rings-detail.c. */
void px_rings_text_device(const struct px_rings *rings, const struct px_ring_device *device,
			  FILE *out);

/** How many readings there are, how long they took and what they called; rings-detail.c. */
void px_rings_text_cost(const struct px_rings *rings, FILE *out);

#endif
