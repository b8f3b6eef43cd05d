/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ticks of a guest that the test builds: what is sampled, and that it always runs again. */
#include "guest/sampler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/guest-double.h"

#define KERNEL_START UINT64_C(0xff00000000000000)
#define TEXT	     UINT64_C(0xffffffff81000000)
#define STACK	     UINT64_C(0xffffc90000100000) /* 16 KiB, the first page is the lowest */
#define TASK	     UINT64_C(0xffff888000001000)

enum {
	VCPUS = 4,
	FRAMES = 5, /* of each stack */
	IDLE_FUNCTION = 0x400,
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

struct world {
	struct px_guest_double *guest;
	struct px_memory *memory;
	px_root root;
	struct px_unwind_table *table;
	struct px_unwind_map *map;
	struct px_sampler_kernel kernel;
	struct px_sampler *sampler;
	struct px_tick tick;
};

/* --- a guest ------------------------------------------------------------------------------ */

/* Functions from 0x1000 on have a frame of 0x400 bytes; what is below is outermost. */
static void build_rules(struct world *world)
{
	static const struct px_unwind_rule outermost = {.cfa_base = PX_CFA_END,
							.source = PX_RULE_ORC};
	static const struct px_unwind_rule function = {
		.cfa_base = PX_CFA_SP, .cfa_offset = 0x400, .source = PX_RULE_ORC};
	struct px_unwind_builder *builder = NULL;

	check(px_unwind_builder_new(TEXT, &builder));
	check(px_unwind_builder_add(builder, TEXT, &outermost));
	check(px_unwind_builder_add(builder, TEXT + 0x1000, &function));
	check(px_unwind_builder_finish(builder, &world->table));
	px_unwind_builder_free(builder);
	check(px_unwind_map_new(&world->map));
	check(px_unwind_map_add(world->map, TEXT, TEXT + 0x10000, 0, world->table));
}

static uint64_t stack_of(uint32_t vcpu)
{
	return STACK + vcpu * 0x8000;
}

/* Frame i of a vCPU is 0x400 below the next one's; the fifth is outermost. */
static uint64_t ip_of(uint32_t vcpu, size_t frame)
{
	return frame == FRAMES - 1 ? TEXT + IDLE_FUNCTION + vcpu
				   : TEXT + 0x1000 + vcpu * 0x100 + frame * 0x10;
}

/* The stack begins near the end of a page, so that it takes two. */
static void build_stack(struct world *world, uint32_t vcpu)
{
	uint64_t sp = stack_of(vcpu) + 0xc00;

	px_guest_double_run(world->guest, vcpu, PX_PAGING_4_LEVEL, world->root, ip_of(vcpu, 0),
			    sp);
	for (size_t i = 1; i < FRAMES; i++)
		px_guest_double_write_word(world->guest, PX_PAGING_4_LEVEL, world->root,
					   sp + i * 0x400 - 8, ip_of(vcpu, i));
	world->guest->vcpus[vcpu].cpu_time_ns = 1000;
}

static bool current_task(void *context, const struct px_vcpu *vcpu, struct px_task *ret)
{
	const struct world *world = context;

	assert_int_equal(world->guest->pauses, 1);
	if (vcpu == NULL || vcpu->gs_base_kernel == 0)
		return false;
	*ret = (struct px_task){
		.address = TASK, .mm = TASK, .pid = 10, .tid = 11, .comm = "task"};
	return true;
}

static enum px_end_reason refine_end(void *context, enum px_end_reason reason, uint64_t address)
{
	const struct world *world = context;

	assert_int_equal(world->guest->pauses, 0);
	if (reason == PX_END_THREAD_ROOT && address == TEXT + IDLE_FUNCTION - 1)
		return PX_END_IDLE_ROOT;
	return reason;
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->guest = px_guest_double_new(PX_GUEST_PVH, VCPUS);
	world->root = px_guest_double_root(world->guest);
	check(px_memory_new(&world->guest->guest, 256, &world->memory));
	build_rules(world);
	for (uint32_t vcpu = 0; vcpu < VCPUS; vcpu++)
		build_stack(world, vcpu);
	world->kernel = (struct px_sampler_kernel){.map = world->map,
						   .start = KERNEL_START,
						   .context = world,
						   .current_task = current_task,
						   .refine_end = refine_end};
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	px_sampler_free(world->sampler);
	px_unwind_map_free(world->map);
	px_unwind_table_free(world->table);
	px_memory_free(world->memory);
	px_guest_close(&world->guest->guest);
	free(world);
	return 0;
}

static struct px_sampler_options defaults(void)
{
	return (struct px_sampler_options){.pause = true, .max_pause_ns = 10000000000};
}

static void start(struct world *world, struct px_sampler_options options)
{
	px_sampler_free(world->sampler);
	world->sampler = NULL;
	check(px_sampler_new(&world->guest->guest, world->memory, &world->kernel, &options,
			     &world->sampler));
}

/* Whatever the tick said, the guest runs. */
static struct px_error *try_tick(struct world *world)
{
	struct px_error *err = px_sampler_tick(world->sampler, &world->tick);

	assert_int_equal(world->guest->pauses, 0);
	return err;
}

static void tick(struct world *world)
{
	check(try_tick(world));
}

static const struct px_sample *sample_of(const struct world *world, uint32_t vcpu)
{
	for (size_t i = 0; i < world->tick.sample_count; i++)
		if (world->tick.samples[i].vcpu == vcpu)
			return &world->tick.samples[i];
	fail_msg("vCPU %u was not sampled", vcpu);
	return NULL;
}

/* --- what is sampled ---------------------------------------------------------------------- */

static void assert_whole_stack(const struct world *world, uint32_t vcpu)
{
	const struct px_sample *sample = sample_of(world, vcpu);

	assert_int_equal(sample->frame_count, FRAMES);
	for (size_t i = 0; i < FRAMES; i++) {
		assert_true(sample->frames[i].ip == ip_of(vcpu, i));
		assert_int_equal(sample->frames[i].exact, i == 0);
		assert_int_equal(sample->frames[i].source, i ? PX_RULE_ORC : PX_RULE_NONE);
	}
	assert_int_equal(sample->end, vcpu ? PX_END_THREAD_ROOT : PX_END_IDLE_ROOT);
}

static void test_stacks(void **state)
{
	struct world *world = *state;

	start(world, defaults());
	tick(world);
	assert_int_equal(world->tick.sample_count, VCPUS);
	for (uint32_t vcpu = 0; vcpu < VCPUS; vcpu++)
		assert_whole_stack(world, vcpu);
	assert_true(world->tick.pause_ns > 0);
	assert_int_equal(world->guest->gathers, 1);
	assert_int_equal(world->guest->resumes, 1);
}

/* After the first tick nothing is mapped any more. */
static void test_steady_state(void **state)
{
	struct world *world = *state;
	unsigned int maps;

	start(world, defaults());
	tick(world);
	maps = world->guest->maps;
	assert_true(maps > 0);
	for (int i = 0; i < 10; i++)
		tick(world);
	assert_int_equal(world->guest->maps, maps);
}

static void test_states(void **state)
{
	struct world *world = *state;
	struct px_vcpu *vcpus = world->guest->vcpus;

	vcpus[0].state = PX_VCPU_BLOCKED;
	vcpus[1].state = PX_VCPU_OFFLINE;
	vcpus[1].have_context = false;
	vcpus[2].state = PX_VCPU_RUNNABLE;
	start(world, defaults());
	tick(world);
	assert_int_equal(world->tick.sample_count, 2);
	assert_int_equal(world->tick.idle, 1);
	assert_int_equal(world->tick.offline, 1);
	assert_int_equal(sample_of(world, 2)->state, PX_VCPU_RUNNABLE);
	assert_whole_stack(world, 2);
	assert_int_equal(sample_of(world, 3)->state, PX_VCPU_RUNNING);
}

static void test_idle_too(void **state)
{
	struct world *world = *state;
	struct px_sampler_options options = defaults();

	options.idle = true;
	world->guest->vcpus[0].state = PX_VCPU_BLOCKED;
	start(world, options);
	tick(world);
	assert_int_equal(world->tick.sample_count, VCPUS);
	assert_int_equal(world->tick.idle, 0);
	assert_int_equal(sample_of(world, 0)->state, PX_VCPU_BLOCKED);
	assert_whole_stack(world, 0);
}

/* A vCPU that went down between its state and its context. */
static void test_no_context(void **state)
{
	struct world *world = *state;

	world->guest->vcpus[2].have_context = false;
	start(world, defaults());
	tick(world);
	assert_int_equal(world->tick.sample_count, VCPUS - 1);
	assert_int_equal(world->tick.offline, 1);
}

static void test_some_vcpus(void **state)
{
	struct world *world = *state;
	struct px_sampler_options options = defaults();

	check(px_vcpu_list_parse("1,3", &options.vcpus));
	world->guest->vcpus[0].state = PX_VCPU_BLOCKED;
	world->guest->vcpus[2].state = PX_VCPU_OFFLINE;
	start(world, options);
	tick(world);
	assert_int_equal(world->tick.sample_count, 2);
	assert_int_equal(world->tick.idle, 0);
	assert_int_equal(world->tick.offline, 0);
	assert_whole_stack(world, 1);
	assert_whole_stack(world, 3);
}

static void test_user_mode(void **state)
{
	struct world *world = *state;
	const struct px_sample *sample;

	px_guest_double_run(world->guest, 1, PX_PAGING_4_LEVEL, world->root, 0x401000, 0x7ff0);
	start(world, defaults());
	tick(world);
	sample = sample_of(world, 1);
	assert_true(sample->user_mode);
	assert_int_equal(sample->end, PX_END_USER_MODE);
	assert_int_equal(sample->frame_count, 1);
	assert_int_equal(sample->frames[0].ip, 0x401000);
	assert_true(sample->frames[0].exact);
	assert_false(sample_of(world, 0)->user_mode);
}

/* --- user stacks -------------------------------------------------------------------------- */

#define USER_SP	   UINT64_C(0x7ffd00001f00) /* 256 bytes below the end of a page */
#define USER_PAGES 3			    /* from that page on */

/* What the walker was given, by vCPU. */
struct walked {
	const struct world *world;
	unsigned int calls;
	bool fail;
	struct px_user_stack stacks[VCPUS];
};

static struct px_error *walk_user(void *context, const struct px_user_stack *stack,
				  struct px_sample *sample)
{
	struct walked *walked = context;

	assert_int_equal(walked->world->guest->pauses, 0);
	walked->calls++;
	walked->stacks[sample->vcpu] = *stack;
	sample->user_walked = true;
	sample->user_end = PX_END_USER_ROOT;
	return walked->fail ? px_error_new(PX_ERR_OTHER, "no") : NULL;
}

static void write_user(struct world *world, px_root root, uint64_t address, uint64_t word)
{
	px_guest_double_write_word(world->guest, PX_PAGING_4_LEVEL, root, address, word);
}

/* vCPU 1 is in user mode, vCPU 2 came from there into the kernel by a system call. */
static struct walked *start_user(struct world *world)
{
	static const struct px_unwind_rule registers = {
		.cfa_base = PX_CFA_SP, .shape = PX_FRAME_REGS, .source = PX_RULE_ORC};
	static const struct px_unwind_rule none = {0};
	struct px_unwind_builder *builder = NULL;
	struct walked *walked = calloc(1, sizeof(*walked));
	struct px_sampler_options options = defaults();
	uint64_t sp = stack_of(2) + 0xe00;

	assert_non_null(walked);
	px_unwind_table_free(world->table);
	px_unwind_map_free(world->map);
	check(px_unwind_builder_new(TEXT, &builder));
	check(px_unwind_builder_add(builder, TEXT + 0x8000, &registers));
	check(px_unwind_builder_add(builder, TEXT + 0x8100, &none));
	check(px_unwind_builder_finish(builder, &world->table));
	px_unwind_builder_free(builder);
	check(px_unwind_map_new(&world->map));
	check(px_unwind_map_add(world->map, TEXT, TEXT + 0x10000, 0, world->table));
	world->kernel.map = world->map;
	for (size_t i = 0; i < USER_PAGES; i++)
		write_user(world, world->root, USER_SP + i * PX_PAGE_SIZE, 100 + i);
	px_guest_double_run(world->guest, 1, PX_PAGING_4_LEVEL, world->root, 0x401000, USER_SP);
	px_guest_double_run(world->guest, 2, PX_PAGING_4_LEVEL, world->root, TEXT + 0x8010, sp);
	write_user(world, world->root, sp + 4 * 8, 0x7ffd00001fff); /* BP */
	write_user(world, world->root, sp + 16 * 8, 0x402000);
	write_user(world, world->root, sp + 17 * 8, 0x33);
	write_user(world, world->root, sp + 19 * 8, USER_SP + PX_PAGE_SIZE);
	walked->world = world;
	options.user = (struct px_user_walker){walked, walk_user};
	start(world, options);
	return walked;
}

static uint64_t copied(const struct px_user_stack *stack, uint64_t address)
{
	uint64_t word = 0;

	assert_true(address >= stack->address &&
		    address - stack->address + sizeof(word) <= stack->size);
	memcpy(&word, stack->bytes + (address - stack->address), sizeof(word));
	return word;
}

static void test_user_stacks(void **state)
{
	struct world *world = *state;
	struct walked *walked = start_user(world);
	const struct px_user_stack *user = &walked->stacks[1], *kernel = &walked->stacks[2];
	const uint64_t end = (USER_SP | 0xfff) + 1 + (USER_PAGES - 1) * PX_PAGE_SIZE;

	tick(world);
	assert_int_equal(walked->calls, 2);
	assert_true(sample_of(world, 1)->user_walked && sample_of(world, 2)->user_walked);
	assert_false(sample_of(world, 0)->user_walked || sample_of(world, 3)->user_walked);
	assert_int_equal(sample_of(world, 1)->user_frames, 1);
	assert_int_equal(sample_of(world, 2)->user_frames, 0);
	assert_int_equal(sample_of(world, 2)->end, PX_END_USER_MODE);

	assert_true(user->regs.reg[PX_REG_IP] == 0x401000);
	assert_true(user->address == USER_SP - 128 && !user->cut);
	assert_true(user->address + user->size == end); /* and there the pages end */
	for (size_t i = 0; i < USER_PAGES; i++)
		assert_true(copied(user, USER_SP + i * PX_PAGE_SIZE) == 100 + i);

	assert_true(kernel->regs.reg[PX_REG_IP] == 0x402000);
	assert_true(kernel->regs.reg[PX_REG_BP] == 0x7ffd00001fff);
	assert_true(kernel->regs.reg[PX_REG_SP] == USER_SP + PX_PAGE_SIZE);
	assert_true(copied(kernel, USER_SP + 2 * PX_PAGE_SIZE) == 102);
	free(walked);
}

/* More than is copied, a page that is not there, and no stack at all. */
static void test_user_stack_pages(void **state)
{
	struct world *world = *state;
	struct walked *walked = start_user(world);
	const struct px_user_stack *user = &walked->stacks[1];
	uint64_t hole = (USER_SP | 0xfff) + 1;

	for (size_t i = 0; i < 8; i++)
		write_user(world, world->root, USER_SP + i * PX_PAGE_SIZE, i);
	tick(world);
	assert_int_equal(user->size, PX_USER_STACK_MAX);
	assert_true(copied(user, USER_SP + 3 * PX_PAGE_SIZE) == 3);

	px_guest_double_unmap(world->guest, PX_PAGING_4_LEVEL, world->root, hole);
	tick(world);
	assert_true(user->address + user->size == hole);

	world->guest->vcpus[1].regs.reg[PX_REG_SP] = (USER_SP | 0xfff) - 0xfff + 8;
	tick(world); /* the red zone ends at the page: below it nothing need be there */
	assert_true(user->address == USER_SP - USER_SP % PX_PAGE_SIZE);
	assert_true(user->address + user->size == hole);

	world->guest->vcpus[1].regs.reg[PX_REG_SP] = 8;
	tick(world);
	assert_int_equal(user->size, 0);
	assert_false(user->cut);

	/* Memory of the kernel is not the program's stack. */
	world->guest->vcpus[1].regs.reg[PX_REG_SP] = stack_of(0);
	tick(world);
	assert_int_equal(user->size, 0);
	free(walked);
}

/* Whether the pages are there or not, a copy that would come too late is not begun. */
static void test_user_stack_deadline(void **state)
{
	struct world *world = *state;
	struct walked *walked = start_user(world);
	struct px_sampler_options options = defaults();
	unsigned int maps;

	options.max_pause_ns = 0;
	options.user = (struct px_user_walker){walked, walk_user};
	start(world, options);
	tick(world);
	assert_true(walked->stacks[1].cut);
	assert_int_equal(walked->stacks[1].size, 0);
	maps = world->guest->maps;
	tick(world); /* what was missing was mapped after the first */
	assert_int_equal(world->guest->maps, maps);
	free(walked);
}

static bool gate_user_regs(const struct px_regs *regs,
			   enum px_read_word_result (*read)(void *context, uint64_t address,
							    uint64_t *ret),
			   void *context, struct px_regs *ret)
{
	uint64_t word = 0;

	assert_int_equal(read(context, regs->reg[PX_REG_SP], &word), PX_WORD_OK);
	*ret = *regs;
	ret->reg[PX_REG_IP] = word;
	ret->reg[PX_REG_SP] = USER_SP;
	return true;
}

/* The kernel's entry code has no rules, but the program that called is known. */
static void test_behind_gate(void **state)
{
	struct world *world = *state;
	struct walked *walked = start_user(world);
	struct px_sampler_options options = defaults();
	uint64_t sp = stack_of(2) + 0x400;

	world->kernel.gate_user_regs = gate_user_regs;
	options.user = (struct px_user_walker){walked, walk_user};
	start(world, options);
	px_guest_double_run(world->guest, 2, PX_PAGING_4_LEVEL, world->root, TEXT + 0x8200, sp);
	write_user(world, world->root, sp, 0x403000);
	tick(world);
	assert_int_equal(sample_of(world, 2)->end, PX_END_NO_RULE); /* no task, no program */
	world->guest->vcpus[2].gs_base_kernel = 1;
	tick(world);
	assert_int_equal(sample_of(world, 2)->end, PX_END_USER_MODE);
	assert_int_equal(sample_of(world, 2)->frame_count, 1);
	assert_true(sample_of(world, 2)->user_walked);
	assert_true(walked->stacks[2].regs.reg[PX_REG_IP] == 0x403000);
	assert_true(copied(&walked->stacks[2], USER_SP) == 100);
	free(walked);
}

static void test_failing_walker(void **state)
{
	struct world *world = *state;
	struct walked *walked = start_user(world);
	struct px_error *err;

	walked->fail = true;
	err = try_tick(world);
	assert_non_null(err);
	px_error_free(err);
	free(walked);
}

static void test_tasks(void **state)
{
	struct world *world = *state;

	world->guest->vcpus[1].gs_base_kernel = 1;
	start(world, defaults());
	tick(world);
	assert_false(sample_of(world, 0)->have_task);
	assert_true(sample_of(world, 1)->have_task);
	assert_int_equal(sample_of(world, 1)->task.tid, 11);
}

static void test_unknown_kernel(void **state)
{
	struct world *world = *state;
	const struct px_sample *sample;

	world->kernel = (struct px_sampler_kernel){.start = KERNEL_START};
	start(world, defaults());
	tick(world);
	sample = sample_of(world, 0);
	assert_int_equal(sample->end, PX_END_NOT_WALKED);
	assert_int_equal(sample->frame_count, 1);
	assert_true(sample->frames[0].ip == ip_of(0, 0));
	assert_false(sample->have_task);
}

/* Kernel mode at an address that is no kernel's: firmware. */
static void test_low_kernel_address(void **state)
{
	struct world *world = *state;

	world->guest->vcpus[0].regs.reg[PX_REG_IP] = 0x1000;
	start(world, defaults());
	tick(world);
	assert_int_equal(sample_of(world, 0)->end, PX_END_BAD_ADDRESS);
	assert_int_equal(sample_of(world, 0)->frame_count, 1);
}

static void test_missing_page(void **state)
{
	struct world *world = *state;

	px_guest_double_unmap(world->guest, PX_PAGING_4_LEVEL, world->root,
			      stack_of(2) + 0x1000);
	start(world, defaults());
	tick(world);
	assert_int_equal(sample_of(world, 2)->end, PX_END_BAD_READ);
	assert_int_equal(sample_of(world, 2)->frame_count, 2);
	assert_whole_stack(world, 3);
}

/* The kernel's own page tables are used where they are known, whatever the vCPU has loaded. */
static void test_kernel_root(void **state)
{
	struct world *world = *state;

	for (uint32_t vcpu = 0; vcpu < VCPUS; vcpu++)
		world->guest->vcpus[vcpu].kernel_root = px_root_of(1);
	world->kernel.have_root = true;
	world->kernel.root = world->root;
	world->kernel.paging = PX_PAGING_4_LEVEL;
	start(world, defaults());
	tick(world);
	assert_whole_stack(world, 1);
}

/* --- pauses ------------------------------------------------------------------------------- */

static void test_deadline(void **state)
{
	struct world *world = *state;
	struct px_sampler_options options = defaults();
	unsigned int maps;

	options.max_pause_ns = 0;
	start(world, options);
	tick(world);
	for (uint32_t vcpu = 0; vcpu < VCPUS; vcpu++) {
		assert_int_equal(sample_of(world, vcpu)->end, PX_END_DEADLINE);
		assert_int_equal(sample_of(world, vcpu)->frame_count, 1);
	}
	/* What was cut short has been brought in since. */
	maps = world->guest->maps;
	assert_true(maps > 0);
	start(world, defaults());
	tick(world);
	assert_whole_stack(world, 0);
	assert_whole_stack(world, 3);
	assert_int_equal(world->guest->maps, maps);
}

static void test_no_pause(void **state)
{
	struct world *world = *state;
	struct px_sampler_options options = {.max_pause_ns = 0};

	world->kernel.current_task = NULL;
	start(world, options);
	tick(world);
	assert_whole_stack(world, 1);
	assert_int_equal(world->tick.pause_ns, 0);
	assert_int_equal(world->guest->resumes, 0);
}

static void test_failures(void **state)
{
	struct world *world = *state;
	struct px_error *err;

	start(world, defaults());
	world->guest->fail_gather = 1;
	err = try_tick(world);
	assert_non_null(err);
	px_error_free(err);
	tick(world);
	world->guest->die = 1;
	err = px_sampler_tick(world->sampler, &world->tick);
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_DOMAIN_GONE);
	px_error_free(err);
}

static void test_failed_resume(void **state)
{
	struct world *world = *state;
	struct px_error *err;

	start(world, defaults());
	world->guest->fail_resume = 1;
	err = px_sampler_tick(world->sampler, &world->tick);
	assert_non_null(err);
	px_error_free(err);
}

static void test_turns(void **state)
{
	struct world *world = *state;

	start(world, defaults());
	for (uint32_t i = 0; i < 2 * VCPUS; i++) {
		tick(world);
		assert_int_equal(world->tick.sample_count, VCPUS);
		assert_int_equal(world->tick.samples[0].vcpu, i % VCPUS);
	}
}

/* --- changes ------------------------------------------------------------------------------ */

static void test_hot_plug(void **state)
{
	struct world *world = *state;
	struct px_guest *guest = &world->guest->guest;

	guest->domain.vcpus = 1;
	start(world, defaults());
	tick(world);
	assert_int_equal(world->tick.sample_count, 1);
	guest->domain.vcpus = VCPUS;
	tick(world);
	assert_int_equal(world->tick.sample_count, VCPUS);
}

static void test_stands_still(void **state)
{
	struct world *world = *state;
	struct px_vcpu *vcpus = world->guest->vcpus;

	for (uint32_t vcpu = 0; vcpu < VCPUS; vcpu++)
		vcpus[vcpu].state = PX_VCPU_RUNNABLE;
	start(world, defaults());
	tick(world);
	assert_false(world->tick.stands_still); /* there was nothing to compare with */
	tick(world);
	assert_true(world->tick.stands_still);
	vcpus[2].cpu_time_ns++;
	tick(world);
	assert_false(world->tick.stands_still);
	vcpus[3].state = PX_VCPU_RUNNING;
	tick(world);
	assert_false(world->tick.stands_still);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(stacks),
		test(steady_state),
		test(states),
		test(idle_too),
		test(no_context),
		test(some_vcpus),
		test(user_mode),
		test(tasks),
		test(unknown_kernel),
		test(low_kernel_address),
		test(missing_page),
		test(kernel_root),
		test(deadline),
		test(no_pause),
		test(failures),
		test(failed_resume),
		test(turns),
		test(hot_plug),
		test(stands_still),
		test(user_stacks),
		test(user_stack_pages),
		test(user_stack_deadline),
		test(failing_walker),
		test(behind_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
