/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a doctor's report is shown: what the first screen has, that nothing of the guest gets out
 * of its place, and that programs find what the schema says. */
#include "ringtrace/doctor-view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/doctor-fixture.h"
#include "tests/support/json-schema.h"

enum {
	SCREEN_COLUMNS = 100
};

struct fixture {
	struct px_doctor_report report;
	struct px_conclusion conclusion;
};

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	px_doctor_fixture_whole(&f.report);
	assert_null(px_conclude(&f.report, &f.conclusion));
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	px_conclusion_fini(&f->conclusion);
	px_doctor_report_fini(&f->report);
	return 0;
}

/* The caller frees it. */
static char *text_of(const struct fixture *f, bool verbose)
{
	const struct px_doctor_style style = {.verbose = verbose};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	px_doctor_text(&f->report, &f->conclusion, &style, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static char *html_of(const struct fixture *f)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	px_doctor_html(&f->report, &f->conclusion, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

/* --- text -----------------------------------------------------------------------------------
 */

static void test_first_screen(void **state)
{
	static const char wanted[] =
		"web1 (domain 5, pv, 2 vCPUs), Linux 6.1.0-56-amd64; two looks, 1.0 s apart\n"
		"\n"
		"FAULT: console out: nobody reads (W), and 1 more\n"
		"\n"
		"Who must act   the back end\n"
		"Try first      Is xenconsoled running in dom0? `ps ax | grep xenconsoled`; start it "
		"again,\n"
		"               or end the program that holds the console.\n"
		"What it means  The guest prints, and nobody takes it: what it still prints waits for "
		"room.\n"
		"What was seen  prod 4148, cons 2100: 2048 of 2048 bytes for 1.0 s.\n"
		"               vCPU 1 spins in domU_write_console, which writes to the console\n"
		"               task e<b>? (202, state S) is in n_tty_write, which writes to a "
		"terminal\n"
		"Also           vif 0 tx: FAULT, the back end holds requests: the back end\n"
		"               vif 0 rx: waits, near wrap\n"
		"Note           task syslogd (201) hangs in folio_wait_bit_common, and no ring was "
		"found to\n"
		"               blame\n"
		"Not seen       no grants: ?[31m</pre><b>\"&'\n"
		"\n"
		"Rings\n";
	char *text = text_of(*state, false);

	text[strlen(wanted)] = '\0';
	assert_string_equal(text, wanted);
	free(text);
}

/* Nothing is said where nothing is to be said. */
static void test_idle(void **state)
{
	struct fixture f = {0};
	char *text;

	px_doctor_fixture_init(&f.report);
	assert_null(px_conclude(&f.report, &f.conclusion));
	text = text_of(&f, false);
	assert_string_equal(
		text, "web1 (domain 5, pv, 2 vCPUs), Linux 6.1.0-56-amd64; two looks, 1.0 s "
		      "apart\n\nidle: it has no rings\n");
	free(text);
	px_conclusion_fini(&f.conclusion);
	px_doctor_report_fini(&f.report);
}

/* The longest texts and the most findings that there can be. */
static void fill(struct fixture *f)
{
	static char longest[PX_EVIDENCE_MAX];
	static const struct px_rule rule = {
		.id = "A1/F",
		.name = "requests not seen by the back end for whatever reason",
		.health = PX_HEALTH_FAULT,
		.actor = PX_ACTOR_EITHER,
		.meaning = longest,
		.advice = longest,
	};

	memset(longest, 'x', sizeof(longest) - 1);
	for (size_t i = 0; i < sizeof(longest) - 1; i += 9)
		longest[i] = ' ';
	for (int i = 0; i < 50; i++)
		px_doctor_fixture_verdict(&f->report, 0, 0, &rule, 0, longest);
	for (int i = 0; i < 50; i++)
		px_doctor_fixture_task(&f->report, "dd-dd-dd-dd", 'D', PX_ANSWER_YES,
				       "schedule xennet_start_xmit");
	for (int i = 0; i < 5; i++)
		assert_null(px_doctor_lack(&f->report, "%.180s", longest));
	px_doctor_fixture_vcpu(&f->report, 3, PX_PROGRESS_SPINS, longest + 1);
	px_conclusion_fini(&f->conclusion);
	assert_null(px_conclude(&f->report, &f->conclusion));
}

static void test_full_screen(void **state)
{
	struct fixture *f = *state;
	char *text, *line, *rest;
	size_t lines = 0;

	f->report.verdicts[2].health = PX_HEALTH_IDLE; /* the console */
	fill(f);
	text = text_of(f, false);
	*strstr(text, "\nRings\n") = '\0';
	for (rest = text; (line = strsep(&rest, "\n")); lines++)
		assert_true(strlen(line) <= SCREEN_COLUMNS);
	assert_true(lines > 18 && lines <= PX_DOCTOR_SCREEN_LINES);
	free(text);
}

static void test_no_controls(void **state)
{
	char *text = text_of(*state, true);

	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || (unsigned char)*c >= ' ');
	free(text);
}

/* Both looks, and the last one. */
static void test_verbose(void **state)
{
	char *brief = text_of(*state, false), *verbose = text_of(*state, true);

	assert_int_equal(count(brief, "    vCPU 1  running"), 1);
	assert_int_equal(count(verbose, "    vCPU 1  running"), 2);
	assert_int_equal(count(brief, "=> spins: 990.0 ms of processor time in 1000.0 ms"), 1);
	free(brief);
	free(verbose);
}

/* --- the page -------------------------------------------------------------------------------
 */

static void test_page(void **state)
{
	char *text = html_of(*state);

	assert_int_equal(count(text, "<b>"), 0);
	assert_int_equal(count(text, "\033"), 0);
	assert_int_equal(count(text, "<script"), 0);
	assert_int_equal(count(text, "default-src 'none'"), 1);
	assert_int_equal(count(text, "<section>"), count(text, "</section>"));
	assert_int_equal(count(text, "<article>"), count(text, "</article>"));
	assert_int_equal(count(text, "<code>ps ax | grep xenconsoled</code>"), 1);
	assert_int_equal(count(text, "<div class=\"verdict fault\">"), 1);
	assert_string_equal(text + strlen(text) - 8, "</html>\n");
	free(text);
}

/* --- JSON -----------------------------------------------------------------------------------
 */

static const char *string_at(const json_t *value, const char *name)
{
	return json_string_value(json_object_get(value, name));
}

static void test_json(void **state)
{
	struct fixture *f = *state;
	json_t *json = px_doctor_json(&f->report, &f->conclusion);
	const json_t *conclusion = json_object_get(json, "conclusion");
	const json_t *first = json_array_get(json_object_get(conclusion, "findings"), 0);
	const json_t *vcpu = json_array_get(json_object_get(json, "vcpus"), 1);

	px_assert_schema(json, "doctor.json");
	assert_string_equal(string_at(conclusion, "health"), "fault");
	assert_string_equal(string_at(first, "where"), "console out");
	assert_string_equal(string_at(first, "id"), "W");
	assert_string_equal(string_at(vcpu, "progress"), "spins");
	assert_int_equal(json_array_size(json_object_get(vcpu, "looks")), 2);
	assert_int_equal(json_integer_value(json_object_get(conclusion, "faults")), 2);
	json_decref(json);
}

/* Names of domains are their administrator's, in whatever letters. */
static void test_json_of_a_name_that_is_no_utf8(void **state)
{
	struct fixture *f = *state;
	const json_t *first;
	json_t *json;

	snprintf(f->report.domain.name, sizeof(f->report.domain.name), "caf\xe9");
	f->report.domain.shutdown = true;
	px_conclusion_fini(&f->conclusion);
	assert_null(px_conclude(&f->report, &f->conclusion));
	json = px_doctor_json(&f->report, &f->conclusion);
	assert_non_null(json);
	px_assert_schema(json, "doctor.json");
	first = json_array_get(json_object_get(json_object_get(json, "conclusion"), "findings"),
			       0);
	assert_non_null(strstr(string_at(first, "advice"), "xl destroy caf?"));
	json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_screen), TEST(idle),
		TEST(full_screen),  TEST(no_controls),
		TEST(verbose),	    TEST(page),
		TEST(json),	    TEST(json_of_a_name_that_is_no_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
