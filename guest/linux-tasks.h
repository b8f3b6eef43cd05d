/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks of a guest's Linux kernel. */
#ifndef PX_GUEST_LINUX_TASKS_H
#define PX_GUEST_LINUX_TASKS_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/linux-reader.h"
#include "symbolize/symbol-table.h"
#include "symbolize/type-info.h"

/* Linux's TASK_COMM_LEN. */
#define PX_LINUX_COMM_MAX 16

/** In whose name a CPU executes. */
enum px_context {
	PX_CONTEXT_UNKNOWN,
	PX_CONTEXT_PROCESS, /* its task's, in kernel or user mode */
	PX_CONTEXT_IDLE,
	PX_CONTEXT_SOFTIRQ, /* a deferred part of interrupts; tasks that only hold it off do not
			       count */
	PX_CONTEXT_HARDIRQ,
	PX_CONTEXT_NMI,
	PX_CONTEXTS, /* how many there are */
};

/** "process", "idle", "softirq", "hardirq", "nmi", "unknown"; never NULL. */
const char *px_context_name(enum px_context context);

struct px_task {
	uint64_t address;	      /* of its task_struct */
	uint64_t mm;		      /* of its mm_struct; 0: none, or not known */
	uint32_t pid;		      /* of the process: Linux's tgid */
	uint32_t tid;		      /* of the thread: Linux's pid */
	char comm[PX_LINUX_COMM_MAX]; /* NUL-terminated; control characters shown as '?' */
	bool kernel_thread;
	bool idle;		 /* a CPU's idle task; pid and tid are 0 */
	enum px_context context; /* of the CPU that runs it; unknown where that was not asked */
};

/** Where a kernel keeps the current task, and what is where in a task. */
struct px_linux_task_layout {
	bool known;
	uint64_t current; /* add to a CPU's GS base: address of the pointer to its task */
	uint32_t flags, pid, tgid, comm;
	bool have_mm;
	uint32_t mm;
	bool have_preempt_count;
	uint64_t preempt_count; /* as current: address of the CPU's 32-bit preempt count */
};

/**
 * From the kernel's symbols (link addresses) and types; slide as in linux-kernel.h. known
 * stays false when either lacks something.
 */
struct px_linux_task_layout px_linux_task_layout_of(const struct px_symbol_table *symbols,
						    const struct px_type_info *types,
						    uint64_t slide);

/** Read the task_struct at address; its context stays unknown. False: it cannot be read. */
bool px_linux_task_read(const struct px_linux_task_layout *layout,
			const struct px_linux_reader *reader, uint64_t address,
			struct px_task *ret);

/** Read the task that runs on the CPU with this GS base; see px_linux_kernel_current_task. */
bool px_linux_task_read_current(const struct px_linux_task_layout *layout,
				const struct px_linux_reader *reader, uint64_t gs_base,
				struct px_task *ret);

#endif
