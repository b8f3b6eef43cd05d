/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a stack word in place where the window allows it; inside of the unwinder. */
#ifndef PX_SYMBOLIZE_SPACE_READ_H
#define PX_SYMBOLIZE_SPACE_READ_H

#include <string.h>

#include "symbolize/unwinder.h"

static inline enum px_read_word_result px_space_read(const struct px_unwind_space *space,
						     uint64_t address, uint64_t *ret)
{
	const struct px_stack_window *window = space->window;

	if (!window || address - window->address >= window->starts)
		return space->read_word(space->context, address, ret);
	memcpy(ret, (const char *)window->bytes + (address - window->address), sizeof(*ret));
	return PX_WORD_OK;
}

#endif
