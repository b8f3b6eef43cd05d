/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of event channels that the receiving guest shares with Xen: whether an event of a
 * port is pending, whether the port is masked, whether a vCPU is to be interrupted for it.
 *
 * Here are the plain structs and the two-level ABI, whose bits lie in the domain's shared_info
 * page (Xen public/xen.h); Linux guests of the FIFO ABI are in guest/linux-events.h.
 */
#ifndef PX_GUEST_EVENT_BITS_H
#define PX_GUEST_EVENT_BITS_H

#include <stdbool.h>

#include "lib/bytes.h"

enum px_event_abi {
	PX_EVENTS_UNKNOWN,
	PX_EVENTS_TWO_LEVEL, /* bits in shared_info; Linux without FIFO, unikernels */
	PX_EVENTS_FIFO,	     /* a word for each port in pages of the guest; Linux */
};

/** "two-level", "fifo", "unknown"; never NULL. */
const char *px_event_abi_name(enum px_event_abi abi);

/** Of a port, at the end that receives. */
struct px_port_bits {
	bool known; /* the others are valid */
	bool pending, masked;
	bool linked; /* FIFO: in a queue of its vCPU; else false */
};

/** What a vCPU is told of its events (struct vcpu_info). */
struct px_upcall {
	bool known;	   /* the others are valid */
	bool pending;	   /* it is to be interrupted; blocked vCPUs wake up */
	bool masked;	   /* PV: it wants no upcalls now; others leave that to their flags */
	uint64_t selector; /* two-level: which words of pending bits to look at; else nothing */
};

/** A guest's word, which is what shared_info is made of. */
enum px_event_width {
	PX_EVENTS_32 = 4,
	PX_EVENTS_64 = 8,
};

/** Bits of a port in a copy of the shared_info page. Unknown: it has no such port. */
struct px_port_bits px_shared_info_port(struct px_bytes page, enum px_event_width width,
					uint32_t port);

/**
 * What vCPU n is told, from vcpu_info[n]. Unknown: n is 32 or more. A guest that registered
 * another place (VCPUOP_register_vcpu_info), as Linux does, has left stale numbers here.
 */
struct px_upcall px_shared_info_upcall(struct px_bytes page, enum px_event_width width,
				       uint32_t vcpu);

/** Decode a copy of a struct vcpu_info of 64 bytes. */
struct px_upcall px_vcpu_info_decode(struct px_bytes bytes, enum px_event_width width);

/**
 * Which ABI a guest uses, as far as the page tells. Xen never does, and its events are in the
 * page with one ABI only. Only a guest sets mask bits, and one that uses the FIFO has no reason
 * to: a mask bit that is set means two-level. Without any it stays unknown; unikernels begin
 * with all ports masked, and leave those so that they do not use. (A kernel that was
 * started by another of the same domain, by kexec, may find that one's bits.)
 */
enum px_event_abi px_shared_info_abi(struct px_bytes page, enum px_event_width width);

#endif
