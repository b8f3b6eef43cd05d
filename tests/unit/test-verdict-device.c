/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts of whole devices, of what is no fault, what evidence says, and the table of
 * doc/RINGS.md (read from the source's folder).
 */
#include "ringtrace/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/ring-world.h"

static struct ring_world world;
static struct px_verdicts verdicts;

/* A vif at rest. */
static void set_up_vif(void)
{
	struct px_ring *rx;

	ring_world_init(&world, PX_RING_NET_TX, 1000);
	rx = ring_world_add(&world, PX_RING_NET_RX, 5000, 0);
	rx->in_queue = world.ring[0].in_queue = false;
}

static struct px_ring_reading *tx(size_t number)
{
	return &world.ring[0].readings[number];
}

static void judge_ring(void)
{
	ring_world_judge(&world, &verdicts);
}

static void judge_device(void)
{
	px_verdicts_of_device(&world.rings, &world.device, &verdicts);
}

static const char *evidence(void)
{
	return verdicts.count ? verdicts.verdicts[0].evidence.text : "";
}

static void expect(const char *id)
{
	if (!verdicts.count || strcmp(verdicts.verdicts[0].rule->id, id) != 0) {
		char ids[128];

		fail_msg("%s expected, got %s: %s", id,
			 ring_world_ids(&verdicts, ids, sizeof(ids)), evidence());
	}
	assert_int_equal(verdicts.health, px_rule_find(id)->health);
}

static void expect_nothing(void)
{
	char ids[128];

	if (verdicts.count)
		fail_msg("got %s: %s", ring_world_ids(&verdicts, ids, sizeof(ids)), evidence());
	assert_int_equal(verdicts.health, PX_HEALTH_IDLE);
}

static void expect_words(const char *words)
{
	if (!strstr(evidence(), words))
		fail_msg("\"%s\" is not in: %s", words, evidence());
}

/* --- evidence --------------------------------------------------------------------------------
 */

static void evidence_has_the_numbers(void **state)
{
	set_up_vif();
	for (size_t i = 0; i < 2; i++) {
		tx(i)->shared.req_prod = 1017;
		tx(i)->front.req_prod_pvt = PX_FACT(1017);
	}
	judge_ring();
	expect("A1");
	assert_string_equal(
		evidence(),
		"17 requests are in flight (req_prod 1017, rsp_prod 1000, taken up "
		"to 1000), nothing moved for 1.0 s. The back end asked for an event "
		"at 1001; its port 41 is not pending and not masked (vCPU 0, "
		"blocked).");
}

static void the_longest_evidence_fits(void **state)
{
	set_up_vif();
	for (size_t i = 0; i < 2; i++) {
		ring_world_shift(tx(i), 0xe0000000u);
		tx(i)->shared.req_prod += 240;
		tx(i)->front.req_prod_pvt = PX_FACT(tx(i)->shared.req_prod);
		tx(i)->back_port.port = tx(i)->back_port.vcpu = PX_FACT(UINT64_MAX);
		tx(i)->back_port.pending = PX_ANSWER_UNKNOWN;
		tx(i)->back_port.masked = PX_ANSWER_UNKNOWN;
		tx(i)->back.req_cons.known = false;
		tx(i)->back.credit_timer = PX_ANSWER_UNKNOWN;
	}
	judge_ring();
	expect("A1/F");
	assert_true(strlen(evidence()) < PX_EVIDENCE_MAX - 1);
	assert_int_equal(evidence()[strlen(evidence()) - 1], '.');
	expect_words("A rate limit (A3) cannot be ruled out.");
}

static void a_kick_is_told_of(void **state)
{
	set_up_vif();
	for (size_t i = 0; i < 2; i++) {
		tx(i)->shared.req_prod = 1004;
		tx(i)->front.req_prod_pvt = PX_FACT(1004);
	}
	world.ring[0].reading_count = 3;
	*tx(2) = *tx(1);
	tx(2)->kicked = true;
	judge_ring();
	expect("A1");
	expect_words("An event that was sent by hand changed nothing.");
	tx(2)->shared.rsp_prod = 1004;
	judge_ring();
	expect("A1");
	expect_words("After an event was sent by hand it moved on.");
	tx(2)->kicked = false;
	judge_ring();
	expect("V");
}

/* --- no faults -------------------------------------------------------------------------------
 */

static void an_idle_ring_of_an_unknown_front_end_is_unknown(void **state)
{
	set_up_vif();
	ring_world_blank(tx(0), PX_SOURCE_FRONT);
	ring_world_blank(tx(1), PX_SOURCE_FRONT);
	judge_ring();
	expect("U");
	assert_true(ring_world_has(&verdicts, "S"));
	assert_int_equal(verdicts.missing, 1u << PX_SOURCE_FRONT);
	assert_string_equal(evidence(),
			    "It looks idle. req_prod 1000, req_event 1001, rsp_prod "
			    "1000, rsp_event 1001. Not known: the front end's "
			    "private state.");
}

static void a_missing_back_end_leaves_an_idle_tx_ring_idle(void **state)
{
	set_up_vif();
	for (size_t i = 0; i < 2; i++) {
		ring_world_blank(tx(i), PX_SOURCE_BACK);
		ring_world_blank(tx(i), PX_SOURCE_BACK_PORT);
		ring_world_blank(tx(i), PX_SOURCE_FRONT_PORT);
		ring_world_blank(tx(i), PX_SOURCE_COUNTERS);
	}
	judge_ring();
	expect("S");
	assert_int_equal(verdicts.missing, 0);
}

/* The page tells what would be asked for otherwise. */
static void the_page_alone_settles_what_it_can(void **state)
{
	set_up_vif();
	for (size_t i = 0; i < 2; i++) {
		tx(i)->shared.req_prod += 2;
		tx(i)->shared.req_event += 2;
		tx(i)->front.req_prod_pvt = PX_FACT(tx(i)->shared.req_prod);
		ring_world_blank(tx(i), PX_SOURCE_BACK);
		ring_world_blank(tx(i), PX_SOURCE_BACK_PORT);
	}
	judge_ring();
	expect("A2");
	assert_int_equal(verdicts.missing, 0);
	set_up_vif();
	for (size_t i = 0; i < 2; i++) {
		ring_world_blank(tx(i), PX_SOURCE_FRONT);
		ring_world_blank(tx(i), PX_SOURCE_FRONT_PORT);
	}
	judge_ring();
	expect("U");
	assert_int_equal(verdicts.missing, 1u << PX_SOURCE_FRONT);
}

/* Requests that are not published are a fault at any rate; whether of T is open. */
static void waits_that_are_not_known_are_named(void **state)
{
	set_up_vif();
	for (size_t i = 0; i < 2; i++)
		tx(i)->front = (struct px_ring_front){.req_prod_pvt = PX_FACT(1256),
						      .rsp_cons = PX_FACT(1000)};
	judge_ring();
	expect("M");
	assert_int_equal(verdicts.missing, 1u << PX_SOURCE_FRONT);
}

/* It may be busy with them: only time tells. */
static void ask_disk(uint32_t requests)
{
	ring_world_init(&world, PX_RING_BLOCK, 1000);
	for (size_t i = 0; i < 2; i++) {
		tx(i)->shared.req_prod += requests;
		tx(i)->front.req_prod_pvt = PX_FACT(tx(i)->shared.req_prod);
		ring_world_blank(tx(i), PX_SOURCE_BACK);
	}
}

static void requests_to_a_disk_that_nobody_can_look_into_are_unknown(void **state)
{
	ask_disk(4);
	judge_ring();
	expect("U");
	assert_int_equal(verdicts.missing, 1u << PX_SOURCE_BACK);
	assert_true(px_rings_longer_ns(&world.rings) > 0);
	tx(1)->time_ns = tx(0)->time_ns + PX_PATIENCE_S * WORLD_SECOND;
	judge_ring();
	expect("A1/F");
	assert_int_equal(px_rings_longer_ns(&world.rings), 0);
}

/* Nothing says why it is full before it was watched for long enough. */
static void a_full_ring_of_such_a_disk_is_looked_at_for_longer(void **state)
{
	ask_disk(px_ring_slots(PX_RING_BLOCK, 1));
	judge_ring();
	expect("C");
	assert_true(px_rings_longer_ns(&world.rings) > 0);
	world.rings.domain.paused = true;
	assert_int_equal(px_rings_longer_ns(&world.rings), 0);
	world.rings.domain.paused = false;
	tx(1)->time_ns = tx(0)->time_ns + PX_PATIENCE_S * WORLD_SECOND;
	judge_ring();
	expect("A1/F");
}

/* Packets may wait in a back end that nobody can look into. */
static void a_missing_back_end_makes_an_idle_rx_ring_unknown(void **state)
{
	ring_world_init(&world, PX_RING_NET_RX, 5000);
	ring_world_blank(tx(0), PX_SOURCE_BACK);
	ring_world_blank(tx(1), PX_SOURCE_BACK);
	judge_ring();
	expect("U");
	assert_int_equal(verdicts.missing, 1u << PX_SOURCE_BACK);
}

static void what_moves_needs_no_sources(void **state)
{
	set_up_vif();
	for (unsigned int source = PX_SOURCE_FRONT; source < PX_RING_SOURCES; source++) {
		ring_world_blank(tx(0), source);
		ring_world_blank(tx(1), source);
	}
	ring_world_shift(tx(1), 5000);
	judge_ring();
	expect("V");
	expect_words("5000 requests a second, 5000 responses; 0 in flight.");
}

/* Its indices never stand still long enough to be copied: that is progress, too. */
static void private_indices_show_that_it_moves(void **state)
{
	set_up_vif();
	ring_world_blank(tx(0), PX_SOURCE_PAGE);
	ring_world_blank(tx(1), PX_SOURCE_PAGE);
	tx(1)->front.rsp_cons.value += 70000;
	judge_ring();
	expect("V");
}

static void what_was_connected_meanwhile_is_unknown(void **state)
{
	set_up_vif();
	world.device.front_state[0] = PX_XENBUS_INITIALISED;
	judge_ring();
	expect("U");
	expect_words("was connected while it was watched");
}

static void what_nothing_explains_is_unknown(void **state)
{
	set_up_vif();
	tx(0)->shared.req_event = tx(1)->shared.req_event = 900; /* the back end polls? */
	judge_ring();
	expect("U");
	assert_int_equal(verdicts.missing, 0);
	expect_words("nothing that is known explains");
}

static void rings_without_readings_are_unknown(void **state)
{
	set_up_vif();
	world.ring[0].reading_count = 0;
	judge_ring();
	expect("U");
	assert_int_equal(verdicts.missing, 1u << PX_SOURCE_PAGE);
	expect_words("could not be read");
}

static void being_near_the_wrap_is_noted(void **state)
{
	ring_world_init(&world, PX_RING_NET_TX, 0xfff00000u);
	judge_ring();
	expect("S");
	assert_true(ring_world_has(&verdicts, "R"));
	ring_world_shift(tx(1), 3);
	judge_ring();
	expect("V");
	assert_true(ring_world_has(&verdicts, "R"));
	ring_world_init(&world, PX_RING_NET_TX, 0xffefffffu);
	judge_ring();
	assert_false(ring_world_has(&verdicts, "R"));
	ring_world_init(&world, PX_RING_NET_TX, 5);
	judge_ring();
	assert_false(ring_world_has(&verdicts, "R"));
}

static void indices_that_run_back_are_a_reset(void **state)
{
	set_up_vif();
	ring_world_shift(tx(1), (uint32_t)-400);
	judge_ring();
	expect("V"); /* both ends begin anew: it was connected again */
	tx(1)->front.rsp_cons.value += 400;
	judge_ring();
	expect("G");
	ring_world_blank(tx(1), PX_SOURCE_FRONT);
	judge_ring();
	expect("G");
	set_up_vif();
	ring_world_shift(tx(1), 400);
	judge_ring();
	expect("V");
	ring_world_init(&world, PX_RING_NET_TX, 0xffffff00u);
	ring_world_shift(tx(1), 400);
	judge_ring();
	expect("V");
}

static void who_shut_a_device_off_is_named(void **state)
{
	set_up_vif();
	tx(1)->front.broken = PX_ANSWER_YES;
	judge_ring();
	expect("Z");
	expect_words("The guest's driver has shut the device off, for what the back end did.");
	set_up_vif();
	tx(1)->back.disabled = PX_ANSWER_YES;
	judge_ring();
	expect("Z");
	expect_words("The back end has shut the device off, for what the guest's driver did.");
}

static void stopped_guests_say_why(void **state)
{
	struct px_domain *domain = &world.rings.domain;

	set_up_vif();
	domain->paused = true;
	judge_ring();
	expect("W");
	expect_words("is paused");
	domain->shutdown = domain->crashed = true;
	judge_ring();
	expect_words("has crashed");
	domain->dying = true;
	judge_ring();
	expect_words("is being destroyed");
}

/* --- devices ---------------------------------------------------------------------------------
 */

static void a_device_at_rest_has_nothing_to_say(void **state)
{
	set_up_vif();
	judge_device();
	expect_nothing();
	assert_int_equal(px_rings_health(&world.rings), PX_HEALTH_IDLE);
}

static void set_states(enum px_xenbus_state front, enum px_xenbus_state back)
{
	for (size_t i = 0; i < PX_READINGS_MAX; i++) {
		world.device.front_state[i] = front;
		world.device.back_state[i] = back;
	}
}

static void watch_for(uint64_t ns)
{
	world.rings.reading_start_ns[0] = WORLD_SECOND;
	world.rings.reading_start_ns[world.rings.reading_count - 1] = WORLD_SECOND + ns;
}

static void handshakes(void **state)
{
	static const struct {
		enum px_xenbus_state front, back;
		const char *id;
	} pairs[] = {
		{PX_XENBUS_CLOSING, PX_XENBUS_INIT_WAIT, "L"},
		{PX_XENBUS_INITIALISED, PX_XENBUS_INIT_WAIT, "L"},
		{PX_XENBUS_CONNECTED, PX_XENBUS_INIT_WAIT, "L"},
		{PX_XENBUS_CONNECTED, PX_XENBUS_CLOSED, "L"},
		{PX_XENBUS_CONNECTED, PX_XENBUS_UNKNOWN, "L"},
		{PX_XENBUS_CLOSED, PX_XENBUS_CONNECTED, "L"},
		{PX_XENBUS_INITIALISING, PX_XENBUS_CLOSED, "L"},
		{PX_XENBUS_INITIALISING, PX_XENBUS_INIT_WAIT, "L1"},
		{PX_XENBUS_INITIALISING, PX_XENBUS_INITIALISING, "L1"},
		{PX_XENBUS_CLOSED, PX_XENBUS_CLOSED, "L2"},
		{PX_XENBUS_CLOSING, PX_XENBUS_CLOSING, "L2"},
		{PX_XENBUS_CLOSED, PX_XENBUS_INIT_WAIT, "L2"},
	};

	for (size_t i = 0; i < px_array_size(pairs); i++) {
		set_up_vif();
		set_states(pairs[i].front, pairs[i].back);
		watch_for(PX_PATIENCE_S * WORLD_SECOND);
		judge_device();
		expect(pairs[i].id);
		judge_ring();
		expect("Y");
	}
}

/* Whatever the states and indices, the domain that would have to answer comes first. */
static void back_ends_of_stopped_domains(void **state)
{
	set_up_vif();
	world.device.back_domain = 3;
	world.device.back_stopped = "is paused";
	judge_device();
	expect("L4");
	expect_words("The back end's domain, 3, is paused.");
	set_states(PX_XENBUS_CONNECTED, PX_XENBUS_UNKNOWN);
	world.device.back_stopped = "is gone";
	judge_device();
	expect("L4");
	assert_int_equal(verdicts.count, 1);
	/* Nobody waits for it. */
	set_states(PX_XENBUS_CLOSED, PX_XENBUS_CLOSED);
	judge_device();
	expect("L2");
	set_up_vif();
	world.device.back_stopped = "is gone";
	world.rings.domain.paused = true;
	judge_device();
	expect_nothing();
}

/* On the way to a connection or from one; an end that has no state has gone. */
static void a_handshake_may_be_slow(void **state)
{
	const uint64_t patience = PX_PATIENCE_S * WORLD_SECOND;

	set_up_vif();
	set_states(PX_XENBUS_INITIALISED, PX_XENBUS_INIT_WAIT);
	watch_for(WORLD_SECOND);
	judge_device();
	expect("L3");
	assert_true(px_rings_longer_ns(&world.rings) > patience - WORLD_SECOND);
	watch_for(patience - 1);
	judge_device();
	expect("L3");
	watch_for(patience);
	judge_device();
	expect("L");
	assert_int_equal(px_rings_longer_ns(&world.rings), 0);
	set_states(PX_XENBUS_CLOSING, PX_XENBUS_CONNECTED);
	watch_for(WORLD_SECOND);
	judge_device();
	expect("L3");
	assert_true(px_rings_longer_ns(&world.rings) > patience - WORLD_SECOND);
	set_states(PX_XENBUS_CONNECTED, PX_XENBUS_UNKNOWN);
	judge_device();
	expect("L");
	assert_int_equal(px_rings_longer_ns(&world.rings), 0);
}

/* Devices come and go while somebody looks. */
static void a_handshake_under_way_is_not_stuck(void **state)
{
	set_up_vif();
	set_states(PX_XENBUS_INITIALISED, PX_XENBUS_INIT_WAIT);
	world.device.front_state[0] = PX_XENBUS_INITIALISING;
	judge_device();
	expect_nothing();
	set_states(PX_XENBUS_INITIALISED, PX_XENBUS_INIT_WAIT);
	world.rings.reading_count = 1;
	judge_device();
	expect_nothing();
	set_states(PX_XENBUS_RECONFIGURING, PX_XENBUS_CONNECTED);
	world.rings.reading_count = 2;
	judge_device();
	expect_nothing();
}

static void a_device_that_has_gone_is_closed(void **state)
{
	set_up_vif();
	world.device.gone = true;
	judge_device();
	expect("L2");
	judge_ring();
	expect("Y");
	expect_words("disappeared");
}

static void a_connected_device_without_rings_is_unknown(void **state)
{
	char problem[] = "tx-ring-ref is no number";

	set_up_vif();
	world.device.ring_count = 0;
	world.device.problem = problem;
	judge_device();
	expect("U");
	expect_words(problem);
	assert_int_equal(px_rings_health(&world.rings), PX_HEALTH_UNKNOWN);
}

static void consoles_have_no_handshake(void **state)
{
	ring_world_init(&world, PX_RING_CONSOLE_OUT, 50);
	set_states(PX_XENBUS_UNKNOWN, PX_XENBUS_UNKNOWN);
	judge_device();
	expect_nothing();
	judge_ring();
	expect("S");
}

/* --- storms ----------------------------------------------------------------------------------
 */

static void put_off(struct px_ring_reading *first, struct px_ring_reading *last)
{
	first->back_port.pending = last->back_port.pending = PX_ANSWER_YES;
	first->back_port.masked = last->back_port.masked = PX_ANSWER_YES;
}

static void events_without_work_are_a_storm(void **state)
{
	set_up_vif();
	tx(1)->events = PX_FACT(600);
	judge_device();
	expect("K");
	expect_words("The back end got 100 events");
	tx(1)->events = PX_FACT(599);
	judge_device();
	expect_nothing();
}

/* Linux lets few of them through. */
static void a_storm_that_is_put_off_is_one(void **state)
{
	set_up_vif();
	put_off(tx(0), tx(1));
	tx(1)->events = PX_FACT(501);
	tx(1)->spurious_events = PX_FACT(2);
	tx(1)->delayed_jiffies = PX_FACT(250);
	judge_device();
	expect("K");
	tx(1)->delayed_jiffies = PX_FACT(1);
	judge_device();
	expect("K");
	tx(1)->back_port.masked = PX_ANSWER_NO;
	judge_device();
	expect_nothing();
}

static void a_storm_needs_all_rings_to_stand(void **state)
{
	set_up_vif();
	tx(1)->events = PX_FACT(90000);
	ring_world_shift(&world.ring[1].readings[1], 1);
	judge_device();
	expect_nothing();
}

/* A broadcast that arrives meanwhile is no excuse, traffic is. */
static void a_packet_does_not_hide_a_storm(void **state)
{
	set_up_vif();
	tx(1)->events = PX_FACT(tx(0)->events.value + 110);
	tx(1)->spurious_events = PX_FACT(tx(0)->spurious_events.value + 100);
	ring_world_shift(&world.ring[1].readings[1], 1);
	judge_device();
	expect("K");
	expect_words("The back end got 110 events, 100 of them for nothing");
	tx(1)->spurious_events = PX_FACT(tx(0)->spurious_events.value + 99);
	judge_device();
	expect_nothing();
	tx(1)->events = PX_FACT(tx(0)->events.value + 2000);
	tx(1)->spurious_events = PX_FACT(tx(0)->spurious_events.value + 1000);
	judge_device();
	expect_nothing();
}

static void without_counters_a_storm_is_unknown_where_there_is_a_sign(void **state)
{
	set_up_vif();
	ring_world_blank(tx(0), PX_SOURCE_COUNTERS);
	ring_world_blank(tx(1), PX_SOURCE_COUNTERS);
	judge_device();
	expect_nothing();
	put_off(tx(0), tx(1));
	judge_device();
	expect("U");
	assert_int_equal(verdicts.missing, 1u << PX_SOURCE_COUNTERS);
}

/* --- queues ----------------------------------------------------------------------------------
 */

static void break_ring(struct px_ring *ring)
{
	for (size_t i = 0; i < 2; i++) {
		ring->readings[i].shared.req_prod += 2;
		ring->readings[i].front.req_prod_pvt.value += 2;
	}
}

static void one_bad_queue_is_named(void **state)
{
	ring_world_init(&world, PX_RING_NET_TX, 1000);
	ring_world_add(&world, PX_RING_NET_RX, 2000, 0);
	ring_world_add(&world, PX_RING_NET_TX, 3000, 1);
	ring_world_add(&world, PX_RING_NET_RX, 4000, 1);
	judge_device();
	expect_nothing();
	break_ring(&world.ring[2]);
	judge_device();
	expect("O");
	expect_words("Only queue 1 of 2 has faults (1 of its rings).");
	assert_int_equal(px_rings_health(&world.rings), PX_HEALTH_FAULT);
	break_ring(&world.ring[0]);
	judge_device();
	expect_nothing(); /* both have */
	assert_int_equal(px_rings_health(&world.rings), PX_HEALTH_FAULT);
}

static void a_single_queue_is_not_one_of_several(void **state)
{
	set_up_vif();
	break_ring(&world.ring[0]);
	judge_device();
	expect_nothing();
	judge_ring();
	expect("A1");
}

/* --- the table -------------------------------------------------------------------------------
 */

static void rules_are_complete(void **state)
{
	size_t count = 0;
	const struct px_rule *rules = px_rules(&count);

	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(px_rule_find(rules[i].id), &rules[i]);
		assert_true(strlen(rules[i].meaning) > 20 && strlen(rules[i].advice) > 10);
		assert_true(rules[i].test || !strcmp(rules[i].id, "U"));
		assert_true((rules[i].kinds & ~((1u << PX_RING_KINDS) - 1)) == 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rules[i].name, rules[j].name);
	}
	assert_null(px_rule_find("A9"));
}

static void names_are_there_for_any_number(void **state)
{
	assert_string_equal(px_actor_name(PX_ACTOR_FRONT), "the guest's driver");
	assert_string_equal(px_actor_name((enum px_actor)77), "nobody");
	assert_string_equal(px_health_name(PX_HEALTH_FAULT), "FAULT");
	assert_string_equal(px_health_name((enum px_health)77), "unknown");
	assert_string_equal(px_ring_source_name(PX_RING_SOURCES), "an unknown source");
}

/* "| A1 | lost kick | FAULT | the guest's driver | net tx, net rx, block |" */
static void row_of(const struct px_rule *rule, char *row, size_t size)
{
	size_t used = (size_t)snprintf(row, size, "| %s | %s | %s | %s |", rule->id, rule->name,
				       px_health_name(rule->health),
				       px_actor_name(rule->actor));
	const char *separator = " ";

	for (unsigned int kind = 0; kind < PX_RING_KINDS; kind++)
		if (rule->kinds & 1u << kind) {
			used += (size_t)snprintf(row + used, size - used, "%s%s", separator,
						 px_ring_kind_name(kind));
			separator = ", ";
		}
	snprintf(row + used, size - used, "%s |", rule->kinds ? "" : " device");
}

/* The rows are those of the table, in its order. */
static void the_document_has_all_rules(void **state)
{
	size_t count = 0, found = 0;
	const struct px_rule *rules = px_rules(&count);
	FILE *file = fopen("doc/RINGS.md", "r");
	char line[1024], row[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, "| ", 2) != 0 || !strncmp(line, "| id |", 6))
			continue;
		if (found == count)
			fail_msg("a row that no rule has: %s", line);
		row_of(&rules[found++], row, sizeof(row));
		if (strncmp(line, row, strlen(row)) != 0)
			fail_msg("%s is expected, the document has %s", row, line);
	}
	fclose(file);
	assert_int_equal(found, count);
}

/* Who is told of a letter finds it in the manual. */
static void the_manual_has_all_rules(void **state)
{
	size_t count = 0, found = 0;
	const struct px_rule *rules = px_rules(&count);
	FILE *file = fopen("doc/man/perf-xen-rings.1", "r");
	char line[1024], row[512];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		const struct px_rule *rule = &rules[found];
		bool fault;

		if (strncmp(line, ".It ", 4) != 0 || !strstr(line, " Ta "))
			continue;
		if (found == count)
			fail_msg("a row that no rule has: %s", line);
		fault = rule->health == PX_HEALTH_FAULT;
		snprintf(row, sizeof(row), ".It %s Ta %s Ta %s%s\n", rule->id, rule->name,
			 fault ? "" : "no fault: ",
			 fault ? px_actor_name(rule->actor) : px_health_name(rule->health));
		assert_string_equal(line, row);
		found++;
	}
	fclose(file);
	assert_int_equal(found, count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_has_the_numbers),
		cmocka_unit_test(the_longest_evidence_fits),
		cmocka_unit_test(a_kick_is_told_of),
		cmocka_unit_test(an_idle_ring_of_an_unknown_front_end_is_unknown),
		cmocka_unit_test(a_missing_back_end_leaves_an_idle_tx_ring_idle),
		cmocka_unit_test(the_page_alone_settles_what_it_can),
		cmocka_unit_test(waits_that_are_not_known_are_named),
		cmocka_unit_test(requests_to_a_disk_that_nobody_can_look_into_are_unknown),
		cmocka_unit_test(a_full_ring_of_such_a_disk_is_looked_at_for_longer),
		cmocka_unit_test(a_missing_back_end_makes_an_idle_rx_ring_unknown),
		cmocka_unit_test(what_moves_needs_no_sources),
		cmocka_unit_test(private_indices_show_that_it_moves),
		cmocka_unit_test(what_was_connected_meanwhile_is_unknown),
		cmocka_unit_test(what_nothing_explains_is_unknown),
		cmocka_unit_test(rings_without_readings_are_unknown),
		cmocka_unit_test(being_near_the_wrap_is_noted),
		cmocka_unit_test(indices_that_run_back_are_a_reset),
		cmocka_unit_test(who_shut_a_device_off_is_named),
		cmocka_unit_test(stopped_guests_say_why),
		cmocka_unit_test(a_device_at_rest_has_nothing_to_say),
		cmocka_unit_test(handshakes),
		cmocka_unit_test(back_ends_of_stopped_domains),
		cmocka_unit_test(a_handshake_may_be_slow),
		cmocka_unit_test(a_handshake_under_way_is_not_stuck),
		cmocka_unit_test(a_device_that_has_gone_is_closed),
		cmocka_unit_test(a_connected_device_without_rings_is_unknown),
		cmocka_unit_test(consoles_have_no_handshake),
		cmocka_unit_test(events_without_work_are_a_storm),
		cmocka_unit_test(a_storm_that_is_put_off_is_one),
		cmocka_unit_test(a_storm_needs_all_rings_to_stand),
		cmocka_unit_test(a_packet_does_not_hide_a_storm),
		cmocka_unit_test(without_counters_a_storm_is_unknown_where_there_is_a_sign),
		cmocka_unit_test(one_bad_queue_is_named),
		cmocka_unit_test(a_single_queue_is_not_one_of_several),
		cmocka_unit_test(rules_are_complete),
		cmocka_unit_test(names_are_there_for_any_number),
		cmocka_unit_test(the_document_has_all_rules),
		cmocka_unit_test(the_manual_has_all_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
