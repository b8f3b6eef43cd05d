/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rings as Xen's own headers have them: sizes, offsets, numbers of slots, when events are due.
 */
#include "ringtrace/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define mb()  __sync_synchronize()
#define wmb() __sync_synchronize()

#include <xen/io/console.h>
#include <xen/io/netif.h>
#include <xen/io/xs_wire.h>

#include "tests/support/block-layout.h"

static void slots_are_those_of_xen(void **state)
{
	struct block_layout block = block_layout_x86_64();

	assert_int_equal(px_ring_slots(PX_RING_NET_TX, 1), __CONST_RING_SIZE(netif_tx, 4096));
	assert_int_equal(px_ring_slots(PX_RING_NET_RX, 1), __CONST_RING_SIZE(netif_rx, 4096));
	assert_int_equal(px_ring_slots(PX_RING_BLOCK, 1), block.slots_of_1);
	assert_int_equal(px_ring_slots(PX_RING_BLOCK, 16), block.slots_of_16);
	assert_int_equal(block.slots_of_1, block_layout_x86_32().slots_of_1);
	assert_int_equal(block.slots_of_16, block_layout_x86_32().slots_of_16);
	assert_int_equal(px_ring_slot_size(PX_RING_NET_TX), sizeof(union netif_tx_sring_entry));
	assert_int_equal(px_ring_slot_size(PX_RING_NET_RX), sizeof(union netif_rx_sring_entry));
	assert_int_equal(px_ring_slot_size(PX_RING_BLOCK), block.slot);
	assert_int_equal(PX_RING_SLOTS_OFFSET, offsetof(struct netif_tx_sring, ring));
	assert_int_equal(PX_RING_SLOTS_OFFSET, offsetof(struct netif_rx_sring, ring));
	assert_int_equal(PX_RING_SLOTS_OFFSET, block.ring);
}

static void other_numbers_of_pages_have_no_slots(void **state)
{
	assert_int_equal(px_ring_slots(PX_RING_NET_TX, 0), 0);
	assert_int_equal(px_ring_slots(PX_RING_NET_TX, 2), 0);
	assert_int_equal(px_ring_slots(PX_RING_BLOCK, 17), 0);
	assert_int_equal(px_ring_slots(PX_RING_BLOCK, UINT32_MAX), 0);
	assert_int_equal(px_ring_slots(PX_RING_CONSOLE_OUT, 1), 0);
	assert_int_equal(px_ring_slots(PX_RING_KINDS, 1), 0);
}

static void streams_are_those_of_xen(void **state)
{
	struct xencons_interface *console = NULL;
	struct xenstore_domain_interface *store = NULL;

	assert_int_equal(px_ring_stream_size(PX_RING_CONSOLE_OUT), sizeof(console->out));
	assert_int_equal(px_ring_stream_size(PX_RING_CONSOLE_IN), sizeof(console->in));
	assert_int_equal(px_ring_stream_size(PX_RING_STORE_REQUEST), sizeof(store->req));
	assert_int_equal(px_ring_stream_size(PX_RING_STORE_REPLY), sizeof(store->rsp));
	assert_int_equal(px_ring_stream_size(PX_RING_NET_TX), 0);
	assert_true(px_ring_front_produces(PX_RING_CONSOLE_OUT));
	assert_false(px_ring_front_produces(PX_RING_CONSOLE_IN));
	assert_true(px_ring_front_produces(PX_RING_STORE_REQUEST));
	assert_false(px_ring_front_produces(PX_RING_STORE_REPLY));
}

static void indices_are_decoded(void **state)
{
	netif_tx_sring_t page = {
		.req_prod = 1042, .req_event = 1043, .rsp_prod = 0xfffffff0u, .rsp_event = 7};
	struct px_ring_indices indices = {0};

	assert_true(px_ring_decode_indices(px_bytes_of(&page, 16), &indices));
	assert_int_equal(indices.req_prod, page.req_prod);
	assert_int_equal(indices.req_event, page.req_event);
	assert_int_equal(indices.rsp_prod, page.rsp_prod);
	assert_int_equal(indices.rsp_event, page.rsp_event);
	page.req_prod = 0;
	assert_false(px_ring_decode_indices(px_bytes_of(&page, 15), &indices));
	assert_int_equal(indices.req_prod, 1042);
}

static void assert_stream(enum px_ring_kind kind, struct px_bytes page, uint32_t prod,
			  uint32_t cons)
{
	struct px_stream_indices stream = {0};

	assert_true(px_ring_decode_stream(kind, page, &stream));
	assert_int_equal(stream.prod, prod);
	assert_int_equal(stream.cons, cons);
	page.size = 2000;
	assert_false(px_ring_decode_stream(kind, page, &stream));
}

static void stream_indices_are_decoded(void **state)
{
	static struct xencons_interface console = {
		.in_cons = 1, .in_prod = 2, .out_cons = 3, .out_prod = 4};
	static struct xenstore_domain_interface store = {
		.req_cons = 5, .req_prod = 6, .rsp_cons = 7, .rsp_prod = 8};
	struct px_bytes console_page = px_bytes_of(&console, sizeof(console));
	struct px_bytes store_page = px_bytes_of(&store, sizeof(store));
	struct px_stream_indices stream = {0};

	assert_stream(PX_RING_CONSOLE_IN, console_page, 2, 1);
	assert_stream(PX_RING_CONSOLE_OUT, console_page, 4, 3);
	assert_stream(PX_RING_STORE_REQUEST, store_page, 6, 5);
	assert_stream(PX_RING_STORE_REPLY, store_page, 8, 7);
	assert_false(px_ring_decode_stream(PX_RING_NET_TX, console_page, &stream));
}

/* What Xen's own macro says of a push from..to under event. */
static bool xen_would_notify(uint32_t from, uint32_t to, uint32_t event)
{
	static netif_tx_sring_t page;
	netif_tx_front_ring_t ring = {.req_prod_pvt = to, .nr_ents = 256, .sring = &page};
	int notify = 0;

	page.req_prod = from;
	page.req_event = event;
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&ring, notify);
	return notify;
}

static void events_are_due_when_xen_says_so(void **state)
{
	unsigned int due = 0, not_due = 0;
	uint32_t number = 1;

	for (int i = 0; i < 2000000; i++) {
		uint32_t from, to, event;

		number = number * 1664525 + 1013904223;
		from = i % 2 ? number : (uint32_t)(i % 512) - 256; /* around the wrap */
		number = number * 1664525 + 1013904223;
		to = from + (number >> 16) % 257;
		number = number * 1664525 + 1013904223;
		event = i % 3 ? from + (number >> 16) % 600 - 300 : number;
		assert_int_equal(px_ring_event_due(from, to, event),
				 xen_would_notify(from, to, event));
		if (px_ring_event_due(from, to, event))
			due++;
		else
			not_due++;
	}
	assert_true(due > 10000 && not_due > 10000);
}

static void distances_wrap(void **state)
{
	assert_int_equal(px_ring_distance(0xfffffffeu, 1), 3);
	assert_true(px_ring_passed(0xfffffffeu, 1, 0));
	assert_true(px_ring_passed(0xfffffffeu, 1, 1));
	assert_false(px_ring_passed(0xfffffffeu, 1, 0xfffffffeu));
	assert_false(px_ring_passed(5, 5, 5));
}

static void kinds_have_names(void **state)
{
	for (unsigned int i = 0; i < PX_RING_KINDS; i++)
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(px_ring_kind_name(i), px_ring_kind_name(j));
	assert_string_equal(px_ring_kind_name(PX_RING_KINDS), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_those_of_xen),
		cmocka_unit_test(other_numbers_of_pages_have_no_slots),
		cmocka_unit_test(streams_are_those_of_xen),
		cmocka_unit_test(indices_are_decoded),
		cmocka_unit_test(stream_indices_are_decoded),
		cmocka_unit_test(events_are_due_when_xen_says_so),
		cmocka_unit_test(distances_wrap),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
