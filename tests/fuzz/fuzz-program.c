/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as a program: its unwind table, its symbols with linkage table and .gnu_debugdata. */
#include "symbolize/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct px_program *program)
{
	const struct px_unwind_table *unwind = px_program_unwind(program);
	const struct px_symbol_table *symbols = NULL;
	uint64_t address = 0;

	for (uint64_t offset = 0; offset < 0x4000; offset += 0x340)
		if (px_program_address_of_offset(program, offset, &address))
			px_unwind_table_find(unwind, address);
	for (size_t i = 0; i < px_unwind_table_rows(unwind); i++) {
		const struct px_unwind_rule *rule;

		px_unwind_table_row(unwind, i, &address, &rule);
		if (rule && rule->cfa_base == PX_CFA_EXPRESSION)
			px_unwind_table_cfi_rule(unwind, rule);
	}
	if (!px_program_problem(program))
		px_program_build_id(program);
	px_error_free(px_program_symbols(program, &symbols));
	if (symbols)
		px_symbol_table_find(symbols, address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_program *program = NULL;
	struct px_error *err = px_program_open_bytes(px_bytes_of(data, size), "fuzz", &program);

	if (!err)
		ask(program);
	px_error_free(err);
	px_program_free(program);
	return 0;
}
