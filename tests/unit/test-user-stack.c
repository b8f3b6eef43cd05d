/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User stacks of a real process that stopped itself: its registers, its stack and its
 * /proc/PID/maps stand in a guest, and what is found in them is compared with what the process
 * found in itself before (backtrace() of the C library).
 */
#include "tracer/user-stack.h"

#include <execinfo.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/support/guest-double.h"
#include "tests/support/process-builder.h"
#include "tracer/return-site.h"

#define KERNEL UINT64_C(0xffff888000000000)

enum {
	DEPTH = 100,
	MAPPINGS = 4096,
	DEEP = 1000, /* bytes of stack a call */
};

/* What the process says of itself, in memory that it shares with the test. */
struct report {
	int count;
	void *addresses[DEPTH];
};

struct world {
	struct px_guest_double *guest;
	struct px_memory *memory;
	px_root root;
	struct flat_memory kernel;
	struct px_type_info *types;
	struct px_symfs *symfs;
	struct px_processes *processes;
	struct report *report;
	pid_t child;
	struct process_mapping mappings[MAPPINGS];
	size_t mapping_count;
	struct px_user_stack stack;
	struct px_sample sample;
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

/* --- a process that stops itself ---------------------------------------------------------- */

static struct report *report_of_child;
static unsigned int deep_calls;

static __attribute__((noinline)) void stop_here(void)
{
	report_of_child->count = backtrace(report_of_child->addresses, DEPTH);
	raise(SIGSTOP);
	__asm__ volatile("");
}

static __attribute__((noinline)) void go_deep(unsigned int calls)
{
	volatile char space[DEEP];

	space[calls] = 0;
	if (calls)
		go_deep(calls - 1);
	else
		stop_here();
	__asm__ volatile("" ::"r"(space) : "memory");
}

/* Called by the C library. */
static int compare(const void *a, const void *b)
{
	go_deep(deep_calls);
	return 0;
}

static void run_child(void)
{
	int numbers[] = {2, 1};

	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	qsort(numbers, 2, sizeof(numbers[0]), compare);
	_exit(0);
}

static void take_registers(pid_t pid, struct px_regs *ret)
{
	struct user_regs_struct r;

	assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &r), 0);
	*ret = (struct px_regs){.valid = (1u << PX_REGS) - 1};
	ret->reg[PX_REG_IP] = r.rip;
	ret->reg[PX_REG_SP] = r.rsp;
	ret->reg[PX_REG_BP] = r.rbp;
	ret->reg[PX_REG_BX] = r.rbx;
	ret->reg[PX_REG_R12] = r.r12;
	ret->reg[PX_REG_R13] = r.r13;
	ret->reg[PX_REG_R14] = r.r14;
	ret->reg[PX_REG_R15] = r.r15;
}

static size_t read_child(pid_t pid, uint64_t address, void *buffer, size_t size)
{
	struct iovec here = {buffer, size}, there = {(void *)(uintptr_t)address, size};
	ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);

	return got < 0 ? 0 : (size_t)got;
}

/* As the sampler does. */
static void copy_stack(struct world *world)
{
	struct px_user_stack *stack = &world->stack;

	take_registers(world->child, &stack->regs);
	stack->paging = PX_PAGING_4_LEVEL;
	stack->root = world->root;
	stack->address = stack->regs.reg[PX_REG_SP] - 128;
	while (stack->size < PX_USER_STACK_MAX) {
		uint64_t from = stack->address + stack->size;
		size_t part = px_min(PX_USER_STACK_MAX - stack->size,
				     (size_t)(PX_PAGE_SIZE - from % PX_PAGE_SIZE));

		if (read_child(world->child, from, stack->bytes + stack->size, part) != part)
			break;
		stack->size += part;
	}
}

static void read_maps(struct world *world)
{
	char path[64], line[1024];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)world->child);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		struct process_mapping *m = &world->mappings[world->mapping_count];
		unsigned long start, end, offset;
		char protection[5], name[512] = "";

		assert_true(world->mapping_count < MAPPINGS);
		assert_true(sscanf(line, "%lx-%lx %4s %lx %*s %*s %511[^\n]", &start, &end,
				   protection, &offset, name) >= 4);
		if (start >= UINT64_C(1) << 47)
			continue; /* the vsyscall page is none of the process's mappings */
		*m = (struct process_mapping){start, end, offset, protection[2] == 'x',
					      strdup(name)};
		world->mapping_count++;
	}
	fclose(file);
}

/* Its code, as far as the walk looks at it. */
static void map_code(struct world *world)
{
	uint8_t page[PX_PAGE_SIZE];

	for (size_t i = 0; i < world->mapping_count; i++)
		for (uint64_t at = world->mappings[i].start;
		     world->mappings[i].executable && at < world->mappings[i].end;
		     at += sizeof(page))
			if (read_child(world->child, at, page, sizeof(page)) == sizeof(page))
				px_guest_double_write(world->guest, PX_PAGING_4_LEVEL,
						      world->root, at, page, sizeof(page));
}

static void start_child(struct world *world, unsigned int calls)
{
	int status;

	deep_calls = calls;
	world->child = fork();
	assert_true(world->child >= 0);
	if (world->child == 0)
		run_child();
	assert_int_equal(waitpid(world->child, &status, 0), world->child);
	assert_true(WIFSTOPPED(status));
	copy_stack(world);
	read_maps(world);
	map_code(world);
	world->sample.have_task = true;
	world->sample.task = (struct px_task){.pid = 7,
					      .tid = 7,
					      .mm = process_builder_add(&world->kernel, KERNEL,
									world->mappings,
									world->mapping_count)};
	world->sample.user_mode = true;
	world->sample.frame_count = world->sample.user_frames = 1;
	world->sample.end = PX_END_USER_MODE;
}

/* --- the guest around it ------------------------------------------------------------------ */

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct px_symfs_options folder = {.folder = "/"};

	assert_non_null(world);
	world->guest = px_guest_double_new(PX_GUEST_PVH, 1);
	world->root = px_guest_double_root(world->guest);
	check(px_memory_new(&world->guest->guest, 1024, &world->memory));
	world->types = process_builder_types();
	check(px_symfs_new(&folder, &world->symfs));
	report_of_child = world->report = mmap(NULL, sizeof(*world->report),
					       PROT_READ | PROT_WRITE,
					       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(world->report != MAP_FAILED);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	if (world->child > 0) {
		kill(world->child, SIGKILL);
		waitpid(world->child, NULL, 0);
	}
	for (size_t i = 0; i < world->mapping_count; i++)
		free((char *)(uintptr_t)world->mappings[i].path);
	px_processes_free(world->processes);
	px_symfs_free(world->symfs);
	px_type_info_close(world->types);
	flat_memory_fini(&world->kernel);
	px_memory_free(world->memory);
	px_guest_close(&world->guest->guest);
	munmap(world->report, sizeof(*world->report));
	free(world);
	return 0;
}

static void walk(struct world *world, bool with_files)
{
	const struct px_processes_setup how = {
		.kernel = flat_memory_reader(&world->kernel),
		.types = world->types,
		.memory = world->memory,
		.symfs = with_files ? world->symfs : NULL,
	};

	if (!world->processes)
		check(px_processes_new(&how, &world->processes));
	check(px_user_stack_walk(world->processes, &world->stack, &world->sample));
	assert_true(world->sample.user_walked);
	assert_true(world->sample.user_frames <= world->sample.frame_count);
}

/* How many of the outermost frames are those that the process found. */
static size_t agreeing(const struct world *world)
{
	const struct px_sample *sample = &world->sample;
	size_t theirs = (size_t)world->report->count, n = 0;

	while (n < theirs && n < sample->frame_count &&
	       (uint64_t)world->report->addresses[theirs - 1 - n] ==
		       sample->frames[sample->frame_count - 1 - n].ip)
		n++;
	return n;
}

/* --- walks -------------------------------------------------------------------------------- */

/* All frames but stop_here, which went on, and in a sanitizer's build the sanitizer's own. */
static void test_live_stack(void **state)
{
	struct world *world = *state;

	start_child(world, 3);
	walk(world, true);
	assert_int_equal(world->sample.user_end, PX_END_USER_ROOT);
	assert_int_equal(world->sample.user_frames, world->sample.frame_count);
	assert_true(world->sample.process != 0);
	assert_true(world->sample.frames[0].ip == world->stack.regs.reg[PX_REG_IP]);
	/* go_deep four times, compare, qsort and its helper, run_child, ..., main, _start */
	assert_true(agreeing(world) >= 12);
	assert_true(agreeing(world) + 3 >= (size_t)world->report->count);
	for (size_t i = 1; i < world->sample.frame_count; i++)
		assert_int_equal(world->sample.frames[i].source, PX_RULE_EH_FRAME);
}

/* Behind frames of the kernel, as many as there is room for. */
static void test_behind_kernel_frames(void **state)
{
	struct world *world = *state;
	struct px_sample *sample = &world->sample;

	start_child(world, 3);
	sample->user_mode = false;
	sample->user_frames = 0;
	sample->frame_count = 5;
	walk(world, true);
	assert_int_equal(sample->user_end, PX_END_USER_ROOT);
	assert_int_equal(sample->frame_count, 5 + sample->user_frames);
	assert_true(sample->frames[5].ip == world->stack.regs.reg[PX_REG_IP]);
	assert_true(agreeing(world) >= 12);

	sample->frame_count = PX_SAMPLE_FRAMES - 2;
	walk(world, true);
	assert_int_equal(sample->user_end, PX_END_DEPTH);
	assert_int_equal(sample->user_frames, 2);
	sample->frame_count = PX_SAMPLE_FRAMES;
	walk(world, true);
	assert_int_equal(sample->user_end, PX_END_DEPTH);
	assert_int_equal(sample->user_frames, 0);
}

static void test_deeper_than_the_copy(void **state)
{
	struct world *world = *state;

	start_child(world, 2 * PX_USER_STACK_MAX / DEEP);
	assert_int_equal(world->stack.size, PX_USER_STACK_MAX);
	walk(world, true);
	assert_int_equal(world->sample.user_end, PX_END_STACK_CUT);
	assert_true(world->sample.user_frames > PX_USER_STACK_MAX / DEEP / 2);
}

static void test_missing_stack(void **state)
{
	struct world *world = *state;
	size_t whole;

	start_child(world, 8);
	whole = world->stack.size;
	world->stack.size = 4096;
	walk(world, true);
	assert_int_equal(world->sample.user_end, PX_END_BAD_READ);
	assert_true(world->sample.user_frames > 1);
	for (size_t size = 0; size < 20; size++) {
		world->stack.size = size;
		walk(world, true);
		assert_int_equal(world->sample.user_end, PX_END_BAD_READ);
	}
	world->stack.size = whole;
	world->stack.cut = true;
	walk(world, true);
	assert_int_equal(world->sample.user_end, PX_END_DEADLINE);
	assert_int_equal(world->sample.user_frames, 1);
}

/* Without files there are guesses; none of them is a frame that does not exist. */
static void test_no_files(void **state)
{
	struct world *world = *state;
	struct px_frame ours[PX_SAMPLE_FRAMES];
	size_t count, at = 0;

	start_child(world, 3);
	walk(world, false);
	assert_int_equal(world->sample.user_end, PX_END_NO_FILE);
	count = world->sample.frame_count;
	memcpy(ours, world->sample.frames, sizeof(ours));
	px_processes_free(world->processes);
	world->processes = NULL;
	walk(world, true);
	for (size_t i = 0; i < count; i++, at++) {
		while (at < world->sample.frame_count &&
		       world->sample.frames[at].ip != ours[i].ip)
			at++;
		assert_true(at < world->sample.frame_count);
	}
}

/* A chain of frame pointers that someone made up: only calls leave return addresses. */
static void test_made_up_frame_pointers(void **state)
{
	struct world *world = *state;
	uint64_t code = 0x10000000, sp = 0x7ffd00001000;
	const uint8_t call[] = {0xe8, 0, 0, 0, 0}; /* ends at 0x105 */
	const struct process_mapping jit = {code, code + 0x1000, 0, true, ""};
	const struct {
		uint64_t address, value;
	} words[] = {{sp, sp + 16},	      {sp + 8, code + 0x105}, {sp + 16, sp + 32},
		     {sp + 24, code + 0x203}, {sp + 32, 0},	      {sp + 40, 0}};

	px_guest_double_write(world->guest, PX_PAGING_4_LEVEL, world->root, code + 0x100, call,
			      sizeof(call));
	for (size_t i = 0; i < px_array_size(words); i++)
		memcpy(world->stack.bytes + (words[i].address - sp), &words[i].value, 8);
	world->stack.address = sp;
	world->stack.size = 4096;
	world->stack.root = world->root;
	world->stack.paging = PX_PAGING_4_LEVEL;
	world->stack.regs.reg[PX_REG_IP] = code + 0x50;
	world->stack.regs.reg[PX_REG_SP] = sp;
	world->stack.regs.reg[PX_REG_BP] = sp;
	world->stack.regs.valid = (1u << PX_REGS) - 1;
	world->sample.user_mode = world->sample.have_task = true;
	world->sample.task = (struct px_task){
		.pid = 7, .mm = process_builder_add(&world->kernel, KERNEL, &jit, 1)};
	walk(world, true);
	assert_int_equal(world->sample.frame_count, 2);
	assert_true(world->sample.frames[1].ip == code + 0x105);
	assert_int_equal(world->sample.frames[1].source, PX_RULE_FRAME_POINTER);
	assert_int_equal(world->sample.user_end, PX_END_NO_RULE);

	/* Where the code is not there to be looked at, covered text has to do. */
	px_guest_double_unmap(world->guest, PX_PAGING_4_LEVEL, world->root, code);
	px_memory_new_generation(world->memory);
	walk(world, true);
	assert_int_equal(world->sample.frame_count, 3);
	assert_int_equal(world->sample.user_end, PX_END_USER_ROOT);
}

static void test_vsyscall(void **state)
{
	struct world *world = *state;
	struct px_user_stack *stack = &world->stack;
	uint64_t caller;

	start_child(world, 3);
	/* As if the next frame had called time(2) the old way. */
	caller = stack->regs.reg[PX_REG_IP];
	stack->regs.reg[PX_REG_SP] -= 8;
	memcpy(stack->bytes + (stack->regs.reg[PX_REG_SP] - stack->address), &caller, 8);
	stack->regs.reg[PX_REG_IP] = UINT64_C(0xffffffffff600400);
	walk(world, true);
	assert_int_equal(world->sample.user_end, PX_END_USER_ROOT);
	assert_true(world->sample.frames[0].ip == UINT64_C(0xffffffffff600400));
	assert_true(world->sample.frames[1].ip == caller);
	assert_true(agreeing(world) >= 12);
}

/* A program that jumps into the kernel is there for an instant. */
static void test_kernel_address(void **state)
{
	struct world *world = *state;

	start_child(world, 0);
	world->stack.regs.reg[PX_REG_IP] = UINT64_C(0xffffffff81000000);
	walk(world, true);
	assert_int_equal(world->sample.user_end, PX_END_BAD_ADDRESS);
	assert_int_equal(world->sample.frame_count, 1);
	assert_true(world->sample.frames[0].ip == UINT64_C(0xffffffff81000000));
}

static void test_unknown_process(void **state)
{
	struct world *world = *state;

	start_child(world, 0);
	world->sample.have_task = false;
	walk(world, true);
	assert_int_equal(world->sample.user_end, PX_END_NOT_WALKED);
	assert_int_equal(world->sample.user_frames, 1);
	assert_true(world->sample.process == 0);
	world->sample.have_task = true;
	world->sample.task.mm = 0;
	walk(world, true);
	assert_int_equal(world->sample.user_end, PX_END_NOT_WALKED);
	world->sample.task.mm = KERNEL + (1 << 24);
	walk(world, true);
	assert_int_equal(world->sample.user_end, PX_END_NOT_WALKED);
	assert_int_equal(px_processes_counts(world->processes).unreadable, 1);
}

/* --- calls -------------------------------------------------------------------------------- */

static void test_return_sites(void **state)
{
	static const struct {
		uint8_t code[PX_RETURN_SITE_BYTES]; /* ends at the address */
		bool call;
	} sites[] = {
		{{0x90, 0x90, 0x90, 0xe8, 1, 2, 3, 4}, true},		   /* call rel32 */
		{{0x90, 0x90, 0x90, 0xe9, 1, 2, 3, 4}, false},		   /* jmp */
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0xd0}, true},  /* call *%rax */
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0x41, 0xff, 0xd4}, true},  /* call *%r12 */
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0xe0}, false}, /* jmp *%rax */
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0x10}, true},  /* call *(%rax) */
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0x14}, false}, /* its SIB: behind */
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0x14, 0xc8},
		 true}, /* call *(%rax,%rcx,8) */
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0xff, 0x50, 0x18}, true}, /* call *0x18(%rax) */
		{{0x90, 0x90, 0xff, 0x15, 1, 2, 3, 4}, true},		  /* call *rel(%rip) */
		{{0x90, 0x90, 0xff, 0x90, 1, 2, 3, 4}, true}, /* call *disp32(%rax) */
		{{0x90, 0xff, 0x14, 0xc5, 1, 2, 3, 4}, true}, /* call *disp32(,%rax,8) */
		{{0x90, 0xff, 0x94, 0xc8, 1, 2, 3, 4}, true}, /* call *disp32(%rax,%rcx,8) */
		{{0, 0, 0, 0, 0, 0, 0, 0}, false},
	};

	for (size_t i = 0; i < px_array_size(sites); i++)
		if (px_return_site_is_call(sites[i].code) != sites[i].call)
			fail_msg("site %zu", i);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(live_stack),
		test(behind_kernel_frames),
		test(deeper_than_the_copy),
		test(missing_stack),
		test(no_files),
		test(made_up_frame_pointers),
		test(vsyscall),
		test(kernel_address),
		test(unknown_process),
		cmocka_unit_test(test_return_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
