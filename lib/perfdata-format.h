/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What perf.data looks like in bytes; for the writer and the reader only. */
#ifndef PX_LIB_PERFDATA_FORMAT_H
#define PX_LIB_PERFDATA_FORMAT_H

#include "lib/perfdata.h"

#define PX_PERF_MAGIC	    0x32454c4946524550u /* "PERFILE2" */
#define PX_PERF_MAGIC_OTHER 0x50455246494c4532u /* the same of a host of other endianness */

/** An offset and a size in the file. */
struct px_perf_section {
	uint64_t offset, size;
};

enum {
	PX_PERF_FEATURE_WORDS = 4,
};

/** The header of a file; that of a pipe is its first two members, size 16. */
struct px_perf_file_header {
	uint64_t magic;
	uint64_t size;
	uint64_t attr_size; /* of an entry: perf_event_attr and a section of ids */
	struct px_perf_section attrs, data, event_types;
	uint64_t features[PX_PERF_FEATURE_WORDS];
};

enum {
	PX_PERF_PIPE_HEADER_SIZE = 16,
};

struct px_perf_record_header {
	uint32_t type;
	uint16_t misc;
	uint16_t size; /* this header included */
};

/** The head of perf_event_attr that matters; attr.size says how long it really is. */
struct px_perf_attr {
	uint32_t type;
	uint32_t size;
	uint64_t config;
	uint64_t rate;
	uint64_t sample_type;
	uint64_t read_format;
	uint64_t flags;
};

enum {
	PX_PERF_ATTR_SIZE_MIN = 64, /* version 0 */
	PX_PERF_ATTR_SIZE = 112,    /* version 5, what we write */
};

enum px_perf_attr_flag {
	PX_PERF_ATTR_MMAP = 1 << 8,
	PX_PERF_ATTR_COMM = 1 << 9,
	PX_PERF_ATTR_FREQ = 1 << 10,
	PX_PERF_ATTR_TASK = 1 << 13,
	PX_PERF_ATTR_SAMPLE_ID_ALL = 1 << 18,
	PX_PERF_ATTR_MMAP2 = 1 << 23,
};

/** Bits of sample_type, in the order in which the fields stand in a sample up to RAW. */
enum px_perf_sample_type {
	PX_PERF_SAMPLE_IDENTIFIER = 1 << 16, /* stands first */
	PX_PERF_SAMPLE_IP = 1 << 0,
	PX_PERF_SAMPLE_TID = 1 << 1,
	PX_PERF_SAMPLE_TIME = 1 << 2,
	PX_PERF_SAMPLE_ADDR = 1 << 3,
	PX_PERF_SAMPLE_ID = 1 << 6,
	PX_PERF_SAMPLE_STREAM_ID = 1 << 9,
	PX_PERF_SAMPLE_CPU = 1 << 7,
	PX_PERF_SAMPLE_PERIOD = 1 << 8,
	PX_PERF_SAMPLE_READ = 1 << 4,
	PX_PERF_SAMPLE_CALLCHAIN = 1 << 5,
	PX_PERF_SAMPLE_RAW = 1 << 10,

	/* What the writer writes. */
	PX_PERF_SAMPLE_OURS = PX_PERF_SAMPLE_IDENTIFIER | PX_PERF_SAMPLE_IP |
			      PX_PERF_SAMPLE_TID | PX_PERF_SAMPLE_TIME | PX_PERF_SAMPLE_CPU |
			      PX_PERF_SAMPLE_PERIOD | PX_PERF_SAMPLE_CALLCHAIN |
			      PX_PERF_SAMPLE_RAW,
};

enum px_perf_read_format {
	PX_PERF_READ_ENABLED = 1 << 0,
	PX_PERF_READ_RUNNING = 1 << 1,
	PX_PERF_READ_ID = 1 << 2,
	PX_PERF_READ_GROUP = 1 << 3,
	PX_PERF_READ_LOST = 1 << 4,
};

/** Ids of feature sections. */
enum px_perf_feature {
	PX_PERF_FEATURE_BUILD_ID = 2,
	PX_PERF_FEATURE_HOSTNAME = 3,
	PX_PERF_FEATURE_RELEASE = 4,
	PX_PERF_FEATURE_VERSION = 5,
	PX_PERF_FEATURE_ARCH = 6,
	PX_PERF_FEATURE_CPUS = 7,
	PX_PERF_FEATURE_CPU_DESCRIPTION = 8,
	PX_PERF_FEATURE_CPU_ID = 9,
	PX_PERF_FEATURE_MEMORY = 10,
	PX_PERF_FEATURE_COMMAND_LINE = 11,
	PX_PERF_FEATURE_EVENTS = 12,
	/* HEADER_STAT: a mark without contents; a payload is never looked at. Carries notes. */
	PX_PERF_FEATURE_NOTE = 19,
	PX_PERF_FEATURES_WRITTEN = PX_PERF_FEATURE_EVENTS + 1,
};

/** What a note's payload starts with, behind the feature's id: the magic, the kind (u32) and
 * the size (u32) of what follows. */
#define PX_PERF_NOTE_MAGIC 0x0065746f6e2d7870u /* "px-note" */

enum {
	PX_PERF_EVENT_UPDATE_NAME = 2,
};

#endif
