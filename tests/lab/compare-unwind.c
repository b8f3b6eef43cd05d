/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the same kernel stacks of a live guest twice: by what the guest's memory tells of its
 * kernel, and by a vmlinux file. Both walks see the same instant, the guest is paused
 * meanwhile.
 *
 * usage: compare-unwind DOM VMLINUX STACKS
 *
 * Prints the first stacks that differ, then "compared N stacks, N frames, N differ; names: N
 * differ". Exit status 1 when a stack differs or on an error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guest/linux-kernel.h"
#include "lib/memory.h"

enum {
	MOST_VCPUS = 64,
	MOST_FRAMES = 127,
	MOST_SHOWN = 5,
	GATHERS_PER_STACK = 50, /* give up when the guest is idle */
};

struct stack {
	struct px_frame frames[MOST_FRAMES];
	size_t count;
	enum px_end_reason end;
};

struct comparison {
	struct px_guest *guest;
	struct px_memory *memory;
	struct px_linux_kernel *by_memory, *by_image;
	uint64_t stacks, frames, different, names_different;
};

static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	return px_linux_kernel_read(context, address, ret, sizeof(*ret)) == PX_READ_OK
		       ? PX_WORD_OK
		       : PX_WORD_BAD;
}

static void walk(struct px_linux_kernel *kernel, const struct px_vcpu *vcpu, struct stack *ret)
{
	const struct px_unwind_space space = {
		.map = px_linux_kernel_unwind_map(kernel),
		.read_word = read_word,
		.context = kernel,
		.kernel_start = PX_LINUX_KERNEL_SPACE,
	};
	struct px_regs regs = vcpu->regs;

	ret->end = px_unwind(&space, &regs, ret->frames, MOST_FRAMES, &ret->count);
}

static bool same_stack(const struct stack *a, const struct stack *b)
{
	if (a->count != b->count || a->end != b->end)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->frames[i].ip != b->frames[i].ip ||
		    a->frames[i].exact != b->frames[i].exact)
			return false;
	return true;
}

static const char *name_in(const struct px_linux_kernel *kernel, const struct px_frame *frame)
{
	struct px_linux_symbol symbol;

	return px_linux_kernel_find_symbol(kernel, px_frame_lookup_address(frame), &symbol)
		       ? symbol.name
		       : "?";
}

static void print_stack(const struct comparison *c, const char *title,
			const struct stack *stack)
{
	printf("%s: %s\n", title, px_end_reason_name(stack->end));
	for (size_t i = 0; i < stack->count; i++)
		printf("  %016" PRIx64 " %s (%s)\n", stack->frames[i].ip,
		       name_in(c->by_image, &stack->frames[i]),
		       px_rule_source_name(stack->frames[i].source));
}

static void compare(struct comparison *c, const struct px_vcpu *vcpu)
{
	struct stack by_memory, by_image;

	walk(c->by_memory, vcpu, &by_memory);
	walk(c->by_image, vcpu, &by_image);
	c->stacks++;
	c->frames += by_memory.count;
	if (!same_stack(&by_memory, &by_image)) {
		if (c->different++ < MOST_SHOWN) {
			print_stack(c, "by the guest's memory", &by_memory);
			print_stack(c, "by the image", &by_image);
		}
		return;
	}
	for (size_t i = 0; i < by_memory.count; i++) {
		const char *ours = name_in(c->by_memory, &by_memory.frames[i]);
		const char *theirs = name_in(c->by_image, &by_memory.frames[i]);

		if (strcmp(ours, theirs) != 0 && c->names_different++ < MOST_SHOWN)
			printf("name: %s in the guest's memory, %s in the image\n", ours,
			       theirs);
	}
}

static struct px_error *tick(struct comparison *c)
{
	const struct px_guest_ops *ops = c->guest->ops;
	uint32_t count = px_min(c->guest->domain.vcpus, (uint32_t)MOST_VCPUS);
	struct px_vcpu vcpus[MOST_VCPUS];
	struct px_error *err;

	px_memory_new_generation(c->memory);
	err = ops->gather(c->guest, true, vcpus, count);
	if (err)
		return err;
	for (uint32_t i = 0; i < count; i++)
		if (vcpus[i].have_context && vcpus[i].kernel_mode &&
		    vcpus[i].state != PX_VCPU_BLOCKED)
			compare(c, &vcpus[i]);
	return ops->resume(c->guest);
}

static struct px_error *compare_stacks(struct comparison *c, uint64_t wanted)
{
	const struct timespec gap = {.tv_nsec = 2000000};
	struct px_error *err = NULL;

	for (uint64_t i = 0; !err && c->stacks < wanted && i < wanted * GATHERS_PER_STACK;
	     i++) {
		err = tick(c);
		nanosleep(&gap, NULL);
	}
	return err;
}

static struct px_error *run(struct comparison *c, char **argv)
{
	struct px_error *err = px_guest_open_xen(argv[1], &c->guest);

	if (!err)
		err = px_memory_new(c->guest, 16384, &c->memory);
	if (!err)
		err = px_linux_kernel_open(c->guest, c->memory, NULL, NULL, &c->by_memory);
	if (!err)
		err = px_linux_kernel_open(c->guest, c->memory, argv[2], NULL, &c->by_image);
	if (!err)
		err = compare_stacks(c, strtoull(argv[3], NULL, 10));
	return err;
}

int main(int argc, char **argv)
{
	struct comparison c = {0};
	struct px_error *err;

	if (argc != 4) {
		fprintf(stderr, "usage: compare-unwind DOM VMLINUX STACKS\n");
		return 2;
	}
	err = run(&c, argv);
	px_linux_kernel_close(c.by_image);
	px_linux_kernel_close(c.by_memory);
	px_memory_free(c.memory);
	px_guest_close(c.guest);
	printf("compared %" PRIu64 " stacks, %" PRIu64 " frames, %" PRIu64
	       " differ; names: %" PRIu64 " differ\n",
	       c.stacks, c.frames, c.different, c.names_different);
	if (err) {
		fprintf(stderr, "compare-unwind: %s\n", err->message);
		px_error_free(err);
		return 1;
	}
	return c.different ? 1 : 0;
}
