/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ORC: every layout, versions by hash and release, malformed tables. */
#include "symbolize/orc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define ADDRESS 0xffffffff82000000u
#define TEXT	0xffffffff81000000u

/* Register numbers by name, before and from 7.1 on. */
struct orc_names {
	int prev_sp, dx, di, bp, sp, r10, r13, bp_indirect, sp_indirect;
	int call, regs, partial;
};

static const struct orc_names before_6_4 = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2};
static const struct orc_names from_6_4 = {1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4};
static const struct orc_names from_7_1 = {8, 2, 5, 4, 3, 6, 7, 10, 9, 2, 3, 4};

static void put16(uint8_t *at, int value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

/* One row at TEXT, parsed. The rule found there; untouched without one. */
static struct px_error *parse_one(int sp_offset, int bp_offset, int flags,
				  enum px_orc_version version, bool *found_ret,
				  struct px_unwind_rule *ret)
{
	int32_t relative = (int32_t)(TEXT - ADDRESS);
	uint8_t entry[6];
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	const struct px_unwind_rule *rule;
	struct px_error *err;

	put16(entry, sp_offset);
	put16(entry + 2, bp_offset);
	put16(entry + 4, flags);
	assert_null(px_unwind_builder_new(TEXT, &builder));
	err = px_orc_parse(px_bytes_of(&relative, 4), ADDRESS, px_bytes_of(entry, 6), version,
			   builder);
	assert_null(px_unwind_builder_finish(builder, &table));
	rule = px_unwind_table_find(table, TEXT);
	*found_ret = rule != NULL;
	if (rule)
		*ret = *rule;
	px_unwind_table_free(table);
	px_unwind_builder_free(builder);
	return err;
}

static void assert_rule(enum px_orc_version version, int flags, int cfa_base, int cfa_offset,
			int shape, int bp, int bp_offset)
{
	struct px_unwind_rule rule = {0};
	bool found = false;

	assert_null(parse_one(24, -16, flags, version, &found, &rule));
	assert_true(found);
	assert_int_equal(rule.cfa_base, cfa_base);
	assert_int_equal(rule.cfa_offset, cfa_offset);
	assert_int_equal(rule.shape, shape);
	assert_int_equal(rule.bp, bp);
	assert_int_equal(rule.bp_offset, bp_offset);
	assert_int_equal(rule.source, PX_RULE_ORC);
}

static void check_layout(enum px_orc_version v, const struct orc_names *n, int sp_indirect)
{
	int call = n->call << 8, regs = n->regs << 8, partial = n->partial << 8;

	assert_rule(v, n->sp | call, PX_CFA_SP, 24, PX_FRAME_CALL, PX_BP_SAME, 0);
	assert_rule(v, n->bp | n->prev_sp << 4 | call, PX_CFA_BP, 24, PX_FRAME_CALL, PX_BP_CFA,
		    -16);
	assert_rule(v, n->sp | n->bp << 4 | regs, PX_CFA_SP, 24, PX_FRAME_REGS, PX_BP_BP, -16);
	assert_rule(v, n->sp | partial, PX_CFA_SP, 24, PX_FRAME_REGS_PARTIAL, PX_BP_SAME, 0);
	assert_rule(v, n->sp_indirect | call, sp_indirect, 24, PX_FRAME_CALL, PX_BP_SAME, 0);
	assert_rule(v, n->bp_indirect | call, PX_CFA_BP_INDIRECT, 24, PX_FRAME_CALL, PX_BP_SAME,
		    0);
	assert_rule(v, n->r10 | call, PX_CFA_R10, 0, PX_FRAME_CALL, PX_BP_SAME, 0);
	assert_rule(v, n->r13 | call, PX_CFA_R13, 0, PX_FRAME_CALL, PX_BP_SAME, 0);
	assert_rule(v, n->di | call, PX_CFA_DI, 0, PX_FRAME_CALL, PX_BP_SAME, 0);
	assert_rule(v, n->dx | call, PX_CFA_DX, 0, PX_FRAME_CALL, PX_BP_SAME, 0);
}

static void test_layouts(void **state)
{
	check_layout(PX_ORC_4_14, &before_6_4, PX_CFA_SP_WORD);
	check_layout(PX_ORC_5_12, &before_6_4, PX_CFA_SP_INDIRECT);
	check_layout(PX_ORC_6_3, &before_6_4, PX_CFA_SP_INDIRECT);
	check_layout(PX_ORC_6_4, &from_6_4, PX_CFA_SP_INDIRECT);
	check_layout(PX_ORC_7_1, &from_7_1, PX_CFA_SP_INDIRECT);
}

static void assert_none(enum px_orc_version version, int flags)
{
	struct px_unwind_rule rule = {0};
	bool found = true;

	assert_null(parse_one(0, 0, flags, version, &found, &rule));
	assert_false(found);
}

static void assert_end(enum px_orc_version version, int flags)
{
	struct px_unwind_rule rule = {0};
	bool found = false;

	assert_null(parse_one(0, 0, flags, version, &found, &rule));
	assert_true(found);
	assert_int_equal(rule.cfa_base, PX_CFA_END);
}

static void test_undefined_and_end(void **state)
{
	assert_none(PX_ORC_5_12, 0);
	assert_end(PX_ORC_5_12, 1 << 10);
	assert_none(PX_ORC_6_3, 1 << 10); /* the signal bit there */
	assert_end(PX_ORC_6_3, 1 << 11);
	assert_none(PX_ORC_6_4, 0);
	assert_none(PX_ORC_6_4, 1 << 11);
	assert_end(PX_ORC_6_4, 1 << 8);
	assert_end(PX_ORC_7_1, 1 << 8);
	/* The type decides before the register does. */
	assert_end(PX_ORC_6_4, 5 | 1 << 8);
	assert_none(PX_ORC_6_4, 5);
}

static void assert_refused(enum px_orc_version version, int flags)
{
	struct px_unwind_rule rule = {0};
	bool found = true;
	struct px_error *err = parse_one(8, 0, flags, version, &found, &rule);

	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_BAD_FORMAT);
	assert_non_null(strstr(err->message, ".orc_unwind: entry 0 at offset 0"));
	assert_false(found);
	px_error_free(err);
}

static void test_unknown_is_refused(void **state)
{
	assert_refused(PX_ORC_5_12, 5 | 3 << 8);	 /* type 3 */
	assert_refused(PX_ORC_5_12, 11);		 /* SP register 11 */
	assert_refused(PX_ORC_5_12, 5 | 5 << 4);	 /* BP in SP */
	assert_refused(PX_ORC_6_4, 5 | 5 << 8);		 /* type 5 */
	assert_refused(PX_ORC_7_1, 8 | 2 << 8);		 /* PREV_SP as base */
	assert_refused(PX_ORC_7_1, 3 | 1 << 4 | 2 << 8); /* BP rule 1 was PREV_SP before */
}

static void test_sizes_must_match(void **state)
{
	const uint8_t zeros[12] = {0};
	const size_t bad[][2] = {{4, 12}, {8, 6}, {5, 6}, {4, 7}, {0, 6}};
	struct px_unwind_builder *builder = NULL;

	assert_null(px_unwind_builder_new(0, &builder));
	for (size_t i = 0; i < px_array_size(bad); i++) {
		struct px_error *err = px_orc_parse(px_bytes_of(zeros, bad[i][0]), 0,
						    px_bytes_of(zeros, bad[i][1]), PX_ORC_6_4,
						    builder);

		assert_non_null(err);
		assert_int_equal(err->code, PX_ERR_BAD_FORMAT);
		px_error_free(err);
	}
	px_unwind_builder_free(builder);
}

/* Rows before a bad one stay. */
static void test_partial_table(void **state)
{
	const int32_t ip[2] = {0, INT32_MIN};
	uint8_t entries[12] = {8, 0, 0, 0, 5, 0, 8, 0, 0, 0, 5, 0};
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	struct px_error *err;

	assert_null(px_unwind_builder_new(0x1000, &builder));
	err = px_orc_parse(px_bytes_of(ip, 8), 0x1000, px_bytes_of(entries, 12), PX_ORC_5_12,
			   builder);
	assert_non_null(err);
	assert_non_null(strstr(err->message, ".orc_unwind_ip: offset 0x4"));
	px_error_free(err);
	assert_null(px_unwind_builder_finish(builder, &table));
	assert_int_equal(px_unwind_table_find(table, 0x1000)->cfa_offset, 8);
	px_unwind_table_free(table);
	px_unwind_builder_free(builder);
}

static void test_versions_by_release(void **state)
{
	static const struct {
		const char *release;
		enum px_orc_version version;
	} cases[] = {
		{"4.14.0", PX_ORC_4_14},
		{"5.10.0-28-amd64", PX_ORC_4_14},
		{"5.12.0", PX_ORC_5_12},
		{"6.1.0-56-cloud-amd64", PX_ORC_5_12},
		{"6.2.16-3-pve", PX_ORC_5_12},
		{"6.3.1", PX_ORC_6_3},
		{"6.4.0", PX_ORC_6_4},
		{"6.12.1", PX_ORC_6_4},
		{"7.0.2", PX_ORC_6_4},
		{"7.1.0-rc1", PX_ORC_7_1},
		{"5.14.0-503.11.1.el9_5.x86_64", PX_ORC_5_12},
		{"5.14.0-516.el9.x86_64", PX_ORC_5_12},
		{"5.14.0-517.el9.x86_64", PX_ORC_6_4},
		{"5.14.0-570.12.1.el9_6.x86_64", PX_ORC_6_4},
		{"5.14.0-600-generic", PX_ORC_5_12},
	};
	enum px_orc_version version = PX_ORC_4_14;
	struct px_error *err;

	for (size_t i = 0; i < px_array_size(cases); i++) {
		assert_null(px_orc_version_of_release(cases[i].release, &version));
		assert_int_equal(version, cases[i].version);
	}
	err = px_orc_version_of_release("4.13.16", &version);
	assert_int_equal(err ? err->code : 0, PX_ERR_UNSUPPORTED);
	px_error_free(err);
	err = px_orc_version_of_release("mirage", &version);
	assert_int_equal(err ? err->code : 0, PX_ERR_BAD_FORMAT);
	px_error_free(err);
}

static void test_versions_by_header(void **state)
{
	uint8_t hash[20] = {0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6, 0x3b, 0x2c, 0xa9,
			    0xa5, 0xc6, 0x5b, 0xa5, 0xa6, 0x25, 0xea, 0xb3, 0xfe, 0x24};
	enum px_orc_version version = PX_ORC_4_14;
	struct px_error *err;

	assert_null(px_orc_version_of_header(px_bytes_of(hash, 20), &version));
	assert_int_equal(version, PX_ORC_6_4);
	hash[19]++;
	err = px_orc_version_of_header(px_bytes_of(hash, 20), &version);
	assert_int_equal(err ? err->code : 0, PX_ERR_UNSUPPORTED);
	assert_non_null(strstr(err->message, "fe5d32bf581bd63b2ca9a5c65ba5a625eab3fe25"));
	px_error_free(err);
	err = px_orc_version_of_header(px_bytes_of(hash, 19), &version);
	assert_int_equal(err ? err->code : 0, PX_ERR_TRUNCATED);
	px_error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_undefined_and_end),
		cmocka_unit_test(test_unknown_is_refused),
		cmocka_unit_test(test_sizes_must_match),
		cmocka_unit_test(test_partial_table),
		cmocka_unit_test(test_versions_by_release),
		cmocka_unit_test(test_versions_by_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
