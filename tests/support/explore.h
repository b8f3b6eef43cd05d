/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every interleaving of a small model: a depth-first search over all states that can be
 * reached.
 *
 * A model is one flat object that stays where it is: the search copies its bytes out and back
 * in, so it may point into itself. What a model does must follow from these bytes and the move.
 */
#ifndef PX_TESTS_EXPLORE_H
#define PX_TESTS_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct px_model {
	void *state;
	size_t size;
	unsigned moves; /* they are numbered from 0 */
	/* Make a move; false, and nothing changed, when the state does not allow it. */
	bool (*move)(void *state, unsigned move);
	/* After a move: NULL, or what is wrong (a literal). */
	const char *(*check)(void *state);
	/* Where no move is possible: NULL, or why it should not end here. */
	const char *(*end)(void *state);
};

#define PX_EXPLORE_TRACE_MAX 64

struct px_exploration {
	uint64_t states;
	uint64_t transitions;
	uint64_t ends;	   /* states without a move */
	const char *fault; /* NULL, or the first thing that was wrong; the search stops there */
	unsigned depth;	   /* of the search at the fault */
	unsigned trace[PX_EXPLORE_TRACE_MAX]; /* the moves that led to it */
};

/** From the state that the model is in; at a fault it is left in the state with the fault. */
struct px_exploration px_explore(const struct px_model *model);

#endif
