/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a perf.data says about itself: the header, events, feature sections, and the records
 * that stand for them in a stream. Damaged features are left out: samples are worth more.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/perfdata-reader-private.h"

/* --- features ----------------------------------------------------------------------------- */

/* A string with its size before it; NULL and failed when it has no end. */
static const char *take_string(struct px_cursor *c)
{
	struct px_bytes text = px_cursor_bytes(c, px_cursor_u32(c));

	if (!text.size || !memchr(text.data, 0, text.size)) {
		c->failed = true;
		return NULL;
	}
	return (const char *)text.data;
}

static struct px_error *take_command_line(struct px_perf_reader *reader, struct px_cursor *c)
{
	uint32_t count = px_cursor_u32(c);
	struct px_error *err;

	if (c->failed || reader->argv || count > px_cursor_left(c) / 5)
		return NULL;
	err = px_calloc(count, sizeof(reader->argv[0]), &reader->argv);
	if (err)
		return err;
	for (uint32_t i = 0; i < count; i++) {
		reader->argv[i] = take_string(c);
		if (c->failed)
			break;
		reader->info.argc = i + 1;
	}
	reader->info.argv = reader->argv;
	return NULL;
}

static void take_event_names(struct px_perf_reader *reader, struct px_cursor *c)
{
	struct px_perf_events *events = &reader->events;
	uint32_t count = px_cursor_u32(c), attr_size = px_cursor_u32(c);

	for (uint32_t i = 0; i < count && !c->failed; i++) {
		uint32_t ids;
		uint64_t id;
		const char *name;
		size_t event = i;

		px_cursor_skip(c, attr_size);
		ids = px_cursor_u32(c);
		name = take_string(c);
		id = ids ? px_cursor_u64(c) : 0;
		if (ids > 1)
			px_cursor_skip(c, 8 * (uint64_t)(ids - 1));
		if (ids)
			px_perf_events_find(events, id, &event);
		if (!c->failed && event < events->count)
			events->events[event].name = name;
	}
}

static struct px_error *add_image(struct px_perf_reader *reader, uint16_t misc,
				  struct px_bytes body)
{
	struct px_cursor c = px_cursor_of(body);
	struct px_perf_image image = {.misc = misc, .pid = px_cursor_u32(&c)};
	struct px_bytes id = px_cursor_bytes(&c, PX_BUILD_ID_MAX);
	uint32_t size = px_cursor_u32(&c) & 0xff;
	struct px_error *err;

	image.name = px_cursor_string(&c);
	if (c.failed)
		return NULL;
	image.build_id.size = PX_BUILD_ID_MAX;
	if (misc & PX_PERF_MISC_BUILD_ID_SIZE && size < PX_BUILD_ID_MAX)
		image.build_id.size = (uint8_t)size;
	memcpy(image.build_id.bytes, id.data, image.build_id.size);
	err = px_array_grow(reader->images, reader->image_count, reader->image_capacity);
	if (!err)
		reader->images[reader->image_count++] = image;
	return err;
}

static struct px_error *take_images(struct px_perf_reader *reader, struct px_cursor *c)
{
	struct px_error *err = NULL;

	while (!err && px_cursor_left(c)) {
		struct px_perf_record_header header = {.type = px_cursor_u32(c),
						       .misc = px_cursor_u16(c),
						       .size = px_cursor_u16(c)};
		struct px_bytes body = {0};

		if (header.size >= sizeof(header))
			body = px_cursor_bytes(c, header.size - sizeof(header));
		if (c->failed || !body.size)
			break;
		err = add_image(reader, header.misc, body);
	}
	return err;
}

static struct px_error *add_note(struct px_perf_reader *reader, struct px_cursor *c)
{
	struct px_perf_note_at note = {0};
	struct px_error *err;

	if (px_cursor_u64(c) != PX_PERF_NOTE_MAGIC)
		return NULL;
	note.kind = (enum px_perf_note)px_cursor_u32(c);
	note.payload = px_cursor_bytes(c, px_cursor_u32(c));
	if (c->failed)
		return NULL;
	err = px_array_grow(reader->notes, reader->note_count, reader->note_capacity);
	if (!err)
		reader->notes[reader->note_count++] = note;
	return err;
}

static struct px_error *take_feature(struct px_perf_reader *reader, uint64_t feature,
				     struct px_bytes payload)
{
	struct px_cursor c = px_cursor_of(payload);

	switch (feature) {
	case PX_PERF_FEATURE_BUILD_ID:
		return take_images(reader, &c);
	case PX_PERF_FEATURE_HOSTNAME:
		reader->info.hostname = take_string(&c);
		break;
	case PX_PERF_FEATURE_RELEASE:
		reader->info.release = take_string(&c);
		break;
	case PX_PERF_FEATURE_VERSION:
		reader->info.version = take_string(&c);
		break;
	case PX_PERF_FEATURE_ARCH:
		reader->info.arch = take_string(&c);
		break;
	case PX_PERF_FEATURE_CPU_DESCRIPTION:
		reader->info.cpu_description = take_string(&c);
		break;
	case PX_PERF_FEATURE_CPU_ID:
		reader->info.cpu_id = take_string(&c);
		break;
	case PX_PERF_FEATURE_COMMAND_LINE:
		return take_command_line(reader, &c);
	case PX_PERF_FEATURE_EVENTS:
		take_event_names(reader, &c);
		break;
	case PX_PERF_FEATURE_NOTE:
		return add_note(reader, &c);
	default:
		break;
	}
	return NULL;
}

/* --- records that describe the file ---------------------------------------------------------
 */

static struct px_error *take_attr(struct px_perf_reader *reader, struct px_bytes body)
{
	struct px_cursor c = px_cursor_of(body);
	uint32_t size;
	struct px_bytes attr, ids;

	px_cursor_u32(&c);
	size = px_cursor_u32(&c);
	if (!size)
		size = PX_PERF_ATTR_SIZE_MIN;
	if (size < PX_PERF_ATTR_SIZE_MIN || !px_bytes_slice(body, 0, size, &attr) ||
	    !px_bytes_slice(body, size, body.size - size, &ids))
		return px_error_new(PX_ERR_BAD_FORMAT, "an event's attributes are damaged");
	return px_perf_events_add(&reader->events, attr, ids);
}

static void take_event_update(struct px_perf_reader *reader, struct px_bytes body)
{
	struct px_cursor c = px_cursor_of(body);
	uint64_t what = px_cursor_u64(&c), id = px_cursor_u64(&c);
	const char *name = px_cursor_string(&c);
	size_t event;

	if (what == PX_PERF_EVENT_UPDATE_NAME && name &&
	    px_perf_events_find(&reader->events, id, &event))
		reader->events.events[event].name = name;
}

struct px_error *px_perf_reader_meta(struct px_perf_reader *reader,
				     const struct px_perf_record_header *header,
				     struct px_bytes body)
{
	struct px_cursor c = px_cursor_of(body);
	uint64_t feature;

	switch (header->type) {
	case PX_PERF_HEADER_ATTR:
		return take_attr(reader, body);
	case PX_PERF_HEADER_BUILD_ID:
		return add_image(reader, header->misc, body);
	case PX_PERF_HEADER_FEATURE:
		feature = px_cursor_u64(&c);
		return take_feature(reader, feature, px_cursor_bytes(&c, px_cursor_left(&c)));
	case PX_PERF_EVENT_UPDATE:
		take_event_update(reader, body);
		return NULL;
	case PX_PERF_COMPRESSED:
		return px_error_new(PX_ERR_UNSUPPORTED, "the records are compressed; record "
							"without perf's option -z");
	default:
		return NULL;
	}
}

/* --- the header of a file -------------------------------------------------------------------
 */

static struct px_error *read_attrs(struct px_perf_reader *reader,
				   const struct px_perf_file_header *header)
{
	uint64_t entry = header->attr_size;
	struct px_bytes attrs;

	if (entry < PX_PERF_ATTR_SIZE_MIN + sizeof(struct px_perf_section) ||
	    header->attrs.size < entry)
		return px_error_new(PX_ERR_BAD_FORMAT, "the header names no events");
	if (!px_bytes_slice(reader->bytes, header->attrs.offset, header->attrs.size, &attrs))
		return px_error_new(PX_ERR_TRUNCATED, "the file ends before its events");
	for (uint64_t at = 0; attrs.size - at >= entry; at += entry) {
		struct px_bytes attr =
			px_bytes_of(attrs.data + at, entry - sizeof(struct px_perf_section));
		struct px_perf_section section;
		struct px_bytes ids;
		struct px_error *err;

		memcpy(&section, attr.data + attr.size, sizeof(section));
		if (!px_bytes_slice(reader->bytes, section.offset, section.size, &ids))
			return px_error_new(PX_ERR_TRUNCATED,
					    "the file ends before its events' ids");
		err = px_perf_events_add(&reader->events, attr, ids);
		if (err)
			return err;
	}
	return NULL;
}

/* The table of sections stands behind the data, an entry for each bit that is set. */
static struct px_error *read_features(struct px_perf_reader *reader,
				      const struct px_perf_file_header *header)
{
	struct px_cursor table = px_cursor_of(reader->bytes);

	px_cursor_seek(&table, header->data.offset + header->data.size);
	for (unsigned int bit = 0; bit < 64 * PX_PERF_FEATURE_WORDS; bit++) {
		struct px_perf_section section;
		struct px_bytes payload;
		struct px_error *err;

		if (!(header->features[bit / 64] >> (bit % 64) & 1))
			continue;
		section.offset = px_cursor_u64(&table);
		section.size = px_cursor_u64(&table);
		if (table.failed ||
		    !px_bytes_slice(reader->bytes, section.offset, section.size, &payload)) {
			reader->cut = true;
			return NULL;
		}
		err = take_feature(reader, bit, payload);
		if (err)
			return err;
	}
	return NULL;
}

static struct px_error *read_file_header(struct px_perf_reader *reader)
{
	struct px_perf_file_header header;
	bool finished;
	struct px_error *err;

	if (reader->bytes.size < sizeof(header))
		return px_error_new(PX_ERR_TRUNCATED, "the file ends in its header");
	memcpy(&header, reader->bytes.data, sizeof(header));
	if (header.size != sizeof(header))
		return px_error_new(PX_ERR_BAD_FORMAT, "the header has %llu bytes, not %zu",
				    (unsigned long long)header.size, sizeof(header));
	err = read_attrs(reader, &header);
	if (err)
		return err;
	reader->data_start = px_min(header.data.offset, (uint64_t)reader->bytes.size);
	reader->data_end = reader->bytes.size;
	finished = header.data.size && (header.features[0] | header.features[1] |
					header.features[2] | header.features[3]);
	if (!finished || header.data.size > reader->data_end - reader->data_start) {
		/* What its writer did not come to count is there nevertheless. */
		reader->cut = true;
		return NULL;
	}
	reader->data_end = reader->data_start + header.data.size;
	return read_features(reader, &header);
}

struct px_error *px_perf_reader_header(struct px_perf_reader *reader)
{
	struct px_cursor c = px_cursor_of(reader->bytes);
	uint64_t magic = px_cursor_u64(&c), size = px_cursor_u64(&c);

	if (c.failed)
		return px_error_new(PX_ERR_TRUNCATED, "the file ends in its header");
	if (magic == PX_PERF_MAGIC_OTHER)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "recorded on a host of the other endianness");
	if (magic != PX_PERF_MAGIC)
		return px_error_new(PX_ERR_BAD_FORMAT, "not a perf.data file");
	if (size != PX_PERF_PIPE_HEADER_SIZE)
		return read_file_header(reader);
	reader->data_start = PX_PERF_PIPE_HEADER_SIZE;
	reader->data_end = reader->bytes.size;
	return NULL;
}
