/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The double of event channels. */
#include "tests/support/channels-double.h"

#include <stdio.h>
#include <stdlib.h>

static struct px_channels_double *double_of(struct px_event_channels *channels)
{
	return (struct px_channels_double *)channels;
}

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "channels-double: %s\n", what);
	abort();
}

static struct px_error *call(struct px_channels_double *channels)
{
	channels->channels.guest->counts.hypercalls++;
	channels->channels.guest->counts.ioctls++;
	if (channels->fail && --channels->fail == 0)
		return px_error_new(PX_ERR_OTHER, "event channels fail as they were told to");
	return NULL;
}

static size_t find(const struct px_channels_double *channels, uint32_t domain, uint32_t port)
{
	size_t i = 0;

	while (i < channels->count &&
	       (channels->ports[i].domain != domain || channels->ports[i].port != port))
		i++;
	return i;
}

static struct px_error *double_status(struct px_event_channels *base, uint32_t domain,
				      uint32_t port, struct px_port_status *ret)
{
	struct px_channels_double *channels = double_of(base);
	struct px_error *err = call(channels);
	size_t i = find(channels, domain, port);

	if (err)
		return err;
	*ret = i < channels->count ? channels->ports[i].status
				   : (struct px_port_status){.binding = PX_PORT_INVALID};
	return NULL;
}

static struct px_error *double_shared_info(struct px_event_channels *base, px_frame_number *ret,
					   bool *known_ret)
{
	struct px_error *err = call(double_of(base));

	if (err)
		return err;
	*ret = double_of(base)->shared_info;
	*known_ret = ret->value != 0;
	return NULL;
}

static struct px_error *double_send(struct px_event_channels *base, uint32_t port)
{
	struct px_channels_double *channels = double_of(base);
	struct px_error *err = call(channels);

	if (err)
		return err;
	must(channels->sent_count < PX_DOUBLE_CHANNELS, "too many events");
	channels->sent[channels->sent_count++] = port;
	return NULL;
}

static void double_close(struct px_event_channels *base)
{
	free(base);
}

static const struct px_event_channels_ops double_ops = {
	.status = double_status,
	.shared_info = double_shared_info,
	.send = double_send,
	.close = double_close,
};

struct px_channels_double *px_channels_double_new(struct px_guest *guest)
{
	struct px_channels_double *channels = calloc(1, sizeof(*channels));

	must(channels, "no memory");
	channels->channels.ops = &double_ops;
	channels->channels.guest = guest;
	return channels;
}

void px_channels_double_put(struct px_channels_double *channels, uint32_t domain, uint32_t port,
			    struct px_port_status status)
{
	size_t i = find(channels, domain, port);

	must(i < PX_DOUBLE_CHANNELS, "too many channels");
	channels->ports[i].domain = domain;
	channels->ports[i].port = port;
	channels->ports[i].status = status;
	channels->count = px_max(channels->count, i + 1);
}

void px_channels_double_bind(struct px_channels_double *channels, uint32_t guest_port,
			     uint32_t dom0_port, uint32_t vcpu)
{
	uint32_t guest = channels->channels.guest->domain.id;

	px_channels_double_put(channels, guest, guest_port,
			       (struct px_port_status){.binding = PX_PORT_INTERDOMAIN,
						       .vcpu = vcpu,
						       .peer_port = dom0_port});
	px_channels_double_put(channels, 0, dom0_port,
			       (struct px_port_status){.binding = PX_PORT_INTERDOMAIN,
						       .peer_domain = guest,
						       .peer_port = guest_port});
}
