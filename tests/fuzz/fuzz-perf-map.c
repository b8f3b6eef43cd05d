/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as perf-PID.map, and names looked up in them. */
#include "symbolize/perf-map.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_perf_map_counts counts = {0};
	struct px_symbol_table *table = NULL;
	struct px_error *err = px_symbol_table_new(&table);

	if (!err)
		err = px_perf_map_parse(px_bytes_of(data, size), table, &counts);
	if (!err)
		err = px_symbol_table_sort(table);
	if (!err && counts.symbols != px_symbol_table_count(table))
		abort();
	for (size_t i = 0; !err && i < px_symbol_table_count(table); i++) {
		const struct px_symbol *symbol = px_symbol_table_get(table, i);
		const struct px_symbol *found = px_symbol_table_find(table, symbol->start);

		if (found != symbol)
			abort();
	}
	px_error_free(err);
	px_symbol_table_free(table);
	return 0;
}
