/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel under us tells of its back ends in files: netback's debug files, sysfs of
 * xenbus devices, parameters of modules. folder stands before /sys, "" but in tests. The files
 * are for root; they are opened by name at each call.
 */
#ifndef PX_GUEST_BACKEND_FILES_H
#define PX_GUEST_BACKEND_FILES_H

#include "guest/driver-state.h"

/**
 * The queues of vifDOMID.HANDLE as its debug files show them: ret->queue_count is 0, and
 * ret->lacks says why, where there are none. Errors: out of memory only.
 */
px_must_check struct px_error *px_backend_files_netback(const char *folder, uint32_t domid,
							uint32_t handle,
							struct px_netback *ret);

/** Of "vif-3-0", "vbd-3-51712" in /sys/bus/xen-backend/devices; unknown where not there. */
struct px_xenbus_counters px_backend_files_counters(const char *folder, const char *device);

/** Parameters of xen_netback; unknown where it is not loaded or has no such. */
struct px_netback_parameters {
	struct px_fact rx_drain_timeout_msecs, rx_stall_timeout_msecs, separate_tx_rx_irq,
		max_queues, fatal_skb_slots;
};
struct px_netback_parameters px_backend_files_netback_parameters(const char *folder);

#endif
