/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The unwinder over this very process, by the .eh_frame of the files that it is made of,
 * against glibc's backtrace(): calls, library callbacks, a signal on its own stack.
 */
#include "symbolize/unwinder.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>
#include <cmocka.h>

#include "symbolize/cfi.h"
#include "symbolize/elf-image.h"

enum {
	DEPTH = 64,
	FILES = 32
};

struct stack {
	struct px_regs regs;
	struct px_frame ours[DEPTH];
	size_t our_count;
	void *theirs[DEPTH];
	int their_count;
	enum px_end_reason end;
};

/* Handlers and callbacks have no other way to what they work on. */
static struct live {
	struct px_unwind_map *map;
	struct px_unwind_table *tables[FILES];
	size_t table_count;
	struct stack stack;
} live;

static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	memcpy(ret, (const void *)address, sizeof(*ret));
	return PX_WORD_OK;
}

/* --- the tables of this process -------------------------------------------------------------
 */

static struct px_unwind_table *file_table(const char *path)
{
	struct px_elf_image *image = NULL;
	struct px_elf_section section = {0};
	struct px_cfi_section cfi = {.kind = PX_CFI_EH_FRAME};
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	struct px_cfi_counts counts = {0};

	assert_null(px_elf_image_open(path, &image));
	assert_null(px_elf_image_section(image, ".eh_frame", &section));
	cfi.bytes = section.bytes;
	cfi.address = section.address;
	assert_null(px_unwind_builder_new(0, &builder));
	assert_null(px_cfi_parse(&cfi, builder, &counts));
	assert_null(px_unwind_builder_finish(builder, &table));
	px_unwind_builder_free(builder);
	px_elf_image_close(image);
	return table;
}

static int add_object(struct dl_phdr_info *info, size_t size, void *context)
{
	const char *path = *info->dlpi_name ? info->dlpi_name : "/proc/self/exe";
	struct px_unwind_table *table;

	if (access(path, R_OK)) /* the vDSO has no file */
		return 0;
	assert_true(live.table_count < FILES);
	table = file_table(path);
	live.tables[live.table_count++] = table;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD && segment->p_flags & PF_X)
			assert_null(px_unwind_map_add(live.map, start, start + segment->p_memsz,
						      info->dlpi_addr, table));
	}
	return 0;
}

static int set_up(void **state)
{
	assert_null(px_unwind_map_new(&live.map));
	dl_iterate_phdr(add_object, NULL);
	return 0;
}

static int tear_down(void **state)
{
	px_unwind_map_free(live.map);
	for (size_t i = 0; i < live.table_count; i++)
		px_unwind_table_free(live.tables[i]);
	return 0;
}

/* --- walking --------------------------------------------------------------------------------
 */

static void registers_of(const ucontext_t *context, struct px_regs *regs)
{
	static const int order[PX_REGS] = {
		REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
		REG_R9,	 REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP,
	};

	for (int i = 0; i < PX_REGS; i++)
		regs->reg[i] = (uint64_t)context->uc_mcontext.gregs[order[i]];
	regs->valid = (1u << PX_REGS) - 1;
}

/* Walk from here by both. */
static __attribute__((noinline)) void walk(void)
{
	const struct px_unwind_space space = {
		.map = live.map,
		.read_word = read_word,
		.kernel_start = 1ull << 47,
	};
	struct stack *s = &live.stack;
	ucontext_t context;

	getcontext(&context);
	registers_of(&context, &s->regs);
	s->end = px_unwind(&space, &s->regs, s->ours, DEPTH, &s->our_count);
	s->their_count = backtrace(s->theirs, DEPTH);
}

/*
 * The first frame is this function at two places, all others are the same. A sanitizer's
 * backtrace() adds itself.
 */
static void assert_equal_stacks(size_t at_least)
{
	const struct stack *s = &live.stack;
	size_t extra = (size_t)s->their_count - s->our_count;

	assert_int_equal(s->end, PX_END_USER_ROOT);
	assert_true(extra <= 1);
	assert_true(s->our_count >= at_least);
	for (size_t i = 1; i < s->our_count; i++)
		assert_ptr_equal((void *)s->ours[i].ip, s->theirs[i + extra]);
}

static __attribute__((noinline)) int recurse(int depth)
{
	volatile char frame[128];

	frame[depth] = (char)depth;
	if (depth)
		return recurse(depth - 1) + frame[depth];
	walk();
	return frame[0];
}

static void test_calls(void **state)
{
	recurse(20);
	assert_equal_stacks(24);
}

static int compare(const void *a, const void *b)
{
	if (!live.stack.our_count)
		recurse(3);
	return 0;
}

static void test_through_a_library(void **state)
{
	char elements[4] = {0};

	live.stack.our_count = 0;
	qsort(elements, 4, 1, compare);
	assert_equal_stacks(8);
}

static void handler(int signal)
{
	recurse(2);
}

/* Interrupted in a system call's wrapper; the handler's stack lies elsewhere. */
static void check_signal(int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	struct sigaction before;
	bool expression = false;

	sigaction(SIGUSR1, &action, &before);
	raise(SIGUSR1);
	sigaction(SIGUSR1, &before, NULL);
	assert_equal_stacks(8);
	for (size_t i = 0; i < live.stack.our_count; i++)
		expression |= live.stack.ours[i].source == PX_RULE_EXPRESSION &&
			      live.stack.ours[i].exact;
	assert_true(expression);
}

static void test_signal(void **state)
{
	check_signal(0);
}

static void test_signal_stack(void **state)
{
	/* Once above and once below the thread's stack is not ours to choose: heap is below. */
	size_t size = 65536;
	stack_t other = {.ss_sp = malloc(size), .ss_size = size};
	stack_t before;

	sigaltstack(&other, &before);
	check_signal(SA_ONSTACK);
	sigaltstack(&before, NULL);
	free(other.ss_sp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_through_a_library),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_signal_stack),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
