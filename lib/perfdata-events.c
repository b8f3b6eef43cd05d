/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of a perf.data file: what their records contain, which ids are theirs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/perfdata-decode.h"

static int8_t next_word(uint64_t sample_type, uint64_t bit, uint8_t *words)
{
	return sample_type & bit ? (int8_t)(*words)++ : -1;
}

struct px_perf_layout px_perf_layout_of(const struct px_perf_attr *attr)
{
	uint64_t type = attr->sample_type;
	struct px_perf_layout l = {
		.read = type & PX_PERF_SAMPLE_READ,
		.chain = type & PX_PERF_SAMPLE_CALLCHAIN,
		.raw = type & PX_PERF_SAMPLE_RAW,
		.read_format = attr->read_format,
		.default_period = attr->flags & PX_PERF_ATTR_FREQ ? 1 : attr->rate,
		.id_tid = -1,
		.id_time = -1,
		.id_id = -1,
		.id_cpu = -1,
	};
	int8_t identifier = next_word(type, PX_PERF_SAMPLE_IDENTIFIER, &l.words);

	l.ip = next_word(type, PX_PERF_SAMPLE_IP, &l.words);
	l.tid = next_word(type, PX_PERF_SAMPLE_TID, &l.words);
	l.time = next_word(type, PX_PERF_SAMPLE_TIME, &l.words);
	l.addr = next_word(type, PX_PERF_SAMPLE_ADDR, &l.words);
	l.id = next_word(type, PX_PERF_SAMPLE_ID, &l.words);
	next_word(type, PX_PERF_SAMPLE_STREAM_ID, &l.words);
	l.cpu = next_word(type, PX_PERF_SAMPLE_CPU, &l.words);
	l.period = next_word(type, PX_PERF_SAMPLE_PERIOD, &l.words);
	if (identifier >= 0)
		l.id = identifier;
	if (!(attr->flags & PX_PERF_ATTR_SAMPLE_ID_ALL))
		return l;
	l.id_tid = next_word(type, PX_PERF_SAMPLE_TID, &l.id_words);
	l.id_time = next_word(type, PX_PERF_SAMPLE_TIME, &l.id_words);
	l.id_id = next_word(type, PX_PERF_SAMPLE_ID, &l.id_words);
	next_word(type, PX_PERF_SAMPLE_STREAM_ID, &l.id_words);
	l.id_cpu = next_word(type, PX_PERF_SAMPLE_CPU, &l.id_words);
	identifier = next_word(type, PX_PERF_SAMPLE_IDENTIFIER, &l.id_words);
	if (identifier >= 0)
		l.id_id = identifier;
	return l;
}

void px_perf_events_fini(struct px_perf_events *events)
{
	for (size_t i = 0; i < events->count; i++)
		free(events->names[i]);
	free(events->names);
	free(events->events);
	free(events->layouts);
	free(events->ids);
	*events = (struct px_perf_events){0};
}

/* What perf calls an event that its file gives no name; the caller frees it. */
static struct px_error *default_name(uint32_t type, uint64_t config, char **ret)
{
	static const char *const hardware[] = {
		"cycles",
		"instructions",
		"cache-references",
		"cache-misses",
		"branches",
		"branch-misses",
		"bus-cycles",
		"stalled-cycles-frontend",
		"stalled-cycles-backend",
		"ref-cycles",
	};
	static const char *const software[] = {
		"cpu-clock",	    "task-clock",   "page-faults",  "context-switches",
		"cpu-migrations",   "minor-faults", "major-faults", "alignment-faults",
		"emulation-faults", "dummy",	    "bpf-output",   "cgroup-switches",
	};
	char *name;

	if (type == 0 && config < px_array_size(hardware))
		return px_strdup(hardware[config], ret);
	if (type == 1 && config < px_array_size(software))
		return px_strdup(software[config], ret);
	if (asprintf(&name, "type-%u/config=0x%llx/", type, (unsigned long long)config) < 0)
		return &px_error_no_memory;
	*ret = name;
	return NULL;
}

static struct px_error *events_reserve(struct px_perf_events *events)
{
	struct px_error *err =
		px_array_grow(events->events, events->count, events->event_capacity);

	if (!err)
		err = px_array_grow(events->layouts, events->count, events->layout_capacity);
	if (!err)
		err = px_array_grow(events->names, events->count, events->name_capacity);
	return err;
}

struct px_error *px_perf_events_add(struct px_perf_events *events, struct px_bytes attr_bytes,
				    struct px_bytes ids)
{
	struct px_perf_attr attr = {0};
	struct px_error *err = events_reserve(events);
	struct px_cursor c = px_cursor_of(ids);
	size_t i = events->count;

	if (err)
		return err;
	memcpy(&attr, attr_bytes.data, px_min(attr_bytes.size, sizeof(attr)));
	err = default_name(attr.type, attr.config, &events->names[i]);
	if (err)
		return err;
	events->events[i] = (struct px_perf_event){
		.name = events->names[i],
		.type = attr.type,
		.config = attr.config,
		.frequency = attr.flags & PX_PERF_ATTR_FREQ,
		.rate = attr.rate,
		.sample_type = attr.sample_type,
	};
	events->layouts[i] = px_perf_layout_of(&attr);
	events->count++;
	while (px_cursor_left(&c) >= sizeof(uint64_t)) {
		err = px_array_grow(events->ids, events->id_count, events->id_capacity);
		if (err)
			return err;
		events->ids[events->id_count++] =
			(struct px_perf_event_id){px_cursor_u64(&c), i};
	}
	events->ids_sorted = false;
	return NULL;
}

static int compare_ids(const void *a, const void *b)
{
	const struct px_perf_event_id *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->event > y->event) - (x->event < y->event);
}

bool px_perf_events_find(struct px_perf_events *events, uint64_t id, size_t *ret)
{
	size_t low = 0, high = events->id_count;

	if (!events->ids_sorted && events->id_count)
		qsort(events->ids, events->id_count, sizeof(events->ids[0]), compare_ids);
	events->ids_sorted = true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (events->ids[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == events->id_count || events->ids[low].id != id)
		return false;
	*ret = events->ids[low].event;
	return true;
}
