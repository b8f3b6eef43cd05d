/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The perf.data writer.
 *
 * What a reader must know stands in the data itself, not only in the feature sections at the
 * end of the file: names of events in EVENT_UPDATE records, build-ids in MMAP2 records, our
 * notes in FEATURE records. So a file whose writer was killed and a pipe say the same.
 */
#include "lib/perfdata-writer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/perfdata-encode.h"
#include "lib/perfdata-features.h"
#include "lib/perfdata-output.h"

struct px_perf_writer {
	struct px_perf_output output;
	struct px_buffer sections[PX_PERF_FEATURES_WRITTEN];
	struct px_perf_image *images; /* names are ours */
	size_t image_count, image_capacity;
};

/* --- one record --------------------------------------------------------------------------- */

static struct px_error *record_begin(struct px_perf_writer *writer, struct px_perf_encoder *ret)
{
	uint8_t *memory = NULL;
	struct px_error *err = px_perf_output_reserve(&writer->output, &memory);

	if (!err)
		*ret = px_perf_encode_begin(memory);
	return err;
}

static void record_end(struct px_perf_writer *writer, struct px_perf_encoder *e, uint32_t type,
		       uint16_t misc)
{
	px_perf_output_commit(&writer->output, px_perf_encode_end(e, type, misc));
}

/* --- build-ids ---------------------------------------------------------------------------- */

/* Remember an image for the BUILD_ID table, once. */
static struct px_error *writer_image(struct px_perf_writer *writer,
				     const struct px_perf_record *record)
{
	static const char kernel_suffix[] = "_text";
	const struct px_perf_mmap *mmap = &record->mmap;
	struct px_perf_image image = {.pid = mmap->pid,
				      .misc = record->misc & PX_PERF_MISC_CPUMODE,
				      .build_id = mmap->build_id};
	size_t length = strnlen(mmap->name, PX_PERF_NAME_MAX);
	size_t suffix = sizeof(kernel_suffix) - 1;
	char *name;
	struct px_error *err;

	if (image.misc == PX_PERF_MISC_KERNEL && length > suffix && mmap->name[0] == '[' &&
	    !memcmp(mmap->name + length - suffix, kernel_suffix, suffix))
		length -= suffix;
	for (size_t i = 0; i < writer->image_count; i++)
		if (px_build_id_equal(&writer->images[i].build_id, &image.build_id) &&
		    !strncmp(writer->images[i].name, mmap->name, length) &&
		    !writer->images[i].name[length])
			return NULL;
	err = px_array_grow(writer->images, writer->image_count, writer->image_capacity);
	if (err)
		return err;
	name = strndup(mmap->name, length);
	if (!name)
		return &px_error_no_memory;
	image.name = name;
	writer->images[writer->image_count++] = image;
	px_perf_encode_image(&writer->sections[PX_PERF_FEATURE_BUILD_ID], &image);
	return NULL;
}

/* --- opening ------------------------------------------------------------------------------ */

static void encode_file_start(struct px_perf_writer *writer, const struct px_perf_event *events,
			      size_t count, struct px_buffer *start)
{
	struct px_perf_file_header *header = &writer->output.header;
	uint64_t ids = sizeof(*header);

	*header = (struct px_perf_file_header){
		.magic = PX_PERF_MAGIC,
		.size = sizeof(*header),
		.attr_size = PX_PERF_ATTR_SIZE + sizeof(struct px_perf_section),
	};
	header->attrs = (struct px_perf_section){ids + 8 * count, header->attr_size * count};
	header->data.offset = header->attrs.offset + header->attrs.size;
	px_buffer_add(start, header, sizeof(*header));
	for (size_t i = 0; i < count; i++)
		px_buffer_u64(start, px_perf_event_id(i));
	for (size_t i = 0; i < count; i++) {
		struct px_perf_attr attr = px_perf_attr_of(&events[i], i);

		px_perf_encode_attr(start, &attr);
		px_buffer_u64(start, ids + 8 * i);
		px_buffer_u64(start, 8);
	}
}

static void encode_pipe_start(const struct px_perf_event *events, size_t count,
			      struct px_buffer *start)
{
	px_buffer_u64(start, PX_PERF_MAGIC);
	px_buffer_u64(start, PX_PERF_PIPE_HEADER_SIZE);
	for (size_t i = 0; i < count; i++) {
		struct px_perf_attr attr = px_perf_attr_of(&events[i], i);
		struct px_perf_record_header header = {
			.type = PX_PERF_HEADER_ATTR,
			.size = sizeof(header) + PX_PERF_ATTR_SIZE + 8,
		};

		px_buffer_add(start, &header, sizeof(header));
		px_perf_encode_attr(start, &attr);
		px_buffer_u64(start, px_perf_event_id(i));
	}
}

static struct px_error *write_feature(struct px_perf_writer *writer, uint64_t feature,
				      struct px_bytes payload)
{
	struct px_perf_encoder e = {0};
	struct px_error *err = record_begin(writer, &e);

	if (err)
		return err;
	px_perf_put_u64(&e, feature);
	px_perf_put(&e, payload.data, payload.size);
	record_end(writer, &e, PX_PERF_HEADER_FEATURE, 0);
	return NULL;
}

static struct px_error *write_event_name(struct px_perf_writer *writer, const char *name,
					 size_t i)
{
	struct px_perf_encoder e = {0};
	struct px_error *err = record_begin(writer, &e);

	if (err)
		return err;
	px_perf_put_u64(&e, PX_PERF_EVENT_UPDATE_NAME);
	px_perf_put_u64(&e, px_perf_event_id(i));
	px_perf_put_name(&e, name);
	record_end(writer, &e, PX_PERF_EVENT_UPDATE, 0);
	return NULL;
}

static struct px_error *writer_start(struct px_perf_writer *writer,
				     const struct px_perf_event *events, size_t count)
{
	struct px_buffer start = {0};
	struct px_error *err = NULL;

	if (writer->output.is_file)
		encode_file_start(writer, events, count, &start);
	else
		encode_pipe_start(events, count, &start);
	err = start.failed ? &px_error_no_memory
			   : px_perf_output_start(&writer->output, px_buffer_bytes(&start));
	px_buffer_fini(&start);
	for (size_t i = 0; i < PX_PERF_FEATURES_WRITTEN && !err; i++) {
		struct px_bytes payload = px_buffer_bytes(&writer->sections[i]);

		if (!writer->output.is_file && payload.size &&
		    payload.size < PX_PERF_RECORD_MAX - 64)
			err = write_feature(writer, i, payload);
	}
	for (size_t i = 0; i < count && !err; i++)
		err = write_event_name(writer, events[i].name, i);
	return err ? err : px_perf_output_flush(&writer->output);
}

static struct px_error *encode_features(struct px_perf_writer *writer,
					const struct px_perf_host *host,
					const struct px_perf_event *events, size_t count)
{
	for (int i = PX_PERF_FEATURE_HOSTNAME; i <= PX_PERF_FEATURE_COMMAND_LINE; i++)
		px_perf_encode_host(&writer->sections[i], host, (enum px_perf_feature)i);
	px_perf_encode_events(&writer->sections[PX_PERF_FEATURE_EVENTS], events, count);
	for (size_t i = 0; i < PX_PERF_FEATURES_WRITTEN; i++)
		if (writer->sections[i].failed)
			return &px_error_no_memory;
	return NULL;
}

struct px_error *px_perf_writer_open(const char *path, const struct px_perf_host *host,
				     const struct px_perf_event *events, size_t count,
				     struct px_perf_writer **ret)
{
	struct px_perf_writer *writer = NULL;
	struct px_error *err = px_calloc(1, sizeof(*writer), &writer);

	if (err)
		return err;
	writer->output.fd = -1;
	err = encode_features(writer, host, events, count);
	if (!err)
		err = px_perf_output_open(path, &writer->output);
	if (!err)
		err = writer_start(writer, events, count);
	if (err) {
		px_perf_writer_free(writer);
		return err;
	}
	*ret = writer;
	return NULL;
}

/* --- adding ------------------------------------------------------------------------------- */

struct px_error *px_perf_writer_add(struct px_perf_writer *writer,
				    const struct px_perf_record *record)
{
	bool has_id = record->type == PX_PERF_MMAP2 && record->mmap.build_id.size;
	uint16_t misc = record->misc & (uint16_t)~PX_PERF_MISC_MMAP_BUILD_ID;
	struct px_perf_encoder e = {0};
	struct px_error *err = has_id ? writer_image(writer, record) : NULL;

	if (!err)
		err = record_begin(writer, &e);
	if (err)
		return err;
	if (px_perf_encode_body(&e, record))
		record_end(writer, &e, record->type,
			   has_id ? misc | PX_PERF_MISC_MMAP_BUILD_ID : misc);
	return NULL;
}

struct px_error *px_perf_writer_round(struct px_perf_writer *writer)
{
	struct px_perf_encoder e = {0};
	struct px_error *err = record_begin(writer, &e);

	if (err)
		return err;
	record_end(writer, &e, PX_PERF_FINISHED_ROUND, 0);
	return px_perf_output_flush(&writer->output);
}

struct px_error *px_perf_writer_note(struct px_perf_writer *writer, enum px_perf_note kind,
				     struct px_bytes payload)
{
	struct px_perf_encoder e = {0};
	struct px_error *err;

	if (payload.size > PX_PERF_NOTE_MAX)
		return px_error_new(PX_ERR_LIMIT, "a note of %zu bytes is above %d",
				    payload.size, PX_PERF_NOTE_MAX);
	err = record_begin(writer, &e);
	if (err)
		return err;
	px_perf_put_u64(&e, PX_PERF_FEATURE_NOTE);
	px_perf_put_u64(&e, PX_PERF_NOTE_MAGIC);
	px_perf_put_u32(&e, kind);
	px_perf_put_u32(&e, (uint32_t)payload.size);
	if (payload.size)
		px_perf_put(&e, payload.data, payload.size);
	record_end(writer, &e, PX_PERF_HEADER_FEATURE, 0);
	return NULL;
}

uint64_t px_perf_writer_size(const struct px_perf_writer *writer)
{
	return writer->output.written + writer->output.used;
}

struct px_error *px_perf_writer_finish(struct px_perf_writer *writer)
{
	return px_perf_output_finish(&writer->output, writer->sections,
				     PX_PERF_FEATURES_WRITTEN);
}

void px_perf_writer_free(struct px_perf_writer *writer)
{
	if (!writer)
		return;
	for (size_t i = 0; i < PX_PERF_FEATURES_WRITTEN; i++)
		px_buffer_fini(&writer->sections[i]);
	for (size_t i = 0; i < writer->image_count; i++)
		free((char *)writer->images[i].name);
	free(writer->images);
	px_perf_output_fini(&writer->output);
	free(writer);
}
