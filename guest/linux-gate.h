/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first and last instructions of the kernel between it and a program. */
#ifndef PX_GUEST_LINUX_GATE_H
#define PX_GUEST_LINUX_GATE_H

#include "symbolize/unwinder.h"

/**
 * The registers that the program has, from those of a vCPU that is in the kernel's entry code,
 * where unwind rules say that nothing is below: the system call has just come in, or is about
 * to return. read reads a word of kernel memory. False where it does not look like that. BP
 * and what else a call preserves are the program's still, or again.
 */
bool px_linux_gate_user_regs(const struct px_regs *regs,
			     enum px_read_word_result (*read)(void *context, uint64_t address,
							      uint64_t *ret),
			     void *context, struct px_regs *ret);

#endif
