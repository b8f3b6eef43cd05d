/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ring notes of a guest (guest-probes/px_ring_notes.h) as the private half of readings. */
#ifndef PX_RINGTRACE_FRONT_NOTES_H
#define PX_RINGTRACE_FRONT_NOTES_H

#include "guest/store.h"
#include "ringtrace/rings.h"

/**
 * What the notes in (a copy of) the page say of a ring of a device; false: nothing, or the page
 * is none of notes. *ret is untouched then.
 */
bool px_ring_notes_find(struct px_bytes page, const struct px_ring_device *device,
			const struct px_ring *ring, struct px_ring_front *ret);

/** A domain's page of notes, mapped. Zero-initialise. */
struct px_ring_notes_page {
	const uint8_t *page; /* live; NULL: there is none, or it cannot be mapped */
	px_frame_number frame;
};

/**
 * Follow xenstore to where the page is now. Errors: no memory, no xenstored,
 * PX_ERR_DOMAIN_GONE.
 */
px_must_check struct px_error *px_ring_notes_follow(struct px_ring_notes_page *notes,
						    struct px_guest *guest,
						    struct px_store *store);
void px_ring_notes_unmap(struct px_ring_notes_page *notes, struct px_guest *guest);

/**
 * Fill in readings[number].front of a device's rings of which nothing is known yet, as of one
 * instant for each ring.
 */
void px_front_notes_read(const struct px_ring_notes_page *notes, struct px_ring_device *device,
			 size_t number);

#endif
