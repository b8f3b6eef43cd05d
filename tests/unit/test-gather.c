/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings of the rings of a domain that is made of doubles: of one that keeps to the rules, of
 * one that lies, of one that changes or dies while it is looked at. */
#include "ringtrace/gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "guest-probes/px_ring_notes.h"
#include "ringtrace/verdict.h"
#include "tests/support/channels-double.h"
#include "tests/support/grants-double.h"
#include "tests/support/guest-double.h"
#include "tests/support/store-double.h"

#define FRONT "/local/domain/7/device/vif/0"
#define BACK  "/local/domain/0/backend/vif/7/0"
#define DISK  "/local/domain/7/device/vbd/51712"

enum {
	TX_GRANT = 8,
	RX_GRANT = 9,
	DISK_GRANT = 100, /* and the next three */
	FRONT_PORT = 5,
	BACK_PORT = 40,
};

struct world {
	struct px_guest_double *guest;
	struct px_store_double *store;
	struct px_grants_double *grants;
	struct px_channels_double *channels;
	struct px_ring_sources sources;
	struct px_ring_filter filter;
	struct px_gather *gather;
	struct px_rings rings;
	px_frame_number tx, rx, disk, console, shared_info;
};

static void put(struct world *world, const char *folder, const char *key, uint32_t value)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, key);
	px_store_double_put_number(world->store, path, value);
}

static uint32_t *words(struct world *world, px_frame_number frame)
{
	return px_guest_double_page(world->guest, frame);
}

static void set_indices(struct world *world, px_frame_number frame, uint32_t req_prod,
			uint32_t req_event, uint32_t rsp_prod, uint32_t rsp_event)
{
	uint32_t *page = words(world, frame);

	page[0] = req_prod;
	page[1] = req_event;
	page[2] = rsp_prod;
	page[3] = rsp_event;
}

static void put_interface(struct world *world)
{
	world->tx = px_guest_double_frames(world->guest, 1);
	world->rx = px_guest_double_frames(world->guest, 1);
	px_grants_double_put(world->grants, TX_GRANT, 0, world->tx);
	px_grants_double_put(world->grants, RX_GRANT, 0, world->rx);
	set_indices(world, world->tx, 20, 21, 20, 21);
	set_indices(world, world->rx, 256, 1, 0, 1);
	px_store_double_put(world->store, FRONT "/backend", BACK);
	put(world, FRONT, "state", 4);
	put(world, BACK, "state", 4);
	put(world, FRONT, "tx-ring-ref", TX_GRANT);
	put(world, FRONT, "rx-ring-ref", RX_GRANT);
	put(world, FRONT, "event-channel", FRONT_PORT);
	px_channels_double_bind(world->channels, FRONT_PORT, BACK_PORT, 1);
}

static void put_disk(struct world *world)
{
	world->disk = px_guest_double_frames(world->guest, 4);
	px_store_double_put(world->store, DISK "/backend",
			    "/local/domain/0/backend/qdisk/7/51712");
	put(world, DISK, "state", 4);
	put(world, DISK, "ring-page-order", 2);
	for (uint32_t i = 0; i < 4; i++) {
		char key[16];

		snprintf(key, sizeof(key), "ring-ref%u", i);
		put(world, DISK, key, DISK_GRANT + i);
		px_grants_double_put(world->grants, DISK_GRANT + i, 0,
				     px_frame_number_of(world->disk.value + i));
	}
	put(world, DISK, "event-channel", FRONT_PORT + 1);
	set_indices(world, world->disk, 7, 8, 7, 8);
}

static void put_console(struct world *world)
{
	world->console = px_guest_double_frames(world->guest, 1);
	put(world, "/local/domain/7/console", "ring-ref", (uint32_t)world->console.value);
	words(world, world->console)[3080 / 4] = 60;
	words(world, world->console)[3084 / 4] = 79;
}

static void set_up_sources(struct world *world)
{
	world->sources = (struct px_ring_sources){
		.guest = &world->guest->guest,
		.store = &world->store->store,
		.grants = &world->grants->grants,
		.channels = &world->channels->channels,
		.front = {.problem = "the guest is a unikernel"},
		.back = {.problem = "the kernel under us cannot be read"},
		.folder = "/nonexistent",
	};
	assert_null(px_gather_new(&world->sources, &world->filter, &world->gather));
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->guest = px_guest_double_new(PX_GUEST_PVH, 2);
	world->store = px_store_double_new();
	world->grants = px_grants_double_new(1);
	world->channels = px_channels_double_new(&world->guest->guest);
	world->shared_info = px_guest_double_frames(world->guest, 1);
	world->channels->shared_info = world->shared_info;
	world->guest->vcpus[1].state = PX_VCPU_BLOCKED;
	put_interface(world);
	put_disk(world);
	put_console(world);
	set_up_sources(world);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	px_gather_free(world->gather);
	px_rings_fini(&world->rings);
	px_event_channels_close(&world->channels->channels);
	px_grants_close(&world->grants->grants);
	px_store_close(&world->store->store);
	px_guest_close(&world->guest->guest);
	free(world);
	return 0;
}

static void take(struct world *world)
{
	struct px_error *err = px_gather_take(world->gather, &world->rings);

	if (err)
		fail_msg("%s", err->message);
}

static struct px_ring_reading *last(struct px_ring *ring)
{
	assert_true(ring->reading_count > 0);
	return &ring->readings[ring->reading_count - 1];
}

static struct px_ring *ring_of(struct world *world, size_t device, size_t ring)
{
	assert_true(device < world->rings.device_count);
	assert_true(ring < world->rings.devices[device].ring_count);
	return &world->rings.devices[device].rings[ring];
}

/* --- what is right ---------------------------------------------------------------------- */

static void test_indices(void **state)
{
	struct world *world = *state;
	struct px_ring_reading *reading;

	take(world);
	assert_int_equal(world->rings.reading_count, 1);
	reading = last(ring_of(world, 0, 0));
	assert_true(reading->readable);
	assert_int_equal(reading->shared.req_prod, 20);
	assert_int_equal(reading->shared.req_event, 21);
	assert_int_equal(reading->shared.rsp_prod, 20);
	assert_true(reading->chains.known);
	reading = last(ring_of(world, 0, 1));
	assert_int_equal(reading->shared.req_prod, 256);
	reading = last(ring_of(world, 1, 0));
	assert_true(reading->readable);
	assert_int_equal(reading->shared.req_prod, 7);
	reading = last(ring_of(world, 2, 0));
	assert_int_equal(reading->stream.prod, 79);
	assert_int_equal(reading->stream.cons, 60);
}

/* All pages at once, and once; both streams of the console have theirs. */
static void test_mapped_once(void **state)
{
	struct world *world = *state;
	unsigned int maps;

	take(world);
	assert_int_equal(world->guest->mapped_now, 8);
	maps = world->guest->maps;
	take(world);
	/* A copy of shared_info, nothing else. */
	assert_int_equal(world->guest->maps, maps + 1);
	assert_int_equal(world->guest->mapped_now, 8);
}

static void test_never_paused(void **state)
{
	struct world *world = *state;

	take(world);
	take(world);
	assert_int_equal(world->guest->pauses, 0);
	assert_int_equal(world->guest->resumes, 0);
	assert_int_equal(world->channels->sent_count, 0);
}

static void test_two_readings(void **state)
{
	struct world *world = *state;
	struct px_error *err;
	struct px_ring *ring;

	take(world);
	set_indices(world, world->tx, 25, 21, 20, 21);
	take(world);
	ring = ring_of(world, 0, 0);
	assert_int_equal(ring->reading_count, 2);
	assert_int_equal(ring->readings[0].shared.req_prod, 20);
	assert_int_equal(ring->readings[1].shared.req_prod, 25);
	assert_true(ring->readings[1].time_ns >= ring->readings[0].time_ns);
	while (world->rings.reading_count < PX_READINGS_MAX)
		take(world);
	assert_int_equal(ring->reading_count, PX_READINGS_MAX);
	assert_true(world->rings.reading_start_ns[1] > world->rings.reading_start_ns[0]);
	err = px_gather_take(world->gather, &world->rings);
	assert_int_equal(err->code, PX_ERR_LIMIT);
	px_error_free(err);
}

static enum px_health judge_first(const struct world *world, const char **id_ret)
{
	const struct px_ring_device *device = &world->rings.devices[0];
	struct px_verdicts verdicts = {0};

	px_verdicts_of_ring(&world->rings, device, &device->rings[0], &verdicts);
	*id_ret = verdicts.verdicts[0].rule->id;
	return verdicts.health;
}

/* Requests that nobody takes; then the guest is stopped, and maybe goes on. */
static void test_stopped_meanwhile(void **state)
{
	struct world *world = *state;
	struct px_domain *domain = &world->guest->guest.domain;
	const char *id;

	set_indices(world, world->tx, 25, 21, 20, 21);
	take(world);
	domain->shutdown = domain->suspended = true;
	take(world);
	for (size_t i = 0; i < 2; i++)
		ring_of(world, 0, 0)->readings[i].time_ns = i * 2 * (uint64_t)PX_STILL_NS;
	assert_true(world->rings.domain.suspended);
	assert_int_equal(judge_first(world, &id), PX_HEALTH_WAITS);
	assert_string_equal(id, "W");
	domain->shutdown = domain->suspended = false;
	take(world);
	ring_of(world, 0, 0)->readings[2].time_ns = 4 * (uint64_t)PX_STILL_NS;
	assert_false(world->rings.domain.suspended);
	assert_int_equal(judge_first(world, &id), PX_HEALTH_WAITS);
	world->rings.was_stopped = false;
	assert_int_equal(judge_first(world, &id), PX_HEALTH_FAULT);
}

static void close_interface(struct px_guest_double *guest, void *context)
{
	struct world *world = context;

	put(world, FRONT, "state", 6);
	set_indices(world, world->tx, 0x6e6f6874, 0x79707265, 0x65676c69, 0x73657a69);
}

/* Its page belongs to something else by the time that it is read. */
static void test_closed_meanwhile(void **state)
{
	struct world *world = *state;
	const char *id;

	take(world);
	world->guest->moved = close_interface;
	world->guest->moved_context = world;
	take(world);
	assert_true(last(ring_of(world, 0, 0))->readable);
	assert_int_equal(world->rings.devices[0].front_state[0], PX_XENBUS_CONNECTED);
	assert_int_equal(world->rings.devices[0].front_state[1], PX_XENBUS_CLOSED);
	assert_int_equal(judge_first(world, &id), PX_HEALTH_WAITS);
	assert_string_equal(id, "Y");
}

static unsigned int paused_looks;

static struct px_error *flickering_domain(struct px_guest *guest, struct px_domain *ret)
{
	*ret = guest->domain;
	ret->paused = paused_looks > 0;
	paused_looks -= paused_looks > 0;
	guest->domain = *ret;
	return NULL;
}

/* Another perf-xen may sample it. */
static void test_paused_by_a_sampler(void **state)
{
	struct world *world = *state;
	static struct px_guest_ops ops;

	ops = *world->guest->guest.ops;
	ops.domain = flickering_domain;
	world->guest->guest.ops = &ops;
	paused_looks = 3;
	take(world);
	assert_false(world->rings.domain.paused);
	paused_looks = 1000;
	take(world);
	assert_true(world->rings.domain.paused);
	paused_looks = 0;
	take(world);
	assert_false(world->rings.domain.paused);
	assert_true(world->rings.was_stopped);
}

/* Two-level events: a mask bit shows it. Pending on the port, the vCPU is to be interrupted. */
static void test_ports(void **state)
{
	struct world *world = *state;
	uint64_t *page = px_guest_double_page(world->guest, world->shared_info);
	struct px_ring_port *front, *back;

	page[2048 / 8] = 1 << FRONT_PORT;
	page[2560 / 8] = 1 << FRONT_PORT;
	((uint8_t *)page)[64] = 1;
	take(world);
	front = &last(ring_of(world, 0, 0))->front_port;
	back = &last(ring_of(world, 0, 0))->back_port;
	assert_int_equal(front->port.value, FRONT_PORT);
	assert_int_equal(front->vcpu.value, 1);
	assert_int_equal(front->bound, PX_ANSWER_YES);
	assert_int_equal(front->pending, PX_ANSWER_YES);
	assert_int_equal(front->masked, PX_ANSWER_YES);
	assert_int_equal(front->upcall_pending, PX_ANSWER_YES);
	assert_int_equal(front->upcall_masked, PX_ANSWER_UNKNOWN); /* PV's alone */
	assert_int_equal(front->runs, PX_ANSWER_NO);
	assert_int_equal(front->blocked, PX_ANSWER_YES);
	assert_int_equal(back->port.value, BACK_PORT);
	assert_int_equal(back->bound, PX_ANSWER_YES);
	assert_int_equal(back->pending, PX_ANSWER_UNKNOWN);
	assert_memory_equal(&last(ring_of(world, 0, 1))->front_port, front, sizeof(*front));
	assert_string_equal(ring_of(world, 0, 0)->lacks[PX_SOURCE_BACK_PORT],
			    "the kernel under us cannot be read");
}

static void test_ports_that_are_not_bound(void **state)
{
	struct world *world = *state;

	px_channels_double_put(world->channels, 7, FRONT_PORT,
			       (struct px_port_status){.binding = PX_PORT_UNBOUND});
	px_store_double_remove(world->store, DISK "/event-channel");
	take(world);
	assert_int_equal(last(ring_of(world, 0, 0))->front_port.bound, PX_ANSWER_NO);
	assert_false(last(ring_of(world, 0, 0))->back_port.port.known);
	assert_string_equal(ring_of(world, 0, 0)->lacks[PX_SOURCE_BACK_PORT],
			    "the guest's port 5 is not bound to a back end");
	assert_string_equal(ring_of(world, 1, 0)->lacks[PX_SOURCE_FRONT_PORT],
			    "xenstore has no port for it");
}

/* A page without any mask bit may be that of a guest that uses the FIFO. */
static void test_ports_of_an_unknown_kind(void **state)
{
	struct world *world = *state;

	take(world);
	assert_int_equal(last(ring_of(world, 0, 0))->front_port.pending, PX_ANSWER_UNKNOWN);
	assert_non_null(ring_of(world, 0, 0)->lacks[PX_SOURCE_FRONT_PORT]);
}

/* --- private halves --------------------------------------------------------------------- */

static void test_nobody_tells(void **state)
{
	struct world *world = *state;

	take(world);
	assert_string_equal(ring_of(world, 0, 0)->lacks[PX_SOURCE_FRONT],
			    "the guest is a unikernel; there are no ring notes");
	assert_non_null(ring_of(world, 0, 0)->lacks[PX_SOURCE_BACK]);
	assert_non_null(strstr(ring_of(world, 1, 0)->lacks[PX_SOURCE_BACK], "qdisk"));
	assert_null(ring_of(world, 2, 0)->lacks[PX_SOURCE_FRONT]);
	assert_false(last(ring_of(world, 0, 0))->front.req_prod_pvt.known);
	assert_int_equal(last(ring_of(world, 0, 0))->front.stopped, PX_ANSWER_UNKNOWN);
}

static struct px_ring_notes *put_notes(struct world *world)
{
	static const char magic[] = PX_RING_NOTES_MAGIC;
	px_frame_number frame = px_guest_double_frames(world->guest, 1);
	struct px_ring_notes *notes = px_guest_double_page(world->guest, frame);

	memcpy(notes->magic, magic, sizeof(magic));
	notes->note_size = sizeof(struct px_ring_note);
	notes->note_count = 2;
	notes->notes[1] = (struct px_ring_note){
		.kind = PX_RING_NOTE_NET_TX,
		.slots = 256,
		.req_prod_pvt = 23,
		.rsp_cons = 19,
		.writers = 1,
		.waiters = 2,
		.wanted = 5,
		.flags = PX_RING_NOTE_STOPPED,
	};
	put(world, "/local/domain/7", PX_RING_NOTES_KEY, (uint32_t)frame.value);
	return notes;
}

static void test_notes(void **state)
{
	struct world *world = *state;
	struct px_ring_notes *notes = put_notes(world);
	struct px_ring_front *front;

	take(world);
	front = &last(ring_of(world, 0, 0))->front;
	assert_int_equal(front->req_prod_pvt.value, 23);
	assert_int_equal(front->rsp_cons.value, 19);
	assert_int_equal(front->writers.value, 1);
	assert_int_equal(front->waiters.value, 2);
	assert_int_equal(front->wanted.value, 5);
	assert_int_equal(front->stopped, PX_ANSWER_YES);
	assert_false(last(ring_of(world, 0, 1))->front.req_prod_pvt.known);
	assert_null(ring_of(world, 0, 0)->lacks[PX_SOURCE_FRONT]);
	notes->notes[1].req_prod_pvt = 24;
	take(world);
	assert_int_equal(last(ring_of(world, 0, 0))->front.req_prod_pvt.value, 24);
}

/* What does not look like notes of this ring is none. */
static void test_notes_that_are_none(void **state)
{
	struct world *world = *state;
	struct px_ring_notes *notes = put_notes(world), right = *notes;

	for (int i = 0; i < 7; i++) {
		*notes = right;
		switch (i) {
		case 0:
			notes->magic[7] = '2';
			break;
		case 1:
			notes->note_size = 32;
			break;
		case 2:
			notes->note_count = 1;
			break;
		case 3:
			notes->notes[1].kind = 4;
			break;
		case 4:
			notes->notes[1].device = 1;
			break;
		case 5:
			notes->notes[1].queue = 1;
			break;
		case 6:
			notes->notes[1].slots = 128;
			break;
		}
		take(world);
		assert_false(last(ring_of(world, 0, 0))->front.req_prod_pvt.known);
		px_rings_fini(&world->rings);
	}
	*notes = right;
	notes->note_count = UINT32_MAX;
	take(world);
	assert_true(last(ring_of(world, 0, 0))->front.req_prod_pvt.known);
}

static void test_notes_at_no_memory_of_the_guest(void **state)
{
	struct world *world = *state;

	put_notes(world);
	put(world, "/local/domain/7", PX_RING_NOTES_KEY, 0x7fffffff);
	take(world);
	assert_false(last(ring_of(world, 0, 0))->front.req_prod_pvt.known);
	px_store_double_put(world->store, "/local/domain/7/" PX_RING_NOTES_KEY, "here");
	take(world);
	assert_false(last(ring_of(world, 0, 0))->front.req_prod_pvt.known);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void make_folders(char *path)
{
	for (char *c = path + 1; *c; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		(void)mkdir(path, 0700);
		*c = '/';
	}
}

/* Without dom0's memory netback's files tell. */
static void test_debug_file(void **state)
{
	struct world *world = *state;
	char folder[] = "/tmp/px-gather-XXXXXX", path[160], command[64];
	struct px_ring_back *back;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/sys/kernel/debug/xen-netback/vif7.0/io_ring_q0",
		 folder);
	make_folders(path);
	write_file(path, "Queue 0\n"
			 "TX: nr_ents 256\n"
			 "req prod 20 (0) cons 18 (-2) event 21 (1)\n"
			 "rsp prod 20 (base) pvt 17 (-3) event 21 (1)\n"
			 "pending prod 256 pending cons 3 nr_pending_reqs 3\n"
			 "dealloc prod 4 dealloc cons 2 dealloc_queue 2\n\n"
			 "RX: nr_ents 256\n"
			 "req prod 256 (256) cons 6 (6) event 1 (1)\n"
			 "rsp prod 0 (base) pvt 0 (0) event 1 (1)\n\n"
			 "NAPI state: 10 NAPI weight: 64 TX queue len 0\n"
			 "Credit timer_pending: 1, credit: 5000, usec: 50\n"
			 "remaining: 12, expires: 0, now: 4294904653\n\n"
			 "Rx internal queue: len 9000 max 524288 pkts 6 stopped\n");
	world->sources.folder = folder;
	take(world);
	back = &last(ring_of(world, 0, 0))->back;
	assert_int_equal(back->req_cons.value, 18);
	assert_int_equal(back->rsp_prod_pvt.value, 17);
	assert_int_equal(back->pending.value, 3);
	assert_int_equal(back->dealloc.value, 2);
	assert_int_equal(back->credit_timer, PX_ANSWER_YES);
	assert_int_equal(back->credit.value, 12);
	back = &last(ring_of(world, 0, 1))->back;
	assert_int_equal(back->req_cons.value, 6);
	assert_int_equal(back->queued.value, 6);
	assert_int_equal(back->queued_bytes.value, 9000);
	assert_int_equal(back->stalled, PX_ANSWER_YES);
	assert_false(back->wanted.known);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

/* --- lies ------------------------------------------------------------------------------- */

static void assert_no_page(struct world *world, const char *why)
{
	take(world);
	assert_false(last(ring_of(world, 0, 0))->readable);
	assert_non_null(ring_of(world, 0, 0)->lacks[PX_SOURCE_PAGE]);
	if (!strstr(ring_of(world, 0, 0)->lacks[PX_SOURCE_PAGE], why))
		fail_msg("%s", ring_of(world, 0, 0)->lacks[PX_SOURCE_PAGE]);
	assert_true(last(ring_of(world, 0, 1))->readable);
	assert_true(last(ring_of(world, 1, 0))->readable);
	px_rings_fini(&world->rings);
}

static void test_grants_that_are_none(void **state)
{
	struct world *world = *state;

	put(world, FRONT, "tx-ring-ref", 4000000000);
	assert_no_page(world, "grant 4000000000");
	put(world, FRONT, "tx-ring-ref", 10);
	assert_no_page(world, "grant 10: grants nothing");
	put(world, FRONT, "tx-ring-ref", TX_GRANT);
	px_grants_double_flags(world->grants, TX_GRANT, 2);
	assert_no_page(world, "grant 8");
	px_grants_double_put(world->grants, TX_GRANT, 3, world->tx);
	assert_no_page(world, "grant 8 is for domain 3");
	px_grants_double_put(world->grants, TX_GRANT, 0, px_frame_number_of(0x12345678));
	assert_no_page(world, "its frame is no memory of the domain");
	px_grants_double_put(world->grants, TX_GRANT, 0, world->tx);
	take(world);
	assert_true(last(ring_of(world, 0, 0))->readable);
}

/* One page of several is missing: none of the ring counts. */
static void test_a_page_that_lacks(void **state)
{
	struct world *world = *state;

	px_grants_double_put(world->grants, DISK_GRANT + 2, 0, px_frame_number_of(0x12345678));
	take(world);
	assert_false(last(ring_of(world, 1, 0))->readable);
	assert_true(last(ring_of(world, 0, 0))->readable);
}

static void test_no_grant_table(void **state)
{
	struct world *world = *state;

	world->grants->version = 0;
	take(world);
	assert_false(last(ring_of(world, 0, 0))->readable);
	assert_false(last(ring_of(world, 1, 0))->readable);
	assert_true(last(ring_of(world, 2, 0))->readable);
}

/* A hypervisor that does not show it leaves the rest to be seen. */
static void test_grant_table_out_of_reach(void **state)
{
	struct world *world = *state;

	world->grants->unmapped = true;
	take(world);
	assert_false(last(ring_of(world, 0, 0))->readable);
	assert_string_equal(ring_of(world, 0, 0)->lacks[PX_SOURCE_PAGE],
			    "grant 8: out of reach");
	assert_true(last(ring_of(world, 2, 0))->readable);
}

/* Any content of the pages is decoded, judged and nothing else. */
static void test_any_page(void **state)
{
	struct world *world = *state;
	uint32_t seed = 1;

	world->filter.one_queue = false;
	for (int round = 0; round < 200; round++) {
		px_frame_number frames[] = {world->tx, world->rx, world->console, world->disk,
					    px_frame_number_of(world->disk.value + 3)};

		for (size_t i = 0; i < px_array_size(frames); i++)
			for (size_t j = 0; j < PX_PAGE_SIZE / 4; j++)
				words(world, frames[i])[j] =
					(seed = seed * 1664525 + 1013904223) >>
					(round % 2 ? 24 : 0);
		px_gather_keep_slots(world->gather);
		take(world);
		take(world);
		(void)px_rings_health(&world->rings);
		px_rings_fini(&world->rings);
	}
}

/* --- change ----------------------------------------------------------------------------- */

static void test_device_that_goes(void **state)
{
	struct world *world = *state;

	take(world);
	px_store_double_remove(world->store, FRONT);
	take(world);
	assert_true(world->rings.devices[0].gone);
	assert_int_equal(ring_of(world, 0, 0)->reading_count, 1);
	assert_false(world->rings.devices[1].gone);
	assert_int_equal(ring_of(world, 1, 0)->reading_count, 2);
	assert_int_equal(ring_of(world, 2, 0)->reading_count, 2);
	(void)px_rings_health(&world->rings);
}

static void test_device_that_is_connected_anew(void **state)
{
	struct world *world = *state;

	take(world);
	px_grants_double_put(world->grants, 30, 0, world->rx);
	put(world, FRONT, "tx-ring-ref", 30);
	put(world, FRONT, "state", 3);
	take(world);
	assert_int_equal(ring_of(world, 0, 0)->reading_count, 1);
	assert_int_equal(ring_of(world, 0, 1)->reading_count, 2);
	assert_int_equal(world->rings.devices[0].front_state[0], PX_XENBUS_CONNECTED);
	assert_int_equal(world->rings.devices[0].front_state[1], PX_XENBUS_INITIALISED);
	assert_string_equal(world->rings.devices[0].problem,
			    "it was connected anew while it was looked at");
	/* The next look is of the new ring. */
	px_rings_fini(&world->rings);
	take(world);
	assert_true(last(ring_of(world, 0, 0))->readable);
	assert_int_equal(last(ring_of(world, 0, 0))->shared.req_prod, 256);
}

/* The page of a grant is another one now. */
static void test_grant_that_changes(void **state)
{
	struct world *world = *state;

	take(world);
	px_grants_double_put(world->grants, TX_GRANT, 0, world->rx);
	take(world);
	assert_int_equal(last(ring_of(world, 0, 0))->shared.req_prod, 256);
}

static void test_new_device_waits_for_the_next_look(void **state)
{
	struct world *world = *state;
	size_t count;

	take(world);
	count = world->rings.device_count;
	px_store_double_put(world->store, "/local/domain/7/device/vif/1/state", "1");
	take(world);
	assert_int_equal(world->rings.device_count, count);
	px_rings_fini(&world->rings);
	take(world);
	assert_int_equal(world->rings.device_count, count + 1);
}

/* At whichever call it dies, that is said, and what was read before stays. */
static void test_domain_that_dies(void **state)
{
	struct world *world = *state;

	for (unsigned int n = 1;; n++) {
		struct px_error *err;

		take(world);
		world->guest->die = n;
		err = px_gather_take(world->gather, &world->rings);
		world->guest->die = 0;
		world->guest->guest.domain.dying = false;
		if (!err)
			break;
		assert_int_equal(err->code, PX_ERR_DOMAIN_GONE);
		px_error_free(err);
		assert_int_equal(world->rings.reading_count, 1);
		assert_int_equal(ring_of(world, 0, 0)->reading_count, 1);
		assert_true(last(ring_of(world, 0, 0))->readable);
		px_rings_fini(&world->rings);
		assert_true(n < 100);
	}
}

/* What Xen refuses for other reasons costs what it would have told. */
static void test_every_refusal(void **state)
{
	struct world *world = *state;

	for (unsigned int n = 1; n < 12; n++) {
		world->channels->fail = n;
		take(world);
		world->channels->fail = 0;
		assert_true(last(ring_of(world, 0, 0))->readable);
		px_rings_fini(&world->rings);
	}
	world->guest->fail_gather = 1;
	take(world);
	assert_int_equal(last(ring_of(world, 0, 0))->front_port.runs, PX_ANSWER_UNKNOWN);
}

static void test_slots(void **state)
{
	struct world *world = *state;
	struct px_ring *ring;

	px_gather_keep_slots(world->gather);
	set_indices(world, world->tx, 22, 21, 20, 21);
	words(world, world->tx)[(64 + 20 * 12) / 4] = 77; /* the grant of a request */
	take(world);
	ring = ring_of(world, 0, 0);
	assert_int_equal(ring->in_flight_count, 2);
	assert_int_equal(ring->in_flight[0].index, 20);
	assert_int_equal(ring->in_flight[0].reference, 77);
	assert_int_equal(ring_of(world, 0, 1)->in_flight_count, 256);
	assert_null(ring_of(world, 2, 0)->in_flight);
	/* More than the ring has: nothing is decoded, and nothing kept. */
	set_indices(world, world->tx, 2000, 21, 20, 21);
	take(world);
	ring = ring_of(world, 0, 0);
	assert_null(ring->in_flight);
	assert_int_equal(ring->in_flight_count, 0);
	assert_false(last(ring)->chains.known);
}

static void test_every_failure_of_xenstored(void **state)
{
	struct world *world = *state;

	for (unsigned int n = 1;; n++) {
		struct px_error *err;

		world->store->fail = n;
		err = px_gather_take(world->gather, &world->rings);
		world->store->fail = 0;
		px_rings_fini(&world->rings);
		if (!err)
			break;
		px_error_free(err);
		assert_true(n < 200);
	}
}

static void test_cost(void **state)
{
	struct world *world = *state;

	take(world);
	assert_true(world->rings.hypercalls > 0 && world->rings.hypercalls < 20);
	assert_true(world->rings.store_reads > 0 && world->rings.store_reads < 60);
	assert_true(world->rings.reading_ns[0] > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_indices),
		TEST(test_mapped_once),
		TEST(test_never_paused),
		TEST(test_two_readings),
		TEST(test_stopped_meanwhile),
		TEST(test_closed_meanwhile),
		TEST(test_paused_by_a_sampler),
		TEST(test_ports),
		TEST(test_ports_that_are_not_bound),
		TEST(test_ports_of_an_unknown_kind),
		TEST(test_nobody_tells),
		TEST(test_notes),
		TEST(test_notes_that_are_none),
		TEST(test_notes_at_no_memory_of_the_guest),
		TEST(test_debug_file),
		TEST(test_grants_that_are_none),
		TEST(test_a_page_that_lacks),
		TEST(test_no_grant_table),
		TEST(test_grant_table_out_of_reach),
		TEST(test_any_page),
		TEST(test_device_that_goes),
		TEST(test_device_that_is_connected_anew),
		TEST(test_grant_that_changes),
		TEST(test_new_device_waits_for_the_next_look),
		TEST(test_domain_that_dies),
		TEST(test_every_refusal),
		TEST(test_slots),
		TEST(test_every_failure_of_xenstored),
		TEST(test_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
