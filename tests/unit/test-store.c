/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the bytes of xenstore's keys are taken for, and that the double keeps store.h. */
#include "guest/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/store-double.h"

#define FRONT "/local/domain/7/device/vif/0"

static enum px_store_outcome read_key(struct px_store_double *built, const char *path,
				      struct px_store_value *ret)
{
	enum px_store_outcome outcome = PX_STORE_NOT_NUMBER;

	assert_null(px_store_read(&built->store, path, ret, &outcome));
	return outcome;
}

static void test_read(void **state)
{
	struct px_store_double *built = px_store_double_new();
	struct px_store_value value = {.size = 99};

	px_store_double_put(built, FRONT "/mac", "00:16:3e:00:00:01");
	assert_int_equal(read_key(built, FRONT "/mac", &value), PX_STORE_OK);
	assert_string_equal(value.bytes, "00:16:3e:00:00:01");
	assert_int_equal(value.size, 17);
	assert_true(value.is_text);
	/* A parent is there, and empty. */
	assert_int_equal(read_key(built, FRONT, &value), PX_STORE_OK);
	assert_true(value.size == 0 && value.is_text);

	value.size = 99;
	assert_int_equal(read_key(built, FRONT "/ma", &value), PX_STORE_ABSENT);
	assert_int_equal(read_key(built, FRONT "/mac/x", &value), PX_STORE_ABSENT);
	assert_int_equal(value.size, 99);
	px_store_double_remove(built, FRONT);
	assert_int_equal(read_key(built, FRONT "/mac", &value), PX_STORE_ABSENT);
	px_store_close(&built->store);
}

/* A guest names its back end's path: what is not absolute is never asked for. */
static void test_relative_paths(void **state)
{
	static const char *const paths[] = {"", "device/vif/0", ".", "../backend"};
	struct px_store_double *built = px_store_double_new();
	struct px_store_value value;
	struct px_store_names names = {0};
	enum px_store_outcome outcome = PX_STORE_OK;
	uint32_t number = 0;

	for (size_t i = 0; i < px_array_size(paths); i++) {
		assert_int_equal(read_key(built, paths[i], &value), PX_STORE_ABSENT);
		assert_null(px_store_number(&built->store, paths[i], &number, &outcome));
		assert_int_equal(outcome, PX_STORE_ABSENT);
		outcome = PX_STORE_OK;
		assert_null(px_store_list(&built->store, paths[i], 9, &names, &outcome));
		assert_int_equal(outcome, PX_STORE_ABSENT);
	}
	assert_int_equal(built->store.requests, 0);
	px_store_close(&built->store);
}

static void test_bytes(void **state)
{
	static const char text[] = "a\0b";
	char large[PX_STORE_VALUE_MAX];
	struct px_store_double *built = px_store_double_new();
	struct px_store_value value;

	px_store_double_put_bytes(built, "/x", px_bytes_of(text, 3));
	assert_int_equal(read_key(built, "/x", &value), PX_STORE_OK);
	assert_true(value.size == 3 && !value.is_text && !memcmp(value.bytes, text, 4));
	px_store_double_put_bytes(built, "/x", px_bytes_of("ab\0\0", 4));
	assert_int_equal(read_key(built, "/x", &value), PX_STORE_OK);
	assert_true(value.size == 2 && value.is_text);
	px_store_double_put_bytes(built, "/x", px_bytes_of("\0\0", 2));
	assert_int_equal(read_key(built, "/x", &value), PX_STORE_OK);
	assert_true(value.size == 0 && value.is_text);

	memset(large, 'x', sizeof(large));
	px_store_double_put_bytes(built, "/x", px_bytes_of(large, sizeof(large)));
	assert_int_equal(read_key(built, "/x", &value), PX_STORE_OK);
	assert_true(value.size == sizeof(large) && value.is_text);
	assert_int_equal(strlen(value.bytes), sizeof(large));
	px_store_close(&built->store);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		enum px_store_outcome outcome;
		uint32_t number;
	} cases[] = {
		{"0", PX_STORE_OK, 0},
		{"768", PX_STORE_OK, 768},
		{"007", PX_STORE_OK, 7},
		{"4294967295", PX_STORE_OK, UINT32_MAX},
		{"4294967296", PX_STORE_NOT_NUMBER, 0},
		{"18446744073709551616", PX_STORE_NOT_NUMBER, 0}, /* 2^64 */
		{"", PX_STORE_NOT_NUMBER, 0},
		{"-1", PX_STORE_NOT_NUMBER, 0},
		{"+1", PX_STORE_NOT_NUMBER, 0},
		{" 1", PX_STORE_NOT_NUMBER, 0},
		{"1\n", PX_STORE_NOT_NUMBER, 0},
		{"0x10", PX_STORE_NOT_NUMBER, 0},
		{"1e3", PX_STORE_NOT_NUMBER, 0},
		{"\xd9\xa1", PX_STORE_NOT_NUMBER, 0},
	};
	struct px_store_double *built = px_store_double_new();
	enum px_store_outcome outcome = PX_STORE_OK;
	uint32_t number;

	for (size_t i = 0; i < px_array_size(cases); i++) {
		number = 4711;
		px_store_double_put(built, "/n", cases[i].text);
		assert_null(px_store_number(&built->store, "/n", &number, &outcome));
		assert_int_equal(outcome, cases[i].outcome);
		assert_int_equal(number, outcome == PX_STORE_OK ? cases[i].number : 4711);
	}
	px_store_double_put_bytes(built, "/n", px_bytes_of("12\0", 3));
	assert_null(px_store_number(&built->store, "/n", &number, &outcome));
	assert_true(outcome == PX_STORE_OK && number == 12);
	px_store_double_put_bytes(built, "/n", px_bytes_of("1\0002", 3));
	assert_null(px_store_number(&built->store, "/n", &number, &outcome));
	assert_int_equal(outcome, PX_STORE_NOT_NUMBER);
	assert_null(px_store_number(&built->store, "/m", &number, &outcome));
	assert_int_equal(outcome, PX_STORE_ABSENT);
	px_store_close(&built->store);
}

static void test_lists(void **state)
{
	struct px_store_double *built = px_store_double_new();
	struct px_store_names names = {0};
	enum px_store_outcome outcome = PX_STORE_ABSENT;

	for (uint32_t i = 0; i < 3000; i++)
		px_store_double_put_number(built, px_store_path(FRONT "/queue-%u/x", i).text,
					   i);
	px_store_double_put(built, FRONT "/queue-1/y", "");
	assert_null(px_store_list(&built->store, FRONT, 256, &names, &outcome));
	assert_int_equal(outcome, PX_STORE_OK);
	assert_int_equal(names.count, 256);
	assert_true(names.cut);
	assert_string_equal(names.names[255], "queue-255");
	px_store_names_fini(&names);

	assert_null(px_store_list(&built->store, FRONT "/queue-1", 2, &names, &outcome));
	assert_true(outcome == PX_STORE_OK && names.count == 2 && !names.cut);
	px_store_names_fini(&names);
	px_store_names_fini(&names);
	assert_null(px_store_list(&built->store, FRONT "/queue-1/y", 2, &names, &outcome));
	assert_true(outcome == PX_STORE_OK && names.count == 0 && !names.cut);
	px_store_names_fini(&names);
	assert_null(px_store_list(&built->store, FRONT "/queue", 2, &names, &outcome));
	assert_int_equal(outcome, PX_STORE_ABSENT);
	px_store_close(&built->store);
}

static void test_paths(void **state)
{
	char folder[PX_STORE_PATH_MAX];

	assert_string_equal(px_store_path("%s/queue-%u/tx", FRONT, 3u).text,
			    FRONT "/queue-3/tx");
	memset(folder, 'x', sizeof(folder));
	folder[0] = '/';
	folder[sizeof(folder) - 1] = '\0';
	assert_int_equal(strlen(px_store_path("%s", folder).text), PX_STORE_PATH_MAX - 1);
	assert_string_equal(px_store_path("%sy", folder).text, "");
}

/* The device goes away while it is read. */
static void vanish(struct px_store_double *built, const char *path, void *context)
{
	unsigned int *countdown = context;

	if (--*countdown == 0)
		px_store_double_remove(built, FRONT);
}

static void test_failures(void **state)
{
	struct px_store_double *built = px_store_double_new();
	struct px_store_names names = {0};
	struct px_store_value value = {.size = 99};
	enum px_store_outcome outcome = PX_STORE_NOT_NUMBER;
	unsigned int countdown = 2;
	struct px_error *err;
	uint32_t number = 4711;

	px_store_double_put(built, FRONT "/state", "4");
	for (unsigned int i = 0; i < 3; i++) {
		built->fail = 1;
		err = i == 0   ? px_store_read(&built->store, FRONT "/state", &value, &outcome)
		      : i == 1 ? px_store_number(&built->store, FRONT "/state", &number,
						 &outcome)
			       : px_store_list(&built->store, FRONT, 9, &names, &outcome);
		assert_non_null(err);
		px_error_free(err);
	}
	assert_true(value.size == 99 && number == 4711 && outcome == PX_STORE_NOT_NUMBER);

	built->asked = vanish;
	built->asked_context = &countdown;
	assert_int_equal(read_key(built, FRONT "/state", &value), PX_STORE_OK);
	assert_int_equal(read_key(built, FRONT "/state", &value), PX_STORE_ABSENT);
	px_store_close(&built->store);
	px_store_close(NULL);
}

static void test_names(void **state)
{
	assert_string_equal(px_store_outcome_name(PX_STORE_NOT_NUMBER), "not a number");
	assert_string_equal(px_store_outcome_name((enum px_store_outcome)77), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),	 cmocka_unit_test(test_relative_paths),
		cmocka_unit_test(test_bytes),	 cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_lists),	 cmocka_unit_test(test_paths),
		cmocka_unit_test(test_failures), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
