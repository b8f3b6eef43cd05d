/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Call frame information: .eh_frame and .debug_frame compiled to unwind tables. */
#ifndef PX_SYMBOLIZE_CFI_H
#define PX_SYMBOLIZE_CFI_H

#include "symbolize/cfi-section.h"
#include "symbolize/unwind-table.h"

struct px_cfi_counts {
	size_t fdes;
	size_t outside; /* of these: left out, as builder cannot hold their addresses */
};

/**
 * Add the rows of every FDE to builder: CFA, return address and BP; other registers are
 * not followed. An undefined return address becomes PX_CFA_END, the end of an FDE
 * PX_CFA_NONE, and what does not fit struct px_unwind_rule a struct px_cfi_rule. FDEs of
 * discarded functions (address 0 in a linked file) are outside of a builder that starts at
 * the text.
 *
 * PX_ERR_BAD_FORMAT, PX_ERR_TRUNCATED, PX_ERR_UNSUPPORTED or PX_ERR_LIMIT, with the section
 * and the offset of the entry; what was added before it stays.
 */
px_must_check struct px_error *px_cfi_parse(const struct px_cfi_section *section,
					    struct px_unwind_builder *builder,
					    struct px_cfi_counts *counts_ret);

#endif
