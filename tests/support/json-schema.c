/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holding JSON against a schema. */
#include "tests/support/json-schema.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/compiler.h"

/* A schema, the file that it is in, and the way to the value that it is held against. */
struct place {
	const json_t *root, *schema;
	const char *path;
};

static void check(const struct place *place, const json_t *value);

static json_t *load(const char *name)
{
	char path[256];
	json_error_t error;
	json_t *root;

	snprintf(path, sizeof(path), "doc/schema/%s", name);
	root = json_load_file(path, 0, &error);
	if (!root)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return root;
}

static bool is_type(const char *type, const json_t *value)
{
	return (!strcmp(type, "object") && json_is_object(value)) ||
	       (!strcmp(type, "array") && json_is_array(value)) ||
	       (!strcmp(type, "string") && json_is_string(value)) ||
	       (!strcmp(type, "integer") && json_is_integer(value)) ||
	       (!strcmp(type, "number") && json_is_number(value)) ||
	       (!strcmp(type, "boolean") && json_is_boolean(value)) ||
	       (!strcmp(type, "null") && json_is_null(value));
}

static void check_type(const struct place *place, const json_t *types, const json_t *value)
{
	json_t *type;
	size_t i;
	bool fits = json_is_string(types) && is_type(json_string_value(types), value);

	json_array_foreach(types, i, type) fits |= is_type(json_string_value(type), value);
	if (!fits)
		fail_msg("%s is of another type", place->path);
}

static void check_enum(const struct place *place, const json_t *values, const json_t *value)
{
	json_t *one;
	size_t i;

	json_array_foreach(values, i, one) if (json_equal(one, value)) return;
	fail_msg("%s is none of the values", place->path);
}

static void check_required(const struct place *place, const json_t *names, const json_t *value)
{
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name) if (json_is_object(value) &&
					       !json_object_get(value, json_string_value(name)))
		fail_msg("%s lacks %s", place->path, json_string_value(name));
}

static void check_pattern(const struct place *place, const char *pattern, const json_t *value)
{
	regex_t expression;

	if (!json_is_string(value))
		return;
	assert_int_equal(regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB), 0);
	if (regexec(&expression, json_string_value(value), 0, NULL, 0) != 0)
		fail_msg("%s does not look like %s", place->path, pattern);
	regfree(&expression);
}

/* Those that the schema names, and whether there may be others. */
static void check_members(const struct place *place, const json_t *value)
{
	const json_t *known = json_object_get(place->schema, "properties");
	const json_t *others = json_object_get(place->schema, "additionalProperties");
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)value, name, member)
	{
		char path[512];
		struct place inside = {place->root, json_object_get(known, name), path};

		snprintf(path, sizeof(path), "%.400s.%.100s", place->path, name);
		if (inside.schema)
			check(&inside, member);
		else if (json_is_false(others))
			fail_msg("%s is not in the schema", path);
	}
}

static void check_items(const struct place *place, const json_t *schema, const json_t *value)
{
	json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
	{
		char path[512];
		struct place inside = {place->root, schema, path};

		snprintf(path, sizeof(path), "%.480s[%zu]", place->path, i);
		check(&inside, item);
	}
}

/* "#/$defs/NAME" or the name of another file. */
static void check_reference(const struct place *place, const char *to, const json_t *value)
{
	static const char local[] = "#/$defs/";
	struct place there = *place;
	json_t *root;

	if (!strncmp(to, local, strlen(local))) {
		there.schema = json_object_get(json_object_get(place->root, "$defs"),
					       to + strlen(local));
		if (!there.schema)
			fail_msg("%s: there is no %s", place->path, to);
		check(&there, value);
		return;
	}
	root = load(to);
	there.root = there.schema = root;
	check(&there, value);
	json_decref(root);
}

static void check_number(const struct place *place, const char *keyword, const json_t *limit,
			 const json_t *value)
{
	double number = json_number_value(value), bound = json_number_value(limit);

	if (json_is_number(value) &&
	    (!strcmp(keyword, "minimum") ? number < bound : number > bound))
		fail_msg("%s is beyond its %s", place->path, keyword);
}

static void check_keyword(const struct place *place, const char *keyword, const json_t *of,
			  const json_t *value)
{
	static const char *const notes[] = {
		"$schema", "$id",	  "$defs",	"$comment",
		"title",   "description", "properties", "additionalProperties"};

	for (size_t i = 0; i < px_array_size(notes); i++)
		if (!strcmp(keyword, notes[i]))
			return;
	if (!strcmp(keyword, "type"))
		check_type(place, of, value);
	else if (!strcmp(keyword, "enum"))
		check_enum(place, of, value);
	else if (!strcmp(keyword, "const"))
		assert_true(json_equal(of, value));
	else if (!strcmp(keyword, "required"))
		check_required(place, of, value);
	else if (!strcmp(keyword, "pattern"))
		check_pattern(place, json_string_value(of), value);
	else if (!strcmp(keyword, "items"))
		check_items(place, of, value);
	else if (!strcmp(keyword, "$ref"))
		check_reference(place, json_string_value(of), value);
	else if (!strcmp(keyword, "minimum") || !strcmp(keyword, "maximum"))
		check_number(place, keyword, of, value);
	else
		fail_msg("%s: the keyword %s is not known", place->path, keyword);
}

static void check(const struct place *place, const json_t *value)
{
	const char *keyword;
	json_t *of;

	json_object_foreach((json_t *)(uintptr_t)place->schema, keyword, of)
		check_keyword(place, keyword, of, value);
	if (json_is_object(value))
		check_members(place, value);
}

void px_assert_schema(const json_t *value, const char *name)
{
	json_t *root = load(name);
	struct place place = {root, root, "$"};

	check(&place, value);
	json_decref(root);
}
