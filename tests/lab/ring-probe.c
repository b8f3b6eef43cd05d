/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at the first network interface of a live domain through guest/ and prints what it sees:
 * keys, grants, shared indices, event channels. All but opening is done with the privileges
 * that the commands have.
 *
 * usage: ring-probe DOM          the rings of all queues, and the vCPUs
 *        ring-probe DOM ports    all event channels of the domain
 *        ring-probe DOM host     all event channels of dom0
 *        ring-probe DOM kick     send it an event for each of the rings
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/event-channels.h"
#include "guest/grants.h"
#include "guest/host-kernel.h"
#include "guest/linux-events.h"
#include "guest/linux-kernel.h"
#include "guest/memory.h"
#include "guest/store.h"
#include "lib/memory.h"
#include "lib/privileges.h"

enum {
	MOST_VCPUS = 64,
	PAGES = 4096,
	RINGS = 2,
	QUEUES = 8,
	MOST_KEYS = 64,
	MOST_PORTS = 64,
};

struct ring {
	uint32_t reference, port;
};

struct queue {
	struct px_store_path folder;
	struct ring rings[RINGS];
};

/* Of a kernel; all zero where there is none. */
struct events {
	struct px_linux_event_layout layout;
	struct px_linux_reader reader;
};

struct probe {
	struct px_guest *guest;
	struct px_store *store;
	struct px_grants *grants;
	struct px_event_channels *channels;
	struct px_memory *memory;
	struct px_linux_kernel *kernel; /* NULL: it is no Linux */
	struct px_host_kernel *host;
	struct events events, host_events;
	struct queue queues[QUEUES];
	unsigned int queue_count;
	struct px_guest_counts before;
};

static const char *const ring_names[RINGS] = {"tx", "rx"};

/* --- what a part cost --------------------------------------------------------------------- */

static void start_count(struct probe *probe)
{
	probe->before = probe->guest->counts;
}

static void print_count(struct probe *probe, const char *what)
{
	printf("cost of=%s hypercalls=%" PRIu64 " ioctls=%" PRIu64 " pages=%" PRIu64 "\n", what,
	       probe->guest->counts.hypercalls - probe->before.hypercalls,
	       probe->guest->counts.ioctls - probe->before.ioctls,
	       probe->guest->counts.mapped_pages - probe->before.mapped_pages);
}

/* --- xenstore ----------------------------------------------------------------------------- */

/* *ret stays 0 where there is none. */
static struct px_error *number(struct probe *probe, const struct queue *queue, const char *key,
			       uint32_t *ret)
{
	enum px_store_outcome outcome = PX_STORE_ABSENT;

	return px_store_number(probe->store,
			       px_store_path("%s/%s", queue->folder.text, key).text, ret,
			       &outcome);
}

/* Where the keys of rings are: in a folder for each of several queues. */
static struct px_error *find_queues(struct probe *probe)
{
	struct px_store_path device =
		px_store_path("/local/domain/%u/device/vif/0", probe->guest->domain.id);
	px_cleanup(px_store_names_fini) struct px_store_names names = {0};
	enum px_store_outcome outcome = PX_STORE_ABSENT;
	struct px_error *err =
		px_store_list(probe->store, device.text, MOST_KEYS, &names, &outcome);

	printf("keys outcome=%s count=%zu cut=%d\n", px_store_outcome_name(outcome),
	       names.count, names.cut);
	for (size_t i = 0; i < names.count && probe->queue_count < QUEUES; i++) {
		if (strncmp(names.names[i], "queue-", 6) != 0)
			continue;
		probe->queues[probe->queue_count++].folder =
			px_store_path("%s/%s", device.text, names.names[i]);
	}
	if (probe->queue_count == 0)
		probe->queues[probe->queue_count++].folder = device;
	return err;
}

static struct px_error *read_queue(struct probe *probe, struct queue *queue)
{
	static const char *const keys[] = {"event-channel-tx", "event-channel-rx"};
	uint32_t shared = 0;
	struct px_error *err = number(probe, queue, "event-channel", &shared);

	for (unsigned int i = 0; i < RINGS && !err; i++) {
		queue->rings[i].port = shared;
		err = number(probe, queue, keys[i], &queue->rings[i].port);
		if (!err)
			err = number(probe, queue,
				     px_store_path("%s-ring-ref", ring_names[i]).text,
				     &queue->rings[i].reference);
	}
	return err;
}

/* --- a ring's page ------------------------------------------------------------------------ */

static struct px_error *print_indices(struct probe *probe, px_frame_number frame)
{
	const uint8_t *page = NULL;
	uint32_t indices[4];
	bool mapped = false;
	struct px_error *err = probe->guest->ops->map(probe->guest, &frame, 1, &page, &mapped);

	printf(" mapped=%d", mapped);
	if (err || !mapped)
		return err;
	memcpy(indices, page, sizeof(indices));
	probe->guest->ops->unmap(probe->guest, page, 1);
	printf(" req_prod=%u req_event=%u rsp_prod=%u rsp_event=%u", indices[0], indices[1],
	       indices[2], indices[3]);
	return NULL;
}

static struct px_error *print_page(struct probe *probe, uint32_t reference)
{
	struct px_grant grant = {0};
	enum px_grant_outcome outcome = px_grants_find(probe->grants, reference, &grant);

	printf(" reference=%u outcome=%s domain=%u read_only=%d reading=%d writing=%d",
	       reference, px_grant_outcome_name(outcome), grant.domain, grant.read_only,
	       grant.reading, grant.writing);
	return outcome == PX_GRANT_OK ? print_indices(probe, grant.frame) : NULL;
}

/* --- event channels ----------------------------------------------------------------------- */

static void print_bits(const char *source, struct px_port_bits bits)
{
	if (!bits.known)
		printf(" %s=unknown", source);
	else
		printf(" %s=%d/%d", source, bits.pending, bits.masked);
}

static struct px_port_bits kernel_bits(const struct events *events, uint32_t port)
{
	if (!events->reader.read)
		return (struct px_port_bits){0};
	return px_linux_event_port(&events->layout, &events->reader, port);
}

static void print_status(const struct px_port_status *status)
{
	printf(" binding=%s vcpu=%u", px_port_binding_name(status->binding), status->vcpu);
	if (status->binding == PX_PORT_INTERDOMAIN)
		printf(" peer=%u:%u", status->peer_domain, status->peer_port);
}

static struct px_error *print_channel(struct probe *probe, uint32_t port)
{
	struct px_port_status front = {0}, back = {0};
	uint32_t id = probe->guest->domain.id;
	struct px_error *err = px_event_channels_status(probe->channels, id, port, &front);

	if (!err && front.binding == PX_PORT_INTERDOMAIN)
		err = px_event_channels_status(probe->channels, front.peer_domain,
					       front.peer_port, &back);
	if (err)
		return err;
	printf(" port=%u", port);
	print_status(&front);
	printf(" both=%d", px_port_is_peer(&back, id, port));
	print_bits("kernel", kernel_bits(&probe->events, port));
	return NULL;
}

static struct px_error *print_queue(struct probe *probe, unsigned int q)
{
	struct px_error *err = NULL;

	for (unsigned int i = 0; i < RINGS && !err; i++) {
		const struct ring *ring = &probe->queues[q].rings[i];

		start_count(probe);
		printf("ring q%u %s", q, ring_names[i]);
		err = print_page(probe, ring->reference);
		if (!err)
			err = print_channel(probe, ring->port);
		printf("\n");
		print_count(probe, "ring");
	}
	return err;
}

/* What the guest's own page says, with whichever ABI it may be. */
static struct px_error *read_shared_info(struct probe *probe, uint8_t bytes[PX_PAGE_SIZE])
{
	struct px_bytes page = px_bytes_of(bytes, PX_PAGE_SIZE);
	bool was_read = false;
	struct px_error *err;

	start_count(probe);
	err = px_event_channels_shared_info(probe->channels, bytes, &was_read);
	if (err)
		return err;
	if (!was_read)
		memset(bytes, 0, PX_PAGE_SIZE);
	printf("shared_info read=%d abi=%s\n", was_read,
	       px_event_abi_name(px_shared_info_abi(page, PX_EVENTS_64)));
	print_count(probe, "shared_info");
	return NULL;
}

/* page: of the domain's shared_info, or NULL. */
static struct px_error *print_port(struct probe *probe, uint32_t domain, uint32_t port,
				   const struct events *events, const uint8_t *page)
{
	struct px_port_status status = {0};
	struct px_error *err = px_event_channels_status(probe->channels, domain, port, &status);

	if (err || status.binding == PX_PORT_CLOSED || status.binding == PX_PORT_INVALID)
		return err;
	printf("port %u", port);
	print_status(&status);
	print_bits("kernel", kernel_bits(events, port));
	if (page)
		print_bits("shared", px_shared_info_port(px_bytes_of(page, PX_PAGE_SIZE),
							 PX_EVENTS_64, port));
	printf("\n");
	return NULL;
}

static struct px_error *print_ports(struct probe *probe)
{
	uint8_t page[PX_PAGE_SIZE];
	struct px_error *err = read_shared_info(probe, page);

	for (uint32_t port = 1; port < MOST_PORTS && !err; port++)
		err = print_port(probe, probe->guest->domain.id, port, &probe->events, page);
	return err;
}

static struct px_error *print_host_ports(struct probe *probe)
{
	struct px_error *err = NULL;

	for (uint32_t port = 1; port < MOST_PORTS && !err; port++)
		err = print_port(probe, 0, port, &probe->host_events, NULL);
	return err;
}

static void print_upcall(struct px_upcall upcall)
{
	printf(" upcall=%d known=%d upcall_masked=%d selector=%#" PRIx64, upcall.pending,
	       upcall.known, upcall.masked, upcall.selector);
}

static struct px_error *print_vcpus(struct probe *probe)
{
	static const char *const states[] = {"running", "runnable", "blocked", "offline"};
	uint32_t count = px_min(probe->guest->domain.vcpus, (uint32_t)MOST_VCPUS);
	struct px_vcpu vcpus[MOST_VCPUS];
	struct px_error *err;

	start_count(probe);
	err = probe->guest->ops->gather(probe->guest, false, vcpus, count);
	print_count(probe, "vcpus");
	for (uint32_t i = 0; i < count && !err; i++) {
		printf("vcpu %u state=%s", i, states[vcpus[i].state]);
		if (probe->kernel)
			print_upcall(px_linux_event_upcall(&probe->events.layout,
							   &probe->events.reader, i));
		printf("\n");
	}
	return err;
}

/* --- commands ----------------------------------------------------------------------------- */

static struct px_error *look(struct probe *probe)
{
	uint8_t page[PX_PAGE_SIZE];
	struct px_error *err;

	start_count(probe);
	err = px_grants_refresh(probe->grants);
	if (err)
		return err;
	printf("grants version=%u entries=%" PRIu64 "\n", probe->grants->table.version,
	       probe->grants->table.entries);
	print_count(probe, "grants");
	for (unsigned int q = 0; q < probe->queue_count && !err; q++)
		err = print_queue(probe, q);
	if (!err)
		err = read_shared_info(probe, page);
	if (!err)
		err = print_vcpus(probe);
	printf("requests %" PRIu64 "\n", probe->store->requests);
	return err;
}

static struct px_error *kick_ring(struct probe *probe, uint32_t port, bool *sent_ret)
{
	struct px_port_status front = {0};
	struct px_error *err = px_event_channels_status(probe->channels,
							probe->guest->domain.id, port, &front);

	return err ? err
		   : px_event_channels_kick(probe->channels, front.peer_port, port, sent_ret);
}

static struct px_error *kick(struct probe *probe)
{
	struct px_error *err = NULL;

	for (unsigned int i = 0; i < probe->queue_count * RINGS && !err; i++) {
		bool sent = false;

		err = kick_ring(probe, probe->queues[i / RINGS].rings[i % RINGS].port, &sent);
		if (!err)
			printf("kick q%u %s sent=%d\n", i / RINGS, ring_names[i % RINGS], sent);
	}
	return err;
}

/* --- all of it ---------------------------------------------------------------------------- */

static bool find_name(void *kernel, const char *name, uint64_t *ret)
{
	return px_linux_kernel_symbol_address(kernel, name, ret);
}

static void find_events(const char *whose, const struct px_linux_names *names,
			struct events *events)
{
	events->layout = px_linux_event_layout_of(names);
	printf("%s abi=%s\n", whose,
	       px_event_abi_name(px_linux_event_abi(&events->layout, &events->reader)));
}

static struct px_error *find_kernel(struct probe *probe)
{
	struct px_error *err =
		px_linux_kernel_open(probe->guest, probe->memory, NULL, NULL, &probe->kernel);
	const struct px_linux_names names = {find_name, probe->kernel};

	if (err && err->code == PX_ERR_NOT_FOUND) {
		printf("kernel none\n");
		px_error_free(err);
		return NULL;
	}
	if (err)
		return err;
	probe->events.reader = px_linux_kernel_reader(probe->kernel);
	find_events("kernel", &names, &probe->events);
	return NULL;
}

/* Its view must live while the reader is used, the names only here. */
static void find_host_events(struct probe *probe)
{
	struct px_linux_view view = px_host_kernel_view(probe->host);
	struct px_linux_names names = px_linux_view_names(&view);
	const char *problem = px_host_kernel_problem(probe->host);

	if (problem)
		printf("host problem=\"%s\"\n", problem);
	probe->host_events.reader = view.reader;
	find_events("host", &names, &probe->host_events);
}

static struct px_error *open_all(struct probe *probe, const char *domain)
{
	struct px_privileges keep = {.duty = PX_DUTY_GUEST};
	struct px_error *err = px_guest_open_xen(domain, &probe->guest);

	if (!err)
		err = px_store_open_xen(&probe->store);
	if (!err)
		err = px_grants_open_xen(probe->guest, &probe->grants);
	if (!err)
		err = px_event_channels_open_xen(probe->guest, &probe->channels);
	if (!err)
		err = px_memory_new(probe->guest, PAGES, &probe->memory);
	if (!err)
		err = px_host_kernel_open("", NULL, 0, &probe->host);
	keep.ioctls = px_guest_ioctls_xen(&keep.ioctl_count);
	return err ? err : px_privileges_drop(&keep);
}

static struct px_error *run(struct probe *probe, const char *command)
{
	struct px_error *err = find_kernel(probe);

	if (!err)
		find_host_events(probe);
	if (!err)
		err = find_queues(probe);
	for (unsigned int q = 0; q < probe->queue_count && !err; q++)
		err = read_queue(probe, &probe->queues[q]);
	if (err)
		return err;
	if (!command)
		return look(probe);
	if (!strcmp(command, "host"))
		return print_host_ports(probe);
	return !strcmp(command, "kick") ? kick(probe) : print_ports(probe);
}

int main(int argc, char **argv)
{
	struct probe probe = {0};
	struct px_error *err;

	if (argc < 2) {
		fprintf(stderr, "ring-probe: see the comment in its source\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	err = open_all(&probe, argv[1]);
	if (!err)
		err = run(&probe, argv[2]);
	if (err)
		fprintf(stderr, "ring-probe: error %d: %s\n", err->code, err->message);
	px_host_kernel_close(probe.host);
	px_linux_kernel_close(probe.kernel);
	px_memory_free(probe.memory);
	px_event_channels_close(probe.channels);
	px_grants_close(probe.grants);
	px_store_close(probe.store);
	px_guest_close(probe.guest);
	if (!err)
		return 0;
	px_error_free(err);
	return 1;
}
