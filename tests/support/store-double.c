/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The double of a store: keys in the order in which they were made. */
#include "tests/support/store-double.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

struct px_store_double_key {
	char *path;
	uint8_t *value;
	size_t size;
};

static struct px_store_double *double_of(struct px_store *store)
{
	return (struct px_store_double *)store;
}

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "store-double: %s\n", what);
	abort();
}

/* --- the tree ----------------------------------------------------------------------------- */

/* What follows path and its slash in the path of a key below it; NULL: it is not below. */
static const char *below(const char *path, const char *key)
{
	size_t length = strlen(path);

	if (strncmp(path, key, length) != 0 || key[length] != '/')
		return NULL;
	return key + length + 1;
}

static struct px_store_double_key *find(struct px_store_double *store, const char *path)
{
	for (size_t i = 0; i < store->count; i++)
		if (!strcmp(store->keys[i].path, path))
			return &store->keys[i];
	return NULL;
}

static bool exists(struct px_store_double *store, const char *path)
{
	for (size_t i = 0; i < store->count; i++)
		if (!strcmp(store->keys[i].path, path) || below(path, store->keys[i].path))
			return true;
	return false;
}

static struct px_store_double_key *make(struct px_store_double *store, const char *path)
{
	struct px_error *err = px_array_grow(store->keys, store->count, store->capacity);
	struct px_store_double_key *key;

	must(!err && path[0] == '/', "no memory, or no absolute path");
	key = &store->keys[store->count++];
	*key = (struct px_store_double_key){.path = strdup(path)};
	must(key->path, "no memory");
	return key;
}

void px_store_double_put_bytes(struct px_store_double *store, const char *path,
			       struct px_bytes value)
{
	struct px_store_double_key *key = find(store, path);

	must(value.size <= PX_STORE_VALUE_MAX, "a value that xenstored would not take");
	if (!key)
		key = make(store, path);
	free(key->value);
	key->value = malloc(value.size + 1);
	must(key->value, "no memory");
	if (value.size)
		memcpy(key->value, value.data, value.size);
	key->size = value.size;
}

void px_store_double_put(struct px_store_double *store, const char *path, const char *value)
{
	px_store_double_put_bytes(store, path, px_bytes_of(value, strlen(value)));
}

void px_store_double_put_number(struct px_store_double *store, const char *path, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	px_store_double_put(store, path, text);
}

static void free_key(struct px_store_double_key *key)
{
	free(key->path);
	free(key->value);
}

void px_store_double_remove(struct px_store_double *store, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < store->count; i++) {
		struct px_store_double_key *key = &store->keys[i];

		if (!strcmp(key->path, path) || below(path, key->path))
			free_key(key);
		else
			store->keys[kept++] = *key;
	}
	store->count = kept;
}

/* --- operations --------------------------------------------------------------------------- */

static struct px_error *ask(struct px_store_double *store, const char *path)
{
	store->store.requests++;
	if (store->asked)
		store->asked(store, path, store->asked_context);
	if (store->fail && --store->fail == 0)
		return px_error_new(PX_ERR_SYSTEM, "cannot read xenstore: as it was told to");
	return NULL;
}

static struct px_error *double_read(struct px_store *base, const char *path,
				    struct px_store_value *ret,
				    enum px_store_outcome *outcome_ret)
{
	struct px_store_double *store = double_of(base);
	struct px_error *err = ask(store, path);
	struct px_store_double_key *key = find(store, path);

	if (err)
		return err;
	*outcome_ret = exists(store, path) ? PX_STORE_OK : PX_STORE_ABSENT;
	if (*outcome_ret != PX_STORE_OK)
		return NULL;
	ret->size = key ? key->size : 0;
	if (ret->size)
		memcpy(ret->bytes, key->value, ret->size);
	return NULL;
}

static bool has_name(const struct px_store_names *names, const char *name, size_t length)
{
	for (size_t i = 0; i < names->count; i++)
		if (strlen(names->names[i]) == length &&
		    !strncmp(names->names[i], name, length))
			return true;
	return false;
}

static struct px_error *double_list(struct px_store *base, const char *path, size_t limit,
				    struct px_store_names *ret,
				    enum px_store_outcome *outcome_ret)
{
	struct px_store_double *store = double_of(base);
	struct px_error *err = ask(store, path);
	struct px_store_names names = {0};

	if (err)
		return err;
	*outcome_ret = exists(store, path) ? PX_STORE_OK : PX_STORE_ABSENT;
	if (*outcome_ret != PX_STORE_OK)
		return NULL;
	names.names = calloc(store->count + 1, sizeof(*names.names));
	must(names.names, "no memory");
	for (size_t i = 0; i < store->count; i++) {
		const char *name = below(path, store->keys[i].path);
		size_t length = name ? strcspn(name, "/") : 0;

		if (!length || has_name(&names, name, length))
			continue;
		names.cut = names.count == limit;
		if (names.cut)
			break;
		names.names[names.count++] = strndup(name, length);
	}
	*ret = names;
	return NULL;
}

static void double_close(struct px_store *base)
{
	struct px_store_double *store = double_of(base);

	for (size_t i = 0; i < store->count; i++)
		free_key(&store->keys[i]);
	free(store->keys);
	free(store);
}

static const struct px_store_ops double_ops = {
	.read = double_read,
	.list = double_list,
	.close = double_close,
};

struct px_store_double *px_store_double_new(void)
{
	struct px_store_double *store = calloc(1, sizeof(*store));

	must(store, "no memory");
	store->store.ops = &double_ops;
	return store;
}
