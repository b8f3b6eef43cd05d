/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Linux's netfront and blkfront keep of their rings, as the private half of readings. */
#ifndef PX_RINGTRACE_FRONT_LINUX_H
#define PX_RINGTRACE_FRONT_LINUX_H

#include "guest/linux-drivers.h"
#include "ringtrace/rings.h"

/**
 * Fill in readings[number].front of a device's rings with what is known of the driver's queues;
 * what is not is noted in the ring. A queue counts as a ring's when it has the ring's grant.
 */
px_must_check struct px_error *px_front_of_netfront(const struct px_netfront *front,
						    struct px_ring_device *device,
						    size_t number);
px_must_check struct px_error *px_front_of_blkfront(const struct px_blkfront *front,
						    struct px_ring_device *device,
						    size_t number);

/**
 * The same, from the kernel's memory. devices: those of the driver now. Does nothing for
 * devices that neither drives.
 */
px_must_check struct px_error *px_front_linux_read(struct px_linux_drivers *drivers,
						   const struct px_xenbus_devices *netfronts,
						   const struct px_xenbus_devices *blkfronts,
						   struct px_ring_device *device,
						   size_t number);

#endif
