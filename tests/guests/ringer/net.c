/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both rings of a connected interface. Buffers are granted once, at the start. */
#include "net.h"

#include "tests/guests/unikernel/events.h"
#include "tests/guests/unikernel/text.h"
#include "tests/guests/ringer/net-buffers.h"

enum {
	SMALLEST_FRAME = 14,
};

/* --- notes -------------------------------------------------------------------------------- */

void net_note(struct net *net)
{
	volatile struct px_ring_note *tx = net->tx_note, *rx = net->rx_note;

	rx->req_prod_pvt = net->rx.req_prod_pvt;
	rx->rsp_cons = net->rx.rsp_cons;
	if (net->reserve)
		return;
	tx->req_prod_pvt = net->tx.req_prod_pvt;
	tx->rsp_cons = net->tx.rsp_cons;
	tx->writers = net->writers;
	tx->waiters = net->tx_waiters.count;
	tx->wanted = thread_amount(&net->tx_waiters);
}

/* --- sending ------------------------------------------------------------------------------ */

uint32_t net_tx_free(const struct net *net)
{
	return RING_FREE_REQUESTS(&net->tx);
}

uint32_t net_tx_slots(const struct packet *packet)
{
	return packet->header.fragments + packet->extra_info;
}

void net_tx_wait(struct net *net, uint32_t slots)
{
	while (net_tx_free(net) < slots) {
		net_note(net);
		/* With the one that is about to wait. */
		if (!net->tx_note->waiters++)
			net->tx_note->wanted = slots;
		thread_wait(&net->tx_waiters, slots);
		net_note(net);
	}
}

/* What is from offset on in the packet's frame. */
static void fill(const struct net *net, const struct packet *packet, uint32_t offset,
		 uint8_t *to, uint32_t size)
{
	uint8_t head[PACKET_HEADER_SIZE] = {
		/* The address that Linux gives to its ends of the interfaces, so to the bridge.
		 */
		0xfe, 0xff, 0xff, 0xff, 0xff, 0xff,
	};

	memcpy(head + 6, net->mac, 6);
	head[12] = PACKET_ETHERTYPE >> 8;
	head[13] = PACKET_ETHERTYPE & 0xff;
	memcpy(head + PACKET_ETHERNET_SIZE, &packet->header, sizeof(packet->header));
	for (uint32_t i = 0; i < size; i++, offset++)
		to[i] = offset < PACKET_HEADER_SIZE ? head[offset]
						    : packet_byte(&packet->header, offset);
}

static void write_fragment(struct net *net, RING_IDX index, const struct packet *packet,
			   uint32_t fragment)
{
	struct netif_tx_request *request = RING_GET_REQUEST(&net->tx, index);
	uint32_t count = packet->header.fragments;
	uint32_t start = packet->size * fragment / count;
	uint32_t size = packet->size * (fragment + 1) / count - start;
	uint16_t id = net->free_ids[--net->free_id_count];
	bool extra = packet->extra_info && !fragment;

	fill(net, packet, start, net_tx_buffer(id), size);
	net->has_extra[id] = extra;
	request->gref = net->tx_grants[id];
	request->offset = 0;
	request->flags = (uint16_t)((fragment + 1 < count ? NETTXF_more_data : 0) |
				    (extra ? NETTXF_extra_info : 0));
	request->id = id;
	/* The first says how long the whole is. */
	request->size = (uint16_t)(fragment ? size : packet->size);
}

static void write_extra_info(struct net *net, RING_IDX index)
{
	struct netif_extra_info *extra = (void *)RING_GET_REQUEST(&net->tx, index);

	memset(extra, 0, sizeof(*extra));
	extra->type = XEN_NETIF_EXTRA_TYPE_HASH;
}

void net_tx_write(struct net *net, RING_IDX index, const struct packet *packet)
{
	for (uint32_t i = 0; i < packet->header.fragments; i++) {
		write_fragment(net, index++, packet, i);
		if (!i && packet->extra_info)
			write_extra_info(net, index++);
	}
}

bool net_tx_publish(struct net *net, RING_IDX index)
{
	RING_IDX old = net->tx.sring->req_prod;

	net_note(net);
	xen_wmb();
	net->tx.sring->req_prod = index;
	xen_mb();
	return (RING_IDX)(index - net->tx.sring->req_event) < (RING_IDX)(index - old);
}

void net_tx_kick(struct net *net)
{
	events_notify(net->tx_port);
}

void net_tx_send(struct net *net, const struct packet *packet)
{
	uint32_t slots = net_tx_slots(packet);

	net_tx_wait(net, slots);
	net_tx_write(net, net->tx.req_prod_pvt, packet);
	net->tx.req_prod_pvt += slots;
	net->sent++;
	if (net_tx_publish(net, net->tx.req_prod_pvt))
		net_tx_kick(net);
}

/* --- what comes back ---------------------------------------------------------------------- */

static void take_response(struct net *net, const struct netif_tx_response *response)
{
	uint16_t id = response->id;

	if (response->status == NETIF_RSP_NULL)
		return;
	net->answered++;
	net->refused += response->status != NETIF_RSP_OKAY;
	if (id >= NET_SLOTS || net->free_id_count == NET_SLOTS)
		return;
	net->free_ids[net->free_id_count++] = id;
	if (net->has_extra[id] && net->faults.extra_miscounted) {
		net->tx.rsp_cons++;
		net->miscounted++;
	}
}

/* How many there were. */
static uint32_t take_responses(struct net *net)
{
	uint32_t count = 0;

	while (net->tx.rsp_cons - net->miscounted != net->tx.sring->rsp_prod) {
		struct netif_tx_response response;

		xen_rmb();
		RING_COPY_RESPONSE(&net->tx, net->tx.rsp_cons - net->miscounted, &response);
		net->tx.rsp_cons++;
		take_response(net, &response);
		count++;
	}
	return count;
}

void net_tx_serve(void *argument)
{
	struct net *net = argument;
	uint32_t taken = take_responses(net), more;

	while (!net->faults.tx_not_rearmed) {
		net->tx.sring->rsp_event = net->tx.rsp_cons + 1;
		xen_mb();
		more = take_responses(net);
		taken += more;
		if (!more)
			break;
	}
	if (net->reserve)
		px_reserve_free(net->reserve, taken);
	else if (taken && net->faults.wakes_one)
		thread_wake(&net->tx_waiters);
	else if (taken)
		thread_wake_all(&net->tx_waiters);
	net_note(net);
}

/* --- receiving ---------------------------------------------------------------------------- */

void net_rx_fill(struct net *net)
{
	int notify;

	while (net->rx.req_prod_pvt - net->rx.rsp_cons < net->rx_most) {
		uint16_t id = net->rx.req_prod_pvt % NET_SLOTS;
		struct netif_rx_request *request =
			RING_GET_REQUEST(&net->rx, net->rx.req_prod_pvt);

		request->id = id;
		request->gref = net->rx_grants[id];
		net->rx.req_prod_pvt++;
	}
	net_note(net);
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&net->rx, notify);
	if (notify)
		events_notify(net->rx_port);
}

static void look_at_packet(struct net *net, const struct netif_rx_response *response)
{
	struct packet_header header;
	const uint8_t *frame = net_rx_buffer(response->id % NET_SLOTS);

	if (response->flags & NETRXF_more_data || response->status < SMALLEST_FRAME)
		return;
	net->received++;
	memcpy(&header, frame + PACKET_ETHERNET_SIZE, sizeof(header));
	if ((size_t)response->status < PACKET_HEADER_SIZE || header.magic != PACKET_MAGIC)
		return;
	net->out_of_order += header.sequence != net->rx_sequence;
	net->rx_sequence = header.sequence + 1;
}

void net_rx_serve(void *argument)
{
	struct net *net = argument;
	int more;

	do {
		while (net->rx.rsp_cons != net->rx.sring->rsp_prod) {
			struct netif_rx_response response;

			xen_rmb();
			RING_COPY_RESPONSE(&net->rx, net->rx.rsp_cons, &response);
			net->rx.rsp_cons++;
			look_at_packet(net, &response);
		}
		RING_FINAL_CHECK_FOR_RESPONSES(&net->rx, more);
	} while (more);
	if (net->faults.rx_not_refilled)
		net_note(net);
	else
		net_rx_fill(net);
}
