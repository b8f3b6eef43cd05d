/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live event channels: what the hypervisor tells of them. */
#include "guest/event-channels.h"

#include <errno.h>
#include <stdlib.h>
#include <xenctrl.h>
#include <xencall.h>
#include <xen/event_channel.h>

#include "guest/xen-private.h"
#include "lib/memory.h"

/* Frames have 40 bits on x86-64. Higher ones are what Xen answers where there is none. */
#define NO_FRAME (UINT64_C(1) << 40)

struct xen_channels {
	struct px_event_channels channels;
	evtchn_send_t *send; /* in memory that the hypervisor can reach */
};

static struct xen_channels *xen_channels_of(struct px_event_channels *channels)
{
	return (struct xen_channels *)channels;
}

static struct xc_interface_core *control_of(struct px_event_channels *channels)
{
	return px_xen_guest_control(channels->guest);
}

static void count_call(struct px_event_channels *channels)
{
	channels->guest->counts.hypercalls++;
	channels->guest->counts.ioctls++;
}

static struct px_port_status describe(const xc_evtchn_status_t *status)
{
	struct px_port_status ret = {.vcpu = status->vcpu};

	switch (status->status) {
	case EVTCHNSTAT_unbound:
		ret.binding = PX_PORT_UNBOUND;
		ret.peer_domain = status->u.unbound.dom;
		break;
	case EVTCHNSTAT_interdomain:
		ret.binding = PX_PORT_INTERDOMAIN;
		ret.peer_domain = status->u.interdomain.dom;
		ret.peer_port = status->u.interdomain.port;
		break;
	case EVTCHNSTAT_pirq:
		ret.binding = PX_PORT_PIRQ;
		ret.irq = status->u.pirq;
		break;
	case EVTCHNSTAT_virq:
		ret.binding = PX_PORT_VIRQ;
		ret.irq = status->u.virq;
		break;
	case EVTCHNSTAT_ipi:
		ret.binding = PX_PORT_IPI;
		break;
	default:
		ret.binding = PX_PORT_CLOSED;
	}
	return ret;
}

static struct px_error *xen_status(struct px_event_channels *base, uint32_t domain,
				   uint32_t port, struct px_port_status *ret)
{
	xc_evtchn_status_t status = {.dom = (domid_t)domain, .port = port};

	if (domain >= DOMID_FIRST_RESERVED)
		return px_xen_error(ESRCH, domain, "");
	count_call(base);
	if (xc_evtchn_status(control_of(base), &status) == 0)
		*ret = describe(&status);
	else if (errno == EINVAL)
		*ret = (struct px_port_status){.binding = PX_PORT_INVALID};
	else
		return px_xen_error(errno, domain, "ask for event channels of");
	return NULL;
}

static struct px_error *xen_shared_info(struct px_event_channels *base, px_frame_number *ret,
					bool *known_ret)
{
	uint32_t id = base->guest->domain.id;
	xc_domaininfo_t info;
	int got = xc_domain_getinfolist(control_of(base), id, 1, &info);

	count_call(base);
	if (got < 0)
		return px_xen_error(errno, id, "ask for");
	if (got == 0 || info.domain != id)
		return px_xen_error(ESRCH, id, "");
	*ret = px_frame_number_of(info.shared_info_frame);
	*known_ret = info.shared_info_frame != 0 && info.shared_info_frame < NO_FRAME;
	return NULL;
}

static struct px_error *xen_send(struct px_event_channels *base, uint32_t port)
{
	struct xencall_handle *calls = xc_interface_xcall_handle(control_of(base));
	evtchn_send_t *send = xen_channels_of(base)->send;

	count_call(base);
	send->port = port;
	if (xencall2(calls, __HYPERVISOR_event_channel_op, EVTCHNOP_send, (uintptr_t)send) < 0)
		return px_error_system(errno, "cannot send an event on port %u of dom0", port);
	return NULL;
}

static void xen_close(struct px_event_channels *base)
{
	xencall_free_buffer(xc_interface_xcall_handle(control_of(base)),
			    xen_channels_of(base)->send);
	free(base);
}

static const struct px_event_channels_ops xen_ops = {
	.status = xen_status,
	.shared_info = xen_shared_info,
	.send = xen_send,
	.close = xen_close,
};

struct px_error *px_event_channels_open_xen(struct px_guest *guest,
					    struct px_event_channels **ret)
{
	struct xen_channels *channels = NULL;
	struct px_error *err = px_calloc(1, sizeof(*channels), &channels);

	if (err)
		return err;
	channels->channels.ops = &xen_ops;
	channels->channels.guest = guest;
	channels->send =
		xencall_alloc_buffer(xc_interface_xcall_handle(control_of(&channels->channels)),
				     sizeof(*channels->send));
	if (!channels->send) {
		free(channels);
		return px_error_system(errno, "cannot allocate hypercall buffers");
	}
	*ret = &channels->channels;
	return NULL;
}
