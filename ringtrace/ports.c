/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the event channels of rings. */
#include "ringtrace/ports.h"

#include <stdlib.h>

#include "lib/memory.h"
#include "ringtrace/answer.h"

/* --- once a reading --------------------------------------------------------------------- */

static bool is_fatal(const struct px_error *err)
{
	return err->code == PX_ERR_NO_MEMORY || err->code == PX_ERR_DOMAIN_GONE;
}

static struct px_error *look_at_vcpus(struct px_ring_ports *ports)
{
	struct px_guest *guest = ports->sources->guest;
	uint32_t count = guest->domain.vcpus;
	struct px_error *err = px_calloc(count, sizeof(*ports->vcpus), &ports->vcpus);

	if (err)
		return err;
	err = guest->ops->gather(guest, false, ports->vcpus, count);
	if (err && is_fatal(err))
		return err;
	ports->vcpu_count = err ? 0 : count;
	px_error_free(err);
	return NULL;
}

static struct px_error *copy_shared_info(struct px_ring_ports *ports)
{
	bool read = false;
	struct px_error *err = px_calloc(1, PX_PAGE_SIZE, &ports->shared_info);

	if (err)
		return err;
	err = px_event_channels_shared_info(ports->sources->channels, ports->shared_info,
					    &read);
	if (err && is_fatal(err))
		return err;
	if (err || !read)
		px_freep(&ports->shared_info);
	else
		ports->abi = px_shared_info_abi(px_bytes_of(ports->shared_info, PX_PAGE_SIZE),
						PX_EVENTS_64);
	px_error_free(err);
	return NULL;
}

static bool kernel_tells(const struct px_ring_kernel *kernel)
{
	return kernel->drivers &&
	       px_linux_event_abi(&kernel->events, &kernel->reader) != PX_EVENTS_UNKNOWN;
}

struct px_error *px_ring_ports_look(struct px_ring_ports *ports,
				    const struct px_ring_sources *sources)
{
	struct px_error *err;

	px_ring_ports_fini(ports);
	ports->sources = sources;
	err = look_at_vcpus(ports);
	if (err || kernel_tells(&sources->front))
		return err;
	return copy_shared_info(ports);
}

void px_ring_ports_fini(struct px_ring_ports *ports)
{
	free(ports->vcpus);
	free(ports->shared_info);
	*ports = (struct px_ring_ports){0};
}

/* --- bits ------------------------------------------------------------------------------- */

static void take_bits(struct px_port_bits bits, struct px_ring_port *ret)
{
	if (!bits.known)
		return;
	ret->pending = px_answer_of(bits.pending);
	ret->masked = px_answer_of(bits.masked);
}

/* Only PV guests use the mask; the others have their interrupt flag. */
static void take_upcall(struct px_upcall upcall, bool pv, struct px_ring_port *ret)
{
	if (!upcall.known)
		return;
	ret->upcall_pending = px_answer_of(upcall.pending);
	if (pv)
		ret->upcall_masked = px_answer_of(upcall.masked);
}

static void read_kernel_bits(const struct px_ring_kernel *kernel, bool pv,
			     struct px_ring_port *ret)
{
	take_bits(px_linux_event_port(&kernel->events, &kernel->reader,
				      (uint32_t)ret->port.value),
		  ret);
	if (ret->vcpu.known)
		take_upcall(px_linux_event_upcall(&kernel->events, &kernel->reader,
						  (uint32_t)ret->vcpu.value),
			    pv, ret);
}

static struct px_error *read_front_bits(const struct px_ring_ports *ports, struct px_ring *ring,
					struct px_ring_port *ret)
{
	const struct px_ring_sources *sources = ports->sources;
	struct px_bytes page = px_bytes_of(ports->shared_info, PX_PAGE_SIZE);
	bool pv = sources->guest->domain.type == PX_GUEST_PV;

	if (!ports->shared_info && sources->front.drivers) {
		read_kernel_bits(&sources->front, pv, ret);
	} else if (ports->shared_info && ports->abi == PX_EVENTS_TWO_LEVEL) {
		take_bits(px_shared_info_port(page, PX_EVENTS_64, (uint32_t)ret->port.value),
			  ret);
		if (ret->vcpu.known)
			take_upcall(px_shared_info_upcall(page, PX_EVENTS_64,
							  (uint32_t)ret->vcpu.value),
				    pv, ret);
	}
	if (ret->pending != PX_ANSWER_UNKNOWN)
		return NULL;
	return px_ring_lack(
		ring, PX_SOURCE_FRONT_PORT,
		"it is not known where the guest keeps the bits of its event channels");
}

static struct px_error *read_back_bits(const struct px_ring_ports *ports, struct px_ring *ring,
				       uint32_t domain, struct px_ring_port *ret)
{
	const struct px_ring_kernel *kernel = px_ring_sources_back(ports->sources, domain);

	if (!kernel)
		return px_ring_lack(ring, PX_SOURCE_BACK_PORT,
				    "the back end is in domain %u, which is not looked into",
				    domain);
	if (!kernel->drivers)
		return px_ring_lack(ring, PX_SOURCE_BACK_PORT, "%s", kernel->problem);
	/* We run in dom0: its vCPUs do as well, or we would not. */
	read_kernel_bits(kernel, false, ret);
	if (ret->pending != PX_ANSWER_UNKNOWN)
		return NULL;
	return px_ring_lack(
		ring, PX_SOURCE_BACK_PORT,
		"it is not known where domain %u keeps the bits of its event channels", domain);
}

/* --- ends ------------------------------------------------------------------------------- */

static void take_vcpu(const struct px_ring_ports *ports, struct px_ring_port *ret)
{
	enum px_vcpu_state state;

	if (!ret->vcpu.known || ret->vcpu.value >= ports->vcpu_count)
		return;
	state = ports->vcpus[ret->vcpu.value].state;
	ret->runs = px_answer_of(state == PX_VCPU_RUNNING || state == PX_VCPU_RUNNABLE);
	ret->blocked = px_answer_of(state == PX_VCPU_BLOCKED);
}

/* *known_ret: whether Xen told. */
static struct px_error *ask(const struct px_ring_ports *ports, struct px_ring *ring,
			    enum px_ring_source source, uint32_t domain, uint32_t port,
			    struct px_port_status *ret, bool *known_ret)
{
	struct px_error *err =
		px_event_channels_status(ports->sources->channels, domain, port, ret);

	*known_ret = !err;
	if (!err)
		return NULL;
	if (err->code == PX_ERR_NO_MEMORY ||
	    (err->code == PX_ERR_DOMAIN_GONE && domain == ports->sources->guest->domain.id))
		return err;
	px_error_freep(&err);
	return px_ring_lack(ring, source,
			    "the hypervisor does not tell of port %u of domain %u", port,
			    domain);
}

static struct px_error *read_back(const struct px_ring_ports *ports, struct px_ring *ring,
				  const struct px_ring_port *front, struct px_ring_port *ret)
{
	uint32_t domain = (uint32_t)front->peer_domain.value;
	uint32_t port = (uint32_t)front->peer_port.value;
	struct px_port_status status = {0};
	bool known = false;
	struct px_error *err =
		ask(ports, ring, PX_SOURCE_BACK_PORT, domain, port, &status, &known);

	if (err || !known)
		return err;
	ret->port = PX_FACT(port);
	ret->vcpu = PX_FACT(status.vcpu);
	ret->bound = px_answer_of(px_port_is_peer(&status, ports->sources->guest->domain.id,
						  (uint32_t)front->port.value));
	if (status.binding == PX_PORT_INTERDOMAIN) {
		ret->peer_domain = PX_FACT(status.peer_domain);
		ret->peer_port = PX_FACT(status.peer_port);
	}
	return read_back_bits(ports, ring, domain, ret);
}

static struct px_error *read_channel(const struct px_ring_ports *ports,
				     const struct px_ring_device *device, struct px_ring *ring,
				     struct px_ring_reading *reading)
{
	struct px_ring_port *front = &reading->front_port;
	struct px_port_status status = {0};
	bool known = false;
	struct px_error *err;

	*front = (struct px_ring_port){.port = front->port};
	reading->back_port = (struct px_ring_port){0};
	if (!front->port.known)
		return px_ring_lack(ring, PX_SOURCE_FRONT_PORT, "xenstore has no port for it");
	err = ask(ports, ring, PX_SOURCE_FRONT_PORT, ports->sources->guest->domain.id,
		  (uint32_t)front->port.value, &status, &known);
	if (err || !known)
		return err;
	front->vcpu = PX_FACT(status.vcpu);
	front->bound = px_answer_of(status.binding == PX_PORT_INTERDOMAIN &&
				    status.peer_domain == device->back_domain);
	take_vcpu(ports, front);
	err = read_front_bits(ports, ring, front);
	if (err)
		return err;
	if (status.binding != PX_PORT_INTERDOMAIN)
		return px_ring_lack(ring, PX_SOURCE_BACK_PORT,
				    "the guest's port %u is not bound to a back end",
				    (uint32_t)front->port.value);
	front->peer_domain = PX_FACT(status.peer_domain);
	front->peer_port = PX_FACT(status.peer_port);
	return read_back(ports, ring, front, &reading->back_port);
}

/* Two rings of a queue often have one channel: it is looked at once. */
static const struct px_ring_reading *find_same(const struct px_ring_device *device,
					       const struct px_ring *ring, size_t number)
{
	const struct px_ring *before;

	if (ring == device->rings)
		return NULL;
	before = ring - 1;
	if (!ring->readings[number].front_port.port.known ||
	    !before->readings[number].front_port.port.known ||
	    before->readings[number].front_port.port.value !=
		    ring->readings[number].front_port.port.value)
		return NULL;
	for (size_t source = PX_SOURCE_FRONT_PORT; source <= PX_SOURCE_BACK_PORT; source++)
		if (before->lacks[source])
			return NULL;
	return &before->readings[number];
}

struct px_error *px_ring_ports_read(const struct px_ring_ports *ports,
				    struct px_ring_device *device, size_t number)
{
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < device->ring_count; i++) {
		struct px_ring *ring = &device->rings[i];
		struct px_ring_reading *reading = &ring->readings[number];
		const struct px_ring_reading *same = find_same(device, ring, number);

		if (!same) {
			err = read_channel(ports, device, ring, reading);
			continue;
		}
		reading->front_port = same->front_port;
		reading->back_port = same->back_port;
	}
	return err;
}
