/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The profile trie: interning, sums, ordered children, the layout of a flame graph, tables. */
#include "report/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/memory.h"
#include "report/flame.h"
#include "report/hist.h"
#include "report/tree.h"

static uint32_t event(struct px_profile *p, const char *name)
{
	uint32_t id = 0;

	assert_null(px_profile_event(p, name, true, &id));
	return id;
}

static uint32_t lane(struct px_profile *p, const char *comm, int32_t tid, uint32_t cpu)
{
	struct px_lane l = {.cpu = cpu, .event = event(p, "vcpu-clock")};
	uint32_t id = 0;

	assert_null(px_profile_task(p, comm, tid, tid, &l.task));
	assert_null(px_profile_lane(p, l, &id));
	return id;
}

/* Node of a stack "task;root;...;leaf"; names that start with a '.' are the kernel's. */
static uint32_t stack(struct px_profile *p, const char *text)
{
	char *copy = strdup(text), *rest = copy;
	uint32_t node = 0, name = 0;

	for (const char *frame; (frame = strsep(&rest, ";"));) {
		enum px_name_kind kind = *frame == '.' ? PX_NAME_KERNEL : PX_NAME_USER;

		assert_null(px_profile_name(p, frame, kind == PX_NAME_USER ? "/bin/a" : "[k]",
					    frame == copy ? PX_NAME_TASK : kind, &name));
		assert_null(px_profile_child(p, node, name, &node));
	}
	free(copy);
	return node;
}

static struct px_profile *example(void)
{
	struct px_profile *p = NULL;
	uint32_t a0, b1;

	assert_null(px_profile_new(&p));
	a0 = lane(p, "a", 1, 0);
	b1 = lane(p, "b", 2, 1);
	assert_null(px_profile_add_many(p, stack(p, "a;main;f;f;.read"), a0, 1, 10));
	assert_null(px_profile_add_many(p, stack(p, "a;main;f;f;.read"), a0, 1, 10));
	assert_null(px_profile_add_many(p, stack(p, "a;main;f"), a0, 1, 5));
	assert_null(px_profile_add_many(p, stack(p, "b;main;g"), b1, 1, 100));
	assert_null(px_profile_add_many(p, stack(p, "b;main"), b1, 3, 7));
	return p;
}

static void test_interning(void **state)
{
	struct px_profile *p = example();
	size_t nodes = p->node_count, names = p->name_count, cells = p->cell_count;

	assert_int_equal(stack(p, "a;main;f;f;.read"), stack(p, "a;main;f;f;.read"));
	assert_int_equal(lane(p, "a", 1, 0), lane(p, "a", 1, 0));
	assert_int_not_equal(lane(p, "a", 1, 0), lane(p, "a", 1, 1));
	assert_int_equal(p->node_count, nodes);
	assert_int_equal(p->name_count, names);
	assert_int_equal(p->cell_count, cells);
	assert_int_equal(cells, 4);
	for (size_t i = 1; i < p->node_count; i++)
		assert_true(p->nodes[i].parent < i);
	px_profile_free(p);
}

/* Many more names than the index starts with: growth must lose nothing. */
static void test_many_names(void **state)
{
	struct px_profile *p = NULL;
	uint32_t first = 0, again = 0;
	char text[32];

	assert_null(px_profile_new(&p));
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 5000; i++) {
			snprintf(text, sizeof(text), "name%u", i);
			assert_null(px_profile_name(p, text, "", PX_NAME_USER,
						    i ? &again : &first));
			if (i)
				assert_int_equal(again, first + i);
		}
	assert_int_equal(p->name_count, 5001);
	px_profile_free(p);
}

static void test_sums(void **state)
{
	struct px_profile *p = example();
	struct px_sum *sums = NULL;

	assert_null(px_profile_event_sums(p, event(p, "vcpu-clock"), &sums));
	assert_int_equal(sums[0].total_period, 132);
	assert_int_equal(sums[0].total_samples, 7);
	assert_int_equal(sums[stack(p, "a;main")].total_period, 25);
	assert_int_equal(sums[stack(p, "a;main;f")].self_period, 5);
	assert_int_equal(sums[stack(p, "a;main;f;f;.read")].self_samples, 2);
	assert_int_equal(sums[stack(p, "b;main")].self_samples, 3);
	free(sums);
	assert_null(px_profile_event_sums(p, event(p, "another"), &sums));
	assert_int_equal(sums[0].total_samples, 0);
	free(sums);
	px_profile_free(p);
}

static void test_label(void **state)
{
	static const struct {
		const char *text, *dso, *label;
	} cases[] = {
		{"main", "/bin/a", "main"},
		{PX_UNKNOWN, "/usr/lib/libc.so.6", "[libc.so.6]"},
		{PX_UNKNOWN, "[kernel.kallsyms]", "[kernel.kallsyms]"},
		{PX_UNKNOWN, PX_UNKNOWN, PX_UNKNOWN},
	};
	struct px_profile *p = NULL;
	uint32_t name = 0, node = 0;

	assert_null(px_profile_new(&p));
	for (size_t i = 0; i < px_array_size(cases); i++) {
		assert_null(
			px_profile_name(p, cases[i].text, cases[i].dso, PX_NAME_USER, &name));
		assert_null(px_profile_child(p, 0, name, &node));
		assert_string_equal(px_profile_node_label(p, node), cases[i].label);
	}
	px_profile_free(p);
}

/* What a walk met: "name@depth " in order, and how often it left. */
struct met {
	const struct px_profile *profile;
	char text[200];
	int left;
};

static bool enter(void *context, uint32_t node, uint32_t depth)
{
	struct met *m = context;
	size_t at = strlen(m->text);

	snprintf(m->text + at, sizeof(m->text) - at, "%s@%u ",
		 px_profile_node_text(m->profile, node), depth);
	return strcmp(px_profile_node_text(m->profile, node), "b") != 0;
}

static void leave(void *context, uint32_t node)
{
	((struct met *)context)->left++;
}

static void test_walk(void **state)
{
	struct px_profile *p = example();
	struct px_tree tree = {0};
	struct met met = {.profile = p};

	stack(p, "a;alpha");
	assert_null(px_tree_init(&tree, p));
	assert_null(px_tree_walk(&tree, p, enter, leave, &met));
	assert_string_equal(met.text, "a@0 alpha@1 main@1 f@2 f@3 .read@4 b@0 ");
	assert_int_equal(met.left, 6);
	px_tree_fini(&tree);
	px_profile_free(p);
}

static void test_flame(void **state)
{
	struct px_profile *p = example();
	struct px_flame flame = {0};
	const struct px_flame_box *boxes;

	assert_null(px_flame_init(&flame, p, 0, 0));
	assert_int_equal(flame.count, p->node_count);
	assert_int_equal(flame.depth, 5);
	boxes = flame.boxes;
	assert_int_equal(boxes[0].width, 132);
	for (size_t i = 1; i < flame.count; i++) {
		uint32_t parent = p->nodes[boxes[i].node].parent;
		size_t at = i;

		while (boxes[--at].node != parent)
			continue;
		assert_int_equal(boxes[i].depth, boxes[at].depth + 1);
		assert_true(boxes[i].left >= boxes[at].left);
		assert_true(boxes[i].left + boxes[i].width <= boxes[at].left + boxes[at].width);
	}
	px_flame_fini(&flame);
	/* Only what has half of all: the root, b, its main and g. */
	assert_null(px_flame_init(&flame, p, 0, 0.5));
	assert_int_equal(flame.count, 4);
	assert_string_equal(px_profile_node_text(p, flame.boxes[1].node), "b");
	assert_int_equal(flame.boxes[1].left, 25);
	px_flame_fini(&flame);
	assert_null(px_flame_init(&flame, p, 77, 0));
	assert_int_equal(flame.count, 0);
	px_flame_fini(&flame);
	px_profile_free(p);
}

static const struct px_hist_line *line(const struct px_profile *p, const struct px_hist *hist,
				       const char *comm, const char *symbol)
{
	for (size_t i = 0; i < hist->count; i++) {
		const struct px_hist_line *l = &hist->lines[i];

		if ((!comm || !strcmp(p->strings.text[l->comm], comm)) &&
		    (!symbol || !strcmp(p->strings.text[l->symbol], symbol)))
			return l;
	}
	fail_msg("no line %s %s", comm, symbol);
	return NULL;
}

static void test_hist_counts_recursion_once(void **state)
{
	struct px_profile *p = example();
	struct px_hist hist = {0};

	assert_null(px_hist_init(&hist, p, 0, PX_SORT_COMM | PX_SORT_SYMBOL, false));
	assert_int_equal(hist.count, 5);
	assert_int_equal(hist.period, 132);
	assert_int_equal(line(p, &hist, "a", "f")->sum.total_period, 25);
	assert_int_equal(line(p, &hist, "a", "f")->sum.self_period, 5);
	assert_int_equal(line(p, &hist, "a", "main")->sum.total_period, 25);
	assert_int_equal(line(p, &hist, "b", "main")->sum.self_period, 7);
	assert_int_equal(hist.lines[0].sum.total_period, 107);
	for (size_t i = 1; i < hist.count; i++)
		assert_true(hist.lines[i - 1].sum.total_period >=
			    hist.lines[i].sum.total_period);
	px_hist_fini(&hist);
	px_profile_free(p);
}

static void test_hist_keys(void **state)
{
	struct px_profile *p = example();
	struct px_hist hist = {0};

	assert_null(px_hist_init(&hist, p, 0, PX_SORT_SYMBOL, false));
	assert_int_equal(line(p, &hist, NULL, "main")->sum.total_period, 132);
	px_hist_fini(&hist);
	assert_null(px_hist_init(&hist, p, 0, PX_SORT_COMM, false));
	assert_int_equal(hist.count, 2);
	assert_int_equal(line(p, &hist, "b", NULL)->sum.total_period, 107);
	assert_int_equal(line(p, &hist, "b", NULL)->sum.self_period, 107);
	px_hist_fini(&hist);
	assert_null(px_hist_init(&hist, p, 0, PX_SORT_CPU, true));
	assert_int_equal(hist.count, 2);
	assert_int_equal(hist.lines[0].cpu, 1);
	assert_int_equal(hist.lines[0].sum.self_period, 107);
	assert_int_equal(hist.lines[1].sum.total_samples, 3);
	px_hist_fini(&hist);
	px_profile_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interning),
		cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_flame),
		cmocka_unit_test(test_hist_counts_recursion_once),
		cmocka_unit_test(test_hist_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
