/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The thunks through which a Linux kernel makes indirect calls, for unwinding out of them. */
#ifndef PX_GUEST_INDIRECT_THUNK_H
#define PX_GUEST_INDIRECT_THUNK_H

#include "symbolize/symbol-table.h"
#include "symbolize/unwind-table.h"

/**
 * Add rules for the first instructions of the thunks among symbols (sorted). To be called after
 * the rows of ORC, which call a thunk's frame undefined (Linux arch/x86/lib/retpoline.S).
 */
px_must_check struct px_error *px_indirect_thunks_add(const struct px_symbol_table *symbols,
						      struct px_unwind_builder *builder);

#endif
