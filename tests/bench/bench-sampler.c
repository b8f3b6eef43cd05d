/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tick costs besides the hypervisor: 4 vCPUs, 16 frames each, and its way into a file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "guest/sampler.h"
#include "tests/support/guest-double.h"
#include "tracer/recording.h"

#define TEXT  UINT64_C(0xffffffff81000000)
#define STACK UINT64_C(0xffffc90000100000)

enum {
	VCPUS = 4,
	DEPTH = 16,
	FRAME_SIZE = 0x80,
	TICKS = 200000,
};

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check(struct px_error *err)
{
	if (!err)
		return;
	fprintf(stderr, "bench-sampler: %s\n", err->message);
	exit(1);
}

/* Functions with one frame size, below them a thread's first. */
static struct px_unwind_table *build_rules(void)
{
	static const struct px_unwind_rule outermost = {.cfa_base = PX_CFA_END,
							.source = PX_RULE_ORC};
	static const struct px_unwind_rule function = {
		.cfa_base = PX_CFA_SP, .cfa_offset = FRAME_SIZE, .source = PX_RULE_ORC};
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;

	check(px_unwind_builder_new(TEXT, &builder));
	check(px_unwind_builder_add(builder, TEXT, &outermost));
	check(px_unwind_builder_add(builder, TEXT + 0x1000, &function));
	check(px_unwind_builder_finish(builder, &table));
	px_unwind_builder_free(builder);
	return table;
}

static void build_stack(struct px_guest_double *guest, px_root root, uint32_t vcpu)
{
	uint64_t sp = STACK + vcpu * 0x8000 + 0x3000;

	px_guest_double_run(guest, vcpu, PX_PAGING_4_LEVEL, root, TEXT + 0x1000 + vcpu * 64,
			    sp);
	for (uint64_t i = 1; i < DEPTH; i++)
		px_guest_double_write_word(
			guest, PX_PAGING_4_LEVEL, root, sp + i * FRAME_SIZE - 8,
			i == DEPTH - 1 ? TEXT + 0x800 : TEXT + 0x2000 + i * 0x321);
}

static bool find_symbol(void *context, uint64_t address, struct px_linux_symbol *ret)
{
	*ret = (struct px_linux_symbol){
		.start = address & ~UINT64_C(0xff), .end = (address | 0xff) + 1, .name = "f"};
	return true;
}

static void run(struct px_sampler *sampler, struct px_recording *recording, const char *what)
{
	struct px_tick tick;
	double start = seconds(), ns, frames = 0;

	for (unsigned int i = 0; i < TICKS; i++) {
		check(px_sampler_tick(sampler, &tick));
		for (size_t s = 0; i == 0 && s < tick.sample_count; s++)
			frames += (double)tick.samples[s].frame_count;
		for (size_t s = 0; recording && s < tick.sample_count; s++)
			check(px_recording_add(recording, &tick.samples[s]));
	}
	ns = (seconds() - start) * 1e9 / TICKS;
	printf("  %-34s %8.0f ns a tick %8.1f ns a frame\n", what, ns, ns / frames);
}

static struct px_error *walk_nothing(void *context, const struct px_user_stack *stack,
				     struct px_sample *sample)
{
	return NULL;
}

/* All vCPUs are in user mode, with more of a stack than is copied. */
static void copy_user_stacks(struct px_guest_double *guest, px_root root,
			     struct px_memory *memory)
{
	const struct px_sampler_kernel kernel = {.start = UINT64_C(0xff00000000000000)};
	const struct px_sampler_options options = {
		.pause = true, .max_pause_ns = 1000000000, .user = {NULL, walk_nothing}};
	struct px_sampler *sampler = NULL;

	for (uint32_t vcpu = 0; vcpu < VCPUS; vcpu++) {
		uint64_t sp = UINT64_C(0x7ffd00000000) + vcpu * 0x100000 + 0x800;

		for (uint64_t i = 0; i < PX_USER_STACK_MAX + PX_PAGE_SIZE; i += PX_PAGE_SIZE)
			px_guest_double_write_word(guest, PX_PAGING_4_LEVEL, root, sp + i, i);
		px_guest_double_run(guest, vcpu, PX_PAGING_4_LEVEL, root, 0x401000, sp);
	}
	check(px_sampler_new(&guest->guest, memory, &kernel, &options, &sampler));
	run(sampler, NULL, "copy 16 KiB of each user stack");
	px_sampler_free(sampler);
}

int main(void)
{
	struct px_guest_double *guest = px_guest_double_new(PX_GUEST_PVH, VCPUS);
	px_root root = px_guest_double_root(guest);
	struct px_memory *memory = NULL;
	struct px_unwind_table *table = build_rules();
	struct px_sampler_kernel kernel = {.start = UINT64_C(0xff00000000000000)};
	const struct px_sampler_options options = {.pause = true, .max_pause_ns = 1000000000};
	struct px_perf_host host = {0};
	const struct px_recording_setup setup = {.path = "/dev/null",
						 .host = &host,
						 .domain = &guest->guest.domain,
						 .frequency = 100,
						 .namer = {.find = find_symbol}};
	struct px_sampler *sampler = NULL;
	struct px_recording *recording = NULL;

	for (uint32_t vcpu = 0; vcpu < VCPUS; vcpu++)
		build_stack(guest, root, vcpu);
	check(px_memory_new(&guest->guest, 256, &memory));
	check(px_unwind_map_new(&kernel.map));
	check(px_unwind_map_add(kernel.map, TEXT, TEXT + 0x10000, 0, table));
	check(px_sampler_new(&guest->guest, memory, &kernel, &options, &sampler));
	check(px_recording_open(&setup, &recording));
	run(sampler, NULL, "walk");
	run(sampler, recording, "walk and record");
	px_recording_free(recording);
	px_sampler_free(sampler);
	copy_user_stacks(guest, root, memory);
	px_unwind_map_free(kernel.map);
	px_unwind_table_free(table);
	px_memory_free(memory);
	px_guest_close(&guest->guest);
	return 0;
}
