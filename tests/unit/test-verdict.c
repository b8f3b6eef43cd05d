/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every rule: a ring that it is about, near misses of it, sources without which it cannot tell.
 * Every such ring is also looked at once only, too shortly, with an index that moved, of a
 * paused guest and of a device that is not connected: there its rule must not match, unless it
 * is one of those that are true at once.
 */
#include "ringtrace/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/ring-examples.h"
#include "tests/support/ring-world.h"

static const struct ring_example *begin(void)
{
	size_t count = 0;

	return ring_examples(&count);
}

static const struct ring_example *end(void)
{
	size_t count = 0;
	const struct ring_example *examples = ring_examples(&count);

	return examples + count;
}

/* Where counting begins: at ease, and so that indices wrap. */
static const uint32_t bases[] = {1000, 0xfffffffdu, 0x7fffff80u};

static void set_up(struct ring_world *world, const struct ring_example *example, uint32_t base)
{
	ring_world_init(world, example->kind, base);
	if (example->seconds)
		ring_world_reading(world, 1)->time_ns = ring_world_reading(world, 0)->time_ns +
							example->seconds * WORLD_SECOND;
	example->make(ring_world_reading(world, 0));
	example->make(ring_world_reading(world, 1));
}

static const struct px_rule *rule_of(const struct ring_example *example)
{
	const struct px_rule *rule = px_rule_find(example->id);

	assert_non_null(rule);
	return rule;
}

static void expect(const struct ring_world *world, const struct ring_example *example,
		   bool match, const char *how)
{
	struct px_verdicts verdicts = {0};
	char ids[128];

	ring_world_judge(world, &verdicts);
	if (ring_world_has(&verdicts, example->id) != match)
		fail_msg("%s of %s (example %zu), %s: got %s", example->id,
			 px_ring_kind_name(example->kind), (size_t)(example - begin()), how,
			 ring_world_ids(&verdicts, ids, sizeof(ids)));
}

#define for_all(example, base)                                                         \
	for (const struct ring_example *example = begin(); example < end(); example++) \
		for (const uint32_t *base = bases; base < bases + px_array_size(bases); base++)

static void every_rule_finds_what_it_is_about(void **state)
{
	for_all(example, base)
	{
		struct ring_world world;
		struct px_verdicts verdicts = {0};

		set_up(&world, example, *base);
		expect(&world, example, true, "as it is");
		ring_world_judge(&world, &verdicts);
		if (!example->follows) {
			assert_string_equal(verdicts.verdicts[0].rule->id, example->id);
			assert_int_equal(verdicts.health, rule_of(example)->health);
		}
		for (size_t i = 0; i < verdicts.count; i++) {
			assert_true(strlen(verdicts.verdicts[i].evidence.text) > 20);
			/* Who reads of a fault does not read that all is well. */
			assert_true(verdicts.health != PX_HEALTH_FAULT ||
				    verdicts.verdicts[i].rule->health != PX_HEALTH_IDLE);
		}
		if (!strcmp(example->id, "H") && example->at_once)
			assert_int_equal(verdicts.count, 1);
	}
}

static void near_misses_are_something_else(void **state)
{
	for_all(example, base) for (size_t i = 0; example->misses[i]; i++)
	{
		struct ring_world world;

		for (int which = 1; which <= 3; which++) {
			if (which == 1 && example->at_once)
				continue;
			set_up(&world, example, *base);
			if (which & 1)
				example->misses[i](ring_world_reading(&world, 0));
			if (which & 2)
				example->misses[i](ring_world_reading(&world, 1));
			expect(&world, example, false,
			       which == 1   ? "a near miss in the first reading"
			       : which == 2 ? "a near miss in the last reading"
					    : "a near miss");
		}
	}
}

static void what_moves_is_no_fault(void **state)
{
	for_all(example, base)
	{
		struct ring_world world;
		struct px_ring_reading *last;
		struct px_verdicts verdicts = {0};

		if (example->at_once)
			continue;
		set_up(&world, example, *base);
		last = ring_world_reading(&world, 1);
		last->shared.rsp_event++;
		last->stream.prod++;
		last->stream.cons++;
		expect(&world, example, false, "an event index or a stream moved");
		ring_world_judge(&world, &verdicts);
		assert_int_equal(verdicts.health, PX_HEALTH_PROGRESS);
		assert_string_equal(verdicts.verdicts[0].rule->id, "V");
		if (px_ring_is_stream(example->kind) || !last->back.req_cons.known)
			continue;
		set_up(&world, example, *base);
		last->back.req_cons.value++;
		expect(&world, example, false, "req_cons moved");
	}
}

/* A third reading as the second. */
static struct px_ring_reading *add_reading(struct ring_world *world)
{
	world->ring[0].readings[2] = world->ring[0].readings[1];
	world->ring[0].reading_count = world->rings.reading_count = 3;
	return &world->ring[0].readings[2];
}

static void what_moves_past_a_reading_that_lacks_it_is_no_fault(void **state)
{
	for_all(example, base)
	{
		struct ring_world world;
		struct px_ring_reading *last;

		if (example->at_once)
			continue;
		set_up(&world, example, *base);
		last = add_reading(&world);
		ring_world_blank(ring_world_reading(&world, 1), PX_SOURCE_PAGE);
		expect(&world, example, true, "the page lacks once");
		last->shared.rsp_event++;
		last->stream.prod++;
		last->stream.cons++;
		expect(&world, example, false, "the page lacks once, and moved");
		if (!last->back.req_cons.known)
			continue;
		set_up(&world, example, *base);
		last = add_reading(&world);
		ring_world_blank(ring_world_reading(&world, 1), PX_SOURCE_BACK);
		last->back.req_cons.value++;
		expect(&world, example, false, "the back end lacks once, and moved");
	}
}

static void what_was_connected_anew_is_no_fault(void **state)
{
	for_all(example, base)
	{
		struct ring_world world;

		set_up(&world, example, *base);
		if (!world.device.has_states)
			continue;
		add_reading(&world);
		world.device.back_state[1] = PX_XENBUS_INIT_WAIT;
		expect(&world, example, false, "the device was not connected once");
	}
}

static void one_reading_or_a_short_time_tells_nothing(void **state)
{
	for_all(example, base)
	{
		struct ring_world world;
		struct px_verdicts verdicts = {0};

		set_up(&world, example, *base);
		world.ring[0].reading_count = 1;
		world.rings.reading_count = 1;
		expect(&world, example, example->at_once, "one reading");
		set_up(&world, example, *base);
		ring_world_reading(&world, 1)->time_ns =
			ring_world_reading(&world, 0)->time_ns + PX_STILL_NS - 1;
		expect(&world, example, example->at_once, "readings too close");
		ring_world_judge(&world, &verdicts);
		if (!example->at_once)
			assert_string_equal(verdicts.verdicts[0].rule->id, "U");
	}
}

static void a_stopped_guest_or_a_closed_device_explains_all(void **state)
{
	for_all(example, base)
	{
		struct ring_world world;
		struct px_verdicts verdicts = {0};

		set_up(&world, example, *base);
		world.rings.domain.paused = true;
		expect(&world, example, example->at_once, "a paused guest");
		ring_world_judge(&world, &verdicts);
		assert_true(ring_world_has(&verdicts, "W"));
		if (!world.device.has_states)
			continue;
		world.rings.domain.paused = false;
		world.device.front_state[1] = PX_XENBUS_CLOSING;
		expect(&world, example, false, "a closing device");
		ring_world_judge(&world, &verdicts);
		assert_string_equal(verdicts.verdicts[0].rule->id, "Y");
		assert_int_equal(verdicts.health, PX_HEALTH_WAITS);
	}
}

static void expect_missing(struct ring_world *world, const struct ring_example *example,
			   unsigned int missing)
{
	struct px_verdicts verdicts = {0};
	bool named = false;

	for (unsigned int source = 0; source < PX_RING_SOURCES; source++)
		if (missing & 1u << source) {
			ring_world_blank(ring_world_reading(world, 0), source);
			ring_world_blank(ring_world_reading(world, 1), source);
		}
	expect(world, example, false, "a source is missing");
	ring_world_judge(world, &verdicts);
	if ((verdicts.missing & missing) != missing)
		fail_msg("%s (example %zu): source %x is not said to be missing", example->id,
			 (size_t)(example - begin()), missing);
	assert_true(verdicts.health == PX_HEALTH_UNKNOWN || verdicts.health == PX_HEALTH_FAULT);
	for (unsigned int source = 0; source < PX_RING_SOURCES; source++)
		if (missing & 1u << source && verdicts.health == PX_HEALTH_UNKNOWN)
			named = strstr(verdicts.verdicts[0].evidence.text,
				       px_ring_source_name(source)) != NULL;
	assert_true(named || verdicts.health == PX_HEALTH_FAULT);
}

static void what_is_missing_is_named(void **state)
{
	for_all(example, base)
	{
		struct ring_world world;

		for (size_t i = 0; i < px_array_size(example->needs) && example->needs[i];
		     i++) {
			set_up(&world, example, *base);
			expect_missing(&world, example, example->needs[i]);
		}
		if (example->no_page)
			continue;
		set_up(&world, example, *base);
		expect_missing(&world, example, 1u << PX_SOURCE_PAGE);
	}
}

static bool has_example(const struct px_rule *rule)
{
	for (const struct ring_example *example = begin(); example < end(); example++)
		if (!strcmp(example->id, rule->id))
			return true;
	return false;
}

/* The others are those of whole devices and of what is no fault: test-verdict-device.c. */
static void every_rule_of_a_fault_has_an_example(void **state)
{
	size_t count = 0;
	const struct px_rule *rules = px_rules(&count);

	for (size_t i = 0; i < count; i++)
		if (rules[i].health == PX_HEALTH_FAULT && rules[i].kinds &&
		    !has_example(&rules[i]))
			fail_msg("no example of %s", rules[i].id);
}

/* A daemon that was stopped has an event pending and masked. */
static void a_daemon_counts_no_events(void **state)
{
	struct ring_world world;
	struct px_verdicts verdicts = {0};

	ring_world_init(&world, PX_RING_CONSOLE_OUT, 0);
	world.device.class = PX_DEVICE_CONSOLE;
	world.device.has_states = false;
	for (size_t i = 0; i < 2; i++) {
		struct px_ring_reading *reading = ring_world_reading(&world, i);

		ring_world_blank(reading, PX_SOURCE_COUNTERS);
		reading->back_port.pending = reading->back_port.masked = PX_ANSWER_YES;
	}
	px_verdicts_of_device(&world.rings, &world.device, &verdicts);
	assert_int_equal(verdicts.count, 0);
	world.device.has_states = true;
	px_verdicts_of_device(&world.rings, &world.device, &verdicts);
	assert_int_equal(verdicts.health, PX_HEALTH_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_finds_what_it_is_about),
		cmocka_unit_test(near_misses_are_something_else),
		cmocka_unit_test(what_moves_is_no_fault),
		cmocka_unit_test(what_moves_past_a_reading_that_lacks_it_is_no_fault),
		cmocka_unit_test(what_was_connected_anew_is_no_fault),
		cmocka_unit_test(one_reading_or_a_short_time_tells_nothing),
		cmocka_unit_test(a_stopped_guest_or_a_closed_device_explains_all),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(every_rule_of_a_fault_has_an_example),
		cmocka_unit_test(a_daemon_counts_no_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
