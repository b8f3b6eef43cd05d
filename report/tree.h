/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The profile's trie seen from the top: every node's children, in the order of their names. */
#ifndef PX_REPORT_TREE_H
#define PX_REPORT_TREE_H

#include "report/profile.h"

/** The children of node n are child[first[n]] up to, not including, child[first[n + 1]]. */
struct px_tree {
	uint32_t *first;
	uint32_t *child;
};

/** Build for a profile that no longer changes; fini undoes. */
px_must_check struct px_error *px_tree_init(struct px_tree *tree,
					    const struct px_profile *profile);
void px_tree_fini(struct px_tree *tree);

/**
 * Call enter for every node but the root, parents before children and siblings in order, and
 * leave (may be NULL) when a node's children are done. Depth of the root's children is 0.
 * enter says whether to go into the node's children; a node that it declines has no leave.
 */
px_must_check struct px_error *
px_tree_walk(const struct px_tree *tree, const struct px_profile *profile,
	     bool (*enter)(void *context, uint32_t node, uint32_t depth),
	     void (*leave)(void *context, uint32_t node), void *context);

#endif
