/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Linux's drivers keep of their queues, as the private halves of readings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ringtrace/back-linux.h"
#include "ringtrace/front-linux.h"

/* Two queues of an interface, or two of a disk; grants 10, 11, ... */
struct world {
	struct px_ring_device device;
	struct px_ring rings[4];
};

static void init(struct world *world, enum px_ring_class class)
{
	*world = (struct world){
		.device = {.class = class, .rings = world->rings, .back_type = "vif"},
	};
	world->device.ring_count = class == PX_DEVICE_VIF ? 4 : 2;
	world->device.back_path = (char *)(uintptr_t) "/local/domain/0/backend/vif/7/0";
	for (uint32_t i = 0; i < world->device.ring_count; i++) {
		struct px_ring *ring = &world->rings[i];

		ring->kind = class == PX_DEVICE_VBD ? PX_RING_BLOCK
			     : i % 2		    ? PX_RING_NET_RX
						    : PX_RING_NET_TX;
		ring->queue = class == PX_DEVICE_VBD ? i : i / 2;
		ring->pages = 1;
		ring->references[0] = 10 + i;
	}
}

static void fini(struct world *world)
{
	for (size_t i = 0; i < px_array_size(world->rings); i++)
		for (size_t source = 0; source < PX_RING_SOURCES; source++)
			free(world->rings[i].lacks[source]);
}

static void assert_fact(struct px_fact fact, uint64_t value)
{
	assert_true(fact.known);
	assert_int_equal(fact.value, value);
}

static struct px_netfront_queue front_queue(uint32_t id)
{
	return (struct px_netfront_queue){
		.id = PX_FACT(id),
		.tx = {.req_prod_pvt = PX_FACT(100 + id), .rsp_cons = PX_FACT(90 + id)},
		.rx = {.req_prod_pvt = PX_FACT(300 + id), .rsp_cons = PX_FACT(50 + id)},
		.tx_ring_ref = PX_FACT(10 + 2 * id),
		.rx_ring_ref = PX_FACT(11 + 2 * id),
		.tx_free = PX_FACT(246),
		.stopped = PX_FACT(id),
		.refill_timer = PX_FACT(!id),
	};
}

/* Whatever order the driver has them in. */
static void test_netfront(void **state)
{
	struct px_netfront_queue queues[] = {front_queue(1), front_queue(0)};
	struct px_netfront front = {
		.queues = queues, .queue_count = 2, .up = PX_FACT(1), .broken = PX_FACT(0)};
	struct px_ring_front *tx, *rx;
	struct world world;

	init(&world, PX_DEVICE_VIF);
	assert_null(px_front_of_netfront(&front, &world.device, 1));
	tx = &world.rings[2].readings[1].front;
	rx = &world.rings[3].readings[1].front;
	assert_fact(tx->req_prod_pvt, 101);
	assert_fact(tx->rsp_cons, 91);
	assert_fact(tx->free_slots, 246);
	assert_int_equal(tx->stopped, PX_ANSWER_YES);
	assert_int_equal(tx->up, PX_ANSWER_YES);
	assert_int_equal(tx->broken, PX_ANSWER_NO);
	assert_int_equal(tx->refill_timer, PX_ANSWER_UNKNOWN);
	assert_fact(rx->req_prod_pvt, 301);
	assert_fact(rx->rsp_cons, 51);
	assert_false(rx->free_slots.known);
	assert_int_equal(rx->up, PX_ANSWER_YES);
	assert_int_equal(rx->stopped, PX_ANSWER_UNKNOWN);
	assert_int_equal(rx->refill_timer, PX_ANSWER_NO);
	assert_int_equal(world.rings[1].readings[1].front.refill_timer, PX_ANSWER_YES);
	assert_false(world.rings[0].readings[0].front.rsp_cons.known);
	for (size_t i = 0; i < 4; i++)
		assert_null(world.rings[i].lacks[PX_SOURCE_FRONT]);
	fini(&world);
}

/* A queue with another grant is not the one whose page was read. */
static void test_netfront_of_another_ring(void **state)
{
	struct px_netfront_queue queue = front_queue(0);
	struct px_netfront front = {.queues = &queue, .queue_count = 1, .lacks = "no BTF"};
	struct world world;

	init(&world, PX_DEVICE_VIF);
	queue.rx_ring_ref = PX_FACT(99);
	assert_null(px_front_of_netfront(&front, &world.device, 0));
	assert_true(world.rings[0].readings[0].front.rsp_cons.known);
	assert_string_equal(world.rings[0].lacks[PX_SOURCE_FRONT], "no BTF");
	assert_false(world.rings[1].readings[0].front.rsp_cons.known);
	assert_string_equal(world.rings[2].lacks[PX_SOURCE_FRONT], "no BTF");
	fini(&world);
	init(&world, PX_DEVICE_VIF);
	front = (struct px_netfront){0};
	assert_null(px_front_of_netfront(&front, &world.device, 0));
	assert_non_null(
		strstr(world.rings[0].lacks[PX_SOURCE_FRONT], "no queue with this ring"));
	fini(&world);
}

static void test_blkfront(void **state)
{
	struct px_blkfront_ring rings[] = {
		{.ring = {.req_prod_pvt = PX_FACT(7), .rsp_cons = PX_FACT(5)},
		 .ring_ref = PX_FACT(11),
		 .stopped = PX_FACT(1)},
	};
	struct px_blkfront front = {.rings = rings, .ring_count = 1, .connected = PX_FACT(3)};
	struct world world;

	init(&world, PX_DEVICE_VBD);
	assert_null(px_front_of_blkfront(&front, &world.device, 0));
	assert_fact(world.rings[1].readings[0].front.req_prod_pvt, 7);
	assert_fact(world.rings[1].readings[0].front.rsp_cons, 5);
	assert_int_equal(world.rings[1].readings[0].front.stopped, PX_ANSWER_YES);
	assert_int_equal(world.rings[1].readings[0].front.broken, PX_ANSWER_YES);
	assert_non_null(world.rings[0].lacks[PX_SOURCE_FRONT]);
	fini(&world);
}

static struct px_netback_queue back_queue(uint32_t id)
{
	return (struct px_netback_queue){
		.id = PX_FACT(id),
		.tx = {.req_cons = PX_FACT(95), .rsp_prod_pvt = PX_FACT(94)},
		.rx = {.req_cons = PX_FACT(60), .rsp_prod_pvt = PX_FACT(61)},
		.pending = PX_FACT(1),
		.dealloc = PX_FACT(2),
		.credit_timer = PX_FACT(id),
		.credit_bytes = PX_FACT(id ? 5000 : UINT64_MAX),
		.remaining_credit = PX_FACT(id ? 12 : UINT64_MAX - 900),
		.rx_queue_len = PX_FACT(3000),
		.rx_packets = PX_FACT(2),
		.rx_slots_needed = PX_FACT(1),
		.stopped = PX_FACT(0),
	};
}

/* Without a limit there is no credit to speak of. */
static void test_netback(void **state)
{
	struct px_netback_queue queues[] = {back_queue(1), back_queue(0)};
	struct px_netback back = {.queues = queues, .queue_count = 2, .disabled = PX_FACT(1)};
	struct px_ring_back *first, *tx, *rx;
	struct world world;

	queues[0].stalled = PX_FACT(1);
	queues[1].stalled = PX_FACT(0);
	init(&world, PX_DEVICE_VIF);
	assert_null(px_back_of_netback(&back, &world.device, 0));
	first = &world.rings[0].readings[0].back;
	tx = &world.rings[2].readings[0].back;
	rx = &world.rings[3].readings[0].back;
	assert_fact(first->req_cons, 95);
	assert_int_equal(first->credit_timer, PX_ANSWER_NO);
	assert_false(first->credit.known);
	assert_int_equal(first->disabled, PX_ANSWER_YES);
	assert_int_equal(tx->credit_timer, PX_ANSWER_YES);
	assert_fact(tx->credit, 12);
	assert_fact(tx->pending, 1);
	assert_fact(tx->dealloc, 2);
	assert_false(tx->queued.known);
	assert_fact(rx->req_cons, 60);
	assert_fact(rx->rsp_prod_pvt, 61);
	assert_fact(rx->queued, 2);
	assert_fact(rx->queued_bytes, 3000);
	assert_fact(rx->wanted, 1);
	assert_int_equal(rx->stalled, PX_ANSWER_YES);
	assert_int_equal(world.rings[1].readings[0].back.stalled, PX_ANSWER_NO);
	assert_false(rx->pending.known);
	fini(&world);
}

static void test_blkback(void **state)
{
	struct px_blkback_ring ring = {
		.ring = {.req_cons = PX_FACT(7), .rsp_prod_pvt = PX_FACT(6)},
		.inflight = PX_FACT(1),
	};
	struct px_blkback back = {.rings = &ring, .ring_count = 1};
	struct world world;

	init(&world, PX_DEVICE_VBD);
	assert_null(px_back_of_blkback(&back, &world.device, 0));
	assert_fact(world.rings[0].readings[0].back.req_cons, 7);
	assert_fact(world.rings[0].readings[0].back.pending, 1);
	assert_string_equal(world.rings[1].lacks[PX_SOURCE_BACK], "blkback has no such ring");
	fini(&world);
}

/* Back ends into which nobody looks say why. */
static void test_back_ends_elsewhere(void **state)
{
	const struct px_ring_kernel kernel = {.problem = "no kcore"};
	struct px_back_linux from = {.folder = "/nonexistent"};
	struct world world;

	init(&world, PX_DEVICE_VIF);
	world.device.back_domain = 3;
	assert_null(px_back_linux_read(&from, &world.device, 0));
	assert_string_equal(world.rings[3].lacks[PX_SOURCE_BACK],
			    "the back end is in domain 3, which is not looked into");
	fini(&world);
	from.kernel = &kernel;
	init(&world, PX_DEVICE_VBD);
	snprintf(world.device.back_type, sizeof(world.device.back_type), "qdisk");
	assert_null(px_back_linux_read(&from, &world.device, 0));
	assert_string_equal(world.rings[0].lacks[PX_SOURCE_BACK],
			    "the back end is a program of dom0 (qdisk), which shows nothing");
	fini(&world);
	init(&world, PX_DEVICE_VBD);
	snprintf(world.device.back_type, sizeof(world.device.back_type), "vbd");
	assert_null(px_back_linux_read(&from, &world.device, 0));
	assert_string_equal(world.rings[0].lacks[PX_SOURCE_BACK], "no kcore");
	fini(&world);
	init(&world, PX_DEVICE_VIF);
	world.device.back_path = NULL;
	assert_null(px_back_linux_read(&from, &world.device, 0));
	assert_string_equal(world.rings[0].lacks[PX_SOURCE_BACK],
			    "it is not known where the back end is");
	fini(&world);
	/* Another domain's debug files are out of reach. */
	from.folder = NULL;
	init(&world, PX_DEVICE_VIF);
	world.device.back_domain = 3;
	assert_null(px_back_linux_read(&from, &world.device, 0));
	assert_string_equal(world.rings[3].lacks[PX_SOURCE_BACK], "no kcore");
	fini(&world);
	init(&world, PX_DEVICE_VBD);
	world.device.back_domain = 3;
	snprintf(world.device.back_type, sizeof(world.device.back_type), "qdisk");
	assert_null(px_back_linux_read(&from, &world.device, 0));
	assert_string_equal(
		world.rings[0].lacks[PX_SOURCE_BACK],
		"the back end is a program of domain 3 (qdisk), which shows nothing");
	fini(&world);
}

static void test_counters(void **state)
{
	struct px_xenbus_counters counters = {.events = PX_FACT(9),
					      .jiffies_eoi_delayed = PX_FACT(3)};
	struct world world;

	init(&world, PX_DEVICE_VIF);
	px_back_counters(&counters, &world.device, 1);
	for (size_t i = 0; i < 4; i++) {
		assert_fact(world.rings[i].readings[1].events, 9);
		assert_fact(world.rings[i].readings[1].delayed_jiffies, 3);
		assert_false(world.rings[i].readings[1].spurious_events.known);
	}
	fini(&world);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_netfront),
		cmocka_unit_test(test_netfront_of_another_ring),
		cmocka_unit_test(test_blkfront),
		cmocka_unit_test(test_netback),
		cmocka_unit_test(test_blkback),
		cmocka_unit_test(test_back_ends_elsewhere),
		cmocka_unit_test(test_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
