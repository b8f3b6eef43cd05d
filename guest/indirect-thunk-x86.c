/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thunk is called, or jumped to in place of a call, so the word at SP is a return address. On
 * processors that need no retpoline the kernel writes "jmp *%reg", maybe behind an lfence, over
 * its beginning, and that is all that runs; a retpoline begins with a call. So until ORC has
 * its next row nothing is pushed.
 */
#include "guest/indirect-thunk.h"

#include <string.h>

struct px_error *px_indirect_thunks_add(const struct px_symbol_table *symbols,
					struct px_unwind_builder *builder)
{
	static const char prefix[] = "__x86_indirect_thunk_";
	static const struct px_unwind_rule rule = {
		.cfa_base = PX_CFA_SP,
		.cfa_offset = 8,
		.source = PX_RULE_STUB,
	};
	struct px_error *err = NULL;

	for (size_t i = 0; i < px_symbol_table_count(symbols) && !err; i++) {
		const struct px_symbol *symbol = px_symbol_table_get(symbols, i);

		if (!strncmp(symbol->name, prefix, sizeof(prefix) - 1))
			err = px_unwind_builder_add(builder, symbol->start, &rule);
	}
	return err;
}
