/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text file that names the kernel's code, /proc/kallsyms. It is taken as hostile. */
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

#endif
