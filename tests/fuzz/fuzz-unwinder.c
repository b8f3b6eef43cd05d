/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile stacks under hostile rules. Input: a byte, how many rules; the rules of 8 bytes, each
 * for 8 bytes of text; IP, SP and BP; the rest is the stack.
 */
#include <stdlib.h>
#include <string.h>

#include "symbolize/unwinder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT  0xffffffff81000000u
#define STACK 0xffffc90000000000u

enum {
	DEPTH = 32,
	MAX_READS = (DEPTH + 1) * 64
};

struct memory {
	struct px_bytes stack;
	size_t reads;
};

static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	struct memory *memory = context;
	uint64_t offset = address - STACK;

	/* Every step reads a few words, so their number is bounded by the depth. */
	if (++memory->reads > MAX_READS)
		abort();
	if (offset >= memory->stack.size || memory->stack.size - offset < sizeof(*ret))
		return PX_WORD_BAD;
	memcpy(ret, memory->stack.data + offset, sizeof(*ret));
	return PX_WORD_OK;
}

static struct px_error *add_rule(struct px_unwind_builder *builder, uint64_t address,
				 struct px_cursor *c)
{
	uint64_t bits = px_cursor_u64(c);
	struct px_unwind_rule rule;
	struct px_cfi_rule full = {.cfa = {.kind = PX_AT_REGISTER, .reg = bits >> 16 & 15}};

	memcpy(&rule, &bits, sizeof(rule));
	if (rule.cfa_base != PX_CFA_EXPRESSION)
		return px_unwind_builder_add(builder, address, &rule);
	full.cfa.offset = rule.cfa_offset;
	full.ip.kind = rule.bp + PX_AT_CFA;
	full.ip.offset = rule.bp_offset;
	full.signal = rule.shape & 1;
	return px_unwind_builder_add_cfi(builder, address, &full);
}

static struct px_unwind_table *make_table(struct px_cursor *c)
{
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	size_t count = px_cursor_u8(c);
	struct px_error *err = px_unwind_builder_new(TEXT, &builder);

	for (size_t i = 0; i < count && !err; i++)
		err = add_rule(builder, TEXT + 8 * i, c);
	if (!err)
		err = px_unwind_builder_finish(builder, &table);
	px_error_free(err);
	px_unwind_builder_free(builder);
	return table;
}

static void walk(struct px_unwind_map *map, struct px_cursor *c)
{
	struct px_regs regs = {.valid = 0x1ffff};
	struct px_frame *frames = malloc(DEPTH * sizeof(*frames));
	struct memory memory = {0};
	struct px_unwind_space space = {.map = map, .read_word = read_word, .context = &memory};
	size_t count = 0;
	enum px_end_reason end;

	space.kernel_start = px_cursor_u8(c) & 1 ? 0xffff800000000000u : 0;
	regs.reg[PX_REG_IP] = TEXT + px_cursor_u16(c) % 4096;
	regs.reg[PX_REG_SP] = STACK + px_cursor_u16(c);
	regs.reg[PX_REG_BP] = STACK + px_cursor_u16(c);
	memory.stack = px_cursor_bytes(c, px_cursor_left(c));
	end = px_unwind(&space, &regs, frames, DEPTH, &count);
	if (count < 1 || count > DEPTH || end >= PX_END_REASONS ||
	    (end == PX_END_DEPTH && count != DEPTH))
		abort();
	free(frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_cursor c = px_cursor_of(px_bytes_of(data, size));
	struct px_unwind_table *table = make_table(&c);
	struct px_unwind_map *map = NULL;
	struct px_error *err = table ? px_unwind_map_new(&map) : NULL;

	if (!err && map)
		err = px_unwind_map_add(map, TEXT, TEXT + 4096, 0, table);
	if (!err && map)
		walk(map, &c);
	px_error_free(err);
	px_unwind_map_free(map);
	px_unwind_table_free(table);
	return 0;
}
