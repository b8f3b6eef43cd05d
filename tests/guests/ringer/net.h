/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The front end of device/vif/0, one queue, on Xen's public io/netif.h and io/ring.h. What a
 * driver does right is here, in steps small enough for the scenarios to leave one out.
 */
#ifndef RINGER_NET_H
#define RINGER_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "guest-probes/px_reserve.h"
#include "tests/guests/ringer/packet.h"
#include "tests/guests/ringer/thread.h"

/* What io/ring.h expects of whoever includes it. */
#define xen_mb()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define xen_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define xen_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

#include <xen/xen.h>
#include <xen/io/netif.h>
#include <xen/io/xenbus.h>

#define NET_SLOTS 256

/** How connecting is to differ from the ordinary. Zeroed: all slots, one port each way. */
struct net_options {
	uint32_t first_index; /* of both rings */
	uint32_t rx_buffers;  /* to have posted at most; 0: one for each slot */
	bool shared_port;     /* one event channel for both rings */
	bool quiet;	      /* stop before the state Connected */
};

/** What the driver is to do wrong from now on. */
struct net_faults {
	bool tx_not_rearmed; /* takes responses when told of them and asks for no other event */
	bool extra_miscounted; /* counts a response more for each extra-info slot */
	bool rx_not_refilled;  /* takes packets and posts no buffer again */
	bool wakes_one;	       /* of those that wait for slots, once for each event */
};

struct net {
	struct netif_tx_front_ring tx;
	struct netif_rx_front_ring rx;
	uint32_t tx_port, rx_port;
	uint8_t mac[6];
	uint16_t backend;
	struct net_faults faults;

	/* Each id of a tx request is that of a buffer. */
	uint16_t free_ids[NET_SLOTS];
	uint32_t free_id_count;
	bool has_extra[NET_SLOTS];
	uint32_t tx_grants[NET_SLOTS], rx_grants[NET_SLOTS];
	struct thread_queue tx_waiters; /* for free slots */
	uint32_t writers;		/* producers with slots that are not published */
	uint32_t miscounted;		/* responses that never were */
	uint32_t rx_most;		/* buffers to have posted */

	uint64_t sent, answered, refused, received, out_of_order;
	uint32_t rx_sequence; /* that the next packet of our kind should have */

	/* What gives out the slots of the tx ring and keeps its note; NULL: the driver does. */
	struct px_reserve *reserve;
	/* Where the driver tells what it keeps to itself; always there, published or not. */
	struct px_ring_note *tx_note, *rx_note;
};

/** A packet of ours to send. */
struct packet {
	struct packet_header header;
	uint32_t size;	 /* of the frame; at least PACKET_HEADER_SIZE */
	bool extra_info; /* one slot of it behind the first (a hash, which nobody asked for) */
};

/** Connect to the back end; false when something is missing. Before threads start. */
bool net_connect(struct net *net, const struct net_options *options,
		 struct px_ring_notes *notes);

/**
 * The state of the tx ring before its first request, both ends' indices at index. Done by
 * net_connect(); nothing that is connected survives it.
 */
void net_init_tx(struct net *net, uint32_t index);

/** Slots of the tx ring that are not in use. */
uint32_t net_tx_free(const struct net *net);

/** Slots that the packet needs. */
uint32_t net_tx_slots(const struct packet *packet);

/** Wait until so many slots are free, in the order of those who wait. */
void net_tx_wait(struct net *net, uint32_t slots);

/** Write requests for the whole packet from index on, which nobody sees yet. */
void net_tx_write(struct net *net, RING_IDX index, const struct packet *packet);

/** Publish requests up to index; whether the back end has asked to be told. */
bool net_tx_publish(struct net *net, RING_IDX index);

/** Tell the back end to look at the tx ring. */
void net_tx_kick(struct net *net);

/** All of that for one packet, as it should be. */
void net_tx_send(struct net *net, const struct packet *packet);

/** Take responses as when an event says so. */
void net_tx_serve(void *net);

/** Post rx buffers until rx_most are out. */
void net_rx_fill(struct net *net);

/** Take packets and post buffers as when an event says so. */
void net_rx_serve(void *net);

/** Bring the notes up to date. */
void net_note(struct net *net);

#endif
