/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What event channels of every back end have in common. */
#include "guest/event-channels.h"

#include <string.h>

const char *px_port_binding_name(enum px_port_binding binding)
{
	static const char *const names[] = {
		[PX_PORT_INVALID] = "no such port",
		[PX_PORT_CLOSED] = "closed",
		[PX_PORT_UNBOUND] = "unbound",
		[PX_PORT_INTERDOMAIN] = "interdomain",
		[PX_PORT_PIRQ] = "physical interrupt",
		[PX_PORT_VIRQ] = "virtual interrupt",
		[PX_PORT_IPI] = "interrupt between vCPUs",
	};

	return (size_t)binding < px_array_size(names) ? names[binding] : "unknown";
}

void px_event_channels_close(struct px_event_channels *channels)
{
	if (channels)
		channels->ops->close(channels);
}

void px_event_channels_closep(struct px_event_channels **channels)
{
	px_event_channels_close(*channels);
	*channels = NULL;
}

struct px_error *px_event_channels_status(struct px_event_channels *channels, uint32_t domain,
					  uint32_t port, struct px_port_status *ret)
{
	return channels->ops->status(channels, domain, port, ret);
}

struct px_error *px_event_channels_shared_info(struct px_event_channels *channels,
					       uint8_t page[PX_PAGE_SIZE], bool *read_ret)
{
	struct px_guest *guest = channels->guest;
	px_frame_number frame = {0};
	const uint8_t *mapped = NULL;
	bool known = false, is_mapped = false;
	struct px_error *err = channels->ops->shared_info(channels, &frame, &known);

	if (!err && known)
		err = guest->ops->map(guest, &frame, 1, &mapped, &is_mapped);
	if (err)
		return err;
	if (is_mapped)
		memcpy(page, mapped, PX_PAGE_SIZE);
	if (mapped)
		guest->ops->unmap(guest, mapped, 1);
	*read_ret = is_mapped;
	return NULL;
}

struct px_error *px_event_channels_kick(struct px_event_channels *channels, uint32_t dom0_port,
					uint32_t guest_port, bool *sent_ret)
{
	struct px_port_status status = {0};
	struct px_error *err = px_event_channels_status(channels, 0, dom0_port, &status);
	bool is_peer = false;

	if (!err)
		is_peer = px_port_is_peer(&status, channels->guest->domain.id, guest_port);
	if (!err && is_peer)
		err = channels->ops->send(channels, dom0_port);
	if (!err)
		*sent_ret = is_peer;
	return err;
}
