/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stores of every back end have in common: what the bytes of a key mean. */
#include "guest/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *px_store_outcome_name(enum px_store_outcome outcome)
{
	switch (outcome) {
	case PX_STORE_OK:
		return "ok";
	case PX_STORE_ABSENT:
		return "absent";
	case PX_STORE_NOT_NUMBER:
		return "not a number";
	}
	return "unknown";
}

struct px_store_path px_store_path(const char *format, ...)
{
	struct px_store_path path;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(path.text, sizeof(path.text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(path.text))
		path.text[0] = '\0';
	return path;
}

void px_store_names_fini(struct px_store_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct px_store_names){0};
}

void px_store_close(struct px_store *store)
{
	if (store)
		store->ops->close(store);
}

void px_store_closep(struct px_store **store)
{
	px_store_close(*store);
	*store = NULL;
}

/* Others are relative to a folder of the connection's own: a path from a guest must not be. */
static bool is_absolute(const char *path)
{
	return path[0] == '/';
}

static void find_text(struct px_store_value *value)
{
	while (value->size && value->bytes[value->size - 1] == '\0')
		value->size--;
	value->bytes[value->size] = '\0';
	value->is_text = strlen(value->bytes) == value->size;
}

struct px_error *px_store_read(struct px_store *store, const char *path,
			       struct px_store_value *ret, enum px_store_outcome *outcome_ret)
{
	enum px_store_outcome outcome = PX_STORE_ABSENT;
	struct px_error *err = NULL;

	if (is_absolute(path))
		err = store->ops->read(store, path, ret, &outcome);
	if (err)
		return err;
	if (outcome == PX_STORE_OK)
		find_text(ret);
	*outcome_ret = outcome;
	return NULL;
}

/* strtoul takes signs and spaces. */
static bool parse_number(const struct px_store_value *value, uint32_t *ret)
{
	uint64_t number = 0;

	for (size_t i = 0; i < value->size; i++) {
		if (value->bytes[i] < '0' || value->bytes[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(value->bytes[i] - '0');
		if (number > UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)number;
	return value->size > 0;
}

struct px_error *px_store_number(struct px_store *store, const char *path, uint32_t *ret,
				 enum px_store_outcome *outcome_ret)
{
	enum px_store_outcome outcome = PX_STORE_ABSENT;
	struct px_store_value value;
	uint32_t number = 0;
	struct px_error *err = px_store_read(store, path, &value, &outcome);

	if (err)
		return err;
	if (outcome == PX_STORE_OK && !parse_number(&value, &number))
		outcome = PX_STORE_NOT_NUMBER;
	if (outcome == PX_STORE_OK)
		*ret = number;
	*outcome_ret = outcome;
	return NULL;
}

struct px_error *px_store_list(struct px_store *store, const char *path, size_t limit,
			       struct px_store_names *ret, enum px_store_outcome *outcome_ret)
{
	if (is_absolute(path))
		return store->ops->list(store, path, limit, ret, outcome_ret);
	*outcome_ret = PX_STORE_ABSENT;
	return NULL;
}
