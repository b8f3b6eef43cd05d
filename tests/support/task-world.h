/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks of a kernel in flat memory, laid out as several versions of Linux have them. */
#ifndef PX_TESTS_TASK_WORLD_H
#define PX_TESTS_TASK_WORLD_H

#include "guest/linux-task-list.h"
#include "tests/support/flat-memory.h"

/* Addresses of init_task and of its stack, which is not used. */
#define TASK_WORLD_INIT	  UINT64_C(0xffff888003a00000)
#define TASK_WORLD_STACKS UINT64_C(0xffffc90000100000)

enum {
	TASK_WORLD_TASKS = 16, /* that there is memory for */
	TASK_WORLD_STACK = 0x4000,
	TASK_WORLD_FRAME = 7 * 8, /* struct inactive_task_frame */
	TASK_VERSIONS = 3,
};

/** What differs between kernels. */
struct task_version {
	const char *state; /* the name of the member */
	uint32_t state_size;
	const char *cpu; /* in task_struct; NULL: in thread_info */
	uint32_t shift;	 /* by so many bytes everything behind the first members is moved */
	uint32_t frame;	 /* what it says of the size of inactive_task_frame; 0: the truth */
};

/** Like 5.10, 6.1 and 6.12. */
extern const struct task_version task_versions[TASK_VERSIONS];

/** Zero-initialise. */
struct task_world {
	struct px_linux_task_layout task;
	struct px_linux_task_list_layout list;
	struct px_linux_task_layouts layouts; /* these two */
	struct flat_memory memory;
	size_t reads;				/* so far */
	void (*hook)(struct task_world *world); /* before each read; may be NULL */
	struct px_linux_task_list found;	/* by a test; freed with the rest */
};

/** Only the layouts; without: a member of task_struct that is left out, or NULL. */
void task_world_layouts(struct task_world *world, const struct task_version *version,
			const char *without);

/**
 * init_task and, as tasks 1 to 5, "init" of one thread, "server" with two "worker" (3 and 4),
 * the kernel thread "kthread". Task i has the id 100 + i and sleeps on CPU i % 4.
 */
void task_world_build(struct task_world *world, const struct task_version *version);
void task_world_fini(struct task_world *world);

struct px_linux_reader task_world_reader(struct task_world *world);

/** Addresses of a task's task_struct and of its stack's lowest byte. */
uint64_t task_world_task(size_t i);
uint64_t task_world_stack(size_t i);

void task_world_put32(struct task_world *world, uint64_t address, uint32_t value);
void task_world_put64(struct task_world *world, uint64_t address, uint64_t value);
void task_world_put_state(struct task_world *world, size_t i, uint64_t state,
			  uint32_t exit_state);

/** Take a struct list_head out of its list, as Linux does under RCU. */
void task_world_unlink(struct task_world *world, uint64_t node);

#endif
