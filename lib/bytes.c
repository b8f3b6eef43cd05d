/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checked reading of byte ranges. */
#include "lib/bytes.h"

#include <string.h>

bool px_bytes_slice(struct px_bytes range, uint64_t offset, uint64_t size, struct px_bytes *ret)
{
	if (offset > range.size || size > range.size - offset)
		return false;
	*ret = px_bytes_of(size ? range.data + offset : NULL, size);
	return true;
}

static void cursor_copy(struct px_cursor *c, void *to, size_t size)
{
	if (c->failed || px_cursor_left(c) < size) {
		c->failed = true;
		memset(to, 0, size);
		return;
	}
	memcpy(to, c->range.data + c->pos, size);
	c->pos += size;
}

uint8_t px_cursor_u8(struct px_cursor *c)
{
	uint8_t v;

	cursor_copy(c, &v, sizeof(v));
	return v;
}

uint16_t px_cursor_u16(struct px_cursor *c)
{
	uint16_t v;

	cursor_copy(c, &v, sizeof(v));
	return v;
}

uint32_t px_cursor_u32(struct px_cursor *c)
{
	uint32_t v;

	cursor_copy(c, &v, sizeof(v));
	return v;
}

uint64_t px_cursor_u64(struct px_cursor *c)
{
	uint64_t v;

	cursor_copy(c, &v, sizeof(v));
	return v;
}

uint64_t px_cursor_uleb128(struct px_cursor *c)
{
	uint64_t value = 0;
	size_t start = c->pos;

	for (unsigned int shift = 0; shift < 70; shift += 7) {
		uint8_t byte = px_cursor_u8(c);
		uint64_t bits = byte & 0x7f;

		if (c->failed || (shift == 63 && bits > 1))
			break;
		value |= bits << shift;
		if (!(byte & 0x80))
			return value;
	}
	c->failed = true;
	c->pos = start;
	return 0;
}

int64_t px_cursor_sleb128(struct px_cursor *c)
{
	uint64_t value = 0;
	size_t start = c->pos;

	for (unsigned int shift = 0; shift < 70; shift += 7) {
		uint8_t byte = px_cursor_u8(c);
		uint64_t bits = byte & 0x7f;

		if (c->failed || (shift == 63 && bits != 0 && bits != 0x7f))
			break;
		value |= bits << shift;
		if (byte & 0x80)
			continue;
		if (shift + 7 < 64 && (byte & 0x40))
			value |= UINT64_MAX << (shift + 7);
		return (int64_t)value;
	}
	c->failed = true;
	c->pos = start;
	return 0;
}

const char *px_cursor_string(struct px_cursor *c)
{
	const uint8_t *start = NULL, *nul = NULL;

	if (!c->failed && px_cursor_left(c)) {
		start = c->range.data + c->pos;
		nul = memchr(start, 0, px_cursor_left(c));
	}
	if (!nul) {
		c->failed = true;
		return NULL;
	}
	c->pos += (size_t)(nul - start) + 1;
	return (const char *)start;
}

struct px_bytes px_cursor_bytes(struct px_cursor *c, size_t size)
{
	struct px_bytes part = {0};

	if (c->failed || !px_bytes_slice(c->range, c->pos, size, &part)) {
		c->failed = true;
		return px_bytes_of(NULL, 0);
	}
	c->pos += size;
	return part;
}

void px_cursor_seek(struct px_cursor *c, uint64_t pos)
{
	if (c->failed || pos > c->range.size) {
		c->failed = true;
		return;
	}
	c->pos = pos;
}

void px_cursor_skip(struct px_cursor *c, uint64_t size)
{
	if (c->failed || size > px_cursor_left(c)) {
		c->failed = true;
		return;
	}
	c->pos += size;
}
