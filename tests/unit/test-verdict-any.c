/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever a guest writes and whatever is missing: every reading gets a verdict with evidence.
 */
#include "ringtrace/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/ring-world.h"

static struct ring_world world;
static struct px_verdicts verdicts;

static uint32_t any_number(void)
{
	static uint64_t seed = 1;

	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 32);
}

/* Mostly near the others, so that rules have something to say. */
static uint32_t any_index(void)
{
	return any_number() % 8 ? 0xffffffe0u + any_number() % 64 : any_number();
}

static struct px_fact any_fact(void)
{
	return (struct px_fact){.known = any_number() % 4, .value = any_index()};
}

static enum px_answer any_answer(void)
{
	return (enum px_answer)(any_number() % 3);
}

static struct px_ring_port any_port(void)
{
	return (struct px_ring_port){
		.port = any_fact(),
		.vcpu = any_fact(),
		.pending = any_answer(),
		.masked = any_answer(),
		.upcall_pending = any_answer(),
		.upcall_masked = any_answer(),
		.runs = any_answer(),
		.blocked = any_answer(),
	};
}

static struct px_ring_reading any_reading(void)
{
	return (struct px_ring_reading){
		.time_ns = any_number(),
		.readable = any_number() % 4,
		.kicked = any_number() % 8 == 0,
		.shared = {any_index(), any_index(), any_index(), any_index()},
		.stream = {any_index(), any_index()},
		.front = {any_fact(), any_fact(), any_fact(), any_fact(), any_fact(),
			  any_fact(), any_answer(), any_answer(), any_answer(), any_answer()},
		.back = {any_fact(), any_fact(), any_fact(), any_fact(), any_fact(), any_fact(),
			 any_fact(), any_answer(), any_fact(), any_answer(), any_answer()},
		.front_port = any_port(),
		.back_port = any_port(),
		.chains = {any_number() % 2, any_number() % 2, any_number(), any_number() % 40,
			   any_number(), any_number() % 2, any_number()},
		.events = any_fact(),
		.spurious_events = any_fact(),
		.delayed_jiffies = any_fact(),
	};
}

static void any_world(void)
{
	struct px_ring *ring = &world.ring[0];

	ring_world_init(&world, any_number() % PX_RING_KINDS, 0);
	ring->slots = any_number() % 4 ? 32 : any_index();
	ring->reading_count = any_number() % (PX_READINGS_MAX + 1);
	for (size_t i = 0; i < PX_READINGS_MAX; i++) {
		ring->readings[i] = any_reading();
		if (i && any_number() % 2)
			ring->readings[i] = ring->readings[i - 1];
		ring->readings[i].time_ns += i << 32;
		world.device.front_state[i] = any_number() % 4 ? 4 : any_number() % 9;
		world.device.back_state[i] = any_number() % 4 ? 4 : any_number() % 9;
	}
	world.rings.reading_count = any_number() % (PX_READINGS_MAX + 1);
	world.device.gone = any_number() % 16 == 0;
	world.rings.domain.paused = any_number() % 16 == 0;
}

static void any_numbers_are_judged(void **state)
{
	unsigned int seen[PX_HEALTH_FAULT + 1] = {0};

	for (int i = 0; i < 100000; i++) {
		any_world();
		ring_world_judge(&world, &verdicts);
		assert_true(verdicts.count >= 1 && verdicts.count <= PX_VERDICTS_MAX);
		assert_int_equal(verdicts.health, verdicts.verdicts[0].rule->health);
		for (size_t j = 0; j < verdicts.count; j++)
			assert_true(*verdicts.verdicts[j].evidence.text);
		seen[verdicts.health]++;
		px_verdicts_of_device(&world.rings, &world.device, &verdicts);
		assert_true(px_rings_health(&world.rings) <= PX_HEALTH_FAULT);
	}
	for (size_t i = 0; i < px_array_size(seen); i++)
		if (i != PX_HEALTH_IDLE)
			assert_true(seen[i] > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_numbers_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
