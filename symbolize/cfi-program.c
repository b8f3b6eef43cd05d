/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instructions of call frame information (DWARF 5, section 6.4.2), run for the columns
 * CFA, return address and BP, and the translation of finished rows to unwind rules.
 */
#include "symbolize/cfi-program.h"

#include <dwarf.h>
#include <string.h>

#include "symbolize/unwinder.h"

enum {
	REMEMBERED = 32
};

struct program {
	const struct px_cfi_cie *cie;
	const struct px_cfi_section *section;
	struct px_cursor code;
	struct px_cfi_row row;
	struct px_cfi_row remembered[REMEMBERED];
	size_t depth;
	bool bad; /* an instruction that makes no sense */

	/* FDEs only. */
	struct px_unwind_builder *builder; /* NULL while the CIE's instructions run */
	uint64_t location, end;
	bool emitted;
	struct px_cfi_row last; /* what was emitted */
	struct px_error *err;
};

/* "breg<reg> offset" followed by nothing but tail. */
static bool code_is_breg(struct px_bytes code, const void *tail, size_t tail_size,
			 uint8_t *reg_ret, int64_t *offset_ret)
{
	struct px_cursor c = px_cursor_of(code);
	uint8_t op = px_cursor_u8(&c);
	int64_t offset = px_cursor_sleb128(&c);

	if (c.failed || op < DW_OP_breg0 || op > DW_OP_breg31 ||
	    px_cursor_left(&c) != tail_size ||
	    (tail_size && memcmp(code.data + c.pos, tail, tail_size)))
		return false;
	*reg_ret = op - DW_OP_breg0;
	*offset_ret = offset;
	return true;
}

static bool compact_cfa(const struct px_location *cfa, struct px_unwind_rule *rule)
{
	static const uint8_t base[PX_REGS] = {
		[PX_REG_AX] = PX_CFA_AX,   [PX_REG_DX] = PX_CFA_DX, [PX_REG_DI] = PX_CFA_DI,
		[PX_REG_BP] = PX_CFA_BP,   [PX_REG_SP] = PX_CFA_SP, [PX_REG_R10] = PX_CFA_R10,
		[PX_REG_R13] = PX_CFA_R13,
	};
	static const uint8_t deref = DW_OP_deref;
	uint8_t reg = cfa->reg;
	int64_t offset = cfa->offset;

	if (cfa->kind == PX_AT_REGISTER && reg < PX_REGS)
		rule->cfa_base = base[reg];
	else if (cfa->kind == PX_AT_VALUE && code_is_breg(cfa->code, &deref, 1, &reg, &offset))
		rule->cfa_base = reg == PX_REG_BP   ? PX_CFA_BP_INDIRECT
				 : reg == PX_REG_SP ? PX_CFA_SP_WORD
						    : PX_CFA_NONE;
	rule->cfa_offset = (int32_t)offset;
	return rule->cfa_base != PX_CFA_NONE && rule->cfa_offset == offset;
}

static bool compact_bp(const struct px_location *bp, struct px_unwind_rule *rule)
{
	uint8_t reg = 0;
	int64_t offset = bp->offset;

	switch (bp->kind) {
	case PX_AT_SAME:
		rule->bp = PX_BP_SAME;
		return true;
	case PX_AT_UNDEFINED:
		rule->bp = PX_BP_UNKNOWN;
		return true;
	case PX_AT_CFA:
		rule->bp = PX_BP_CFA;
		break;
	case PX_AT_EXPRESSION:
		rule->bp = PX_BP_BP;
		if (!code_is_breg(bp->code, NULL, 0, &reg, &offset) || reg != PX_REG_BP)
			return false;
		break;
	default:
		return false;
	}
	rule->bp_offset = (int16_t)offset;
	return rule->bp_offset == offset;
}

static struct px_error *row_add(const struct program *p)
{
	const struct px_cfi_row *row = &p->row;
	struct px_unwind_rule rule = {
		.source = p->section->kind == PX_CFI_EH_FRAME ? PX_RULE_EH_FRAME
							      : PX_RULE_DEBUG_FRAME,
	};
	struct px_cfi_rule full = {row->cfa, row->ip, row->bp, p->cie->signal};

	if (row->ip.kind == PX_AT_UNDEFINED) {
		rule.cfa_base = PX_CFA_END;
		return px_unwind_builder_add(p->builder, p->location, &rule);
	}
	/* Never said: no rule. */
	if (row->ip.kind == PX_AT_SAME || row->cfa.kind == PX_AT_UNDEFINED)
		return px_unwind_builder_add(p->builder, p->location,
					     &(struct px_unwind_rule){0});
	if (!p->cie->signal && row->ip.kind == PX_AT_CFA && row->ip.offset == -8 &&
	    compact_cfa(&row->cfa, &rule) && compact_bp(&row->bp, &rule))
		return px_unwind_builder_add(p->builder, p->location, &rule);
	return px_unwind_builder_add_cfi(p->builder, p->location, &full);
}

static bool same_location(const struct px_location *a, const struct px_location *b)
{
	return a->kind == b->kind && a->reg == b->reg && a->offset == b->offset &&
	       a->code.data == b->code.data;
}

/* The row is complete: it holds from location on. */
static void emit(struct program *p)
{
	if (p->emitted && same_location(&p->last.cfa, &p->row.cfa) &&
	    same_location(&p->last.ip, &p->row.ip) && same_location(&p->last.bp, &p->row.bp))
		return;
	p->err = row_add(p);
	p->last = p->row;
	p->emitted = true;
}

/* Rows are in order and inside the FDE; one of no length is none. */
static void advance_to(struct program *p, uint64_t location)
{
	if (!p->builder || location < p->location || location > p->end) {
		p->bad = true;
		return;
	}
	if (location > p->location)
		emit(p);
	p->location = location;
}

static void advance(struct program *p, uint64_t delta)
{
	uint64_t bytes = 0, location = 0;

	if (__builtin_mul_overflow(delta, p->cie->code_alignment, &bytes) ||
	    __builtin_add_overflow(p->location, bytes, &location))
		p->bad = true;
	else
		advance_to(p, location);
}

/* The column of a register; NULL for those that are not followed. */
static struct px_location *column(struct px_cfi_row *row, uint64_t reg)
{
	return reg == PX_REG_IP ? &row->ip : reg == PX_REG_BP ? &row->bp : NULL;
}

static void restore_column(struct program *p, uint64_t reg)
{
	struct px_location *at = column(&p->row, reg);
	struct px_cfi_row initial = p->cie->initial;

	if (at)
		*at = *column(&initial, reg);
}

static int64_t factored(struct program *p, uint64_t offset)
{
	int64_t bytes = 0;

	if (__builtin_mul_overflow((int64_t)offset, p->cie->data_alignment, &bytes))
		p->bad = true;
	return bytes;
}

static void offset_column(struct program *p, uint64_t reg)
{
	struct px_location *at = column(&p->row, reg);
	int64_t offset = factored(p, px_cursor_uleb128(&p->code));

	if (at)
		*at = (struct px_location){.kind = PX_AT_CFA, .offset = offset};
}

static void define_cfa(struct program *p, uint64_t reg, int64_t offset)
{
	p->bad |= reg > UINT8_MAX;
	p->row.cfa = (struct px_location){
		.kind = PX_AT_REGISTER, .reg = (uint8_t)reg, .offset = offset};
}

static void define_cfa_part(struct program *p, uint8_t op)
{
	struct px_cursor *c = &p->code;
	uint64_t reg = p->row.cfa.reg;
	int64_t offset = p->row.cfa.offset;

	/* Only valid after a register rule (section 6.4.2.2). */
	p->bad |= p->row.cfa.kind != PX_AT_REGISTER;
	if (op == DW_CFA_def_cfa_register)
		reg = px_cursor_uleb128(c);
	else if (op == DW_CFA_def_cfa_offset)
		offset = (int64_t)px_cursor_uleb128(c);
	else
		offset = factored(p, (uint64_t)px_cursor_sleb128(c));
	define_cfa(p, reg, offset);
}

/* Instructions about the CFA; false for any other. */
static bool execute_cfa(struct program *p, uint8_t op)
{
	struct px_cursor *c = &p->code;
	uint64_t reg;

	switch (op) {
	case DW_CFA_def_cfa:
		reg = px_cursor_uleb128(c);
		define_cfa(p, reg, (int64_t)px_cursor_uleb128(c));
		return true;
	case DW_CFA_def_cfa_sf:
		reg = px_cursor_uleb128(c);
		define_cfa(p, reg, factored(p, (uint64_t)px_cursor_sleb128(c)));
		return true;
	case DW_CFA_def_cfa_register:
	case DW_CFA_def_cfa_offset:
	case DW_CFA_def_cfa_offset_sf:
		define_cfa_part(p, op);
		return true;
	case DW_CFA_def_cfa_expression:
		p->row.cfa = (struct px_location){
			.kind = PX_AT_VALUE,
			.code = px_cursor_bytes(c, px_cursor_uleb128(c)),
		};
		return true;
	default:
		return false;
	}
}

/* What follows the register in an instruction about one register. */
enum operand {
	NO_INSTRUCTION, /* not such an instruction */
	NOTHING,
	FACTORED,
	FACTORED_SIGNED,
	FACTORED_NEGATED,
	REGISTER,
	CODE,
	INITIAL, /* nothing: back to what the CIE said */
};

struct column_op {
	uint8_t operand; /* enum operand */
	uint8_t kind;	 /* enum px_location_kind */
};

static const struct column_op column_ops[] = {
	[DW_CFA_offset_extended] = {FACTORED, PX_AT_CFA},
	[DW_CFA_offset_extended_sf] = {FACTORED_SIGNED, PX_AT_CFA},
	[DW_CFA_GNU_negative_offset_extended] = {FACTORED_NEGATED, PX_AT_CFA},
	[DW_CFA_val_offset] = {FACTORED, PX_AT_CFA_VALUE},
	[DW_CFA_val_offset_sf] = {FACTORED_SIGNED, PX_AT_CFA_VALUE},
	[DW_CFA_undefined] = {NOTHING, PX_AT_UNDEFINED},
	[DW_CFA_same_value] = {NOTHING, PX_AT_SAME},
	[DW_CFA_register] = {REGISTER, PX_AT_REGISTER},
	[DW_CFA_expression] = {CODE, PX_AT_EXPRESSION},
	[DW_CFA_val_expression] = {CODE, PX_AT_VALUE},
	[DW_CFA_restore_extended] = {INITIAL, 0},
};

static void set_from_operand(struct program *p, uint8_t operand, struct px_location *at)
{
	struct px_cursor *c = &p->code;

	switch (operand) {
	case FACTORED:
		at->offset = factored(p, px_cursor_uleb128(c));
		return;
	case FACTORED_SIGNED:
		at->offset = factored(p, (uint64_t)px_cursor_sleb128(c));
		return;
	case FACTORED_NEGATED:
		at->offset = (int64_t)(0 - (uint64_t)factored(p, px_cursor_uleb128(c)));
		return;
	case REGISTER:
		at->reg = (uint8_t)px_min(px_cursor_uleb128(c), (uint64_t)UINT8_MAX);
		return;
	case CODE:
		at->code = px_cursor_bytes(c, px_cursor_uleb128(c));
		return;
	default:
		return;
	}
}

/* Instructions about one register; false for any other. */
static bool execute_register(struct program *p, uint8_t op)
{
	struct column_op what = {NO_INSTRUCTION, 0};
	struct px_location ignored, *at;
	uint64_t reg;

	if (op < px_array_size(column_ops))
		what = column_ops[op];
	if (what.operand == NO_INSTRUCTION)
		return false;
	reg = px_cursor_uleb128(&p->code);
	if (what.operand == INITIAL) {
		restore_column(p, reg);
		return true;
	}
	at = column(&p->row, reg);
	at = at ? at : &ignored;
	*at = (struct px_location){.kind = what.kind};
	set_from_operand(p, what.operand, at);
	return true;
}

static void remember(struct program *p)
{
	if (p->depth == REMEMBERED)
		p->bad = true;
	else
		p->remembered[p->depth++] = p->row;
}

/* The CFA is part of what is restored, as every producer means it. */
static void recall(struct program *p)
{
	if (p->depth == 0)
		p->bad = true;
	else
		p->row = p->remembered[--p->depth];
}

static void set_location(struct program *p)
{
	uint64_t location = 0;

	if (px_cfi_pointer(&p->code, p->cie->pointer_encoding, p->section, &location))
		advance_to(p, location);
	else
		p->bad = true;
}

static void execute_rest(struct program *p, uint8_t op)
{
	struct px_cursor *c = &p->code;

	switch (op) {
	case DW_CFA_nop:
		return;
	case DW_CFA_set_loc:
		return set_location(p);
	case DW_CFA_advance_loc1:
		return advance(p, px_cursor_u8(c));
	case DW_CFA_advance_loc2:
		return advance(p, px_cursor_u16(c));
	case DW_CFA_advance_loc4:
		return advance(p, px_cursor_u32(c));
	case DW_CFA_MIPS_advance_loc8:
		return advance(p, px_cursor_u64(c));
	case DW_CFA_remember_state:
		return remember(p);
	case DW_CFA_restore_state:
		return recall(p);
	case DW_CFA_GNU_args_size:
		px_cursor_uleb128(c);
		return;
	default:
		p->bad = true;
	}
}

static void execute(struct program *p)
{
	uint8_t op = px_cursor_u8(&p->code), operand = op & 0x3f;

	switch (op & 0xc0) {
	case DW_CFA_advance_loc:
		return advance(p, operand);
	case DW_CFA_offset:
		return offset_column(p, operand);
	case DW_CFA_restore:
		return restore_column(p, operand);
	default:
		if (!execute_cfa(p, op) && !execute_register(p, op))
			execute_rest(p, op);
	}
}

static bool run(struct program *p)
{
	while (px_cursor_left(&p->code) && !p->code.failed && !p->bad && !p->err)
		execute(p);
	return !p->code.failed && !p->bad;
}

bool px_cfi_run_initial(struct px_cfi_cie *cie, const struct px_cfi_section *section,
			struct px_bytes instructions)
{
	struct program p;
	bool good;

	p = (struct program){
		.cie = cie,
		.section = section,
		.code = px_cursor_of(instructions),
	};
	p.row.cfa.kind = PX_AT_UNDEFINED;
	good = run(&p);
	if (good)
		cie->initial = p.row;
	return good;
}

struct px_error *px_cfi_run(const struct px_cfi_cie *cie, const struct px_cfi_section *section,
			    struct px_bytes instructions, uint64_t start, uint64_t end,
			    struct px_unwind_builder *builder)
{
	static const struct px_unwind_rule none;
	struct program p;

	/* Not initialised as a whole: what is remembered is large and written before read. */
	p.cie = cie;
	p.section = section;
	p.code = px_cursor_of(instructions);
	p.row = cie->initial;
	p.depth = 0;
	p.bad = false;
	p.builder = builder;
	p.location = start;
	p.end = end;
	p.emitted = false;
	p.err = NULL;
	if (!run(&p))
		return px_error_new(PX_ERR_BAD_FORMAT, "bad instruction before byte %zu",
				    p.code.pos);
	if (!p.err && p.location < end)
		emit(&p);
	return p.err ? p.err : px_unwind_builder_add(builder, end, &none);
}
