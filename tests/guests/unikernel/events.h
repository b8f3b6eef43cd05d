/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Event channels and time: what Xen shares with every guest. */
#ifndef UNIKERNEL_EVENTS_H
#define UNIKERNEL_EVENTS_H

#include <stdint.h>

/** Map the shared information; false where Xen refuses. */
_Bool events_init(void);

/** The same in a PV guest: it is at that machine address. */
_Bool events_init_pv(uint64_t machine_address);

/** Signal the other end of a port. */
void events_notify(uint32_t port);

/** Wait for the port, at most until clock_ns() reaches end_ns; clear it. */
void events_wait(uint32_t port, uint64_t end_ns);

/** Nanoseconds since the machine started: Xen's system time. */
uint64_t clock_ns(void);

#endif
