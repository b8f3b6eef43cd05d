/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes and threads. */
#include "report/tasks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/memory.h"

enum {
	MOST_MAPS_OF_ALL = 4 << 20 /* 128 MiB */
};

void px_tasks_init(struct px_tasks *tasks)
{
	*tasks = (struct px_tasks){.budget.left = MOST_MAPS_OF_ALL};
}

void px_tasks_fini(struct px_tasks *tasks)
{
	for (size_t i = 0; i < tasks->process_count; i++)
		px_maps_drop(tasks->processes[i].maps, &tasks->budget);
	free(tasks->processes);
	free(tasks->threads);
	px_index_fini(&tasks->process_index);
	px_index_fini(&tasks->thread_index);
	px_strings_fini(&tasks->strings);
	*tasks = (struct px_tasks){0};
}

struct px_error *px_tasks_process(struct px_tasks *tasks, uint32_t pid, uint32_t *ret)
{
	uint32_t hash = px_hash2(pid, 0), at = hash, id;
	struct px_error *err;

	while ((id = px_index_at(&tasks->process_index, hash, &at)) != PX_ID_NONE)
		if (tasks->processes[id].pid == pid) {
			*ret = id;
			return NULL;
		}
	err = px_array_grow(tasks->processes, tasks->process_count, tasks->process_capacity);
	if (!err)
		err = px_index_add(&tasks->process_index, hash, (uint32_t)tasks->process_count);
	if (err)
		return err;
	*ret = (uint32_t)tasks->process_count;
	tasks->processes[tasks->process_count++] = (struct px_process){.pid = pid};
	return NULL;
}

static struct px_error *default_name(struct px_tasks *tasks, uint32_t tid, uint32_t *ret)
{
	char name[16];

	snprintf(name, sizeof(name), ":%" PRId32, (int32_t)tid);
	return px_strings_add(&tasks->strings, tid ? name : "swapper", ret);
}

static struct px_error *add_thread(struct px_tasks *tasks, uint32_t hash, uint32_t pid,
				   uint32_t tid)
{
	struct px_thread thread = {.pid = pid, .tid = tid};
	struct px_error *err = px_tasks_process(tasks, pid, &thread.process);

	if (!err)
		err = default_name(tasks, tid, &thread.comm);
	if (!err)
		err = px_array_grow(tasks->threads, tasks->thread_count,
				    tasks->thread_capacity);
	if (!err)
		err = px_index_add(&tasks->thread_index, hash, (uint32_t)tasks->thread_count);
	if (err)
		return err;
	tasks->threads[tasks->thread_count++] = thread;
	return NULL;
}

struct px_error *px_tasks_thread(struct px_tasks *tasks, uint32_t pid, uint32_t tid,
				 uint32_t *ret)
{
	uint32_t hash = px_hash2(tid, pid), at = hash, id;
	struct px_error *err;

	while ((id = px_index_at(&tasks->thread_index, hash, &at)) != PX_ID_NONE)
		if (tasks->threads[id].tid == tid && tasks->threads[id].pid == pid) {
			*ret = id;
			return NULL;
		}
	err = add_thread(tasks, hash, pid, tid);
	if (!err)
		*ret = (uint32_t)tasks->thread_count - 1;
	return err;
}

struct px_error *px_tasks_name(struct px_tasks *tasks, uint32_t pid, uint32_t tid,
			       const char *name)
{
	uint32_t id = 0, comm = 0;
	struct px_error *err = px_tasks_thread(tasks, pid, tid, &id);

	if (!err)
		err = px_strings_add(&tasks->strings, name, &comm);
	if (err)
		return err;
	tasks->threads[id].comm = comm;
	tasks->threads[id].named = true;
	return NULL;
}

struct px_error *px_tasks_fork(struct px_tasks *tasks, uint32_t parent_pid, uint32_t parent_tid,
			       uint32_t pid, uint32_t tid)
{
	uint32_t parent = 0, child = 0;
	struct px_error *err = px_tasks_thread(tasks, parent_pid, parent_tid, &parent);

	if (!err)
		err = px_tasks_thread(tasks, pid, tid, &child);
	if (err)
		return err;
	if (tasks->threads[parent].named) {
		tasks->threads[child].comm = tasks->threads[parent].comm;
		tasks->threads[child].named = true;
	}
	if (pid != parent_pid) {
		struct px_process *to = &tasks->processes[tasks->threads[child].process];
		struct px_process *from = &tasks->processes[tasks->threads[parent].process];

		px_maps_drop(to->maps, &tasks->budget);
		to->maps = px_maps_share(from->maps);
	}
	return NULL;
}

struct px_error *px_tasks_map(struct px_tasks *tasks, uint32_t pid, const struct px_map *map)
{
	uint32_t id = 0;
	struct px_error *err = px_tasks_process(tasks, pid, &id);

	return err ? err : px_maps_add(&tasks->processes[id].maps, map, &tasks->budget);
}
