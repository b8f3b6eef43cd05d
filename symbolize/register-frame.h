/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registers that a kernel's entry code saves on the stack; inside of the unwinder. */
#ifndef PX_SYMBOLIZE_REGISTER_FRAME_H
#define PX_SYMBOLIZE_REGISTER_FRAME_H

#include "symbolize/unwinder.h"

/**
 * Read a saved register frame at address: the whole of it (PX_FRAME_REGS), or only what the
 * processor pushes (PX_FRAME_REGS_PARTIAL). regs receives every register saved, and which
 * are valid; *user_ret whether user mode was interrupted. Anything but PX_WORD_OK leaves
 * both untouched.
 */
enum px_read_word_result px_register_frame_read(const struct px_unwind_space *space,
						uint64_t address, enum px_frame_shape shape,
						struct px_regs *regs, bool *user_ret);

#endif
