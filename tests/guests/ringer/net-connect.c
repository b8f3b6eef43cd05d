/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what the toolstack wrote to xenstore to two connected ends (Xen's public io/netif.h). */
#include "net.h"

#include "tests/guests/ringer/grants.h"
#include "tests/guests/ringer/net-buffers.h"
#include "tests/guests/ringer/store.h"
#include "tests/guests/unikernel/events.h"
#include "tests/guests/unikernel/text.h"

#define FOLDER "device/vif/0"

static struct {
	uint8_t tx_ring[NET_BUFFER_SIZE], rx_ring[NET_BUFFER_SIZE];
	uint8_t tx[NET_SLOTS][NET_BUFFER_SIZE], rx[NET_SLOTS][NET_BUFFER_SIZE];
} pages __attribute__((aligned(NET_BUFFER_SIZE)));

uint8_t *net_tx_buffer(uint16_t id)
{
	return pages.tx[id];
}

uint8_t *net_rx_buffer(uint16_t id)
{
	return pages.rx[id];
}

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* "00:16:3e:..." */
static bool read_mac(uint8_t mac[6])
{
	char text[18];

	if (!store_read(FOLDER, "mac", text, sizeof(text)))
		return false;
	for (unsigned int i = 0; i < 6; i++)
		mac[i] = (uint8_t)(digit(text[3 * i]) << 4 | digit(text[3 * i + 1]));
	return true;
}

static void wait_for_backend(const char *backend, enum xenbus_state state)
{
	store_watch(backend, "state");
	while (store_read_number(backend, "state") != (uint64_t)state)
		store_wait();
}

void net_init_tx(struct net *net, uint32_t index)
{
	struct netif_tx_sring *ring = (void *)pages.tx_ring;

	ring->req_prod = ring->rsp_prod = index;
	ring->req_event = ring->rsp_event = index + 1;
	FRONT_RING_ATTACH(&net->tx, ring, index, NET_BUFFER_SIZE);
}

static void init_rx(struct net *net, uint32_t index)
{
	struct netif_rx_sring *ring = (void *)pages.rx_ring;

	ring->req_prod = ring->rsp_prod = index;
	ring->req_event = ring->rsp_event = index + 1;
	FRONT_RING_ATTACH(&net->rx, ring, index, NET_BUFFER_SIZE);
}

static void give_buffers(struct net *net)
{
	for (uint16_t id = 0; id < NET_SLOTS; id++) {
		net->tx_grants[id] = grants_give(net->backend, pages.tx[id], true);
		net->rx_grants[id] = grants_give(net->backend, pages.rx[id], false);
		net->free_ids[net->free_id_count++] = (uint16_t)(NET_SLOTS - 1 - id);
	}
}

static bool write_ports(struct net *net, const char *backend, bool shared)
{
	if (shared || !store_read_number(backend, "feature-split-event-channels")) {
		net->rx_port = net->tx_port = events_allocate(net->backend);
		return net->tx_port &&
		       store_write_number(FOLDER, "event-channel", net->tx_port);
	}
	net->tx_port = events_allocate(net->backend);
	net->rx_port = events_allocate(net->backend);
	return net->tx_port && net->rx_port &&
	       store_write_number(FOLDER, "event-channel-tx", net->tx_port) &&
	       store_write_number(FOLDER, "event-channel-rx", net->rx_port);
}

static bool write_rings(const struct net *net)
{
	uint32_t tx = grants_give(net->backend, pages.tx_ring, false);
	uint32_t rx = grants_give(net->backend, pages.rx_ring, false);

	return tx && rx && store_write_number(FOLDER, "tx-ring-ref", tx) &&
	       store_write_number(FOLDER, "rx-ring-ref", rx) &&
	       store_write(FOLDER, "request-rx-copy", "1") &&
	       store_write(FOLDER, "feature-rx-notify", "1") &&
	       store_write(FOLDER, "feature-sg", "1");
}

static void serve_both(void *net)
{
	net_tx_serve(net);
	net_rx_serve(net);
}

static void serve(struct net *net)
{
	if (net->tx_port == net->rx_port) {
		threads_serve(net->tx_port, serve_both, net);
		return;
	}
	threads_serve(net->tx_port, net_tx_serve, net);
	threads_serve(net->rx_port, net_rx_serve, net);
}

static struct px_ring_note *take_note(struct px_ring_notes *notes, uint32_t kind)
{
	struct px_ring_note *note = &notes->notes[notes->note_count++];

	note->slots = NET_SLOTS;
	note->device = 0;
	__atomic_store_n(&note->kind, kind, __ATOMIC_RELEASE);
	return note;
}

bool net_connect(struct net *net, const struct net_options *options,
		 struct px_ring_notes *notes)
{
	char backend[STORE_PATH_MOST];

	if (!store_read(FOLDER, "backend", backend, sizeof(backend)) || !read_mac(net->mac))
		return false;
	net->backend = (uint16_t)store_read_number(FOLDER, "backend-id");
	net_init_tx(net, options->first_index);
	init_rx(net, options->first_index);
	net->tx_note = take_note(notes, PX_RING_NOTE_NET_TX);
	net->rx_note = take_note(notes, PX_RING_NOTE_NET_RX);
	give_buffers(net);
	wait_for_backend(backend, XenbusStateInitWait);
	if (!write_rings(net) || !write_ports(net, backend, options->shared_port))
		return false;
	net_note(net);
	if (options->quiet)
		return store_write_number(FOLDER, "state", XenbusStateInitialised);
	net->rx_most = options->rx_buffers ? options->rx_buffers : NET_SLOTS;
	net_rx_fill(net);
	serve(net);
	if (!store_write_number(FOLDER, "state", XenbusStateConnected))
		return false;
	wait_for_backend(backend, XenbusStateConnected);
	return true;
}
