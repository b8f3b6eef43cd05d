/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both ends of the event channels under rings: to what their ports are bound, whether an event
 * is pending or masked there, and what the vCPU does that is to take it.
 */
#ifndef PX_RINGTRACE_PORTS_H
#define PX_RINGTRACE_PORTS_H

#include "ringtrace/sources.h"
#include "ringtrace/rings.h"

/** What is the same for all ports of one reading. Zero-initialise; px_ring_ports_fini. */
struct px_ring_ports {
	const struct px_ring_sources *sources;
	struct px_vcpu *vcpus; /* of the guest */
	uint32_t vcpu_count;   /* 0: they cannot be told */
	uint8_t *shared_info;  /* a copy of the guest's page; NULL: not known */
	enum px_event_abi abi; /* that the page shows */
};

/**
 * Look at the vCPUs, one ioctl, and, where the guest's kernel does not tell of its event
 * channels, copy its shared_info. Errors: no memory, PX_ERR_DOMAIN_GONE.
 */
px_must_check struct px_error *px_ring_ports_look(struct px_ring_ports *ports,
						  const struct px_ring_sources *sources);
void px_ring_ports_fini(struct px_ring_ports *ports);

/**
 * Fill in front_port and back_port of readings[number] of a device's rings; front_port.port has
 * the guest's port. Two hypercalls for each of these. What is not known is noted in the ring.
 */
px_must_check struct px_error *px_ring_ports_read(const struct px_ring_ports *ports,
						  struct px_ring_device *device, size_t number);

#endif
