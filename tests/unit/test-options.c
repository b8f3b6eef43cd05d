/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Option tables: every type, mixing, "--", and what bad input is told. */
#include "lib/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A writable word, as argv has them. */
#define WORD(text) ((char[]){text})

struct sample_options {
	bool verbose;
	const char *output;
	unsigned int frequency;
	double duration;
	unsigned int pause;
};

static const char *const pauses[] = {"domain", "none", NULL};

static const struct px_option table[] = {
	{PX_OPT_FLAG, 'v', "verbose", NULL, "say more",
	 PX_OPTION_AT(struct sample_options, verbose)},
	{PX_OPT_STRING, 'o', "output", "FILE", "write to FILE",
	 PX_OPTION_AT(struct sample_options, output)},
	{PX_OPT_GROUP, .help = "sampling"},
	{PX_OPT_COUNT, 'F', "freq", "HZ", "samples a second",
	 PX_OPTION_AT(struct sample_options, frequency), .min = 1, .max = 10000},
	{PX_OPT_SECONDS, 0, "duration", "TIME", "how long",
	 PX_OPTION_AT(struct sample_options, duration), .min = 0.001, .max = 1e6},
	{PX_OPT_CHOICE, 0, "pause", "HOW", "domain or none",
	 PX_OPTION_AT(struct sample_options, pause), .choices = pauses},
	{PX_OPT_END},
};

static struct px_error *parse(char **words, struct sample_options *o, struct px_arguments *a,
			      bool *help)
{
	int argc = 0;

	while (words[argc])
		argc++;
	return px_options_parse(table, argc, words, o, a, help);
}

static void test_all_types(void **state)
{
	char *words[] = {WORD("record"),
			 WORD("-vF"),
			 WORD("997"),
			 WORD("web"),
			 WORD("--output=x"),
			 WORD("--duration"),
			 WORD("250ms"),
			 WORD("--pause"),
			 WORD("none"),
			 WORD("--"),
			 WORD("sleep"),
			 WORD("1"),
			 NULL};
	struct sample_options o = {0};
	struct px_arguments a = {0};
	bool help = false;

	assert_null(parse(words, &o, &a, &help));
	assert_true(o.verbose);
	assert_int_equal(o.frequency, 997);
	assert_string_equal(o.output, "x");
	assert_true(o.duration == 0.25);
	assert_int_equal(o.pause, 1);
	assert_int_equal(a.argc, 1);
	assert_string_equal(a.argv[0], "web");
	assert_string_equal(a.command[0], "sleep");
	assert_false(help);
}

static void test_negated_flag_and_attached_value(void **state)
{
	char *words[] = {WORD("record"),       WORD("-F99"), WORD("-v"),
			 WORD("--no-verbose"), WORD("-"),    NULL};
	struct sample_options o = {0};
	struct px_arguments a = {0};
	bool help = false;

	assert_null(parse(words, &o, &a, &help));
	assert_false(o.verbose);
	assert_int_equal(o.frequency, 99);
	assert_string_equal(a.argv[0], "-");
	assert_null(a.command);
}

static void test_help(void **state)
{
	char *words[] = {WORD("record"), WORD("--help"), WORD("--nonsense"), NULL};
	struct sample_options o = {0};
	struct px_arguments a = {0};
	bool help = false;

	assert_null(parse(words, &o, &a, &help));
	assert_true(help);
}

static void expect_error(const char *word1, const char *word2, const char *message)
{
	char *words[] = {WORD("record"), strdup(word1), word2 ? strdup(word2) : NULL, NULL};
	struct sample_options o = {0};
	struct px_arguments a = {0};
	bool help = false;
	struct px_error *err = parse(words, &o, &a, &help);

	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_USAGE);
	assert_string_equal(err->message, message);
	px_error_free(err);
	free(words[1]);
	free(words[2]);
}

static void test_errors(void **state)
{
	expect_error("--outptu", NULL, "unknown option --outptu; did you mean --output?");
	expect_error("--zzzzzzzz", NULL, "unknown option --zzzzzzzz");
	expect_error("-x", NULL, "unknown option -x");
	expect_error("-F", NULL, "-F: a value is missing");
	expect_error("-F", "ten", "-F: \"ten\" is not a whole number");
	expect_error("-F", "-1", "-F: \"-1\" is not a whole number");
	expect_error("--freq", "20000",
		     "--freq: 20000 is out of range; it must be from 1 to 10000");
	expect_error("--duration=soon", NULL,
		     "--duration: \"soon\" is not a duration such as 10, 1.5s or 250ms");
	expect_error("--pause=all", NULL, "--pause: \"all\" is none of: domain, none");
	expect_error("--verbose=1", NULL, "--verbose: takes no value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_types),
		cmocka_unit_test(test_negated_flag_and_attached_value),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
