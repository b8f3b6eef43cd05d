/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event channels of domains as Xen knows them: what a port is bound to and which vCPU takes its
 * events. Whether an event is pending only the receiving guest's memory says: event-bits.h.
 *
 * The handle works on a table of operations: the live one (event-channels-xen.c) and the test
 * double (tests/support/channels-double.h).
 *
 * Whether the vCPU that takes the events runs: guest->ops->gather(guest, false, vcpus, ...),
 * then vcpus[status.vcpu].state.
 */
#ifndef PX_GUEST_EVENT_CHANNELS_H
#define PX_GUEST_EVENT_CHANNELS_H

#include "guest/event-bits.h"
#include "guest/guest.h"

enum px_port_binding {
	PX_PORT_INVALID, /* the domain has no such port */
	PX_PORT_CLOSED,	 /* in use by nothing */
	PX_PORT_UNBOUND, /* waits for peer_domain to bind */
	PX_PORT_INTERDOMAIN,
	PX_PORT_PIRQ,
	PX_PORT_VIRQ,
	PX_PORT_IPI,
};

/** "no such port", "closed", "interdomain", ...; never NULL. */
const char *px_port_binding_name(enum px_port_binding binding);

struct px_port_status {
	enum px_port_binding binding;
	uint32_t vcpu;	      /* which takes its events */
	uint32_t peer_domain; /* UNBOUND, INTERDOMAIN */
	uint32_t peer_port;   /* INTERDOMAIN */
	uint32_t irq;	      /* PIRQ, VIRQ: its number */
};

struct px_event_channels;

/** The operations of a back end. */
struct px_event_channels_ops {
	/** As px_event_channels_status. */
	struct px_error *(*status)(struct px_event_channels *channels, uint32_t domain,
				   uint32_t port, struct px_port_status *ret);
	/** The frame of the guest's shared_info; false: it has none that can be mapped. */
	struct px_error *(*shared_info)(struct px_event_channels *channels,
					px_frame_number *ret, bool *known_ret);
	/** Send an event on a port of dom0. */
	struct px_error *(*send)(struct px_event_channels *channels, uint32_t port);
	void (*close)(struct px_event_channels *channels);
};

/** Common part of every back end: embed it first. */
struct px_event_channels {
	const struct px_event_channels_ops *ops;
	struct px_guest *guest;
};

/**
 * guest must be one of px_guest_open_xen, is borrowed, must outlive the handle, and has its
 * calls counted there. Works with the privileges of a guest (px_guest_ioctls_xen).
 */
px_must_check struct px_error *px_event_channels_open_xen(struct px_guest *guest,
							  struct px_event_channels **ret);

/** NULL is accepted. */
void px_event_channels_close(struct px_event_channels *channels);
void px_event_channels_closep(struct px_event_channels **channels);

/**
 * What a port of a domain is; of any domain, dom0 (0) and the guest included. One hypercall.
 * PX_ERR_DOMAIN_GONE: that domain has gone.
 */
px_must_check struct px_error *px_event_channels_status(struct px_event_channels *channels,
							uint32_t domain, uint32_t port,
							struct px_port_status *ret);

/** Whether both ends of a channel are bound to each other. */
static inline bool px_port_is_peer(const struct px_port_status *status, uint32_t domain,
				   uint32_t port)
{
	return status->binding == PX_PORT_INTERDOMAIN && status->peer_domain == domain &&
	       status->peer_port == port;
}

/**
 * Copy the guest's shared_info page, for px_shared_info_*. False: it has none that can be
 * mapped; page is unspecified then. One hypercall and a mapping.
 */
px_must_check struct px_error *px_event_channels_shared_info(struct px_event_channels *channels,
							     uint8_t page[PX_PAGE_SIZE],
							     bool *read_ret);

/**
 * Send the guest an event: on the port of dom0 that is bound to the given port of the guest, as
 * a back end does that has answered. Changes what is looked at; only for who asked for it.
 * *sent_ret: false when the two are not bound to each other now. The other direction, an event
 * for a back end, no domain but the guest can send. Two hypercalls.
 */
px_must_check struct px_error *px_event_channels_kick(struct px_event_channels *channels,
						      uint32_t dom0_port, uint32_t guest_port,
						      bool *sent_ret);

#endif
