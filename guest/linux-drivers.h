/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Xen drivers of a Linux kernel: which devices they drive, and the private state of each,
 * by the layouts that the kernel's own types tell. Allocates; not for use under pause.
 *
 * The kernel runs while it is read, and may be a guest's that lies: every list and array has a
 * bound, numbers are what was there at some instant, and nothing is followed that does not lead
 * back to where it came from. What a kernel of another version lacks is unknown in the result,
 * whose `lacks` names the first such thing.
 */
#ifndef PX_GUEST_LINUX_DRIVERS_H
#define PX_GUEST_LINUX_DRIVERS_H

#include "guest/driver-state.h"
#include "guest/linux-view.h"

enum px_linux_driver {
	PX_LINUX_NETFRONT,
	PX_LINUX_BLKFRONT,
	PX_LINUX_NETBACK,
	PX_LINUX_BLKBACK,
	PX_LINUX_DRIVERS,
};

/** Its module: "xen_netfront". */
const char *px_linux_driver_module(enum px_linux_driver driver);

enum {
	PX_XENBUS_DEVICES_MAX = 4096, /* of one driver; more are cut off */
	PX_XENBUS_NODE_MAX = 96,
};

/** struct xenbus_device. */
struct px_xenbus_device {
	uint64_t address;
	uint64_t data;			   /* what the driver keeps of it; 0: nothing yet */
	char nodename[PX_XENBUS_NODE_MAX]; /* "device/vif/0", "backend/vif/3/0" */
	struct px_fact otherend_id;	   /* the domain at the other end */
	struct px_fact state;		   /* XenbusState as this end last set it */
	struct px_xenbus_counters counters;
};

/** Zero-initialise. */
struct px_xenbus_devices {
	struct px_xenbus_device *devices; /* in the order in which they were bound */
	size_t count, capacity;
	bool cut;  /* there are more */
	bool torn; /* the list changed whenever it was read: some may be missing */
	char lacks[PX_DRIVER_LACKS_MAX]; /* why there are none, or not all is known; "" */
};

void px_xenbus_devices_fini(struct px_xenbus_devices *devices);

/** The device of that node; NULL: none. */
const struct px_xenbus_device *px_xenbus_devices_find(const struct px_xenbus_devices *devices,
						      const char *nodename);

struct px_linux_drivers;

/** The view is copied; its context must outlive the result. Nothing is read yet. */
px_must_check struct px_error *px_linux_drivers_new(const struct px_linux_view *view,
						    struct px_linux_drivers **ret);
void px_linux_drivers_free(struct px_linux_drivers *drivers);
void px_linux_drivers_freep(struct px_linux_drivers **drivers);

/**
 * The devices that a driver drives now. A driver that is not there has none, and ret->lacks
 * says so. Errors: out of memory only.
 */
px_must_check struct px_error *px_linux_drivers_devices(struct px_linux_drivers *drivers,
							enum px_linux_driver driver,
							struct px_xenbus_devices *ret);

/**
 * The state of one of them: device must come from px_linux_drivers_devices for that driver, by
 * the types as they were then. One that has gone meanwhile gives whatever is there now, or
 * unknown facts. Free *ret with its _fini. Errors: out of memory only.
 */
px_must_check struct px_error *px_linux_drivers_netfront(struct px_linux_drivers *drivers,
							 const struct px_xenbus_device *device,
							 struct px_netfront *ret);
px_must_check struct px_error *px_linux_drivers_blkfront(struct px_linux_drivers *drivers,
							 const struct px_xenbus_device *device,
							 struct px_blkfront *ret);
px_must_check struct px_error *px_linux_drivers_netback(struct px_linux_drivers *drivers,
							const struct px_xenbus_device *device,
							struct px_netback *ret);
px_must_check struct px_error *px_linux_drivers_blkback(struct px_linux_drivers *drivers,
							const struct px_xenbus_device *device,
							struct px_blkback *ret);

#endif
