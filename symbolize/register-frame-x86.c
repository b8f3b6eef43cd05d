/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saved registers on x86-64: struct pt_regs of Linux arch/x86/include/asm/ptrace.h, whose
 * last five words are the interrupt frame of the processor (AMD64 manual volume 2, section
 * 8.9.3).
 *
 * User mode: an entry from user mode saves a CS with RPL 3, and a user stack. Xen runs a
 * 64-bit PV kernel in ring 3 too, but clears the RPL of the CS that it pushes when it
 * interrupts one (create_bounce_frame), and Linux relies on that. The SP is tested as well,
 * so that a PV kernel that pushed its own CS is not taken for user mode.
 */
#include "symbolize/register-frame.h"

#include "symbolize/space-read.h"

/* Words of struct pt_regs, in order. */
enum {
	WORD_CS = 17,
	WORD_SP = 19,
	WORDS = 21,
	WORD_IRET = 16, /* the first word that the processor pushes: IP */
};

static const int8_t word_register[WORDS] = {
	PX_REG_R15,	PX_REG_R14, PX_REG_R13,	 PX_REG_R12,	   PX_REG_BP, PX_REG_BX,
	PX_REG_R11,	PX_REG_R10, PX_REG_R9,	 PX_REG_R8,	   PX_REG_AX, PX_REG_CX,
	PX_REG_DX,	PX_REG_SI,  PX_REG_DI,	 -1 /* orig_ax */, PX_REG_IP, -1 /* cs */,
	-1 /* flags */, PX_REG_SP,  -1 /* ss */,
};

static bool frame_is_user(const struct px_unwind_space *space, const struct px_regs *regs,
			  uint64_t cs)
{
	return regs->reg[PX_REG_IP] < space->kernel_start ||
	       ((cs & 3) == 3 && regs->reg[PX_REG_SP] < space->kernel_start);
}

enum px_read_word_result px_register_frame_read(const struct px_unwind_space *space,
						uint64_t address, enum px_frame_shape shape,
						struct px_regs *regs, bool *user_ret)
{
	unsigned int first = shape == PX_FRAME_REGS ? 0 : WORD_IRET;
	struct px_regs saved = {0};
	uint64_t cs = 0;

	for (unsigned int i = first; i <= WORD_SP; i++) {
		uint64_t value = 0;
		enum px_read_word_result result = PX_WORD_OK;

		if (word_register[i] < 0 && i != WORD_CS)
			continue;
		result = px_space_read(space, address + 8 * (i - first), &value);
		if (result != PX_WORD_OK)
			return result;
		if (i == WORD_CS) {
			cs = value;
			continue;
		}
		saved.reg[word_register[i]] = value;
		saved.valid |= 1u << word_register[i];
	}
	*user_ret = frame_is_user(space, &saved, cs);
	*regs = saved;
	return PX_WORD_OK;
}
