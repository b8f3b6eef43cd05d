/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the two halves of the CFI reader: entries and programs. */
#ifndef PX_SYMBOLIZE_CFI_PRIVATE_H
#define PX_SYMBOLIZE_CFI_PRIVATE_H

#include "symbolize/cfi.h"

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

/** A pointer as DW_EH_PE_... encodes it; false when unsupported or out of bytes. */
bool px_cfi_pointer(struct px_cursor *c, uint8_t encoding, const struct px_cfi_section *section,
		    uint64_t *ret);

/** Run the initial instructions of a CIE: sets cie->initial. False if malformed. */
bool px_cfi_run_initial(struct px_cfi_cie *cie, const struct px_cfi_section *section,
			struct px_bytes instructions);

/** Run the instructions of an FDE for [start, end) and add its rows to builder. */
px_must_check struct px_error *px_cfi_run(const struct px_cfi_cie *cie,
					  const struct px_cfi_section *section,
					  struct px_bytes instructions, uint64_t start,
					  uint64_t end, struct px_unwind_builder *builder);

#endif
