/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples into a perf.data file.
 *
 * perf knows processes and threads; a guest has tasks, and a domain where no task is known.
 * Their ids are all above Linux's largest pid (2^22), so that perf never takes one for a
 * process of dom0, and can be read in decimal:
 *
 *	20,000,000 + guest pid	a task of the guest: its process id, and its thread id alike
 *	20,000,000, 12,000,000 + vCPU	process and thread of the idle task of a vCPU
 *	10,000,000 + domain id, 11,000,000 + vCPU	what no task is known for: the domain
 *
 * A task id that no Linux can have (above 2^22) counts as unknown. The guest's kernel is mapped
 * with pid -1 and its modules too, as perf does for the kernel of a host; the code of a process
 * with the process's. A unikernel's code is that of the domain's process, in user mode.
 */
#ifndef PX_TRACER_RECORDING_H
#define PX_TRACER_RECORDING_H

#include "guest/namer.h"
#include "lib/perfdata-writer.h"
#include "tracer/tally.h"

enum px_recording_id {
	PX_ID_DOMAIN = 10000000,
	PX_ID_VCPU = 11000000,
	PX_ID_IDLE = 12000000,
	PX_ID_TASK = 20000000,
	PX_TASK_ID_MAX = 1 << 22, /* Linux's PID_MAX_LIMIT */
};

struct px_recording_setup {
	const char *path; /* "-": standard output */
	const struct px_perf_host *host;
	const struct px_domain *domain;
	unsigned int frequency; /* Hz */
	struct px_namer namer;
	/* The guest is one program in one address space, this file: to perf a process. NULL: a
	 * kernel with processes. */
	const char *program;
};

/** A piece of kernel text. */
struct px_recording_image {
	uint64_t start, end;
	uint64_t reference; /* run-time address of the kernel's _text; 0: a module */
	const char *name;   /* see lib/buildid-cache.h */
	struct px_build_id build_id;
};

/** A piece of code of a guest's process, or of the program that a guest is. */
struct px_recording_code {
	uint32_t pid; /* Linux's tgid; of the one program not used */
	uint64_t start, end;
	uint64_t offset;     /* in the file */
	uint32_t protection; /* PROT_* */
	const char *name;    /* its path, or "[vdso]", "//anon" */
	struct px_build_id build_id;
};

struct px_recording;

/** Start the file; setup is not needed afterwards, but what its namer asks and program. */
px_must_check struct px_error *px_recording_open(const struct px_recording_setup *setup,
						 struct px_recording **ret);

/** Without finish the file stays as the last round left it. NULL is accepted. */
void px_recording_free(struct px_recording *recording);

/* A full disk is one error of one of these; see px_perf_writer_add. Times are
 * CLOCK_MONOTONIC nanoseconds. */

/** Whether this very image is what was mapped last at its start. */
bool px_recording_maps(const struct px_recording *recording,
		       const struct px_recording_image *image);

/** Say that image is mapped from time_ns on, in place of what was there. */
px_must_check struct px_error *px_recording_map(struct px_recording *recording,
						uint64_t time_ns,
						const struct px_recording_image *image);

/** The same of a process. */
px_must_check struct px_error *px_recording_map_code(struct px_recording *recording,
						     uint64_t time_ns,
						     const struct px_recording_code *code);

/** Code was loaded or unloaded: addresses may have other names from now on. */
void px_recording_forget_names(struct px_recording *recording);

px_must_check struct px_error *px_recording_add(struct px_recording *recording,
						const struct px_sample *sample);

/** count slots up to time_ns had no sample. */
px_must_check struct px_error *px_recording_lost(struct px_recording *recording,
						 uint64_t time_ns, uint64_t count);

/** Make what there is so far readable, with the names of its addresses: about once a second. */
px_must_check struct px_error *px_recording_round(struct px_recording *recording);

/** Add a pair to the summary. */
px_must_check struct px_error *px_recording_pair(struct px_recording *recording,
						 const char *key, const char *value);

/** Fill in the numbers that the recording knows: named and unnamed frames. */
void px_recording_count(const struct px_recording *recording, struct px_tally *tally);

/** Bytes of the file so far. */
uint64_t px_recording_size(const struct px_recording *recording);

/** Write names and summary and end the file properly. */
px_must_check struct px_error *px_recording_finish(struct px_recording *recording,
						   const struct px_tally *tally);

#endif
