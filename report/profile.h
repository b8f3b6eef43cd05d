/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The profile: a trie of (parent, name), and for every stack that ended at a node how many
 * samples each lane (task, CPU, event) put there. It feeds every report format.
 */
#ifndef PX_REPORT_PROFILE_H
#define PX_REPORT_PROFILE_H

#include "report/intern.h"

/** What perf calls a function or an object that it does not know. */
#define PX_UNKNOWN "[unknown]"

/** What a name is; formats colour and mark frames by it. */
enum px_name_kind {
	PX_NAME_TASK, /* not code: the command that the stack belongs to */
	PX_NAME_KERNEL,
	PX_NAME_MODULE, /* a loadable kernel module */
	PX_NAME_USER,
	PX_NAME_UNKNOWN, /* an address in no known object */
	PX_NAME_KINDS,
};

/** One name that frames have. Equal text in two objects is two names. */
struct px_name {
	uint32_t text;	/* into strings; "[unknown]" where code has no name */
	uint32_t dso;	/* into strings: as perf shows it, "[kernel.kallsyms]" or a path */
	uint32_t label; /* into strings: for pictures, "[object]" where code has no name */
	enum px_name_kind kind;
};

/** Node 0 is the root, its own parent. A node's parent always has a smaller index. */
struct px_node {
	uint32_t parent;
	uint32_t name;
};

struct px_task {
	uint32_t comm; /* into strings */
	int32_t pid, tid;
};

struct px_event {
	uint32_t name;	  /* into strings */
	bool nanoseconds; /* the period is time; otherwise it counts the event */
	uint64_t samples; /* totals of what the profile holds */
	uint64_t period;
};

/** Who a sample belongs to. cpu is PX_ID_NONE where the file does not say. */
struct px_lane {
	uint32_t task, cpu, event;
};

/** What one lane put at one node. */
struct px_cell {
	uint32_t node, lane;
	uint64_t samples, period;
};

/** Read freely; change only through the functions below. */
struct px_profile {
	struct px_strings strings;
	struct px_name *names;
	struct px_node *nodes;
	struct px_task *tasks;
	struct px_event *events;
	struct px_lane *lanes;
	struct px_cell *cells;
	size_t name_count, node_count, task_count, event_count, lane_count, cell_count;
	size_t name_capacity, node_capacity, task_capacity, event_capacity, lane_capacity,
		cell_capacity;
	struct px_index name_index, node_index, task_index, lane_index, cell_index;
};

/** An empty profile: a root node and nothing else. The caller frees it. */
px_must_check struct px_error *px_profile_new(struct px_profile **ret);
void px_profile_free(struct px_profile *profile);

/* Each of these finds or adds one thing and yields its index. Text is copied. */
px_must_check struct px_error *px_profile_name(struct px_profile *profile, const char *text,
					       const char *dso, enum px_name_kind kind,
					       uint32_t *ret);
px_must_check struct px_error *px_profile_task(struct px_profile *profile, const char *comm,
					       int32_t pid, int32_t tid, uint32_t *ret);
px_must_check struct px_error *px_profile_event(struct px_profile *profile, const char *name,
						bool nanoseconds, uint32_t *ret);
px_must_check struct px_error *px_profile_lane(struct px_profile *profile, struct px_lane lane,
					       uint32_t *ret);

/** The child of parent with this name. */
px_must_check struct px_error *px_profile_child(struct px_profile *profile, uint32_t parent,
						uint32_t name, uint32_t *ret);

/** The cell of the samples of a lane whose stack ends (its leaf is) at node. */
px_must_check struct px_error *px_profile_cell(struct px_profile *profile, uint32_t node,
					       uint32_t lane, uint32_t *ret);

/** Count samples in a cell. */
void px_profile_count(struct px_profile *profile, uint32_t cell, uint64_t samples,
		      uint64_t period);

/** Both at once. */
px_must_check struct px_error *px_profile_add_many(struct px_profile *profile, uint32_t node,
						   uint32_t lane, uint64_t samples,
						   uint64_t period);

/** What ended at a node, and what passed through it (itself included). */
struct px_sum {
	uint64_t self_samples, self_period;
	uint64_t total_samples, total_period;
};

/**
 * Sums for every node, of the cells whose lanes are wanted (lane_count flags): an array of
 * node_count, which the caller frees.
 */
px_must_check struct px_error *px_profile_sums(const struct px_profile *profile,
					       const bool *lanes, struct px_sum **ret);

/** The same of the lanes of one event. */
px_must_check struct px_error *px_profile_event_sums(const struct px_profile *profile,
						     uint32_t event, struct px_sum **ret);

/* Texts of things, borrowed from the profile. */
const char *px_profile_node_text(const struct px_profile *profile, uint32_t node);
const char *px_profile_node_dso(const struct px_profile *profile, uint32_t node);
const char *px_profile_node_label(const struct px_profile *profile, uint32_t node);

enum px_name_kind px_profile_node_kind(const struct px_profile *profile, uint32_t node);

#endif
