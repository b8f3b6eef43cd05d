/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Find and read the symbol file of an object. */
#ifndef PX_REPORT_DSO_LOAD_H
#define PX_REPORT_DSO_LOAD_H

#include "report/dso.h"
#include "symbolize/symfs.h"

/** Names of an object. */
struct px_dso_symbols {
	const struct px_symbol_table *table; /* sorted; NULL when nothing was found */
	uint64_t slide; /* object's addresses are this much above the table's */
	/* Whose the table is: nobody else's, or a program's. */
	struct px_symbol_table *own_table;
	struct px_program *program;
	struct px_program *own_program; /* the same, unless symfs keeps it */
};

void px_dso_symbols_fini(struct px_dso_symbols *symbols);

/**
 * Look for the object's symbols: of the kernel in options->kallsyms, perf's build-id cache and,
 * where the build-id is that of the running kernel, /proc/kallsyms; of a file in the cache and
 * in symfs, with its separate debug file; of a JIT in the map that it wrote. A file with
 * another build-id is not taken. Finding nothing is no error: ret->table stays NULL. ret is
 * zeroed.
 */
px_must_check struct px_error *px_dso_load(const struct px_dso_options *options,
					   struct px_symfs *symfs, enum px_dso_kind kind,
					   const char *name, const struct px_build_id *build_id,
					   struct px_dso_symbols *ret);

/** What to add to an address of the object to get one of the table's, without the slide. */
uint64_t px_dso_symbols_bias(const struct px_dso_symbols *symbols, uint64_t address);

#endif
