/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing byte buffer. */
#include "lib/buffer.h"

#include <stdlib.h>
#include <string.h>

void px_buffer_fini(struct px_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct px_buffer){0};
}

static void buffer_fail(struct px_buffer *buffer)
{
	px_buffer_fini(buffer);
	buffer->failed = true;
}

/* The place of the next size bytes; NULL after a failure. */
static uint8_t *buffer_extend(struct px_buffer *buffer, size_t size)
{
	size_t wanted, capacity = buffer->capacity ? buffer->capacity : 256;
	uint8_t *bigger;

	if (buffer->failed)
		return NULL;
	if (__builtin_add_overflow(buffer->size, size, &wanted) || wanted > SIZE_MAX / 2) {
		buffer_fail(buffer);
		return NULL;
	}
	while (capacity < wanted)
		capacity *= 2;
	if (capacity != buffer->capacity) {
		bigger = realloc(buffer->data, capacity);
		if (!bigger) {
			buffer_fail(buffer);
			return NULL;
		}
		buffer->data = bigger;
		buffer->capacity = capacity;
	}
	buffer->size = wanted;
	return buffer->data + wanted - size;
}

void px_buffer_add(struct px_buffer *buffer, const void *data, size_t size)
{
	uint8_t *to = buffer_extend(buffer, size);

	if (to && size)
		memcpy(to, data, size);
}

void px_buffer_zero(struct px_buffer *buffer, size_t size)
{
	uint8_t *to = buffer_extend(buffer, size);

	if (to && size)
		memset(to, 0, size);
}

void px_buffer_align(struct px_buffer *buffer, size_t alignment)
{
	px_buffer_zero(buffer, -buffer->size & (alignment - 1));
}
