/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layout goes from the leaf outwards. BP is the difficulty: a rule may need it long after
 * it was saved. So the place that holds the current BP (a register or a stack word) stays
 * open until a frame depends on its value, and rows that contradict a settled one are drawn
 * again.
 */
#include "tests/support/inverse-stack.h"

#include <stdlib.h>
#include <string.h>

enum {
	MAX_FRAME_WORDS = 512, /* larger frames are drawn again */
	DRAWS = 100000,
	REGS_WORDS = 21, /* struct pt_regs */
	IRET_WORDS = 5,
};

struct layout {
	const struct px_unwind_table *table;
	uint64_t *seed;
	bool interrupts;
	struct inverse_stack *stack;
	uint64_t sp, bp;
	uint64_t *bp_place; /* where BP's value will be read from; NULL: it is not known */
	bool bp_open;	    /* nothing depends on its value yet */
};

uint64_t inverse_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1du;
}

static uint64_t below(struct layout *l, uint64_t limit)
{
	return (inverse_random(l->seed) >> 16) % limit;
}

static uint64_t *word_at(struct layout *l, uint64_t address)
{
	return &l->stack->words[(address - l->stack->address) / 8];
}

static void set_bp(struct layout *l, uint64_t value)
{
	*l->bp_place = value;
	l->bp = value;
	l->bp_open = false;
}

static bool is_interrupt(const struct px_unwind_rule *rule)
{
	return rule->shape != PX_FRAME_CALL || rule->cfa_base == PX_CFA_SP_INDIRECT;
}

/* The CFA that the rule gives here, settling BP if need be; 0 if it cannot be. */
static uint64_t place_cfa(struct layout *l, const struct px_unwind_rule *rule)
{
	uint64_t offset = (uint64_t)(int64_t)rule->cfa_offset, cfa = 0;

	switch (rule->cfa_base) {
	case PX_CFA_SP:
		return l->sp + offset;
	case PX_CFA_SP_INDIRECT:
		cfa = l->sp + 8 * (4 + below(l, 8));
		*word_at(l, l->sp) = cfa - offset;
		return cfa;
	case PX_CFA_BP:
		if (!l->bp_place)
			return 0;
		if (!l->bp_open)
			return l->bp + offset;
		cfa = l->sp + 8 * (4 + below(l, 12));
		set_bp(l, cfa - offset);
		return cfa;
	default:
		return 0;
	}
}

/* Whether a word inside the new frame, that nothing else uses, can hold the saved BP. */
static bool bp_slot_fits(const struct layout *l, const struct px_unwind_rule *rule,
			 uint64_t cfa, uint64_t slot)
{
	uint64_t low = rule->cfa_base == PX_CFA_SP_INDIRECT ? l->sp + 8 : l->sp;

	return slot >= low && slot % 8 == 0 && slot < cfa - 8;
}

static bool row_fits(const struct layout *l, const struct px_unwind_rule *rule)
{
	uint64_t cfa = rule->cfa_base == PX_CFA_BP ? l->bp : l->sp;

	if (!rule || rule->cfa_offset % 8 || rule->bp_offset % 8 || rule->bp == PX_BP_BP)
		return false;
	if (rule->cfa_base != PX_CFA_SP && rule->cfa_base != PX_CFA_BP &&
	    rule->cfa_base != PX_CFA_SP_INDIRECT)
		return false;
	if (rule->cfa_base == PX_CFA_BP && !l->bp_place)
		return false;
	if (rule->cfa_base == PX_CFA_SP_INDIRECT || (rule->cfa_base == PX_CFA_BP && l->bp_open))
		return rule->bp != PX_BP_CFA || rule->bp_offset == -16;
	cfa += (uint64_t)(int64_t)rule->cfa_offset;
	if (cfa < l->sp + (rule->shape == PX_FRAME_CALL ? 8 : 0) ||
	    cfa > l->sp + 8 * MAX_FRAME_WORDS)
		return false;
	return rule->bp != PX_BP_CFA ||
	       bp_slot_fits(l, rule, cfa, cfa + (uint64_t)(int64_t)rule->bp_offset);
}

/* An address whose rule can be laid out here. exact: it is looked up as it is. */
static const struct px_unwind_rule *draw(struct layout *l, bool exact, uint64_t *ip_ret)
{
	size_t rows = px_unwind_table_rows(l->table);
	bool interrupt = l->interrupts && below(l, 32) == 0;

	for (int i = 0; i < DRAWS; i++) {
		size_t row = below(l, rows - 1);
		uint64_t start = 0, end = 0;
		const struct px_unwind_rule *rule = NULL, *next = NULL;

		px_unwind_table_row(l->table, row, &start, &rule);
		px_unwind_table_row(l->table, row + 1, &end, &next);
		if (!rule || !row_fits(l, rule) || (interrupt && !is_interrupt(rule)))
			continue;
		*ip_ret = start + below(l, end - start) + !exact;
		return rule;
	}
	abort();
}

/* Lay out what the rule of the current frame reads; returns where the caller's IP goes. */
static uint64_t *place_frame(struct layout *l, const struct px_unwind_rule *rule)
{
	uint64_t cfa = place_cfa(l, rule), *ip = word_at(l, cfa - 8);

	if (rule->shape != PX_FRAME_CALL) {
		uint64_t iret = cfa + (rule->shape == PX_FRAME_REGS
					       ? 8 * (REGS_WORDS - IRET_WORDS)
					       : 0);

		ip = word_at(l, iret);
		ip[1] = 0x10; /* CS of a kernel */
		l->sp = iret + 8 * (IRET_WORDS + below(l, 4));
		ip[3] = l->sp;
	} else {
		l->sp = cfa;
	}
	if (rule->bp == PX_BP_CFA)
		l->bp_place = word_at(l, cfa + (uint64_t)(int64_t)rule->bp_offset);
	else if (rule->shape == PX_FRAME_REGS)
		l->bp_place = word_at(l, cfa + 8 * 4);
	else if (rule->bp == PX_BP_UNKNOWN)
		l->bp_place = NULL;
	l->bp_open |= rule->bp == PX_BP_CFA || rule->shape == PX_FRAME_REGS;
	return ip;
}

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		abort();
	return memory;
}

void inverse_stack_make(const struct px_unwind_table *table, uint64_t *seed, size_t depth,
			uint64_t address, bool interrupts, struct inverse_stack *ret)
{
	struct layout l = {.table = table, .seed = seed, .stack = ret, .bp_open = true};
	uint64_t *ip = &ret->regs.reg[PX_REG_IP];
	bool exact = true;
	uint8_t source = PX_RULE_NONE;

	l.interrupts = interrupts;
	l.sp = address;
	l.bp_place = &ret->regs.reg[PX_REG_BP];
	memset(&ret->regs, 0, sizeof(ret->regs));
	ret->regs.reg[PX_REG_SP] = address;
	ret->regs.valid = 1u << PX_REG_IP | 1u << PX_REG_SP | 1u << PX_REG_BP;
	ret->address = address;
	ret->depth = depth;
	ret->frames = allocate(depth, sizeof(ret->frames[0]));
	ret->words = allocate(depth * (MAX_FRAME_WORDS + 64), sizeof(ret->words[0]));
	for (size_t i = 0; i < depth; i++) {
		const struct px_unwind_rule *rule = draw(&l, exact, ip);

		ret->frames[i] = (struct px_frame){.ip = *ip, .source = source, .exact = exact};
		ip = place_frame(&l, rule);
		exact = rule->shape != PX_FRAME_CALL;
		source = rule->source;
	}
	*ip = 0;
	ret->word_count = (l.sp - address) / 8;
	ret->words = realloc(ret->words, ret->word_count * sizeof(ret->words[0]));
	if (!ret->words)
		abort();
}

void inverse_stack_fini(struct inverse_stack *stack)
{
	free(stack->words);
	free(stack->frames);
	*stack = (struct inverse_stack){0};
}

enum px_read_word_result inverse_stack_read(void *stack, uint64_t address, uint64_t *ret)
{
	const struct inverse_stack *s = stack;
	uint64_t offset = address - s->address;

	if (offset / 8 >= s->word_count || offset % 8)
		return PX_WORD_BAD;
	*ret = s->words[offset / 8];
	return PX_WORD_OK;
}

bool inverse_stack_matches(const struct inverse_stack *stack, const struct px_frame *frames,
			   size_t count)
{
	if (count != stack->depth)
		return false;
	for (size_t i = 0; i < count; i++)
		if (frames[i].ip != stack->frames[i].ip ||
		    frames[i].source != stack->frames[i].source ||
		    frames[i].exact != stack->frames[i].exact)
			return false;
	return true;
}
