/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation helpers. */
#include "lib/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct px_error *px_array_reserve(void **array, size_t *capacity, size_t count,
				  size_t element_size)
{
	size_t wanted = *capacity ? *capacity : 16;
	size_t bytes = 0;
	void *bigger;

	if (count < *capacity)
		return NULL;
	while (wanted <= count)
		if (__builtin_mul_overflow(wanted, 2, &wanted))
			return &px_error_no_memory;
	if (__builtin_mul_overflow(wanted, element_size, &bytes))
		return &px_error_no_memory;
	bigger = realloc(*array, bytes);
	if (!bigger)
		return &px_error_no_memory;
	*array = bigger;
	*capacity = wanted;
	return NULL;
}

struct px_error *px_calloc(size_t count, size_t element_size, void *ret)
{
	void *memory = calloc(count ? count : 1, element_size);

	if (!memory)
		return &px_error_no_memory;
	*(void **)ret = memory;
	return NULL;
}

struct px_error *px_strdup(const char *text, char **ret)
{
	char *copy = strdup(text);

	if (!copy)
		return &px_error_no_memory;
	*ret = copy;
	return NULL;
}

void px_freep(void *pointer_to_pointer)
{
	void **p = pointer_to_pointer;

	free(*p);
	*p = NULL;
}

void px_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void px_fclosep(FILE **stream)
{
	if (*stream)
		fclose(*stream);
	*stream = NULL;
}
