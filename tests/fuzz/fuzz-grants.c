/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile grant tables and pages of event bits: the first bytes of the input choose version,
 * reference and port, the rest is the memory.
 */
#include <stdlib.h>
#include <string.h>

#include "guest/event-bits.h"
#include "guest/grants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(struct px_grant_table table, uint32_t reference)
{
	const struct px_grants grants = {.table = table};
	const struct px_grant untouched = {.domain = 0xdeadbeef};
	struct px_grant grant = untouched;
	enum px_grant_outcome outcome = px_grants_find(&grants, reference, &grant);

	if (outcome == PX_GRANT_OK ? grant.domain > UINT16_MAX
				   : grant.domain != untouched.domain)
		abort();
	if (reference >= table.entries && outcome != PX_GRANT_BEYOND)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_cursor at = px_cursor_of(px_bytes_of(data, size));
	uint8_t version = px_cursor_u8(&at), narrow = px_cursor_u8(&at);
	uint16_t entries = px_cursor_u16(&at), split = px_cursor_u16(&at);
	uint32_t number = px_cursor_u32(&at);
	struct px_bytes memory = px_cursor_bytes(&at, px_cursor_left(&at)), status = {0};
	enum px_event_width width = narrow & 1 ? PX_EVENTS_32 : PX_EVENTS_64;

	if (at.failed)
		return 0;
	px_bytes_slice(memory, split, memory.size - px_min(split, memory.size), &status);
	look_up((struct px_grant_table){.version = version % 3,
					.entries = entries,
					.shared = memory,
					.status = status},
		number);
	px_shared_info_port(memory, width, number);
	px_shared_info_upcall(memory, width, number);
	px_shared_info_abi(memory, width);
	px_vcpu_info_decode(memory, width);
	return 0;
}
