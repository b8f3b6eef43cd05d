/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The unwinder: from the registers of a sampled vCPU to the chain of return addresses.
 *
 * Finding a rule (unwind-map.h) and applying it are separate. The unwinder gets registers, a
 * way to find a rule and a way to read one word; it knows no guest, no file, no clock. It
 * allocates nothing, every walk is bounded by the caller's array and must make progress.
 */
#ifndef PX_SYMBOLIZE_UNWINDER_H
#define PX_SYMBOLIZE_UNWINDER_H

#include <stdbool.h>
#include <stddef.h>

#include "symbolize/unwind-map.h"

/** x86-64 registers in DWARF order (System V ABI AMD64, figure 3.36). */
enum px_reg {
	PX_REG_AX,
	PX_REG_DX,
	PX_REG_CX,
	PX_REG_BX,
	PX_REG_SI,
	PX_REG_DI,
	PX_REG_BP,
	PX_REG_SP,
	PX_REG_R8,
	PX_REG_R9,
	PX_REG_R10,
	PX_REG_R11,
	PX_REG_R12,
	PX_REG_R13,
	PX_REG_R14,
	PX_REG_R15,
	PX_REG_IP,
	PX_REGS,
};

struct px_regs {
	uint64_t reg[PX_REGS];
	uint32_t valid; /* bit i: reg[i] is known; IP and SP always are */
};

/** Why a walk ended. The first four are real roots: the stack is complete. */
enum px_end_reason {
	PX_END_USER_MODE,   /* an entry frame from user mode was reached */
	PX_END_THREAD_ROOT, /* ret_from_fork or another frame that ORC/CFI calls outermost */
	PX_END_IDLE_ROOT,   /* the boot or idle task's first function */
	PX_END_USER_ROOT,   /* _start or a thread's first function in user space */
	PX_END_NO_RULE,	    /* no unwind rule for an address in known text */
	PX_END_BAD_ADDRESS, /* a return address outside all known text */
	PX_END_BAD_READ,    /* a stack word could not be read */
	PX_END_NO_PROGRESS, /* the stack pointer did not move up: a loop */
	PX_END_DEPTH,	    /* more frames than the caller's array holds */
	PX_END_DEADLINE,    /* the pause was about to become too long */
	PX_END_NOT_WALKED,  /* only the sampled address was recorded (user mode, no rules) */
	PX_END_NO_FILE,	    /* no rules: the program's file is not at hand */
	PX_END_STACK_CUT,   /* the stack is deeper than what was copied of it */
	PX_END_REASONS,	    /* how many there are */
};

/** Name of a reason for people, e.g. "no rule"; never NULL. */
const char *px_end_reason_name(enum px_end_reason reason);

/** Whether the reason is a real root. */
bool px_end_reason_is_root(enum px_end_reason reason);

/** Name of a rule source, e.g. "orc"; never NULL. */
const char *px_rule_source_name(enum px_rule_source source);

struct px_frame {
	uint64_t ip;	/* as found: the sampled IP, a saved IP, or a return address */
	uint8_t source; /* enum px_rule_source: which rule led from the callee to this frame */
	bool exact;	/* ip is where execution is or was interrupted, no return address */
};

/** The address to look up for names and lines: ip, or ip - 1 for a return address. */
static inline uint64_t px_frame_lookup_address(const struct px_frame *frame)
{
	return frame->exact ? frame->ip : frame->ip - 1;
}

enum px_read_word_result {
	PX_WORD_OK,
	PX_WORD_BAD,	  /* not mapped, not present, not canonical */
	PX_WORD_DEADLINE, /* stop now, keep what there is */
};

/** A piece of stack that can be read in place. */
struct px_stack_window {
	uint64_t address; /* run-time address of the first byte */
	const void *bytes;
	uint64_t starts; /* at how many offsets a whole word starts: size - 7; 0: nowhere */
};

struct px_unwind_space {
	struct px_unwind_map *map;
	/** Read the 8-byte word at a run-time address. */
	enum px_read_word_result (*read_word)(void *context, uint64_t address, uint64_t *ret);
	void *context;
	/**
	 * Optional: where words lie that need no call. read_word may change it, so as to open
	 * the page that it was asked for; the words in it are read once each.
	 */
	const struct px_stack_window *window;
	/**
	 * Addresses from here on are the kernel's (x86-64 Linux: 0xffff800000000000). 0 where
	 * there is only one address space, such as in a unikernel: no user mode.
	 */
	uint64_t kernel_start;
	/**
	 * Optional: whether word is the return address of a call of the very function that ip
	 * is in. Asked where there are no rules, so as to see that a function has no frame.
	 */
	bool (*is_return)(void *code, uint64_t ip, uint64_t word);
	void *code;
};

/**
 * Walk from regs, which are updated to the last frame reached. frames[0] is the sampled IP
 * (exact, PX_RULE_NONE). Writes at most capacity >= 1 frames, *count_ret of them, leaf first.
 *
 * Kernel walk (IP >= kernel_start > 0): a saved register frame of user mode (CS with RPL 3
 * and an SP below kernel_start, or an IP below it) ends the walk with PX_END_USER_MODE; regs
 * then hold what the entry frame saved (IP, SP and, of a full frame, all others), and the
 * user IP is not among the frames. A rule PX_CFA_END gives PX_END_THREAD_ROOT; a caller that
 * knows symbols may refine it to PX_END_IDLE_ROOT. User walk (IP < kernel_start): PX_CFA_END
 * and a zero return address give PX_END_USER_ROOT. Undivided (kernel_start 0): both give
 * PX_END_THREAD_ROOT.
 *
 * A return address that no range of the map covers is not among the frames
 * (PX_END_BAD_ADDRESS); an interrupted IP there is. Covered addresses without a rule are
 * stepped over by frame pointer where that leads to covered text (PX_RULE_FRAME_POINTER; in
 * the first frame by the return address at SP or above, if is_return shows one there),
 * otherwise they end the walk with PX_END_NO_RULE.
 *
 * Follows Linux Documentation/arch/x86/orc-unwinder.rst and DWARF 5 section 6.4.
 */
enum px_end_reason px_unwind(const struct px_unwind_space *space, struct px_regs *regs,
			     struct px_frame *frames, size_t capacity, size_t *count_ret);

#endif
