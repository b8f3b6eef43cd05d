/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waking an end of a ring by hand, for who asked for it: netback in dom0 by writing "kick" to
 * the debug file of a queue, which calls its interrupt handlers for both directions as if the
 * guest had sent an event (drivers/net/xen-netback/xenbus.c); the guest by an event on dom0's
 * end of the channel, as the back end would send it. Either changes what is looked at, and
 * where netback had put off the end of an interrupt the kernel logs a warning.
 */
#ifndef PX_RINGTRACE_KICK_H
#define PX_RINGTRACE_KICK_H

#include "guest/event-channels.h"
#include "ringtrace/rings.h"

struct px_kick_file {
	uint32_t vif, queue;
	int fd;
};

/** The debug files of a domain's queues, open for writing. Zero-initialise. */
struct px_kick {
	struct px_kick_file *files;
	size_t count, capacity;
};

/**
 * Open those that there are, before privileges are dropped; bounded. folder stands before /sys.
 * Errors: no memory.
 */
px_must_check struct px_error *px_kick_open(const char *folder, uint32_t domain,
					    struct px_kick *ret);
void px_kick_close(struct px_kick *kick);

/**
 * Wake whom the verdicts of rings name (enum px_wake), and mark the readings that are to come
 * of those rings. What is woken, and what cannot be, is said to the user. *kicked_ret: any was.
 */
px_must_check struct px_error *px_kick_faulty(const struct px_kick *kick,
					      struct px_event_channels *channels,
					      struct px_rings *rings, bool *kicked_ret);

#endif
