/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Event channels that a test lays out, of any domain. */
#ifndef PX_TESTS_SUPPORT_CHANNELS_DOUBLE_H
#define PX_TESTS_SUPPORT_CHANNELS_DOUBLE_H

#include "guest/event-channels.h"

#define PX_DOUBLE_CHANNELS 64

struct px_channels_double {
	struct px_event_channels channels; /* first: this is the handle */

	struct {
		uint32_t domain, port;
		struct px_port_status status;
	} ports[PX_DOUBLE_CHANNELS]; /* others are invalid */
	size_t count;

	/* 0: the guest has none that can be mapped. */
	px_frame_number shared_info;

	/* The n-th call from now on fails (1: the next), once; 0: none does. */
	unsigned int fail;

	uint32_t sent[PX_DOUBLE_CHANNELS]; /* ports of dom0 */
	size_t sent_count;
};

/** No channels. guest is borrowed. Aborts when out of memory. Free with
 * px_event_channels_close(&double->channels). */
struct px_channels_double *px_channels_double_new(struct px_guest *guest);

/** Set what a port is. */
void px_channels_double_put(struct px_channels_double *channels, uint32_t domain, uint32_t port,
			    struct px_port_status status);

/** Bind a port of the guest and one of dom0 to each other; the guest's vCPU takes events. */
void px_channels_double_bind(struct px_channels_double *channels, uint32_t guest_port,
			     uint32_t dom0_port, uint32_t vcpu);

#endif
