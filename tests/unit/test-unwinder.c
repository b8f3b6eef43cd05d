/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The unwinder over stacks laid out word by word. */
#include "symbolize/unwinder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define TEXT	     0xffffffff81000000u
#define STACK	     0xffffc90000000000u
#define IRQ_STACK    0xffffc90000100000u
#define KERNEL_START 0xffff800000000000u
#define WORDS	     64

/* Two stacks; a read outside them fails. */
struct memory {
	uint64_t stack[WORDS];
	uint64_t irq_stack[WORDS];
	unsigned int reads_left; /* 0: PX_WORD_DEADLINE */
};

struct fixture {
	struct memory memory;
	struct px_unwind_builder *builder;
	struct px_unwind_table *table;
	struct px_unwind_map *map;
	struct px_unwind_space space;
	struct px_stack_window window;
	struct px_regs regs;
	struct px_frame frames[16];
	size_t count;
};

static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	struct memory *memory = context;
	uint64_t at = (address - STACK) / 8, irq_at = (address - IRQ_STACK) / 8;

	if (memory->reads_left == 0)
		return PX_WORD_DEADLINE;
	memory->reads_left--;
	if (address % 8)
		return PX_WORD_BAD;
	if (at < WORDS)
		*ret = memory->stack[at];
	else if (irq_at < WORDS)
		*ret = memory->irq_stack[irq_at];
	else
		return PX_WORD_BAD;
	return PX_WORD_OK;
}

static void set_up(struct fixture *f)
{
	*f = (struct fixture){0};
	f->memory.reads_left = 1000;
	f->space = (struct px_unwind_space){
		.read_word = read_word,
		.context = &f->memory,
		.kernel_start = KERNEL_START,
	};
	f->regs.valid = (1u << PX_REGS) - 1;
	f->regs.reg[PX_REG_SP] = STACK;
	assert_null(px_unwind_builder_new(TEXT, &f->builder));
	assert_null(px_unwind_map_new(&f->map));
	f->space.map = f->map;
}

static void tear_down(struct fixture *f)
{
	px_unwind_builder_free(f->builder);
	px_unwind_map_free(f->map);
	px_unwind_table_free(f->table);
}

/* A function of 16 bytes with one rule: function i lies at TEXT + 16 * i. */
static void add(struct fixture *f, uint64_t i, struct px_unwind_rule rule)
{
	const struct px_unwind_rule none = {0};

	rule.source = PX_RULE_ORC;
	assert_null(px_unwind_builder_add(f->builder, TEXT + 16 * i, &rule));
	assert_null(px_unwind_builder_add(f->builder, TEXT + 16 * (i + 1), &none));
}

/* The first byte after a call in function i, its very end. */
static uint64_t return_to(uint64_t i)
{
	return TEXT + 16 * (i + 1);
}

static enum px_end_reason walk(struct fixture *f, uint64_t ip)
{
	assert_null(px_unwind_builder_finish(f->builder, &f->table));
	assert_null(px_unwind_map_add(f->map, TEXT, TEXT + 0x1000, 0, f->table));
	f->regs.reg[PX_REG_IP] = ip;
	return px_unwind(&f->space, &f->regs, f->frames, px_array_size(f->frames), &f->count);
}

static struct px_unwind_rule call_sp(int offset)
{
	return (struct px_unwind_rule){.cfa_base = PX_CFA_SP, .cfa_offset = offset};
}

static const struct px_unwind_rule end_rule = {.cfa_base = PX_CFA_END};

/* SP and BP frames, BP saved and restored, return addresses at the end of their function. */
static void test_calls(void **state)
{
	struct fixture f;
	const struct px_unwind_rule saves_bp = {
		.cfa_base = PX_CFA_SP, .cfa_offset = 24, .bp = PX_BP_CFA, .bp_offset = -16};
	const struct px_unwind_rule bp_frame = {.cfa_base = PX_CFA_BP, .cfa_offset = 16};

	set_up(&f);
	add(&f, 0, saves_bp);
	add(&f, 1, bp_frame);
	add(&f, 2, end_rule);
	f.memory.stack[1] = STACK + 5 * 8; /* the caller's BP */
	f.memory.stack[2] = return_to(1);
	f.memory.stack[6] = return_to(2);
	assert_int_equal(walk(&f, TEXT + 3), PX_END_THREAD_ROOT);
	assert_int_equal(f.count, 3);
	assert_true(f.frames[0].ip == TEXT + 3 && f.frames[0].exact);
	assert_int_equal(f.frames[0].source, PX_RULE_NONE);
	assert_true(f.frames[1].ip == return_to(1) && !f.frames[1].exact);
	assert_int_equal(f.frames[1].source, PX_RULE_ORC);
	assert_true(f.frames[2].ip == return_to(2));
	assert_true(px_frame_lookup_address(&f.frames[2]) == return_to(2) - 1);
	assert_true(f.regs.reg[PX_REG_SP] == STACK + 7 * 8);
	tear_down(&f);
}

/* Word numbers of struct pt_regs. */
enum {
	R10 = 7,
	BP = 4,
	IP = 16,
	CS = 17,
	SP = 19
};

static void put_regs(uint64_t *words, uint64_t ip, uint64_t cs, uint64_t sp)
{
	words[IP] = ip;
	words[CS] = cs;
	words[SP] = sp;
}

/* An interrupt on the IRQ stack: back to the task stack, which lies below it. */
static void test_interrupt_and_stack_switch(void **state)
{
	struct fixture f;
	const struct px_unwind_rule on_irq_stack = {.cfa_base = PX_CFA_SP_INDIRECT,
						    .cfa_offset = 8};
	const struct px_unwind_rule entry = {.cfa_base = PX_CFA_SP, .shape = PX_FRAME_REGS};
	const struct px_unwind_rule drap = {.cfa_base = PX_CFA_R10};

	set_up(&f);
	add(&f, 0, call_sp(8));
	add(&f, 1, on_irq_stack);
	add(&f, 2, entry);
	add(&f, 3, drap);
	add(&f, 4, end_rule);
	f.regs.reg[PX_REG_SP] = IRQ_STACK;
	f.memory.irq_stack[0] = return_to(1);
	f.memory.irq_stack[1] = STACK; /* the task's SP at the switch */
	f.memory.stack[0] = return_to(2);
	put_regs(f.memory.stack + 1, TEXT + 16 * 3 /* exact: its first byte */, 0x10,
		 STACK + 30 * 8);
	f.memory.stack[1 + R10] = STACK + 40 * 8;
	f.memory.stack[39] = return_to(4);
	assert_int_equal(walk(&f, TEXT), PX_END_THREAD_ROOT);
	assert_int_equal(f.count, 5);
	assert_true(f.frames[2].ip == return_to(2) && !f.frames[2].exact);
	assert_true(f.frames[3].ip == TEXT + 16 * 3 && f.frames[3].exact);
	assert_true(f.frames[4].ip == return_to(4));
	tear_down(&f);
}

/* The registers of a user-mode entry come out; the user's IP is no frame. */
static void check_user_entry(uint64_t ip, uint64_t cs, uint64_t sp, enum px_end_reason want)
{
	struct fixture f;
	const struct px_unwind_rule entry = {.cfa_base = PX_CFA_SP, .shape = PX_FRAME_REGS};

	set_up(&f);
	add(&f, 0, entry);
	add(&f, 1, end_rule);
	put_regs(f.memory.stack, ip, cs, sp);
	f.memory.stack[BP] = 0x1234;
	assert_int_equal(walk(&f, TEXT), want);
	assert_int_equal(f.count, want == PX_END_USER_MODE ? 1 : 2);
	assert_true(f.regs.reg[PX_REG_IP] == ip && f.regs.reg[PX_REG_SP] == sp);
	assert_true(f.regs.reg[PX_REG_BP] == 0x1234);
	assert_true(f.regs.valid == (1u << PX_REGS) - 1);
	tear_down(&f);
}

static void test_user_mode(void **state)
{
	check_user_entry(0x401000, 0x33, 0x7ffc00000000, PX_END_USER_MODE);
	check_user_entry(0x401000, 0xe033, 0x7ffc00000000, PX_END_USER_MODE);
	/* A user program that jumped to a kernel address. */
	check_user_entry(TEXT + 16, 0x33, 0x7ffc00000000, PX_END_USER_MODE);
	/* PV kernels: Xen clears the RPL, its upcall mask is above bit 31. */
	check_user_entry(TEXT + 16, 0x10000e030, STACK + 8 * 30, PX_END_THREAD_ROOT);
	check_user_entry(TEXT + 16, 0xe033, STACK + 8 * 30, PX_END_THREAD_ROOT);
}

/* Only the interrupt frame: BP stays, the other registers are unknown. */
static void test_partial_registers(void **state)
{
	struct fixture f;
	const struct px_unwind_rule entry = {
		.cfa_base = PX_CFA_SP, .cfa_offset = 8, .shape = PX_FRAME_REGS_PARTIAL};
	const struct px_unwind_rule drap = {.cfa_base = PX_CFA_R10};

	set_up(&f);
	add(&f, 0, entry);
	add(&f, 1, drap);
	f.memory.stack[1] = TEXT + 16;
	f.memory.stack[2] = 0x10;
	f.memory.stack[4] = STACK + 20 * 8;
	f.regs.reg[PX_REG_BP] = 77;
	assert_int_equal(walk(&f, TEXT), PX_END_NO_RULE);
	assert_int_equal(f.count, 2);
	assert_true(f.regs.reg[PX_REG_BP] == 77);
	assert_int_equal(f.regs.valid, 1u << PX_REG_IP | 1u << PX_REG_SP | 1u << PX_REG_BP);
	tear_down(&f);
}

static void test_bad_reads_and_addresses(void **state)
{
	struct fixture f;

	set_up(&f);
	add(&f, 0, call_sp(8));
	f.memory.stack[0] = 0x4141414141414141;
	assert_int_equal(walk(&f, TEXT), PX_END_BAD_ADDRESS);
	assert_int_equal(f.count, 1);
	tear_down(&f);

	set_up(&f);
	add(&f, 0, call_sp(8));
	f.regs.reg[PX_REG_SP] = 0x1000;
	assert_int_equal(walk(&f, TEXT), PX_END_BAD_READ);
	assert_int_equal(f.count, 1);
	tear_down(&f);

	set_up(&f);
	assert_int_equal(walk(&f, 0x4141414141414141), PX_END_BAD_ADDRESS);
	assert_int_equal(f.count, 1);
	tear_down(&f);
}

static void test_deadline(void **state)
{
	struct fixture f;

	set_up(&f);
	add(&f, 0, call_sp(8));
	for (size_t i = 0; i < WORDS; i++)
		f.memory.stack[i] = return_to(0);
	f.memory.reads_left = 3;
	assert_int_equal(walk(&f, TEXT), PX_END_DEADLINE);
	assert_int_equal(f.count, 4);
	tear_down(&f);
}

static void test_depth(void **state)
{
	struct fixture f;

	set_up(&f);
	add(&f, 0, call_sp(8));
	for (size_t i = 0; i < WORDS; i++)
		f.memory.stack[i] = return_to(0);
	assert_int_equal(walk(&f, TEXT), PX_END_DEPTH);
	assert_int_equal(f.count, px_array_size(f.frames));
	tear_down(&f);
}

/* Interrupted where the return address was popped: it is still there, below SP. */
static void test_taken_return_address(void **state)
{
	struct fixture f;

	set_up(&f);
	add(&f, 0, call_sp(0));
	add(&f, 1, call_sp(16));
	add(&f, 2, end_rule);
	f.memory.stack[4] = return_to(1);
	f.memory.stack[6] = return_to(2);
	f.regs.reg[PX_REG_SP] = STACK + 5 * 8;
	assert_int_equal(walk(&f, TEXT + 1), PX_END_THREAD_ROOT);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.frames[1].ip, return_to(1));
	assert_int_equal(f.frames[2].ip, return_to(2));
	tear_down(&f);
}

/* SP standing still; and saved registers that point back at themselves. */
static void test_loops(void **state)
{
	struct fixture f;
	const struct px_unwind_rule entry = {.cfa_base = PX_CFA_SP, .shape = PX_FRAME_REGS};
	const struct px_unwind_rule indirect = {.cfa_base = PX_CFA_SP_INDIRECT};

	set_up(&f);
	add(&f, 0, call_sp(8));
	add(&f, 1, call_sp(0));
	f.memory.stack[0] = return_to(1);
	assert_int_equal(walk(&f, TEXT), PX_END_NO_PROGRESS);
	assert_int_equal(f.count, 2);
	tear_down(&f);

	set_up(&f);
	add(&f, 0, entry);
	put_regs(f.memory.stack, TEXT, 0x10, STACK);
	assert_int_equal(walk(&f, TEXT), PX_END_NO_PROGRESS);
	assert_int_equal(f.count, 2);
	tear_down(&f);

	set_up(&f);
	add(&f, 0, indirect);
	f.memory.stack[3] = STACK + 4 * 8; /* up, ... */
	f.memory.stack[4] = STACK + 3 * 8; /* and down again */
	f.memory.stack[2] = return_to(0);
	f.regs.reg[PX_REG_SP] = STACK + 3 * 8;
	assert_int_equal(walk(&f, TEXT + 1), PX_END_BAD_ADDRESS);
	tear_down(&f);
}

/* The function at TEXT + 0x100 is called once, by the one at TEXT + 0x200. */
static bool is_return(void *code, uint64_t ip, uint64_t word)
{
	return ip - (TEXT + 0x100) < 0x10 && word == TEXT + 0x201;
}

/* stack[4] and [5] are the frame of the function at TEXT + 0x200, which function 0 called. */
static void assert_one_call(struct fixture *f)
{
	add(f, 0, end_rule);
	f->space.is_return = is_return;
	f->memory.stack[4] = 0;
	f->memory.stack[5] = return_to(0);
	assert_int_equal(walk(f, TEXT + 0x104), PX_END_THREAD_ROOT);
	assert_int_equal(f->count, 3);
	assert_true(f->frames[1].ip == TEXT + 0x201);
	assert_true(f->frames[2].ip == return_to(0));
	assert_int_equal(f->frames[1].source, PX_RULE_FRAME_POINTER);
	tear_down(f);
}

/* Without rules BP may be the caller's still; calls of the function tell. */
static void test_no_frame(void **state)
{
	struct fixture f;

	set_up(&f); /* none at all */
	f.regs.reg[PX_REG_BP] = STACK + 4 * 8;
	f.memory.stack[0] = TEXT + 0x201;
	assert_one_call(&f);

	set_up(&f); /* BP was pushed, not set */
	f.regs.reg[PX_REG_BP] = STACK + 4 * 8;
	f.memory.stack[0] = STACK + 4 * 8;
	f.memory.stack[1] = TEXT + 0x201;
	assert_one_call(&f);

	set_up(&f); /* it has one, and below it what was left there */
	f.regs.reg[PX_REG_BP] = STACK + 2 * 8;
	f.memory.stack[0] = TEXT + 0x201;
	f.memory.stack[2] = STACK + 4 * 8;
	f.memory.stack[3] = TEXT + 0x201;
	assert_one_call(&f);

	set_up(&f); /* unknown BP */
	add(&f, 2, end_rule);
	f.regs.valid &= ~(1u << PX_REG_BP);
	f.space.is_return = is_return;
	f.memory.stack[0] = TEXT + 0x201;
	assert_int_equal(walk(&f, TEXT + 0x104), PX_END_NO_RULE);
	assert_int_equal(f.count, 2);
	tear_down(&f);
}

/* Frame pointers where there is no rule, and what is not taken for one. */
static void test_frame_pointers(void **state)
{
	struct fixture f;

	set_up(&f);
	add(&f, 0, end_rule);
	f.regs.reg[PX_REG_BP] = STACK + 4 * 8;
	f.memory.stack[4] = STACK + 8 * 8;
	f.memory.stack[5] = TEXT + 0x101;
	f.memory.stack[9] = return_to(0);
	assert_int_equal(walk(&f, TEXT + 0x100), PX_END_THREAD_ROOT);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.frames[1].source, PX_RULE_FRAME_POINTER);
	assert_int_equal(f.frames[2].source, PX_RULE_FRAME_POINTER);
	assert_true(f.frames[2].ip == return_to(0));
	tear_down(&f);

	set_up(&f); /* no return address there */
	f.regs.reg[PX_REG_BP] = STACK + 4 * 8;
	f.memory.stack[5] = 12345;
	assert_int_equal(walk(&f, TEXT + 0x100), PX_END_NO_RULE);
	assert_int_equal(f.count, 1);
	tear_down(&f);

	set_up(&f); /* below SP */
	f.regs.reg[PX_REG_SP] = STACK + 8 * 8;
	f.regs.reg[PX_REG_BP] = STACK + 4 * 8;
	f.memory.stack[5] = TEXT + 0x101;
	assert_int_equal(walk(&f, TEXT + 0x100), PX_END_NO_RULE);
	tear_down(&f);

	set_up(&f); /* unmapped */
	f.regs.reg[PX_REG_BP] = UINT64_MAX - 7;
	assert_int_equal(walk(&f, TEXT + 0x100), PX_END_NO_RULE);
	tear_down(&f);
}

/* A kernel built with frame pointers marks saved registers by an odd BP. */
static void test_encoded_frame_pointer(void **state)
{
	struct fixture f;

	set_up(&f);
	add(&f, 0, end_rule);
	f.regs.reg[PX_REG_BP] = (STACK + 4 * 8) | 1;
	put_regs(f.memory.stack + 4, TEXT, 0x10, STACK + 30 * 8);
	assert_int_equal(walk(&f, TEXT + 0x100), PX_END_THREAD_ROOT);
	assert_int_equal(f.count, 2);
	assert_true(f.frames[1].exact);
	tear_down(&f);
}

/* Undivided address spaces and user space have other roots. */
static void test_roots(void **state)
{
	struct fixture f;

	set_up(&f); /* a unikernel: a chain that ends with BP 0 */
	f.space.kernel_start = 0;
	f.regs.reg[PX_REG_BP] = STACK + 4 * 8;
	f.memory.stack[5] = TEXT + 0x101;
	assert_int_equal(walk(&f, TEXT + 0x100), PX_END_THREAD_ROOT);
	assert_int_equal(f.count, 2);
	tear_down(&f);

	set_up(&f); /* a zero return address */
	f.space.kernel_start = 0;
	add(&f, 0, call_sp(8));
	assert_int_equal(walk(&f, TEXT), PX_END_THREAD_ROOT);
	assert_int_equal(f.count, 1);
	tear_down(&f);

	set_up(&f); /* is none in a kernel */
	add(&f, 0, call_sp(8));
	assert_int_equal(walk(&f, TEXT), PX_END_BAD_ADDRESS);
	assert_int_equal(f.count, 1);
	tear_down(&f);

	set_up(&f); /* user space */
	f.space.kernel_start = UINT64_MAX;
	add(&f, 0, end_rule);
	assert_int_equal(walk(&f, TEXT), PX_END_USER_ROOT);
	tear_down(&f);
}

/* Opens a window over the whole task stack on the first read. */
static enum px_read_word_result read_and_open(void *context, uint64_t address, uint64_t *ret)
{
	struct fixture *f = context;

	f->window = (struct px_stack_window){
		.address = STACK,
		.bytes = f->memory.stack,
		.starts = sizeof(f->memory.stack) - 7,
	};
	return read_word(&f->memory, address, ret);
}

/* Reads inside the window need no call; the word that straddles its end does, and fails. */
static void test_window(void **state)
{
	struct fixture f;

	set_up(&f);
	add(&f, 0, call_sp(8));
	add(&f, 1, call_sp(8 * (WORDS - 10) + 1));
	f.space.read_word = read_and_open;
	f.space.context = &f;
	f.space.window = &f.window;
	for (size_t i = 0; i < 9; i++)
		f.memory.stack[i] = return_to(0);
	f.memory.stack[9] = return_to(1);
	assert_int_equal(walk(&f, TEXT), PX_END_BAD_READ);
	assert_int_equal(f.count, 11);
	assert_true(f.frames[10].ip == return_to(1));
	/* The first read, and the last one twice: fast and slow step. */
	assert_int_equal(1000 - f.memory.reads_left, 3);
	tear_down(&f);
}

static void test_names(void **state)
{
	for (int i = 0; i < PX_END_REASONS; i++)
		assert_non_null(px_end_reason_name((enum px_end_reason)i));
	for (int i = 0; i < PX_RULE_SOURCES; i++)
		assert_non_null(px_rule_source_name((enum px_rule_source)i));
	assert_true(px_end_reason_is_root(PX_END_USER_ROOT));
	assert_false(px_end_reason_is_root(PX_END_NO_RULE));
	assert_string_equal(px_end_reason_name(PX_END_DEADLINE), "deadline");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_interrupt_and_stack_switch),
		cmocka_unit_test(test_user_mode),
		cmocka_unit_test(test_partial_registers),
		cmocka_unit_test(test_bad_reads_and_addresses),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_taken_return_address),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_frame_pointers),
		cmocka_unit_test(test_no_frame),
		cmocka_unit_test(test_encoded_frame_pointer),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
