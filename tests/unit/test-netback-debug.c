/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netback's debug files: the text, and finding them and what stands beside them. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "guest/backend-files.h"
#include "guest/netback-debug.h"
#include "lib/memory.h"
#include "tests/support/fact-asserts.h"

/* As Linux 6.1 wrote it, with indices that wrapped. */
static const char text[] =
	"Queue 3\n"
	"TX: nr_ents 256\n"
	"req prod 5 (9) cons 4 (8) event 4294967295 (3)\n"
	"rsp prod 4294967292 (base) pvt 4294967293 (1) event 4294967293 (1)\n"
	"pending prod 252 pending cons 6 nr_pending_reqs 10\n"
	"dealloc prod 1 dealloc cons 4294967295 dealloc_queue 2\n"
	"\n"
	"RX: nr_ents 128\n"
	"req prod 283 (256) cons 27 (0) event 1 (-26)\n"
	"rsp prod 27 (base) pvt 28 (1) event 29 (2)\n"
	"\n"
	"NAPI state: 1f NAPI weight: 64 TX queue len 2\n"
	"Credit timer_pending: 1, credit: 18446744073709551615, usec: 50000\n"
	"remaining: 18446744073709550208, expires: 4294899999, now: "
	"4294899970\n"
	"\n"
	"Rx internal queue: len 1514 max 524288 pkts 1 stopped\n";

static bool parse(const char *from, size_t size, struct px_netback_queue *ret)
{
	return px_netback_debug_parse(px_bytes_of(from, size), ret);
}

static void test_all(void **state)
{
	struct px_netback_queue queue = {0};

	assert_true(parse(text, strlen(text), &queue));
	assert_fact(queue.id, 3);
	assert_fact(queue.tx.slots, 256);
	assert_fact(queue.tx_seen.req_prod, 5);
	assert_fact(queue.tx.req_cons, 4);
	assert_fact(queue.tx_seen.req_event, 4294967295U);
	assert_fact(queue.tx_seen.rsp_prod, 4294967292U);
	assert_fact(queue.tx.rsp_prod_pvt, 4294967293U);
	assert_fact(queue.tx_seen.rsp_event, 4294967293U);
	assert_fact(queue.pending_prod, 252);
	assert_fact(queue.pending_cons, 6);
	assert_fact(queue.pending, 10);
	assert_fact(queue.dealloc_prod, 1);
	assert_fact(queue.dealloc_cons, 4294967295U);
	assert_fact(queue.dealloc, 2);
	assert_fact(queue.rx.slots, 128);
	assert_fact(queue.rx_seen.req_prod, 283);
	assert_fact(queue.rx.req_cons, 27);
	assert_fact(queue.rx_seen.req_event, 1);
	assert_fact(queue.rx_seen.rsp_prod, 27);
	assert_fact(queue.rx.rsp_prod_pvt, 28);
	assert_fact(queue.rx_seen.rsp_event, 29);
	assert_fact(queue.napi_state, 0x1f);
	assert_fact(queue.napi_weight, 64);
	assert_fact(queue.tx_queue, 2);
	assert_fact(queue.credit_timer, 1);
	assert_fact(queue.credit_bytes, UINT64_MAX);
	assert_fact(queue.credit_usec, 50000);
	assert_fact(queue.remaining_credit, UINT64_C(18446744073709550208));
	assert_fact(queue.credit_expires, UINT64_C(4294899999));
	assert_fact(queue.now, UINT64_C(4294899970));
	assert_fact(queue.rx_queue_len, 1514);
	assert_fact(queue.rx_queue_max, 524288);
	assert_fact(queue.rx_packets, 1);
	assert_fact(queue.stopped, 1);
	assert_false(queue.stalled.known);
}

/* Not connected: the rings have no parts. */
static void test_without_rings(void **state)
{
	const char *rest = strstr(text, "NAPI");
	struct px_netback_queue queue = {0};

	assert_true(parse(rest, strlen(rest), &queue));
	assert_fact(queue.rx_packets, 1);
	assert_false(queue.tx.req_cons.known || queue.rx.req_cons.known || queue.id.known);
}

/* Ring lines belong to the ring that was named last. */
static void test_rx_alone(void **state)
{
	const char *rest = strstr(text, "RX: ");
	struct px_netback_queue queue = {0};

	assert_true(parse(rest, strlen(rest), &queue));
	assert_false(queue.tx.req_cons.known);
	assert_fact(queue.rx.req_cons, 27);
	rest = strstr(text, "req prod");
	queue = (struct px_netback_queue){0};
	assert_true(parse(rest, strcspn(rest, "R") + 60, &queue));
	assert_false(queue.tx.req_cons.known);
}

static void test_other_forms(void **state)
{
	static const char *const lines[] = {
		"",
		"\n\n",
		"Queue\n",
		"TX: nr_ents many\n",
		"TX: nr_ents 4294967296\n",
		"TX: nr_ents 256\nreq prod 5 (9) cons 4\n",
		"TX: nr_ents 99999999999999999999999\n",
		"pending prod 1 pending cons 2 nr_pending_reqs 4294967296\n",
		"Rx internal queue: len 1 max 2 pkts\n",
	};

	for (size_t i = 0; i < px_array_size(lines); i++) {
		struct px_netback_queue queue = {0};

		parse(lines[i], strlen(lines[i]), &queue);
		assert_false(queue.tx.req_cons.known || queue.pending.known ||
			     queue.rx_packets.known || queue.id.known);
		assert_true(!queue.tx.slots.known || i == 5);
	}
}

/* Cut anywhere: what is there is right, or unknown. */
static void test_cut(void **state)
{
	for (size_t size = 0; size < strlen(text); size++) {
		struct px_netback_queue queue = {0};
		bool any = parse(text, size, &queue);

		assert_int_equal(any, queue.id.known);
		if (queue.tx.slots.known && size > strlen("Queue 3\nTX: nr_ents 256"))
			assert_int_equal(queue.tx.slots.value, 256);
		assert_true(!queue.stopped.known || queue.rx_packets.known);
	}
}

/* --- files -------------------------------------------------------------------------------- */

static void write_file(const char *folder, const char *path, const char *content)
{
	char whole[256];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", folder, path);
	for (char *p = whole + strlen(folder) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(whole, 0700);
		*p = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	char *folder = strdup("/tmp/netback-debug.XXXXXX");

	assert_non_null(folder);
	assert_non_null(mkdtemp(folder));
	*state = folder;
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

static void test_files(void **state)
{
	px_cleanup(px_netback_fini) struct px_netback back = {0}, none = {0}, empty = {0};

	write_file(*state, "/sys/kernel/debug/xen-netback/vif7.1/io_ring_q0", text);
	write_file(*state, "/sys/kernel/debug/xen-netback/vif7.1/io_ring_q1", text);
	write_file(*state, "/sys/kernel/debug/xen-netback/vif7.1/io_ring_q3", text);
	write_file(*state, "/sys/kernel/debug/xen-netback/vif8.0/ctrl", "");
	assert_null(px_backend_files_netback(*state, 7, 1, &back));
	assert_int_equal(back.queue_count, 2);
	assert_fact(back.domid, 7);
	assert_fact(back.handle, 1);
	assert_fact(back.queues[1].rx_packets, 1);
	assert_string_equal(back.lacks, "");
	assert_null(px_backend_files_netback(*state, 7, 0, &none));
	assert_int_equal(none.queue_count, 0);
	assert_string_equal(none.lacks, "netback's debug folder: No such file or directory");
	assert_null(px_backend_files_netback(*state, 8, 0, &empty));
	assert_int_equal(empty.queue_count, 0);
	assert_string_equal(empty.lacks, "netback's debug files show no queue");
}

/* A file that is there and cannot be read is another thing than none. */
static void test_unreadable_files(void **state)
{
	px_cleanup(px_netback_fini) struct px_netback none = {0}, one = {0}, far = {0};
	char folder[600];

	write_file(*state, "/sys/kernel/debug/xen-netback/vif7.1/io_ring_q0/a", "");
	assert_null(px_backend_files_netback(*state, 7, 1, &none));
	assert_int_equal(none.queue_count, 0);
	assert_string_equal(none.lacks, "netback's debug file io_ring_q0: Is a directory");
	write_file(*state, "/sys/kernel/debug/xen-netback/vif7.2/io_ring_q0", text);
	write_file(*state, "/sys/kernel/debug/xen-netback/vif7.2/io_ring_q1/a", "");
	assert_null(px_backend_files_netback(*state, 7, 2, &one));
	assert_int_equal(one.queue_count, 1);
	assert_string_equal(one.lacks, "netback's debug file io_ring_q1: Is a directory");

	/* A path that would be cut is no path. */
	memset(folder, '/', sizeof(folder));
	folder[sizeof(folder) - 1] = '\0';
	assert_null(px_backend_files_netback(folder, 7, 1, &far));
	assert_string_equal(far.lacks, "netback's debug folder: File name too long");
}

static void test_counters(void **state)
{
	struct px_xenbus_counters counters, none;

	write_file(*state, "/sys/bus/xen-backend/devices/vif-7-1/xenbus/events",
		   "4294967296\n");
	write_file(*state, "/sys/bus/xen-backend/devices/vif-7-1/xenbus/spurious_events",
		   "0\n");
	write_file(*state, "/sys/bus/xen-backend/devices/vif-7-1/xenbus/event_channels",
		   "2 x\n");
	write_file(*state, "/sys/bus/xen-backend/devices/vif-7-1/xenbus/spurious_threshold",
		   "99999999999999999999\n");
	counters = px_backend_files_counters(*state, "vif-7-1");
	assert_fact(counters.events, UINT64_C(4294967296));
	assert_fact(counters.spurious_events, 0);
	assert_false(counters.event_channels.known || counters.spurious_threshold.known ||
		     counters.jiffies_eoi_delayed.known);
	none = px_backend_files_counters(*state, "vif-9-9");
	assert_false(none.events.known);
}

static void test_parameters(void **state)
{
	struct px_netback_parameters parameters;

	write_file(*state, "/sys/module/xen_netback/parameters/separate_tx_rx_irq", "N\n");
	write_file(*state, "/sys/module/xen_netback/parameters/max_queues", "4\n");
	write_file(*state, "/sys/module/xen_netback/parameters/fatal_skb_slots", "-1\n");
	parameters = px_backend_files_netback_parameters(*state);
	assert_fact(parameters.separate_tx_rx_irq, 0);
	assert_fact(parameters.max_queues, 4);
	assert_false(parameters.fatal_skb_slots.known ||
		     parameters.rx_drain_timeout_msecs.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_without_rings),
		cmocka_unit_test(test_rx_alone),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_cut),
		cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unreadable_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_counters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_parameters, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
