/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf-PID.map: what a compiler that runs in a process says about the code it made. */
#ifndef PX_SYMBOLIZE_PERF_MAP_H
#define PX_SYMBOLIZE_PERF_MAP_H

#include "lib/bytes.h"
#include "symbolize/symbol-table.h"

struct px_perf_map_counts {
	size_t symbols;
	size_t replaced; /* by a later line for the same address */
	size_t skipped;	 /* lines that are malformed, or more than are kept */
};

/**
 * Add the lines "START SIZE name" (hexadecimal, "0x" may stand before; the name goes to the end
 * of the line; Linux tools/perf/Documentation/jit-interface.txt) to table, which the caller
 * sorts. Code is compiled anew where old code was: of several lines for one address the last
 * one counts. Lines are skipped that are not of this form, lie in the kernel's half of the
 * address space, wrap, are longer than 4,096 bytes or have control characters in them, and all
 * beyond a million.
 */
px_must_check struct px_error *px_perf_map_parse(struct px_bytes text,
						 struct px_symbol_table *table,
						 struct px_perf_map_counts *counts_ret);

/** The same of an open file of at most 256 MiB; name is for messages. Sorts table. */
px_must_check struct px_error *px_perf_map_read(int fd, const char *name,
						struct px_symbol_table *table,
						struct px_perf_map_counts *counts_ret);

#endif
