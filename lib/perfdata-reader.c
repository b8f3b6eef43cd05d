/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The perf.data reader: walks the records, first to learn what the file says about itself and
 * whether its records lie in time order, then for the caller.
 *
 * Linux writes a buffer of each CPU after the other, so times go back and forth. FINISHED_ROUND
 * says that nothing older than the round before will follow; sorting all of a file's records by
 * time respects that. 16 bytes are kept for each record then, never more than the file has.
 */
#include "lib/perfdata-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/perfdata-reader-private.h"

/* --- walking ------------------------------------------------------------------------------ */

enum step {
	STEP_RECORD,
	STEP_END, /* exactly at the end of the data */
	STEP_CUT, /* what is left is no whole record */
};

/* Some records have data of their own behind them that is not counted in their size. */
static uint64_t bytes_behind(const struct px_perf_record_header *header, struct px_bytes body)
{
	struct px_cursor c = px_cursor_of(body);

	if (header->type == PX_PERF_AUXTRACE)
		return px_cursor_u64(&c);
	if (header->type == PX_PERF_HEADER_TRACING_DATA)
		return ((uint64_t)px_cursor_u32(&c) + 7) & ~UINT64_C(7);
	return 0;
}

/* The record at *pos; *pos moves to the next one. */
static enum step step(const struct px_perf_reader *reader, uint64_t *pos,
		      struct px_perf_record_header *header, struct px_bytes *body)
{
	uint64_t left = reader->data_end - *pos, behind;

	if (!left)
		return STEP_END;
	if (left < sizeof(*header))
		return STEP_CUT;
	memcpy(header, reader->bytes.data + *pos, sizeof(*header));
	if (header->size < sizeof(*header) || header->size > left)
		return STEP_CUT;
	*body = px_bytes_of(reader->bytes.data + *pos + sizeof(*header),
			    header->size - sizeof(*header));
	behind = bytes_behind(header, *body);
	*pos += header->size;
	*pos += px_min(behind, reader->data_end - *pos);
	return STEP_RECORD;
}

bool px_perf_reader_next(struct px_perf_reader *reader, struct px_perf_record *ret)
{
	struct px_perf_record_header header;
	struct px_bytes body;

	for (;;) {
		uint64_t pos = reader->pos;
		enum px_perf_decoded decoded;

		if (reader->order) {
			if (reader->pos == reader->order_count)
				return false;
			pos = reader->order[reader->pos].pos;
		}
		if (step(reader, &pos, &header, &body) != STEP_RECORD)
			return false;
		reader->pos = reader->order ? reader->pos + 1 : pos;
		decoded = px_perf_decode(&reader->events, &header, body, ret);
		if (decoded == PX_PERF_DECODED)
			return true;
		reader->malformed += decoded == PX_PERF_MALFORMED;
	}
}

void px_perf_reader_rewind(struct px_perf_reader *reader)
{
	reader->pos = reader->order ? 0 : reader->data_start;
	reader->malformed = 0;
}

/* --- order -------------------------------------------------------------------------------- */

/* Follows times through the file: records without one count as the last round's end. */
struct clock {
	uint64_t last, highest, round;
	bool started;
};

static uint64_t clock_next(struct clock *clock, struct px_perf_reader *reader,
			   const struct px_perf_record_header *header, struct px_bytes body)
{
	uint64_t time = px_perf_decode_time(&reader->events, header, body);

	if (!time)
		time = clock->round;
	clock->started = true;
	clock->last = time;
	clock->highest = px_max(clock->highest, time);
	return time;
}

/* One pass over everything: meta data, the place where the data really ends, sortedness. */
static struct px_error *scan(struct px_perf_reader *reader, bool *sorted_ret)
{
	struct px_perf_record_header header;
	struct px_bytes body;
	struct clock clock = {0};
	uint64_t pos = reader->data_start;
	bool sorted = true;
	enum step result;
	struct px_error *err;

	while ((result = step(reader, &pos, &header, &body)) == STEP_RECORD) {
		if (header.type == PX_PERF_FINISHED_ROUND) {
			clock.round = clock.highest;
		} else if (px_perf_type_decoded(header.type)) {
			uint64_t before = clock.last;

			sorted &= clock_next(&clock, reader, &header, body) >= before;
		} else {
			/* A late event may change what the records before it mean. */
			sorted &= header.type != PX_PERF_HEADER_ATTR || !clock.started;
			err = px_perf_reader_meta(reader, &header, body);
			if (err)
				return err;
		}
	}
	if (result == STEP_CUT)
		reader->cut = true;
	reader->data_end = pos;
	*sorted_ret = sorted;
	return NULL;
}

static int compare_places(const void *a, const void *b)
{
	const struct px_perf_record_at *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->pos > y->pos) - (x->pos < y->pos);
}

static struct px_error *sort(struct px_perf_reader *reader)
{
	struct px_perf_record_header header;
	struct px_bytes body;
	struct clock clock = {0};
	uint64_t pos = reader->data_start, at = pos;
	struct px_error *err;

	for (; step(reader, &pos, &header, &body) == STEP_RECORD; at = pos) {
		if (header.type == PX_PERF_FINISHED_ROUND)
			clock.round = clock.highest;
		if (!px_perf_type_decoded(header.type))
			continue;
		err = px_array_grow(reader->order, reader->order_count, reader->order_capacity);
		if (err)
			return err;
		reader->order[reader->order_count++] = (struct px_perf_record_at){
			clock_next(&clock, reader, &header, body), at};
	}
	qsort(reader->order, reader->order_count, sizeof(reader->order[0]), compare_places);
	return NULL;
}

/* --- opening ------------------------------------------------------------------------------ */

static struct px_error *reader_start(struct px_perf_reader *reader)
{
	bool sorted = true;
	struct px_error *err = px_perf_reader_header(reader);

	if (!err)
		err = scan(reader, &sorted);
	if (!err && !reader->events.count)
		err = px_error_new(PX_ERR_TRUNCATED, "the stream ends before its events");
	if (!err && !sorted)
		err = sort(reader);
	if (!err)
		px_perf_reader_rewind(reader);
	return err;
}

struct px_error *px_perf_reader_new(struct px_bytes bytes, struct px_perf_reader **ret)
{
	struct px_perf_reader *reader = NULL;
	struct px_error *err = px_calloc(1, sizeof(*reader), &reader);

	if (err)
		return err;
	reader->bytes = bytes;
	err = reader_start(reader);
	if (err) {
		px_perf_reader_close(reader);
		return err;
	}
	*ret = reader;
	return NULL;
}

static struct px_error *read_stream(int fd, const char *path, struct px_perf_reader *reader)
{
	size_t capacity = 0, size = 0;

	for (;;) {
		ssize_t n;
		struct px_error *err =
			px_array_reserve(&reader->read, &capacity, size + 65535, 1);

		if (err)
			return err;
		n = read(fd, (uint8_t *)reader->read + size, capacity - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return px_error_system(errno, "cannot read %s", path);
		if (!n)
			break;
		size += (size_t)n;
	}
	reader->bytes = px_bytes_of(reader->read, size);
	return NULL;
}

static struct px_error *load(const char *path, struct px_perf_reader *reader)
{
	bool is_stdin = !strcmp(path, "-");
	int own px_cleanup(px_closep) = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	int fd = is_stdin ? STDIN_FILENO : own;
	struct stat status;
	void *map;

	if (fd < 0)
		return px_error_system(errno, "cannot open %s", path);
	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || is_stdin || !status.st_size)
		return read_stream(fd, path, reader);
	map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return px_error_system(errno, "cannot map %s", path);
	reader->mapped = map;
	reader->bytes = px_bytes_of(map, (size_t)status.st_size);
	return NULL;
}

struct px_error *px_perf_reader_open(const char *path, struct px_perf_reader **ret)
{
	struct px_perf_reader *reader = NULL;
	struct px_error *err = px_calloc(1, sizeof(*reader), &reader);

	if (err)
		return err;
	err = load(path, reader);
	if (!err)
		err = px_error_prefix(reader_start(reader), "%s", path);
	if (err) {
		px_perf_reader_close(reader);
		return err;
	}
	*ret = reader;
	return NULL;
}

void px_perf_reader_close(struct px_perf_reader *reader)
{
	if (!reader)
		return;
	if (reader->mapped)
		munmap(reader->mapped, reader->bytes.size);
	free(reader->read);
	px_perf_events_fini(&reader->events);
	free(reader->images);
	free(reader->notes);
	free(reader->argv);
	free(reader->order);
	free(reader);
}

/* --- what is known ------------------------------------------------------------------------ */

const struct px_perf_event *px_perf_reader_events(const struct px_perf_reader *reader,
						  size_t *count_ret)
{
	*count_ret = reader->events.count;
	return reader->events.events;
}

const struct px_perf_image *px_perf_reader_images(const struct px_perf_reader *reader,
						  size_t *count_ret)
{
	*count_ret = reader->image_count;
	return reader->images;
}

bool px_perf_reader_note(const struct px_perf_reader *reader, size_t i,
			 enum px_perf_note *kind_ret, struct px_bytes *payload_ret)
{
	if (i >= reader->note_count)
		return false;
	*kind_ret = reader->notes[i].kind;
	*payload_ret = reader->notes[i].payload;
	return true;
}

const struct px_perf_header_info *px_perf_reader_info(const struct px_perf_reader *reader)
{
	return &reader->info;
}

bool px_perf_reader_cut(const struct px_perf_reader *reader)
{
	return reader->cut;
}

uint64_t px_perf_reader_malformed(const struct px_perf_reader *reader)
{
	return reader->malformed;
}
