/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking the lists of tasks.
 *
 * init_task.tasks links the thread group leaders, signal_struct.thread_head the threads of one.
 * Both are circular lists of struct list_head {next, prev} that change under RCU: a node that
 * was taken out keeps its next, while its prev is poisoned and its former neighbours no longer
 * know it. A walk that checks prev at every node therefore notices each change that could lead
 * it astray, and in memory at rest it cannot go in circles, as no node has two predecessors.
 */
#include "guest/linux-task-list.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	TRIES = 8,	     /* of a list that changes */
	STEPS_PER_TASK = 16, /* of the limit */
};

/* --- layout ------------------------------------------------------------------------------- */

static bool task_offset(const struct px_type_info *types, const char *path, uint32_t size,
			uint32_t *ret)
{
	return px_type_info_offset(types, "task_struct", path, size, ret);
}

/* Renamed in 5.14 because its type changed. */
static bool find_state(const struct px_type_info *types,
		       struct px_linux_task_list_layout *layout)
{
	layout->state_size = sizeof(uint32_t);
	if (task_offset(types, "__state", layout->state_size, &layout->state))
		return true;
	layout->state_size = sizeof(uint64_t);
	return task_offset(types, "state", layout->state_size, &layout->state);
}

static bool find_task(const struct px_type_info *types,
		      struct px_linux_task_list_layout *layout)
{
	/* A CPU's number moved into thread_info in 5.16. */
	return find_state(types, layout) && task_offset(types, "tasks", 16, &layout->tasks) &&
	       task_offset(types, "thread_node", 16, &layout->thread_node) &&
	       task_offset(types, "signal", 8, &layout->signal) &&
	       task_offset(types, "exit_state", 4, &layout->exit_state) &&
	       task_offset(types, "on_cpu", 4, &layout->on_cpu) &&
	       (task_offset(types, "thread_info.cpu", 4, &layout->cpu) ||
		task_offset(types, "cpu", 4, &layout->cpu)) &&
	       task_offset(types, "stack", 8, &layout->stack) &&
	       task_offset(types, "thread.sp", 8, &layout->sp) &&
	       task_offset(types, "nvcsw", 8, &layout->voluntary) &&
	       task_offset(types, "nivcsw", 8, &layout->involuntary) &&
	       px_type_info_offset(types, "signal_struct", "thread_head", 16,
				   &layout->thread_head);
}

/* All stacks are as large as that of init_task, which the linker script sets apart. */
static uint32_t find_stack_size(const struct px_symbol_table *symbols)
{
	static const char *const names[][2] = {
		{"__start_init_stack", "__end_init_stack"}, /* since 6.10 */
		{"__start_init_task", "__end_init_task"},
	};
	uint64_t start, end;

	for (size_t i = 0; i < px_array_size(names); i++)
		if (px_symbol_table_address(symbols, names[i][0], &start) &&
		    px_symbol_table_address(symbols, names[i][1], &end) && end > start &&
		    end - start <= PX_LINUX_STACK_MAX)
			return (uint32_t)(end - start);
	return 16 << 10;
}

static const char frame_name[] = "inactive_task_frame";

/* Type data may say of a member that it lies anywhere: the copy ends with the frame. */
static bool frame_offset(const struct px_type_info *types, const char *path, uint32_t size,
			 uint32_t *ret)
{
	const uint32_t word = sizeof(uint64_t);

	return px_type_info_offset(types, frame_name, path, word, ret) && size >= word &&
	       *ret <= size - word;
}

static bool find_frame(const struct px_type_info *types,
		       struct px_linux_task_list_layout *layout)
{
	uint32_t size = 0;

	if (!px_type_info_size(types, frame_name, &size) || size > layout->stack_size)
		return false;
	layout->frame.size = size;
	return frame_offset(types, "r15", size, &layout->frame.r15) &&
	       frame_offset(types, "r14", size, &layout->frame.r14) &&
	       frame_offset(types, "r13", size, &layout->frame.r13) &&
	       frame_offset(types, "r12", size, &layout->frame.r12) &&
	       frame_offset(types, "bx", size, &layout->frame.bx) &&
	       frame_offset(types, "bp", size, &layout->frame.bp) &&
	       frame_offset(types, "ret_addr", size, &layout->frame.ret_addr);
}

struct px_linux_task_list_layout
px_linux_task_list_layout_of(const struct px_symbol_table *symbols,
			     const struct px_type_info *types, uint64_t slide)
{
	struct px_linux_task_list_layout layout = {.stack_size = find_stack_size(symbols)};

	layout.known = types &&
		       px_symbol_table_address(symbols, "init_task", &layout.init_task) &&
		       find_task(types, &layout) && find_frame(types, &layout);
	layout.init_task += slide;
	return layout;
}

/* --- one task ----------------------------------------------------------------------------- */

/* Bits of the state, the same since 4.14; the letter is that of the highest one of the first 7.
 */
enum {
	TASK_UNINTERRUPTIBLE = 0x2,
	TASK_REPORTED = 0x7f,
	TASK_IDLE = 0x402,
	TASK_RTLOCK_WAIT = 0x1000, /* since 5.15 */
	TASK_FROZEN = 0x8000,	   /* since 6.1 */
};

char px_linux_task_state(uint64_t state, uint32_t exit_state)
{
	static const char letters[] = "RSDTtXZP";
	uint32_t bits = ((uint32_t)state | exit_state) & TASK_REPORTED;
	unsigned int letter = 0;

	if ((state & TASK_IDLE) == TASK_IDLE)
		return 'I';
	if (state & (TASK_RTLOCK_WAIT | TASK_FROZEN))
		bits = TASK_UNINTERRUPTIBLE;
	for (; bits; bits >>= 1)
		letter++;
	return letters[letter];
}

const char *px_linux_task_state_name(char state)
{
	static const struct {
		char letter;
		const char *name;
	} names[] = {
		{'R', "running"}, {'S', "sleeping"}, {'D', "disk sleep"},
		{'T', "stopped"}, {'t', "traced"},   {'X', "dead"},
		{'Z', "zombie"},  {'P', "parked"},   {'I', "idle"},
	};

	for (size_t i = 0; i < px_array_size(names); i++)
		if (names[i].letter == state)
			return names[i].name;
	return "unknown";
}

static bool read_u32(const struct px_linux_reader *reader, uint64_t address, uint32_t *ret)
{
	return px_linux_read(reader, address, ret, sizeof(*ret));
}

static bool read_u64(const struct px_linux_reader *reader, uint64_t address, uint64_t *ret)
{
	return px_linux_read(reader, address, ret, sizeof(*ret));
}

bool px_linux_thread_read(const struct px_linux_task_layouts *layouts,
			  const struct px_linux_reader *reader, uint64_t address,
			  struct px_linux_thread *ret)
{
	const struct px_linux_task_list_layout *layout = layouts->list;
	struct px_linux_thread thread = {0};
	uint64_t state = 0, voluntary = 0, involuntary = 0;
	uint32_t exit_state = 0, on_cpu = 0;

	if (!px_linux_task_read(layouts->task, reader, address, &thread.task) ||
	    thread.task.idle || thread.task.tid > PX_LINUX_PID_MAX ||
	    !px_linux_read(reader, address + layout->state, &state, layout->state_size) ||
	    !read_u32(reader, address + layout->exit_state, &exit_state) ||
	    !read_u32(reader, address + layout->on_cpu, &on_cpu) ||
	    !read_u32(reader, address + layout->cpu, &thread.cpu) ||
	    !read_u64(reader, address + layout->stack, &thread.stack) ||
	    !read_u64(reader, address + layout->sp, &thread.sp) ||
	    !read_u64(reader, address + layout->voluntary, &voluntary) ||
	    !read_u64(reader, address + layout->involuntary, &involuntary))
		return false;
	thread.state = px_linux_task_state(state, exit_state);
	thread.on_cpu = on_cpu;
	thread.switches = voluntary + involuntary;
	*ret = thread;
	return true;
}

/* --- lists -------------------------------------------------------------------------------- */

struct nodes {
	uint64_t *at; /* addresses of list_heads */
	size_t count, capacity;
};

struct walk {
	const struct px_linux_task_layouts *layouts;
	const struct px_linux_reader *reader;
	size_t limit, steps; /* tasks at most; steps left */
	struct px_linux_task_list *list;
};

enum walked {
	WALKED_ALL,
	WALKED_CUT, /* at the limit */
	WALKED_TORN,
};

static struct px_error *walk_once(struct walk *walk, uint64_t head, size_t limit,
				  struct nodes *nodes, enum walked *ret)
{
	struct {
		uint64_t next, prev;
	} links = {0};
	uint64_t at = head, next;
	struct px_error *err = NULL;

	nodes->count = 0;
	*ret = WALKED_TORN;
	if (!px_linux_read(walk->reader, head, &links, sizeof(links)))
		return NULL;
	while (!err && walk->steps) {
		walk->steps--;
		next = links.next;
		if (next < PX_LINUX_KERNEL_SPACE ||
		    !px_linux_read(walk->reader, next, &links, sizeof(links)) ||
		    links.prev != at)
			return NULL;
		if (next == head || nodes->count == limit) {
			*ret = next == head ? WALKED_ALL : WALKED_CUT;
			return NULL;
		}
		err = px_array_grow(nodes->at, nodes->count, nodes->capacity);
		if (!err)
			nodes->at[nodes->count++] = next;
		at = next;
	}
	return err;
}

/* The nodes of a list; of one that never held still, those that the last try met. */
static struct px_error *walk_list(struct walk *walk, uint64_t head, struct nodes *nodes)
{
	size_t limit = walk->limit - walk->list->count;
	enum walked walked = WALKED_TORN;
	struct px_error *err = NULL;

	for (int i = 0; i < TRIES && !err && walked == WALKED_TORN; i++)
		err = walk_once(walk, head, limit, nodes, &walked);
	walk->list->torn += walked == WALKED_TORN;
	walk->list->cut |= walked == WALKED_CUT;
	return err;
}

static struct px_error *add_thread(struct walk *walk, uint64_t address, uint32_t process)
{
	struct px_linux_task_list *list = walk->list;
	struct px_linux_thread thread;
	struct px_error *err;

	if (!px_linux_thread_read(walk->layouts, walk->reader, address, &thread) ||
	    thread.task.pid != process) {
		list->unreadable++;
		return NULL;
	}
	err = px_array_grow(list->threads, list->count, list->capacity);
	if (!err)
		list->threads[list->count++] = thread;
	return err;
}

static struct px_error *add_process(struct walk *walk, uint64_t leader, struct nodes *nodes)
{
	const struct px_linux_task_list_layout *layout = walk->layouts->list;
	struct px_error *err = NULL;
	struct px_task task;
	uint64_t signal = 0;

	if (!px_linux_task_read(walk->layouts->task, walk->reader, leader, &task) ||
	    !read_u64(walk->reader, leader + layout->signal, &signal) ||
	    signal < PX_LINUX_KERNEL_SPACE) {
		walk->list->unreadable++;
		return NULL;
	}
	err = walk_list(walk, signal + layout->thread_head, nodes);
	for (size_t i = 0; i < nodes->count && !err; i++)
		err = add_thread(walk, nodes->at[i] - layout->thread_node, task.pid);
	return err;
}

struct px_error *px_linux_task_list_read(const struct px_linux_task_layouts *layouts,
					 const struct px_linux_reader *reader, size_t limit,
					 struct px_linux_task_list *ret)
{
	const struct px_linux_task_list_layout *layout = layouts->list;
	struct px_linux_task_list list = {0};
	struct walk walk = {.layouts = layouts,
			    .reader = reader,
			    .limit = limit,
			    .steps = limit * STEPS_PER_TASK,
			    .list = &list};
	struct nodes leaders = {0}, threads = {0};
	struct px_error *err = walk_list(&walk, layout->init_task + layout->tasks, &leaders);

	for (size_t i = 0; i < leaders.count && !err; i++) {
		if (list.count < limit)
			err = add_process(&walk, leaders.at[i] - layout->tasks, &threads);
		else
			list.cut = true;
	}
	free(leaders.at);
	free(threads.at);
	if (err)
		px_linux_task_list_fini(&list);
	else
		*ret = list;
	return err;
}

void px_linux_task_list_fini(struct px_linux_task_list *list)
{
	free(list->threads);
	*list = (struct px_linux_task_list){0};
}
