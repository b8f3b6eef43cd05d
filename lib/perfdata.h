/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf.data as plain structs: the constants of the format and one decoded record.
 *
 * The format is that of Linux's perf (tools/perf/Documentation/perf.data-file-format.txt and
 * include/uapi/linux/perf_event.h); what we add to it is in perf-xen-data(5). The writer takes
 * and the reader yields the same struct px_perf_record.
 */
#ifndef PX_LIB_PERFDATA_H
#define PX_LIB_PERFDATA_H

#include "lib/build-id.h"
#include "lib/bytes.h"

/** Record types; those from 64 on are perf's own, the others the kernel's. */
enum px_perf_type {
	PX_PERF_MMAP = 1,
	PX_PERF_LOST = 2,
	PX_PERF_COMM = 3,
	PX_PERF_EXIT = 4,
	PX_PERF_FORK = 7,
	PX_PERF_SAMPLE = 9,
	PX_PERF_MMAP2 = 10,
	PX_PERF_LOST_SAMPLES = 13,
	PX_PERF_HEADER_ATTR = 64,
	PX_PERF_HEADER_TRACING_DATA = 66,
	PX_PERF_HEADER_BUILD_ID = 67,
	PX_PERF_FINISHED_ROUND = 68,
	PX_PERF_AUXTRACE = 71,
	PX_PERF_EVENT_UPDATE = 78,
	PX_PERF_HEADER_FEATURE = 80,
	PX_PERF_COMPRESSED = 81,
};

/** Bits of a record's misc field: the low three say in which mode the CPU was. */
enum px_perf_misc {
	PX_PERF_MISC_KERNEL = 1,
	PX_PERF_MISC_USER = 2,
	PX_PERF_MISC_CPUMODE = 7,
	PX_PERF_MISC_COMM_EXEC = 1 << 13,     /* COMM */
	PX_PERF_MISC_MMAP_BUILD_ID = 1 << 14, /* MMAP2 */
	PX_PERF_MISC_BUILD_ID_SIZE = 1 << 15, /* build-id tables */
};

/** Values in a call chain from here on are no addresses: they say what follows. */
#define PX_PERF_CONTEXT_MIN    ((uint64_t)-4095)
#define PX_PERF_CONTEXT_KERNEL ((uint64_t)-128)
#define PX_PERF_CONTEXT_USER   ((uint64_t)-512)

enum {
	PX_PERF_NAME_MAX = 4095,  /* bytes of a name that we write */
	PX_PERF_CHAIN_MAX = 1024, /* call chain entries, markers included, that we write */
	PX_PERF_RAW_MAX = 4096,	  /* bytes of raw payload that we write */
	PX_PERF_NOTE_MAX = 32768, /* bytes of a note's payload that we write */
};

/** Who, where and when; of samples, and of other records where the file says it. */
struct px_perf_origin {
	uint32_t pid, tid, cpu;
	uint64_t time; /* ns */
};

/** Call chain entries, leaf first, markers included; lie unaligned in a file. */
struct px_perf_chain {
	const void *ips;
	size_t count;
};

static inline uint64_t px_perf_chain_ip(const struct px_perf_chain *chain, size_t i)
{
	uint64_t ip;

	__builtin_memcpy(&ip, (const uint8_t *)chain->ips + i * sizeof(ip), sizeof(ip));
	return ip;
}

struct px_perf_sample {
	uint64_t ip;
	uint64_t addr;	 /* 0 where the event has none */
	uint64_t period; /* 1 where the event has none */
	struct px_perf_chain chain;
	struct px_bytes raw; /* the raw payload, padding included */
};

struct px_perf_comm {
	uint32_t pid, tid;
	const char *name;
};

/** MMAP and MMAP2. A kernel's has pid (uint32_t)-1 and PX_PERF_MISC_KERNEL. */
struct px_perf_mmap {
	uint32_t pid, tid;
	uint64_t start, length;
	uint64_t offset;     /* in the file; of a kernel: the run-time address of its reference
				symbol */
	uint32_t protection; /* PROT_*; MMAP2 only */
	struct px_build_id build_id; /* MMAP2 only, where PX_PERF_MISC_MMAP_BUILD_ID is set */
	const char *name;
};

/** FORK and EXIT. */
struct px_perf_task {
	uint32_t pid, parent_pid, tid, parent_tid;
	uint64_t time;
};

/** One record. Pointers are borrowed. */
struct px_perf_record {
	enum px_perf_type type;
	uint16_t misc;	/* enum px_perf_misc */
	uint32_t event; /* index into the file's events; 0 where the file does not say */
	struct px_perf_origin origin;
	union {
		struct px_perf_sample sample; /* SAMPLE */
		struct px_perf_comm comm;     /* COMM */
		struct px_perf_mmap mmap;     /* MMAP, MMAP2 */
		struct px_perf_task task;     /* FORK, EXIT */
		uint64_t lost;		      /* LOST, LOST_SAMPLES: how many */
	};
};

/** An event of a file. Indexes are in file order. */
struct px_perf_event {
	const char *name; /* "vcpu-clock", "xen-ring:wait", "cycles" */
	uint32_t type;	  /* of perf_event_attr: 1 software */
	uint64_t config;
	bool frequency; /* rate is in Hz, otherwise one sample every rate occurrences */
	uint64_t rate;
	uint64_t sample_type; /* PERF_SAMPLE_* bits; the writer chooses its own */
};

/** A build-id of a file's table: which image was mapped under that name. */
struct px_perf_image {
	uint32_t pid; /* (uint32_t)-1: the host's, or a kernel's */
	uint16_t misc;
	struct px_build_id build_id;
	const char *name;
};

/** What we add to perf.data: notes, which perf skips. Payloads: perfdata-notes.h. */
enum px_perf_note {
	PX_PERF_NOTE_SYMBOLS = 1, /* names of addresses */
	PX_PERF_NOTE_SUMMARY = 2, /* keys and values */
	PX_PERF_NOTE_RINGS = 3,	  /* ring snapshots */
};

#endif
