/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A perf.data file as samples with processes, threads, objects and names around them. */
#ifndef PX_REPORT_SESSION_H
#define PX_REPORT_SESSION_H

#include "lib/perfdata-reader.h"
#include "report/dso.h"
#include "report/tasks.h"

struct px_session;

/** Open a file ("-": standard input). The caller closes. */
px_must_check struct px_error *px_session_open(const char *path,
					       const struct px_dso_options *options,
					       struct px_session **ret);

/** The same from memory, which must outlive the session. */
px_must_check struct px_error *px_session_new(struct px_bytes bytes,
					      const struct px_dso_options *options,
					      struct px_session **ret);
void px_session_close(struct px_session *session);
void px_session_closep(struct px_session **session);

/**
 * The next sample, and which thread it was taken in (an index into px_session_tasks()). At the
 * end *more_ret is false.
 */
px_must_check struct px_error *px_session_next(struct px_session *session, bool *more_ret,
					       struct px_perf_record *sample_ret,
					       uint32_t *thread_ret);

/** A frame: an address, and where its name is to be looked for. */
struct px_spot {
	uint64_t ip;	  /* run-time address */
	uint64_t address; /* in the object, or ip without one */
	uint32_t process; /* whose maps: an index into px_session_tasks() */
	uint32_t dso;	  /* PX_ID_NONE: in no object */
	bool kernel;	  /* sampled in kernel mode */
	bool exact;	  /* no return address: execution was interrupted here */
};

/**
 * The frames of a sample, leaf first; without a call chain the sampled address alone. Valid
 * until the next call.
 */
px_must_check struct px_error *px_session_stack(struct px_session *session,
						const struct px_perf_record *sample,
						uint32_t thread, const struct px_spot **ret,
						size_t *count_ret);

/** What a spot is called. Strings live as long as the session. */
struct px_place {
	const char *name;   /* "[unknown]" */
	const char *module; /* "[kernel.kallsyms]", a path, "[unknown]" */
	uint64_t offset;    /* from the name's start; with a name only */
	bool known;	    /* there is a name */
	bool kernel;	    /* the kernel or a module of it */
	bool loadable;	    /* a module of the kernel */
};

/** Looked up once for each different spot, then remembered. */
px_must_check struct px_error *
px_session_place(struct px_session *session, const struct px_spot *spot, struct px_place *ret);

const struct px_perf_reader *px_session_reader(const struct px_session *session);
const struct px_tasks *px_session_tasks(const struct px_session *session);

/** Samples that LOST records told of so far. */
uint64_t px_session_lost(const struct px_session *session);

#endif
