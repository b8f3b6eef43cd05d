/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several producers of small packets of many slots, on one ring. [producers=N]
 * [fragments=SLOTS] [join=MS]: they begin one after another; each prepares a slot, lets others
 * run, and goes on.
 */
#include "scenario.h"

#include "tests/guests/unikernel/events.h"
#include "tests/guests/unikernel/text.h"

enum {
	PRODUCERS_MOST = 64,
	FRAGMENT_SIZE = 16, /* the first has to hold an Ethernet header */
};

struct producer {
	const struct ringer *ringer;
	uint16_t number;
	struct packet packet;
};

/* Packets of a producer follow each other; their numbers are those of all in order of slots. */
static void next_packet(struct producer *producer)
{
	struct packet *packet = &producer->packet;

	packet->header.sequence++;
	packet->header.number = (uint32_t)producer->ringer->net->sent++;
}

static void publish(struct net *net, RING_IDX index)
{
	if (net_tx_publish(net, index))
		net_tx_kick(net);
}

/* --- hold and wait --------------------------------------------------------------------- */

/*
 * Slots are counted as they are prepared, each when one is free, and laid out when the packet
 * is whole. What others hold meanwhile is not to be had, and nobody gives back.
 */
static void send_by_slots(struct producer *producer)
{
	struct net *net = producer->ringer->net;
	struct packet *packet = &producer->packet;
	RING_IDX index;

	net->writers++;
	for (uint32_t i = 0; i < packet->header.fragments; i++) {
		net_tx_wait(net, 1);
		net->tx.req_prod_pvt++;
		net_note(net);
		thread_yield();
	}
	next_packet(producer);
	index = net->tx.sring->req_prod;
	net_tx_write(net, index, packet);
	net->writers--;
	publish(net, index + packet->header.fragments);
}

static void produce_by_slots(void *argument)
{
	for (;;)
		send_by_slots(argument);
}

/* --- one at a time --------------------------------------------------------------------- */

struct lock {
	_Bool taken;
	struct thread_queue waiters;
};

static void send_locked(struct producer *producer, struct lock *lock)
{
	struct net *net = producer->ringer->net;
	struct packet *packet = &producer->packet;

	/* Who waits is given the lock, in the order of waiting. */
	if (lock->taken)
		thread_wait(&lock->waiters, 1);
	lock->taken = 1;
	net_tx_wait(net, packet->header.fragments);
	for (uint32_t i = 0; i < packet->header.fragments; i++)
		thread_yield();
	next_packet(producer);
	net_tx_write(net, net->tx.req_prod_pvt, packet);
	net->tx.req_prod_pvt += packet->header.fragments;
	publish(net, net->tx.req_prod_pvt);
	lock->taken = lock->waiters.count > 0;
	thread_wake(&lock->waiters);
}

static void produce_locked(void *argument)
{
	static struct lock lock;

	for (;;)
		send_locked(argument, &lock);
}

/* --- by reservation -------------------------------------------------------------------- */

static int reserve_wait(void *context, struct px_reserve_waiter *waiter)
{
	thread_wait(waiter->user, waiter->count);
	return 0;
}

static void reserve_wake(void *context, struct px_reserve_waiter *waiter)
{
	thread_wake(waiter->user);
}

static void reserve_publish(void *context, uint32_t index)
{
	struct net *net = context;

	net->tx.req_prod_pvt = index;
	publish(net, index);
}

static void send_reserved(struct producer *producer)
{
	struct net *net = producer->ringer->net;
	struct packet *packet = &producer->packet;
	struct thread_queue sleep = {0};
	struct px_reserve_waiter slots = {.user = &sleep};

	if (px_reserve_get(net->reserve, &slots, packet->header.fragments) !=
	    PX_RESERVE_GRANTED)
		thread_end();
	for (uint32_t i = 0; i < packet->header.fragments; i++)
		thread_yield();
	next_packet(producer);
	/* Who waited may go on after one who came later and did not have to. */
	packet->header.number = slots.first / packet->header.fragments;
	net_tx_write(net, slots.first, packet);
	px_reserve_commit(net->reserve, &slots);
}

static void produce_reserved(void *argument)
{
	for (;;)
		send_reserved(argument);
}

/* --- all of them ----------------------------------------------------------------------- */

static void start_producers(const struct ringer *ringer, void (*produce)(void *))
{
	static struct producer producers[PRODUCERS_MOST];
	uint64_t count = text_option(ringer->line, "producers", 40);
	uint64_t fragments = text_option(ringer->line, "fragments", 16);
	uint64_t join_ns = text_option(ringer->line, "join", 100) * MILLISECOND;

	for (uint16_t i = 0; i < count && i < PRODUCERS_MOST; i++) {
		producers[i] = (struct producer){
			.ringer = ringer,
			.number = i,
			.packet.header = {PACKET_MAGIC, i, (uint16_t)fragments, UINT32_MAX, 0},
			.packet.size = (uint32_t)fragments * FRAGMENT_SIZE,
		};
		thread_start(produce, &producers[i]);
		thread_sleep(clock_ns() + join_ns);
	}
}

void scenario_deadlock(const struct ringer *ringer)
{
	struct net *net = ringer->net;
	uint32_t published;

	start_producers(ringer, produce_by_slots);
	do {
		published = net->tx.sring->req_prod;
		thread_sleep(clock_ns() + SECOND);
		ringer_tell(ringer);
	} while (net->tx.sring->req_prod != published || net_tx_free(net));
	ringer_ready(ringer);
	/* In vain, but then the vCPU blocks on the stack of a producer, as without us. */
	thread_wake_all(&net->tx_waiters);
}

void scenario_locked(const struct ringer *ringer)
{
	start_producers(ringer, produce_locked);
	ringer_ready(ringer);
}

void scenario_reserve(const struct ringer *ringer)
{
	static const struct px_reserve_ops ops = {
		.wait = reserve_wait, .wake = reserve_wake, .publish = reserve_publish};
	static struct px_reserve reserve;
	struct net *net = ringer->net;

	px_reserve_init(&reserve, NET_SLOTS, net->tx.req_prod_pvt, &ops, net);
	reserve.note = net->tx_note;
	net->reserve = &reserve;
	start_producers(ringer, produce_reserved);
	ringer_ready(ringer);
}
