/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One unwind rule: how to get from a frame's registers to its caller's, as plain data. */
#ifndef PX_SYMBOLIZE_UNWIND_RULE_H
#define PX_SYMBOLIZE_UNWIND_RULE_H

#include <stdbool.h>

#include "lib/bytes.h"

/** Where a rule came from; every frame remembers it. */
enum px_rule_source {
	PX_RULE_NONE, /* the sampled frame itself has no caller rule behind it */
	PX_RULE_ORC,
	PX_RULE_DEBUG_FRAME,
	PX_RULE_EH_FRAME,
	PX_RULE_FRAME_POINTER,
	PX_RULE_EXPRESSION, /* a struct px_cfi_rule: what does not fit struct px_unwind_rule */
	PX_RULE_STUB,	    /* a few instructions whose frame is known: hypercalls, thunks */
	PX_RULE_SOURCES,    /* how many there are */
};

/** What the CFA (canonical frame address, the caller's SP) is computed from. */
enum px_cfa_base {
	PX_CFA_NONE,	    /* no rule known for these addresses */
	PX_CFA_END,	    /* the outermost frame: nothing called it */
	PX_CFA_SP,	    /* SP + offset */
	PX_CFA_BP,	    /* BP + offset */
	PX_CFA_SP_INDIRECT, /* word at SP, + offset (ORC: the stack switch to the IRQ stack) */
	PX_CFA_SP_WORD,	    /* word at SP + offset */
	PX_CFA_BP_INDIRECT, /* word at BP + offset */
	PX_CFA_AX,	    /* the remaining ones: the register itself + offset, */
	PX_CFA_DX,	    /* known only in the sampled frame and behind a full */
	PX_CFA_DI,	    /* saved register frame */
	PX_CFA_R10,
	PX_CFA_R13,
	PX_CFA_EXPRESSION, /* see px_unwind_table_cfi_rule; cfa_offset is its number */
};

/** What lies at the CFA. */
enum px_frame_shape {
	PX_FRAME_CALL,	       /* return address in the word below the CFA */
	PX_FRAME_REGS,	       /* a full struct pt_regs at the CFA */
	PX_FRAME_REGS_PARTIAL, /* only the interrupt return frame (IP CS FLAGS SP SS) */
};

/** How the caller's BP is recovered. */
enum px_bp_rule {
	PX_BP_SAME,    /* unchanged; behind a full register frame: the saved one */
	PX_BP_CFA,     /* word at CFA + bp_offset */
	PX_BP_BP,      /* word at BP + bp_offset */
	PX_BP_UNKNOWN, /* not recoverable */
};

/** 8 bytes; compared with memcmp, so always start from {0}, which is "no rule". */
struct px_unwind_rule {
	uint16_t cfa_base : 4; /* enum px_cfa_base */
	uint16_t shape : 2;    /* enum px_frame_shape */
	uint16_t bp : 2;       /* enum px_bp_rule */
	uint16_t source : 8;   /* enum px_rule_source */
	int16_t bp_offset;     /* bytes */
	int32_t cfa_offset;    /* bytes */
};

/** How one value is recovered (DWARF 5, section 6.4.1). */
enum px_location_kind {
	PX_AT_SAME,	  /* the register keeps its value */
	PX_AT_UNDEFINED,  /* not recoverable; for the return address: the outermost frame */
	PX_AT_CFA,	  /* word at CFA + offset */
	PX_AT_CFA_VALUE,  /* CFA + offset itself */
	PX_AT_REGISTER,	  /* register reg, + offset (the CFA's usual rule) */
	PX_AT_EXPRESSION, /* word at the address that code computes */
	PX_AT_VALUE,	  /* what code computes itself */
};

struct px_location {
	uint8_t kind;	      /* enum px_location_kind */
	uint8_t reg;	      /* DWARF register number */
	int64_t offset;	      /* bytes */
	struct px_bytes code; /* a DWARF expression */
};

/**
 * A rule in full DWARF generality, for the few addresses (PLT, signal return, realigned
 * stacks in assembly) whose rule does not fit struct px_unwind_rule.
 */
struct px_cfi_rule {
	struct px_location cfa; /* PX_AT_REGISTER or PX_AT_VALUE */
	struct px_location ip;
	struct px_location bp;
	bool signal; /* the caller was interrupted: its IP is exact */
};

#endif
