/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of /sys/kernel/debug/xen-netback/vifD.N/io_ring_qK, in which Linux's netback shows
 * the state of a queue (drivers/net/xen-netback/xenbus.c, xenvif_read_io_ring).
 */
#ifndef PX_GUEST_NETBACK_DEBUG_H
#define PX_GUEST_NETBACK_DEBUG_H

#include "guest/driver-state.h"
#include "lib/bytes.h"

/**
 * What the text tells. Parts that a queue does not have yet (before it is connected there are
 * no TX and RX parts) stay unknown, so do lines of another form; false when nothing was
 * understood.
 */
bool px_netback_debug_parse(struct px_bytes text, struct px_netback_queue *ret);

#endif
