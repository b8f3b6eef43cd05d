/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a perf.data file to every format. `test-report --write FILE` only writes the file that
 * the tests read, for the golden tests.
 */
#include "report/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

#include "report/build.h"
#include "report/figures.h"
#include "tests/support/report-fixture.h"

struct world {
	char path[128];
	struct px_profile *profile;
	struct px_trust trust;
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

static void build(struct world *w, const struct px_build_options *options, bool demangle)
{
	const struct px_dso_options dso = {.no_demangle = !demangle};
	struct px_session *session = NULL;

	check(px_session_open(w->path, &dso, &session));
	check(px_profile_new(&w->profile));
	check(px_build_profile(session, options, w->profile, &w->trust));
	px_session_close(session);
}

static void drop(struct world *w)
{
	px_profile_free(w->profile);
	px_trust_fini(&w->trust);
	w->profile = NULL;
}

static char *print(const struct world *w, const struct px_renderer *renderer,
		   struct px_render_options options)
{
	const struct px_report report = {.profile = w->profile, .trust = &w->trust};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	options.title = "</title><script>\x02";
	options.width = 1200;
	check(renderer->render(&report, &options, out));
	assert_int_equal(fclose(out), 0);
	return text;
}

static void test_build(void **state)
{
	struct world *w = *state;
	const struct px_event *events;

	build(w, &(struct px_build_options){0}, true);
	events = w->profile->events;
	assert_int_equal(w->profile->event_count, 2);
	assert_string_equal(w->profile->strings.text[events[0].name], "vcpu-clock");
	assert_int_equal(events[0].samples, PX_REPORT_FIXTURE_SAMPLES);
	assert_int_equal(events[0].period,
			 PX_REPORT_FIXTURE_SAMPLES * PX_REPORT_FIXTURE_PERIOD);
	assert_int_equal(events[1].period, 54321 + 77);
	assert_int_equal(w->trust.lost, 3);
	assert_int_equal(w->trust.walked, PX_REPORT_FIXTURE_SAMPLES + PX_REPORT_FIXTURE_WAITS);
	assert_int_equal(w->trust.ends[PX_END_NO_RULE], 1);
	assert_true(px_trust_complete(&w->trust) == 20.0 / 22);
	assert_string_equal(px_trust_value(&w->trust, "pause-max-ns"), "180000");
	assert_false(w->trust.cut);
	drop(w);
}

static const struct px_figure *figure_of(const struct px_figure *figures, size_t count,
					 const char *label)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(figures[i].label, label))
			return &figures[i];
	return NULL;
}

/* The kernel's part of stacks and the programs' are two figures where they are told apart. */
static void test_parts_of_stacks(void **state)
{
	static const char parts[] = "stacks-complete-percent\0"
				    "99.950\0"
				    "user-stacks-complete-percent\0"
				    "12.500";
	struct px_trust trust = {.walked = 8};
	struct px_figure figures[PX_FIGURES];
	size_t count;

	trust.ends[PX_END_NO_FILE] = 7;
	trust.ends[PX_END_THREAD_ROOT] = 1;
	count = px_figures(&trust, figures);
	assert_string_equal(figure_of(figures, count, "complete stacks")->value, "12.50 %");
	assert_int_equal(figure_of(figures, count, "complete stacks")->mood, PX_MOOD_WARN);
	assert_null(figure_of(figures, count, "complete in programs"));

	check(px_trust_add_summary(&trust, px_bytes_of(parts, sizeof(parts))));
	count = px_figures(&trust, figures);
	assert_string_equal(figure_of(figures, count, "complete stacks")->value, "99.95 %");
	assert_int_equal(figure_of(figures, count, "complete stacks")->mood, PX_MOOD_GOOD);
	assert_string_equal(figure_of(figures, count, "complete in programs")->value,
			    "12.50 %");
	px_trust_fini(&trust);
}

static void expect_folded(struct world *w, const struct px_build_options *options,
			  bool demangle, bool kernel, const char *wanted)
{
	char *got;

	build(w, options, demangle);
	got = print(w, &px_render_folded,
		    (struct px_render_options){.event = PX_ID_NONE, .mark_kernel = kernel});
	assert_string_equal(got, wanted);
	free(got);
	drop(w);
}

static void test_folded(void **state)
{
	expect_folded(*state, &(struct px_build_options){0}, true, false,
		      "<b>&\"x\":;run;net/http.(*Client).Do;</script><script>alert;"
		      "]]></svg>:x=?\xef\xbf\xbd 2006018\n"
		      "nginx:_worker;[unknown];Stdlib.List.map 1003009\n"
		      "nginx:_worker;do_syscall_64;net_rx_action;xennet_poll 1003009\n"
		      "nginx:_worker;main;do_syscall_64;[[kernel.kallsyms]] 1003009\n"
		      "nginx:_worker;main;web::cache<int>::put;do_syscall_64 4012036\n"
		      "nginx:_worker;main;web::cache<int>::put;web::cache<int>::put 2006018\n"
		      "web/vcpu0;do_idle 6018054\n"
		      "web/vcpu1;do_idle;net_rx_action;xennet_poll 3009027\n");
}

static void test_folded_marks(void **state)
{
	const struct px_build_options options = {.filter = {.cpus = "0", .time = "1.007,2"},
						 .max_stack = 2};

	expect_folded(*state, &options, false, true,
		      "nginx:_worker;[unknown];camlStdlib__List__map_123 1003009\n"
		      "nginx:_worker;_ZN3web5cacheIiE3putERKi;do_syscall_64_[k] 4012036\n"
		      "nginx:_worker;do_syscall_64_[k];[[kernel.kallsyms]]_[k] 1003009\n");
}

static void test_filters(void **state)
{
	static const struct {
		struct px_filter filter;
		uint64_t samples;
	} cases[] = {
		{{.comms = "nginx: worker"}, 10},
		{{.cpus = "1"}, 9},
		{{.tids = "10000107"}, 6},
		{{.pids = "10000007"}, 10},
		{{.events = "xen-ring:wait"}, 2},
		{{.comms = "nginx: worker", .cpus = "0", .events = "vcpu-clock"}, 6},
		{{.comms = "nobody"}, 0},
	};
	struct world *w = *state;

	for (size_t i = 0; i < px_array_size(cases); i++) {
		build(w, &(struct px_build_options){.filter = cases[i].filter}, true);
		assert_int_equal(w->trust.samples, cases[i].samples);
		assert_int_equal(w->trust.samples + w->trust.filtered, 22);
		drop(w);
	}
}

/* Every format of an empty profile is whole. */
static void test_nothing(void **state)
{
	static const struct px_renderer *const renderers[] = {
		&px_render_stdio, &px_render_folded, &px_render_svg, &px_render_html};
	struct world *w = *state;

	build(w, &(struct px_build_options){.filter = {.comms = "nobody"}}, true);
	for (size_t i = 0; i < px_array_size(renderers); i++)
		free(print(w, renderers[i],
			   (struct px_render_options){.event = PX_ID_NONE,
						      .sort = PX_SORT_SYMBOL}));
	drop(w);
}

/* The data block of a page, as its script reads it. */
static json_t *data_of(const char *page)
{
	static const char start[] = "<script type=\"application/json\" id=\"data\">";
	const char *from = strstr(page, start), *to;
	json_t *json;

	assert_non_null(from);
	from += strlen(start);
	to = strstr(from, "</script");
	assert_non_null(to);
	json = json_loadb(from, (size_t)(to - from), 0, NULL);
	assert_non_null(json);
	return json;
}

static int64_t at(const json_t *array, size_t i)
{
	return json_integer_value(json_array_get(array, i));
}

/* Depths rise by one at most, and cells refer to what there is. */
static void check_data(const json_t *data)
{
	const json_t *nodes = json_object_get(data, "nodes");
	const json_t *cells = json_object_get(data, "cells");
	size_t node_count = json_array_size(nodes) / 2;
	int64_t period = 0;

	assert_int_equal(at(nodes, 0), 0);
	for (size_t i = 1; i < node_count; i++) {
		assert_in_range(at(nodes, 2 * i), 1, at(nodes, 2 * i - 2) + 1);
		assert_in_range(at(nodes, 2 * i + 1), 0,
				json_array_size(json_object_get(data, "names")) / 3 - 1);
	}
	for (size_t i = 0; i < json_array_size(cells); i += 4) {
		assert_in_range(at(cells, i), 0, node_count - 1);
		assert_in_range(at(cells, i + 1), 0,
				json_array_size(json_object_get(data, "lanes")) / 3 - 1);
		period += at(cells, i + 3);
	}
	assert_int_equal(period,
			 PX_REPORT_FIXTURE_SAMPLES * PX_REPORT_FIXTURE_PERIOD + 54321 + 77);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what))) {
		n++;
		text += strlen(what);
	}
	return n;
}

static void test_html(void **state)
{
	struct world *w = *state;
	char *page;
	json_t *data;

	build(w, &(struct px_build_options){0}, true);
	page = print(w, &px_render_html, (struct px_render_options){.event = PX_ID_NONE});
	data = data_of(page);
	check_data(data);
	json_decref(data);
	/* Our two blocks and nothing that names or the title smuggled in. */
	assert_int_equal(count(page, "</script"), 2);
	assert_int_equal(count(page, "<script"), 2);
	assert_int_equal(count(page, "</title"), 1);
	assert_int_equal(count(page, "<b>"), 0);
	assert_null(strstr(page, "http://"));
	assert_null(strstr(page, "https://"));
	assert_null(strstr(page, "{{"));
	free(page);
	drop(w);
}

static void test_svg(void **state)
{
	struct world *w = *state;
	char *picture;

	build(w, &(struct px_build_options){0}, true);
	picture = print(w, &px_render_svg, (struct px_render_options){.event = PX_ID_NONE});
	assert_int_equal(count(picture, "</svg"), 1);
	assert_int_equal(count(picture, "<script"), 1);
	assert_int_equal(count(picture, "]]>"), 1);
	assert_non_null(strstr(picture, "<title>do_syscall_64 (4 samples, 4.01 ms, 20.00%)\n"
					"[kernel.kallsyms]</title>"));
	assert_non_null(strstr(picture, "20 samples, 20.1 ms"));
	free(picture);
	drop(w);
}

static void test_stdio(void **state)
{
	struct world *w = *state;
	char *table;

	build(w, &(struct px_build_options){0}, true);
	table = print(w, &px_render_stdio,
		      (struct px_render_options){.event = PX_ID_NONE,
						 .sort = PX_SORT_DSO | PX_SORT_SYMBOL,
						 .percent_limit = 20,
						 .show_samples = true,
						 .call_graph = PX_CALL_GRAPH_CALLEE});
	assert_non_null(strstr(table, "# rate: 996.5 of 997 Hz\n"));
	assert_non_null(strstr(table, "# missed ticks: 1  (!)\n"));
	assert_non_null(strstr(table, "# guest paused: 21.0 us median, 64.0 us p99, 180 us "
				      "longest\n"));
	assert_non_null(strstr(table, "# complete stacks: 90.91 %  (!)\n"));
	/* A recursion counts once: 4 + 2 samples of put, 2 of them its own. */
	assert_non_null(strstr(
		table, "  30.00%    10.00%           6  nginx              [.] web::cache"));
	assert_null(strstr(table, "Stdlib.List.map"));
	/* Who called xennet_poll: net_rx_action, from the idle loop and from a system call. */
	assert_non_null(strstr(table, "[k] xennet_poll\n"
				      "             20.00%  net_rx_action\n"
				      "               15.00%  do_idle\n"
				      "                5.00%  do_syscall_64\n"));
	free(table);
	drop(w);
}

static int setup(void **state)
{
	static struct world world;
	const char *folder = getenv("TMPDIR");
	int fd;

	snprintf(world.path, sizeof(world.path), "%s/test-report-XXXXXX",
		 folder ? folder : "/tmp");
	fd = mkstemp(world.path);
	if (fd < 0)
		return -1;
	close(fd);
	unlink(world.path);
	check(px_report_fixture_write(world.path));
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	unlink(((struct world *)*state)->path);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_folded),
		cmocka_unit_test(test_folded_marks),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_svg),
		cmocka_unit_test(test_stdio),
		cmocka_unit_test(test_parts_of_stacks),
	};

	if (argc == 3 && !strcmp(argv[1], "--write"))
		return px_report_fixture_write(argv[2]) != NULL;
	return cmocka_run_group_tests(tests, setup, teardown);
}
