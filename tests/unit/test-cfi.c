/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CFI: entries and programs laid out byte by byte, good ones and bad ones. */
#include "symbolize/cfi.h"

#include <dwarf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TEXT	0x401000u
#define SECTION 0x500000u

/* A section under construction. */
struct section {
	uint8_t bytes[8192];
	size_t size;
	enum px_cfi_kind kind;
	bool wide; /* 64-bit DWARF entries */
	size_t entry, cie;
};

static void put(struct section *s, uint64_t value, size_t size)
{
	assert_true(s->size + size <= sizeof(s->bytes));
	memcpy(s->bytes + s->size, &value, size);
	s->size += size;
}

static void put_bytes(struct section *s, const void *bytes, size_t size)
{
	assert_true(s->size + size <= sizeof(s->bytes));
	if (size)
		memcpy(s->bytes + s->size, bytes, size);
	s->size += size;
}

static void entry_begin(struct section *s)
{
	s->entry = s->size;
	if (s->wide)
		put(s, 0xffffffff, 4);
	put(s, 0, s->wide ? 8 : 4);
}

static void entry_end(struct section *s)
{
	size_t head = s->wide ? 12 : 4;
	uint64_t length = s->size - s->entry - head;

	memcpy(s->bytes + s->entry + head - (s->wide ? 8 : 4), &length, s->wide ? 8 : 4);
}

/* The usual CIE: CFA is SP + 8, the return address below it. */
static void put_initial(struct section *s)
{
	const uint8_t code[] = {DW_CFA_def_cfa, 7, 8, DW_CFA_offset | 16, 1};

	put_bytes(s, code, sizeof(code));
}

static void put_cie(struct section *s, uint8_t version, const char *augmentation,
		    const void *data, size_t data_size)
{
	s->cie = s->size;
	entry_begin(s);
	put(s, s->kind == PX_CFI_EH_FRAME ? 0 : UINT64_MAX,
	    s->wide && s->kind == PX_CFI_DEBUG_FRAME ? 8 : 4);
	put(s, version, 1);
	put_bytes(s, augmentation, strlen(augmentation) + 1);
	if (version == 4)
		put(s, 8, 2);
	put(s, 1, 1);
	put(s, 0x78, 1); /* -8 */
	put(s, 16, 1);
	put_bytes(s, data, data_size);
	put_initial(s);
	entry_end(s);
}

static void put_fde(struct section *s, uint64_t start, uint64_t size, const void *code,
		    size_t code_size)
{
	entry_begin(s);
	put(s, s->cie, s->wide ? 8 : 4);
	put(s, start, 8);
	put(s, size, 8);
	put_bytes(s, code, code_size);
	entry_end(s);
}

static struct px_error *parse(const struct section *s, struct px_unwind_builder *builder,
			      struct px_cfi_counts *counts)
{
	/* An exact copy, so that a sanitizer sees the first byte past it. */
	uint8_t *copy = malloc(s->size ? s->size : 1);
	struct px_error *err;

	assert_non_null(copy);
	memcpy(copy, s->bytes, s->size);
	err = px_cfi_parse(&(struct px_cfi_section){.kind = s->kind,
						    .bytes = px_bytes_of(copy, s->size),
						    .address = SECTION},
			   builder, counts);
	free(copy);
	return err;
}

static struct px_unwind_table *table_of(const struct section *s)
{
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	struct px_cfi_counts counts = {0};

	assert_null(px_unwind_builder_new(TEXT, &builder));
	assert_null(parse(s, builder, &counts));
	assert_null(px_unwind_builder_finish(builder, &table));
	px_unwind_builder_free(builder);
	return table;
}

/* A .debug_frame with one FDE of 0x100 bytes at TEXT. */
static struct px_unwind_table *run(const void *code, size_t size)
{
	struct section s = {.kind = PX_CFI_DEBUG_FRAME};

	put_cie(&s, 1, "", NULL, 0);
	put_fde(&s, TEXT, 0x100, code, size);
	return table_of(&s);
}

static void assert_cfa(const struct px_unwind_table *table, uint64_t offset, int base,
		       int cfa_offset)
{
	const struct px_unwind_rule *rule = px_unwind_table_find(table, TEXT + offset);

	assert_non_null(rule);
	assert_int_equal(rule->cfa_base, base);
	assert_int_equal(rule->cfa_offset, cfa_offset);
}

static void assert_bp(const struct px_unwind_table *table, uint64_t offset, int bp,
		      int bp_offset)
{
	const struct px_unwind_rule *rule = px_unwind_table_find(table, TEXT + offset);

	assert_non_null(rule);
	assert_int_equal(rule->bp, bp);
	assert_int_equal(rule->bp_offset, bp_offset);
}

static void test_prologue_and_epilogue(void **state)
{
	const uint8_t code[] = {
		DW_CFA_advance_loc | 1,
		DW_CFA_def_cfa_offset,
		16,
		DW_CFA_offset | 6,
		2,
		DW_CFA_advance_loc1,
		3,
		DW_CFA_def_cfa_register,
		6,
		DW_CFA_advance_loc2,
		0x10,
		0,
		DW_CFA_remember_state,
		DW_CFA_def_cfa,
		7,
		8,
		DW_CFA_restore | 6,
		DW_CFA_advance_loc4,
		1,
		0,
		0,
		0,
		DW_CFA_restore_state,
		DW_CFA_GNU_args_size,
		8,
		DW_CFA_nop,
	};
	struct px_unwind_table *table = run(code, sizeof(code));

	assert_cfa(table, 0, PX_CFA_SP, 8);
	assert_bp(table, 0, PX_BP_SAME, 0);
	assert_cfa(table, 1, PX_CFA_SP, 16);
	assert_bp(table, 1, PX_BP_CFA, -16);
	assert_cfa(table, 4, PX_CFA_BP, 16);
	assert_cfa(table, 0x13, PX_CFA_BP, 16);
	assert_cfa(table, 0x14, PX_CFA_SP, 8);
	assert_bp(table, 0x14, PX_BP_SAME, 0);
	assert_cfa(table, 0x15, PX_CFA_BP, 16);
	assert_bp(table, 0x15, PX_BP_CFA, -16);
	assert_cfa(table, 0xff, PX_CFA_BP, 16);
	assert_null(px_unwind_table_find(table, TEXT + 0x100));
	assert_int_equal(px_unwind_table_find(table, TEXT)->source, PX_RULE_DEBUG_FRAME);
	px_unwind_table_free(table);
}

/* What GCC writes around a realigned stack needs no expressions. */
static void test_realigned_stack(void **state)
{
	const uint8_t code[] = {
		DW_CFA_advance_loc | 1,
		DW_CFA_def_cfa,
		10,
		0,
		DW_CFA_advance_loc | 1,
		DW_CFA_expression,
		6,
		2,
		DW_OP_breg6,
		0,
		DW_CFA_advance_loc | 1,
		DW_CFA_def_cfa_expression,
		3,
		DW_OP_breg6,
		0x78,
		DW_OP_deref,
		DW_CFA_advance_loc | 1,
		DW_CFA_def_cfa_expression,
		3,
		DW_OP_breg7,
		16,
		DW_OP_deref,
	};
	struct px_unwind_table *table = run(code, sizeof(code));

	assert_cfa(table, 1, PX_CFA_R10, 0);
	assert_cfa(table, 2, PX_CFA_R10, 0);
	assert_bp(table, 2, PX_BP_BP, 0);
	assert_cfa(table, 3, PX_CFA_BP_INDIRECT, -8);
	assert_bp(table, 3, PX_BP_BP, 0);
	assert_cfa(table, 4, PX_CFA_SP_WORD, 16);
	px_unwind_table_free(table);
}

static const struct px_cfi_rule *full_rule(const struct px_unwind_table *table, uint64_t offset)
{
	const struct px_unwind_rule *rule = px_unwind_table_find(table, TEXT + offset);

	assert_non_null(rule);
	assert_int_equal(rule->cfa_base, PX_CFA_EXPRESSION);
	return px_unwind_table_cfi_rule(table, rule);
}

static void test_what_does_not_fit(void **state)
{
	const uint8_t code[] = {
		DW_CFA_def_cfa,
		3,
		16, /* RBX */
		DW_CFA_advance_loc | 1,
		DW_CFA_def_cfa_sf,
		7,
		0x7e, /* SP + -2 * -8 */
		DW_CFA_val_offset_sf,
		6,
		3,
		DW_CFA_advance_loc | 1,
		DW_CFA_same_value,
		6,
		DW_CFA_register,
		16,
		2,
		DW_CFA_advance_loc | 1,
		DW_CFA_def_cfa_expression,
		2,
		DW_OP_breg7,
		8,
	};
	struct px_unwind_table *table = run(code, sizeof(code));
	const struct px_cfi_rule *rule = full_rule(table, 0);

	assert_int_equal(rule->cfa.kind, PX_AT_REGISTER);
	assert_int_equal(rule->cfa.reg, 3);
	assert_true(rule->cfa.offset == 16);
	rule = full_rule(table, 1);
	assert_true(rule->cfa.reg == 7 && rule->cfa.offset == 16);
	assert_int_equal(rule->bp.kind, PX_AT_CFA_VALUE);
	assert_true(rule->bp.offset == -24);
	rule = full_rule(table, 2);
	assert_int_equal(rule->bp.kind, PX_AT_SAME);
	assert_int_equal(rule->ip.kind, PX_AT_REGISTER);
	assert_int_equal(rule->ip.reg, 2);
	rule = full_rule(table, 3);
	assert_int_equal(rule->cfa.kind, PX_AT_VALUE);
	assert_int_equal(rule->cfa.code.size, 2);
	px_unwind_table_free(table);
}

static void test_ends(void **state)
{
	const uint8_t code[] = {DW_CFA_advance_loc | 4,
				DW_CFA_undefined,
				16,
				DW_CFA_advance_loc | 4,
				DW_CFA_restore_extended,
				16,
				DW_CFA_undefined,
				6};
	struct px_unwind_table *table = run(code, sizeof(code));

	assert_cfa(table, 3, PX_CFA_SP, 8);
	assert_int_equal(px_unwind_table_find(table, TEXT + 4)->cfa_base, PX_CFA_END);
	assert_cfa(table, 8, PX_CFA_SP, 8);
	assert_bp(table, 8, PX_BP_UNKNOWN, 0);
	px_unwind_table_free(table);
}

/* Neighbours in any order; a gap; a discarded function; padding; set_loc. */
static void test_many_entries(void **state)
{
	struct section s = {.kind = PX_CFI_DEBUG_FRAME};
	uint8_t set[] = {DW_CFA_set_loc, 0, 0, 0, 0, 0, 0, 0, 0, DW_CFA_def_cfa_offset, 32};
	const uint64_t at = TEXT + 0x24;
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	struct px_cfi_counts counts = {0};

	memcpy(set + 1, &at, 8);
	put_cie(&s, 3, "", NULL, 0);
	put_fde(&s, TEXT + 0x20, 0x10, set, sizeof(set));
	put_fde(&s, TEXT + 0x10, 0x10, "", 0);
	put(&s, 0, 4);
	put_fde(&s, TEXT + 0x50, 0x10, "", 0);
	put_fde(&s, 0, 0x10, "", 0);
	assert_null(px_unwind_builder_new(TEXT, &builder));
	assert_null(parse(&s, builder, &counts));
	assert_int_equal(counts.fdes, 4);
	assert_int_equal(counts.outside, 1);
	assert_null(px_unwind_builder_finish(builder, &table));
	assert_null(px_unwind_table_find(table, TEXT + 0xf));
	assert_cfa(table, 0x1f, PX_CFA_SP, 8);
	assert_cfa(table, 0x20, PX_CFA_SP, 8);
	assert_cfa(table, 0x24, PX_CFA_SP, 32);
	assert_null(px_unwind_table_find(table, TEXT + 0x30));
	assert_cfa(table, 0x5f, PX_CFA_SP, 8);
	px_unwind_table_free(table);
	px_unwind_builder_free(builder);
}

static void test_wide_and_version_4(void **state)
{
	struct section s = {.kind = PX_CFI_DEBUG_FRAME, .wide = true};
	struct px_unwind_table *table;

	put_cie(&s, 4, "", NULL, 0);
	put_fde(&s, TEXT, 0x10, "", 0);
	table = table_of(&s);
	assert_cfa(table, 0xf, PX_CFA_SP, 8);
	px_unwind_table_free(table);
}

/* .eh_frame as linkers write it: "zPLR" or "zRS", 4-byte relative pointers. */
static void put_eh_fde(struct section *s, uint32_t start, uint32_t size,
		       const void *augmentation, size_t augmentation_size)
{
	entry_begin(s);
	put(s, s->size - s->cie, 4);
	put(s, start - (SECTION + s->size), 4);
	put(s, size, 4);
	put(s, augmentation_size, 1);
	put_bytes(s, augmentation, augmentation_size);
	entry_end(s);
}

static void test_eh_frame(void **state)
{
	struct section s = {.kind = PX_CFI_EH_FRAME};
	const uint8_t plr[] = {7,
			       DW_EH_PE_pcrel | DW_EH_PE_indirect | DW_EH_PE_sdata4,
			       1,
			       2,
			       3,
			       4,
			       DW_EH_PE_pcrel | DW_EH_PE_sdata4,
			       DW_EH_PE_pcrel | DW_EH_PE_sdata4};
	const uint8_t rs[] = {1, DW_EH_PE_pcrel | DW_EH_PE_sdata4};
	struct px_unwind_table *table;

	put_cie(&s, 1, "zPLR", plr, sizeof(plr));
	put_eh_fde(&s, TEXT, 0x10, "abcd", 4);
	put_cie(&s, 1, "zRS", rs, sizeof(rs));
	put_eh_fde(&s, TEXT + 0x10, 0x10, "", 0);
	put(&s, 0, 4);
	table = table_of(&s);
	assert_cfa(table, 0xf, PX_CFA_SP, 8);
	assert_int_equal(px_unwind_table_find(table, TEXT)->source, PX_RULE_EH_FRAME);
	assert_true(full_rule(table, 0x10)->signal);
	px_unwind_table_free(table);
}

/* --- malformed ------------------------------------------------------------------------------
 */

static void assert_refused(const struct section *s, int code, const char *text)
{
	struct px_unwind_builder *builder = NULL;
	struct px_cfi_counts counts = {0};
	struct px_error *err;

	assert_null(px_unwind_builder_new(TEXT, &builder));
	err = parse(s, builder, &counts);
	assert_non_null(err);
	assert_int_equal(err->code, code);
	if (!strstr(err->message, text))
		fail_msg("\"%s\" lacks \"%s\"", err->message, text);
	px_error_free(err);
	px_unwind_builder_free(builder);
}

static void assert_code_refused(const void *code, size_t size)
{
	struct section s = {.kind = PX_CFI_DEBUG_FRAME};

	put_cie(&s, 1, "", NULL, 0);
	put_fde(&s, TEXT, 0x100, code, size);
	assert_refused(&s, PX_ERR_BAD_FORMAT, ".debug_frame: entry at 0x12: bad instruction");
}

static void test_bad_instructions(void **state)
{
	uint8_t many[64];

	memset(many, DW_CFA_remember_state, sizeof(many));
	assert_code_refused("\x3e", 1);				 /* unknown */
	assert_code_refused("\x0b", 1);				 /* restore without remember */
	assert_code_refused("\x02", 1);				 /* cut off */
	assert_code_refused("\x03\x01\x01", 3);			 /* past the end */
	assert_code_refused("\x41\x01\0\x10\x40\0\0\0\0\0", 10); /* set_loc backwards */
	assert_code_refused("\x0f\x7f\x77", 3);			 /* expression cut off */
	assert_code_refused("\x0f\x02\x77\x08\x0e\x10", 6);	 /* offset of an expression */
	assert_code_refused(many, sizeof(many));
}

static void test_bad_entries(void **state)
{
	struct section s = {.kind = PX_CFI_DEBUG_FRAME};

	put(&s, 100, 4);
	assert_refused(&s, PX_ERR_TRUNCATED, ".debug_frame: entry at 0");
	s.size = 0;
	put(&s, 0xfffffff1, 4);
	assert_refused(&s, PX_ERR_BAD_FORMAT, "reserved");
	s.size = 0;
	s.cie = 0x1000;
	put_fde(&s, TEXT, 1, "", 0);
	assert_refused(&s, PX_ERR_BAD_FORMAT, "outside of the section");
	s.size = 0;
	s.cie = 0; /* itself */
	put_fde(&s, TEXT, 1, "", 0);
	assert_refused(&s, PX_ERR_BAD_FORMAT, "no CIE there");
	s.size = 0;
	put_cie(&s, 2, "", NULL, 0);
	put_fde(&s, TEXT, 1, "", 0);
	assert_refused(&s, PX_ERR_UNSUPPORTED, "CIE version 2");
	s.size = 0;
	put_cie(&s, 1, "armcc+", NULL, 0);
	put_fde(&s, TEXT, 1, "", 0);
	assert_refused(&s, PX_ERR_UNSUPPORTED, "augmentation");
	s.size = 0;
	put_cie(&s, 1, "", NULL, 0);
	put_fde(&s, TEXT, UINT64_MAX, "", 0);
	assert_refused(&s, PX_ERR_BAD_FORMAT, "wraps");
}

/* Every cut and every changed byte of a good section: an error or a table, no crash. */
/* Two CIEs of a quarter of the section each, never kept together, asked for in turn. */
static void test_large_cies(void **state)
{
	struct section s = {.kind = PX_CFI_DEBUG_FRAME};
	static const uint8_t nops[2112];
	size_t cies[2];

	for (size_t i = 0; i < px_array_size(cies); i++) {
		put_cie(&s, 1, "", NULL, 0);
		put_bytes(&s, nops, 2112 - (s.size - s.cie));
		entry_end(&s);
		cies[i] = s.cie;
	}
	for (uint32_t i = 0; i < 150; i++) {
		s.cie = cies[i % 2];
		put_fde(&s, TEXT + 16 * i, 16, NULL, 0);
	}
	assert_refused(&s, PX_ERR_LIMIT, "take turns");
}

static void test_damage(void **state)
{
	struct section good = {.kind = PX_CFI_EH_FRAME};
	const uint8_t rs[] = {1, DW_EH_PE_pcrel | DW_EH_PE_sdata4};
	struct px_cfi_counts counts;
	size_t refused = 0;

	put_cie(&good, 1, "zRS", rs, sizeof(rs));
	put_eh_fde(&good, TEXT, 0x10, "abc", 3);
	put_eh_fde(&good, TEXT + 0x20, 0x10, "", 0);
	for (size_t i = 0; i < good.size * 256; i++) {
		struct section s = good;
		struct px_unwind_builder *builder = NULL;
		struct px_error *err;

		if (i % 256)
			s.bytes[i / 256] ^= (uint8_t)i;
		else
			s.size = i / 256;
		assert_null(px_unwind_builder_new(TEXT, &builder));
		err = parse(&s, builder, &counts);
		refused += err != NULL;
		px_error_free(err);
		px_unwind_builder_free(builder);
	}
	assert_true(refused > good.size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prologue_and_epilogue),
		cmocka_unit_test(test_realigned_stack),
		cmocka_unit_test(test_what_does_not_fit),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_many_entries),
		cmocka_unit_test(test_wide_and_version_4),
		cmocka_unit_test(test_eh_frame),
		cmocka_unit_test(test_bad_instructions),
		cmocka_unit_test(test_bad_entries),
		cmocka_unit_test(test_large_cies),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
