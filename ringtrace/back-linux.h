/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Linux's netback and blkback keep of their rings, as the private half of readings: from
 * the memory of the kernel that we run on, or, where that cannot be read, from netback's debug
 * files.
 */
#ifndef PX_RINGTRACE_BACK_LINUX_H
#define PX_RINGTRACE_BACK_LINUX_H

#include "guest/linux-drivers.h"
#include "ringtrace/rings.h"

/**
 * Fill in readings[number].back of a device's rings with what is known of the driver's queues;
 * what is not is noted in the ring.
 */
px_must_check struct px_error *px_back_of_netback(const struct px_netback *back,
						  struct px_ring_device *device, size_t number);
px_must_check struct px_error *px_back_of_blkback(const struct px_blkback *back,
						  struct px_ring_device *device, size_t number);

/** The counters of the device, in all of its rings. */
void px_back_counters(const struct px_xenbus_counters *counters, struct px_ring_device *device,
		      size_t number);

/** Where to read it. */
struct px_back_linux {
	struct px_linux_drivers *drivers;		     /* NULL: */
	const char *problem;				     /* why not */
	const char *folder;				     /* what stands before /sys */
	const struct px_xenbus_devices *netbacks, *blkbacks; /* with drivers */
	uint32_t front_domain;
};

/** The same, of a device whose back end may be anywhere. */
px_must_check struct px_error *px_back_linux_read(const struct px_back_linux *from,
						  struct px_ring_device *device, size_t number);

#endif
