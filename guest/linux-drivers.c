/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Xen drivers of a Linux kernel: finding them, and keeping what is known of their layouts.
 */
#include "guest/linux-drivers.h"

#include <stdlib.h>

#include "guest/linux-driver-private.h"
#include "lib/memory.h"

static const struct {
	const char *module, *variable; /* the struct xenbus_driver */
} drivers_known[PX_LINUX_DRIVERS] = {
	[PX_LINUX_NETFRONT] = {"xen_netfront", "netfront_driver"},
	[PX_LINUX_BLKFRONT] = {"xen_blkfront", "blkfront_driver"},
	[PX_LINUX_NETBACK] = {"xen_netback", "netback_driver"},
	[PX_LINUX_BLKBACK] = {"xen_blkback", "xen_blkbk_driver"},
};

/* Layouts stay as long as the types that they were made of: these pointers say which. */
struct px_linux_drivers {
	struct px_linux_view view;
	const struct px_type_info *types[PX_LINUX_DRIVERS];
	struct px_xenbus_layout xenbus[PX_LINUX_DRIVERS];
	struct px_netfront_layout netfront;
	struct px_blkfront_layout blkfront;
	struct px_netback_layout netback;
	struct px_blkback_layout blkback;
};

const char *px_linux_driver_module(enum px_linux_driver driver)
{
	return drivers_known[driver].module;
}

struct px_error *px_linux_drivers_new(const struct px_linux_view *view,
				      struct px_linux_drivers **ret)
{
	struct px_linux_drivers *drivers = NULL;
	struct px_error *err = px_calloc(1, sizeof(*drivers), &drivers);

	if (err)
		return err;
	drivers->view = *view;
	*ret = drivers;
	return NULL;
}

void px_linux_drivers_free(struct px_linux_drivers *drivers)
{
	free(drivers);
}

void px_linux_drivers_freep(struct px_linux_drivers **drivers)
{
	px_linux_drivers_free(*drivers);
	*drivers = NULL;
}

/*
 * Make the layouts of a driver unless they are there; false: its types are not known. Once for
 * all of its devices: to find the types may take a walk through what the guest made.
 */
static bool find_layouts(struct px_linux_drivers *drivers, enum px_linux_driver driver)
{
	const struct px_type_info *types =
		drivers->view.types(drivers->view.context, drivers_known[driver].module);

	if (types == drivers->types[driver])
		return types;
	drivers->types[driver] = types;
	if (!types)
		return false;
	px_xenbus_layout_of(types, &drivers->xenbus[driver]);
	switch (driver) {
	case PX_LINUX_NETFRONT:
		px_netfront_layout_of(types, &drivers->netfront);
		break;
	case PX_LINUX_BLKFRONT:
		px_blkfront_layout_of(types, &drivers->blkfront);
		break;
	case PX_LINUX_NETBACK:
		px_netback_layout_of(types, &drivers->netback);
		break;
	case PX_LINUX_BLKBACK:
		px_blkback_layout_of(types, &drivers->blkback);
		break;
	case PX_LINUX_DRIVERS:
		break;
	}
	return true;
}

static void lack_types(char lacks[PX_DRIVER_LACKS_MAX], enum px_linux_driver driver)
{
	px_driver_lack(lacks, "the types of %s are not known", drivers_known[driver].module);
}

struct px_error *px_linux_drivers_devices(struct px_linux_drivers *drivers,
					  enum px_linux_driver driver,
					  struct px_xenbus_devices *ret)
{
	struct px_xenbus_devices devices = {0};
	struct px_error *err = NULL;
	uint64_t variable;

	if (!drivers->view.symbol(drivers->view.context, drivers_known[driver].module,
				  drivers_known[driver].variable, &variable))
		px_driver_lack(devices.lacks, "%s is not loaded, or its symbols are not known",
			       drivers_known[driver].module);
	else if (!find_layouts(drivers, driver))
		lack_types(devices.lacks, driver);
	else
		err = px_xenbus_read(&drivers->xenbus[driver], &drivers->view.reader, variable,
				     &devices);
	if (!err)
		*ret = devices;
	return err;
}

struct px_error *px_linux_drivers_netfront(struct px_linux_drivers *drivers,
					   const struct px_xenbus_device *device,
					   struct px_netfront *ret)
{
	if (drivers->types[PX_LINUX_NETFRONT])
		return px_netfront_read(&drivers->netfront, &drivers->view.reader, device, ret);
	*ret = (struct px_netfront){0};
	lack_types(ret->lacks, PX_LINUX_NETFRONT);
	return NULL;
}

struct px_error *px_linux_drivers_blkfront(struct px_linux_drivers *drivers,
					   const struct px_xenbus_device *device,
					   struct px_blkfront *ret)
{
	if (drivers->types[PX_LINUX_BLKFRONT])
		return px_blkfront_read(&drivers->blkfront, &drivers->view.reader, device, ret);
	*ret = (struct px_blkfront){0};
	lack_types(ret->lacks, PX_LINUX_BLKFRONT);
	return NULL;
}

struct px_error *px_linux_drivers_netback(struct px_linux_drivers *drivers,
					  const struct px_xenbus_device *device,
					  struct px_netback *ret)
{
	uint64_t jiffies = 0;

	if (drivers->types[PX_LINUX_NETBACK]) {
		drivers->view.symbol(drivers->view.context, NULL, "jiffies", &jiffies);
		return px_netback_read(&drivers->netback, &drivers->view.reader, device,
				       jiffies, ret);
	}
	*ret = (struct px_netback){0};
	lack_types(ret->lacks, PX_LINUX_NETBACK);
	return NULL;
}

struct px_error *px_linux_drivers_blkback(struct px_linux_drivers *drivers,
					  const struct px_xenbus_device *device,
					  struct px_blkback *ret)
{
	if (drivers->types[PX_LINUX_BLKBACK])
		return px_blkback_read(&drivers->blkback, &drivers->view.reader, device, ret);
	*ret = (struct px_blkback){0};
	lack_types(ret->lacks, PX_LINUX_BLKBACK);
	return NULL;
}

/* --- shared by the drivers ---------------------------------------------------------------- */

uint64_t px_linux_queues_of(struct px_fact pointer, char lacks[PX_DRIVER_LACKS_MAX])
{
	if (pointer.known && pointer.value >= PX_LINUX_KERNEL_SPACE)
		return pointer.value;
	if (pointer.known && !pointer.value)
		px_driver_lack(lacks, "the driver has no queues now");
	else
		px_driver_lack(lacks, "the driver's queues cannot be found");
	return 0;
}

struct px_linux_layout_state px_linux_layout_state_of(const struct px_linux_lookup *lookup)
{
	struct px_linux_layout_state state = {.known = !lookup->failed};

	px_driver_lack(state.lacks, "%s", lookup->lacks);
	return state;
}
