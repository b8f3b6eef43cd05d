/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All tasks of a guest's Linux kernel, threads too.
 *
 * The guest runs on while its lists are read. A list counts as read when every link of it was
 * found to lead back to where it was come from; else it is read again. Facts: Linux
 * include/linux/sched.h, sched/signal.h and fs/proc/array.c, from 4.14 on.
 */
#ifndef PX_GUEST_LINUX_TASK_LIST_H
#define PX_GUEST_LINUX_TASK_LIST_H

#include "guest/linux-tasks.h"
#include "lib/error.h"

enum {
	PX_LINUX_TASKS_MAX = 65536,    /* that are read unless asked otherwise */
	PX_LINUX_PID_MAX = 4194304,    /* Linux's PID_MAX_LIMIT */
	PX_LINUX_STACK_MAX = 64 << 10, /* of the kernel: 16 KiB, with KASAN 32 */
};

/** Where a kernel keeps its tasks, and what is where in one beyond struct px_linux_task_layout.
 */
struct px_linux_task_list_layout {
	bool known;
	uint64_t init_task;			/* run-time address of the first one */
	uint32_t tasks, thread_node, signal;	/* in task_struct */
	uint32_t thread_head;			/* in signal_struct */
	uint32_t state, state_size, exit_state; /* 4 bytes since 5.14, 8 before */
	uint32_t on_cpu, cpu, stack, sp;
	uint32_t voluntary, involuntary; /* counts of switches away from it */
	uint32_t stack_size;
	struct {
		uint32_t size, r15, r14, r13, r12, bx, bp, ret_addr;
	} frame; /* struct inactive_task_frame, at the sp of a task that does not run */
};

/** From the kernel's symbols and types; known stays false when something is missing. */
struct px_linux_task_list_layout
px_linux_task_list_layout_of(const struct px_symbol_table *symbols,
			     const struct px_type_info *types, uint64_t slide);

/** One task as it was when it was read. */
struct px_linux_thread {
	struct px_task task; /* its context is unknown */
	char state;	     /* as ps shows it: R S D T t X Z P I */
	bool on_cpu;	     /* it runs, or a CPU is about to leave it */
	uint32_t cpu;	     /* where it runs, or did last */
	uint64_t stack;	   /* of the kernel: its lowest address; 0: given back by a dead task */
	uint64_t sp;	   /* into it; of a task that does not run */
	uint64_t switches; /* away from it, so far */
};

/** The letter for task_struct.state and .exit_state, as in /proc/PID/stat. */
char px_linux_task_state(uint64_t state, uint32_t exit_state);

/** For people: "running", "sleeping", "disk sleep", ...; "unknown" for no such letter. */
const char *px_linux_task_state_name(char state);

/** Zero-initialise. */
struct px_linux_task_list {
	struct px_linux_thread
		*threads; /* of one process side by side, in the kernel's order */
	size_t count, capacity;
	bool cut;	   /* there are more than the limit */
	size_t torn;	   /* lists that were never at rest: some of theirs may be missing */
	size_t unreadable; /* tasks whose memory is not there or no task's */
};

void px_linux_task_list_fini(struct px_linux_task_list *list);

/** The two layouts, both known. */
struct px_linux_task_layouts {
	const struct px_linux_task_layout *task;
	const struct px_linux_task_list_layout *list;
};

/** Read the task at address; false: that is not there or no task. */
bool px_linux_thread_read(const struct px_linux_task_layouts *layouts,
			  const struct px_linux_reader *reader, uint64_t address,
			  struct px_linux_thread *ret);

/**
 * Read all tasks but the CPUs' idle ones, limit of them at most. What the guest's memory may
 * hold costs at most 16 * limit steps from link to link. Errors: out of memory.
 */
px_must_check struct px_error *
px_linux_task_list_read(const struct px_linux_task_layouts *layouts,
			const struct px_linux_reader *reader, size_t limit,
			struct px_linux_task_list *ret);

#endif
