/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A section of call frame information, and the pointers in it. */
#ifndef PX_SYMBOLIZE_CFI_SECTION_H
#define PX_SYMBOLIZE_CFI_SECTION_H

#include "lib/bytes.h"

enum px_cfi_kind {
	PX_CFI_EH_FRAME,    /* System V ABI AMD64 section 4.2.4; Linux Standard Base 10.6 */
	PX_CFI_DEBUG_FRAME, /* DWARF 2 to 5, section 6.4 */
};

/** A section as it lies in a file or in memory, x86-64, relocated. */
struct px_cfi_section {
	enum px_cfi_kind kind;
	struct px_bytes bytes;
	uint64_t address;      /* where the section is loaded; .debug_frame does not use it */
	uint64_t text_address; /* base of DW_EH_PE_textrel pointers; hardly ever used */
	uint64_t data_address; /* base of DW_EH_PE_datarel pointers; hardly ever used */
};

/** A pointer as DW_EH_PE_... encodes it; false when unsupported or out of bytes. */
bool px_cfi_pointer(struct px_cursor *c, uint8_t encoding, const struct px_cfi_section *section,
		    uint64_t *ret);

#endif
