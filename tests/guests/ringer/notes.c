/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One page that drivers write and dom0 reads. */
#include "notes.h"

#include <stddef.h>

#include "tests/guests/ringer/store.h"
#include "tests/guests/unikernel/text.h"

static struct px_ring_notes page __attribute__((aligned(4096)));

struct px_ring_notes *notes_init(void)
{
	static const char magic[] = PX_RING_NOTES_MAGIC;

	memcpy(page.magic, magic, sizeof(magic));
	page.note_size = sizeof(struct px_ring_note);
	return &page;
}

bool notes_publish(const struct px_ring_notes *notes)
{
	return store_write_number(NULL, PX_RING_NOTES_KEY, (uintptr_t)notes >> 12);
}
