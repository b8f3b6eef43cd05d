/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes as the memory of a kernel with Xen's drivers: struct driver_memory of the tests, or
 * what there is of it. Reads beyond their end fail, as pages do that are not there.
 */
#include <string.h>

#include "tests/support/driver-world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_bytes(void *context, uint64_t address, void *buffer, size_t size)
{
	const struct px_bytes *memory = context;
	struct px_bytes part;

	if (address < DRIVER_WORLD ||
	    !px_bytes_slice(*memory, address - DRIVER_WORLD, size, &part))
		return false;
	if (size)
		memcpy(buffer, part.data, size);
	return true;
}

static struct px_error *read_device(struct px_linux_drivers *drivers,
				    enum px_linux_driver driver,
				    const struct px_xenbus_device *device)
{
	struct px_netfront netfront = {0};
	struct px_netback netback = {0};
	struct px_blkfront blkfront = {0};
	struct px_blkback blkback = {0};
	struct px_error *err = NULL;

	if (driver == PX_LINUX_NETFRONT)
		err = px_linux_drivers_netfront(drivers, device, &netfront);
	else if (driver == PX_LINUX_NETBACK)
		err = px_linux_drivers_netback(drivers, device, &netback);
	else if (driver == PX_LINUX_BLKFRONT)
		err = px_linux_drivers_blkfront(drivers, device, &blkfront);
	else
		err = px_linux_drivers_blkback(drivers, device, &blkback);
	if (netfront.queue_count > PX_DRIVER_QUEUES_MAX ||
	    netback.queue_count > PX_DRIVER_QUEUES_MAX ||
	    blkfront.ring_count > PX_DRIVER_QUEUES_MAX ||
	    blkback.ring_count > PX_DRIVER_QUEUES_MAX)
		__builtin_trap();
	px_netfront_fini(&netfront);
	px_netback_fini(&netback);
	px_blkfront_fini(&blkfront);
	px_blkback_fini(&blkback);
	return err;
}

static struct px_error *read_driver(struct px_linux_drivers *drivers,
				    enum px_linux_driver driver)
{
	struct px_xenbus_devices devices = {0};
	struct px_error *err = px_linux_drivers_devices(drivers, driver, &devices);

	if (devices.count > PX_XENBUS_DEVICES_MAX)
		__builtin_trap();
	/* All are alike: some dozens are enough. */
	for (size_t i = 0; i < devices.count && i < 32 && !err; i++)
		err = read_device(drivers, driver, &devices.devices[i]);
	px_xenbus_devices_fini(&devices);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct driver_world world;
	struct px_bytes memory = px_bytes_of(data, size);
	struct px_linux_drivers *drivers = NULL;
	struct px_linux_view view;
	struct px_error *err;

	/* Types cost more than all the rest, and stay the same. */
	if (!world.types[0])
		driver_world_types(&world, NULL);
	world.reader = (struct px_linux_reader){read_bytes, &memory};
	view = driver_world_view(&world);
	err = px_linux_drivers_new(&view, &drivers);
	for (int d = 0; d < PX_LINUX_DRIVERS && !err; d++)
		err = read_driver(drivers, (enum px_linux_driver)d);
	px_error_free(err);
	px_linux_drivers_free(drivers);
	return 0;
}
