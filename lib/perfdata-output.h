/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a perf.data goes: a file or a stream behind a buffer of whole records. A file's header
 * counts only what has been written, so that it is valid whenever the writer dies.
 */
#ifndef PX_LIB_PERFDATA_OUTPUT_H
#define PX_LIB_PERFDATA_OUTPUT_H

#include "lib/buffer.h"
#include "lib/error.h"
#include "lib/perfdata-format.h"

enum {
	PX_PERF_RECORD_MAX = 65528, /* bytes of a record: its size is a u16 */
	PX_PERF_OUTPUT_BUFFER = 256 * 1024,
};

struct px_perf_output {
	int fd;
	bool is_file;
	bool failed; /* an error was reported; nothing is written any more */
	char *path;
	uint8_t *buffer;
	size_t used;
	uint64_t written; /* bytes of the file or stream */
	struct px_perf_file_header header;
};

/** Open as px_perf_writer_open() says. Nothing is written yet. */
px_must_check struct px_error *px_perf_output_open(const char *path,
						   struct px_perf_output *ret);
void px_perf_output_fini(struct px_perf_output *output);

/** Write the start of the file or stream, which stands before all records. */
px_must_check struct px_error *px_perf_output_start(struct px_perf_output *output,
						    struct px_bytes start);

/** Memory for one record of at most PX_PERF_RECORD_MAX bytes; commit adds what was made. */
px_must_check struct px_error *px_perf_output_reserve(struct px_perf_output *output,
						      uint8_t **ret);
void px_perf_output_commit(struct px_perf_output *output, size_t size);

/** Write the buffer, and in a file the header. */
px_must_check struct px_error *px_perf_output_flush(struct px_perf_output *output);

/**
 * Flush, append the feature sections (bit i of the header from sections[i], empty ones left
 * out) to a file, and close. If they do not fit the file stays without them.
 */
px_must_check struct px_error *px_perf_output_finish(struct px_perf_output *output,
						     const struct px_buffer *sections,
						     size_t count);

#endif
