/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One perf.data record from its bytes, by what its event's attr says is in it
 * (perf_event_open(2), "MMAP layout").
 */
#ifndef PX_LIB_PERFDATA_DECODE_H
#define PX_LIB_PERFDATA_DECODE_H

#include "lib/error.h"
#include "lib/perfdata-format.h"

/** Where an event's records have what: numbers of 8-byte words, -1 what is not there. */
struct px_perf_layout {
	/* From the start of a sample; all up to here are one word each. */
	int8_t ip, tid, time, addr, id, cpu, period;
	uint8_t words;
	bool read, chain, raw; /* what follows, of varying size, in this order */
	uint64_t read_format;
	uint64_t default_period;
	/* In the words that sample_id_all puts behind other records. */
	int8_t id_tid, id_time, id_id, id_cpu;
	uint8_t id_words;
};

struct px_perf_layout px_perf_layout_of(const struct px_perf_attr *attr);

/** The events of a file, and which record belongs to which. Zero-initialise to start. */
struct px_perf_events {
	struct px_perf_event *events;
	struct px_perf_layout *layouts;
	char **names; /* made up from type and config, ours */
	size_t count, event_capacity, layout_capacity, name_capacity;
	struct px_perf_event_id {
		uint64_t id;
		size_t event;
	} * ids;
	size_t id_count, id_capacity;
	bool ids_sorted;
};

void px_perf_events_fini(struct px_perf_events *events);

/** Add the event of an attr (whose bytes may be fewer or more than we know) and its ids. */
px_must_check struct px_error *px_perf_events_add(struct px_perf_events *events,
						  struct px_bytes attr, struct px_bytes ids);

/** The event of an id; false when there is none. Sorts the ids when that is due. */
bool px_perf_events_find(struct px_perf_events *events, uint64_t id, size_t *ret);

enum px_perf_decoded {
	PX_PERF_DECODED,
	PX_PERF_OF_NO_INTEREST, /* struct px_perf_record has no member for it */
	PX_PERF_MALFORMED,
};

/** Decode a record. Pointers in *ret point into body, which is what follows the header. */
enum px_perf_decoded px_perf_decode(struct px_perf_events *events,
				    const struct px_perf_record_header *header,
				    struct px_bytes body, struct px_perf_record *ret);

/** Only the time of a record that px_perf_decode decodes; 0 when it has none. */
uint64_t px_perf_decode_time(struct px_perf_events *events,
			     const struct px_perf_record_header *header, struct px_bytes body);

/** Whether px_perf_decode has something to decode in this type. */
bool px_perf_type_decoded(uint32_t type);

#endif
