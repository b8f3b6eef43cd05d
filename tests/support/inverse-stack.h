/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inverse unwinding: draw addresses from an unwind table, then lay out the words of a stack
 * so that exactly one chain of frames is right. Any number of stacks with known answers.
 */
#ifndef TESTS_SUPPORT_INVERSE_STACK_H
#define TESTS_SUPPORT_INVERSE_STACK_H

#include "symbolize/unwinder.h"

struct inverse_stack {
	uint64_t address; /* of words[0] */
	uint64_t *words;  /* owned */
	size_t word_count;
	struct px_regs regs;	 /* of the leaf */
	struct px_frame *frames; /* the right chain, leaf first; owned */
	size_t depth;
};

/**
 * A stack of depth frames that starts at address; its outermost return address is 0. With
 * interrupts, one frame in 32 is drawn from the rows with saved registers or a stack
 * switch (the table must have some). The same seed gives the same stack; *seed moves on. Aborts
 * when out of memory or when the table has no usable row.
 */
void inverse_stack_make(const struct px_unwind_table *table, uint64_t *seed, size_t depth,
			uint64_t address, bool interrupts, struct inverse_stack *ret);
void inverse_stack_fini(struct inverse_stack *stack);

/** px_unwind_space.read_word over a struct inverse_stack. */
enum px_read_word_result inverse_stack_read(void *stack, uint64_t address, uint64_t *ret);

/** Whether frames are the right ones, rule sources included. */
bool inverse_stack_matches(const struct inverse_stack *stack, const struct px_frame *frames,
			   size_t count);

/** xorshift64*: *seed must not be 0. */
uint64_t inverse_random(uint64_t *seed);

#endif
