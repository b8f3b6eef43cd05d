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

/** A new port that the domain may bind; 0 where Xen refuses. */
uint32_t events_allocate(uint16_t domain);

/** Have events of the port stay pending, without effect; and end that. */
void events_mask(uint32_t port);
void events_unmask(uint32_t port);

/** Tell Xen that all ports are going to be looked at. Before events_take(). */
void events_acknowledge(void);

/** Whether the port is pending and not masked; clears it then. */
_Bool events_take(uint32_t port);

#define EVENTS_MOST 8

/**
 * Wait for any of at most EVENTS_MOST ports that is not masked, at most until clock_ns()
 * reaches end_ns (0: for ever). Clears nothing.
 */
void events_wait_any(const uint32_t *ports, unsigned int count, uint64_t end_ns);

/** Nanoseconds since the machine started: Xen's system time, which never goes back here. */
uint64_t clock_ns(void);

#endif
