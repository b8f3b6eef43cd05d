/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events as a Linux kernel on Xen sees them: which ABI it uses, the bits of a port, what a CPU
 * is told. For the kernel of a guest and for dom0's own alike: all that is needed is a way to
 * read its memory and to find its symbols. Follows drivers/xen/events/ of Linux 6.1.
 */
#ifndef PX_GUEST_LINUX_EVENTS_H
#define PX_GUEST_LINUX_EVENTS_H

#include "guest/event-bits.h"
#include "guest/linux-names.h"
#include "guest/linux-reader.h"

/** Where they are: addresses, 0 where the kernel has no such symbol. Plain data. */
struct px_linux_event_layout {
	uint64_t ops, two_level_ops, fifo_ops; /* pointer to one of the next two */
	uint64_t array, array_pages;	       /* FIFO: pointers to pages of words; how many */
	uint64_t shared_info;		       /* pointer to it */
	uint64_t offsets;		       /* of CPUs' variables, an array */
	uint64_t vcpu_info;		       /* per CPU: pointer to it */
};

/** The symbols of 64-bit kernels. None is required; without them things stay unknown. */
struct px_linux_event_layout px_linux_event_layout_of(const struct px_linux_names *names);

/** Which ABI; two small reads at most. */
enum px_event_abi px_linux_event_abi(const struct px_linux_event_layout *layout,
				     const struct px_linux_reader *reader);

/** The bits of a port of this kernel, whichever ABI it uses; five small reads at most. */
struct px_port_bits px_linux_event_port(const struct px_linux_event_layout *layout,
					const struct px_linux_reader *reader, uint32_t port);

/**
 * What a CPU is told; three small reads. CPUs are numbered as vCPUs, unless the kernel was
 * started by kexec on another than the first.
 */
struct px_upcall px_linux_event_upcall(const struct px_linux_event_layout *layout,
				       const struct px_linux_reader *reader, uint32_t cpu);

#endif
