/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stack machine of DWARF 5, section 2.5, as far as section 6.4.2 allows it in call frame
 * information, and full unwind rules. The code comes from files or guests: it is bounded in
 * steps and stack, and can only read what space lets it.
 */
#include "symbolize/cfi-expression.h"

#include <dwarf.h>

#include "symbolize/space-read.h"

enum {
	STACK_SIZE = 64,
	MAX_STEPS = 1000
};

struct machine {
	struct px_cursor code;
	uint64_t stack[STACK_SIZE];
	size_t depth;
	enum px_cfi_result result;
	const struct px_regs *regs;
	const struct px_unwind_space *space;
};

static void push(struct machine *m, uint64_t value)
{
	if (m->depth == STACK_SIZE)
		m->result = PX_CFI_BAD_RULE;
	else
		m->stack[m->depth++] = value;
}

static uint64_t pop(struct machine *m)
{
	if (m->depth == 0) {
		m->result = PX_CFI_BAD_RULE;
		return 0;
	}
	return m->stack[--m->depth];
}

/* The entry that lies index below the top. */
static uint64_t peek(struct machine *m, uint64_t index)
{
	if (index >= m->depth) {
		m->result = PX_CFI_BAD_RULE;
		return 0;
	}
	return m->stack[m->depth - 1 - index];
}

static uint64_t register_value(struct machine *m, uint64_t reg)
{
	if (reg >= PX_REGS || !(m->regs->valid & (1u << reg))) {
		m->result = PX_CFI_BAD_RULE;
		return 0;
	}
	return m->regs->reg[reg];
}

static enum px_cfi_result read_word(const struct px_unwind_space *space, uint64_t address,
				    uint64_t *ret)
{
	switch (px_space_read(space, address, ret)) {
	case PX_WORD_OK:
		return PX_CFI_OK;
	case PX_WORD_DEADLINE:
		return PX_CFI_DEADLINE;
	default:
		return PX_CFI_BAD_READ;
	}
}

/* Memory of 1 to 8 bytes, little-endian; whole words are what space gives. */
static uint64_t dereference(struct machine *m, uint64_t address, unsigned int size)
{
	uint64_t value = 0;

	if (size == 0 || size > 8)
		m->result = PX_CFI_BAD_RULE;
	else
		m->result = read_word(m->space, address, &value);
	return size < 8 ? value & ((1ull << (8 * (size & 7))) - 1) : value;
}

static void branch(struct machine *m, bool taken)
{
	int16_t distance = (int16_t)px_cursor_u16(&m->code);

	if (taken)
		px_cursor_seek(&m->code, m->code.pos + (uint64_t)(int64_t)distance);
}

static uint64_t shifted(uint8_t op, uint64_t value, uint64_t by)
{
	if (op == DW_OP_shra)
		return (uint64_t)((int64_t)value >> px_min(by, (uint64_t)63));
	if (by > 63)
		return 0;
	return op == DW_OP_shl ? value << by : value >> by;
}

/* b was on top; division is signed, the remainder unsigned (section 2.5.1.4). */
static uint64_t divided(struct machine *m, uint8_t op, uint64_t a, uint64_t b)
{
	if (b == 0) {
		m->result = PX_CFI_BAD_RULE;
		return 0;
	}
	if (op == DW_OP_mod)
		return a % b;
	return b == UINT64_MAX ? -a : (uint64_t)((int64_t)a / (int64_t)b);
}

static void binary(struct machine *m, uint8_t op)
{
	uint64_t b = pop(m), a = pop(m);
	int64_t sa = (int64_t)a, sb = (int64_t)b;

	switch (op) {
	case DW_OP_and:
		return push(m, a & b);
	case DW_OP_or:
		return push(m, a | b);
	case DW_OP_xor:
		return push(m, a ^ b);
	case DW_OP_plus:
		return push(m, a + b);
	case DW_OP_minus:
		return push(m, a - b);
	case DW_OP_mul:
		return push(m, a * b);
	case DW_OP_div:
	case DW_OP_mod:
		return push(m, divided(m, op, a, b));
	case DW_OP_shl:
	case DW_OP_shr:
	case DW_OP_shra:
		return push(m, shifted(op, a, b));
	case DW_OP_eq:
		return push(m, sa == sb);
	case DW_OP_ne:
		return push(m, sa != sb);
	case DW_OP_lt:
		return push(m, sa < sb);
	case DW_OP_le:
		return push(m, sa <= sb);
	case DW_OP_gt:
		return push(m, sa > sb);
	case DW_OP_ge:
		return push(m, sa >= sb);
	default:
		m->result = PX_CFI_BAD_RULE;
	}
}

/* Operations that push a constant from the code; false for any other. */
static bool constant(struct machine *m, uint8_t op)
{
	struct px_cursor *c = &m->code;

	switch (op) {
	case DW_OP_addr:
	case DW_OP_const8u:
	case DW_OP_const8s:
		push(m, px_cursor_u64(c));
		return true;
	case DW_OP_const1u:
		push(m, px_cursor_u8(c));
		return true;
	case DW_OP_const1s:
		push(m, (uint64_t)(int64_t)(int8_t)px_cursor_u8(c));
		return true;
	case DW_OP_const2u:
		push(m, px_cursor_u16(c));
		return true;
	case DW_OP_const2s:
		push(m, (uint64_t)(int64_t)(int16_t)px_cursor_u16(c));
		return true;
	case DW_OP_const4u:
		push(m, px_cursor_u32(c));
		return true;
	case DW_OP_const4s:
		push(m, (uint64_t)(int64_t)(int32_t)px_cursor_u32(c));
		return true;
	case DW_OP_constu:
		push(m, px_cursor_uleb128(c));
		return true;
	case DW_OP_consts:
		push(m, (uint64_t)px_cursor_sleb128(c));
		return true;
	default:
		return false;
	}
}

/* Operations on the stack itself; false for any other. */
static bool stack_operation(struct machine *m, uint8_t op)
{
	uint64_t a, b, c;

	switch (op) {
	case DW_OP_dup:
		push(m, peek(m, 0));
		return true;
	case DW_OP_drop:
		pop(m);
		return true;
	case DW_OP_over:
		push(m, peek(m, 1));
		return true;
	case DW_OP_pick:
		push(m, peek(m, px_cursor_u8(&m->code)));
		return true;
	case DW_OP_swap:
		a = pop(m), b = pop(m);
		push(m, a), push(m, b);
		return true;
	case DW_OP_rot:
		a = pop(m), b = pop(m), c = pop(m);
		push(m, a), push(m, c), push(m, b);
		return true;
	default:
		return false;
	}
}

/* Everything with one operand or none; the rest is binary. */
static void unary(struct machine *m, uint8_t op)
{
	uint64_t a;

	switch (op) {
	case DW_OP_nop:
		return;
	case DW_OP_deref:
		return push(m, dereference(m, pop(m), 8));
	case DW_OP_deref_size:
		a = pop(m);
		return push(m, dereference(m, a, px_cursor_u8(&m->code)));
	case DW_OP_abs:
		a = pop(m);
		return push(m, (int64_t)a < 0 ? -a : a);
	case DW_OP_neg:
		return push(m, -pop(m));
	case DW_OP_not:
		return push(m, ~pop(m));
	case DW_OP_plus_uconst:
		a = pop(m);
		return push(m, a + px_cursor_uleb128(&m->code));
	case DW_OP_skip:
		return branch(m, true);
	case DW_OP_bra:
		return branch(m, pop(m) != 0);
	case DW_OP_bregx:
		a = register_value(m, px_cursor_uleb128(&m->code));
		return push(m, a + (uint64_t)px_cursor_sleb128(&m->code));
	default:
		binary(m, op);
	}
}

static void execute(struct machine *m)
{
	uint8_t op = px_cursor_u8(&m->code);

	if (op >= DW_OP_lit0 && op <= DW_OP_lit31)
		return push(m, op - DW_OP_lit0);
	if (op >= DW_OP_breg0 && op <= DW_OP_breg31) {
		uint64_t value = register_value(m, op - DW_OP_breg0);

		return push(m, value + (uint64_t)px_cursor_sleb128(&m->code));
	}
	if (!constant(m, op) && !stack_operation(m, op))
		unary(m, op);
}

enum px_cfi_result px_cfi_expression_evaluate(struct px_bytes code, const uint64_t *initial,
					      const struct px_regs *regs,
					      const struct px_unwind_space *space,
					      uint64_t *ret)
{
	struct machine m = {.code = px_cursor_of(code), .regs = regs, .space = space};

	if (initial)
		push(&m, *initial);
	for (int steps = 0; m.result == PX_CFI_OK && px_cursor_left(&m.code); steps++) {
		if (steps == MAX_STEPS)
			return PX_CFI_BAD_RULE;
		execute(&m);
		if (m.code.failed)
			return PX_CFI_BAD_RULE;
	}
	if (m.result == PX_CFI_OK && m.depth == 0)
		return PX_CFI_BAD_RULE;
	if (m.result == PX_CFI_OK)
		*ret = m.stack[m.depth - 1];
	return m.result;
}

/* A value's rule, given the CFA; DWARF pushes the CFA before a register's expression. */
static enum px_cfi_result locate(const struct px_location *at, uint64_t cfa,
				 const struct px_unwind_space *space,
				 const struct px_regs *regs, uint64_t *ret)
{
	enum px_cfi_result result = PX_CFI_OK;
	uint64_t address = 0;

	switch (at->kind) {
	case PX_AT_CFA:
		return read_word(space, cfa + (uint64_t)at->offset, ret);
	case PX_AT_CFA_VALUE:
		*ret = cfa + (uint64_t)at->offset;
		return PX_CFI_OK;
	case PX_AT_REGISTER:
		if (at->reg >= PX_REGS || !(regs->valid & (1u << at->reg)))
			return PX_CFI_BAD_RULE;
		*ret = regs->reg[at->reg] + (uint64_t)at->offset;
		return PX_CFI_OK;
	case PX_AT_EXPRESSION:
		result = px_cfi_expression_evaluate(at->code, &cfa, regs, space, &address);
		return result == PX_CFI_OK ? read_word(space, address, ret) : result;
	case PX_AT_VALUE:
		return px_cfi_expression_evaluate(at->code, &cfa, regs, space, ret);
	default:
		return PX_CFI_BAD_RULE;
	}
}

/* The CFA itself: a register and an offset, or an expression that starts on an empty stack. */
static enum px_cfi_result locate_cfa(const struct px_location *at,
				     const struct px_unwind_space *space,
				     const struct px_regs *regs, uint64_t *ret)
{
	if (at->kind == PX_AT_VALUE)
		return px_cfi_expression_evaluate(at->code, NULL, regs, space, ret);
	if (at->kind == PX_AT_REGISTER)
		return locate(at, 0, space, regs, ret);
	return PX_CFI_BAD_RULE;
}

enum px_cfi_result px_cfi_rule_apply(const struct px_cfi_rule *rule,
				     const struct px_unwind_space *space, struct px_regs *regs)
{
	struct px_regs caller = {.valid = 1u << PX_REG_IP | 1u << PX_REG_SP};
	uint64_t *bp = &caller.reg[PX_REG_BP];
	enum px_cfi_result result = PX_CFI_OK;

	if (rule->ip.kind == PX_AT_UNDEFINED)
		return PX_CFI_END;
	result = locate_cfa(&rule->cfa, space, regs, &caller.reg[PX_REG_SP]);
	if (result == PX_CFI_OK)
		result = locate(&rule->ip, caller.reg[PX_REG_SP], space, regs,
				&caller.reg[PX_REG_IP]);
	if (result != PX_CFI_OK)
		return result;
	if (rule->bp.kind == PX_AT_SAME) {
		*bp = regs->reg[PX_REG_BP];
		caller.valid |= regs->valid & 1u << PX_REG_BP;
	} else if (locate(&rule->bp, caller.reg[PX_REG_SP], space, regs, bp) == PX_CFI_OK) {
		caller.valid |= 1u << PX_REG_BP;
	}
	*regs = caller;
	return PX_CFI_OK;
}
