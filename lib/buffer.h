/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing byte buffer whose failure is sticky: build first, check once at the end. */
#ifndef PX_LIB_BUFFER_H
#define PX_LIB_BUFFER_H

#include "lib/bytes.h"

/** Zero-initialise to start. After a failure data is NULL and everything added is dropped. */
struct px_buffer {
	uint8_t *data;
	size_t size, capacity;
	bool failed; /* out of memory */
};

void px_buffer_fini(struct px_buffer *buffer);

void px_buffer_add(struct px_buffer *buffer, const void *data, size_t size);
void px_buffer_zero(struct px_buffer *buffer, size_t size);

/** Zeros up to the next multiple of alignment, a power of two. */
void px_buffer_align(struct px_buffer *buffer, size_t alignment);

static inline void px_buffer_u16(struct px_buffer *buffer, uint16_t value)
{
	px_buffer_add(buffer, &value, sizeof(value));
}

static inline void px_buffer_u32(struct px_buffer *buffer, uint32_t value)
{
	px_buffer_add(buffer, &value, sizeof(value));
}

static inline void px_buffer_u64(struct px_buffer *buffer, uint64_t value)
{
	px_buffer_add(buffer, &value, sizeof(value));
}

/** What was built, borrowed until the next change. */
static inline struct px_bytes px_buffer_bytes(const struct px_buffer *buffer)
{
	return px_bytes_of(buffer->data, buffer->size);
}

#endif
