/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The perf.data reader from inside: perfdata-reader.c walks records, perfdata-header.c the
 * rest. */
#ifndef PX_LIB_PERFDATA_READER_PRIVATE_H
#define PX_LIB_PERFDATA_READER_PRIVATE_H

#include "lib/perfdata-decode.h"
#include "lib/perfdata-reader.h"

struct px_perf_note_at {
	enum px_perf_note kind;
	struct px_bytes payload;
};

struct px_perf_reader {
	struct px_bytes bytes;
	void *mapped, *read; /* what bytes are in, if ours: a map or memory */
	uint64_t data_start, data_end;
	bool cut;

	struct px_perf_events events;
	struct px_perf_image *images;
	size_t image_count, image_capacity;
	struct px_perf_note_at *notes;
	size_t note_count, note_capacity;
	struct px_perf_header_info info;
	const char **argv;

	/* Where records are, by time; NULL when they lie in that order anyway. */
	struct px_perf_record_at {
		uint64_t time, pos;
	} * order;
	size_t order_count, order_capacity;

	uint64_t pos; /* of the next record; with order: an index into it */
	uint64_t malformed;
};

/**
 * Read the header of a file or stream: sets data_start, data_end and cut, and of a file the
 * events and the feature sections.
 */
px_must_check struct px_error *px_perf_reader_header(struct px_perf_reader *reader);

/** Take in a record that says something about the file: an attr, a feature, a build-id, a name.
 */
px_must_check struct px_error *px_perf_reader_meta(struct px_perf_reader *reader,
						   const struct px_perf_record_header *header,
						   struct px_bytes body);

#endif
