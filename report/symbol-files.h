/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text files that name code: /proc/kallsyms and perf-PID.map. Both are taken as hostile. */
#ifndef PX_REPORT_SYMBOL_FILES_H
#define PX_REPORT_SYMBOL_FILES_H

#include "lib/bytes.h"
#include "symbolize/symbol-table.h"

/**
 * Add the code of a kallsyms text (lines "address type name[\t[module]]") to table, which the
 * caller sorts. A symbol of a module is named "name\t[module]". Lines of another form are
 * passed over; all addresses zero (kptr_restrict) is PX_ERR_PERMISSION.
 */
px_must_check struct px_error *px_symbols_add_kallsyms(struct px_symbol_table *table,
						       struct px_bytes text);

/**
 * Add the lines "start size name" (hexadecimal; tools/perf/Documentation/jit-interface.txt) to
 * table.
 */
px_must_check struct px_error *px_symbols_add_jit_map(struct px_symbol_table *table,
						      struct px_bytes text);

#endif
