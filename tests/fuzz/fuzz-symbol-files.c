/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: any bytes as kallsyms, and names looked up in them. */
#include "report/symbol-files.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(struct px_bytes text,
		  struct px_error *(*add)(struct px_symbol_table *, struct px_bytes))
{
	struct px_symbol_table *table = NULL;
	struct px_error *err = px_symbol_table_new(&table);

	if (!err)
		err = add(table, text);
	if (!err)
		err = px_symbol_table_sort(table);
	for (size_t i = 0; !err && i < px_symbol_table_count(table); i++) {
		const struct px_symbol *symbol = px_symbol_table_get(table, i);
		const struct px_symbol *found = px_symbol_table_find(table, symbol->start);

		if (found && (symbol->start < found->start || symbol->start >= found->end))
			abort();
	}
	px_error_free(err);
	px_symbol_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse(px_bytes_of(data, size), px_symbols_add_kallsyms);
	return 0;
}
