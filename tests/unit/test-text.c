/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Escaping: no text gets out of its XML element, JSON string or line. */
#include "lib/text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

typedef void (*writer)(const char *text, FILE *out);

static char *written(writer write, const char *text)
{
	char *result = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&result, &size);

	write(text, out);
	assert_int_equal(fclose(out), 0);
	return result;
}

static void expect(writer write, const char *text, const char *wanted)
{
	char *got = written(write, text);

	assert_string_equal(got, wanted);
	free(got);
}

#define BAD "\xef\xbf\xbd"

static void test_xml(void **state)
{
	expect(px_text_xml, "a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;");
	expect(px_text_xml, "]]></script>", "]]&gt;&lt;/script&gt;");
	expect(px_text_xml, "\x01\n\x7f", BAD BAD BAD);
	expect(px_text_xml, "gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\xa5",
	       "gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\xa5");
}

static void test_bad_utf8(void **state)
{
	expect(px_text_xml,
	       "\xff"
	       "a",
	       BAD "a");
	expect(px_text_xml, "\xc3", BAD);
	expect(px_text_xml, "\xc3<", BAD "&lt;");
	expect(px_text_xml, "\xc0\xaf", BAD BAD);		  /* '/' the long way */
	expect(px_text_xml, "\xed\xa0\x80", BAD BAD BAD);	  /* a surrogate */
	expect(px_text_xml, "\xf4\x90\x80\x80", BAD BAD BAD BAD); /* above U+10FFFF */
	expect(px_text_xml, "\xef\xbf\xbe", BAD);		  /* U+FFFE */
	expect(px_text_xml, "\xe2\x82", BAD BAD);
	expect(px_text_xml, "\xfe\xf8\x80", BAD BAD BAD);
}

static void test_json(void **state)
{
	expect(px_text_json, "a\"b\\c", "\"a\\\"b\\\\c\"");
	expect(px_text_json, "</script><!--&", "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
	expect(px_text_json, "\n\t", "\"\\u000a\\u0009\"");
	expect(px_text_json, "\xe2\x80\xa8", "\"\\u2028\"");
}

/* Any two bytes: a JSON parser must accept what is written, and no '<' may be left. */
static void test_json_parses(void **state)
{
	for (unsigned int i = 1; i < 65536; i++) {
		const char text[] = {(char)(i & 255), (char)(i >> 8), '\0'};
		char *got = written(px_text_json, text);
		json_t *json = json_loads(got, JSON_DECODE_ANY, NULL);

		if (i & 255) {
			assert_non_null(json);
			assert_null(strpbrk(got, "<>&\n"));
		}
		json_decref(json);
		free(got);
	}
}

static void test_plain(void **state)
{
	expect(px_text_plain, "a b<c>", "a b<c>");
	expect(px_text_plain, "\x1b[31mred\n", "?[31mred?");
	expect(px_text_plain,
	       "\xc2\x9b"
	       "1m",
	       "?1m"); /* CSI as one character */
}

static void test_numbers(void **state)
{
	char text[PX_TEXT_NUMBER];

	assert_string_equal(px_text_count(0, text), "0");
	assert_string_equal(px_text_count(999, text), "999");
	assert_string_equal(px_text_count(1000, text), "1,000");
	assert_string_equal(px_text_count(UINT64_MAX, text), "18,446,744,073,709,551,615");
	assert_string_equal(px_text_time(0, text), "0 ns");
	assert_string_equal(px_text_time(999, text), "999 ns");
	assert_string_equal(px_text_time(1500, text), "1.50 us");
	assert_string_equal(px_text_time(12345678, text), "12.3 ms");
	assert_string_equal(px_text_time(999999999, text), "1.00 s");
	assert_string_equal(px_text_time(UINT64_MAX, text), "18446744074 s");
}

/* Colours are for terminals whose users want them. */
static void test_colour(void **state)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	FILE *screen, *file = tmpfile();

	assert_non_null(file);
	if (terminal < 0) {
		fclose(file);
		skip();
	}
	screen = fdopen(terminal, "w");
	assert_non_null(screen);
	unsetenv("NO_COLOR");
	assert_true(px_text_has_colour(screen));
	assert_false(px_text_has_colour(file));
	setenv("NO_COLOR", "", 1);
	assert_true(px_text_has_colour(screen));
	setenv("NO_COLOR", "1", 1);
	assert_false(px_text_has_colour(screen));
	fclose(screen);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml),    cmocka_unit_test(test_bad_utf8),
		cmocka_unit_test(test_json),   cmocka_unit_test(test_json_parses),
		cmocka_unit_test(test_plain),  cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
