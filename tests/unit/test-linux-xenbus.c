/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices of a driver, in a kernel that keeps to the rules and in one that lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/driver-world.h"
#include "tests/support/fact-asserts.h"

#define AT(part) DRIVER_WORLD_AT(&world, part)

static void test_devices(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};

	driver_world_build(&world, NULL);
	for (int d = 0; d < PX_LINUX_DRIVERS; d++) {
		px_cleanup(driver_looker_fini) struct driver_looker looker = {0};
		const struct px_xenbus_device *second;

		driver_world_look(&world, (enum px_linux_driver)d, &looker);
		assert_int_equal(looker.devices.count, WORLD_DEVICES);
		assert_false(looker.devices.cut || looker.devices.torn);
		second = &looker.devices.devices[1];
		assert_string_equal(second->nodename, world.memory->bus[d].devices[1].nodename);
		assert_ptr_equal(px_xenbus_devices_find(&looker.devices, second->nodename),
				 second);
		assert_null(px_xenbus_devices_find(&looker.devices, "device/vif/77"));
		assert_int_equal(second->address, AT(bus[d].devices[1].device));
		assert_fact(second->otherend_id, 10 * d + 1);
		assert_fact(second->state, 4);
		assert_fact(second->counters.events, 100 * d + 1);
		assert_fact(second->counters.spurious_events, 7);
		assert_unknown(second->counters.event_channels);
		assert_string_equal(looker.devices.lacks,
				    "this kernel's types have no "
				    "xenbus_device.event_channels.counter");
	}
}

static void test_driver_not_there(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0}, second = {0};

	driver_world_build(&world, NULL);
	world.gone[PX_LINUX_NETFRONT] = true;
	driver_world_look(&world, PX_LINUX_NETFRONT, &looker);
	assert_int_equal(looker.devices.count, 0);
	assert_string_equal(looker.devices.lacks,
			    "xen_netfront is not loaded, or its symbols are not known");
	world.memory->bus[PX_LINUX_BLKBACK].driver.driver.p = 0;
	driver_world_look(&world, PX_LINUX_BLKBACK, &second);
	assert_int_equal(second.devices.count, 0);
	assert_string_equal(second.devices.lacks, "the driver is not registered");
}

static void test_types_not_known(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0}, second = {0};
	struct px_netfront front = {0};

	driver_world_build(&world, "device_private.device");
	driver_world_look(&world, PX_LINUX_NETFRONT, &looker);
	assert_int_equal(looker.devices.count, 0);
	assert_string_equal(looker.devices.lacks,
			    "this kernel's types have no device_private.device");
	px_type_info_close(world.types[PX_LINUX_NETFRONT]);
	world.types[PX_LINUX_NETFRONT] = NULL;
	driver_world_look(&world, PX_LINUX_NETFRONT, &second);
	assert_int_equal(second.devices.count, 0);
	assert_string_equal(second.devices.lacks, "the types of xen_netfront are not known");
	assert_null(px_linux_drivers_netfront(
		second.drivers, &(struct px_xenbus_device){.data = AT(netfront[0])}, &front));
	assert_int_equal(front.queue_count, 0);
	assert_string_equal(front.lacks, "the types of xen_netfront are not known");
}

/* What a liar may do to the list: all end, and no device is made up. */
static void test_list_that_lies(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	struct driver_memory *memory, saved;

	driver_world_build(&world, NULL);
	memory = world.memory;
	saved = *memory;
	for (int lie = 0; lie < 9; lie++) {
		px_cleanup(driver_looker_fini) struct driver_looker looker = {0};
		struct world_device_private *first = &memory->bus[0].devices[0].private;
		size_t most = 1;

		*memory = saved;
		switch (lie) {
		case 0: /* in a circle without the head */
			memory->bus[0].devices[1].private.driver.links.next =
				AT(bus[0].devices[0].private.driver.links);
			most = 2; /* as met on the way */
			break;
		case 1: /* to itself */
			first->driver.links.next = AT(bus[0].devices[0].private.driver.links);
			break;
		case 2: /* into nothing */
			first->driver.links.next = UINT64_C(0xffffffff00000000);
			break;
		case 3: /* into user space */
			first->driver.links.next = 4096;
			break;
		case 4: /* another klist */
			first->driver.klist = AT(bus[1].driver_private.devices);
			break;
		case 5: /* a device of which this is not the private part */
			first->device = AT(bus[0].devices[1].device.dev);
			break;
		case 6: /* another driver's device */
			memory->bus[0].devices[0].device.dev.driver = AT(bus[1].driver.driver);
			break;
		case 7: /* the head cannot be read */
			memory->bus[0].driver.driver.p = UINT64_C(0xfffffffffffffff8);
			most = 0;
			break;
		default: /* a node at the end of all addresses */
			memory->bus[0].driver_private.devices.list.next = UINT64_MAX;
			most = 0;
			break;
		}
		driver_world_look(&world, PX_LINUX_NETFRONT, &looker);
		assert_in_range(looker.devices.count, 0, most);
		assert_true(looker.devices.torn);
		assert_string_equal(looker.devices.lacks,
				    "the list of devices does not hold still");
	}
}

/* A node that is being removed keeps its flag; it is still one of the list. */
static void test_device_that_goes(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0};

	driver_world_build(&world, NULL);
	world.memory->bus[0].devices[0].private.driver.klist |= 1;
	driver_world_look(&world, PX_LINUX_NETFRONT, &looker);
	assert_int_equal(looker.devices.count, WORLD_DEVICES);
}

static void test_names_that_are_none(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0};

	driver_world_build(&world, NULL);
	world.memory->bus[0].devices[0].device.nodename = 0;
	memcpy(world.memory->bus[0].devices[1].nodename, "dev\nice", 8);
	driver_world_look(&world, PX_LINUX_NETFRONT, &looker);
	assert_int_equal(looker.devices.count, 0);
	assert_string_equal(looker.devices.lacks, "a device has no name that can be read");
}

/* Far more than there may be. */
static void test_many_devices(void **state)
{
	px_cleanup(driver_world_fini) struct driver_world world = {0};
	px_cleanup(driver_looker_fini) struct driver_looker looker = {0};
	size_t count = PX_XENBUS_DEVICES_MAX + 3;
	uint64_t start = UINT64_C(0xffff888100000000), head, last;

	driver_world_build(&world, NULL);
	flat_memory_add(&world.flat, start, count * 16);
	head = AT(bus[0].driver_private.devices.list);
	last = head;
	for (size_t i = 0; i < count; i++) {
		flat_memory_put64(&world.flat, last, start + i * 16);
		flat_memory_put64(&world.flat, start + i * 16 + 8, last);
		last = start + i * 16;
	}
	driver_world_look(&world, PX_LINUX_NETFRONT, &looker);
	assert_int_equal(looker.devices.count, 0);
	assert_true(looker.devices.cut);
	assert_in_range(world.flat.reads, 1, 10 * PX_XENBUS_DEVICES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_driver_not_there),
		cmocka_unit_test(test_types_not_known),
		cmocka_unit_test(test_list_that_lies),
		cmocka_unit_test(test_device_that_goes),
		cmocka_unit_test(test_names_that_are_none),
		cmocka_unit_test(test_many_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
