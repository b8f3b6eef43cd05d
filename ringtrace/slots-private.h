/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decoding of block slots shares with that of the others. */
#ifndef PX_RINGTRACE_SLOTS_PRIVATE_H
#define PX_RINGTRACE_SLOTS_PRIVATE_H

#include "ringtrace/slots.h"

/** Bytes of a slot in that layout. */
uint32_t px_slot_block_size(enum px_block_protocol protocol);

/** Fill in what a slot says; bytes are those of the slot, all of them. */
void px_slot_decode_block_request(struct px_bytes bytes, enum px_block_protocol protocol,
				  struct px_slot *slot);
void px_slot_decode_block_response(struct px_bytes bytes, enum px_block_protocol protocol,
				   struct px_slot *slot);

#endif
