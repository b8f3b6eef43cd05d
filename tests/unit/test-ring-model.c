/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rings that keep to the protocol are never called faulty, however their numbers are read while
 * they run; those of which one end leaves out a step are, with the right name.
 */
#include "tests/support/ring-model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const enum px_ring_kind kinds[] = {PX_RING_NET_TX, PX_RING_NET_RX, PX_RING_BLOCK};
static const uint32_t bases[] = {0, 1000, 0xffffff00u, 0x7fffffc0u, 0xfffffffeu};

static void fail_with(const struct ring_model *model, const struct px_verdicts *verdicts)
{
	char ids[128];

	fail_msg("%s, fault %d: %s: %s", px_ring_kind_name(model->kind), model->fault,
		 ring_world_ids(verdicts, ids, sizeof(ids)),
		 verdicts->verdicts[0].evidence.text);
}

/* Any of the sources is missing, always or once. */
static void blank_some(struct ring_model *model, struct ring_world *world)
{
	uint32_t readings = (uint32_t)world->rings.reading_count;

	for (unsigned int source = PX_SOURCE_PAGE; source < PX_RING_SOURCES; source++) {
		uint32_t which = ring_model_random(model, 4 * (readings + 1));

		for (uint32_t i = 0; i < readings; i++)
			if (which == i || which == readings)
				ring_world_blank(ring_world_reading(world, i), source);
	}
}

static void look_once_more(struct ring_model *model, struct ring_world *world)
{
	ring_model_run(model, WORLD_SECOND);
	world->ring[0].readings[2] = world->ring[0].readings[1];
	ring_model_read(model, world, 2);
	world->ring[0].reading_count = world->rings.reading_count = 3;
}

struct tally {
	unsigned int looks, health[PX_HEALTH_FAULT + 1];
};

/* Traffic goes and comes while somebody looks. */
static void watch_healthy(struct ring_model *model, unsigned int looks, struct tally *tally)
{
	struct ring_world world;
	struct px_verdicts verdicts = {0};

	for (unsigned int i = 0; i < looks; i++) {
		model->traffic = ring_model_random(model, 3) > 0;
		model->pace_ns = 2000000u << ring_model_random(model, 3);
		ring_model_run(model, WORLD_SECOND / 1000 * ring_model_random(model, 700));
		if (!ring_model_random(model, 3))
			model->traffic = false;
		ring_model_look(model, &world);
		if (ring_model_random(model, 2))
			look_once_more(model, &world);
		if (ring_model_random(model, 2))
			blank_some(model, &world);
		ring_world_judge(&world, &verdicts);
		if (verdicts.health == PX_HEALTH_FAULT ||
		    px_rings_health(&world.rings) == PX_HEALTH_FAULT)
			fail_with(model, &verdicts);
		tally->looks++;
		tally->health[verdicts.health]++;
	}
}

static void healthy_rings_are_never_faulty(void **state)
{
	struct tally tally = {0};

	for (size_t k = 0; k < px_array_size(kinds); k++)
		for (size_t b = 0; b < px_array_size(bases); b++)
			for (unsigned int seed = 1; seed <= 20; seed++) {
				struct ring_model model;

				ring_model_init(&model, kinds[k], bases[b], seed);
				watch_healthy(&model, 340, &tally);
			}
	print_message("%u looks: %u idle, %u moved, %u waited, %u unknown\n", tally.looks,
		      tally.health[PX_HEALTH_IDLE], tally.health[PX_HEALTH_PROGRESS],
		      tally.health[PX_HEALTH_WAITS], tally.health[PX_HEALTH_UNKNOWN]);
	assert_true(tally.looks >= 100000);
	assert_true(tally.health[PX_HEALTH_IDLE] > 1000);
	assert_true(tally.health[PX_HEALTH_PROGRESS] > 1000);
}

struct scenario {
	enum px_ring_kind kind;
	enum ring_model_fault fault;
	const char *id;
	const char *or_id;
};

static const struct scenario scenarios[] = {
	{PX_RING_NET_TX, MODEL_LOSES_KICK, "A1", NULL},
	{PX_RING_BLOCK, MODEL_LOSES_KICK, "A1", NULL},
	{PX_RING_NET_TX, MODEL_BACK_NOT_RUN, "A4", NULL},
	{PX_RING_BLOCK, MODEL_BACK_NOT_RUN, "A4", NULL},
	{PX_RING_NET_TX, MODEL_BACK_NOT_ARMED, "F", NULL},
	{PX_RING_NET_TX, MODEL_BACK_HOLDS, "A2", NULL},
	{PX_RING_BLOCK, MODEL_BACK_HOLDS, "A2W", NULL},
	{PX_RING_NET_TX, MODEL_NEVER_PUSHES, "M", NULL},
	{PX_RING_BLOCK, MODEL_NEVER_PUSHES, "M", NULL},
	{PX_RING_NET_TX, MODEL_HOLDS_SLOTS, "T", NULL},
	{PX_RING_NET_TX, MODEL_LOSES_WAKE, "N", NULL},
	{PX_RING_NET_TX, MODEL_LOSES_RESPONSE, "B1", NULL},
	{PX_RING_BLOCK, MODEL_LOSES_RESPONSE, "B1", NULL},
	{PX_RING_NET_RX, MODEL_LOSES_RESPONSE, "B1", NULL},
	{PX_RING_NET_TX, MODEL_FRONT_MASKED, "B2", NULL},
	{PX_RING_NET_RX, MODEL_FRONT_MASKED, "B2", NULL},
	{PX_RING_NET_TX, MODEL_FRONT_NOT_RUN, "B3", NULL},
	{PX_RING_NET_RX, MODEL_FRONT_NOT_RUN, "B3", NULL},
	{PX_RING_NET_TX, MODEL_FRONT_NOT_ARMED, "B4", NULL},
	{PX_RING_BLOCK, MODEL_FRONT_NOT_ARMED, "B4", NULL},
	{PX_RING_NET_RX, MODEL_FRONT_NOT_ARMED, "B4", NULL},
	{PX_RING_NET_RX, MODEL_NO_REFILL, "D", "E"},
	{PX_RING_NET_RX, MODEL_SMALL_REFILL, "E", NULL},
	{PX_RING_NET_TX, MODEL_REWINDS, "H", "G"},
	{PX_RING_NET_TX, MODEL_HEALTHY, "V", NULL},
};

static void play(const struct scenario *scenario, uint32_t base, unsigned int seed)
{
	struct ring_model model;
	struct ring_world world;
	struct px_verdicts verdicts = {0};

	ring_model_init(&model, scenario->kind, base, seed);
	model.traffic = true;
	model.pace_ns = 2000000;
	ring_model_run(&model, WORLD_SECOND);
	/* An end that is at work needs no event: let it come to rest, twice. */
	model.traffic = false;
	ring_model_run(&model, 10 * WORLD_SECOND);
	model.fault = scenario->fault;
	model.traffic = true;
	ring_model_run(&model, WORLD_SECOND);
	model.traffic = false;
	ring_model_run(&model, 10 * WORLD_SECOND);
	model.traffic = true;
	ring_model_run(&model, 120 * WORLD_SECOND);
	ring_model_look(&model, &world);
	ring_world_judge(&world, &verdicts);
	if (strcmp(verdicts.verdicts[0].rule->id, scenario->id) != 0 &&
	    (!scenario->or_id || strcmp(verdicts.verdicts[0].rule->id, scenario->or_id) != 0))
		fail_with(&model, &verdicts);
}

static void every_fault_is_found_by_its_name(void **state)
{
	for (size_t i = 0; i < px_array_size(scenarios); i++)
		for (size_t b = 0; b < px_array_size(bases); b++)
			for (unsigned int seed = 1; seed <= 10; seed++)
				play(&scenarios[i], bases[b], seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_rings_are_never_faulty),
		cmocka_unit_test(every_fault_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
