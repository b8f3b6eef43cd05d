/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DWARF expressions by DWARF 5 section 2.5, and full unwind rules. */
#include "symbolize/cfi-expression.h"

#include <dwarf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* Memory: the word at address a is a * 3, odd addresses are unmapped. */
static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	if (address == 0xdead)
		return PX_WORD_DEADLINE;
	if (address % 2)
		return PX_WORD_BAD;
	*ret = address * 3;
	return PX_WORD_OK;
}

static const struct px_unwind_space space = {.read_word = read_word};

static struct px_regs some_registers(void)
{
	struct px_regs regs = {.valid = 1u << PX_REG_SP | 1u << PX_REG_BP | 1u << PX_REG_IP};

	regs.reg[PX_REG_SP] = 0x1000;
	regs.reg[PX_REG_BP] = 0x2000;
	regs.reg[PX_REG_IP] = 0x3000;
	return regs;
}

struct example {
	const char *code;
	size_t size;
	uint64_t want;
};

#define CODE(text, want)                     \
	{                                    \
		text, sizeof(text) - 1, want \
	}

static const struct example values[] = {
	CODE("\x30", 0),
	CODE("\x4f", 31), /* lit0, lit31 */
	CODE("\x08\xff", 255),
	CODE("\x09\xff", UINT64_MAX), /* const1u, const1s */
	CODE("\x0a\xff\xff", 65535),
	CODE("\x0b\xfe\xff", UINT64_MAX - 1),
	CODE("\x0c\xff\xff\xff\xff", UINT32_MAX),
	CODE("\x0d\xff\xff\xff\xff", UINT64_MAX),
	CODE("\x0e\1\2\3\4\5\6\7\x08", 0x0807060504030201),
	CODE("\x10\xe5\x8e\x26", 624485),
	CODE("\x11\x7f", UINT64_MAX),
	CODE("\x77\x08", 0x1008),
	CODE("\x76\x78", 0x1ff8),	  /* breg7, breg6 */
	CODE("\x92\x10\x01", 0x3001),	  /* bregx 16 */
	CODE("\x77\x10\x06", 0x1010 * 3), /* deref */
	CODE("\x77\x10\x94\x01", 0x30),	  /* deref_size 1 */
	CODE("\x35\x12\x22", 10),
	CODE("\x35\x36\x13", 5), /* dup, drop */
	CODE("\x35\x36\x14", 5),
	CODE("\x35\x36\x37\x15\x02", 5),	  /* over, pick */
	CODE("\x35\x37\x16\x1c", 2),		  /* swap: 7 - 5 */
	CODE("\x31\x32\x33\x17\x1c", UINT64_MAX), /* rot: (3 1) 2: 1 - 2 */
	CODE("\x09\xfb\x19", 5),
	CODE("\x35\x1f", (uint64_t)-5),
	CODE("\x30\x20", UINT64_MAX),
	CODE("\x09\xf9\x32\x1b", (uint64_t)-3), /* div is signed */
	CODE("\x09\xf9\x32\x1d", 1),		/* mod is unsigned */
	CODE("\x31\x08\x3f\x24", 1ull << 63),
	CODE("\x31\x08\x40\x24", 0),
	CODE("\x09\xf0\x32\x26", (uint64_t)-4), /* shra */
	CODE("\x09\xf0\x08\x70\x26", UINT64_MAX),
	CODE("\x38\x32\x25", 2),
	CODE("\x3c\x3a\x1a", 8),
	CODE("\x3c\x33\x21", 15),
	CODE("\x3c\x3a\x27", 6),
	CODE("\x35\x23\x81\x01", 134), /* plus_uconst */
	CODE("\x35\x35\x29", 1),
	CODE("\x09\xff\x31\x2d", 1), /* eq; lt is signed */
	CODE("\x35\x36\x2c", 1),
	CODE("\x35\x36\x2b", 0),
	CODE("\x35\x36\x2a", 0),
	CODE("\x35\x36\x2e", 1),
	CODE("\x35\x36\x1e", 30),
	CODE("\x96\x35", 5),
	CODE("\x2f\x01\x00\xff\x35", 5),	  /* skip over a bad byte */
	CODE("\x31\x28\x01\x00\xff\x35", 5),	  /* bra, taken */
	CODE("\x36\x30\x28\x01\x00\x12\x22", 12), /* bra, not taken */
};

static void test_values(void **state)
{
	struct px_regs regs = some_registers();

	for (size_t i = 0; i < px_array_size(values); i++) {
		struct px_bytes code = px_bytes_of(values[i].code, values[i].size);
		uint64_t value = 0;

		if (px_cfi_expression_evaluate(code, NULL, &regs, &space, &value) !=
			    PX_CFI_OK ||
		    value != values[i].want)
			fail_msg("example %zu: %#lx instead of %#lx", i, value, values[i].want);
	}
}

static void test_refused(void **state)
{
	static const struct example examples[] = {
		CODE("", PX_CFI_BAD_RULE),
		CODE("\xff", PX_CFI_BAD_RULE),
		CODE("\x22", PX_CFI_BAD_RULE),		   /* plus of nothing */
		CODE("\x31\x13", PX_CFI_BAD_RULE),	   /* nothing is left */
		CODE("\x0e\1\2", PX_CFI_BAD_RULE),	   /* cut off */
		CODE("\x73\x00", PX_CFI_BAD_RULE),	   /* RBX is not known */
		CODE("\x92\x7f\x00", PX_CFI_BAD_RULE),	   /* no such register */
		CODE("\x35\x30\x1b", PX_CFI_BAD_RULE),	   /* division by zero */
		CODE("\x2f\xfd\xff", PX_CFI_BAD_RULE),	   /* skip to itself, forever */
		CODE("\x31\x2f\xfc\xff", PX_CFI_BAD_RULE), /* the stack overflows */
		CODE("\x2f\x10\x00", PX_CFI_BAD_RULE),	   /* out of the code */
		CODE("\x2f\x00\x80", PX_CFI_BAD_RULE),
		CODE("\x77\x00\x94\x09", PX_CFI_BAD_RULE), /* deref_size 9 */
		CODE("\x77\x01\x06", PX_CFI_BAD_READ),
		CODE("\x0a\xad\xde\x06", PX_CFI_DEADLINE),
	};
	struct px_regs regs = some_registers();

	for (size_t i = 0; i < px_array_size(examples); i++) {
		struct px_bytes code = px_bytes_of(examples[i].code, examples[i].size);
		uint64_t value = 42;

		if (px_cfi_expression_evaluate(code, NULL, &regs, &space, &value) !=
			    (enum px_cfi_result)examples[i].want ||
		    value != 42)
			fail_msg("example %zu", i);
	}
}

/* DW_CFA_expression starts with the CFA on the stack (section 6.4.2.3). */
static void test_rule(void **state)
{
	static const uint8_t below[] = {DW_OP_lit8, DW_OP_minus};
	static const uint8_t above_sp[] = {DW_OP_breg0 + PX_REG_SP, 0x20};
	const struct px_cfi_rule rule = {
		.cfa = {.kind = PX_AT_VALUE, .code = px_bytes_of(above_sp, 2)},
		.ip = {.kind = PX_AT_EXPRESSION, .code = px_bytes_of(below, 2)},
		.bp = {.kind = PX_AT_VALUE, .code = px_bytes_of(below, 2)},
	};
	struct px_regs regs = some_registers();

	assert_int_equal(px_cfi_rule_apply(&rule, &space, &regs), PX_CFI_OK);
	assert_true(regs.reg[PX_REG_SP] == 0x1020);
	assert_true(regs.reg[PX_REG_IP] == 0x1018 * 3);
	assert_true(regs.reg[PX_REG_BP] == 0x1018);
	assert_int_equal(regs.valid, some_registers().valid);
}

static void test_rule_failures(void **state)
{
	struct px_cfi_rule rule = {
		.cfa = {.kind = PX_AT_REGISTER, .reg = PX_REG_BP, .offset = 17},
		.ip = {.kind = PX_AT_CFA, .offset = -8},
	};
	struct px_regs regs = some_registers(), before = regs;

	assert_int_equal(px_cfi_rule_apply(&rule, &space, &regs), PX_CFI_BAD_READ);
	rule.cfa.reg = PX_REG_BX;
	assert_int_equal(px_cfi_rule_apply(&rule, &space, &regs), PX_CFI_BAD_RULE);
	rule.ip.kind = PX_AT_UNDEFINED;
	assert_int_equal(px_cfi_rule_apply(&rule, &space, &regs), PX_CFI_END);
	assert_memory_equal(&regs, &before, sizeof(regs));
	/* A BP that cannot be had is not known, but ends nothing. */
	rule.cfa = (struct px_location){.kind = PX_AT_REGISTER, .reg = PX_REG_SP, .offset = 16};
	rule.ip.kind = PX_AT_CFA;
	rule.bp.kind = PX_AT_UNDEFINED;
	assert_int_equal(px_cfi_rule_apply(&rule, &space, &regs), PX_CFI_OK);
	assert_int_equal(regs.valid, 1u << PX_REG_IP | 1u << PX_REG_SP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_rule_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
