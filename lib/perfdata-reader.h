/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read perf.data, ours and that of Linux, in file and pipe form.
 *
 * Everything is decoded in place; a read-only map of the file stays until close. Records come
 * in the order of their time. A file that was cut anywhere, or whose writer was killed, yields
 * every complete record; px_perf_reader_cut() says so.
 */
#ifndef PX_LIB_PERFDATA_READER_H
#define PX_LIB_PERFDATA_READER_H

#include "lib/error.h"
#include "lib/perfdata.h"

struct px_perf_reader;

/** Open a file, or standard input (path "-") or another stream, which is read to its end. */
px_must_check struct px_error *px_perf_reader_open(const char *path,
						   struct px_perf_reader **ret);

/** Read from memory, which must outlive the reader. */
px_must_check struct px_error *px_perf_reader_new(struct px_bytes bytes,
						  struct px_perf_reader **ret);

void px_perf_reader_close(struct px_perf_reader *reader);

/**
 * The next record in time order, of the types that struct px_perf_record has a member for; of
 * equal times in file order. A record without a time comes before those that its file allows
 * to be sorted behind it (see FINISHED_ROUND). False at the end. Malformed records are left
 * out. Pointers in *ret live until close.
 */
bool px_perf_reader_next(struct px_perf_reader *reader, struct px_perf_record *ret);

/** Start again with the first record. */
void px_perf_reader_rewind(struct px_perf_reader *reader);

/* All of the following are known from open on and live until close. */

const struct px_perf_event *px_perf_reader_events(const struct px_perf_reader *reader,
						  size_t *count_ret);
const struct px_perf_image *px_perf_reader_images(const struct px_perf_reader *reader,
						  size_t *count_ret);

/** Note i in file order; false when there are no more. */
bool px_perf_reader_note(const struct px_perf_reader *reader, size_t i,
			 enum px_perf_note *kind_ret, struct px_bytes *payload_ret);

/** Strings of the header; NULL where the file has none. */
struct px_perf_header_info {
	const char *hostname, *release, *version, *arch, *cpu_description, *cpu_id;
	const char *const *argv;
	size_t argc;
};
const struct px_perf_header_info *px_perf_reader_info(const struct px_perf_reader *reader);

/** The file ends in the middle of a record, or was not finished by its writer. */
bool px_perf_reader_cut(const struct px_perf_reader *reader);

/** Records that could not be decoded and were left out so far. */
uint64_t px_perf_reader_malformed(const struct px_perf_reader *reader);

#endif
