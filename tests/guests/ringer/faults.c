/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step left out or done wrong, after some packets that went well. */
#include "scenario.h"

#include "tests/guests/unikernel/events.h"
#include "tests/guests/unikernel/text.h"

/* Time in which the back end does all that it is going to do. */
static void let_settle(void)
{
	thread_sleep(clock_ns() + 200 * MILLISECOND);
}

static void write_packet(const struct ringer *ringer, uint32_t fragments)
{
	struct net *net = ringer->net;
	struct packet packet = ringer_packet(ringer, fragments);

	net_tx_write(net, net->tx.req_prod_pvt, &packet);
	net->tx.req_prod_pvt += net_tx_slots(&packet);
	net->sent++;
	net_note(net);
}

static void send_packet(const struct ringer *ringer, uint32_t fragments)
{
	struct packet packet = ringer_packet(ringer, fragments);

	net_tx_send(ringer->net, &packet);
}

/* Publishes, and the back end, which has asked for it, is not told. */
void scenario_lost_kick(const struct ringer *ringer)
{
	ringer_warm_up(ringer);
	for (int i = 0; i < 3; i++)
		write_packet(ringer, 1);
	(void)net_tx_publish(ringer->net, ringer->net->tx.req_prod_pvt);
	ringer_ready(ringer);
}

void scenario_never_pushed(const struct ringer *ringer)
{
	ringer_warm_up(ringer);
	for (int i = 0; i < 4; i++)
		write_packet(ringer, 3);
	ringer_ready(ringer);
}

/* The last slot that is published says that another follows. */
void scenario_dangling_chain(const struct ringer *ringer)
{
	struct net *net = ringer->net;

	ringer_warm_up(ringer);
	write_packet(ringer, 3);
	net->tx.req_prod_pvt--;
	net_note(net);
	if (net_tx_publish(net, net->tx.req_prod_pvt))
		net_tx_kick(net);
	let_settle();
	ringer_ready(ringer);
}

/* [slots=SLOTS]: of one packet; after it others are tried. */
void scenario_too_many_slots(const struct ringer *ringer)
{
	struct packet packet =
		ringer_packet(ringer, (uint32_t)text_option(ringer->line, "slots", 22));

	ringer_warm_up(ringer);
	packet.size = 20u * packet.header.fragments;
	net_tx_send(ringer->net, &packet);
	let_settle();
	for (int i = 0; i < 3; i++)
		send_packet(ringer, 1);
	let_settle();
	ringer_ready(ringer);
}

/* Begins anew with a ring that is in use; [push=1]: and goes on to send. */
void scenario_rewound(const struct ringer *ringer)
{
	ringer_warm_up(ringer);
	net_init_tx(ringer->net, 0);
	net_note(ringer->net);
	for (uint64_t i = 0; i < text_option(ringer->line, "push", 0); i++)
		send_packet(ringer, 1);
	let_settle();
	ringer_ready(ringer);
}

/* After the next event it asks for none, and sends until the ring is full. */
void scenario_response_not_rearmed(const struct ringer *ringer)
{
	ringer_warm_up(ringer);
	ringer->net->faults.tx_not_rearmed = true;
	while (net_tx_free(ringer->net)) {
		send_packet(ringer, 1);
		thread_sleep(clock_ns() + 2 * MILLISECOND);
	}
	let_settle();
	ringer_ready(ringer);
	send_packet(ringer, 1);
}

/* Each packet has an extra-info slot, whose response it counts twice. */
void scenario_ids_out_of_step(const struct ringer *ringer)
{
	for (int i = 0; i < 2; i++) {
		struct packet packet = ringer_packet(ringer, 1);

		packet.extra_info = true;
		net_tx_send(ringer->net, &packet);
		let_settle();
	}
	ringer_ready(ringer);
}

/* Responses come, and their event has no effect. */
void scenario_masked(const struct ringer *ringer)
{
	ringer_warm_up(ringer);
	events_mask(ringer->net->tx_port);
	for (int i = 0; i < 3; i++)
		send_packet(ringer, 1);
	let_settle();
	ringer_ready(ringer);
}

/* --- a waiter that nobody wakes -------------------------------------------------------- */

/* What it has to send has become too old: it sends nothing, and wakes nobody in its place. */
static void give_up(void *argument)
{
	const struct ringer *ringer = argument;

	net_tx_wait(ringer->net, 1);
}

static void send_one(void *argument)
{
	send_packet(argument, 18);
}

/*
 * All slots are in use and four wait for some. One event tells of all responses at once and
 * wakes the first, which gives up; without a request there will be no other event.
 */
void scenario_stranded_waiter(const struct ringer *ringer)
{
	struct net *net = ringer->net;
	struct ringer own = *ringer;

	ringer_warm_up(ringer);
	events_mask(net->tx_port);
	while (net_tx_free(net))
		send_packet(ringer, 1);
	thread_start(give_up, &own);
	for (int i = 0; i < 3; i++)
		thread_start(send_one, &own);
	/* They have to wait before the driver hears of a response. */
	do
		thread_sleep(clock_ns() + 10 * MILLISECOND);
	while (net->tx.sring->rsp_prod != net->tx.req_prod_pvt);
	events_unmask(net->tx_port);
	let_settle();
	ringer_ready(ringer);
	thread_end();
}

/* --- receiving ------------------------------------------------------------------------- */

/* Somebody has to send to it; ready when the last buffer is used up. */
void scenario_rx_never_refilled(const struct ringer *ringer)
{
	struct net *net = ringer->net;

	ringer_warm_up(ringer);
	while (net->rx.rsp_cons != net->rx.req_prod_pvt)
		thread_sleep(clock_ns() + 50 * MILLISECOND);
	ringer_ready(ringer);
}

/* What is wrong is so from the start. */
void scenario_ready(const struct ringer *ringer)
{
	let_settle();
	ringer_ready(ringer);
}
