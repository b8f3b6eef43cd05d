/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The profile trie: everything is interned, so that a stack costs one look-up a frame. */
#include "report/profile.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

void px_profile_free(struct px_profile *profile)
{
	if (!profile)
		return;
	px_strings_fini(&profile->strings);
	free(profile->names);
	free(profile->nodes);
	free(profile->tasks);
	free(profile->events);
	free(profile->lanes);
	free(profile->cells);
	px_index_fini(&profile->name_index);
	px_index_fini(&profile->node_index);
	px_index_fini(&profile->task_index);
	px_index_fini(&profile->lane_index);
	px_index_fini(&profile->cell_index);
	free(profile);
}

static struct px_error *add_root(struct px_profile *profile)
{
	uint32_t name;
	struct px_error *err = px_profile_name(profile, "all", "", PX_NAME_TASK, &name);

	if (!err)
		err = px_array_grow(profile->nodes, profile->node_count,
				    profile->node_capacity);
	if (err)
		return err;
	profile->nodes[profile->node_count++] = (struct px_node){.parent = 0, .name = name};
	return NULL;
}

struct px_error *px_profile_new(struct px_profile **ret)
{
	struct px_profile *profile;
	struct px_error *err = px_calloc(1, sizeof(*profile), &profile);

	if (err)
		return err;
	err = add_root(profile);
	if (err) {
		px_profile_free(profile);
		return err;
	}
	*ret = profile;
	return NULL;
}

/* "[libfoo.so]" for nameless code in /lib/libfoo.so; "[kernel.kallsyms]" has its brackets. */
static struct px_error *add_label(struct px_profile *profile, const char *text, const char *dso,
				  uint32_t *ret)
{
	const char *slash = strrchr(dso, '/');
	px_cleanup(px_freep) char *label = NULL;

	if (strcmp(text, PX_UNKNOWN) || !*dso)
		return px_strings_add(&profile->strings, text, ret);
	if (*dso == '[')
		return px_strings_add(&profile->strings, dso, ret);
	if (asprintf(&label, "[%s]", slash ? slash + 1 : dso) < 0) {
		label = NULL;
		return &px_error_no_memory;
	}
	return px_strings_add(&profile->strings, label, ret);
}

static struct px_error *add_name(struct px_profile *profile, struct px_name *name,
				 const char *text, const char *dso, uint32_t hash)
{
	struct px_error *err = add_label(profile, text, dso, &name->label);

	if (!err)
		err = px_array_grow(profile->names, profile->name_count,
				    profile->name_capacity);
	if (!err)
		err = px_index_add(&profile->name_index, hash, (uint32_t)profile->name_count);
	if (!err)
		profile->names[profile->name_count++] = *name;
	return err;
}

struct px_error *px_profile_name(struct px_profile *profile, const char *text, const char *dso,
				 enum px_name_kind kind, uint32_t *ret)
{
	struct px_name name = {.kind = kind};
	struct px_error *err = px_strings_add(&profile->strings, text, &name.text);
	uint32_t hash, at, id;

	if (!err)
		err = px_strings_add(&profile->strings, dso, &name.dso);
	if (err)
		return err;
	hash = at = px_hash2(name.text, ((uint64_t)name.dso << 8) | kind);
	while ((id = px_index_at(&profile->name_index, hash, &at)) != PX_ID_NONE) {
		const struct px_name *n = &profile->names[id];

		if (n->text == name.text && n->dso == name.dso && n->kind == kind) {
			*ret = id;
			return NULL;
		}
	}
	err = add_name(profile, &name, text, dso, hash);
	if (!err)
		*ret = (uint32_t)profile->name_count - 1;
	return err;
}

struct px_error *px_profile_task(struct px_profile *profile, const char *comm, int32_t pid,
				 int32_t tid, uint32_t *ret)
{
	struct px_task task = {.pid = pid, .tid = tid};
	struct px_error *err = px_strings_add(&profile->strings, comm, &task.comm);
	uint32_t hash, at, id;

	if (err)
		return err;
	hash = at = px_hash2(task.comm, ((uint64_t)(uint32_t)pid << 32) | (uint32_t)tid);
	while ((id = px_index_at(&profile->task_index, hash, &at)) != PX_ID_NONE) {
		const struct px_task *t = &profile->tasks[id];

		if (t->comm == task.comm && t->pid == pid && t->tid == tid) {
			*ret = id;
			return NULL;
		}
	}
	err = px_array_grow(profile->tasks, profile->task_count, profile->task_capacity);
	if (!err)
		err = px_index_add(&profile->task_index, hash, (uint32_t)profile->task_count);
	if (err)
		return err;
	*ret = (uint32_t)profile->task_count;
	profile->tasks[profile->task_count++] = task;
	return NULL;
}

struct px_error *px_profile_event(struct px_profile *profile, const char *name,
				  bool nanoseconds, uint32_t *ret)
{
	struct px_event event = {.nanoseconds = nanoseconds};
	struct px_error *err = px_strings_add(&profile->strings, name, &event.name);

	if (err)
		return err;
	for (size_t i = 0; i < profile->event_count; i++)
		if (profile->events[i].name == event.name) {
			*ret = (uint32_t)i;
			return NULL;
		}
	err = px_array_grow(profile->events, profile->event_count, profile->event_capacity);
	if (err)
		return err;
	*ret = (uint32_t)profile->event_count;
	profile->events[profile->event_count++] = event;
	return NULL;
}

struct px_error *px_profile_lane(struct px_profile *profile, struct px_lane lane, uint32_t *ret)
{
	uint32_t hash = px_hash2(((uint64_t)lane.task << 32) | lane.cpu, lane.event);
	uint32_t at = hash, id;
	struct px_error *err;

	while ((id = px_index_at(&profile->lane_index, hash, &at)) != PX_ID_NONE) {
		const struct px_lane *l = &profile->lanes[id];

		if (l->task == lane.task && l->cpu == lane.cpu && l->event == lane.event) {
			*ret = id;
			return NULL;
		}
	}
	err = px_array_grow(profile->lanes, profile->lane_count, profile->lane_capacity);
	if (!err)
		err = px_index_add(&profile->lane_index, hash, (uint32_t)profile->lane_count);
	if (err)
		return err;
	*ret = (uint32_t)profile->lane_count;
	profile->lanes[profile->lane_count++] = lane;
	return NULL;
}

struct px_error *px_profile_child(struct px_profile *profile, uint32_t parent, uint32_t name,
				  uint32_t *ret)
{
	uint32_t hash = px_hash2(parent, name), at = hash, id;
	struct px_error *err;

	while ((id = px_index_at(&profile->node_index, hash, &at)) != PX_ID_NONE)
		if (profile->nodes[id].parent == parent && profile->nodes[id].name == name) {
			*ret = id;
			return NULL;
		}
	err = px_array_grow(profile->nodes, profile->node_count, profile->node_capacity);
	if (!err)
		err = px_index_add(&profile->node_index, hash, (uint32_t)profile->node_count);
	if (err)
		return err;
	*ret = (uint32_t)profile->node_count;
	profile->nodes[profile->node_count++] =
		(struct px_node){.parent = parent, .name = name};
	return NULL;
}

struct px_error *px_profile_cell(struct px_profile *profile, uint32_t node, uint32_t lane,
				 uint32_t *ret)
{
	uint32_t hash = px_hash2(node, lane), at = hash, id;
	struct px_error *err;

	while ((id = px_index_at(&profile->cell_index, hash, &at)) != PX_ID_NONE)
		if (profile->cells[id].node == node && profile->cells[id].lane == lane) {
			*ret = id;
			return NULL;
		}
	err = px_array_grow(profile->cells, profile->cell_count, profile->cell_capacity);
	if (!err)
		err = px_index_add(&profile->cell_index, hash, (uint32_t)profile->cell_count);
	if (err)
		return err;
	*ret = (uint32_t)profile->cell_count;
	profile->cells[profile->cell_count++] = (struct px_cell){.node = node, .lane = lane};
	return NULL;
}

void px_profile_count(struct px_profile *profile, uint32_t cell, uint64_t samples,
		      uint64_t period)
{
	struct px_cell *c = &profile->cells[cell];
	struct px_event *event = &profile->events[profile->lanes[c->lane].event];

	c->samples += samples;
	c->period += period;
	event->samples += samples;
	event->period += period;
}

struct px_error *px_profile_add_many(struct px_profile *profile, uint32_t node, uint32_t lane,
				     uint64_t samples, uint64_t period)
{
	uint32_t cell = 0;
	struct px_error *err = px_profile_cell(profile, node, lane, &cell);

	if (!err)
		px_profile_count(profile, cell, samples, period);
	return err;
}

struct px_error *px_profile_sums(const struct px_profile *profile, const bool *lanes,
				 struct px_sum **ret)
{
	struct px_sum *sums;
	struct px_error *err = px_calloc(profile->node_count, sizeof(*sums), &sums);

	if (err)
		return err;
	for (size_t i = 0; i < profile->cell_count; i++) {
		const struct px_cell *cell = &profile->cells[i];

		if (!lanes[cell->lane])
			continue;
		sums[cell->node].self_samples += cell->samples;
		sums[cell->node].self_period += cell->period;
	}
	/* Children have larger indexes than their parents: one sweep backwards adds all up. */
	for (size_t i = profile->node_count; i-- > 0;) {
		struct px_sum *sum = &sums[i], *parent = &sums[profile->nodes[i].parent];

		sum->total_samples += sum->self_samples;
		sum->total_period += sum->self_period;
		if (i == 0)
			break;
		parent->total_samples += sum->total_samples;
		parent->total_period += sum->total_period;
	}
	*ret = sums;
	return NULL;
}

struct px_error *px_profile_event_sums(const struct px_profile *profile, uint32_t event,
				       struct px_sum **ret)
{
	px_cleanup(px_freep) bool *lanes = NULL;
	struct px_error *err = px_calloc(profile->lane_count, sizeof(*lanes), &lanes);

	if (err)
		return err;
	for (size_t i = 0; i < profile->lane_count; i++)
		lanes[i] = profile->lanes[i].event == event;
	return px_profile_sums(profile, lanes, ret);
}

const char *px_profile_node_text(const struct px_profile *profile, uint32_t node)
{
	return profile->strings.text[profile->names[profile->nodes[node].name].text];
}

const char *px_profile_node_dso(const struct px_profile *profile, uint32_t node)
{
	return profile->strings.text[profile->names[profile->nodes[node].name].dso];
}

const char *px_profile_node_label(const struct px_profile *profile, uint32_t node)
{
	return profile->strings.text[profile->names[profile->nodes[node].name].label];
}

enum px_name_kind px_profile_node_kind(const struct px_profile *profile, uint32_t node)
{
	return profile->names[profile->nodes[node].name].kind;
}
