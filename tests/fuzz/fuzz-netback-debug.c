/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as the text of one of netback's debug files. */
#include "guest/netback-debug.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_netback_queue queue = {0};

	if (px_netback_debug_parse(px_bytes_of(data, size), &queue) &&
	    queue.tx.req_cons.value > UINT32_MAX)
		__builtin_trap();
	return 0;
}
