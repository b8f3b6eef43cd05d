/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instructions in entries of call frame information (DWARF 5, section 6.4.2), run for the
 * columns CFA, return address and BP.
 */
#ifndef PX_SYMBOLIZE_CFI_PROGRAM_H
#define PX_SYMBOLIZE_CFI_PROGRAM_H

#include "symbolize/cfi-section.h"
#include "symbolize/unwind-table.h"

/** The row under construction: the columns that we follow (DWARF 5, section 6.4.1). */
struct px_cfi_row {
	struct px_location cfa, ip, bp;
};

struct px_cfi_cie {
	size_t offset; /* of the entry in the section */
	uint64_t code_alignment;
	int64_t data_alignment;
	uint8_t pointer_encoding; /* DW_EH_PE_... of addresses in FDEs */
	bool augmented;		  /* FDEs have an augmentation length */
	bool signal;
	struct px_cfi_row initial; /* after the initial instructions */
};

/** Run the initial instructions of a CIE: sets cie->initial. False if malformed. */
bool px_cfi_run_initial(struct px_cfi_cie *cie, const struct px_cfi_section *section,
			struct px_bytes instructions);

/** Run the instructions of an FDE for [start, end) and add its rows to builder. */
px_must_check struct px_error *px_cfi_run(const struct px_cfi_cie *cie,
					  const struct px_cfi_section *section,
					  struct px_bytes instructions, uint64_t start,
					  uint64_t end, struct px_unwind_builder *builder);

#endif
