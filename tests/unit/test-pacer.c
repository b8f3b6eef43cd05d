/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlines: no drift, no bursts, every slot either sampled or counted as missed. */
#include "tracer/pacer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum {
	MS = 1000000
};

static void test_on_time(void **state)
{
	struct px_pacer p;

	px_pacer_init(&p, 100, 5 * MS);
	for (uint64_t i = 0; i < 1000; i++) {
		assert_in_range(p.deadline_ns, 5 * MS + i * 10 * MS,
				5 * MS + i * 10 * MS + 5 * MS);
		assert_true(px_pacer_next(&p, p.deadline_ns + MS) == 0);
	}
	assert_true(p.missed == 0);
}

static void test_jitter_spreads(void **state)
{
	struct px_pacer p;
	unsigned int early = 0;

	px_pacer_init(&p, 100, 0);
	for (unsigned int i = 0; i < 1000; i++) {
		early += p.deadline_ns - p.slot_ns < 2500000;
		px_pacer_next(&p, p.deadline_ns);
	}
	assert_in_range(early, 400, 600);
}

static void test_late_ticks_are_skipped_and_counted(void **state)
{
	struct px_pacer p;

	px_pacer_init(&p, 1000, 0);
	/* The tick of slot 0 ends inside slot 7: slots 1 to 6 are gone, 7 can still be used. */
	assert_true(px_pacer_next(&p, 7 * MS + 1) == 6);
	assert_true(p.slot_ns == 7 * MS);
	assert_true(p.missed == 6);
	assert_true(px_pacer_next(&p, 7 * MS + 2) == 0);
	assert_true(p.slot_ns == 8 * MS);
}

/* Slots sampled plus slots missed is the time that passed, whatever a tick costs. */
static void test_accounts_for_every_slot(void **state)
{
	struct px_pacer p;
	uint64_t now = 0, sampled = 0;

	px_pacer_init(&p, 1000, 0);
	for (unsigned int i = 0; i < 500; i++) {
		now = (p.deadline_ns > now ? p.deadline_ns : now) + (uint64_t)(i % 7) * MS / 2;
		sampled++;
		px_pacer_next(&p, now);
	}
	assert_true(sampled + p.missed == p.slot_ns / MS);
	assert_in_range(now, p.slot_ns - p.period_ns, p.slot_ns + p.period_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_on_time),
		cmocka_unit_test(test_jitter_spreads),
		cmocka_unit_test(test_late_ticks_are_skipped_and_counted),
		cmocka_unit_test(test_accounts_for_every_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
