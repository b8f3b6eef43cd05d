/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folded stacks: a line for each stack, "comm;root;...;leaf COUNT", the count being the sum of
 * the periods. The lines are those that `perf script | stackcollapse-perf.pl` makes of the
 * same file: blanks in commands become underscores, a frame without a name is called after its
 * object, and names lose quotes and what follows their first parenthesis.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/memory.h"
#include "report/render.h"
#include "lib/text.h"
#include "report/tree.h"

static const char anonymous[] = "(anonymous namespace)";

static bool is_go_method(const char *name)
{
	const char *open = strstr(name, ".(");

	return open && strstr(open + 2, ").");
}

/* Where the parameters begin: at the first parenthesis that is no anonymous namespace. */
static size_t length_without_parameters(const char *name)
{
	const char *p = name;

	if (is_go_method(name))
		return strlen(name);
	while (*p && (*p != '(' || !strncmp(p, anonymous, sizeof(anonymous) - 1)))
		p++;
	return (size_t)(p - name);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *fold_task(const char *comm, char *to)
{
	for (; *comm; comm++)
		*to++ = *comm == ' ' ? '_' : *comm == ';' || *comm == '\n' ? ':' : *comm;
	return to;
}

static char *fold_function(const char *name, char *to)
{
	size_t length = length_without_parameters(name);

	for (size_t i = 0; i < length; i++)
		if (name[i] != '"' && name[i] != '\'')
			*to++ = name[i] == ';' || name[i] == '\n' ? ':' : name[i];
	return to;
}

static char *fold_unknown(const char *dso, char *to)
{
	const char *name = strcmp(dso, PX_UNKNOWN) ? base_name(dso) : "unknown";

	*to++ = '[';
	for (; *name; name++)
		*to++ = *name == ';' || *name == '\n' ? ':' : *name;
	*to++ = ']';
	return to;
}

/* A name as folded stacks have it; the caller frees. */
static struct px_error *fold_name(const struct px_profile *profile, const struct px_name *name,
				  bool mark_kernel, char **ret)
{
	const char *text = profile->strings.text[name->text];
	const char *dso = profile->strings.text[name->dso];
	char *folded, *end;
	struct px_error *err = px_calloc(strlen(text) + strlen(dso) + 16, 1, &folded);

	if (err)
		return err;
	if (name->kind == PX_NAME_TASK)
		end = fold_task(text, folded);
	else if (!strcmp(text, PX_UNKNOWN))
		end = fold_unknown(dso, folded);
	else
		end = fold_function(text, folded);
	if (mark_kernel && (name->kind == PX_NAME_KERNEL || name->kind == PX_NAME_MODULE))
		memcpy(end, "_[k]", sizeof("_[k]"));
	*ret = folded;
	return NULL;
}

/* names_ret[i] is the name in folded that names[i] of profile becomes. */
static struct px_error *fold_names(const struct px_profile *profile, bool mark_kernel,
				   struct px_profile *folded, uint32_t *names_ret)
{
	for (size_t i = 0; i < profile->name_count; i++) {
		px_cleanup(px_freep) char *text = NULL;
		struct px_error *err =
			fold_name(profile, &profile->names[i], mark_kernel, &text);

		if (!err)
			err = px_profile_name(folded, text, "", PX_NAME_UNKNOWN, &names_ret[i]);
		if (err)
			return err;
	}
	return NULL;
}

static struct px_error *fold_nodes(const struct px_profile *profile, const uint32_t *names,
				   struct px_profile *folded, uint32_t *nodes_ret)
{
	nodes_ret[0] = 0;
	for (size_t i = 1; i < profile->node_count; i++) {
		const struct px_node *node = &profile->nodes[i];
		struct px_error *err = px_profile_child(folded, nodes_ret[node->parent],
							names[node->name], &nodes_ret[i]);

		if (err)
			return err;
	}
	return NULL;
}

static struct px_error *fold_cells(const struct px_profile *profile, uint32_t event,
				   const uint32_t *nodes, struct px_profile *folded)
{
	uint32_t lane = 0, one_event = 0;
	struct px_error *err = px_profile_event(folded, "", false, &one_event);

	if (!err)
		err = px_profile_lane(folded, (struct px_lane){.event = one_event}, &lane);
	for (size_t i = 0; i < profile->cell_count && !err; i++) {
		const struct px_cell *cell = &profile->cells[i];

		if (profile->lanes[cell->lane].event == event)
			err = px_profile_add_many(folded, nodes[cell->node], lane,
						  cell->samples, cell->period);
	}
	return err;
}

/* The same stacks with the names that folded stacks have: what becomes equal is one. */
static struct px_error *fold_profile(const struct px_profile *profile, uint32_t event,
				     bool mark_kernel, struct px_profile *folded)
{
	px_cleanup(px_freep) uint32_t *names = NULL;
	px_cleanup(px_freep) uint32_t *nodes = NULL;
	struct px_error *err = px_calloc(profile->name_count, sizeof(*names), &names);

	if (!err)
		err = px_calloc(profile->node_count, sizeof(*nodes), &nodes);
	if (!err)
		err = fold_names(profile, mark_kernel, folded, names);
	if (!err)
		err = fold_nodes(profile, names, folded, nodes);
	if (!err)
		err = fold_cells(profile, event, nodes, folded);
	return err;
}

/* The line of the node that the walk is in: its names so far. */
struct line {
	const struct px_profile *profile;
	const struct px_sum *sums;
	FILE *out;
	char *text;
	size_t length, capacity;
	struct px_error *err;
};

static struct px_error *append(struct line *line, char byte)
{
	struct px_error *err = px_array_grow(line->text, line->length, line->capacity);

	if (!err)
		line->text[line->length++] = byte;
	return err;
}

static struct px_error *print_stack(struct line *line, uint64_t period)
{
	struct px_error *err = append(line, '\0');

	if (err)
		return err;
	line->length--;
	px_text_plain(line->text, line->out);
	fprintf(line->out, " %" PRIu64 "\n", period);
	return NULL;
}

static bool enter(void *context, uint32_t node, uint32_t depth)
{
	struct line *line = context;

	if (line->err)
		return false;
	if (depth)
		line->err = append(line, ';');
	for (const char *p = px_profile_node_text(line->profile, node); *p && !line->err; p++)
		line->err = append(line, *p);
	if (!line->err && line->sums[node].self_period)
		line->err = print_stack(line, line->sums[node].self_period);
	return !line->err;
}

static void leave(void *context, uint32_t node)
{
	struct line *line = context;

	line->length -= strlen(px_profile_node_text(line->profile, node));
	if (line->length)
		line->length--;
}

static struct px_error *print(const struct px_profile *folded, FILE *out)
{
	px_cleanup(px_tree_fini) struct px_tree tree = {0};
	px_cleanup(px_freep) struct px_sum *sums = NULL;
	struct line line = {.profile = folded, .out = out};
	struct px_error *err = px_tree_init(&tree, folded);

	if (!err)
		err = px_profile_event_sums(folded, 0, &sums);
	if (!err) {
		line.sums = sums;
		err = px_tree_walk(&tree, folded, enter, leave, &line);
		if (!err)
			err = line.err;
	}
	px_freep(&line.text);
	return err;
}

static struct px_error *render(const struct px_report *report,
			       const struct px_render_options *options, FILE *out)
{
	struct px_profile *folded;
	struct px_error *err = px_profile_new(&folded);

	if (err)
		return err;
	err = fold_profile(report->profile, px_render_event(options), options->mark_kernel,
			   folded);
	if (!err)
		err = print(folded, out);
	px_profile_free(folded);
	return err;
}

const struct px_renderer px_render_folded = {.name = "folded", .render = render};
