/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DWARF expressions in unwind rules, and full rules applied: the unwinder's slow path. */
#ifndef PX_SYMBOLIZE_CFI_EXPRESSION_H
#define PX_SYMBOLIZE_CFI_EXPRESSION_H

#include "symbolize/unwinder.h"

enum px_cfi_result {
	PX_CFI_OK,
	PX_CFI_END,	 /* the return address is undefined: the outermost frame */
	PX_CFI_BAD_RULE, /* malformed, not supported, or it needs a register not known here */
	PX_CFI_BAD_READ,
	PX_CFI_DEADLINE,
};

/**
 * Evaluate a DWARF expression (DWARF 5, section 2.5) over regs and the memory of space.
 * With initial, that value is on the stack first. At most 1,000 operations are executed.
 */
enum px_cfi_result px_cfi_expression_evaluate(struct px_bytes code, const uint64_t *initial,
					      const struct px_regs *regs,
					      const struct px_unwind_space *space,
					      uint64_t *ret);

/** Step regs to the caller by a full rule; unchanged unless PX_CFI_OK. */
enum px_cfi_result px_cfi_rule_apply(const struct px_cfi_rule *rule,
				     const struct px_unwind_space *space, struct px_regs *regs);

#endif
