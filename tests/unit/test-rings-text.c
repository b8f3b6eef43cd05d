/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people read of rings that a test has built. */
#include "ringtrace/rings-text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/ring-world.h"

/* Free it. */
static char *text_of(const struct ring_world *world, struct px_rings_style style)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	px_rings_text(&world->rings, &style, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void expect(const struct ring_world *world, struct px_rings_style style,
		   const char *expected)
{
	char *text = text_of(world, style);

	assert_string_equal(text, expected);
	free(text);
}

static void expect_part(const struct ring_world *world, struct px_rings_style style,
			const char *part)
{
	char *text = text_of(world, style);

	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
	free(text);
}

static void name(struct ring_world *world, const char *text)
{
	snprintf(world->rings.domain.name, sizeof(world->rings.domain.name), "%s", text);
}

#define HEADING "RING            IN FLIGHT     REQ/S     RSP/S   REQUESTS  RESPONSES  VERDICT\n"

static void test_idle(void **state)
{
	struct ring_world world;

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	name(&world, "web01");
	expect(&world, (struct px_rings_style){0},
	       "web01 (domain 7, pv)\n" HEADING
	       "vif 0 tx            0/256       0.0       0.0       1000       1000  idle\n");
}

static void test_moving_queues(void **state)
{
	struct ring_world world;
	struct px_ring_reading *last;

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	ring_world_add(&world, PX_RING_NET_RX, UINT32_MAX - 9, 1);
	world.ring[0].in_queue = true;
	last = ring_world_reading(&world, 1);
	ring_world_shift(last, 50);
	last->shared.req_prod += 3;
	ring_world_shift(&world.ring[1].readings[1], 12345);
	expect(&world, (struct px_rings_style){0},
	       "domain 7 (pv)\n" HEADING
	       "vif 0 q0 tx         3/256      53.0      50.0       1053       1050  moves\n"
	       "vif 0 q1 rx       230/256     12345     12345      12565      12335  moves\n");
}

/* The rates of a ring that went back, and of one look alone, are not known. */
static void test_no_rates(void **state)
{
	struct ring_world world;

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	ring_world_shift(ring_world_reading(&world, 1), (uint32_t)-5);
	expect_part(&world, (struct px_rings_style){0},
		    "vif 0 tx            0/256         -         -        995        995  ");
	ring_world_init(&world, PX_RING_NET_TX, 1000);
	world.ring[0].reading_count = world.rings.reading_count = 1;
	expect_part(&world, (struct px_rings_style){0},
		    "vif 0 tx            0/256         -         -       1000       1000  ");
}

static void break_ring(struct ring_world *world)
{
	for (size_t i = 0; i < 2; i++) {
		struct px_ring_reading *reading = ring_world_reading(world, i);

		reading->shared.req_prod += 5;
		reading->front.req_prod_pvt.value += 5;
		reading->front.free_slots = PX_FACT(251);
	}
}

static void test_fault(void **state)
{
	struct ring_world world;
	char *text;
	static const char *const parts[] = {
		"vif 0 tx            5/256       0.0       0.0       1005       1000  FAULT: ",
		"\n    means     ",
		"\n    seen      ",
		"1005",
		"\n    must act  ",
		"\n    try       ",
	};

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	break_ring(&world);
	for (size_t i = 0; i < px_array_size(parts); i++)
		expect_part(&world, (struct px_rings_style){0}, parts[i]);
	text = text_of(&world, (struct px_rings_style){0});
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 100);
	free(text);
}

static void test_colours(void **state)
{
	struct px_rings_style style = {.colour = true};
	struct ring_world world;

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	expect_part(&world, style, "  \033[32midle\033[0m\n");
	break_ring(&world);
	expect_part(&world, style, "  \033[1;31mFAULT: ");
}

static void test_unknown(void **state)
{
	struct ring_world world;

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	for (size_t i = 0; i < 2; i++)
		ring_world_reading(&world, i)->readable = false;
	world.ring[0].lacks[PX_SOURCE_PAGE] = (char *)(uintptr_t) "grant 8: \x1b[2J";
	expect_part(
		&world, (struct px_rings_style){0},
		"vif 0 tx                -         -         -          -          -  unknown");
	expect_part(&world, (struct px_rings_style){0},
		    "\n    not known the shared page: grant 8: ?[2J\n");
	world.rings.devices_left_out = 3;
	world.device.rings_left_out = 12;
	world.device.problem = (char *)(uintptr_t) "xenstore is wrong";
	world.device.gone = true;
	expect_part(&world, (struct px_rings_style){0}, "\n3 devices are not shown\n");
	expect_part(&world, (struct px_rings_style){0},
		    "\n    note      it disappeared while it was looked at\n"
		    "    note      xenstore is wrong\n"
		    "    note      12 of its rings are not shown\n");
}

/* The reason for which many wait is told once. */
static void test_one_reason(void **state)
{
	struct ring_world world;
	char *text, *first;

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	ring_world_add(&world, PX_RING_NET_RX, 1000, 0);
	world.rings.domain.paused = true;
	text = text_of(&world, (struct px_rings_style){0});
	first = strstr(text, "    seen");
	assert_non_null(first);
	assert_null(strstr(first + 1, "    seen"));
	assert_non_null(strstr(text, "domain 7 (pv, paused)\n"));
	free(text);
}

static void test_everything(void **state)
{
	struct px_rings_style style = {.verbose = true};
	struct ring_world world;

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	world.rings.hypercalls = 48;
	world.rings.ioctls = 40;
	world.rings.store_reads = 70;
	world.rings.reading_ns[0] = 1500000;
	world.rings.reading_ns[1] = 900000;
	world.ring[0].references[0] = 8;
	expect_part(&world, style, "\n    front end   not known where, connected\n");
	expect_part(&world, style,
		    "\n    grants      8\n"
		    "    shared      req_prod 1000  req_event 1001  rsp_prod 1000  "
		    "rsp_event 1001\n"
		    "    front end   req_prod_pvt 1000  rsp_cons 1000  writers 0  "
		    "waiters 0  wanted 0  up yes  stopped no  broken no\n");
	expect_part(&world, style,
		    "\n    counters    events 500  spurious 1  delayed jiffies 0\n");
	expect_part(&world, style,
		    "\n2 readings: 48 hypercalls, 40 ioctls, 70 requests to "
		    "xenstored; 1.5 ms, 0.9 ms\n");
}

static void test_slots(void **state)
{
	struct px_rings_style style = {.slots = true};
	struct px_slot slots[] = {
		{.index = 1000,
		 .position = 232,
		 .has_id = true,
		 .id = 5,
		 .reference = 77,
		 .size = 1514,
		 .flags = PX_SLOT_EXTRA_INFO},
		{.index = 1001, .position = 233, .use = PX_SLOT_EXTRA, .type = 1},
	};
	struct ring_world world;

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	expect_part(&world, style,
		    "\n    slots       not known: they move, or cannot be read\n");
	world.ring[0].in_flight = slots;
	world.ring[0].in_flight_count = 2;
	expect_part(
		&world, style,
		"\n    slot 1000        at 232  chain 0    first     id 5  grant 77  offset 0  "
		"size 1514, extra information\n"
		"    slot 1001        at 233  chain 0    extra     gso\n");
	ring_world_init(&world, PX_RING_NET_RX, 1000);
	world.ring[0].in_flight = slots;
	world.ring[0].in_flight_count = 2;
	expect_part(&world, style, "\n    slots       1000 to 1001: 2 empty buffers\n");
}

/* Names of guests do not drive terminals. */
static void test_hostile_name(void **state)
{
	struct ring_world world;

	ring_world_init(&world, PX_RING_CONSOLE_OUT, 1000);
	name(&world, "\x1b[2Jx");
	expect_part(&world, (struct px_rings_style){0}, "?[2Jx (domain 7, pv)\n");
}

static void test_none(void **state)
{
	struct ring_world world;

	ring_world_init(&world, PX_RING_CONSOLE_OUT, 1000);
	world.rings.device_count = 0;
	expect(&world, (struct px_rings_style){0}, "domain 7 (pv)\nno rings\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle),	   cmocka_unit_test(test_moving_queues),
		cmocka_unit_test(test_no_rates),   cmocka_unit_test(test_fault),
		cmocka_unit_test(test_colours),	   cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_one_reason), cmocka_unit_test(test_everything),
		cmocka_unit_test(test_slots),	   cmocka_unit_test(test_hostile_name),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
