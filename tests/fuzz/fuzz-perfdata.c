/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf.data of anybody: every record, note, name and outcome is touched. */
#include <stdlib.h>
#include <string.h>

#include "lib/perfdata-notes.h"
#include "lib/perfdata-reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read what a pointer promises. */
static uint64_t touch(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint64_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	return sum;
}

static uint64_t touch_text(const char *text)
{
	return text ? touch(text, strlen(text)) : 0;
}

static uint64_t touch_record(const struct px_perf_record *r)
{
	struct px_sample_outcome outcome;
	uint64_t sum = 0;

	switch (r->type) {
	case PX_PERF_SAMPLE:
		for (size_t i = 0; i < r->sample.chain.count; i++)
			sum += px_perf_chain_ip(&r->sample.chain, i);
		if (px_sample_outcome_decode(r->sample.raw, &outcome))
			for (size_t i = 0; i < outcome.frames; i++)
				sum += px_sample_outcome_source(&outcome, i);
		return sum + touch(r->sample.raw.data, r->sample.raw.size);
	case PX_PERF_COMM:
		return touch_text(r->comm.name);
	case PX_PERF_MMAP:
	case PX_PERF_MMAP2:
		return touch_text(r->mmap.name);
	default:
		return r->origin.time;
	}
}

static uint64_t touch_note(struct px_bytes payload)
{
	struct px_cursor c = px_cursor_of(payload);
	const char *key, *value;
	struct px_note_symbol symbol;
	uint64_t sum = 0;

	while (px_note_next_symbol(&c, &symbol))
		sum += touch_text(symbol.name) + touch_text(symbol.module);
	c = px_cursor_of(payload);
	while (px_note_next_pair(&c, &key, &value))
		sum += touch_text(key) + touch_text(value);
	return sum;
}

static uint64_t touch_about(const struct px_perf_reader *reader)
{
	const struct px_perf_header_info *info = px_perf_reader_info(reader);
	size_t events = 0, images = 0;
	const struct px_perf_event *event = px_perf_reader_events(reader, &events);
	const struct px_perf_image *image = px_perf_reader_images(reader, &images);
	enum px_perf_note kind;
	struct px_bytes payload;
	uint64_t sum = touch_text(info->hostname) + touch_text(info->release) +
		       touch_text(info->version) + touch_text(info->arch) +
		       touch_text(info->cpu_description) + touch_text(info->cpu_id);

	for (size_t i = 0; i < info->argc; i++)
		sum += touch_text(info->argv[i]);
	for (size_t i = 0; i < events; i++)
		sum += touch_text(event[i].name);
	for (size_t i = 0; i < images; i++)
		sum += touch_text(image[i].name);
	for (size_t i = 0; px_perf_reader_note(reader, i, &kind, &payload); i++)
		sum += touch_note(payload);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_perf_reader *reader = NULL;
	struct px_error *err = px_perf_reader_new(px_bytes_of(data, size), &reader);
	struct px_perf_record record;
	uint64_t last = 0, sum = 0, count = 0, events = 0;
	volatile uint64_t sink;

	px_error_free(err);
	if (!reader)
		return 0;
	sum = touch_about(reader);
	px_perf_reader_events(reader, &events);
	while (px_perf_reader_next(reader, &record)) {
		sum += touch_record(&record);
		/* Time order, no record twice, events that are there. */
		if (record.origin.time && record.origin.time < last)
			abort();
		last = record.origin.time ? record.origin.time : last;
		if (++count > size / 8 || record.event >= events)
			abort();
	}
	sink = sum;
	(void)sink;
	px_perf_reader_close(reader);
	return 0;
}
