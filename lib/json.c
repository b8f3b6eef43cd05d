/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON out of guests' strings, and to standard output. */
#include "lib/json.h"

#include <stdlib.h>
#include <string.h>

json_t *px_json_text(const char *text)
{
	json_t *json = json_string(text);
	char *copy;

	if (json)
		return json;
	copy = strdup(text);
	for (char *c = copy; c && *c; c++)
		if ((unsigned char)*c > 127)
			*c = '?';
	json = copy ? json_string(copy) : NULL;
	free(copy);
	return json;
}

struct px_error *px_json_print(json_t *value, bool complete)
{
	if (!value || !complete) {
		json_decref(value);
		return &px_error_no_memory;
	}
	/* A failed write shows in the stream, which is checked at the end. */
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(value);
	return NULL;
}
