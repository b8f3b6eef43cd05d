/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pause, walk, resume.
 *
 * A vCPU that is runnable but not running counts as busy: it lost its processor, most often to
 * dom0 that woke up to take this very sample, and leaving it out would favour what runs when
 * dom0 sleeps. Blocked vCPUs are idle and only counted.
 *
 * The guest pays for every microsecond between gather and resume. Most walks take less than
 * one, but a stack seen for the first time needs its pages mapped, which takes tens. The clock
 * is therefore read before each new page and every WORDS_PER_CHECK words, and past the deadline
 * the walk ends. After resume the rest of such a stack is read once, so that it is mapped when
 * it is met again. Each tick starts with another vCPU: it is not always the same one that comes
 * too late.
 *
 * The stack of a user program is only copied under pause, as much of it as is enough for nearly
 * all: to walk it takes the rules of files that may have to be found first.
 */
#include "guest/sampler.h"

#include <stdlib.h>

#include "lib/clock.h"
#include "lib/memory.h"

enum {
	WORDS_PER_CHECK = 32,
	STACK_SIZE = 4 * PX_PAGE_SIZE, /* of Linux on x86-64: aligned to its size */
	RED_ZONE = 128, /* below SP is the function's, too: System V ABI AMD64, section 3.2.2 */
};

/* Where one vCPU's stack is read, and how far that got. */
struct reader {
	struct px_memory *memory;
	enum px_paging paging;
	px_root root;
	uint64_t deadline_ns;
	uint64_t page; /* of the last word */
	unsigned int words;
	bool cut;	      /* the deadline came */
	uint64_t cut_address; /* before this word */
};

/* One entry for each vCPU slot of the guest. */
struct slots {
	uint32_t count;
	struct px_vcpu *vcpus;
	uint64_t *cpu_time; /* of each vCPU at the last tick */
	struct px_sample *samples;
	struct reader *readers;	     /* of each sample */
	struct px_user_stack *users; /* of each sample; NULL: not wanted */
};

struct px_sampler {
	struct px_guest *guest;
	struct px_memory *memory;
	struct px_sampler_kernel kernel;
	struct px_sampler_options options;
	struct slots slots;
	size_t sample_count;
	uint32_t first; /* vCPU of the next tick */
};

static void slots_free(struct slots *slots)
{
	free(slots->vcpus);
	free(slots->cpu_time);
	free(slots->samples);
	free(slots->readers);
	free(slots->users);
}

static struct px_error *slots_new(uint32_t count, bool users, struct slots *ret)
{
	struct slots slots = {.count = count};
	struct px_error *err = px_calloc(count, sizeof(*slots.vcpus), &slots.vcpus);

	if (!err)
		err = px_calloc(count, sizeof(*slots.cpu_time), &slots.cpu_time);
	if (!err)
		err = px_calloc(count, sizeof(*slots.samples), &slots.samples);
	if (!err)
		err = px_calloc(count, sizeof(*slots.readers), &slots.readers);
	if (!err && users)
		err = px_calloc(count, sizeof(*slots.users), &slots.users);
	if (err) {
		slots_free(&slots);
		return err;
	}
	*ret = slots;
	return NULL;
}

static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	struct reader *reader = context;
	uint64_t page = address / PX_PAGE_SIZE;

	if (page != reader->page || reader->words % WORDS_PER_CHECK == 0) {
		if (px_now_ns() >= reader->deadline_ns) {
			reader->cut = true;
			reader->cut_address = address;
			return PX_WORD_DEADLINE;
		}
		reader->page = page;
	}
	reader->words++;
	if (px_memory_word(reader->memory, reader->paging, reader->root, px_gva_of(address),
			   ret) != PX_READ_OK)
		return PX_WORD_BAD;
	return PX_WORD_OK;
}

/* Bring in the rest of a stack whose walk was cut short. */
static void prefetch(const struct reader *reader)
{
	uint64_t left = STACK_SIZE - reader->cut_address % STACK_SIZE;

	px_memory_prefetch(reader->memory, reader->paging, reader->root,
			   px_gva_of(reader->cut_address), left);
}

static void only_ip(struct px_sample *sample, uint64_t ip, enum px_end_reason end)
{
	sample->frames[0] = (struct px_frame){.ip = ip, .source = PX_RULE_NONE, .exact = true};
	sample->frame_count = 1;
	sample->end = end;
}

/* regs: those of user mode after a walk that ends there. */
static void walk(struct px_sampler *sampler, struct px_regs *regs, struct reader *reader,
		 struct px_sample *sample)
{
	const struct px_sampler_kernel *kernel = &sampler->kernel;
	const struct px_unwind_space space = {.map = kernel->map,
					      .read_word = read_word,
					      .context = reader,
					      .kernel_start = kernel->start,
					      .is_return = kernel->is_return,
					      .code = kernel->context};

	sample->end =
		px_unwind(&space, regs, sample->frames, PX_SAMPLE_FRAMES, &sample->frame_count);
}

static void take_stack(struct px_sampler *sampler, struct px_regs *regs, struct reader *reader,
		       struct px_sample *sample)
{
	uint64_t ip = regs->reg[PX_REG_IP];

	if (sample->user_mode)
		only_ip(sample, ip, PX_END_USER_MODE);
	else if (!sampler->kernel.map)
		only_ip(sample, ip, PX_END_NOT_WALKED);
	else if (ip < sampler->kernel.start)
		only_ip(sample, ip, PX_END_BAD_ADDRESS); /* firmware, early boot */
	else
		walk(sampler, regs, reader, sample);
}

/* No program's stack ends where the kernel is entered or left: it is only that rules do. */
static void look_behind_gate(struct px_sampler *sampler, struct px_regs *regs,
			     struct reader *reader, struct px_sample *sample)
{
	const struct px_sampler_kernel *kernel = &sampler->kernel;
	const struct px_regs entered = *regs;

	if (!kernel->gate_user_regs || sample->frame_count != 1 || !sample->have_task ||
	    !sample->task.mm ||
	    (sample->end != PX_END_THREAD_ROOT && sample->end != PX_END_NO_RULE))
		return;
	if (kernel->gate_user_regs(&entered, read_word, reader, regs))
		sample->end = PX_END_USER_MODE;
}

/* A page after the other, as far as they are there. */
static void copy_user_stack(struct px_sampler *sampler, uint64_t deadline_ns,
			    struct px_user_stack *stack)
{
	uint64_t sp = stack->regs.reg[PX_REG_SP], page = sp - sp % PX_PAGE_SIZE;
	size_t part;

	stack->size = 0;
	stack->address = sp - page < RED_ZONE ? page : sp - RED_ZONE;
	stack->cut = px_now_ns() >= deadline_ns;
	if (stack->cut || stack->address >= sampler->kernel.start)
		return;
	px_memory_prefetch(sampler->memory, stack->paging, stack->root,
			   px_gva_of(stack->address), PX_USER_STACK_MAX);
	while (stack->size < PX_USER_STACK_MAX) {
		uint64_t from = stack->address + stack->size;

		part = px_min(PX_USER_STACK_MAX - stack->size,
			      (size_t)(PX_PAGE_SIZE - from % PX_PAGE_SIZE));
		if (px_memory_read(sampler->memory, stack->paging, stack->root, px_gva_of(from),
				   stack->bytes + stack->size, part) != PX_READ_OK)
			break;
		stack->size += part;
	}
}

/* The kernel's page tables of a process map what the process sees as well. */
static void find_user_stack(struct px_sampler *sampler, const struct px_vcpu *vcpu,
			    const struct px_regs *regs)
{
	struct px_user_stack *stack = &sampler->slots.users[sampler->sample_count];

	stack->regs = *regs;
	stack->paging = vcpu->paging;
	stack->root = vcpu->kernel_root;
}

/* After all walks: these must not come too late for the sake of a copy. */
static void copy_user_stacks(struct px_sampler *sampler, uint64_t deadline_ns)
{
	for (size_t i = 0; sampler->slots.users && i < sampler->sample_count; i++)
		if (sampler->slots.samples[i].end == PX_END_USER_MODE)
			copy_user_stack(sampler, deadline_ns, &sampler->slots.users[i]);
}

static void take_sample(struct px_sampler *sampler, uint32_t number, uint64_t now_ns,
			uint64_t deadline_ns)
{
	const struct px_sampler_kernel *kernel = &sampler->kernel;
	const struct px_vcpu *vcpu = &sampler->slots.vcpus[number];
	struct px_sample *sample = &sampler->slots.samples[sampler->sample_count];
	struct reader *reader = &sampler->slots.readers[sampler->sample_count];
	struct px_regs regs = vcpu->regs;

	*reader = (struct reader){.memory = sampler->memory,
				  .paging = kernel->have_root ? kernel->paging : vcpu->paging,
				  .root = kernel->have_root ? kernel->root : vcpu->kernel_root,
				  .deadline_ns = deadline_ns};
	sample->time_ns = now_ns;
	sample->vcpu = number;
	sample->state = vcpu->state;
	sample->cpu_time_ns = vcpu->cpu_time_ns;
	sample->user_mode = !vcpu->kernel_mode && kernel->start;
	sample->have_task = kernel->current_task &&
			    kernel->current_task(kernel->context, vcpu, &sample->task);
	sample->user_walked = false;
	sample->process = 0;
	take_stack(sampler, &regs, reader, sample);
	look_behind_gate(sampler, &regs, reader, sample);
	sample->user_frames = sample->user_mode;
	if (sample->end == PX_END_USER_MODE && sampler->slots.users)
		find_user_stack(sampler, vcpu, &regs);
	sampler->sample_count++;
}

static void take_samples(struct px_sampler *sampler, uint64_t now_ns, uint64_t deadline_ns,
			 struct px_tick *tick)
{
	sampler->sample_count = 0;
	for (uint32_t i = 0; i < sampler->slots.count; i++) {
		uint32_t number = (sampler->first + i) % sampler->slots.count;
		const struct px_vcpu *vcpu = &sampler->slots.vcpus[number];

		if (!px_vcpu_list_has(&sampler->options.vcpus, number))
			continue;
		if (vcpu->state == PX_VCPU_OFFLINE)
			tick->offline++;
		else if (vcpu->state == PX_VCPU_BLOCKED && !sampler->options.idle)
			tick->idle++;
		else if (vcpu->have_context)
			take_sample(sampler, number, now_ns, deadline_ns);
		else
			tick->offline++; /* it went down between two hypercalls */
	}
	copy_user_stacks(sampler, deadline_ns);
	sampler->first = sampler->first + 1 < sampler->slots.count ? sampler->first + 1 : 0;
}

static struct px_error *complete_user(struct px_sampler *sampler, size_t i)
{
	const struct px_user_walker *user = &sampler->options.user;
	const struct px_user_stack *stack;

	if (!sampler->slots.users || sampler->slots.samples[i].end != PX_END_USER_MODE)
		return NULL;
	stack = &sampler->slots.users[i];
	if (stack->cut)
		px_memory_prefetch(sampler->memory, stack->paging, stack->root,
				   px_gva_of(stack->address), PX_USER_STACK_MAX);
	return user->walk(user->context, stack, &sampler->slots.samples[i]);
}

/* What the samples need and can wait until the guest runs. */
static struct px_error *complete_samples(struct px_sampler *sampler)
{
	const struct px_sampler_kernel *kernel = &sampler->kernel;
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < sampler->sample_count; i++) {
		struct px_sample *sample = &sampler->slots.samples[i];
		const struct px_frame *outermost = &sample->frames[sample->frame_count - 1];

		if (sampler->slots.readers[i].cut)
			prefetch(&sampler->slots.readers[i]);
		if (kernel->refine_end)
			sample->end = kernel->refine_end(kernel->context, sample->end,
							 px_frame_lookup_address(outermost));
		err = complete_user(sampler, i);
	}
	return err;
}

/* Compares with the last tick, and remembers. */
static bool stands_still(struct px_sampler *sampler)
{
	bool still = true;

	for (uint32_t i = 0; i < sampler->slots.count; i++) {
		const struct px_vcpu *vcpu = &sampler->slots.vcpus[i];

		if (vcpu->state == PX_VCPU_RUNNING ||
		    vcpu->cpu_time_ns != sampler->slots.cpu_time[i])
			still = false;
		sampler->slots.cpu_time[i] = vcpu->cpu_time_ns;
	}
	return still;
}

/* vCPUs can be plugged in. */
static struct px_error *resize(struct px_sampler *sampler)
{
	struct slots slots = {0};
	struct px_error *err;

	if (sampler->guest->domain.vcpus == sampler->slots.count)
		return NULL;
	err = slots_new(sampler->guest->domain.vcpus, sampler->options.user.walk, &slots);
	if (err)
		return err;
	slots_free(&sampler->slots);
	sampler->slots = slots;
	sampler->sample_count = 0;
	return NULL;
}

struct px_error *px_sampler_tick(struct px_sampler *sampler, struct px_tick *ret)
{
	struct px_guest *guest = sampler->guest;
	const struct px_guest_counts before = guest->counts;
	bool pause = sampler->options.pause;
	struct px_tick tick = {0};
	uint64_t start, gathered;
	struct px_error *err = resize(sampler);

	if (err)
		return err;
	px_memory_new_generation(sampler->memory);
	start = px_now_ns();
	err = guest->ops->gather(guest, pause, sampler->slots.vcpus, sampler->slots.count);
	if (err)
		return err;
	gathered = px_now_ns();
	take_samples(sampler, gathered,
		     pause ? gathered + sampler->options.max_pause_ns : UINT64_MAX, &tick);
	if (pause) {
		err = guest->ops->resume(guest);
		tick.pause_ns = px_now_ns() - start;
	}
	if (!err)
		err = complete_samples(sampler);
	if (err)
		return err;
	tick.samples = sampler->slots.samples;
	tick.sample_count = sampler->sample_count;
	tick.stands_still = stands_still(sampler);
	tick.hypercalls = guest->counts.hypercalls - before.hypercalls;
	tick.ioctls = guest->counts.ioctls - before.ioctls;
	*ret = tick;
	return NULL;
}

struct px_error *px_sampler_new(struct px_guest *guest, struct px_memory *memory,
				const struct px_sampler_kernel *kernel,
				const struct px_sampler_options *options,
				struct px_sampler **ret)
{
	struct px_sampler *sampler = NULL;
	struct px_error *err = px_calloc(1, sizeof(*sampler), &sampler);

	if (err)
		return err;
	sampler->guest = guest;
	sampler->memory = memory;
	sampler->kernel = *kernel;
	sampler->options = *options;
	err = resize(sampler);
	if (err) {
		px_sampler_free(sampler);
		return err;
	}
	*ret = sampler;
	return NULL;
}

void px_sampler_free(struct px_sampler *sampler)
{
	if (!sampler)
		return;
	slots_free(&sampler->slots);
	free(sampler);
}
