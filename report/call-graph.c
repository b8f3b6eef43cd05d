/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The neighbourhood of a line as a profile of its own: under its root either the stacks that
 * lead to the line's frames, upside down, or what lies under them.
 */
#include "report/call-graph.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "lib/text.h"
#include "report/tree.h"

enum {
	INDENT = 12,
	DEEPEST = 120, /* printed levels */
};

struct graph {
	const struct px_profile *from;
	const struct px_hist_line *line;
	const struct px_call_graph_options *options;
	struct px_profile *to;
	uint32_t lane;
	uint32_t *in;	/* by node of from: its node in to, or PX_ID_NONE outside the line */
	uint32_t *comm; /* by node of from: the command of its stacks */
};

static bool is_line(const struct graph *g, uint32_t node)
{
	return g->from->nodes[node].parent != node && g->from->nodes[node].parent != 0 &&
	       px_hist_line_has(g->line, g->from, node, g->comm[node]);
}

static struct px_error *same_name(struct graph *g, uint32_t node, uint32_t *ret)
{
	return px_profile_name(g->to, px_profile_node_text(g->from, node),
			       px_profile_node_dso(g->from, node),
			       px_profile_node_kind(g->from, node), ret);
}

static struct px_error *child(struct graph *g, uint32_t parent, uint32_t node, uint32_t *ret)
{
	uint32_t name = 0;
	struct px_error *err = same_name(g, node, &name);

	return err ? err : px_profile_child(g->to, parent, name, ret);
}

/* The callers of an outermost node of the line, from it up to the task. */
static struct px_error *add_callers(struct graph *g, uint32_t node, const struct px_sum *sum)
{
	uint32_t at = 0;
	struct px_error *err = NULL;

	for (uint32_t n = g->from->nodes[node].parent; g->from->nodes[n].parent != n && !err;
	     n = g->from->nodes[n].parent)
		if (g->from->nodes[n].parent != 0)
			err = child(g, at, n, &at);
	if (err)
		return err;
	return px_profile_add_many(g->to, at, g->lane, sum->total_samples, sum->total_period);
}

/* Every node under an outermost node of the line, at the same place under the root. */
static struct px_error *add_callee(struct graph *g, uint32_t node, const struct px_sum *sum)
{
	uint32_t parent = g->from->nodes[node].parent;
	struct px_error *err = NULL;

	if (g->in[parent] == PX_ID_NONE)
		g->in[node] = 0;
	else
		err = child(g, g->in[parent], node, &g->in[node]);
	if (err || !sum->self_samples)
		return err;
	return px_profile_add_many(g->to, g->in[node], g->lane, sum->self_samples,
				   sum->self_period);
}

static struct px_error *collect(struct graph *g, const struct px_sum *sums)
{
	const struct px_node *nodes = g->from->nodes;
	struct px_error *err = NULL;

	g->in[0] = PX_ID_NONE;
	for (uint32_t i = 1; i < g->from->node_count && !err; i++) {
		uint32_t parent = nodes[i].parent;
		bool inside = g->in[parent] != PX_ID_NONE;

		g->comm[i] = parent ? g->comm[parent] : g->from->names[nodes[i].name].text;
		g->in[i] = PX_ID_NONE;
		if (!sums[i].total_samples || (!inside && !is_line(g, i)))
			continue;
		if (!g->options->callers) {
			err = add_callee(g, i, &sums[i]);
			continue;
		}
		if (!inside)
			err = add_callers(g, i, &sums[i]);
		g->in[i] = 0;
	}
	return err;
}

struct printer {
	const struct px_profile *profile;
	const struct px_sum *sums;
	uint64_t whole, least;
	FILE *out;
};

static bool enter(void *context, uint32_t node, uint32_t depth)
{
	struct printer *p = context;
	uint64_t period = p->sums[node].total_period;

	if (period < p->least || !period || depth >= DEEPEST)
		return false;
	fprintf(p->out, "%*s%6.2f%%  ", INDENT + 2 * (int)depth, "",
		100 * (double)period / (double)p->whole);
	px_text_plain(px_profile_node_label(p->profile, node), p->out);
	fputc('\n', p->out);
	return true;
}

static struct px_error *print(const struct graph *g, FILE *out)
{
	px_cleanup(px_tree_fini) struct px_tree tree = {0};
	px_cleanup(px_freep) struct px_sum *sums = NULL;
	uint64_t whole = g->from->events[g->options->event].period;
	struct printer p = {.profile = g->to,
			    .whole = whole,
			    .least = (uint64_t)(g->options->min_share * (double)whole),
			    .out = out};
	struct px_error *err = px_tree_init(&tree, g->to);

	if (!err)
		err = px_profile_event_sums(g->to, 0, &sums);
	if (err)
		return err;
	p.sums = sums;
	err = px_tree_walk(&tree, g->to, enter, NULL, &p);
	fputc('\n', out);
	return err;
}

static struct px_error *init(struct graph *g)
{
	uint32_t event = 0;
	struct px_error *err = px_profile_new(&g->to);

	if (!err)
		err = px_profile_event(g->to, "", false, &event);
	if (!err)
		err = px_profile_lane(g->to, (struct px_lane){.event = event}, &g->lane);
	if (!err)
		err = px_calloc(g->from->node_count, sizeof(*g->in), &g->in);
	if (!err)
		err = px_calloc(g->from->node_count, sizeof(*g->comm), &g->comm);
	return err;
}

/* Sums of the lanes that the line is about. */
static struct px_error *sum_of_line(const struct graph *g, struct px_sum **ret)
{
	const struct px_profile *from = g->from;
	const struct px_hist_line *line = g->line;
	px_cleanup(px_freep) bool *wanted = NULL;
	struct px_error *err = px_calloc(from->lane_count, sizeof(*wanted), &wanted);

	if (err)
		return err;
	for (size_t i = 0; i < from->lane_count; i++) {
		const struct px_lane *lane = &from->lanes[i];
		uint32_t tid = (uint32_t)from->tasks[lane->task].tid;

		wanted[i] = lane->event == g->options->event &&
			    (line->cpu == PX_ID_NONE || line->cpu == lane->cpu) &&
			    (line->tid == PX_ID_NONE || line->tid == tid);
	}
	return px_profile_sums(from, wanted, ret);
}

struct px_error *px_call_graph_print(const struct px_profile *profile,
				     const struct px_hist_line *line,
				     const struct px_call_graph_options *options, FILE *out)
{
	px_cleanup(px_freep) struct px_sum *sums = NULL;
	struct graph g = {.from = profile, .line = line, .options = options};
	struct px_error *err = init(&g);

	if (!err)
		err = sum_of_line(&g, &sums);
	if (!err)
		err = collect(&g, sums);
	if (!err)
		err = print(&g, out);
	px_profile_free(g.to);
	free(g.in);
	free(g.comm);
	return err;
}
