/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots in flight: Xen's own structures written into pages, chains, lying indices. */
#include "ringtrace/slots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <xen/io/blkif.h>
#include <xen/io/netif.h>
#include <xen/io/protocols.h>

#include "tests/support/block-layout.h"

static _Alignas(8) uint8_t page[16 * 4096];

static struct px_slot slots[PX_SLOTS_MAX];
static size_t count;
static struct px_ring_chains chains;

static struct px_slot_ring ring_of(enum px_ring_kind kind, uint32_t rsp_prod, uint32_t req_prod)
{
	memset(page, 0, sizeof(page));
	memset(slots, 0, sizeof(slots));
	return (struct px_slot_ring){
		.kind = kind,
		.slots = px_ring_slots(kind, 1),
		.indices = {.req_prod = req_prod, .rsp_prod = rsp_prod},
	};
}

/* Bounds of one page: a slot decoded past them is seen by the address sanitizer. */
static bool in_flight(const struct px_slot_ring *ring)
{
	uint8_t *copy = malloc(4096);
	bool decoded;

	memcpy(copy, page, 4096);
	decoded = px_slots_in_flight(ring, px_bytes_of(copy, 4096), slots, &count);
	free(copy);
	if (decoded)
		px_slots_chains(ring, slots, count, &chains);
	return decoded;
}

/* The header's own arrays are said to have one member. */
static union netif_tx_sring_entry *tx_slot(uint32_t index)
{
	return (union netif_tx_sring_entry *)(page + offsetof(struct netif_tx_sring, ring)) +
	       (index & 255);
}

static netif_tx_request_t *tx_request(uint32_t index)
{
	return &tx_slot(index)->req;
}

static union netif_rx_sring_entry *rx_slot(uint32_t index)
{
	return (union netif_rx_sring_entry *)(page + offsetof(struct netif_rx_sring, ring)) +
	       (index & 255);
}

/* A packet of parts requests from index on; the index after it. */
static uint32_t put_packet(uint32_t index, int parts, int extras)
{
	for (int i = 0; i < parts; i++) {
		*tx_request(index) = (netif_tx_request_t){
			.gref = 1000 + index,
			.offset = 64,
			.id = (uint16_t)(index & 255),
			.size = 200,
			.flags = i + 1 < parts ? NETTXF_more_data : 0,
		};
		if (i == 0 && extras)
			tx_request(index)->flags |= NETTXF_extra_info;
		index++;
		for (int j = 0; i == 0 && j < extras; j++, index++)
			*(netif_extra_info_t *)tx_request(index) = (netif_extra_info_t){
				.type = XEN_NETIF_EXTRA_TYPE_GSO,
				.flags = j + 1 < extras ? XEN_NETIF_EXTRA_FLAG_MORE : 0,
				.u.gso = {.size = 1448, .type = XEN_NETIF_GSO_TYPE_TCPV4},
			};
	}
	return index;
}

static void packets_are_chains(void **state)
{
	uint32_t start = 0xfffffffcu, end;
	struct px_slot_ring ring = ring_of(PX_RING_NET_TX, start, 0);

	end = put_packet(start, 1, 0);
	end = put_packet(end, 4, 2);
	end = put_packet(end, 2, 0);
	ring.indices.req_prod = end;
	assert_true(in_flight(&ring));
	assert_int_equal(count, 9);
	assert_int_equal(chains.chains, 3);
	assert_int_equal(chains.longest, 4);
	assert_int_equal(chains.extra_slots, 2);
	assert_false(chains.dangling);
	assert_false(chains.repeated);
	assert_int_equal(slots[0].index, start);
	assert_int_equal(slots[0].position, 252);
	assert_int_equal(slots[0].use, PX_SLOT_FIRST);
	assert_int_equal(slots[1].use, PX_SLOT_FIRST);
	assert_int_equal(slots[1].flags, NETTXF_more_data | NETTXF_extra_info);
	assert_int_equal(slots[2].use, PX_SLOT_EXTRA);
	assert_int_equal(slots[2].type, XEN_NETIF_EXTRA_TYPE_GSO);
	assert_false(slots[2].has_id);
	assert_int_equal(slots[3].use, PX_SLOT_EXTRA);
	assert_int_equal(slots[4].use, PX_SLOT_NEXT);
	assert_int_equal(slots[4].index, 0);
	assert_int_equal(slots[4].reference, 1000);
	assert_int_equal(slots[4].offset, 64);
	assert_int_equal(slots[4].size, 200);
	assert_int_equal(slots[6].chain, 1);
	assert_int_equal(slots[7].chain, 2);
}

static void a_cut_packet_dangles(void **state)
{
	for (uint32_t cut = 1; cut <= 6; cut++) {
		struct px_slot_ring ring = ring_of(PX_RING_NET_TX, 10, 10 + cut);

		put_packet(10, 4, 2);
		assert_true(in_flight(&ring));
		assert_int_equal(chains.dangling, cut < 6);
		assert_int_equal(chains.chains, 1);
		ring.boundary = PX_FACT(10);
		assert_true(in_flight(&ring));
		assert_int_equal(chains.dangling, cut < 6);
	}
}

/* A packet of one request whose extra information is cut: no other data is announced. */
static void cut_extra_information_dangles(void **state)
{
	for (uint32_t cut = 1; cut <= 3; cut++) {
		struct px_slot_ring ring = ring_of(PX_RING_NET_TX, 10, 10 + cut);

		put_packet(10, 1, 2);
		assert_true(in_flight(&ring));
		assert_int_equal(chains.dangling, cut < 3);
	}
}

/* Any full ring is decoded, and one that ends with the copy. */
static void a_full_ring_is_decoded(void **state)
{
	struct px_slot_ring ring = ring_of(PX_RING_BLOCK, 7, 7 + 512);

	ring.slots = px_ring_slots(PX_RING_BLOCK, 16);
	assert_true(px_slots_in_flight(
		&ring, px_bytes_of(page, PX_RING_SLOTS_OFFSET + 512 * (size_t)112), slots,
		&count));
	assert_int_equal(count, 512);
	assert_false(px_slots_in_flight(
		&ring, px_bytes_of(page, PX_RING_SLOTS_OFFSET + 512 * (size_t)112 - 1), slots,
		&count));
}

/* What the back end has taken need not be whole any more. */
static void what_was_taken_does_not_dangle(void **state)
{
	struct px_slot_ring ring = ring_of(PX_RING_NET_TX, 10, 13);

	put_packet(10, 4, 0);
	ring.boundary = PX_FACT(13);
	assert_true(in_flight(&ring));
	assert_false(chains.dangling);
	assert_true(slots[2].taken);
}

/* A packet whose first slots were answered, cut by rsp_prod, does not run into the next. */
static void a_boundary_begins_a_packet(void **state)
{
	struct px_slot_ring ring = ring_of(PX_RING_NET_TX, 11, 0);
	uint32_t end = put_packet(10, 2, 1);

	((uint8_t *)tx_request(11))[6] = NETTXF_more_data; /* of the extra, read as flags */
	ring.boundary = PX_FACT(end);
	ring.indices.req_prod = put_packet(end, 1, 0);
	tx_request(end - 1)->flags = NETTXF_more_data;
	assert_true(in_flight(&ring));
	assert_int_equal(slots[2].use, PX_SLOT_FIRST);
	assert_false(slots[2].taken);
	assert_false(chains.dangling);
}

static void ids_repeat_only_where_nothing_answered_them(void **state)
{
	struct px_slot_ring ring = ring_of(PX_RING_NET_TX, 10, 14);

	put_packet(put_packet(10, 1, 0), 2, 1);
	tx_request(13)->id = tx_request(11)->id;
	assert_true(in_flight(&ring));
	assert_false(chains.repeated); /* nobody knows what was taken */
	ring.boundary = PX_FACT(12);
	assert_true(in_flight(&ring));
	assert_false(chains.repeated);
	ring.boundary = PX_FACT(11);
	assert_true(in_flight(&ring));
	assert_true(chains.repeated);
	assert_int_equal(chains.repeated_id, 11);
	for (uint32_t nonsense = 8; nonsense <= 16; nonsense += 8) {
		ring.boundary = PX_FACT(nonsense); /* outside of what is in flight */
		assert_true(in_flight(&ring));
		assert_false(chains.repeated);
	}
	ring.boundary = PX_FACT(11);
	tx_request(13)->id = 99;
	*(netif_extra_info_t *)tx_request(12) = (netif_extra_info_t){.type = 11};
	assert_true(in_flight(&ring));
	assert_false(chains.repeated); /* extra information has no id */
}

static void buffers_are_decoded(void **state)
{
	struct px_slot_ring ring = ring_of(PX_RING_NET_RX, 5, 5 + 256);

	for (uint32_t i = 0; i < 256; i++)
		rx_slot(5 + i)->req =
			(netif_rx_request_t){.id = (uint16_t)((5 + i) & 255), .gref = 70 + i};
	assert_true(in_flight(&ring));
	assert_int_equal(count, 256);
	assert_int_equal(slots[255].use, PX_SLOT_BUFFER);
	assert_int_equal(slots[255].reference, 325);
	assert_int_equal(slots[255].id, 4);
	assert_false(chains.repeated);
	rx_slot(100)->req.id = 7;
	assert_true(in_flight(&ring));
	assert_true(chains.repeated);
	assert_int_equal(chains.repeated_id, 7);
}

static void impossible_numbers_are_not_decoded(void **state)
{
	struct px_slot_ring ring = ring_of(PX_RING_NET_TX, 5, 5 + 257);

	assert_false(in_flight(&ring));
	ring.indices.req_prod = 4;
	assert_false(in_flight(&ring));
	ring.indices.req_prod = 6;
	ring.slots = 255;
	assert_false(in_flight(&ring));
	ring.slots = 512; /* more than a page has */
	assert_false(in_flight(&ring));
	ring.slots = 0;
	assert_false(in_flight(&ring));
	ring.slots = 256;
	ring.kind = PX_RING_CONSOLE_OUT;
	assert_false(in_flight(&ring));
}

static void tx_responses_are_decoded(void **state)
{
	struct px_slot_ring ring = ring_of(PX_RING_NET_TX, 12, 12);

	tx_slot(9)->rsp = (netif_tx_response_t){.id = 40, .status = NETIF_RSP_DROPPED};
	tx_slot(10)->rsp = (netif_tx_response_t){.id = 41, .status = NETIF_RSP_OKAY};
	tx_slot(11)->rsp = (netif_tx_response_t){.id = 9, .status = NETIF_RSP_NULL};
	assert_true(px_slots_responses(&ring, px_bytes_of(page, 4096), 9, slots, &count));
	assert_int_equal(count, 3);
	assert_int_equal(slots[0].status, -2);
	assert_int_equal(slots[1].id, 41);
	assert_true(slots[1].has_id);
	assert_false(slots[2].has_id);
	assert_false(px_slots_responses(&ring, px_bytes_of(page, 4096), 13, slots, &count));
}

static void rx_responses_are_chains(void **state)
{
	struct px_slot_ring ring = ring_of(PX_RING_NET_RX, 3, 100);

	rx_slot(0)->rsp = (netif_rx_response_t){
		.id = 0, .flags = NETRXF_more_data | NETRXF_extra_info, .status = 4096};
	*(netif_extra_info_t *)rx_slot(1) =
		(netif_extra_info_t){.type = XEN_NETIF_EXTRA_TYPE_GSO};
	rx_slot(2)->rsp = (netif_rx_response_t){.id = 2, .offset = 16, .status = 904};
	assert_true(px_slots_responses(&ring, px_bytes_of(page, 4096), 0, slots, &count));
	assert_int_equal(count, 3);
	assert_int_equal(slots[0].size, 4096);
	assert_int_equal(slots[1].use, PX_SLOT_EXTRA);
	assert_int_equal(slots[2].use, PX_SLOT_NEXT);
	assert_int_equal(slots[2].offset, 16);
	assert_int_equal(slots[2].size, 904);
}

/* --- disk requests, in both layouts ----------------------------------------------------------
 */

static void put(uint8_t *at, uint64_t number, size_t size)
{
	memcpy(at, &number, size);
}

static void requests_are_decoded(enum px_block_protocol protocol, struct block_layout l)
{
	struct px_slot_ring ring = ring_of(PX_RING_BLOCK, 31, 34);
	uint8_t *write = page + l.ring + 31 * l.slot;
	uint8_t *indirect = page + l.ring;
	uint8_t *discard = page + l.ring + l.slot;

	ring.protocol = protocol;
	put(write + l.operation, BLKIF_OP_WRITE, 1);
	put(write + l.segments, 2, 1);
	put(write + l.handle, 51712, 2);
	put(write + l.id, 0x1122334455667788u, 8);
	put(write + l.sector, 0x99aabbccddu, 8);
	put(write + l.segment, 4711, 4);
	put(write + l.segment + l.first_sector, 1, 1);
	put(write + l.segment + l.last_sector, 7, 1);
	put(write + l.segment + l.segment_size + l.first_sector, 5, 1);
	put(write + l.segment + l.segment_size + l.last_sector, 5, 1);
	put(indirect + l.operation, BLKIF_OP_INDIRECT, 1);
	put(indirect + l.indirect_operation, BLKIF_OP_READ, 1);
	put(indirect + l.indirect_segments, 256, 2);
	put(indirect + l.id, 12, 8);
	put(indirect + l.indirect_sector, 2048, 8);
	put(indirect + l.indirect_handle, 51728, 2);
	put(indirect + l.indirect_pages, 815, 4);
	put(discard + l.operation, BLKIF_OP_DISCARD, 1);
	put(discard + l.discard_flag, BLKIF_DISCARD_SECURE, 1);
	put(discard + l.discard_sector, 77, 8);
	put(discard + l.discard_sectors, UINT64_C(1) << 33, 8);
	assert_true(in_flight(&ring));
	assert_int_equal(count, 3);
	assert_int_equal(chains.chains, 3);
	assert_string_equal(px_block_operation_name(slots[0].operation), "write");
	assert_int_equal(slots[0].segments, 2);
	assert_int_equal(slots[0].handle, 51712);
	assert_true(slots[0].id == 0x1122334455667788u);
	assert_true(slots[0].sector == 0x99aabbccddu);
	assert_int_equal(slots[0].reference, 4711);
	assert_int_equal(slots[0].sectors, 8);
	assert_string_equal(px_block_operation_name(slots[1].operation), "indirect");
	assert_string_equal(px_block_operation_name(slots[1].indirect_operation), "read");
	assert_int_equal(slots[1].segments, 256);
	assert_int_equal(slots[1].id, 12);
	assert_int_equal(slots[1].sector, 2048);
	assert_int_equal(slots[1].handle, 51728);
	assert_int_equal(slots[1].reference, 815);
	assert_string_equal(px_block_operation_name(slots[2].operation), "discard");
	assert_int_equal(slots[2].flags, BLKIF_DISCARD_SECURE);
	assert_int_equal(slots[2].sector, 77);
	assert_true(slots[2].sectors == UINT64_C(1) << 33);
}

static void block_requests_are_decoded(void **state)
{
	requests_are_decoded(PX_BLOCK_X86_64, block_layout_x86_64());
	requests_are_decoded(PX_BLOCK_X86_32, block_layout_x86_32());
}

/* A guest may claim any number of segments; the slot has eleven. */
static void too_many_segments_stay_in_the_slot(void **state)
{
	struct px_slot_ring ring = ring_of(PX_RING_BLOCK, 31, 32);
	struct block_layout l = block_layout_x86_64();

	memset(page + l.ring + 31 * l.slot, 0, l.slot);
	put(page + l.ring + 31 * l.slot + l.segments, 255, 1);
	assert_true(in_flight(&ring));
	assert_int_equal(slots[0].segments, 255);
	assert_int_equal(slots[0].sectors, 11);
}

static void block_responses_are_decoded(void **state)
{
	for (int protocol = PX_BLOCK_X86_64; protocol <= PX_BLOCK_X86_32; protocol++) {
		struct px_slot_ring ring = ring_of(PX_RING_BLOCK, 2, 2);
		struct block_layout l = protocol == PX_BLOCK_X86_64 ? block_layout_x86_64()
								    : block_layout_x86_32();
		uint8_t *response = page + l.ring + l.slot;

		ring.protocol = (enum px_block_protocol)protocol;
		put(response + l.response_id, 5555555555u, 8);
		put(response + l.response_operation, BLKIF_OP_FLUSH_DISKCACHE, 1);
		put(response + l.response_status, (uint16_t)BLKIF_RSP_EOPNOTSUPP, 2);
		assert_true(
			px_slots_responses(&ring, px_bytes_of(page, 4096), 1, slots, &count));
		assert_int_equal(count, 1);
		assert_true(slots[0].id == 5555555555u);
		assert_string_equal(px_block_operation_name(slots[0].operation), "flush");
		assert_int_equal(slots[0].status, -2);
	}
}

static void protocols_are_known_by_their_names(void **state)
{
	enum px_block_protocol protocol = PX_BLOCK_X86_32;

	assert_true(px_block_protocol_of(NULL, &protocol));
	assert_int_equal(protocol, PX_BLOCK_X86_64);
	assert_true(px_block_protocol_of(XEN_IO_PROTO_ABI_X86_32, &protocol));
	assert_int_equal(protocol, PX_BLOCK_X86_32);
	assert_true(px_block_protocol_of(XEN_IO_PROTO_ABI_X86_64, &protocol));
	assert_int_equal(protocol, PX_BLOCK_X86_64);
	assert_false(px_block_protocol_of(XEN_IO_PROTO_ABI_ARM, &protocol));
	assert_false(px_block_protocol_of("", &protocol));
}

static void names_are_there_for_any_number(void **state)
{
	for (unsigned int i = 0; i < 256; i++) {
		assert_true(*px_block_operation_name((uint8_t)i));
		assert_true(*px_slot_extra_name((uint8_t)i));
	}
	assert_string_equal(px_slot_extra_name(XEN_NETIF_EXTRA_TYPE_HASH), "hash");
	assert_string_equal(px_slot_use_name(PX_SLOT_BUFFER), "buffer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_chains),
		cmocka_unit_test(a_cut_packet_dangles),
		cmocka_unit_test(cut_extra_information_dangles),
		cmocka_unit_test(a_full_ring_is_decoded),
		cmocka_unit_test(what_was_taken_does_not_dangle),
		cmocka_unit_test(a_boundary_begins_a_packet),
		cmocka_unit_test(ids_repeat_only_where_nothing_answered_them),
		cmocka_unit_test(buffers_are_decoded),
		cmocka_unit_test(impossible_numbers_are_not_decoded),
		cmocka_unit_test(tx_responses_are_decoded),
		cmocka_unit_test(rx_responses_are_chains),
		cmocka_unit_test(block_requests_are_decoded),
		cmocka_unit_test(too_many_segments_stay_in_the_slot),
		cmocka_unit_test(block_responses_are_decoded),
		cmocka_unit_test(protocols_are_known_by_their_names),
		cmocka_unit_test(names_are_there_for_any_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
