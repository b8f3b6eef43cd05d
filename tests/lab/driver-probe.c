/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints what guest/ reads of the drivers at both ends of a domain's rings, for tests in the
 * lab: a line for each queue, facts as name=value, "?" where unknown.
 *
 * usage: driver-probe front DOM LOOKS     netfront and blkfront in the guest
 *        driver-probe back DOM LOOKS      netback and blkback in the kernel under us
 *        driver-probe files DOM HANDLE    netback's debug files, sysfs
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guest/backend-files.h"
#include "guest/host-kernel.h"
#include "guest/linux-drivers.h"
#include "guest/linux-guest-view.h"
#include "lib/memory.h"

static void show(const char *name, struct px_fact fact)
{
	if (fact.known)
		printf(" %s=%" PRIu64, name, fact.value);
	else
		printf(" %s=?", name);
}

#define SHOW(from, fact) show(#fact, (from)->fact)

static void show_front(const char *name, const struct px_front_ring *ring)
{
	printf(" %s", name);
	SHOW(ring, req_prod_pvt);
	SHOW(ring, rsp_cons);
	SHOW(ring, slots);
}

static void show_back(const char *name, const struct px_back_ring *ring)
{
	printf(" %s", name);
	SHOW(ring, rsp_prod_pvt);
	SHOW(ring, req_cons);
	SHOW(ring, slots);
}

static void show_device(const struct px_xenbus_device *device)
{
	printf("device node=%s", device->nodename);
	SHOW(device, otherend_id);
	SHOW(device, state);
	show("channels", device->counters.event_channels);
	show("events", device->counters.events);
	show("spurious", device->counters.spurious_events);
	show("delayed", device->counters.jiffies_eoi_delayed);
	show("threshold", device->counters.spurious_threshold);
	printf("\n");
}

static void show_end(const char *lacks, bool cut)
{
	if (lacks[0] || cut)
		printf("lacks%s %s\n", cut ? " more," : "", lacks);
}

/* --- drivers ------------------------------------------------------------------------------ */

static void show_netfront(const struct px_netfront *front)
{
	printf("netfront name=%s", front->name);
	SHOW(front, broken);
	SHOW(front, carrier);
	SHOW(front, connected);
	printf("\n");
	for (size_t i = 0; i < front->queue_count; i++) {
		const struct px_netfront_queue *queue = &front->queues[i];

		printf("queue");
		SHOW(queue, id);
		show_front("tx", &queue->tx);
		SHOW(queue, tx_free);
		SHOW(queue, tx_evtchn);
		SHOW(queue, tx_ring_ref);
		SHOW(queue, stopped);
		show_front("rx", &queue->rx);
		SHOW(queue, rx_evtchn);
		SHOW(queue, rx_ring_ref);
		SHOW(queue, refill_timer);
		SHOW(queue, rx_rsp_unconsumed);
		printf("\n");
	}
	show_end(front->lacks, front->cut);
}

static void show_netback_queue(const struct px_netback_queue *queue)
{
	printf("queue");
	SHOW(queue, id);
	show_back("tx", &queue->tx);
	show_back("rx", &queue->rx);
	printf("\nqueue");
	SHOW(queue, id);
	SHOW(queue, pending_prod);
	SHOW(queue, pending_cons);
	SHOW(queue, pending);
	SHOW(queue, dealloc_prod);
	SHOW(queue, dealloc_cons);
	SHOW(queue, dealloc);
	SHOW(queue, napi_state);
	SHOW(queue, napi_weight);
	SHOW(queue, tx_queue);
	SHOW(queue, credit_timer);
	SHOW(queue, credit_bytes);
	SHOW(queue, credit_usec);
	SHOW(queue, remaining_credit);
	SHOW(queue, credit_expires);
	SHOW(queue, rx_queue_len);
	SHOW(queue, rx_queue_max);
	SHOW(queue, rx_packets);
	SHOW(queue, stopped);
	printf("\n");
}

static void show_netback(const struct px_netback *back)
{
	printf("netback");
	SHOW(back, domid);
	SHOW(back, handle);
	printf("\n");
	for (size_t i = 0; i < back->queue_count; i++)
		show_netback_queue(&back->queues[i]);
}

/* What the debug files do not have. */
static void show_netback_more(const struct px_netback *back)
{
	printf("more");
	SHOW(back, disabled);
	SHOW(back, status);
	SHOW(back, carrier);
	SHOW(back, stalled_queues);
	SHOW(back, drain_timeout);
	SHOW(back, stall_timeout);
	printf("\n");
	for (size_t i = 0; i < back->queue_count; i++) {
		const struct px_netback_queue *queue = &back->queues[i];

		printf("more");
		SHOW(queue, id);
		SHOW(queue, inflight_packets);
		SHOW(queue, now);
		SHOW(queue, rate_limited);
		SHOW(queue, rx_slots_needed);
		SHOW(queue, last_rx_time);
		SHOW(queue, stalled);
		SHOW(queue, tx_irq);
		SHOW(queue, rx_irq);
		SHOW(queue, eoi_pending);
		printf("\n");
	}
	show_end(back->lacks, back->cut);
}

static void show_blkfront(const struct px_blkfront *front)
{
	printf("blkfront name=%s", front->name);
	SHOW(front, connected);
	SHOW(front, ring_pages);
	printf("\n");
	for (size_t i = 0; i < front->ring_count; i++) {
		const struct px_blkfront_ring *ring = &front->rings[i];

		printf("ring id=%zu", i);
		show_front("", &ring->ring);
		SHOW(ring, evtchn);
		SHOW(ring, ring_ref);
		SHOW(ring, shadow_free);
		SHOW(ring, persistent_gnts_c);
		SHOW(ring, stopped);
		printf("\n");
	}
	show_end(front->lacks, front->cut);
}

static void show_blkback(const struct px_blkback *back)
{
	printf("blkback");
	SHOW(back, domid);
	SHOW(back, handle);
	SHOW(back, protocol);
	SHOW(back, ring_pages);
	printf("\n");
	for (size_t i = 0; i < back->ring_count; i++) {
		const struct px_blkback_ring *ring = &back->rings[i];

		printf("ring id=%zu", i);
		show_back("", &ring->ring);
		SHOW(ring, active);
		SHOW(ring, inflight);
		SHOW(ring, waiting_reqs);
		SHOW(ring, pending_free);
		SHOW(ring, persistent_gnt_c);
		SHOW(ring, persistent_gnt_in_use);
		SHOW(ring, irq);
		SHOW(ring, reads);
		SHOW(ring, writes);
		SHOW(ring, out_of_requests);
		SHOW(ring, flushes);
		SHOW(ring, discards);
		printf("\n");
	}
	show_end(back->lacks, back->cut);
}

static struct px_error *show_state(struct px_linux_drivers *drivers,
				   enum px_linux_driver driver,
				   const struct px_xenbus_device *device)
{
	struct px_netfront netfront = {0};
	struct px_netback netback = {0};
	struct px_blkfront blkfront = {0};
	struct px_blkback blkback = {0};
	struct px_error *err = NULL;

	if (driver == PX_LINUX_NETFRONT) {
		err = px_linux_drivers_netfront(drivers, device, &netfront);
		show_netfront(&netfront);
	} else if (driver == PX_LINUX_BLKFRONT) {
		err = px_linux_drivers_blkfront(drivers, device, &blkfront);
		show_blkfront(&blkfront);
	} else if (driver == PX_LINUX_NETBACK) {
		err = px_linux_drivers_netback(drivers, device, &netback);
		show_netback(&netback);
		show_netback_more(&netback);
	} else {
		err = px_linux_drivers_blkback(drivers, device, &blkback);
		show_blkback(&blkback);
	}
	px_netfront_fini(&netfront);
	px_netback_fini(&netback);
	px_blkfront_fini(&blkfront);
	px_blkback_fini(&blkback);
	return err;
}

/* domain: that at the other end; UINT32_MAX: any. */
static struct px_error *show_driver(struct px_linux_drivers *drivers,
				    enum px_linux_driver driver, uint32_t domain)
{
	struct px_xenbus_devices devices = {0};
	struct px_error *err = px_linux_drivers_devices(drivers, driver, &devices);

	printf("driver %s devices=%zu torn=%d cut=%d\n", px_linux_driver_module(driver),
	       devices.count, devices.torn, devices.cut);
	show_end(devices.lacks, false);
	for (size_t i = 0; i < devices.count && !err; i++) {
		if (domain != UINT32_MAX && devices.devices[i].otherend_id.value != domain)
			continue;
		show_device(&devices.devices[i]);
		err = show_state(drivers, driver, &devices.devices[i]);
	}
	px_xenbus_devices_fini(&devices);
	return err;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What the drivers say, looks times with a pause between; memory: NULL, or what is to be read
 * anew each time. */
static struct px_error *show_drivers(const struct px_linux_view *view,
				     const enum px_linux_driver wanted[2], uint32_t domain,
				     struct px_memory *memory, unsigned long looks)
{
	px_cleanup(px_linux_drivers_freep) struct px_linux_drivers *drivers = NULL;
	struct px_error *err = px_linux_drivers_new(view, &drivers);

	for (unsigned long i = 1; i <= looks && !err; i++) {
		double start;

		if (i > 1)
			usleep(100000);
		start = seconds();
		printf("look %lu\n", i);
		if (memory)
			px_memory_new_generation(memory);
		err = show_driver(drivers, wanted[0], domain);
		if (!err)
			err = show_driver(drivers, wanted[1], domain);
		fprintf(stderr, "look %lu took %.1f ms\n", i, (seconds() - start) * 1e3);
	}
	return err;
}

/* --- commands ----------------------------------------------------------------------------- */

static struct px_error *front(struct px_guest *guest, unsigned long looks)
{
	static const enum px_linux_driver wanted[] = {PX_LINUX_NETFRONT, PX_LINUX_BLKFRONT};
	px_cleanup(px_linux_guest_view_freep) struct px_linux_guest_view *view = NULL;
	px_cleanup(px_linux_kernel_closep) struct px_linux_kernel *kernel = NULL;
	struct px_linux_view plain;
	struct px_memory *memory = NULL;
	struct px_error *err = px_memory_new(guest, 4096, &memory);

	if (!err)
		err = px_linux_kernel_open(guest, memory, NULL, "/run/driver-probe", &kernel);
	if (!err)
		err = px_linux_guest_view_new(kernel, &view);
	if (!err) {
		plain = px_linux_guest_view_get(view);
		err = show_drivers(&plain, wanted, UINT32_MAX, memory, looks);
	}
	px_linux_guest_view_freep(&view);
	px_linux_kernel_closep(&kernel);
	px_memory_free(memory);
	return err;
}

static struct px_error *back(uint32_t domain, unsigned long looks)
{
	static const enum px_linux_driver wanted[] = {PX_LINUX_NETBACK, PX_LINUX_BLKBACK};
	static const char *const modules[] = {"xen_netback", "xen_blkback"};
	px_cleanup(px_host_kernel_closep) struct px_host_kernel *kernel = NULL;
	struct px_linux_view plain;
	double start = seconds();
	struct px_error *err =
		px_host_kernel_open("", modules, px_array_size(modules), &kernel);

	if (err)
		return err;
	fprintf(stderr, "opening took %.1f ms\n", (seconds() - start) * 1e3);
	if (px_host_kernel_problem(kernel))
		printf("problem %s\n", px_host_kernel_problem(kernel));
	plain = px_host_kernel_view(kernel);
	return show_drivers(&plain, wanted, domain, NULL, looks);
}

static struct px_error *files(uint32_t domain, uint32_t handle)
{
	struct px_netback_parameters parameters = px_backend_files_netback_parameters("");
	struct px_xenbus_counters counters;
	struct px_netback netback = {0};
	char device[32];
	struct px_error *err = px_backend_files_netback("", domain, handle, &netback);

	snprintf(device, sizeof(device), "vif-%" PRIu32 "-%" PRIu32, domain, handle);
	counters = px_backend_files_counters("", device);
	show_netback(&netback);
	show_end(netback.lacks, netback.cut);
	px_netback_fini(&netback);
	printf("counters");
	show("channels", counters.event_channels);
	show("events", counters.events);
	show("spurious", counters.spurious_events);
	show("delayed", counters.jiffies_eoi_delayed);
	show("threshold", counters.spurious_threshold);
	printf("\nparameters");
	SHOW(&parameters, rx_drain_timeout_msecs);
	SHOW(&parameters, rx_stall_timeout_msecs);
	SHOW(&parameters, separate_tx_rx_irq);
	SHOW(&parameters, max_queues);
	SHOW(&parameters, fatal_skb_slots);
	printf("\n");
	return err;
}

int main(int argc, char **argv)
{
	px_cleanup(px_guest_closep) struct px_guest *guest = NULL;
	struct px_error *err;
	unsigned long number;

	if (argc != 4) {
		fprintf(stderr, "usage: driver-probe front|back|files DOM NUMBER\n");
		return 2;
	}
	number = strtoul(argv[3], NULL, 10);
	err = px_guest_open_xen(argv[2], &guest);
	if (!err && !strcmp(argv[1], "front"))
		err = front(guest, number);
	else if (!err && !strcmp(argv[1], "back"))
		err = back(guest->domain.id, number);
	else if (!err)
		err = files(guest->domain.id, (uint32_t)number);
	if (!err)
		return 0;
	fprintf(stderr, "error %d: %s\n", err->code, err->message);
	px_error_free(err);
	return 1;
}
