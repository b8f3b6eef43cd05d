/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints, for test-schema.sh, an array with the JSON of rings that are idle, at fault, unknown,
 * or have slots.
 */
#include <stdio.h>

#include "ringtrace/rings-json.h"
#include "tests/support/ring-world.h"

static void add(json_t *list, const struct ring_world *world)
{
	json_array_append_new(list, px_rings_json(&world->rings));
}

static void add_unknown(json_t *list, enum px_ring_kind kind)
{
	struct ring_world world;

	ring_world_init(&world, kind, UINT32_MAX);
	for (size_t i = 0; i < 2; i++)
		for (size_t source = 0; source < PX_RING_SOURCES; source++)
			ring_world_blank(ring_world_reading(&world, i),
					 (enum px_ring_source)source);
	for (size_t source = 0; source < PX_RING_SOURCES; source++)
		world.ring[0].lacks[source] = (char *)(uintptr_t) "it's \"hidden\"";
	world.device.problem = (char *)(uintptr_t) "a \x1b[2J \xff problem";
	add(list, &world);
}

static void add_slots(json_t *list, enum px_ring_kind kind)
{
	struct px_slot slots[] = {
		{.index = UINT32_MAX, .position = 255, .has_id = true, .id = 3, .taken = true},
		{.use = PX_SLOT_EXTRA, .type = 1, .chain = 1},
		{.has_id = true, .id = UINT64_MAX, .sector = UINT64_MAX, .flags = UINT16_MAX},
	};
	struct ring_world world;

	ring_world_init(&world, kind, 77);
	world.ring[0].in_flight = slots;
	world.ring[0].in_flight_count = px_array_size(slots);
	ring_world_reading(&world, 1)->shared.req_prod += 3;
	add(list, &world);
}

int main(void)
{
	json_t *list = json_array();

	for (unsigned int kind = 0; kind < PX_RING_KINDS; kind++) {
		struct ring_world world;

		ring_world_init(&world, (enum px_ring_kind)kind, 1000);
		add(list, &world);
		ring_world_reading(&world, 0)->shared.req_prod += 5;
		ring_world_reading(&world, 1)->shared.req_prod += 5;
		add(list, &world);
		add_unknown(list, (enum px_ring_kind)kind);
		add_slots(list, (enum px_ring_kind)kind);
	}
	json_dumpf(list, stdout, JSON_INDENT(1));
	json_decref(list);
	return ferror(stdout) || fflush(stdout);
}
