/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What we add to perf.data: symbols, outcomes, and the numbers in them. */
#include "lib/perfdata-notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "guest/guest.h"
#include "guest/linux-tasks.h"

static void test_symbol_notes(void **state)
{
	uint8_t memory[100];
	struct px_note_builder builder = {memory, sizeof(memory), 0};
	const struct px_note_symbol want[] = {
		{0xffffffff81000000, 0xffffffff81000040, UINT32_MAX, "f", "[kernel.kallsyms]"},
		{0x400000, 0x400001, 7, "", "/bin/x"},
	};
	struct px_note_symbol got = {0};
	struct px_cursor c;

	assert_true(px_note_add_symbol(&builder, &want[0]));
	assert_true(px_note_add_symbol(&builder, &want[1]));
	assert_false(px_note_add_symbol(&builder, &want[0]));
	c = px_cursor_of(px_bytes_of(builder.data, builder.size));
	for (size_t i = 0; i < px_array_size(want); i++) {
		assert_true(px_note_next_symbol(&c, &got));
		assert_true(got.start == want[i].start && got.end == want[i].end);
		assert_int_equal(got.pid, want[i].pid);
		assert_string_equal(got.name, want[i].name);
		assert_string_equal(got.module, want[i].module);
	}
	assert_false(px_note_next_symbol(&c, &got));
	assert_false(c.failed);
	c = px_cursor_of(px_bytes_of(builder.data, builder.size - 1));
	assert_true(px_note_next_symbol(&c, &got));
	assert_false(px_note_next_symbol(&c, &got));
	assert_true(c.failed);
}

static void test_outcome_bounds(void **state)
{
	uint8_t memory[PX_SAMPLE_OUTCOME_MAX], sources[PX_PERF_CHAIN_MAX];
	struct px_sample_outcome outcome;
	struct px_bytes raw;

	for (size_t i = 0; i < sizeof(sources); i++)
		sources[i] = i % 7;
	raw = px_sample_outcome_encode(memory, 3, 2, 4, sources, sizeof(sources));
	assert_true(raw.size <= sizeof(memory));
	for (size_t size = 0; size < raw.size; size++)
		assert_false(px_sample_outcome_decode(px_bytes_of(memory, size), &outcome));
	assert_true(px_sample_outcome_decode(raw, &outcome));
	assert_int_equal(outcome.end_reason, 3);
	assert_int_equal(outcome.vcpu_state, 2);
	assert_int_equal(outcome.context, 4);
	assert_int_equal(outcome.frames, sizeof(sources));
	for (size_t i = 0; i < sizeof(sources); i++)
		assert_int_equal(px_sample_outcome_source(&outcome, i), sources[i]);
}

/* Numbers in files, as perf-xen-data(5) has them. */
static void test_numbers(void **state)
{
	assert_int_equal(PX_END_USER_MODE, 0);
	assert_int_equal(PX_END_USER_ROOT, 3);
	assert_int_equal(PX_END_NO_RULE, 4);
	assert_int_equal(PX_END_BAD_ADDRESS, 5);
	assert_int_equal(PX_END_NO_PROGRESS, 7);
	assert_int_equal(PX_END_NOT_WALKED, 10);
	assert_int_equal(PX_END_NO_FILE, 11);
	assert_int_equal(PX_END_STACK_CUT, 12);
	assert_int_equal(PX_RULE_NONE, 0);
	assert_int_equal(PX_RULE_ORC, 1);
	assert_int_equal(PX_RULE_EH_FRAME, 3);
	assert_int_equal(PX_RULE_FRAME_POINTER, 4);
	assert_int_equal(PX_RULE_EXPRESSION, 5);
	assert_int_equal(PX_VCPU_RUNNING, 0);
	assert_int_equal(PX_VCPU_OFFLINE, 3);
	assert_int_equal(PX_CONTEXT_UNKNOWN, 0);
	assert_int_equal(PX_CONTEXT_PROCESS, 1);
	assert_int_equal(PX_CONTEXT_SOFTIRQ, 3);
	assert_int_equal(PX_CONTEXT_NMI, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_symbol_notes),
		cmocka_unit_test(test_outcome_bounds),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
