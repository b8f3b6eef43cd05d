/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sums by keys. Keys that belong to frames (symbol, object) and to stacks (command) are found
 * on a walk over the trie; those that belong to lanes (CPU, thread) need a walk for each of
 * their values.
 */
#include "report/hist.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "report/tree.h"

/* A walk over the trie with the sums of one group of lanes. */
struct walk {
	struct px_hist *hist;
	const struct px_profile *profile;
	const struct px_sum *sums;
	unsigned int keys;
	uint32_t cpu, tid; /* of the group */
	uint32_t comm;	   /* of the stacks that the walk is in */
	uint32_t *line_of; /* by node: its line, for leave */
	uint32_t *inside;  /* by line: how many of its nodes the walk is in */
	size_t inside_capacity;
	struct px_error *err;
};

static struct px_hist_line key_of(const struct walk *w, uint32_t node)
{
	const struct px_name *name = &w->profile->names[w->profile->nodes[node].name];
	bool of_frame = w->keys & (PX_SORT_SYMBOL | PX_SORT_DSO);

	return (struct px_hist_line){
		.comm = w->keys & PX_SORT_COMM ? w->comm : PX_ID_NONE,
		.dso = w->keys & PX_SORT_DSO ? name->dso : PX_ID_NONE,
		.symbol = w->keys & PX_SORT_SYMBOL ? name->text : PX_ID_NONE,
		.kind = of_frame ? name->kind : PX_NAME_KINDS,
		.cpu = w->cpu,
		.tid = w->tid,
	};
}

static bool same_key(const struct px_hist_line *a, const struct px_hist_line *b)
{
	return a->comm == b->comm && a->dso == b->dso && a->symbol == b->symbol &&
	       a->kind == b->kind && a->cpu == b->cpu && a->tid == b->tid;
}

static struct px_error *find_line(struct px_hist *hist, const struct px_hist_line *key,
				  uint32_t *ret)
{
	uint32_t hash = px_hash2(((uint64_t)key->comm << 32) | key->symbol,
				 ((uint64_t)key->dso << 32 | key->tid) ^
					 ((uint64_t)key->cpu << 16 | key->kind));
	uint32_t at = hash, id;
	struct px_error *err;

	while ((id = px_index_at(&hist->index, hash, &at)) != PX_ID_NONE)
		if (same_key(&hist->lines[id], key)) {
			*ret = id;
			return NULL;
		}
	err = px_array_grow(hist->lines, hist->count, hist->capacity);
	if (!err)
		err = px_index_add(&hist->index, hash, (uint32_t)hist->count);
	if (err)
		return err;
	*ret = (uint32_t)hist->count;
	hist->lines[hist->count++] = *key;
	return NULL;
}

static struct px_error *enter_line(struct walk *w, uint32_t line, const struct px_sum *sum)
{
	struct px_hist_line *l = &w->hist->lines[line];
	size_t before = w->inside_capacity;
	struct px_error *err = px_array_grow(w->inside, line, w->inside_capacity);

	if (err)
		return err;
	memset(w->inside + before, 0, (w->inside_capacity - before) * sizeof(*w->inside));
	l->sum.self_samples += sum->self_samples;
	l->sum.self_period += sum->self_period;
	if (w->inside[line]++)
		return NULL;
	l->sum.total_samples += sum->total_samples;
	l->sum.total_period += sum->total_period;
	return NULL;
}

static bool enter(void *context, uint32_t node, uint32_t depth)
{
	struct walk *w = context;
	const struct px_sum *sum = &w->sums[node];
	struct px_hist_line key;
	uint32_t line = 0;

	if (w->err || !sum->total_samples)
		return false;
	w->line_of[node] = PX_ID_NONE;
	if (depth == 0)
		w->comm = w->profile->names[w->profile->nodes[node].name].text;
	/* The task's node is no frame, but all there is of a stack without frames. */
	if (depth == 0 && (w->keys & (PX_SORT_SYMBOL | PX_SORT_DSO)))
		return true;
	key = key_of(w, node);
	w->err = find_line(w->hist, &key, &line);
	if (!w->err)
		w->err = enter_line(w, line, sum);
	w->line_of[node] = line;
	return !w->err;
}

static void leave(void *context, uint32_t node)
{
	struct walk *w = context;

	if (w->line_of[node] != PX_ID_NONE)
		w->inside[w->line_of[node]]--;
}

/* The value of a lane's keys; lanes with the same value are one group. */
static struct px_lane group_of(const struct px_profile *profile, unsigned int keys,
			       const struct px_lane *lane)
{
	return (struct px_lane){
		.cpu = keys & PX_SORT_CPU ? lane->cpu : PX_ID_NONE,
		.task = keys & PX_SORT_TID ? (uint32_t)profile->tasks[lane->task].tid
					   : PX_ID_NONE,
		.event = lane->event,
	};
}

static bool same_group(struct px_lane a, struct px_lane b)
{
	return a.cpu == b.cpu && a.task == b.task && a.event == b.event;
}

static struct px_error *walk_group(struct walk *w, const struct px_tree *tree,
				   const bool *lanes)
{
	px_cleanup(px_freep) struct px_sum *sums = NULL;
	struct px_error *err = px_profile_sums(w->profile, lanes, &sums);

	if (err)
		return err;
	w->sums = sums;
	w->hist->samples += sums[0].total_samples;
	w->hist->period += sums[0].total_period;
	err = px_tree_walk(tree, w->profile, enter, leave, w);
	return err ? err : w->err;
}

static struct px_error *walk_groups(struct walk *w, const struct px_tree *tree, uint32_t event)
{
	const struct px_profile *profile = w->profile;
	px_cleanup(px_freep) bool *done = NULL;
	px_cleanup(px_freep) bool *lanes = NULL;
	struct px_error *err = px_calloc(profile->lane_count, sizeof(*done), &done);

	if (!err)
		err = px_calloc(profile->lane_count, sizeof(*lanes), &lanes);
	for (size_t i = 0; i < profile->lane_count && !err; i++) {
		struct px_lane group = group_of(profile, w->keys, &profile->lanes[i]);

		if (done[i] || group.event != event)
			continue;
		for (size_t j = 0; j < profile->lane_count; j++) {
			lanes[j] = same_group(group,
					      group_of(profile, w->keys, &profile->lanes[j]));
			done[j] |= lanes[j];
		}
		w->cpu = group.cpu;
		w->tid = group.task;
		err = walk_group(w, tree, lanes);
	}
	return err;
}

static int compare_total(const void *a, const void *b)
{
	const struct px_sum *x = &((const struct px_hist_line *)a)->sum;
	const struct px_sum *y = &((const struct px_hist_line *)b)->sum;

	if (x->total_period != y->total_period)
		return x->total_period < y->total_period ? 1 : -1;
	return (x->self_period < y->self_period) - (x->self_period > y->self_period);
}

static int compare_self(const void *a, const void *b)
{
	const struct px_sum *x = &((const struct px_hist_line *)a)->sum;
	const struct px_sum *y = &((const struct px_hist_line *)b)->sum;

	if (x->self_period != y->self_period)
		return x->self_period < y->self_period ? 1 : -1;
	return (x->total_period < y->total_period) - (x->total_period > y->total_period);
}

struct px_error *px_hist_init(struct px_hist *hist, const struct px_profile *profile,
			      uint32_t event, unsigned int keys, bool by_self)
{
	px_cleanup(px_tree_fini) struct px_tree tree = {0};
	struct walk w = {.hist = hist, .profile = profile, .keys = keys};
	struct px_error *err = px_tree_init(&tree, profile);

	*hist = (struct px_hist){0};
	if (!err)
		err = px_calloc(profile->node_count, sizeof(*w.line_of), &w.line_of);
	if (!err)
		err = walk_groups(&w, &tree, event);
	free(w.line_of);
	free(w.inside);
	if (err) {
		px_hist_fini(hist);
		return err;
	}
	/* The index ends here: sorting moves the lines. glibc's qsort sorts stably, and nodes
	   were met in the order of their names. */
	px_index_fini(&hist->index);
	qsort(hist->lines, hist->count, sizeof(*hist->lines),
	      by_self ? compare_self : compare_total);
	return NULL;
}

void px_hist_fini(struct px_hist *hist)
{
	free(hist->lines);
	px_index_fini(&hist->index);
	*hist = (struct px_hist){0};
}

bool px_hist_line_has(const struct px_hist_line *line, const struct px_profile *profile,
		      uint32_t node, uint32_t comm)
{
	const struct px_name *name = &profile->names[profile->nodes[node].name];

	return (line->comm == PX_ID_NONE || line->comm == comm) &&
	       (line->dso == PX_ID_NONE || line->dso == name->dso) &&
	       (line->symbol == PX_ID_NONE || line->symbol == name->text) &&
	       (line->kind == PX_NAME_KINDS || line->kind == name->kind);
}
