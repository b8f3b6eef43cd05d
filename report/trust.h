/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a recording is to be trusted: what was missed, lost, cut short, and what it cost. */
#ifndef PX_REPORT_TRUST_H
#define PX_REPORT_TRUST_H

#include "lib/bytes.h"
#include "lib/error.h"
#include "symbolize/unwinder.h"

/** A pair of the file's summary; owned by struct px_trust. */
struct px_trust_pair {
	char *key, *value;
};

struct px_trust {
	struct px_trust_pair *pairs; /* the recorder's summary, in file order */
	size_t pair_count, pair_capacity;
	uint64_t samples;		/* reported */
	uint64_t filtered;		/* in the file, but not asked for */
	uint64_t lost;			/* told of by LOST records */
	uint64_t malformed;		/* records that could not be decoded */
	bool cut;			/* the file has no proper end */
	uint64_t first_time, last_time; /* ns, of reported samples */
	uint64_t walked;		/* samples whose end reason is known */
	uint64_t ends[PX_END_REASONS];	/* of those */
};

void px_trust_fini(struct px_trust *trust);

/** Add the pairs of a PX_PERF_NOTE_SUMMARY payload; malformed ends it silently. */
px_must_check struct px_error *px_trust_add_summary(struct px_trust *trust,
						    struct px_bytes payload);

/** The value of a key of the summary; NULL without. Borrowed. */
const char *px_trust_value(const struct px_trust *trust, const char *key);

/** The share of walked samples whose stack ends at a real root, 0..1; -1 with none walked. */
double px_trust_complete(const struct px_trust *trust);

#endif
