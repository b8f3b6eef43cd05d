/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A unikernel with a network interface that works, or fails in one way that people met in the
 * field; README.md has the scenarios and what both ends of the rings then look like.
 *
 * command line: scenario=NAME [notes=off] [split=0] [first=INDEX] [rx=BUFFERS] and what the
 * scenario itself takes
 */
#include <stdbool.h>
#include <stddef.h>

#include "tests/guests/ringer/grants.h"
#include "tests/guests/ringer/notes.h"
#include "tests/guests/ringer/scenario.h"
#include "tests/guests/ringer/store.h"
#include "tests/guests/ringer/thread.h"
#include "tests/guests/unikernel/console.h"
#include "tests/guests/unikernel/events.h"
#include "tests/guests/unikernel/text.h"
#include "tests/guests/unikernel/workload.h"

#define BEFORE_WRAP (UINT32_MAX - 499)

struct scenario {
	const char *name;
	void (*run)(const struct ringer *ringer);
	bool traffic; /* goes on; counters are told each second */
	struct net_options options;
	struct net_faults faults; /* from the start */
};

static const struct scenario scenarios[] = {
	{"healthy", scenario_healthy, .traffic = true},
	{"idle", scenario_idle},
	{"wrap", scenario_healthy, .traffic = true, .options.first_index = BEFORE_WRAP},
	{"deadlock", scenario_deadlock},
	{"locked", scenario_locked, .traffic = true},
	{"reserve", scenario_reserve, .traffic = true},
	{"lost-kick", scenario_lost_kick},
	{"never-pushed", scenario_never_pushed},
	{"dangling-chain", scenario_dangling_chain},
	{"too-many-slots", scenario_too_many_slots},
	{"rewound", scenario_rewound},
	{"response-not-rearmed", scenario_response_not_rearmed},
	{"ids-out-of-step", scenario_ids_out_of_step, .faults.extra_miscounted = true},
	{"masked", scenario_masked},
	{"kick-storm", scenario_kick_storm, .traffic = true},
	{"stranded-waiter", scenario_stranded_waiter, .faults.wakes_one = true},
	{"rx-never-refilled", scenario_rx_never_refilled, .options.rx_buffers = 32,
	 .faults.rx_not_refilled = true},
	{"rx-deficit", scenario_ready, .options.rx_buffers = 2},
	{"no-handshake", scenario_ready, .options.quiet = true},
};

static void say(const char *what, const char *name)
{
	console_text("ringer: ");
	console_text(name);
	console_text(what);
	console_text("\n");
	console_flush();
}

void ringer_ready(const struct ringer *ringer)
{
	say(" ready", ringer->name);
}

void ringer_tell(const struct ringer *ringer)
{
	const struct net *net = ringer->net;
	const struct {
		const char *name;
		uint64_t number;
	} counters[] = {
		{"sent", net->sent},
		{" answered", net->answered},
		{" refused", net->refused},
		{" received", net->received},
		{" out-of-order", net->out_of_order},
		{" ms", clock_ns() / MILLISECOND},
	};

	console_text("ringer: ");
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		console_text(counters[i].name);
		console_text(" ");
		console_number(counters[i].number);
	}
	console_text("\n");
	console_flush();
}

static void tell_each_second(void *argument)
{
	for (;;) {
		ringer_tell(argument);
		thread_sleep(clock_ns() + SECOND);
	}
}

static const struct scenario *find_scenario(const char *line)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (text_option_is(line, "scenario", scenarios[i].name))
			return &scenarios[i];
	return NULL;
}

static bool connect(struct net *net, const struct scenario *scenario, const char *line)
{
	struct px_ring_notes *notes = notes_init();
	struct net_options options = scenario->options;

	options.first_index = (uint32_t)text_option(line, "first", options.first_index);
	options.rx_buffers = (uint32_t)text_option(line, "rx", options.rx_buffers);
	options.shared_port = !text_option(line, "split", 1);
	net->faults = scenario->faults;
	return store_init() && grants_init() && net_connect(net, &options, notes) &&
	       (text_option_is(line, "notes", "off") || notes_publish(notes));
}

void workload_run(const char *line)
{
	static struct net net;
	const struct scenario *scenario = find_scenario(line);
	struct ringer ringer = {.net = &net, .line = line};

	threads_init();
	if (!scenario) {
		say(": there is no such scenario", line);
		thread_end();
	}
	ringer.name = scenario->name;
	if (!connect(&net, scenario, line)) {
		say(" cannot be connected", ringer.name);
		thread_end();
	}
	if (scenario->traffic)
		thread_start(tell_each_second, &ringer);
	scenario->run(&ringer);
	thread_end();
}
