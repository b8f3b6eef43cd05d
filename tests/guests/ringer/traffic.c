/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sending as it should be, and what the scenarios do before they fail. */
#include "scenario.h"

#include "tests/guests/unikernel/events.h"
#include "tests/guests/unikernel/text.h"

enum {
	SMALL = 64, /* bytes of a frame */
	WARM_UP_PACKETS = 10,
};

struct packet ringer_packet(const struct ringer *ringer, uint32_t fragments)
{
	uint32_t number = (uint32_t)ringer->net->sent;

	return (struct packet){
		.header = {PACKET_MAGIC, 0, (uint16_t)fragments, number, number},
		.size = SMALL,
	};
}

void ringer_settle(const struct ringer *ringer)
{
	while (net_tx_free(ringer->net) != NET_SLOTS)
		thread_sleep(clock_ns() + 10 * MILLISECOND);
}

void ringer_warm_up(const struct ringer *ringer)
{
	for (int i = 0; i < WARM_UP_PACKETS; i++) {
		struct packet packet = ringer_packet(ringer, 1);

		net_tx_send(ringer->net, &packet);
		thread_sleep(clock_ns() + 10 * MILLISECOND);
	}
	ringer_settle(ringer);
}

/* [rate=PACKETS-A-SECOND] [size=BYTES] [fragments=SLOTS] [count=PACKETS] */
void scenario_healthy(const struct ringer *ringer)
{
	uint64_t interval = SECOND / text_option(ringer->line, "rate", 200);
	uint64_t count = text_option(ringer->line, "count", UINT64_MAX);
	uint64_t next = clock_ns();

	ringer_ready(ringer);
	while (ringer->net->sent < count) {
		struct packet packet = ringer_packet(
			ringer, (uint32_t)text_option(ringer->line, "fragments", 1));

		packet.size = (uint32_t)text_option(ringer->line, "size", SMALL);
		net_tx_send(ringer->net, &packet);
		next += interval;
		if (next > clock_ns())
			thread_sleep(next);
	}
	ringer_settle(ringer);
}

void scenario_idle(const struct ringer *ringer)
{
	ringer_warm_up(ringer);
	ringer_ready(ringer);
}

/* [rate=KICKS-A-SECOND] */
void scenario_kick_storm(const struct ringer *ringer)
{
	uint64_t burst = text_option(ringer->line, "rate", 5000) / 100;

	ringer_warm_up(ringer);
	ringer_ready(ringer);
	for (;;) {
		for (uint64_t i = 0; i < burst; i++)
			net_tx_kick(ringer->net);
		thread_sleep(clock_ns() + 10 * MILLISECOND);
	}
}
