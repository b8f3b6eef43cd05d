/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One unwind rule: how to get from a frame's registers to its caller's, as plain data. */
#ifndef PX_SYMBOLIZE_UNWIND_RULE_H
#define PX_SYMBOLIZE_UNWIND_RULE_H

#include <stdint.h>

/** Where a rule came from; every frame remembers it. */
enum px_rule_source {
	PX_RULE_NONE, /* the sampled frame itself has no caller rule behind it */
	PX_RULE_ORC,
	PX_RULE_DEBUG_FRAME,
	PX_RULE_EH_FRAME,
	PX_RULE_FRAME_POINTER,
	PX_RULE_EXPRESSION, /* resolved by libdw: a rule that does not fit this struct */
	PX_RULE_SOURCES,    /* how many there are */
};

/** What the CFA (canonical frame address, the caller's SP) is computed from. */
enum px_cfa_base {
	PX_CFA_NONE,	    /* no rule known for these addresses */
	PX_CFA_END,	    /* the outermost frame: nothing called it */
	PX_CFA_SP,	    /* SP + offset */
	PX_CFA_BP,	    /* BP + offset */
	PX_CFA_SP_INDIRECT, /* word at SP, + offset (ORC: the stack switch of call_on_irqstack)
			     */
	PX_CFA_BP_INDIRECT, /* word at BP + offset */
	PX_CFA_AX,	    /* the remaining ones: the register itself + offset, */
	PX_CFA_DX,	    /* known only in the sampled frame and behind a full */
	PX_CFA_DI,	    /* saved register frame */
	PX_CFA_R10,
	PX_CFA_R13,
	PX_CFA_EXPRESSION, /* a DWARF expression or another register: ask the slow path */
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

/** 12 bytes; compared with memcmp, so always start from {0}. */
struct px_unwind_rule {
	uint8_t cfa_base;   /* enum px_cfa_base */
	uint8_t shape;	    /* enum px_frame_shape */
	uint8_t bp;	    /* enum px_bp_rule */
	uint8_t source;	    /* enum px_rule_source */
	int32_t cfa_offset; /* bytes */
	int32_t bp_offset;  /* bytes */
};

#endif
