/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf-PID.map, which any process may write: every line is taken as hostile. */
#include "symbolize/perf-map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buffer.h"
#include "lib/memory.h"

enum {
	LONGEST_LINE = 4096,
	MOST_LINES = 1000000,
	LARGEST_FILE = 256 << 20,
	CHUNK = 65536,
};

static const uint64_t user_end = (uint64_t)1 << 47;

struct line {
	uint64_t start, size;
	uint32_t number;     /* among those kept */
	uint32_t length;     /* of the name */
	const uint8_t *name; /* in the text */
};

struct lines {
	struct line *array;
	size_t count, capacity;
};

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A number and the blank behind it. */
static bool take_number(struct px_bytes *text, uint64_t *ret)
{
	size_t at = 0;
	uint64_t value = 0;

	if (text->size > 2 && text->data[0] == '0' && text->data[1] == 'x')
		at = 2;
	for (size_t first = at; at < text->size; at++) {
		int digit = hex_digit(text->data[at]);

		if (digit < 0) {
			if (at == first || text->data[at] != ' ')
				return false;
			text->data += at + 1;
			text->size -= at + 1;
			*ret = value;
			return true;
		}
		if (value >> 60)
			return false;
		value = value << 4 | (uint64_t)digit;
	}
	return false;
}

static bool is_printable(struct px_bytes name)
{
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] < ' ' || name.data[i] == 0x7f)
			return false;
	return name.size > 0;
}

static bool parse_line(struct px_bytes text, struct line *ret)
{
	uint64_t start = 0, size = 0;

	if (text.size > LONGEST_LINE || !take_number(&text, &start) ||
	    !take_number(&text, &size) || !size || start >= user_end ||
	    size > user_end - start || !is_printable(text))
		return false;
	*ret = (struct line){
		.start = start, .size = size, .name = text.data, .length = (uint32_t)text.size};
	return true;
}

static struct px_error *parse_lines(struct px_bytes text, struct lines *lines, size_t *skipped)
{
	struct px_error *err = NULL;

	for (size_t at = 0, length; !err && at < text.size; at += length + 1) {
		const uint8_t *end = memchr(text.data + at, '\n', text.size - at);
		struct line line;

		length = end ? (size_t)(end - text.data) - at : text.size - at;
		if (lines->count == MOST_LINES ||
		    !parse_line(px_bytes_of(text.data + at, length), &line)) {
			++*skipped;
			continue;
		}
		line.number = (uint32_t)lines->count;
		err = px_array_grow(lines->array, lines->count, lines->capacity);
		if (!err)
			lines->array[lines->count++] = line;
	}
	return err;
}

static int compare_lines(const void *pa, const void *pb)
{
	const struct line *a = pa, *b = pb;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static struct px_error *add_line(const struct line *line, struct px_symbol_table *table)
{
	char name[LONGEST_LINE + 1];

	memcpy(name, line->name, line->length);
	name[line->length] = '\0';
	return px_symbol_table_add(table, line->start, line->size, name, 't');
}

struct px_error *px_perf_map_parse(struct px_bytes text, struct px_symbol_table *table,
				   struct px_perf_map_counts *counts_ret)
{
	struct px_perf_map_counts counts = {0};
	struct lines lines = {0};
	struct px_error *err = parse_lines(text, &lines, &counts.skipped);

	if (lines.count)
		qsort(lines.array, lines.count, sizeof(lines.array[0]), compare_lines);
	for (size_t i = 0; !err && i < lines.count; i++) {
		if (i + 1 < lines.count && lines.array[i + 1].start == lines.array[i].start) {
			counts.replaced++;
			continue;
		}
		counts.symbols++;
		err = add_line(&lines.array[i], table);
	}
	free(lines.array);
	if (!err)
		*counts_ret = counts;
	return err;
}

static struct px_error *read_file(int fd, const char *name, struct px_buffer *buffer)
{
	char chunk[CHUNK];

	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0)
			return px_error_system(errno, "%s", name);
		if (got == 0)
			return buffer->failed ? &px_error_no_memory : NULL;
		if (buffer->size + (size_t)got > LARGEST_FILE)
			return px_error_new(PX_ERR_LIMIT, "%s is larger than 256 MiB", name);
		px_buffer_add(buffer, chunk, (size_t)got);
	}
}

struct px_error *px_perf_map_read(int fd, const char *name, struct px_symbol_table *table,
				  struct px_perf_map_counts *counts_ret)
{
	struct px_buffer buffer = {0};
	struct px_error *err = read_file(fd, name, &buffer);

	if (!err)
		err = px_perf_map_parse(px_buffer_bytes(&buffer), table, counts_ret);
	if (!err)
		err = px_symbol_table_sort(table);
	px_buffer_fini(&buffer);
	return err;
}
