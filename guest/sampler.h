/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One tick of sampling: the guest is paused, the stacks of its vCPUs are walked, the guest
 * goes on. What a tick finds is plain data; nothing is allocated, printed, named or written
 * while the guest is paused.
 */
#ifndef PX_GUEST_SAMPLER_H
#define PX_GUEST_SAMPLER_H

#include "guest/guest.h"
#include "guest/linux-tasks.h"
#include "guest/memory.h"
#include "guest/vcpu-list.h"

enum {
	PX_SAMPLE_FRAMES = 127, /* perf's own limit */
};

/**
 * One vCPU at one tick. Its frames are those of the kernel, then those of the user program that
 * entered it; in user mode the latter alone.
 */
struct px_sample {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint32_t vcpu;
	enum px_vcpu_state state; /* never OFFLINE */
	bool user_mode;
	enum px_end_reason end; /* of the kernel's part; PX_END_USER_MODE in user mode */
	bool user_walked;	/* user_end says how that went */
	enum px_end_reason user_end;
	bool have_task;
	struct px_task task;
	uint64_t process;     /* its serial, from who walks user stacks; 0: not known */
	uint64_t cpu_time_ns; /* that the vCPU has used so far */
	size_t frame_count;   /* at least 1 */
	size_t user_frames;   /* so many of them, the last ones, are the user program's */
	struct px_frame frames[PX_SAMPLE_FRAMES];
};

enum {
	PX_USER_STACK_MAX = 16384, /* bytes that are copied */
};

/** What a user stack is walked from when the guest runs again. */
struct px_user_stack {
	struct px_regs regs;
	enum px_paging paging;
	px_root root;	  /* maps the program's memory; perhaps no more */
	bool cut;	  /* the time was over before it was copied */
	uint64_t address; /* of the copy's first byte, a little below SP */
	size_t size;	  /* up to the first page that is not there */
	uint8_t bytes[PX_USER_STACK_MAX];
};

/** How user stacks are walked. Zero-initialised: they are not. */
struct px_user_walker {
	void *context;
	/**
	 * Append the frames of user mode to sample (in user mode: replace the only one) and set
	 * user_walked, user_end, user_frames and process. The guest runs meanwhile.
	 */
	struct px_error *(*walk)(void *context, const struct px_user_stack *stack,
				 struct px_sample *sample);
};

/** What is known of the guest's kernel. Zero-initialised: nothing, and stacks are not walked.
 */
struct px_sampler_kernel {
	struct px_unwind_map *map; /* its unwind tables; NULL: none */
	uint64_t start;		   /* of kernel addresses; 0: there is one address space */
	bool have_root; /* root and paging map all kernel memory; else the vCPU's do */
	px_root root;
	enum px_paging paging;
	void *context;
	/** The task that runs on a vCPU; runs while the guest is paused. May be NULL. */
	bool (*current_task)(void *context, const struct px_vcpu *vcpu, struct px_task *ret);
	/** See px_linux_gate_user_regs; asked where a program's stack ends at its first frame.
	 * May be NULL. */
	bool (*gate_user_regs)(const struct px_regs *regs,
			       enum px_read_word_result (*read)(void *context, uint64_t address,
								uint64_t *ret),
			       void *context, struct px_regs *ret);
	/** See px_linux_kernel_refine_end. May be NULL. */
	enum px_end_reason (*refine_end)(void *context, enum px_end_reason reason,
					 uint64_t address);
	/** See struct px_unwind_space; runs while the guest is paused. May be NULL. */
	bool (*is_return)(void *context, uint64_t ip, uint64_t word);
};

struct px_sampler_options {
	struct px_vcpu_list vcpus;
	bool idle;	       /* sample blocked vCPUs as well */
	bool pause;	       /* stop the guest while its stacks are walked */
	uint64_t max_pause_ns; /* end the walks then, counted from when the guest is stopped */
	struct px_user_walker user;
};

/** What a tick found. The samples live until the next tick. */
struct px_tick {
	const struct px_sample *samples;
	size_t sample_count;
	uint32_t idle, offline; /* vCPUs asked for that were blocked or offline: not sampled */
	uint64_t pause_ns;	/* at most so long the guest was stopped; 0 without a pause */
	uint64_t hypercalls, ioctls;
	/** No vCPU was on a processor, or has been since the last tick: the guest is idle,
	 * starved or paused by someone else. */
	bool stands_still;
};

struct px_sampler;

/** guest, memory and what kernel points at are borrowed and must outlive the sampler. */
px_must_check struct px_error *px_sampler_new(struct px_guest *guest, struct px_memory *memory,
					      const struct px_sampler_kernel *kernel,
					      const struct px_sampler_options *options,
					      struct px_sampler **ret);
void px_sampler_free(struct px_sampler *sampler);

/**
 * Take one sample of each vCPU that runs or wants to. On every way out the guest runs again, as
 * far as that is ours to say. How many vCPUs there are is taken from guest->domain, which the
 * caller keeps up. Errors: those of the guest and of options.user.
 */
px_must_check struct px_error *px_sampler_tick(struct px_sampler *sampler, struct px_tick *ret);

#endif
