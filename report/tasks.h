/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processes and threads of a recording, as its records tell of them in the order of time.
 */
#ifndef PX_REPORT_TASKS_H
#define PX_REPORT_TASKS_H

#include "report/maps.h"

struct px_process {
	uint32_t pid;
	struct px_maps *maps;
};

struct px_thread {
	uint32_t pid, tid;
	uint32_t process; /* index */
	uint32_t comm;	  /* into strings */
	bool named;	  /* by a record, not by us */
};

struct px_tasks {
	struct px_strings strings;
	struct px_process *processes;
	struct px_thread *threads;
	size_t process_count, process_capacity, thread_count, thread_capacity;
	struct px_index process_index, thread_index;
	struct px_maps_budget budget;
};

void px_tasks_init(struct px_tasks *tasks);
void px_tasks_fini(struct px_tasks *tasks);

/** The process, new or known, as an index into processes. */
px_must_check struct px_error *px_tasks_process(struct px_tasks *tasks, uint32_t pid,
						uint32_t *ret);

/**
 * The thread, new or known, as an index into threads. Without a name of its own it is called
 * ":TID", and "swapper" with TID 0, as by perf.
 */
px_must_check struct px_error *px_tasks_thread(struct px_tasks *tasks, uint32_t pid,
					       uint32_t tid, uint32_t *ret);

/**
 * A thread got a name. A program that replaced another has the other's mappings until its own
 * cover them: its first samples were taken on its way out of the old one.
 */
px_must_check struct px_error *px_tasks_name(struct px_tasks *tasks, uint32_t pid, uint32_t tid,
					     const char *name);

/** A thread was made by another one, in the same process or with a copy of its mappings. */
px_must_check struct px_error *px_tasks_fork(struct px_tasks *tasks, uint32_t parent_pid,
					     uint32_t parent_tid, uint32_t pid, uint32_t tid);

px_must_check struct px_error *px_tasks_map(struct px_tasks *tasks, uint32_t pid,
					    const struct px_map *map);

#endif
