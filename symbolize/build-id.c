/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GNU build-ids in ELF notes. */
#include "symbolize/build-id.h"

#include <elf.h>
#include <string.h>

static uint64_t note_align(uint32_t size)
{
	return ((uint64_t)size + 3) & ~UINT64_C(3);
}

bool px_build_id_from_notes(struct px_bytes notes, struct px_build_id *ret)
{
	struct px_cursor c = px_cursor_of(notes);

	while (px_cursor_left(&c) && !c.failed) {
		uint32_t name_size = px_cursor_u32(&c);
		uint32_t desc_size = px_cursor_u32(&c);
		uint32_t type = px_cursor_u32(&c);
		struct px_bytes name = px_cursor_bytes(&c, name_size);
		struct px_bytes desc;

		px_cursor_skip(&c, note_align(name_size) - name_size);
		desc = px_cursor_bytes(&c, desc_size);
		if (c.failed)
			break;
		if (type == NT_GNU_BUILD_ID && desc_size && name_size == sizeof(ELF_NOTE_GNU) &&
		    !memcmp(name.data, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU))) {
			*ret = (struct px_build_id){
				.size = (uint8_t)px_min(desc.size, (size_t)PX_BUILD_ID_MAX)};
			memcpy(ret->bytes, desc.data, ret->size);
			return true;
		}
		/* The last note's padding may be missing. */
		px_cursor_skip(&c, px_min(note_align(desc_size) - desc_size,
					  (uint64_t)px_cursor_left(&c)));
	}
	return false;
}
