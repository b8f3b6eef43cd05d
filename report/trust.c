/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures behind a report. */
#include "report/trust.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/perfdata-notes.h"

enum {
	MOST_PAIRS = 1024
};

void px_trust_fini(struct px_trust *trust)
{
	for (size_t i = 0; i < trust->pair_count; i++) {
		free(trust->pairs[i].key);
		free(trust->pairs[i].value);
	}
	free(trust->pairs);
	*trust = (struct px_trust){0};
}

static struct px_error *add_pair(struct px_trust *trust, const char *key, const char *value)
{
	struct px_trust_pair pair = {0};
	struct px_error *err =
		px_array_grow(trust->pairs, trust->pair_count, trust->pair_capacity);

	if (!err)
		err = px_strdup(key, &pair.key);
	if (!err)
		err = px_strdup(value, &pair.value);
	if (err) {
		free(pair.key);
		return err;
	}
	trust->pairs[trust->pair_count++] = pair;
	return NULL;
}

struct px_error *px_trust_add_summary(struct px_trust *trust, struct px_bytes payload)
{
	struct px_cursor cursor = px_cursor_of(payload);
	const char *key, *value;
	struct px_error *err = NULL;

	while (!err && trust->pair_count < MOST_PAIRS &&
	       px_note_next_pair(&cursor, &key, &value))
		err = add_pair(trust, key, value);
	return err;
}

const char *px_trust_value(const struct px_trust *trust, const char *key)
{
	for (size_t i = 0; i < trust->pair_count; i++)
		if (!strcmp(trust->pairs[i].key, key))
			return trust->pairs[i].value;
	return NULL;
}

double px_trust_complete(const struct px_trust *trust)
{
	uint64_t complete = 0;

	for (unsigned int i = 0; i < PX_END_REASONS; i++)
		if (px_end_reason_is_root(i))
			complete += trust->ends[i];
	return trust->walked ? (double)complete / (double)trust->walked : -1;
}
