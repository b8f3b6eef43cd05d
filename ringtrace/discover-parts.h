/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the discovery, one file a kind of device: what that kind has in xenstore, and
 * the rings it stands for.
 */
#ifndef PX_RINGTRACE_DISCOVER_PARTS_H
#define PX_RINGTRACE_DISCOVER_PARTS_H

#include "ringtrace/discovery.h"

/** The rings of a device whose ends are known. */
px_must_check struct px_error *px_discover_net(struct px_discovery *discovery,
					       struct px_ring_device *device);
px_must_check struct px_error *px_discover_block(struct px_discovery *discovery,
						 struct px_ring_device *device);
px_must_check struct px_error *px_discover_console(struct px_discovery *discovery,
						   struct px_ring_device *device);
px_must_check struct px_error *px_discover_store(struct px_discovery *discovery,
						 struct px_ring_device *device);

#endif
