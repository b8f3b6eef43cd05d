/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The perf.data writer: records to bytes.
 *
 * What a reader must know stands in the data itself, not only in the feature sections at the
 * end of the file: names of events in EVENT_UPDATE records, build-ids in MMAP2 records, our
 * notes in FEATURE records. So a file whose writer was killed and a pipe say the same.
 */
#include "lib/perfdata-writer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/perfdata-features.h"
#include "lib/perfdata-output.h"

struct px_perf_writer {
	struct px_perf_output output;
	struct px_buffer sections[PX_PERF_FEATURES_WRITTEN];
	struct px_perf_image *images; /* names are ours */
	size_t image_count, image_capacity;
};

/* --- one record --------------------------------------------------------------------------- */

/* A record under construction; there is room for PX_PERF_RECORD_MAX bytes. */
struct record {
	uint8_t *start, *at;
};

static void put(struct record *r, const void *data, size_t size)
{
	memcpy(r->at, data, size);
	r->at += size;
}

static void put_u32(struct record *r, uint32_t value)
{
	put(r, &value, sizeof(value));
}

static void put_u64(struct record *r, uint64_t value)
{
	put(r, &value, sizeof(value));
}

static void put_padding(struct record *r)
{
	size_t padding = -(size_t)(r->at - r->start) & 7;

	memset(r->at, 0, padding);
	r->at += padding;
}

static void put_name(struct record *r, const char *name)
{
	put(r, name, strnlen(name, PX_PERF_NAME_MAX));
	*r->at++ = 0;
	put_padding(r);
}

static struct px_error *record_begin(struct px_perf_writer *writer, struct record *ret)
{
	uint8_t *memory = NULL;
	struct px_error *err = px_perf_output_reserve(&writer->output, &memory);

	if (err)
		return err;
	*ret = (struct record){memory, memory + sizeof(struct px_perf_record_header)};
	return NULL;
}

static void record_end(struct px_perf_writer *writer, struct record *r, uint32_t type,
		       uint16_t misc)
{
	struct px_perf_record_header header;

	put_padding(r);
	header = (struct px_perf_record_header){
		.type = type, .misc = misc, .size = (uint16_t)(r->at - r->start)};
	memcpy(r->start, &header, sizeof(header));
	px_perf_output_commit(&writer->output, header.size);
}

/* What sample_id_all puts behind every record that is no sample. */
static void put_origin(struct record *r, const struct px_perf_record *record)
{
	put_u32(r, record->origin.pid);
	put_u32(r, record->origin.tid);
	put_u64(r, record->origin.time);
	put_u32(r, record->origin.cpu);
	put_u32(r, 0);
	put_u64(r, px_perf_event_id(record->event));
}

static void put_sample(struct record *r, const struct px_perf_record *record)
{
	const struct px_perf_sample *sample = &record->sample;
	size_t chain = px_min(sample->chain.count, (size_t)PX_PERF_CHAIN_MAX);
	size_t raw = px_min(sample->raw.size, (size_t)PX_PERF_RAW_MAX);

	put_u64(r, px_perf_event_id(record->event));
	put_u64(r, sample->ip);
	put_u32(r, record->origin.pid);
	put_u32(r, record->origin.tid);
	put_u64(r, record->origin.time);
	put_u32(r, record->origin.cpu);
	put_u32(r, 0);
	put_u64(r, sample->period);
	put_u64(r, chain);
	if (chain)
		put(r, sample->chain.ips, chain * sizeof(uint64_t));
	put_u32(r, (uint32_t)(raw + (-(raw + sizeof(uint32_t)) & 7)));
	if (raw)
		put(r, sample->raw.data, raw);
}

static void put_mmap(struct record *r, const struct px_perf_mmap *mmap, uint32_t type)
{
	put_u32(r, mmap->pid);
	put_u32(r, mmap->tid);
	put_u64(r, mmap->start);
	put_u64(r, mmap->length);
	put_u64(r, mmap->offset);
	if (type == PX_PERF_MMAP2) {
		uint8_t id[4 + PX_BUILD_ID_MAX] = {mmap->build_id.size};

		/* Zeros are a device, inode and generation that nobody knows. */
		memcpy(id + 4, mmap->build_id.bytes, mmap->build_id.size);
		put(r, id, sizeof(id));
		put_u32(r, mmap->protection);
		put_u32(r, 2); /* MAP_PRIVATE */
	}
	put_name(r, mmap->name);
}

static void put_task(struct record *r, const struct px_perf_task *task)
{
	put_u32(r, task->pid);
	put_u32(r, task->parent_pid);
	put_u32(r, task->tid);
	put_u32(r, task->parent_tid);
	put_u64(r, task->time);
}

static bool put_body(struct record *r, const struct px_perf_record *record)
{
	switch (record->type) {
	case PX_PERF_SAMPLE:
		put_sample(r, record);
		return true;
	case PX_PERF_COMM:
		put_u32(r, record->comm.pid);
		put_u32(r, record->comm.tid);
		put_name(r, record->comm.name);
		break;
	case PX_PERF_MMAP:
	case PX_PERF_MMAP2:
		put_mmap(r, &record->mmap, record->type);
		break;
	case PX_PERF_FORK:
	case PX_PERF_EXIT:
		put_task(r, &record->task);
		break;
	case PX_PERF_LOST:
		put_u64(r, px_perf_event_id(record->event));
		put_u64(r, record->lost);
		break;
	default:
		return false;
	}
	put_origin(r, record);
	return true;
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
	struct record r = {0};
	struct px_error *err = record_begin(writer, &r);

	if (err)
		return err;
	put_u64(&r, feature);
	put(&r, payload.data, payload.size);
	record_end(writer, &r, PX_PERF_HEADER_FEATURE, 0);
	return NULL;
}

static struct px_error *write_event_name(struct px_perf_writer *writer, const char *name,
					 size_t i)
{
	struct record r = {0};
	struct px_error *err = record_begin(writer, &r);

	if (err)
		return err;
	put_u64(&r, PX_PERF_EVENT_UPDATE_NAME);
	put_u64(&r, px_perf_event_id(i));
	put_name(&r, name);
	record_end(writer, &r, PX_PERF_EVENT_UPDATE, 0);
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
	struct record r = {0};
	struct px_error *err = has_id ? writer_image(writer, record) : NULL;

	if (!err)
		err = record_begin(writer, &r);
	if (err)
		return err;
	if (put_body(&r, record))
		record_end(writer, &r, record->type,
			   has_id ? misc | PX_PERF_MISC_MMAP_BUILD_ID : misc);
	return NULL;
}

struct px_error *px_perf_writer_round(struct px_perf_writer *writer)
{
	struct record r = {0};
	struct px_error *err = record_begin(writer, &r);

	if (err)
		return err;
	record_end(writer, &r, PX_PERF_FINISHED_ROUND, 0);
	return px_perf_output_flush(&writer->output);
}

struct px_error *px_perf_writer_note(struct px_perf_writer *writer, enum px_perf_note kind,
				     struct px_bytes payload)
{
	struct record r = {0};
	struct px_error *err;

	if (payload.size > PX_PERF_NOTE_MAX)
		return px_error_new(PX_ERR_LIMIT, "a note of %zu bytes is above %d",
				    payload.size, PX_PERF_NOTE_MAX);
	err = record_begin(writer, &r);
	if (err)
		return err;
	put_u64(&r, PX_PERF_FEATURE_NOTE);
	put_u64(&r, PX_PERF_NOTE_MAGIC);
	put_u32(&r, kind);
	put_u32(&r, (uint32_t)payload.size);
	if (payload.size)
		put(&r, payload.data, payload.size);
	record_end(writer, &r, PX_PERF_HEADER_FEATURE, 0);
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
