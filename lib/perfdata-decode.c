/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decoding perf.data records in place. */
#include "lib/perfdata-decode.h"

#include <string.h>

static uint64_t word_at(struct px_bytes bytes, size_t word)
{
	uint64_t value;

	memcpy(&value, bytes.data + word * sizeof(value), sizeof(value));
	return value;
}

/* --- who, where and when ------------------------------------------------------------------ */

static struct px_perf_origin origin_at(struct px_bytes words, int8_t tid, int8_t time,
				       int8_t cpu)
{
	struct px_perf_origin origin = {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0};

	if (tid >= 0) {
		uint64_t both = word_at(words, (size_t)tid);

		origin.pid = (uint32_t)both;
		origin.tid = (uint32_t)(both >> 32);
	}
	if (time >= 0)
		origin.time = word_at(words, (size_t)time);
	if (cpu >= 0)
		origin.cpu = (uint32_t)word_at(words, (size_t)cpu);
	/* perf writes all ones for a time that it does not have. */
	if (origin.time == UINT64_MAX)
		origin.time = 0;
	return origin;
}

/* The layout of a sample; NULL when it belongs to no event or is too short for it. */
static const struct px_perf_layout *sample_layout(struct px_perf_events *events,
						  struct px_bytes body, size_t *event_ret)
{
	const struct px_perf_layout *layout = events->layouts;
	size_t event = 0;

	if (!events->count)
		return NULL;
	if (events->count > 1 && layout->id >= 0) {
		/* All events of a file have their id at the same place. */
		if (body.size / 8 <= (size_t)layout->id ||
		    !px_perf_events_find(events, word_at(body, (size_t)layout->id), &event))
			return NULL;
		layout += event;
	}
	if (body.size / 8 < layout->words)
		return NULL;
	*event_ret = event;
	return layout;
}

/*
 * Take the words of sample_id_all off the end of a body. Records that perf makes up itself have
 * id 0; then, as in files with one event, the first event's layout holds.
 */
static bool take_origin(struct px_perf_events *events, struct px_bytes *body,
			struct px_perf_origin *origin_ret, size_t *event_ret)
{
	const struct px_perf_layout *layout = events->layouts;
	struct px_bytes words;
	size_t event = 0;

	*origin_ret = origin_at((struct px_bytes){0}, -1, -1, -1);
	*event_ret = 0;
	if (!events->count)
		return true;
	if (body->size / 8 < layout->id_words)
		return false;
	words = px_bytes_of(body->data + body->size - layout->id_words * 8,
			    layout->id_words * 8);
	if (events->count > 1 && layout->id_id >= 0)
		px_perf_events_find(events, word_at(words, (size_t)layout->id_id), &event);
	*origin_ret = origin_at(words, layout->id_tid, layout->id_time, layout->id_cpu);
	*event_ret = event;
	body->size -= words.size;
	return true;
}

/* --- samples ------------------------------------------------------------------------------ */

static void skip_read(struct px_cursor *c, uint64_t format)
{
	uint64_t values = 1, words = 1;

	words += !!(format & PX_PERF_READ_ID) + !!(format & PX_PERF_READ_LOST);
	if (format & PX_PERF_READ_GROUP) {
		values = px_cursor_u64(c);
		if (values > px_cursor_left(c) / 8)
			c->failed = true;
	}
	px_cursor_skip(c, 8 * (uint64_t)(!!(format & PX_PERF_READ_ENABLED) +
					 !!(format & PX_PERF_READ_RUNNING)));
	if (!c->failed)
		px_cursor_skip(c, 8 * values * words);
}

static void decode_chain(struct px_cursor *c, struct px_perf_chain *chain)
{
	uint64_t count = px_cursor_u64(c);

	if (count > px_cursor_left(c) / 8) {
		c->failed = true;
		return;
	}
	*chain = (struct px_perf_chain){px_cursor_bytes(c, count * 8).data, count};
}

static enum px_perf_decoded decode_sample(struct px_perf_events *events, struct px_bytes body,
					  struct px_perf_record *record)
{
	struct px_perf_sample *sample = &record->sample;
	struct px_cursor c = px_cursor_of(body);
	size_t event = 0;
	const struct px_perf_layout *l = sample_layout(events, body, &event);

	if (!l)
		return PX_PERF_MALFORMED;
	record->event = (uint32_t)event;
	record->origin = origin_at(body, l->tid, l->time, l->cpu);
	*sample = (struct px_perf_sample){
		.ip = l->ip >= 0 ? word_at(body, (size_t)l->ip) : 0,
		.addr = l->addr >= 0 ? word_at(body, (size_t)l->addr) : 0,
		.period = l->period >= 0 ? word_at(body, (size_t)l->period) : l->default_period,
	};
	c.pos = (size_t)l->words * 8;
	if (l->read)
		skip_read(&c, l->read_format);
	if (l->chain)
		decode_chain(&c, &sample->chain);
	if (l->raw)
		sample->raw = px_cursor_bytes(&c, px_cursor_u32(&c));
	return c.failed ? PX_PERF_MALFORMED : PX_PERF_DECODED;
}

/* --- other records ------------------------------------------------------------------------ */

static void decode_mmap(struct px_cursor *c, const struct px_perf_record_header *header,
			struct px_perf_mmap *mmap)
{
	*mmap = (struct px_perf_mmap){.pid = px_cursor_u32(c), .tid = px_cursor_u32(c)};
	mmap->start = px_cursor_u64(c);
	mmap->length = px_cursor_u64(c);
	mmap->offset = px_cursor_u64(c);
	if (header->type == PX_PERF_MMAP2) {
		uint32_t size = px_cursor_u32(c) & 0xff;
		struct px_bytes id = px_cursor_bytes(c, PX_BUILD_ID_MAX);

		if (header->misc & PX_PERF_MISC_MMAP_BUILD_ID && id.size) {
			mmap->build_id.size = (uint8_t)px_min(size, (uint32_t)PX_BUILD_ID_MAX);
			memcpy(mmap->build_id.bytes, id.data, mmap->build_id.size);
		}
		mmap->protection = px_cursor_u32(c);
		px_cursor_u32(c); /* flags */
	}
	mmap->name = px_cursor_string(c);
}

static void decode_task(struct px_cursor *c, struct px_perf_task *task)
{
	task->pid = px_cursor_u32(c);
	task->parent_pid = px_cursor_u32(c);
	task->tid = px_cursor_u32(c);
	task->parent_tid = px_cursor_u32(c);
	task->time = px_cursor_u64(c);
}

static void decode_body(struct px_cursor *c, const struct px_perf_record_header *header,
			struct px_perf_record *record)
{
	switch (header->type) {
	case PX_PERF_COMM:
		record->comm.pid = px_cursor_u32(c);
		record->comm.tid = px_cursor_u32(c);
		record->comm.name = px_cursor_string(c);
		break;
	case PX_PERF_MMAP:
	case PX_PERF_MMAP2:
		decode_mmap(c, header, &record->mmap);
		break;
	case PX_PERF_FORK:
	case PX_PERF_EXIT:
		decode_task(c, &record->task);
		break;
	case PX_PERF_LOST:
		px_cursor_u64(c); /* the event's id, which the origin has, too */
		record->lost = px_cursor_u64(c);
		break;
	default: /* LOST_SAMPLES */
		record->lost = px_cursor_u64(c);
		break;
	}
}

bool px_perf_type_decoded(uint32_t type)
{
	switch (type) {
	case PX_PERF_SAMPLE:
	case PX_PERF_COMM:
	case PX_PERF_MMAP:
	case PX_PERF_MMAP2:
	case PX_PERF_FORK:
	case PX_PERF_EXIT:
	case PX_PERF_LOST:
	case PX_PERF_LOST_SAMPLES:
		return true;
	default:
		return false;
	}
}

enum px_perf_decoded px_perf_decode(struct px_perf_events *events,
				    const struct px_perf_record_header *header,
				    struct px_bytes body, struct px_perf_record *ret)
{
	struct px_cursor c;
	size_t event;

	if (!px_perf_type_decoded(header->type))
		return PX_PERF_OF_NO_INTEREST;
	ret->type = (enum px_perf_type)header->type;
	ret->misc = header->misc;
	if (header->type == PX_PERF_SAMPLE)
		return decode_sample(events, body, ret);
	if (!take_origin(events, &body, &ret->origin, &event))
		return PX_PERF_MALFORMED;
	ret->event = (uint32_t)event;
	c = px_cursor_of(body);
	decode_body(&c, header, ret);
	return c.failed ? PX_PERF_MALFORMED : PX_PERF_DECODED;
}

uint64_t px_perf_decode_time(struct px_perf_events *events,
			     const struct px_perf_record_header *header, struct px_bytes body)
{
	struct px_perf_origin origin = {0};
	const struct px_perf_layout *layout;
	size_t event;

	if (header->type != PX_PERF_SAMPLE)
		return take_origin(events, &body, &origin, &event) ? origin.time : 0;
	layout = sample_layout(events, body, &event);
	return layout ? origin_at(body, -1, layout->time, -1).time : 0;
}
