/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write perf.data, as a file or into a pipe.
 *
 * A file is good at every instant: each px_perf_writer_round() makes what was added so far
 * readable for stock perf even if the writer is killed right afterwards, and our reader finds
 * every complete record behind that, too. Nothing is allocated after open except by the
 * functions that say so.
 */
#ifndef PX_LIB_PERFDATA_WRITER_H
#define PX_LIB_PERFDATA_WRITER_H

#include "lib/error.h"
#include "lib/perfdata.h"

/** What the header says about the host and the command. Strings are borrowed during open. */
struct px_perf_host {
	char hostname[65];
	char release[65]; /* of the host's kernel */
	char arch[65];
	char cpu_description[128];
	char cpu_id[64];
	uint32_t cpus_available, cpus_online;
	uint64_t memory_kib;
	char *const *argv; /* the command line, argc strings */
	int argc;
};

/** Describe this host (uname(2), /proc); what cannot be found out stays "unknown" or 0. */
void px_perf_host_read(int argc, char *const *argv, struct px_perf_host *ret);

struct px_perf_writer;

/**
 * Start a file, or a stream where path is "-" (standard output; refused on a terminal) or
 * names something that is no regular file. An existing file moves to PATH.old first.
 * events: count >= 1 of them, each with a name and a rate; type, config and sample_type are
 * ours: every sample has an identifier, IP, pid and tid, time, CPU, period, call chain and raw
 * payload. host and events are not needed after the call.
 * A reader that leaves its end of a pipe is an error like a full disk where SIGPIPE is ignored.
 */
px_must_check struct px_error *px_perf_writer_open(const char *path,
						   const struct px_perf_host *host,
						   const struct px_perf_event *events,
						   size_t count, struct px_perf_writer **ret);

/**
 * Append one record: SAMPLE, COMM, MMAP, MMAP2, FORK, EXIT, LOST (the others of enum
 * px_perf_type are the writer's own). record->event is an index into events. Chains longer
 * than PX_PERF_CHAIN_MAX, payloads above PX_PERF_RAW_MAX and names above PX_PERF_NAME_MAX are
 * cut there. Does at most one write(2), when the buffer is full; allocates only for a build-id
 * not seen before. An MMAP2 with a build-id also enters the file's table of build-ids, without
 * the "_text" behind a kernel's name. After an error (disk full) further calls do nothing and
 * succeed: it is reported once, and the file stays valid with what fitted.
 */
px_must_check struct px_error *px_perf_writer_add(struct px_perf_writer *writer,
						  const struct px_perf_record *record);

/**
 * Everything added from now on is later than everything added before the previous call: let
 * readers bound their sorting by it, and flush. Call about once a second. Errors as of add.
 */
px_must_check struct px_error *px_perf_writer_round(struct px_perf_writer *writer);

/**
 * Append a note (see perfdata-notes.h for what makes one); at most PX_PERF_NOTE_MAX bytes.
 * Several notes of one kind add up.
 */
px_must_check struct px_error *px_perf_writer_note(struct px_perf_writer *writer,
						   enum px_perf_note kind,
						   struct px_bytes payload);

/** Bytes written and buffered so far. */
uint64_t px_perf_writer_size(const struct px_perf_writer *writer);

/**
 * Flush, write the feature sections and close. On an error, which is only one that was not
 * reported yet, the file is cut behind its last complete record. The writer stays to be freed.
 */
px_must_check struct px_error *px_perf_writer_finish(struct px_perf_writer *writer);

/** Free; without finish the file stays as the last round left it. NULL is accepted. */
void px_perf_writer_free(struct px_perf_writer *writer);

#endif
