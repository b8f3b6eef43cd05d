/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of findings and notes. */
#include "ringtrace/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/memory.h"

void px_conclusion_fini(struct px_conclusion *conclusion)
{
	for (size_t i = 0; i < conclusion->note_count; i++)
		free(conclusion->notes[i]);
	free(conclusion->notes);
	free(conclusion->findings);
	*conclusion = (struct px_conclusion){0};
}

struct px_error *px_conclusion_add(struct px_conclusion *conclusion, struct px_finding **ret)
{
	struct px_error *err =
		px_array_grow(conclusion->findings, conclusion->count, conclusion->capacity);

	if (err)
		return err;
	*ret = &conclusion->findings[conclusion->count++];
	**ret = (struct px_finding){0};
	return NULL;
}

struct px_error *px_conclusion_note(struct px_conclusion *conclusion, const char *format, ...)
{
	struct px_error *err = px_array_grow(conclusion->notes, conclusion->note_count,
					     conclusion->note_capacity);
	char text[PX_SEEN_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!err)
		err = px_strdup(text, &conclusion->notes[conclusion->note_count]);
	if (!err)
		conclusion->note_count++;
	return err;
}
