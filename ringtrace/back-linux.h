/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Linux's netback and blkback keep of their rings, as the private half of readings: from
 * the memory of the kernel that they are part of, or, where that is the one that we run on and
 * it cannot be read, from netback's debug files.
 */
#ifndef PX_RINGTRACE_BACK_LINUX_H
#define PX_RINGTRACE_BACK_LINUX_H

#include "guest/linux-drivers.h"
#include "ringtrace/ring-kernel.h"
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

/** Where to read it: a kernel in the device's back_domain. */
struct px_back_linux {
	const struct px_ring_kernel *kernel;		     /* NULL: not looked into */
	const struct px_xenbus_devices *netbacks, *blkbacks; /* with its drivers */
	const char *folder; /* what stands before /sys of that domain; NULL: out of reach */
	uint32_t front_domain;
};

/** The same, of a device whose back end may be any driver or program. */
px_must_check struct px_error *px_back_linux_read(const struct px_back_linux *from,
						  struct px_ring_device *device, size_t number);

#endif
