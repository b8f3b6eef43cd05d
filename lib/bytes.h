/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Byte ranges and a checked cursor over them, for everything that parses foreign bytes. */
#ifndef PX_LIB_BYTES_H
#define PX_LIB_BYTES_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/compiler.h"

/** A borrowed range of bytes; data may be NULL when size is 0. */
struct px_bytes {
	const uint8_t *data;
	size_t size;
};

static inline struct px_bytes px_bytes_of(const void *data, size_t size)
{
	return (struct px_bytes){.data = data, .size = size};
}

/** The part [offset, offset + size) of range; false when it is not wholly inside. */
bool px_bytes_slice(struct px_bytes range, uint64_t offset, uint64_t size,
		    struct px_bytes *ret);

/**
 * A reading position. A read that does not fit sets `failed`, leaves the position where it
 * is and yields zero, so a run of reads needs one check at its end. Little-endian hosts and
 * data only (x86-64 and arm64).
 */
struct px_cursor {
	struct px_bytes range;
	size_t pos;
	bool failed;
};

static inline struct px_cursor px_cursor_of(struct px_bytes range)
{
	return (struct px_cursor){.range = range};
}

static inline size_t px_cursor_left(const struct px_cursor *c)
{
	return c->range.size - c->pos;
}

uint8_t px_cursor_u8(struct px_cursor *c);
uint16_t px_cursor_u16(struct px_cursor *c);
uint32_t px_cursor_u32(struct px_cursor *c);
uint64_t px_cursor_u64(struct px_cursor *c);

/** LEB128 numbers (DWARF 5, section 7.6); more than 64 significant bits are a failure. */
uint64_t px_cursor_uleb128(struct px_cursor *c);
int64_t px_cursor_sleb128(struct px_cursor *c);

/** A NUL-terminated string inside the range, borrowed from it; NULL and failed without a NUL.
 */
const char *px_cursor_string(struct px_cursor *c);

/** The next size bytes, borrowed; an empty range and failed when there are fewer. */
struct px_bytes px_cursor_bytes(struct px_cursor *c, size_t size);

/** Move to an absolute position inside the range (its end included). */
void px_cursor_seek(struct px_cursor *c, uint64_t pos);
void px_cursor_skip(struct px_cursor *c, uint64_t size);

#endif
