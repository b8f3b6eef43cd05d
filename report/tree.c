/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ordered children of every node, and the walk over them. */
#include "report/tree.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

static int compare_names(const void *a, const void *b, void *context)
{
	const struct px_profile *profile = context;
	const struct px_name *x = &profile->names[*(const uint32_t *)a];
	const struct px_name *y = &profile->names[*(const uint32_t *)b];
	int order = strcmp(profile->strings.text[x->text], profile->strings.text[y->text]);

	if (order)
		return order;
	order = strcmp(profile->strings.text[x->dso], profile->strings.text[y->dso]);
	return order ? order : (int)x->kind - (int)y->kind;
}

/* The names' ids in order of their texts. */
static struct px_error *order_names(const struct px_profile *profile, uint32_t **ret)
{
	uint32_t *ids;
	struct px_error *err = px_calloc(profile->name_count, sizeof(*ids), &ids);

	if (err)
		return err;
	for (size_t i = 0; i < profile->name_count; i++)
		ids[i] = (uint32_t)i;
	qsort_r(ids, profile->name_count, sizeof(*ids), compare_names, (void *)profile);
	*ret = ids;
	return NULL;
}

/* start[key] becomes where the entries of this key begin; start has keys + 1 zeros. */
static void counts_to_starts(uint32_t *start, size_t keys)
{
	uint32_t sum = 0;

	for (size_t i = 0; i <= keys; i++) {
		uint32_t count = start[i];

		start[i] = sum;
		sum += count;
	}
}

/* All nodes but the root in the order of their names: a counting sort. */
static struct px_error *order_nodes(const struct px_profile *profile, uint32_t *ret)
{
	px_cleanup(px_freep) uint32_t *ids = NULL;
	px_cleanup(px_freep) uint32_t *rank = NULL;
	px_cleanup(px_freep) uint32_t *start = NULL;
	struct px_error *err = order_names(profile, &ids);

	if (!err)
		err = px_calloc(profile->name_count, sizeof(*rank), &rank);
	if (!err)
		err = px_calloc(profile->name_count + 1, sizeof(*start), &start);
	if (err)
		return err;
	for (size_t i = 0; i < profile->name_count; i++)
		rank[ids[i]] = (uint32_t)i;
	for (size_t i = 1; i < profile->node_count; i++)
		start[rank[profile->nodes[i].name]]++;
	counts_to_starts(start, profile->name_count);
	for (size_t i = 1; i < profile->node_count; i++)
		ret[start[rank[profile->nodes[i].name]]++] = (uint32_t)i;
	return NULL;
}

/* Dealing the ordered nodes out to their parents keeps the order among siblings. */
static struct px_error *deal_out(struct px_tree *tree, const struct px_profile *profile,
				 const uint32_t *ordered)
{
	px_cleanup(px_freep) uint32_t *next = NULL;
	struct px_error *err = px_calloc(profile->node_count + 1, sizeof(*next), &next);

	if (err)
		return err;
	for (size_t i = 1; i < profile->node_count; i++)
		next[profile->nodes[i].parent]++;
	counts_to_starts(next, profile->node_count);
	memcpy(tree->first, next, (profile->node_count + 1) * sizeof(*next));
	for (size_t i = 0; i + 1 < profile->node_count; i++)
		tree->child[next[profile->nodes[ordered[i]].parent]++] = ordered[i];
	return NULL;
}

struct px_error *px_tree_init(struct px_tree *tree, const struct px_profile *profile)
{
	px_cleanup(px_freep) uint32_t *ordered = NULL;
	struct px_error *err = px_calloc(profile->node_count, sizeof(*ordered), &ordered);

	*tree = (struct px_tree){0};
	if (!err)
		err = px_calloc(profile->node_count + 1, sizeof(*tree->first), &tree->first);
	if (!err)
		err = px_calloc(profile->node_count, sizeof(*tree->child), &tree->child);
	if (!err)
		err = order_nodes(profile, ordered);
	if (!err)
		err = deal_out(tree, profile, ordered);
	if (err)
		px_tree_fini(tree);
	return err;
}

void px_tree_fini(struct px_tree *tree)
{
	free(tree->first);
	free(tree->child);
	*tree = (struct px_tree){0};
}

/* Where a walk is in one node's children. */
struct level {
	uint32_t node, next, end;
};

struct px_error *px_tree_walk(const struct px_tree *tree, const struct px_profile *profile,
			      bool (*enter)(void *context, uint32_t node, uint32_t depth),
			      void (*leave)(void *context, uint32_t node), void *context)
{
	px_cleanup(px_freep) struct level *levels = NULL;
	size_t count = 1, capacity = 0;
	struct px_error *err = px_array_grow(levels, 0, capacity);

	if (err)
		return err;
	levels[0] = (struct level){0, tree->first[0], tree->first[1]};
	while (count) {
		struct level *top = &levels[count - 1];
		uint32_t node;

		if (top->next == top->end) {
			if (--count && leave)
				leave(context, top->node);
			continue;
		}
		node = tree->child[top->next++];
		if (!enter(context, node, (uint32_t)count - 1))
			continue;
		err = px_array_grow(levels, count, capacity);
		if (err)
			return err;
		levels[count++] =
			(struct level){node, tree->first[node], tree->first[node + 1]};
	}
	return NULL;
}
