/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waking a queue of netback in dom0, for who asked for it: writing "kick" to its debug file
 * calls the queue's interrupt handlers, for both directions, as if the guest had sent an event
 * (drivers/net/xen-netback/xenbus.c). That changes what is looked at, and where the end of an
 * interrupt is pending the kernel logs a warning.
 */
#ifndef PX_RINGTRACE_KICK_H
#define PX_RINGTRACE_KICK_H

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
 * Wake all queues one of whose rings has a fault, and mark the readings that are to come of
 * them. What is woken, and what cannot be, is said to the user. *kicked_ret: any was.
 */
px_must_check struct px_error *px_kick_faulty(const struct px_kick *kick,
					      struct px_rings *rings, bool *kicked_ret);

#endif
