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

struct px_task {
	uint64_t address;	      /* of its task_struct */
	uint64_t mm;		      /* of its mm_struct; 0: none, or not known */
	uint32_t pid;		      /* of the process: Linux's tgid */
	uint32_t tid;		      /* of the thread: Linux's pid */
	char comm[PX_LINUX_COMM_MAX]; /* NUL-terminated; control characters shown as '?' */
	bool kernel_thread;
	bool idle; /* a CPU's idle task; pid and tid are 0 */
};

/** Where a kernel keeps the current task, and what is where in a task. */
struct px_linux_task_layout {
	bool known;
	uint64_t current; /* add to a CPU's GS base: address of the pointer to its task */
	uint32_t flags, pid, tgid, comm;
	bool have_mm;
	uint32_t mm;
};

/**
 * From the kernel's symbols (link addresses) and types; slide as in linux-kernel.h. known
 * stays false when either lacks something.
 */
struct px_linux_task_layout px_linux_task_layout_of(const struct px_symbol_table *symbols,
						    const struct px_type_info *types,
						    uint64_t slide);

/** Read the task that runs on the CPU with this GS base; see px_linux_kernel_current_task. */
bool px_linux_task_read_current(const struct px_linux_task_layout *layout,
				const struct px_linux_reader *reader, uint64_t gs_base,
				struct px_task *ret);

#endif
