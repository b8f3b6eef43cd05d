/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of Linux's Xen drivers, in a kernel that keeps to the rules and in one that lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "guest/linux-members.h"
#include "lib/memory.h"
#include "tests/support/driver-world.h"
#include "tests/support/fact-asserts.h"

#define AT(part) DRIVER_WORLD_AT(&world, part)

/* --- netfront ----------------------------------------------------------------------------- */

static void read_netfront(struct driver_world *world, size_t i, struct px_netfront *ret)
{
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0};

	driver_world_look(world, PX_LINUX_NETFRONT, &looker);
	assert_int_equal(looker.devices.count, WORLD_DEVICES);
	assert_null(px_linux_drivers_netfront(looker.drivers, &looker.devices.devices[i], ret));
}

static void test_netfront(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(px_netfront_fini) struct px_netfront front = {0}, second = {0};

	driver_world_build(&world, NULL);
	read_netfront(&world, 0, &front);
	assert_string_equal(front.name, "eth0");
	assert_string_equal(front.lacks, "");
	assert_fact(front.broken, 0);
	assert_fact(front.up, 1);
	assert_fact(front.carrier, 1);
	assert_fact(front.connected, 1);
	assert_false(front.cut);
	assert_int_equal(front.queue_count, WORLD_QUEUES);
	for (uint32_t q = 0; q < WORLD_QUEUES; q++) {
		const struct px_netfront_queue *queue = &front.queues[q];

		assert_fact(queue->id, q);
		assert_fact(queue->tx.req_prod_pvt, UINT32_MAX - q);
		assert_fact(queue->tx.rsp_cons, 5 + q);
		assert_fact(queue->tx.slots, 256);
		assert_fact(queue->tx.page, AT(jiffies));
		assert_fact(queue->rx.req_prod_pvt, 300 + q);
		assert_fact(queue->rx.rsp_cons, 44 + q);
		assert_fact(queue->tx_evtchn, 20 + q);
		assert_fact(queue->rx_evtchn, 30 + q);
		assert_fact(queue->tx_ring_ref, 8);
		assert_fact(queue->rx_ring_ref, 9);
		assert_fact(queue->tx_free, 3);
		assert_fact(queue->stopped, q == 0);
		assert_fact(queue->refill_timer, q == 1);
	}
	read_netfront(&world, 1, &second);
	assert_string_equal(second.name, "eth1");
	assert_fact(second.broken, 1);
	assert_fact(second.up, 0);
	assert_fact(second.carrier, 0);
}

/* Kernels without a member: that is unknown and named, the rest is as ever. */
static void test_netfront_without(void **state)
{
	static const char *const members[] = {
		"netfront_queue.tx_link",	    "netfront_queue.tx_skb_freelist",
		"netfront_queue.rx_refill_timer",   "netfront_info.broken",
		"netfront_queue.rx_rsp_unconsumed", "net_device.state",
	};

	for (size_t i = 0; i < px_array_size(members); i++) {
		px_cleanup(driver_world_fini) struct driver_world world = {0};
		px_cleanup(px_netfront_fini) struct px_netfront front = {0};
		const struct px_netfront_queue *queue;
		char lacks[128];

		driver_world_build(&world, members[i]);
		read_netfront(&world, 0, &front);
		assert_int_equal(front.queue_count, WORLD_QUEUES);
		queue = &front.queues[1];
		assert_fact(queue->tx.rsp_cons, 6);
		snprintf(lacks, sizeof(lacks), "this kernel's types have no %s", members[i]);
		assert_memory_equal(front.lacks, lacks, strlen(lacks));
		assert_int_equal(queue->tx_free.known, i >= 2);
		assert_int_equal(queue->refill_timer.known, i != 2);
		assert_int_equal(front.broken.known, i != 3);
		assert_int_equal(queue->rx_rsp_unconsumed.known, i != 4);
		assert_int_equal(front.up.known, i != 5);
		assert_int_equal(front.carrier.known, i != 5);
		assert_int_equal(queue->stopped.known, i != 5);
	}
}

static void test_netfront_without_queues(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0}, other = {0};
	px_cleanup(px_netfront_fini) struct px_netfront front = {0}, second = {0}, third = {0};

	driver_world_build(&world, NULL);
	world.memory->netfront[0].queues = 0;
	read_netfront(&world, 0, &front);
	assert_fact(front.connected, 0);
	assert_int_equal(front.queue_count, 0);
	assert_string_equal(front.lacks, "the driver has no queues now");
	world.memory->netfront[0].queues = 4096;
	read_netfront(&world, 0, &third);
	assert_int_equal(third.queue_count, 0);
	assert_string_equal(third.lacks, "the driver's queues cannot be found");
	driver_world_build(&other, "net_device.real_num_tx_queues");
	read_netfront(&other, 0, &second);
	assert_fact(second.connected, 1);
	assert_int_equal(second.queue_count, 0);
	assert_string_equal(second.lacks, "the number of queues is not known");
}

/* Free slots: circles, numbers beyond, another end; never more than there are. */
static void test_netfront_free_list(void **state)
{
	static const struct {
		uint32_t first;
		uint16_t links[WORLD_LINKS];
		int expected; /* -1: unknown */
	} cases[] = {
		{UINT16_MAX, {0}, 0},  {0, {1, 2, 3, 4, 5, 6, 7, UINT16_MAX}, 8},
		{0, {1, 2, 0}, -1},    {3, {0, 0, 0, 3}, -1},
		{0, {1, 8}, -1},       {0, {UINT16_MAX - 1}, -1},
		{UINT32_MAX, {0}, -1},
	};
	px_cleanup(driver_world_fini) struct driver_world world = {0};

	driver_world_build(&world, NULL);
	for (size_t i = 0; i < px_array_size(cases); i++) {
		px_cleanup(px_netfront_fini) struct px_netfront front = {0};
		struct world_netfront_queue *queue = &world.memory->netfront[0].own[0];

		queue->tx_skb_freelist = cases[i].first;
		memcpy(queue->tx_link, cases[i].links, sizeof(queue->tx_link));
		read_netfront(&world, 0, &front);
		if (cases[i].expected < 0)
			assert_unknown(front.queues[0].tx_free);
		else
			assert_fact(front.queues[0].tx_free, cases[i].expected);
	}
}

/* The number of queues is the guest's word. */
static void test_netfront_many_queues(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(px_netfront_fini) struct px_netfront front = {0}, second = {0};
	struct world_netfront_queue *many;
	uint64_t start = UINT64_C(0xffff888100000000);
	size_t count = PX_DRIVER_QUEUES_MAX + 2;

	driver_world_build(&world, NULL);
	world.memory->netfront[0].device.real_num_tx_queues = UINT32_MAX;
	read_netfront(&world, 0, &front);
	assert_int_equal(front.queue_count, WORLD_QUEUES);
	assert_true(front.cut);
	assert_string_equal(front.lacks, "a queue belongs to no device");
	many = (struct world_netfront_queue *)(void *)flat_memory_add(&world.flat, start,
								      count * sizeof(*many));
	for (size_t i = 0; i < count; i++)
		many[i].info = AT(netfront[0]);
	world.memory->netfront[0].queues = start;
	read_netfront(&world, 0, &second);
	assert_int_equal(second.queue_count, PX_DRIVER_QUEUES_MAX);
	assert_true(second.cut);
}

static void test_netfront_of_another(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(px_netfront_fini) struct px_netfront front = {0}, second = {0};

	driver_world_build(&world, NULL);
	world.memory->bus[0].devices[0].device.dev.driver_data = AT(netfront[1]);
	read_netfront(&world, 0, &front);
	assert_int_equal(front.queue_count, 0);
	assert_string_equal(front.lacks, "the driver keeps nothing of the device");
	world.memory->bus[0].devices[0].device.dev.driver_data = 0;
	read_netfront(&world, 0, &second);
	assert_int_equal(second.queue_count, 0);
	assert_unknown(second.connected);
}

/* --- netback ------------------------------------------------------------------------------ */

static void test_netback(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0};
	px_cleanup(px_netback_fini) struct px_netback back = {0}, second = {0};

	driver_world_build(&world, NULL);
	driver_world_look(&world, PX_LINUX_NETBACK, &looker);
	assert_null(
		px_linux_drivers_netback(looker.drivers, &looker.devices.devices[1], &back));
	assert_fact(back.domid, 8);
	assert_fact(back.disabled, 1);
	assert_fact(back.status, 1);
	assert_fact(back.carrier, 0);
	assert_unknown(back.stall_timeout);
	assert_string_equal(back.lacks, "this kernel's types have no xenvif.stalled_queues");
	assert_int_equal(back.queue_count, WORLD_QUEUES);
	for (uint32_t q = 0; q < WORLD_QUEUES; q++) {
		const struct px_netback_queue *queue = &back.queues[q];

		assert_fact(queue->id, q);
		assert_fact(queue->tx.rsp_prod_pvt, 17 + q);
		assert_fact(queue->tx.req_cons, 18 + q);
		assert_fact(queue->rx.rsp_prod_pvt, 27 + q);
		assert_fact(queue->rx.req_cons, 28 + q);
		assert_fact(queue->pending, 259);
		assert_fact(queue->dealloc, 3);
		assert_fact(queue->rx_queue_len, 1500);
		assert_fact(queue->rx_packets, 1);
		assert_fact(queue->stalled, q);
		assert_fact(queue->stopped, q == 0);
		assert_fact(queue->credit_bytes, UINT64_MAX);
		assert_fact(queue->credit_timer, q);
		assert_fact(queue->credit_expires, 99);
		assert_fact(queue->now, 4242);
		assert_unknown(queue->tx_seen.req_prod);
	}
	/* Before its script has run a device has no interface. */
	world.memory->netback[0].be.vif = 0;
	assert_null(
		px_linux_drivers_netback(looker.drivers, &looker.devices.devices[0], &second));
	assert_int_equal(second.queue_count, 0);
	assert_string_equal(second.lacks, "the driver keeps nothing of the device");
}

/* --- block devices ------------------------------------------------------------------------ */

static void read_blkfront(struct driver_world *world, struct px_blkfront *ret)
{
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0};

	driver_world_look(world, PX_LINUX_BLKFRONT, &looker);
	assert_null(px_linux_drivers_blkfront(looker.drivers, &looker.devices.devices[1], ret));
}

static void test_blkfront(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(px_blkfront_fini) struct px_blkfront front = {0};

	driver_world_build(&world, NULL);
	read_blkfront(&world, &front);
	assert_string_equal(front.name, "xvdb");
	assert_string_equal(front.lacks, "");
	assert_fact(front.connected, 1);
	assert_fact(front.ring_pages, 1);
	assert_int_equal(front.ring_count, WORLD_QUEUES);
	for (uint32_t q = 0; q < WORLD_QUEUES; q++) {
		assert_fact(front.rings[q].ring.req_prod_pvt, 60 + q);
		assert_fact(front.rings[q].ring.rsp_cons, 50 + q);
		assert_fact(front.rings[q].ring.slots, 32);
		assert_fact(front.rings[q].ring_ref, 70 + q);
		assert_fact(front.rings[q].evtchn, 40 + q);
		assert_fact(front.rings[q].shadow_free, 11);
		assert_fact(front.rings[q].stopped, q);
	}
}

/* One hardware queue is no node; a deeper tree, or a context of another queue, is not followed.
 */
static void test_blkfront_contexts(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	struct world_blkfront *block;

	driver_world_build(&world, NULL);
	block = &world.memory->blkfront[1];
	for (int i = 0; i < 4; i++) {
		px_cleanup(px_blkfront_fini) struct px_blkfront front = {0};

		switch (i) {
		case 0:
			block->queue.contexts.head = AT(blkfront[1].contexts[1]);
			break;
		case 1:
			block->queue.contexts.head = AT(blkfront[1].node) + 2;
			block->node.shift = 6;
			break;
		case 2:
			block->node.shift = 0;
			block->contexts[0].queue = AT(blkfront[0].queue);
			break;
		default:
			block->rq = 0;
			break;
		}
		read_blkfront(&world, &front);
		assert_int_equal(front.ring_count, WORLD_QUEUES);
		assert_int_equal(front.rings[0].stopped.known, i == 0);
		assert_int_equal(front.rings[1].stopped.known, i == 2);
		if (i == 0)
			assert_fact(front.rings[0].stopped, 1);
	}
}

static void test_blkfront_strides(void **state)
{
	static const struct {
		uint32_t stride;
		size_t rings;
	} cases[] = {
		{0, 0},
		{8, 0},
		{UINT32_MAX, 0},
		{sizeof(struct world_blkfront_ring) + 8, 1},
		{sizeof(struct world_blkfront_ring), 2},
	};
	px_cleanup(driver_world_fini) struct driver_world world = {0};

	driver_world_build(&world, NULL);
	for (size_t i = 0; i < px_array_size(cases); i++) {
		px_cleanup(px_blkfront_fini) struct px_blkfront front = {0};

		world.memory->blkfront[1].rinfo_size = cases[i].stride;
		read_blkfront(&world, &front);
		assert_int_equal(front.ring_count, cases[i].rings);
		assert_int_equal(front.lacks[0] != '\0', cases[i].rings != 2);
	}
}

static void test_blkback(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0};
	px_cleanup(px_blkback_fini) struct px_blkback back = {0}, torn = {0};

	driver_world_build(&world, NULL);
	driver_world_look(&world, PX_LINUX_BLKBACK, &looker);
	assert_null(
		px_linux_drivers_blkback(looker.drivers, &looker.devices.devices[0], &back));
	assert_fact(back.domid, 7);
	assert_fact(back.protocol, 2);
	assert_int_equal(back.ring_count, WORLD_QUEUES);
	assert_string_equal(back.lacks,
			    "this kernel's types have no xen_blkif_ring.inflight.counter");
	for (uint32_t q = 0; q < WORLD_QUEUES; q++) {
		assert_fact(back.rings[q].ring.rsp_prod_pvt, 90 + q);
		assert_fact(back.rings[q].ring.req_cons, 91 + q);
		assert_fact(back.rings[q].active, q == 0);
		assert_fact(back.rings[q].waiting_reqs, q);
		assert_fact(back.rings[q].pending_free, WORLD_PENDING);
		assert_fact(back.rings[q].reads, 1000 + q);
		assert_unknown(back.rings[q].inflight);
	}
	/* Requests that come and go while they are counted. */
	world.memory->blkback[0].own[0].requests[1].prev = 0;
	world.memory->blkback[0].own[1].requests[2].next = AT(blkback[0].own[1].requests[0]);
	assert_null(
		px_linux_drivers_blkback(looker.drivers, &looker.devices.devices[0], &torn));
	assert_unknown(torn.rings[0].pending_free);
	assert_unknown(torn.rings[1].pending_free);
}

/* --- pointers that lead elsewhere --------------------------------------------------------- */

static const char *lacks_of(struct driver_world *world, enum px_linux_driver driver,
			    uint64_t data, char lacks[PX_DRIVER_LACKS_MAX])
{
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0};
	px_cleanup(px_netback_fini) struct px_netback netback = {0};
	px_cleanup(px_blkfront_fini) struct px_blkfront blkfront = {0};
	px_cleanup(px_blkback_fini) struct px_blkback blkback = {0};
	struct px_xenbus_device device;
	struct px_error *err;

	driver_world_look(world, driver, &looker);
	device = looker.devices.devices[0];
	device.data = data;
	if (driver == PX_LINUX_NETBACK) {
		err = px_linux_drivers_netback(looker.drivers, &device, &netback);
		memcpy(lacks, netback.lacks, sizeof(netback.lacks));
	} else if (driver == PX_LINUX_BLKFRONT) {
		err = px_linux_drivers_blkfront(looker.drivers, &device, &blkfront);
		memcpy(lacks, blkfront.lacks, sizeof(blkfront.lacks));
	} else {
		err = px_linux_drivers_blkback(looker.drivers, &device, &blkback);
		memcpy(lacks, blkback.lacks, sizeof(blkback.lacks));
	}
	assert_null(err);
	assert_int_equal(netback.queue_count + blkfront.ring_count + blkback.ring_count, 0);
	return lacks;
}

/* Each step leads back to where it came from, or the device's state is not taken for its own.
 */
static void test_of_another(void **state)
{
	static const char nothing[] = "the driver keeps nothing of the device";
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	char lacks[PX_DRIVER_LACKS_MAX];

	driver_world_build(&world, NULL);
	assert_string_equal(lacks_of(&world, PX_LINUX_NETBACK, AT(netback[1]), lacks), nothing);
	assert_string_equal(lacks_of(&world, PX_LINUX_BLKFRONT, AT(blkfront[1]), lacks),
			    nothing);
	assert_string_equal(lacks_of(&world, PX_LINUX_BLKBACK, AT(blkback[1]), lacks), nothing);
	world.memory->netback[0].be.vif = AT(netback[1].vif);
	assert_string_equal(lacks_of(&world, PX_LINUX_NETBACK, AT(netback[0]), lacks), nothing);
	world.memory->blkback[0].be.blkif = AT(blkback[1].blkif);
	assert_string_equal(lacks_of(&world, PX_LINUX_BLKBACK, AT(blkback[0]), lacks), nothing);
}

/* --- memory that cannot be read ----------------------------------------------------------- */

struct failing {
	struct px_linux_reader inner;
	size_t reads, fail_at;
};

static bool fail_one(void *context, uint64_t address, void *buffer, size_t size)
{
	struct failing *failing = context;

	return failing->reads++ != failing->fail_at &&
	       px_linux_read(&failing->inner, address, buffer, size);
}

struct everything {
	struct px_netfront netfront;
	struct px_netback netback;
	struct px_blkfront blkfront;
	struct px_blkback blkback;
};

static void everything_fini(struct everything *everything)
{
	px_netfront_fini(&everything->netfront);
	px_netback_fini(&everything->netback);
	px_blkfront_fini(&everything->blkfront);
	px_blkback_fini(&everything->blkback);
}

static void read_everything(struct driver_world *world, struct everything *ret)
{
	for (int d = 0; d < PX_LINUX_DRIVERS; d++) {
		px_cleanup(driver_looker_fini) struct driver_looker looker = {0};
		const struct px_xenbus_device *device;
		struct px_error *err;

		driver_world_look(world, (enum px_linux_driver)d, &looker);
		device = px_xenbus_devices_find(&looker.devices,
						world->memory->bus[d].devices[0].nodename);
		if (!device)
			continue;
		if (d == PX_LINUX_NETFRONT)
			err = px_linux_drivers_netfront(looker.drivers, device, &ret->netfront);
		else if (d == PX_LINUX_NETBACK)
			err = px_linux_drivers_netback(looker.drivers, device, &ret->netback);
		else if (d == PX_LINUX_BLKFRONT)
			err = px_linux_drivers_blkfront(looker.drivers, device, &ret->blkfront);
		else
			err = px_linux_drivers_blkback(looker.drivers, device, &ret->blkback);
		assert_null(err);
	}
}

/* Queues and rings are made of facts alone. */
static void assert_part_of(const void *got, size_t got_count, const void *all, size_t all_count,
			   size_t size)
{
	const struct px_fact *facts = got, *those = all;

	assert_in_range(got_count, 0, all_count);
	for (size_t i = 0; i < got_count * size / sizeof(*facts); i++)
		if (facts[i].known)
			assert_fact(those[i], facts[i].value);
}

#define ASSERT_PART_OF(got, all, array, count)                                 \
	assert_part_of((got)->array, (got)->count, (all)->array, (all)->count, \
		       sizeof(*(got)->array))

static void assert_same_or_unknown(const struct everything *got, const struct everything *all)
{
	const struct px_netfront *front = &got->netfront;

	ASSERT_PART_OF(&got->netfront, &all->netfront, queues, queue_count);
	ASSERT_PART_OF(&got->netback, &all->netback, queues, queue_count);
	ASSERT_PART_OF(&got->blkfront, &all->blkfront, rings, ring_count);
	ASSERT_PART_OF(&got->blkback, &all->blkback, rings, ring_count);
	/* Each is 1 in the world. */
	assert_true(!front->connected.known || front->connected.value);
	assert_true(!front->up.known || front->up.value);
	assert_true(!front->carrier.known || front->carrier.value);
}

/* Each read fails once: what it was for is unknown, nothing else happens. */
static void test_reads_that_fail(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(everything_fini) struct everything everything = {0};
	struct failing failing = {.fail_at = SIZE_MAX};
	size_t all;

	driver_world_build(&world, NULL);
	failing.inner = world.reader;
	world.reader = (struct px_linux_reader){fail_one, &failing};
	read_everything(&world, &everything);
	all = failing.reads;
	assert_in_range(all, 200, 2000);
	for (size_t i = 0; i < all; i++) {
		px_cleanup(everything_fini) struct everything part = {0};

		failing.reads = 0;
		failing.fail_at = i;
		read_everything(&world, &part);
		assert_same_or_unknown(&part, &everything);
	}
}

/* Finding types walks what a guest made: once for all devices. */
static void test_types_once(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(everything_fini) struct everything everything = {0};

	driver_world_build(&world, NULL);
	read_everything(&world, &everything);
	assert_int_equal(world.types_asked, PX_LINUX_DRIVERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_netfront),
		cmocka_unit_test(test_netfront_without),
		cmocka_unit_test(test_netfront_without_queues),
		cmocka_unit_test(test_netfront_free_list),
		cmocka_unit_test(test_netfront_many_queues),
		cmocka_unit_test(test_netfront_of_another),
		cmocka_unit_test(test_netback),
		cmocka_unit_test(test_blkfront),
		cmocka_unit_test(test_blkfront_contexts),
		cmocka_unit_test(test_blkfront_strides),
		cmocka_unit_test(test_blkback),
		cmocka_unit_test(test_of_another),
		cmocka_unit_test(test_reads_that_fail),
		cmocka_unit_test(test_types_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
