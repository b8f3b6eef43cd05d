/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ORC tables: a byte for the version, then .orc_unwind_ip and .orc_unwind, 4 : 6. */
#include <stdlib.h>

#include "symbolize/orc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a row says is what a look-up at its address finds. */
static void check_table(const struct px_unwind_table *table)
{
	for (size_t i = 0; i < px_unwind_table_rows(table); i++) {
		const struct px_unwind_rule *rule = NULL;
		uint64_t address = 0;

		px_unwind_table_row(table, i, &address, &rule);
		if (px_unwind_table_find(table, address) != rule)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	size_t ip_size = size > 1 ? (size - 1) * 2 / 5 : 0;
	struct px_error *err = NULL;

	if (size < 1)
		return 0;
	px_error_free(px_unwind_builder_new(0xffffffff00000000u, &builder));
	if (!builder)
		return 0;
	err = px_orc_parse(px_bytes_of(data + 1, ip_size), 0xffffffff80000000u,
			   px_bytes_of(data + 1 + ip_size, size - 1 - ip_size),
			   (enum px_orc_version)(data[0] % (PX_ORC_7_1 + 1)), builder);
	px_error_free(err);
	px_error_free(px_unwind_builder_finish(builder, &table));
	if (table)
		check_table(table);
	px_unwind_table_free(table);
	px_unwind_builder_free(builder);
	return 0;
}
