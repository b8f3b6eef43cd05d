/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the page of notes that a guest keeps of its rings. */
#include "ringtrace/front-notes.h"

#include <string.h>

#include "guest-probes/px_ring_notes.h"
#include "ringtrace/answer.h"

enum {
	COPY_TRIES = 100,
};

static uint32_t kind_of(enum px_ring_kind kind)
{
	switch (kind) {
	case PX_RING_NET_TX:
		return PX_RING_NOTE_NET_TX;
	case PX_RING_NET_RX:
		return PX_RING_NOTE_NET_RX;
	case PX_RING_BLOCK:
		return PX_RING_NOTE_BLOCK;
	default:
		return PX_RING_NOTE_NONE;
	}
}

static bool is_of(const struct px_ring_note *note, const struct px_ring_device *device,
		  const struct px_ring *ring)
{
	return note->kind == kind_of(ring->kind) && note->device == device->id &&
	       note->queue == ring->queue && note->slots == ring->slots;
}

bool px_ring_notes_find(struct px_bytes page, const struct px_ring_device *device,
			const struct px_ring *ring, struct px_ring_front *ret)
{
	static const char magic[] = PX_RING_NOTES_MAGIC;
	struct px_ring_notes notes;

	if (page.size < sizeof(notes) || kind_of(ring->kind) == PX_RING_NOTE_NONE)
		return false;
	memcpy(&notes, page.data, sizeof(notes));
	if (memcmp(notes.magic, magic, sizeof(magic)) != 0 ||
	    notes.note_size != sizeof(struct px_ring_note))
		return false;
	for (uint32_t i = 0; i < px_min(notes.note_count, PX_RING_NOTES_MAX + 0u); i++) {
		const struct px_ring_note *note = &notes.notes[i];

		if (!is_of(note, device, ring))
			continue;
		*ret = (struct px_ring_front){
			.req_prod_pvt = PX_FACT(note->req_prod_pvt),
			.rsp_cons = PX_FACT(note->rsp_cons),
			.writers = PX_FACT(note->writers),
			.waiters = PX_FACT(note->waiters),
			.wanted = PX_FACT(note->wanted),
			.stopped = px_answer_of(note->flags & PX_RING_NOTE_STOPPED),
		};
		return true;
	}
	return false;
}

/* --- the page --------------------------------------------------------------------------- */

void px_ring_notes_unmap(struct px_ring_notes_page *notes, struct px_guest *guest)
{
	if (notes->page)
		guest->ops->unmap(guest, notes->page, 1);
	*notes = (struct px_ring_notes_page){0};
}

struct px_error *px_ring_notes_follow(struct px_ring_notes_page *notes, struct px_guest *guest,
				      struct px_store *store)
{
	enum px_store_outcome outcome = PX_STORE_ABSENT;
	uint32_t number = 0;
	bool mapped = false;
	struct px_error *err = px_store_number(
		store,
		px_store_path("/local/domain/%u/%s", guest->domain.id, PX_RING_NOTES_KEY).text,
		&number, &outcome);

	if (err)
		return err;
	if (outcome == PX_STORE_OK && notes->page && notes->frame.value == number)
		return NULL;
	px_ring_notes_unmap(notes, guest);
	if (outcome != PX_STORE_OK)
		return NULL;
	notes->frame = px_frame_number_of(number);
	err = guest->ops->map(guest, &notes->frame, 1, &notes->page, &mapped);
	if (err)
		notes->page = NULL;
	return err;
}

/* The guest writes a few words of it at a time: what two copies agree on was there. */
static bool copy_note(const uint8_t *page, const struct px_ring_device *device,
		      const struct px_ring *ring, struct px_ring_front *ret)
{
	struct px_ring_front first, second;
	uint8_t copy[PX_PAGE_SIZE];

	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	memcpy(copy, page, sizeof(copy));
	if (!px_ring_notes_find(px_bytes_of(copy, sizeof(copy)), device, ring, &first))
		return false;
	for (int i = 0; i < COPY_TRIES; i++) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		memcpy(copy, page, sizeof(copy));
		if (!px_ring_notes_find(px_bytes_of(copy, sizeof(copy)), device, ring, &second))
			return false;
		if (first.req_prod_pvt.value == second.req_prod_pvt.value &&
		    first.rsp_cons.value == second.rsp_cons.value &&
		    first.writers.value == second.writers.value &&
		    first.waiters.value == second.waiters.value &&
		    first.wanted.value == second.wanted.value) {
			*ret = first;
			return true;
		}
		first = second;
	}
	return false;
}

void px_front_notes_read(const struct px_ring_notes_page *notes, struct px_ring_device *device,
			 size_t number)
{
	for (size_t i = 0; notes->page && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];
		struct px_ring_front *front = &ring->readings[number].front;

		if (!front->req_prod_pvt.known)
			copy_note(notes->page, device, ring, front);
	}
}
