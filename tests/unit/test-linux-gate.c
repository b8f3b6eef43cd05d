/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of a program at the kernel's doors. */
#include "guest/linux-gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define STACK UINT64_C(0xffffc90000103f80)

struct stack {
	uint64_t words[16];
};

static enum px_read_word_result read_stack(void *context, uint64_t address, uint64_t *ret)
{
	const struct stack *stack = context;

	if (address < STACK || address - STACK > sizeof(stack->words) - 8)
		return PX_WORD_BAD;
	*ret = stack->words[(address - STACK) / 8];
	return PX_WORD_OK;
}

static struct px_regs regs_at(uint64_t sp)
{
	struct px_regs regs = {.valid = (1u << PX_REGS) - 1};

	regs.reg[PX_REG_IP] = UINT64_C(0xffffffff81a00010);
	regs.reg[PX_REG_SP] = sp;
	regs.reg[PX_REG_BP] = 0x7ffd1000;
	regs.reg[PX_REG_CX] = 0x401234;
	return regs;
}

/* The frame behind so many words. */
static struct stack stack_with(size_t below, uint64_t xen)
{
	struct stack stack = {0};
	const uint64_t frame[] = {0x402468, 0x33 | xen, 0x246, 0x7ffd2000, 0x2b | xen};

	memset(stack.words, 0x11, sizeof(stack.words));
	memcpy(stack.words + below, frame, sizeof(frame));
	return stack;
}

static void test_processor(void **state)
{
	struct px_regs regs = regs_at(0x7ffd3000), user = {0};
	struct stack stack = {0};

	assert_true(px_linux_gate_user_regs(&regs, read_stack, &stack, &user));
	assert_true(user.reg[PX_REG_IP] == 0x401234 && user.reg[PX_REG_SP] == 0x7ffd3000);
	assert_true(user.reg[PX_REG_BP] == 0x7ffd1000);
	regs.reg[PX_REG_CX] = UINT64_C(0xffffffff81000000);
	assert_false(px_linux_gate_user_regs(&regs, read_stack, &stack, &user));
	regs = regs_at(0x7ffd3000);
	regs.valid &= ~(1u << PX_REG_CX);
	assert_false(px_linux_gate_user_regs(&regs, read_stack, &stack, &user));
}

static void test_frames(void **state)
{
	struct px_regs regs = regs_at(STACK), user = {0};

	for (size_t below = 0; below < 12; below++)
		for (uint64_t xen = 0; xen <= 0xe000; xen += 0xe000) {
			struct stack stack = stack_with(below, xen);
			bool found = px_linux_gate_user_regs(&regs, read_stack, &stack, &user);

			assert_int_equal(found, below <= 8);
			if (!found)
				continue;
			assert_true(user.reg[PX_REG_IP] == 0x402468);
			assert_true(user.reg[PX_REG_SP] == 0x7ffd2000);
		}
}

static void test_no_frames(void **state)
{
	static const struct {
		size_t word;
		uint64_t value;
	} lies[] = {
		{2, UINT64_C(0xffffffff81000000)}, /* of the kernel */
		{5, UINT64_C(0xffffc90000100000)},
		{3, 0x10},
		{3, 0x23}, /* 32-bit */
		{6, 0x18},
	};
	struct px_regs regs = regs_at(STACK), user = {0};

	for (size_t i = 0; i < px_array_size(lies); i++) {
		struct stack stack = stack_with(2, 0);

		stack.words[lies[i].word] = lies[i].value;
		assert_false(px_linux_gate_user_regs(&regs, read_stack, &stack, &user));
	}
	regs = regs_at(STACK + 13 * 8); /* the stack ends */
	assert_false(px_linux_gate_user_regs(&regs, read_stack, &(struct stack){0}, &user));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processor),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_no_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
