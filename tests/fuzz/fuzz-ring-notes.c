/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of notes that a guest keeps of its rings. */
#include "ringtrace/front-notes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum px_ring_kind kinds[] = {PX_RING_NET_TX, PX_RING_NET_RX, PX_RING_BLOCK,
						  PX_RING_CONSOLE_OUT};
	struct px_ring_device device = {0};
	struct px_ring_front front;

	for (size_t i = 0; i < px_array_size(kinds); i++) {
		struct px_ring ring = {.kind = kinds[i], .slots = 256};

		(void)px_ring_notes_find(px_bytes_of(data, size), &device, &ring, &front);
	}
	return 0;
}
