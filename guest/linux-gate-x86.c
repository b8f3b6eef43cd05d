/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two cases on x86-64. The processor's SYSCALL leaves the program's SP in place and its IP in
 * CX (AMD64 manual volume 3); so it is until the kernel has switched stacks, and again before
 * SYSRET. Xen, for a PV kernel, puts CX, R11 and an interrupt return frame on the kernel's
 * stack, and takes such a frame back for the return with a few words below it (struct
 * iret_context of Xen's public headers). The frame is known by its segment selectors: those of
 * programs are the same in every Linux (arch/x86/include/asm/segment.h), or Xen's.
 */
#include "guest/linux-gate.h"

#include "guest/linux-reader.h"

enum {
	MOST_BELOW = 8, /* words between SP and the frame */
	CS = 0x33,
	SS = 0x2b,
	XEN = 0xe000, /* what Xen's flat selectors have beside */
};

struct frame {
	uint64_t ip, cs, flags, sp, ss;
};

static bool is_user(const struct frame *frame)
{
	return (frame->cs | XEN) == (CS | XEN) && (frame->ss | XEN) == (SS | XEN) &&
	       frame->ip < PX_LINUX_KERNEL_SPACE && frame->sp < PX_LINUX_KERNEL_SPACE;
}

static void set(const struct px_regs *regs, uint64_t ip, uint64_t sp, struct px_regs *ret)
{
	*ret = *regs;
	ret->reg[PX_REG_IP] = ip;
	ret->reg[PX_REG_SP] = sp;
}

bool px_linux_gate_user_regs(const struct px_regs *regs,
			     enum px_read_word_result (*read)(void *context, uint64_t address,
							      uint64_t *ret),
			     void *context, struct px_regs *ret)
{
	uint64_t sp = regs->reg[PX_REG_SP], words[MOST_BELOW + 5];
	struct frame frame;

	if (sp < PX_LINUX_KERNEL_SPACE) {
		if (!(regs->valid & 1u << PX_REG_CX) ||
		    regs->reg[PX_REG_CX] >= PX_LINUX_KERNEL_SPACE)
			return false;
		set(regs, regs->reg[PX_REG_CX], sp, ret);
		return true;
	}
	for (unsigned int i = 0; i < px_array_size(words); i++) {
		if (read(context, sp + 8 * i, &words[i]) != PX_WORD_OK)
			return false;
		if (i < 4)
			continue;
		frame = (struct frame){words[i - 4], words[i - 3], words[i - 2], words[i - 1],
				       words[i]};
		if (!is_user(&frame))
			continue;
		set(regs, frame.ip, frame.sp, ret);
		return true;
	}
	return false;
}
