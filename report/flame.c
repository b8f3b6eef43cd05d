/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flame graph layout. */
#include "report/flame.h"

#include <stdlib.h>

#include "lib/memory.h"
#include "report/tree.h"

struct layout {
	struct px_flame *flame;
	const struct px_sum *sums;
	double min_width;
	uint64_t *left; /* by depth: where the next box starts */
	size_t left_capacity;
	struct px_error *err;
};

static struct px_error *add_box(struct layout *l, uint32_t node, uint32_t depth)
{
	struct px_flame *flame = l->flame;
	uint64_t width = l->sums[node].total_period;
	struct px_error *err = px_array_grow(flame->boxes, flame->count, flame->capacity);

	if (!err)
		err = px_array_grow(l->left, depth + 1, l->left_capacity);
	if (err)
		return err;
	flame->boxes[flame->count++] = (struct px_flame_box){
		.node = node,
		.depth = depth,
		.left = l->left[depth],
		.width = width,
		.samples = l->sums[node].total_samples,
	};
	flame->depth = px_max(flame->depth, depth);
	l->left[depth + 1] = l->left[depth];
	return NULL;
}

static bool enter(void *context, uint32_t node, uint32_t walk_depth)
{
	struct layout *l = context;
	uint32_t depth = walk_depth + 1;
	uint64_t width = l->sums[node].total_period;
	bool wide = width && (double)width >= l->min_width;

	if (wide && !l->err)
		l->err = add_box(l, node, depth);
	if (!l->err)
		l->left[depth] += width;
	return wide && !l->err;
}

static struct px_error *lay_out(struct layout *l, const struct px_tree *tree,
				const struct px_profile *profile)
{
	struct px_error *err = px_array_grow(l->left, 0, l->left_capacity);

	if (err)
		return err;
	l->left[0] = 0;
	err = add_box(l, 0, 0);
	if (!err)
		err = px_tree_walk(tree, profile, enter, NULL, l);
	return err ? err : l->err;
}

struct px_error *px_flame_init(struct px_flame *flame, const struct px_profile *profile,
			       uint32_t event, double min_share)
{
	px_cleanup(px_tree_fini) struct px_tree tree = {0};
	px_cleanup(px_freep) struct px_sum *sums = NULL;
	struct layout l = {.flame = flame};
	struct px_error *err = px_tree_init(&tree, profile);

	*flame = (struct px_flame){0};
	if (!err)
		err = px_profile_event_sums(profile, event, &sums);
	if (err)
		return err;
	if (!sums[0].total_period)
		return NULL;
	l.sums = sums;
	l.min_width = min_share * (double)sums[0].total_period;
	err = lay_out(&l, &tree, profile);
	free(l.left);
	if (err)
		px_flame_fini(flame);
	return err;
}

void px_flame_fini(struct px_flame *flame)
{
	free(flame->boxes);
	*flame = (struct px_flame){0};
}
