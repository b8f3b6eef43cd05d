/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking a stack by rules.
 *
 * A step looks up the rule for the frame's address (for a return address: the byte before
 * it, which still belongs to the call), finds the CFA, and reads what the rule says lies
 * there: a return address or saved registers.
 *
 * Progress. SP must grow with every step, except out of an interrupted frame, which the next
 * one is not without a switch, and over steps that may change the stack: saved registers,
 * indirect bases and expressions (IRQ stack to task stack, signal stack to thread stack). There
 * SP may go down, but only MAX_SWITCHES times in a walk, and never twice to the same IP and SP.
 * A cycle contains a step down, so its second round ends it.
 */
#include "symbolize/unwinder.h"

#include "symbolize/cfi-expression.h"
#include "symbolize/register-frame.h"
#include "symbolize/space-read.h"
#include "symbolize/unwind-map-private.h"

enum {
	MAX_SWITCHES = 8,
	PREFETCH = 512, /* bytes ahead */
	LINE = 64,	/* bytes of a cache line */
};

struct landing {
	uint64_t ip, sp;
};

struct walk {
	const struct px_unwind_space *space;
	struct px_regs *regs;
	bool kernel, user;   /* which part of a divided address space; neither: undivided */
	bool exact;	     /* the IP is where execution is, no return address */
	bool frame_pointers; /* the last step was a guess by frame pointer */
	bool outside;	     /* the last return address was no text: not a frame */
	uint8_t source;	     /* of the last step */
	enum px_end_reason end;
	size_t switches;
	struct landing *landings; /* MAX_SWITCHES */
};

static const uint32_t CORE = 1u << PX_REG_IP | 1u << PX_REG_SP;
static const uint32_t CORE_BP = 1u << PX_REG_IP | 1u << PX_REG_SP | 1u << PX_REG_BP;

/* Steps return false to end the walk, having set the reason. */
static bool ended(struct walk *walk, enum px_end_reason reason)
{
	walk->end = reason;
	return false;
}

static bool read_word(struct walk *walk, uint64_t address, uint64_t *ret)
{
	const struct px_unwind_space *space = walk->space;
	enum px_read_word_result result = px_space_read(space, address, ret);

	if (result == PX_WORD_OK)
		return true;
	return ended(walk, result == PX_WORD_DEADLINE ? PX_END_DEADLINE : PX_END_BAD_READ);
}

static bool ended_at_root(struct walk *walk)
{
	return ended(walk, walk->user ? PX_END_USER_ROOT : PX_END_THREAD_ROOT);
}

/* A step that went to ip and sp from below sp or from another stack. */
static bool switch_allowed(struct walk *walk, uint64_t ip, uint64_t sp)
{
	for (size_t i = 0; i < walk->switches; i++)
		if (walk->landings[i].ip == ip && walk->landings[i].sp == sp)
			return ended(walk, PX_END_NO_PROGRESS);
	if (walk->switches == MAX_SWITCHES)
		return ended(walk, PX_END_NO_PROGRESS);
	walk->landings[walk->switches++] = (struct landing){ip, sp};
	return true;
}

/* The value of a register that rules rarely use as base. */
static bool rare_base(struct walk *walk, enum px_reg reg, int32_t offset, uint64_t *ret)
{
	if (!(walk->regs->valid & 1u << reg))
		return ended(walk, PX_END_NO_RULE);
	*ret = walk->regs->reg[reg] + (uint64_t)(int64_t)offset;
	return true;
}

static bool find_cfa_rare(struct walk *walk, const struct px_unwind_rule *rule, uint64_t *ret)
{
	uint64_t sp = walk->regs->reg[PX_REG_SP], base = 0;
	int64_t offset = rule->cfa_offset;

	switch (rule->cfa_base) {
	case PX_CFA_SP_INDIRECT:
		if (!read_word(walk, sp, &base))
			return false;
		*ret = base + (uint64_t)offset;
		return true;
	case PX_CFA_SP_WORD:
		return read_word(walk, sp + (uint64_t)offset, ret);
	case PX_CFA_BP_INDIRECT:
		return rare_base(walk, PX_REG_BP, rule->cfa_offset, &base) &&
		       read_word(walk, base, ret);
	case PX_CFA_AX:
		return rare_base(walk, PX_REG_AX, rule->cfa_offset, ret);
	case PX_CFA_DX:
		return rare_base(walk, PX_REG_DX, rule->cfa_offset, ret);
	case PX_CFA_DI:
		return rare_base(walk, PX_REG_DI, rule->cfa_offset, ret);
	case PX_CFA_R10:
		return rare_base(walk, PX_REG_R10, rule->cfa_offset, ret);
	case PX_CFA_R13:
		return rare_base(walk, PX_REG_R13, rule->cfa_offset, ret);
	default:
		return ended(walk, PX_END_NO_RULE);
	}
}

/* A call frame whose CFA is SP or BP and an offset, with BP in it or unchanged. */
static inline bool rule_is_plain(const struct px_unwind_rule *rule)
{
	return rule->shape == PX_FRAME_CALL &&
	       (rule->cfa_base == PX_CFA_SP || rule->cfa_base == PX_CFA_BP) &&
	       rule->bp <= PX_BP_CFA;
}

static bool find_cfa(struct walk *walk, const struct px_unwind_rule *rule, uint64_t *ret)
{
	uint64_t offset = (uint64_t)(int64_t)rule->cfa_offset;

	if (rule->cfa_base == PX_CFA_SP) {
		*ret = walk->regs->reg[PX_REG_SP] + offset;
		return true;
	}
	if (rule->cfa_base == PX_CFA_BP) {
		if (!(walk->regs->valid & 1u << PX_REG_BP))
			return ended(walk, PX_END_NO_RULE);
		*ret = walk->regs->reg[PX_REG_BP] + offset;
		return true;
	}
	return find_cfa_rare(walk, rule, ret);
}

/* The caller's BP: *bp and *valid hold the callee's and are changed to it. */
static bool find_bp(struct walk *walk, const struct px_unwind_rule *rule, uint64_t cfa,
		    uint64_t *bp, bool *valid)
{
	uint64_t offset = (uint64_t)(int64_t)rule->bp_offset;

	switch (rule->bp) {
	case PX_BP_SAME:
		return true;
	case PX_BP_CFA:
		*valid = true;
		return read_word(walk, cfa + offset, bp);
	case PX_BP_BP:
		if (*valid)
			return read_word(walk, walk->regs->reg[PX_REG_BP] + offset, bp);
		return true;
	default:
		*valid = false;
		return true;
	}
}

static bool step_registers(struct walk *walk, const struct px_unwind_rule *rule, uint64_t cfa)
{
	struct px_regs *regs = walk->regs, saved = {0};
	uint64_t bp = regs->reg[PX_REG_BP];
	bool bp_known = regs->valid & 1u << PX_REG_BP, user = false;
	uint64_t sp_before = regs->reg[PX_REG_SP];

	switch (px_register_frame_read(walk->space, cfa, rule->shape, &saved, &user)) {
	case PX_WORD_OK:
		break;
	case PX_WORD_DEADLINE:
		return ended(walk, PX_END_DEADLINE);
	default:
		return ended(walk, PX_END_BAD_READ);
	}
	if (!find_bp(walk, rule, cfa, &bp, &bp_known))
		return false;
	if (bp_known && (rule->bp != PX_BP_SAME || rule->shape == PX_FRAME_REGS_PARTIAL)) {
		saved.reg[PX_REG_BP] = bp;
		saved.valid |= 1u << PX_REG_BP;
	}
	*regs = saved;
	walk->exact = true;
	if (user)
		return ended(walk, PX_END_USER_MODE);
	return saved.reg[PX_REG_SP] > sp_before ||
	       switch_allowed(walk, saved.reg[PX_REG_IP], saved.reg[PX_REG_SP]);
}

static bool step_call(struct walk *walk, const struct px_unwind_rule *rule, uint64_t cfa)
{
	struct px_regs *regs = walk->regs;
	uint64_t ip = 0, bp = regs->reg[PX_REG_BP];
	bool bp_known = regs->valid & 1u << PX_REG_BP;
	/* Assembly that has taken its return address off the stack: the word below SP. */
	bool taken = walk->exact && cfa == regs->reg[PX_REG_SP];

	if (!taken && cfa <= regs->reg[PX_REG_SP] && rule->cfa_base <= PX_CFA_BP)
		return ended(walk, PX_END_NO_PROGRESS);
	if (!read_word(walk, cfa - 8, &ip) || !find_bp(walk, rule, cfa, &bp, &bp_known))
		return false;
	if (!taken && cfa <= regs->reg[PX_REG_SP] && !switch_allowed(walk, ip, cfa))
		return false;
	regs->reg[PX_REG_IP] = ip;
	regs->reg[PX_REG_SP] = cfa;
	regs->reg[PX_REG_BP] = bp;
	regs->valid = bp_known ? CORE_BP : CORE;
	walk->exact = false;
	return true;
}

static bool step_cfi(struct walk *walk, uint64_t lookup)
{
	const struct px_cfi_rule *rule = px_unwind_map_find_cfi(walk->space->map, lookup);
	uint64_t sp = walk->regs->reg[PX_REG_SP];

	if (!rule)
		return ended(walk, PX_END_NO_RULE);
	switch (px_cfi_rule_apply(rule, walk->space, walk->regs)) {
	case PX_CFI_OK:
		break;
	case PX_CFI_END:
		return ended_at_root(walk);
	case PX_CFI_BAD_READ:
		return ended(walk, PX_END_BAD_READ);
	case PX_CFI_DEADLINE:
		return ended(walk, PX_END_DEADLINE);
	default:
		return ended(walk, PX_END_NO_RULE);
	}
	walk->exact = rule->signal;
	return walk->regs->reg[PX_REG_SP] > sp ||
	       switch_allowed(walk, walk->regs->reg[PX_REG_IP], walk->regs->reg[PX_REG_SP]);
}

static bool returns_at(const struct walk *walk, uint64_t address)
{
	const struct px_unwind_space *space = walk->space;
	uint64_t word = 0;

	return px_space_read(space, address, &word) == PX_WORD_OK &&
	       space->is_return(space->code, walk->regs->reg[PX_REG_IP], word);
}

/*
 * How a function without rules is left where BP is still its caller's: one that has no frame
 * (gcc gives none to a function that calls nothing and keeps nothing on the stack), or not yet,
 * before and after it pushes BP. NULL where BP seems to be its own.
 */
static const struct px_unwind_rule *frameless_rule(const struct walk *walk)
{
	static const struct px_unwind_rule called = {
		.cfa_base = PX_CFA_SP,
		.cfa_offset = 8,
		.bp = PX_BP_SAME,
	};
	static const struct px_unwind_rule pushed = {
		.cfa_base = PX_CFA_SP,
		.cfa_offset = 16,
		.bp = PX_BP_CFA,
		.bp_offset = -16,
	};
	uint64_t sp = walk->regs->reg[PX_REG_SP], bp = walk->regs->reg[PX_REG_BP];

	if (!walk->exact || !walk->space->is_return ||
	    (walk->regs->valid & 1u << PX_REG_BP && bp >= sp && returns_at(walk, bp + 8)))
		return NULL;
	if (returns_at(walk, sp))
		return &called;
	return returns_at(walk, sp + 8) ? &pushed : NULL;
}

/*
 * No rule, but known text: guess that BP is a frame pointer, and believe it only if it is
 * above SP and what it leads to is a return address into known text. A kernel that is built
 * with frame pointers marks saved registers by an odd BP (ENCODE_FRAME_POINTER in Linux
 * arch/x86/include/asm/frame.h). A chain of frame pointers ends with a zero (System V ABI
 * AMD64, section 3.4.1); one that is zero at first is no chain.
 */
static bool step_frame_pointer(struct walk *walk)
{
	static const struct px_unwind_rule call = {
		.cfa_base = PX_CFA_BP,
		.cfa_offset = 16,
		.bp = PX_BP_CFA,
		.bp_offset = -16,
	};
	static const struct px_unwind_rule saved = {.shape = PX_FRAME_REGS};
	const struct px_unwind_rule *frameless = frameless_rule(walk);
	uint64_t bp = walk->regs->reg[PX_REG_BP], ip = 0;

	if (frameless) {
		walk->source = PX_RULE_FRAME_POINTER;
		walk->frame_pointers = true;
		return step_call(walk, frameless,
				 walk->regs->reg[PX_REG_SP] + (uint64_t)frameless->cfa_offset);
	}
	if (!(walk->regs->valid & 1u << PX_REG_BP))
		return ended(walk, PX_END_NO_RULE);
	if (bp == 0 && walk->frame_pointers && !walk->kernel)
		return ended_at_root(walk);
	if (bp < walk->regs->reg[PX_REG_SP])
		return ended(walk, PX_END_NO_RULE);
	walk->source = PX_RULE_FRAME_POINTER;
	walk->frame_pointers = true;
	if (walk->kernel && bp & 1)
		return step_registers(walk, &saved, bp & ~1ull);
	if (!read_word(walk, bp + 8, &ip))
		return walk->end == PX_END_DEADLINE ? false : ended(walk, PX_END_NO_RULE);
	if (ip == 0 && !walk->kernel)
		return ended_at_root(walk);
	if (!px_unwind_map_covers(walk->space->map, ip - 1))
		return ended(walk, PX_END_NO_RULE);
	return step_call(walk, &call, bp + 16);
}

/* Where no kernel is above, a zero return address is how assembly ends a stack. */
static bool step_without_rule(struct walk *walk, uint64_t ip, uint64_t lookup)
{
	if (px_unwind_map_covers(walk->space->map, lookup))
		return step_frame_pointer(walk);
	walk->outside = !walk->exact;
	if (ip == 0 && walk->outside && !walk->kernel)
		return ended_at_root(walk);
	return ended(walk, PX_END_BAD_ADDRESS);
}

static bool step(struct walk *walk)
{
	uint64_t ip = walk->regs->reg[PX_REG_IP], lookup = walk->exact ? ip : ip - 1, cfa = 0;
	const struct px_unwind_rule *rule = px_unwind_map_find_fast(walk->space->map, lookup);

	if (rule->cfa_base == PX_CFA_NONE)
		return step_without_rule(walk, ip, lookup);
	walk->source = rule->source;
	walk->frame_pointers = false;
	if (rule->cfa_base == PX_CFA_END)
		return ended_at_root(walk);
	if (rule->cfa_base == PX_CFA_EXPRESSION)
		return step_cfi(walk, lookup);
	if (!find_cfa(walk, rule, &cfa))
		return false;
	if (rule->shape != PX_FRAME_CALL)
		return step_registers(walk, rule, cfa);
	return step_call(walk, rule, cfa);
}

/* Stack memory is cold: fetch ahead of the walk. A prefetch past the window harms nothing. */
static inline void prefetch(const struct px_unwind_space *space, uint64_t address,
			    unsigned int lines)
{
	const struct px_stack_window *window = space->window;
	uintptr_t at;

	if (!window || address - window->address >= window->starts)
		return;
	at = (uintptr_t)window->bytes + (address - window->address);
	for (unsigned int i = 0; i < lines; i++)
		__builtin_prefetch((const void *)(at + i * LINE));
}

/*
 * What nearly every step is, with IP, SP and BP in registers: a call whose CFA is SP or BP
 * and an offset. Whatever else there is, failures included, is left to step().
 */
static size_t walk_calls(struct walk *walk, struct px_frame *frames, size_t count,
			 size_t capacity)
{
	const struct px_unwind_space *space = walk->space;
	struct px_regs *regs = walk->regs;
	uint64_t ip = regs->reg[PX_REG_IP], sp = regs->reg[PX_REG_SP],
		 bp = regs->reg[PX_REG_BP];
	bool bp_known = regs->valid & 1u << PX_REG_BP, exact = walk->exact;
	size_t start = count;

	prefetch(space, sp, PREFETCH / LINE);
	while (count < capacity) {
		const struct px_unwind_rule *rule =
			px_unwind_map_find_fast(space->map, exact ? ip : ip - 1);
		uint64_t cfa, caller_ip = 0, caller_bp = bp;

		if (!rule_is_plain(rule) || (!bp_known && rule->cfa_base == PX_CFA_BP))
			break;
		cfa = (rule->cfa_base == PX_CFA_SP ? sp : bp) +
		      (uint64_t)(int64_t)rule->cfa_offset;
		if (cfa <= sp || px_space_read(space, cfa - 8, &caller_ip) != PX_WORD_OK)
			break;
		if (rule->bp == PX_BP_CFA &&
		    px_space_read(space, cfa + (uint64_t)(int64_t)rule->bp_offset,
				  &caller_bp) != PX_WORD_OK)
			break;
		prefetch(space, cfa + PREFETCH, 2);
		bp_known |= rule->bp == PX_BP_CFA;
		ip = caller_ip, sp = cfa, bp = caller_bp, exact = false;
		frames[count++] = (struct px_frame){.ip = ip, .source = (uint8_t)rule->source};
	}
	if (count > start) {
		regs->reg[PX_REG_IP] = ip;
		regs->reg[PX_REG_SP] = sp;
		regs->reg[PX_REG_BP] = bp;
		regs->valid = bp_known ? CORE_BP : CORE;
		walk->exact = exact;
		walk->frame_pointers = false;
	}
	return count;
}

enum px_end_reason px_unwind(const struct px_unwind_space *space, struct px_regs *regs,
			     struct px_frame *frames, size_t capacity, size_t *count_ret)
{
	/* Apart and not initialised: that would cost as much as a frame. */
	struct landing landings[MAX_SWITCHES];
	struct walk walk = {
		.space = space,
		.regs = regs,
		.landings = landings,
		.exact = true,
	};
	size_t count = 1;

	walk.user = regs->reg[PX_REG_IP] < space->kernel_start;
	walk.kernel = space->kernel_start && !walk.user;
	frames[0] = (struct px_frame){.ip = regs->reg[PX_REG_IP], .exact = true};
	for (;;) {
		count = walk_calls(&walk, frames, count, capacity);
		if (!step(&walk))
			break;
		if (count == capacity) {
			walk.end = PX_END_DEPTH;
			break;
		}
		frames[count++] = (struct px_frame){
			.ip = regs->reg[PX_REG_IP],
			.source = walk.source,
			.exact = walk.exact,
		};
	}
	*count_ret = count - walk.outside;
	return walk.end;
}
