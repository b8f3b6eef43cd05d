/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Building the profile. Most stacks were seen before, and are found as a whole. Of those that
 * were not, nearly all frames were seen under the same caller: an edge from (caller's node,
 * object, address) to the callee's node is one look-up, without asking for the frame's name.
 * Only the first time goes through names.
 */
#include "report/build.h"

#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/perfdata-notes.h"
#include "report/memo.h"

struct edge {
	uint64_t address;
	uint32_t parent;
	uint32_t object; /* dso, exact and kernel packed */
	uint32_t child;	 /* 0, the root, is nobody's child: a free slot */
};

/* Open addressing with the keys in the slots: one cache line a look-up. */
struct edges {
	struct edge *slots;
	size_t mask, count;
};

/* What was worked out for a thread's name at its last sample. */
struct task_node {
	uint32_t comm; /* of struct px_thread; PX_ID_NONE: nothing yet */
	uint32_t task; /* of the profile */
	uint32_t node;
};

struct build {
	struct px_session *session;
	const struct px_build_options *options;
	struct px_profile *profile;
	struct px_trust *trust;
	struct edges edges;
	struct px_memo memo;	 /* stacks to cells */
	struct task_node *tasks; /* by thread */
	size_t task_count, task_capacity;
	uint32_t *events; /* of the profile, by event of the file; PX_ID_NONE: no sample yet */
	struct px_lane lane; /* of the last sample */
	uint32_t lane_id;
};

/* --- edges ----------------------------------------------------------------------------------
 */

static uint32_t object_key(const struct px_spot *spot)
{
	return spot->dso << 2 | (uint32_t)spot->exact << 1 | spot->kernel;
}

static struct edge *find_edge(const struct edges *edges, uint32_t parent, uint32_t object,
			      uint64_t address)
{
	uint32_t hash = px_hash2(address, (uint64_t)parent << 32 | object);

	for (size_t at = hash;; at++) {
		struct edge *e = &edges->slots[at & edges->mask];

		if (!e->child ||
		    (e->address == address && e->parent == parent && e->object == object))
			return e;
	}
}

static struct px_error *grow_edges(struct edges *edges)
{
	struct edges bigger = {.mask = edges->slots ? edges->mask * 2 + 1 : 4095};
	struct px_error *err = px_calloc(bigger.mask + 1, sizeof(*bigger.slots), &bigger.slots);

	if (err)
		return err;
	for (size_t i = 0; edges->slots && i <= edges->mask; i++) {
		const struct edge *e = &edges->slots[i];

		if (e->child)
			*find_edge(&bigger, e->parent, e->object, e->address) = *e;
	}
	bigger.count = edges->count;
	free(edges->slots);
	*edges = bigger;
	return NULL;
}

static enum px_name_kind kind_of(const struct px_place *place)
{
	if (place->loadable)
		return PX_NAME_MODULE;
	if (place->kernel)
		return PX_NAME_KERNEL;
	return strcmp(place->module, PX_UNKNOWN) ? PX_NAME_USER : PX_NAME_UNKNOWN;
}

/* The child of a node by the name of a spot: the slow way. */
static struct px_error *child_by_name(struct build *b, uint32_t parent,
				      const struct px_spot *spot, uint32_t *ret)
{
	struct px_place place;
	uint32_t name = 0;
	struct px_error *err = px_session_place(b->session, spot, &place);

	if (!err)
		err = px_profile_name(b->profile, place.name, place.module, kind_of(&place),
				      &name);
	return err ? err : px_profile_child(b->profile, parent, name, ret);
}

static struct px_error *step(struct build *b, const struct px_spot *spot, uint32_t *node)
{
	uint32_t parent = *node, object = object_key(spot);
	struct edge *edge = find_edge(&b->edges, parent, object, spot->address);
	struct px_error *err;

	if (edge->child) {
		*node = edge->child;
		return NULL;
	}
	err = child_by_name(b, parent, spot, node);
	if (err)
		return err;
	*edge = (struct edge){spot->address, parent, object, *node};
	if (++b->edges.count > b->edges.mask / 2)
		err = grow_edges(&b->edges);
	return err;
}

/* --- lanes ----------------------------------------------------------------------------------
 */

static struct px_error *refresh_task(struct build *b, const struct px_thread *thread,
				     struct task_node *task)
{
	const char *comm = px_session_tasks(b->session)->strings.text[thread->comm];
	uint32_t name = 0;
	struct px_error *err = px_profile_name(b->profile, comm, "", PX_NAME_TASK, &name);

	if (!err)
		err = px_profile_child(b->profile, 0, name, &task->node);
	if (!err)
		err = px_profile_task(b->profile, comm, (int32_t)thread->pid,
				      (int32_t)thread->tid, &task->task);
	if (!err)
		task->comm = thread->comm;
	return err;
}

static struct px_error *task_of(struct build *b, uint32_t thread, const struct task_node **ret)
{
	const struct px_thread *t = &px_session_tasks(b->session)->threads[thread];
	struct px_error *err = NULL;

	while (b->task_count <= thread && !err) {
		err = px_array_grow(b->tasks, b->task_count, b->task_capacity);
		if (!err)
			b->tasks[b->task_count++] = (struct task_node){.comm = PX_ID_NONE};
	}
	if (!err && b->tasks[thread].comm != t->comm)
		err = refresh_task(b, t, &b->tasks[thread]);
	if (!err)
		*ret = &b->tasks[thread];
	return err;
}

static struct px_error *event_of(struct build *b, uint32_t event, uint32_t *ret)
{
	size_t count = 0;
	const struct px_perf_event *e =
		&px_perf_reader_events(px_session_reader(b->session), &count)[event];
	struct px_error *err = NULL;

	if (b->events[event] == PX_ID_NONE)
		err = px_profile_event(b->profile, e->name, px_build_event_is_time(e),
				       &b->events[event]);
	if (!err)
		*ret = b->events[event];
	return err;
}

static struct px_error *lane_of(struct build *b, struct px_lane lane, uint32_t *ret)
{
	struct px_error *err = NULL;

	if (b->lane_id == PX_ID_NONE || lane.task != b->lane.task || lane.cpu != b->lane.cpu ||
	    lane.event != b->lane.event)
		err = px_profile_lane(b->profile, lane, &b->lane_id);
	if (err)
		return err;
	b->lane = lane;
	*ret = b->lane_id;
	return NULL;
}

bool px_build_event_is_time(const struct px_perf_event *event)
{
	return event->type == PERF_TYPE_SOFTWARE && (event->config == PERF_COUNT_SW_CPU_CLOCK ||
						     event->config == PERF_COUNT_SW_TASK_CLOCK);
}

int64_t px_build_sample_cpu(const struct px_perf_event *event,
			    const struct px_perf_record *sample)
{
	return event->sample_type & PERF_SAMPLE_CPU ? (int64_t)sample->origin.cpu : -1;
}

/* --- samples --------------------------------------------------------------------------------
 */

static void count_in_trust(struct px_trust *trust, const struct px_perf_record *sample)
{
	struct px_sample_outcome outcome;

	if (!trust->samples++)
		trust->first_time = sample->origin.time;
	trust->last_time = px_max(trust->last_time, sample->origin.time);
	if (!px_sample_outcome_decode(sample->sample.raw, &outcome) ||
	    outcome.end_reason >= PX_END_REASONS)
		return;
	trust->walked++;
	trust->ends[outcome.end_reason]++;
}

/* A sample's stack as it counts here. */
struct stack {
	const struct px_spot *spots; /* leaf first */
	size_t count;
};

static struct px_error *stack_of(struct build *b, const struct px_perf_record *sample,
				 uint32_t thread, struct stack *ret)
{
	struct px_error *err =
		px_session_stack(b->session, sample, thread, &ret->spots, &ret->count);

	if (b->options->max_stack)
		ret->count = px_min(ret->count, (size_t)b->options->max_stack);
	return err;
}

static uint64_t hash_stack(const struct build *b, const struct stack *stack, uint32_t lane)
{
	uint64_t h = px_memo_hash(b->memo.seed, (uint64_t)lane << 32 | stack->count);

	for (size_t i = 0; i < stack->count; i++) {
		h = px_memo_hash(h, stack->spots[i].address);
		h = px_memo_hash(h, object_key(&stack->spots[i]));
	}
	return h;
}

/* The cell of a stack: step by step along the edges. */
static struct px_error *walk_stack(struct build *b, const struct stack *stack, uint32_t node,
				   uint32_t lane, uint32_t *ret)
{
	struct px_error *err = NULL;

	for (size_t i = stack->count; i-- > 0 && !err;)
		err = step(b, &stack->spots[i], &node);
	return err ? err : px_profile_cell(b->profile, node, lane, ret);
}

static struct px_error *add_stack(struct build *b, const struct stack *stack, uint32_t node,
				  uint32_t lane, uint64_t period)
{
	uint64_t hash = hash_stack(b, stack, lane);
	uint32_t cell = px_memo_find(&b->memo, hash);
	struct px_error *err = NULL;

	if (cell == PX_ID_NONE) {
		err = walk_stack(b, stack, node, lane, &cell);
		if (err)
			return err;
		px_memo_keep(&b->memo, hash, cell);
	}
	px_profile_count(b->profile, cell, 1, period);
	return NULL;
}

static struct px_error *add_sample(struct build *b, const struct px_perf_record *sample,
				   uint32_t thread, int64_t cpu)
{
	const struct task_node *task = NULL;
	uint32_t lane = 0, event = 0;
	struct stack stack = {0};
	struct px_error *err = event_of(b, sample->event, &event);

	if (!err)
		err = task_of(b, thread, &task);
	if (err)
		return err;
	err = lane_of(b,
		      (struct px_lane){task->task, cpu < 0 ? PX_ID_NONE : (uint32_t)cpu, event},
		      &lane);
	if (!err)
		err = stack_of(b, sample, thread, &stack);
	if (!err)
		err = add_stack(b, &stack, task->node, lane, sample->sample.period);
	if (!err)
		count_in_trust(b->trust, sample);
	return err;
}

static bool is_wanted(const struct build *b, const struct px_perf_event *event,
		      const struct px_perf_record *sample, uint32_t thread, int64_t cpu)
{
	const struct px_tasks *tasks = px_session_tasks(b->session);
	const struct px_filter_subject subject = {
		.comm = tasks->strings.text[tasks->threads[thread].comm],
		.event = event->name,
		.pid = sample->origin.pid,
		.tid = sample->origin.tid,
		.cpu = cpu,
		.time = sample->origin.time,
	};

	return px_filter_passes(&b->options->filter, &subject);
}

static struct px_error *add_all(struct build *b)
{
	bool open = px_filter_is_open(&b->options->filter), more = true;
	size_t count = 0;
	const struct px_perf_event *events =
		px_perf_reader_events(px_session_reader(b->session), &count);

	for (;;) {
		struct px_perf_record sample;
		uint32_t thread = 0;
		struct px_error *err = px_session_next(b->session, &more, &sample, &thread);
		int64_t cpu;

		if (err || !more)
			return err;
		if (sample.event >= count)
			continue;
		cpu = px_build_sample_cpu(&events[sample.event], &sample);
		if (!open && !is_wanted(b, &events[sample.event], &sample, thread, cpu)) {
			b->trust->filtered++;
			continue;
		}
		err = add_sample(b, &sample, thread, cpu);
		if (err)
			return err;
	}
}

static struct px_error *add_summary(struct build *b)
{
	const struct px_perf_reader *reader = px_session_reader(b->session);
	enum px_perf_note kind;
	struct px_bytes payload;
	struct px_error *err = NULL;

	for (size_t i = 0; !err && px_perf_reader_note(reader, i, &kind, &payload); i++)
		if (kind == PX_PERF_NOTE_SUMMARY)
			err = px_trust_add_summary(b->trust, payload);
	b->trust->lost = px_session_lost(b->session);
	b->trust->malformed = px_perf_reader_malformed(reader);
	b->trust->cut = px_perf_reader_cut(reader);
	return err;
}

static struct px_error *init(struct build *b)
{
	size_t count = 0;
	struct px_error *err;

	px_perf_reader_events(px_session_reader(b->session), &count);
	err = px_calloc(count, sizeof(*b->events), &b->events);
	for (size_t i = 0; i < count && !err; i++)
		b->events[i] = PX_ID_NONE;
	b->lane_id = PX_ID_NONE;
	if (!err)
		err = px_memo_init(&b->memo);
	return err ? err : grow_edges(&b->edges);
}

struct px_error *px_build_profile(struct px_session *session,
				  const struct px_build_options *options,
				  struct px_profile *profile, struct px_trust *trust)
{
	struct build b = {
		.session = session, .options = options, .profile = profile, .trust = trust};
	struct px_error *err = init(&b);

	if (!err)
		err = add_all(&b);
	if (!err)
		err = add_summary(&b);
	free(b.edges.slots);
	px_memo_fini(&b.memo);
	free(b.tasks);
	free(b.events);
	return err;
}
