/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unwinding over the tables of a real vmlinux (Linux 5.12 to 6.2, with debug info):
 * bench-unwind [VMLINUX], or the one in PERF_XEN_VMLINUX.
 *
 * Stacks of 16 frames with known answers (tests/support/inverse-stack.h): 200 of them again
 * and again (hot), 20,000 in turn (cold). Every walk is compared with its answer. The same
 * stacks go to libdw; the floor is a chain of frame pointers in stacks of the same size.
 */
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "symbolize/cfi.h"
#include "symbolize/elf-image.h"
#include "symbolize/orc.h"
#include "tests/support/inverse-stack.h"

enum {
	DEPTH = 16,
	HOT = 200,
	COLD = 20000,
	BUILDS = 40,
	ROUNDS = 5,
	HOT_WALKS = 400000,
	BATCH = 64
};

#define STACKS	     0xffffc90000000000u
#define TEXT	     0xffffffff81000000u
#define KERNEL_START 0xffff800000000000u

struct bench {
	struct px_elf_image *image;
	struct px_unwind_table *orc, *debug_frame;
	uint64_t seed;
};

static void stop_at(struct px_error *err)
{
	if (!err)
		return;
	fprintf(stderr, "bench-unwind: %s\n", err->message);
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct px_elf_section section(struct bench *b, const char *name)
{
	struct px_elf_section section = {0};

	stop_at(px_elf_image_section(b->image, name, &section));
	return section;
}

static struct px_unwind_table *build_orc(struct bench *b)
{
	struct px_elf_section ip = section(b, ".orc_unwind_ip");
	struct px_elf_section entries = section(b, ".orc_unwind");
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;

	stop_at(px_unwind_builder_new(TEXT, &builder));
	stop_at(px_orc_parse(ip.bytes, ip.address, entries.bytes, PX_ORC_5_12, builder));
	stop_at(px_unwind_builder_finish(builder, &table));
	px_unwind_builder_free(builder);
	return table;
}

static struct px_unwind_table *build_debug_frame(struct bench *b)
{
	struct px_cfi_section cfi = {
		.kind = PX_CFI_DEBUG_FRAME,
		.bytes = section(b, ".debug_frame").bytes,
	};
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	struct px_cfi_counts counts = {0};

	stop_at(px_unwind_builder_new(TEXT, &builder));
	stop_at(px_cfi_parse(&cfi, builder, &counts));
	stop_at(px_unwind_builder_finish(builder, &table));
	px_unwind_builder_free(builder);
	return table;
}

/* The fastest of several builds. */
static struct px_unwind_table *time_build(struct bench *b, const char *name,
					  struct px_unwind_table *(*build)(struct bench *))
{
	struct px_unwind_table *table = NULL;
	double best = 1e9, first = 0;

	for (int i = 0; i < BUILDS; i++) {
		double start = now();

		px_unwind_table_free(table);
		table = build(b);
		first = i ? first : now() - start;
		best = px_min(best, now() - start);
	}
	printf("table %-12s %7.2f ms (first %.2f), %zu rows, %zu rules, %.2f MB\n", name,
	       best * 1e3, first * 1e3, px_unwind_table_rows(table),
	       px_unwind_table_rules(table), (double)px_unwind_table_size(table) / 1e6);
	return table;
}

static struct inverse_stack *make_stacks(struct bench *b, const struct px_unwind_table *table,
					 size_t count, bool interrupts)
{
	struct inverse_stack *stacks = calloc(count, sizeof(*stacks));

	if (!stacks)
		abort();
	for (size_t i = 0; i < count; i++)
		inverse_stack_make(table, &b->seed, DEPTH, STACKS + i * 0x100000, interrupts,
				   &stacks[i]);
	return stacks;
}

static void free_stacks(struct inverse_stack *stacks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		inverse_stack_fini(&stacks[i]);
	free(stacks);
}

struct result {
	double ns; /* a frame */
	double exact_percent;
};

/* Walk stacks in the given order, in batches that are timed and then compared. */
static struct result walk_all(struct px_unwind_map *map, struct inverse_stack *stacks,
			      const uint32_t *order, size_t walks, size_t batch)
{
	struct px_stack_window window = {0};
	struct px_unwind_space space = {
		.map = map,
		.read_word = inverse_stack_read,
		.window = &window,
		.kernel_start = KERNEL_START,
	};
	struct px_frame(*frames)[DEPTH + 1] = calloc(batch, sizeof(*frames));
	size_t *counts = calloc(batch, sizeof(*counts)), right = 0;
	double elapsed = 0;

	if (!frames || !counts)
		abort();
	memset(frames, 1, batch * sizeof(*frames)); /* no page faults below */
	for (size_t first = 0; first < walks; first += batch) {
		size_t n = px_min(batch, walks - first);
		double start = now();

		for (size_t i = 0; i < n; i++) {
			struct inverse_stack *stack = &stacks[order[first + i]];
			struct px_regs regs;

			regs.reg[PX_REG_IP] = stack->regs.reg[PX_REG_IP];
			regs.reg[PX_REG_SP] = stack->regs.reg[PX_REG_SP];
			regs.reg[PX_REG_BP] = stack->regs.reg[PX_REG_BP];
			regs.valid = stack->regs.valid;
			space.context = stack;
			window.address = stack->address;
			window.bytes = stack->words;
			window.starts = 8 * stack->word_count - 7;
			px_unwind(&space, &regs, frames[i], DEPTH + 1, &counts[i]);
		}
		elapsed += now() - start;
		for (size_t i = 0; i < n; i++)
			right += inverse_stack_matches(&stacks[order[first + i]], frames[i],
						       counts[i]);
	}
	free(frames);
	free(counts);
	return (struct result){
		.ns = elapsed * 1e9 / (double)(walks * DEPTH),
		.exact_percent = 100.0 * (double)right / (double)walks,
	};
}

/* walks numbers below count: each as often as the others, in random order. */
static uint32_t *make_order(struct bench *b, size_t count, size_t walks)
{
	uint32_t *order = calloc(walks, sizeof(*order));

	if (!order)
		abort();
	for (size_t i = 0; i < walks; i++)
		order[i] = (uint32_t)(i % count);
	for (size_t i = walks; i > 1; i--) {
		size_t j = (inverse_random(&b->seed) >> 16) % i;
		uint32_t other = order[j];

		order[j] = order[i - 1];
		order[i - 1] = other;
	}
	return order;
}

/* The best of several rounds; the worst exactness. */
static struct result walk_rounds(const struct px_unwind_table *table,
				 struct inverse_stack *stacks, const uint32_t *order,
				 size_t walks, size_t batch)
{
	struct result best = {1e9, 100};
	struct px_unwind_map *map = NULL;

	stop_at(px_unwind_map_new(&map));
	stop_at(px_unwind_map_add(map, TEXT, UINT64_MAX, 0, table));
	for (int i = 0; i < ROUNDS; i++) {
		struct result round = walk_all(map, stacks, order, walks, batch);

		best.ns = px_min(best.ns, round.ns);
		best.exact_percent = px_min(best.exact_percent, round.exact_percent);
	}
	px_unwind_map_free(map);
	return best;
}

/* --- the floor ------------------------------------------------------------------------------
 */

/* Turn the words of every stack into a chain of frame pointers of the same depth. */
static void make_chains(struct inverse_stack *stacks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct inverse_stack *s = &stacks[i];
		size_t step = s->word_count / DEPTH;

		for (size_t j = 0; j < DEPTH; j++) {
			s->words[j * step] = s->address + 8 * (j + 1) * step;
			s->words[j * step + 1] = TEXT + j;
		}
		s->words[(DEPTH - 1) * step] = 0;
		s->regs.reg[PX_REG_BP] = s->address;
	}
}

static double chain_rounds(struct inverse_stack *stacks, const uint32_t *order, size_t walks)
{
	double best = 1e9;
	volatile uint64_t sink = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now();

		for (size_t i = 0; i < walks; i++) {
			struct inverse_stack *stack = &stacks[order[i]];
			uint64_t bp = stack->regs.reg[PX_REG_BP], ips[DEPTH + 1], n = 0;

			while (bp && n <= DEPTH &&
			       inverse_stack_read(stack, bp + 8, &ips[n]) == PX_WORD_OK &&
			       inverse_stack_read(stack, bp, &bp) == PX_WORD_OK)
				n++;
			sink = sink + ips[n - 1];
		}
		best = px_min(best, now() - start);
	}
	return best * 1e9 / (double)(walks * DEPTH);
}

/* --- libdw ----------------------------------------------------------------------------------
 */

struct libdw {
	Dwfl *dwfl;
	struct inverse_stack *stack;
	uint64_t ips[DEPTH + 1];
	size_t count;
};

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread_arg)
{
	if (*thread_arg)
		return 0;
	*thread_arg = arg;
	return 1;
}

static bool memory_read(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *result, void *arg)
{
	struct libdw *l = arg;

	return inverse_stack_read(l->stack, address, result) == PX_WORD_OK;
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
	struct libdw *l = arg;
	const struct px_regs *regs = &l->stack->regs;
	Dwarf_Word words[PX_REGS];

	memcpy(words, regs->reg, sizeof(words));
	if (!dwfl_thread_state_registers(thread, 0, PX_REG_IP, words))
		return false;
	dwfl_thread_state_register_pc(thread, regs->reg[PX_REG_IP]);
	return true;
}

static int frame_callback(Dwfl_Frame *frame, void *arg)
{
	struct libdw *l = arg;
	Dwarf_Addr ip = 0;

	if (l->count > DEPTH || !dwfl_frame_pc(frame, &ip, NULL))
		return DWARF_CB_ABORT;
	if (ip == 0)
		return DWARF_CB_ABORT;
	l->ips[l->count++] = ip;
	return DWARF_CB_OK;
}

static bool libdw_open(struct libdw *l, const char *path)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	static const Dwfl_Thread_Callbacks threads = {
		.next_thread = next_thread,
		.memory_read = memory_read,
		.set_initial_registers = set_registers,
	};

	l->dwfl = dwfl_begin(&callbacks);
	return l->dwfl && dwfl_report_elf(l->dwfl, "vmlinux", path, -1, 0, false) &&
	       dwfl_report_end(l->dwfl, NULL, NULL) == 0 &&
	       dwfl_attach_state(l->dwfl, NULL, 1, &threads, l);
}

static struct result libdw_walk(struct libdw *l, struct inverse_stack *stacks,
				const uint32_t *order, size_t walks)
{
	size_t right = 0;
	double start = now();

	for (size_t i = 0; i < walks; i++) {
		struct inverse_stack *stack = &stacks[order[i]];
		bool same;

		l->stack = stack;
		l->count = 0;
		dwfl_getthread_frames(l->dwfl, 1, frame_callback, l);
		same = l->count == DEPTH;
		for (size_t j = 0; j < DEPTH && same; j++)
			same = l->ips[j] == stack->frames[j].ip;
		right += same;
	}
	return (struct result){
		.ns = (now() - start) * 1e9 / (double)(walks * DEPTH),
		.exact_percent = 100.0 * (double)right / (double)walks,
	};
}

/* --- reports --------------------------------------------------------------------------------
 */

static void compare(struct bench *b, struct libdw *libdw, const char *name, size_t count,
		    size_t walks, size_t libdw_walks)

{
	struct inverse_stack *orc = make_stacks(b, b->orc, count, true);
	struct inverse_stack *dwarf = make_stacks(b, b->debug_frame, count, false);
	uint32_t *order = make_order(b, count, walks);
	size_t batch = count == HOT ? 64 : walks;
	struct result ours_orc = walk_rounds(b->orc, orc, order, walks, batch);
	struct result ours = walk_rounds(b->debug_frame, dwarf, order, walks, batch);
	struct result theirs = {0};
	double floor;

	printf("%s orc          %8.2f ns/frame, %.4f %% exact\n", name, ours_orc.ns,
	       ours_orc.exact_percent);
	printf("%s debug_frame  %8.2f ns/frame, %.4f %% exact\n", name, ours.ns,
	       ours.exact_percent);
	theirs = libdw_walk(libdw, dwarf, order, libdw_walks);
	printf("%s libdw        %8.2f ns/frame, %.4f %% exact, %.1f times ours\n", name,
	       theirs.ns, theirs.exact_percent, theirs.ns / ours.ns);
	make_chains(dwarf, count);
	floor = chain_rounds(dwarf, order, walks);
	printf("%s floor        %8.2f ns/frame (frame pointers), ours is %.1f times\n", name,
	       floor, ours.ns / floor);
	free(order);
	free_stacks(orc, count);
	free_stacks(dwarf, count);
	if (ours_orc.exact_percent < 100 || ours.exact_percent < 100)
		exit(1);
}

int main(int argc, char **argv)
{
	struct bench b = {.seed = 42};
	struct libdw libdw = {0};
	const char *path;
	double start;

	path = argc > 1 ? argv[1] : getenv("PERF_XEN_VMLINUX");
	if (!path) {
		printf("not run: neither an argument nor PERF_XEN_VMLINUX names a vmlinux\n");
		return 0;
	}
	stop_at(px_elf_image_open(path, &b.image));
	b.orc = time_build(&b, "orc", build_orc);
	b.debug_frame = time_build(&b, "debug_frame", build_debug_frame);
	start = now();
	if (!libdw_open(&libdw, path)) {
		fprintf(stderr, "bench-unwind: libdw: %s\n", dwfl_errmsg(-1));
		return 1;
	}
	printf("libdw set-up %.2f ms\n", (now() - start) * 1e3);
	compare(&b, &libdw, "hot ", HOT, HOT_WALKS, HOT * 10);
	compare(&b, &libdw, "cold", COLD, COLD, COLD / 10);
	dwfl_end(libdw.dwfl);
	px_unwind_table_free(b.orc);
	px_unwind_table_free(b.debug_frame);
	px_elf_image_close(b.image);
	return 0;
}
