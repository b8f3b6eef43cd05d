/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation helpers: growing arrays, and cleanup functions for plain resources. */
#ifndef PX_LIB_MEMORY_H
#define PX_LIB_MEMORY_H

#include <stdio.h>

#include "lib/error.h"

/**
 * Make room for one more element at the end of an array that the caller keeps as
 * {array, count, capacity}. *array may be NULL with *capacity 0. Doubles; sizes are checked.
 */
px_must_check struct px_error *px_array_reserve(void **array, size_t *capacity, size_t count,
						size_t element_size);

/** px_array_reserve for a struct with members `array`, `count`, `capacity` named as given. */
#define px_array_grow(array, count, capacity) \
	px_array_reserve((void **)&(array), &(capacity), (count), sizeof((array)[0]))

/** A zeroed array of count elements; an overflow of the size is out-of-memory. */
px_must_check struct px_error *px_calloc(size_t count, size_t element_size, void *ret);

/** A copy of text. */
px_must_check struct px_error *px_strdup(const char *text, char **ret);

/* For px_cleanup(). */
void px_freep(void *pointer_to_pointer);
void px_closep(int *fd);	/* closes when >= 0, sets -1 */
void px_fclosep(FILE **stream); /* closes when not NULL */

#endif
