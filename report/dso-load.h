/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Find and read the symbol file of an object. */
#ifndef PX_REPORT_DSO_LOAD_H
#define PX_REPORT_DSO_LOAD_H

#include "report/dso.h"
#include "symbolize/symbol-table.h"

/** Names of an object. */
struct px_dso_symbols {
	struct px_symbol_table *table; /* sorted; NULL when nothing was found */
	uint64_t slide;		       /* object's addresses are this much above the table's */
	struct px_dso_segment {
		uint64_t offset, size; /* in the object's addresses: offsets in the file */
		uint64_t address;      /* in the table's */
	} * segments;
	size_t segment_count;
};

void px_dso_symbols_fini(struct px_dso_symbols *symbols);

/**
 * Look for the object's symbols: of the kernel in options->kallsyms, perf's build-id cache and,
 * where the build-id is that of the running kernel, /proc/kallsyms; of a file in the cache,
 * among the separate debug files and at its path. A file with another build-id is not taken.
 * Finding nothing is no error: ret->table stays NULL. ret is zeroed.
 */
px_must_check struct px_error *px_dso_load(const struct px_dso_options *options,
					   enum px_dso_kind kind, const char *name,
					   const struct px_build_id *build_id,
					   struct px_dso_symbols *ret);

/** What to add to an address of the object to get one of the table's, without the slide. */
uint64_t px_dso_symbols_bias(const struct px_dso_symbols *symbols, uint64_t address);

#endif
