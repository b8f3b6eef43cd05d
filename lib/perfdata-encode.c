/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encoding perf.data records. */
#include "lib/perfdata-encode.h"

#include <string.h>

#include "lib/perfdata-features.h"

static void put_padding(struct px_perf_encoder *e)
{
	size_t padding = -(size_t)(e->at - e->start) & 7;

	memset(e->at, 0, padding);
	e->at += padding;
}

void px_perf_put_name(struct px_perf_encoder *e, const char *name)
{
	px_perf_put(e, name, strnlen(name, PX_PERF_NAME_MAX));
	*e->at++ = 0;
	put_padding(e);
}

size_t px_perf_encode_end(struct px_perf_encoder *e, uint32_t type, uint16_t misc)
{
	struct px_perf_record_header header;

	put_padding(e);
	header = (struct px_perf_record_header){
		.type = type, .misc = misc, .size = (uint16_t)(e->at - e->start)};
	memcpy(e->start, &header, sizeof(header));
	return header.size;
}

/* What sample_id_all puts behind every record that is no sample. */
static void put_origin(struct px_perf_encoder *e, const struct px_perf_record *record)
{
	px_perf_put_u32(e, record->origin.pid);
	px_perf_put_u32(e, record->origin.tid);
	px_perf_put_u64(e, record->origin.time);
	px_perf_put_u32(e, record->origin.cpu);
	px_perf_put_u32(e, 0);
	px_perf_put_u64(e, px_perf_event_id(record->event));
}

static void put_sample(struct px_perf_encoder *e, const struct px_perf_record *record)
{
	const struct px_perf_sample *sample = &record->sample;
	size_t chain = px_min(sample->chain.count, (size_t)PX_PERF_CHAIN_MAX);
	size_t raw = px_min(sample->raw.size, (size_t)PX_PERF_RAW_MAX);

	px_perf_put_u64(e, px_perf_event_id(record->event));
	px_perf_put_u64(e, sample->ip);
	px_perf_put_u32(e, record->origin.pid);
	px_perf_put_u32(e, record->origin.tid);
	px_perf_put_u64(e, record->origin.time);
	px_perf_put_u32(e, record->origin.cpu);
	px_perf_put_u32(e, 0);
	px_perf_put_u64(e, sample->period);
	px_perf_put_u64(e, chain);
	if (chain)
		px_perf_put(e, sample->chain.ips, chain * sizeof(uint64_t));
	px_perf_put_u32(e, (uint32_t)(raw + (-(raw + sizeof(uint32_t)) & 7)));
	if (raw)
		px_perf_put(e, sample->raw.data, raw);
}

static void put_mmap(struct px_perf_encoder *e, const struct px_perf_mmap *mmap, uint32_t type)
{
	px_perf_put_u32(e, mmap->pid);
	px_perf_put_u32(e, mmap->tid);
	px_perf_put_u64(e, mmap->start);
	px_perf_put_u64(e, mmap->length);
	px_perf_put_u64(e, mmap->offset);
	if (type == PX_PERF_MMAP2) {
		uint8_t id[4 + PX_BUILD_ID_MAX] = {mmap->build_id.size};

		/* Zeros are a device, inode and generation that nobody knows. */
		memcpy(id + 4, mmap->build_id.bytes, mmap->build_id.size);
		px_perf_put(e, id, sizeof(id));
		px_perf_put_u32(e, mmap->protection);
		px_perf_put_u32(e, 2); /* MAP_PRIVATE */
	}
	px_perf_put_name(e, mmap->name);
}

static void put_task(struct px_perf_encoder *e, const struct px_perf_task *task)
{
	px_perf_put_u32(e, task->pid);
	px_perf_put_u32(e, task->parent_pid);
	px_perf_put_u32(e, task->tid);
	px_perf_put_u32(e, task->parent_tid);
	px_perf_put_u64(e, task->time);
}

bool px_perf_encode_body(struct px_perf_encoder *e, const struct px_perf_record *record)
{
	switch (record->type) {
	case PX_PERF_SAMPLE:
		put_sample(e, record);
		return true;
	case PX_PERF_COMM:
		px_perf_put_u32(e, record->comm.pid);
		px_perf_put_u32(e, record->comm.tid);
		px_perf_put_name(e, record->comm.name);
		break;
	case PX_PERF_MMAP:
	case PX_PERF_MMAP2:
		put_mmap(e, &record->mmap, record->type);
		break;
	case PX_PERF_FORK:
	case PX_PERF_EXIT:
		put_task(e, &record->task);
		break;
	case PX_PERF_LOST:
		px_perf_put_u64(e, px_perf_event_id(record->event));
		px_perf_put_u64(e, record->lost);
		break;
	default:
		return false;
	}
	put_origin(e, record);
	return true;
}
