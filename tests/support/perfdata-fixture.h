/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small known profile of a guest: records, names, and what Debian's perf must print of them.
 */
#ifndef PX_TESTS_SUPPORT_PERFDATA_FIXTURE_H
#define PX_TESTS_SUPPORT_PERFDATA_FIXTURE_H

#include "lib/buffer.h"
#include "lib/perfdata-writer.h"

enum {
	PX_FIXTURE_PID = 10000007,
	PX_FIXTURE_SAMPLES = 12,
	PX_FIXTURE_RECORDS = PX_FIXTURE_SAMPLES + 6, /* 3 COMM, 2 MMAP2, 1 LOST */
	PX_FIXTURE_LOST = 3,
};

/** Where this boot of the guest has its kernel and its module. */
struct px_fixture_boot {
	uint64_t slide, module;
};

/** Put the kernel's and the module's names into perf's build-id cache. */
struct px_error *px_fixture_fill_cache(const char *folder);

/** A writer with the fixture's two events, "vcpu-clock" and "xen-ring:wait". */
struct px_error *px_fixture_open(const char *path, struct px_perf_writer **ret);

/** Record i < PX_FIXTURE_RECORDS of it. Pointers in it live until the next call. */
void px_fixture_record(const struct px_fixture_boot *boot, size_t i,
		       struct px_perf_record *ret);

/** Open, add every record and a summary note, finish, free. */
struct px_error *px_fixture_write(const char *path, const struct px_fixture_boot *boot);

/**
 * Append what `perf script --ns -F comm,pid,tid,cpu,time,event,period,ip,sym` prints of the
 * samples, with one blank between words and no empty lines.
 */
void px_fixture_expect_script(const struct px_fixture_boot *boot, struct px_buffer *ret);

#endif
