/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks of a guest's Linux kernel. */
#ifndef PX_GUEST_LINUX_TASKS_H
#define PX_GUEST_LINUX_TASKS_H

#include <stdbool.h>
#include <stdint.h>

/* Linux's TASK_COMM_LEN. */
#define PX_LINUX_COMM_MAX 16

struct px_task {
	uint64_t address;	      /* of its task_struct */
	uint32_t pid;		      /* of the process: Linux's tgid */
	uint32_t tid;		      /* of the thread: Linux's pid */
	char comm[PX_LINUX_COMM_MAX]; /* NUL-terminated; control characters shown as '?' */
	bool kernel_thread;
	bool idle; /* a CPU's idle task; pid and tid are 0 */
};

#endif
