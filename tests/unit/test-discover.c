/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rings a domain has, by a xenstore that tells the truth, nonsense, or too much. */
#include "ringtrace/discover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/store-double.h"

#define FRONT "/local/domain/7/device"
#define BACK  "/local/domain/0/backend"

static const struct px_domain domain = {.id = 7, .vcpus = 2, .name = "web01"};
static const struct px_ring_filter everything = {0};

static int setup(void **state)
{
	*state = px_store_double_new();
	return 0;
}

static int teardown(void **state)
{
	struct px_store_double *store = *state;

	px_store_close(&store->store);
	return 0;
}

static void put(struct px_store_double *store, const char *folder, const char *key,
		const char *value)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, key);
	px_store_double_put(store, path, value);
}

static void put_ends(struct px_store_double *store, const char *type, const char *class,
		     unsigned int id, const char *front_state, const char *back_state)
{
	char front[128], back[128];

	snprintf(front, sizeof(front), FRONT "/%s/%u", class, id);
	snprintf(back, sizeof(back), BACK "/%s/7/%u", type, id);
	put(store, front, "backend", back);
	put(store, front, "backend-id", "0");
	put(store, front, "state", front_state);
	put(store, back, "state", back_state);
}

static void put_vif(struct px_store_double *store, unsigned int id)
{
	char front[128];

	put_ends(store, "vif", "vif", id, "4", "4");
	snprintf(front, sizeof(front), FRONT "/vif/%u", id);
	put(store, front, "tx-ring-ref", "8");
	put(store, front, "rx-ring-ref", "9");
	put(store, front, "event-channel", "15");
}

static void discover(struct px_store_double *store, const struct px_ring_filter *filter,
		     struct px_rings *ret)
{
	assert_null(px_rings_discover(&store->store, &domain, filter, ret));
	for (size_t i = 0; i < ret->device_count; i++) {
		assert_true(ret->devices[i].ring_count <= PX_RINGS_MAX);
		assert_non_null(ret->devices[i].front_path);
	}
}

static void assert_port(const struct px_ring *ring, uint32_t port)
{
	assert_true(ring->readings[0].front_port.port.known);
	assert_int_equal(ring->readings[0].front_port.port.value, port);
}

/* --- what is right ---------------------------------------------------------------------- */

static void test_interface_with_one_queue(void **state)
{
	struct px_rings rings = {0};
	struct px_ring_device *device;

	put_vif(*state, 0);
	discover(*state, &everything, &rings);
	device = &rings.devices[0];
	assert_string_equal(device->name, "vif 0");
	assert_string_equal(device->back_path, BACK "/vif/7/0");
	assert_string_equal(device->back_type, "vif");
	assert_int_equal(device->front_state[0], PX_XENBUS_CONNECTED);
	assert_int_equal(device->back_state[0], PX_XENBUS_CONNECTED);
	assert_null(device->problem);
	assert_int_equal(device->ring_count, 2);
	assert_int_equal(device->rings[0].kind, PX_RING_NET_TX);
	assert_int_equal(device->rings[0].references[0], 8);
	assert_int_equal(device->rings[0].slots, 256);
	assert_false(device->rings[0].in_queue);
	assert_int_equal(device->rings[1].kind, PX_RING_NET_RX);
	assert_int_equal(device->rings[1].references[0], 9);
	assert_port(&device->rings[0], 15);
	assert_port(&device->rings[1], 15);
	assert_true(rings.store_reads > 0);
	px_rings_fini(&rings);
}

static void test_interface_with_queues(void **state)
{
	struct px_ring_filter second = {.one_queue = true, .queue = 1};
	struct px_store_double *store = *state;
	struct px_rings rings = {0};
	char name[32];

	put_ends(store, "vif", "vif", 2, "4", "2");
	put(store, FRONT "/vif/2", "multi-queue-num-queues", "2");
	for (unsigned int i = 0; i < 2; i++) {
		char folder[64], value[16];

		snprintf(folder, sizeof(folder), FRONT "/vif/2/queue-%u", i);
		snprintf(value, sizeof(value), "%u", 100 + i);
		put(store, folder, "tx-ring-ref", value);
		put(store, folder, "rx-ring-ref", "5");
		put(store, folder, "event-channel-tx", value);
		put(store, folder, "event-channel-rx", "6");
	}
	discover(store, &everything, &rings);
	assert_int_equal(rings.devices[0].ring_count, 4);
	assert_int_equal(rings.devices[0].back_state[0], PX_XENBUS_INIT_WAIT);
	assert_string_equal(
		px_ring_name(&rings.devices[0], &rings.devices[0].rings[2], name, sizeof(name)),
		"vif 2 q1 tx");
	assert_int_equal(rings.devices[0].rings[2].references[0], 101);
	assert_port(&rings.devices[0].rings[2], 101);
	assert_port(&rings.devices[0].rings[3], 6);
	px_rings_fini(&rings);
	discover(store, &second, &rings);
	assert_int_equal(rings.devices[0].ring_count, 2);
	assert_int_equal(rings.devices[0].rings[0].queue, 1);
	px_rings_fini(&rings);
}

static void test_disk_with_pages(void **state)
{
	struct px_store_double *store = *state;
	struct px_rings rings = {0};
	struct px_ring *ring;

	put_ends(store, "vbd", "vbd", 51712, "4", "4");
	put(store, BACK "/vbd/7/51712", "dev", "xvda");
	put(store, FRONT "/vbd/51712", "ring-page-order", "2");
	put(store, FRONT "/vbd/51712", "protocol", "x86_32-abi");
	put(store, FRONT "/vbd/51712", "event-channel", "20");
	for (unsigned int i = 0; i < 4; i++) {
		char key[16], value[16];

		snprintf(key, sizeof(key), "ring-ref%u", i);
		snprintf(value, sizeof(value), "%u", 50 + i);
		put(store, FRONT "/vbd/51712", key, value);
	}
	discover(store, &everything, &rings);
	assert_string_equal(rings.devices[0].name, "vbd 51712 (xvda)");
	ring = &rings.devices[0].rings[0];
	assert_int_equal(rings.devices[0].ring_count, 1);
	assert_int_equal(ring->pages, 4);
	assert_int_equal(ring->slots, 128);
	assert_int_equal(ring->references[3], 53);
	assert_int_equal(ring->protocol, PX_BLOCK_X86_32);
	assert_false(ring->opaque);
	assert_port(ring, 20);
	px_rings_fini(&rings);
}

/* Front ends write the key of the only page with and without its number. */
static void test_disk_with_one_page(void **state)
{
	struct px_store_double *store = *state;
	struct px_rings rings = {0};

	put_ends(store, "qdisk", "vbd", 768, "4", "4");
	put(store, FRONT "/vbd/768", "ring-page-order", "0");
	put(store, FRONT "/vbd/768", "ring-ref", "50");
	put(store, FRONT "/vbd/768", "protocol", "sparc");
	discover(store, &everything, &rings);
	assert_string_equal(rings.devices[0].name, "vbd 768");
	assert_string_equal(rings.devices[0].back_type, "qdisk");
	assert_int_equal(rings.devices[0].rings[0].references[0], 50);
	assert_true(rings.devices[0].rings[0].opaque);
	px_rings_fini(&rings);
}

static void test_streams(void **state)
{
	struct px_store_double *store = *state;
	struct px_rings rings = {0};

	put(store, "/local/domain/7/console", "ring-ref", "1044476");
	put(store, "/local/domain/7/console", "port", "2");
	put(store, "/local/domain/7/store", "ring-ref", "1044477");
	put(store, "/local/domain/7/store", "port", "1");
	put_ends(store, "console", "console", 1, "4", "4");
	put(store, FRONT "/console/1", "ring-ref", "77");
	put(store, FRONT "/console/1", "port", "12");
	discover(store, &everything, &rings);
	assert_int_equal(rings.device_count, 3);
	assert_string_equal(rings.devices[0].name, "console");
	assert_true(rings.devices[0].rings[0].by_frame);
	assert_int_equal(rings.devices[0].rings[0].references[0], 1044476);
	assert_int_equal(rings.devices[0].rings[1].kind, PX_RING_CONSOLE_IN);
	assert_string_equal(rings.devices[1].name, "console 1");
	assert_false(rings.devices[1].rings[0].by_frame);
	assert_int_equal(rings.devices[1].rings[0].references[0], 77);
	assert_string_equal(rings.devices[2].name, "xenstore");
	assert_int_equal(rings.devices[2].rings[0].slots, 1024);
	assert_port(&rings.devices[2].rings[1], 1);
	px_rings_fini(&rings);
}

/* By number, not as xenstored lists them. */
static void test_order_and_filter(void **state)
{
	struct px_ring_filter filter = {0};
	struct px_rings rings = {0};

	for (unsigned int id = 0; id < 12; id++)
		put_vif(*state, 11 - id);
	discover(*state, &everything, &rings);
	for (unsigned int id = 0; id < 12; id++)
		assert_int_equal(rings.devices[id].id, id);
	px_rings_fini(&rings);
	assert_null(px_ring_filter_option("vif/10", &filter));
	discover(*state, &filter, &rings);
	assert_int_equal(rings.device_count, 1);
	assert_int_equal(rings.devices[0].id, 10);
	px_rings_fini(&rings);
}

static void test_filter_option(void **state)
{
	static const char *const wrong[] = {
		"",	  "vif",  "vif/",	    "vif/x",  "vif/-1", "vif/01",
		"vif/1/", "eth0", "vbd/4294967296", "vif /1", "Vif/1",	"console/"};
	struct px_ring_filter filter = {0};

	for (size_t i = 0; i < px_array_size(wrong); i++) {
		struct px_error *err = px_ring_filter_option(wrong[i], &filter);

		assert_non_null(err);
		assert_int_equal(err->code, PX_ERR_USAGE);
		px_error_free(err);
		assert_false(filter.one_device);
	}
	assert_null(px_ring_filter_option("vbd/51712", &filter));
	assert_int_equal(filter.class, PX_DEVICE_VBD);
	assert_int_equal(filter.id, 51712);
	assert_null(px_ring_filter_option("xenstore", &filter));
	assert_int_equal(filter.class, PX_DEVICE_STORE);
	assert_int_equal(filter.id, 0);
}

/* --- what is not ------------------------------------------------------------------------ */

/* Nothing there at all: two devices that every domain has, without rings. */
static void test_nothing(void **state)
{
	struct px_rings rings = {0};

	discover(*state, &everything, &rings);
	assert_int_equal(rings.device_count, 2);
	assert_int_equal(rings.devices[0].ring_count, 0);
	assert_string_equal(rings.devices[0].problem, "xenstore has no ring for queue 0");
	px_rings_fini(&rings);
}

static void test_values_that_are_no_numbers(void **state)
{
	static const char *const keys[] = {"tx-ring-ref", "rx-ring-ref", "event-channel"};
	static const char *const values[] = {
		"",	      "x",  "-1", "0x10",
		"4294967296", " 8", "8 ", "99999999999999999999999",
		"\x1b[2J"};

	for (size_t i = 0; i < px_array_size(keys) * px_array_size(values); i++) {
		struct px_rings rings = {0};
		struct px_ring_device *device;

		put_vif(*state, 0);
		put(*state, FRONT "/vif/0", keys[i % 3], values[i / 3]);
		discover(*state, &everything, &rings);
		device = &rings.devices[0];
		assert_non_null(device->problem);
		assert_non_null(strstr(device->problem, "is no number"));
		assert_int_equal(device->ring_count, i % 3 == 2 ? 2 : 0);
		px_rings_fini(&rings);
	}
}

static void test_states_that_are_none(void **state)
{
	struct px_rings rings = {0};

	put_ends(*state, "vif", "vif", 0, "9", "");
	discover(*state, &everything, &rings);
	assert_int_equal(rings.devices[0].front_state[0], PX_XENBUS_UNKNOWN);
	assert_int_equal(rings.devices[0].back_state[0], PX_XENBUS_UNKNOWN);
	px_rings_fini(&rings);
}

/* A guest may change the key that leads to its back end. */
static void test_back_ends_of_others(void **state)
{
	static const char *const paths[] = {
		BACK "/vif/8/0",
		BACK "/vif/7/1",
		BACK "/vif/7/0/",
		BACK "/vif/7/00",
		BACK "/vif/7",
		BACK "/v if/7/0",
		BACK "/../../x/7/0",
		BACK "/averyveryverylongtype/7/0",
		"/local/domain/-1/backend/vif/7/0",
		"/local/domain/4294967296/backend/vif/7/0",
		"local/domain/0/backend/vif/7/0",
		"/vm/x",
		"",
	};

	for (size_t i = 0; i < px_array_size(paths); i++) {
		struct px_rings rings = {0};

		put_vif(*state, 0);
		put(*state, FRONT "/vif/0", "backend", paths[i]);
		discover(*state, &everything, &rings);
		assert_null(rings.devices[0].back_path);
		assert_non_null(rings.devices[0].problem);
		assert_int_equal(rings.devices[0].ring_count, 2);
		px_rings_fini(&rings);
	}
}

static void test_back_end_in_another_domain(void **state)
{
	struct px_rings rings = {0};

	put_vif(*state, 0);
	put(*state, FRONT "/vif/0", "backend", "/local/domain/3/backend/vif/7/0");
	discover(*state, &everything, &rings);
	assert_int_equal(rings.devices[0].back_domain, 3);
	assert_null(rings.devices[0].problem);
	px_rings_fini(&rings);
}

static void test_names_that_are_no_numbers(void **state)
{
	static const char *const names[] = {"x", "-1", "00", "1x", "4294967296", "+1"};
	struct px_rings rings = {0};

	put_vif(*state, 1);
	for (size_t i = 0; i < px_array_size(names); i++) {
		char path[64];

		snprintf(path, sizeof(path), FRONT "/vif/%s", names[i]);
		px_store_double_put(*state, path, "");
	}
	discover(*state, &everything, &rings);
	assert_int_equal(rings.device_count, 3);
	assert_int_equal(rings.devices[0].id, 1);
	assert_int_equal(rings.devices_left_out, px_array_size(names));
	px_rings_fini(&rings);
}

static void test_a_disk_with_a_name_that_is_none(void **state)
{
	static const char *const names[] = {"../xvda", "\x1b[2J", "averylongname", "xvd a"};

	for (size_t i = 0; i < px_array_size(names); i++) {
		struct px_rings rings = {0};

		put_ends(*state, "vbd", "vbd", 51712, "4", "4");
		put(*state, BACK "/vbd/7/51712", "dev", names[i]);
		discover(*state, &everything, &rings);
		assert_string_equal(rings.devices[0].name, "vbd 51712");
		px_rings_fini(&rings);
	}
}

/* --- too much --------------------------------------------------------------------------- */

static void test_thousands_of_devices(void **state)
{
	struct px_rings rings = {0};
	size_t ring_count = 0;

	for (unsigned int id = 0; id < 700; id++)
		put_vif(*state, id);
	discover(*state, &everything, &rings);
	for (size_t i = 0; i < rings.device_count; i++)
		ring_count += rings.devices[i].ring_count;
	assert_true(rings.device_count <= PX_RING_DEVICES_MAX + 2);
	assert_int_equal(rings.devices_left_out, 700 - PX_RING_DEVICES_MAX);
	assert_int_equal(ring_count, 2 * PX_RING_DEVICES_MAX);
	px_rings_fini(&rings);
}

/* Claimed, but there are only two. */
static void test_thousands_of_queues_claimed(void **state)
{
	struct px_store_double *store = *state;
	struct px_rings rings = {0};

	put_ends(store, "vif", "vif", 0, "4", "4");
	put(store, FRONT "/vif/0", "multi-queue-num-queues", "4294967295");
	for (unsigned int i = 0; i < 2; i++) {
		char folder[64];

		snprintf(folder, sizeof(folder), FRONT "/vif/0/queue-%u", i);
		put(store, folder, "tx-ring-ref", "8");
		put(store, folder, "rx-ring-ref", "9");
	}
	discover(store, &everything, &rings);
	assert_int_equal(rings.devices[0].ring_count, 4);
	assert_int_equal(rings.devices[0].rings_left_out,
			 2 * (size_t)(UINT32_MAX - PX_RING_QUEUES_MAX));
	assert_string_equal(rings.devices[0].problem, "xenstore has no ring for queue 2");
	assert_true(rings.store_reads < 100);
	px_rings_fini(&rings);
}

/* All of them are there. */
static void test_thousands_of_queues(void **state)
{
	struct px_store_double *store = *state;
	struct px_rings rings = {0};
	size_t count = 0, left_out = 0;

	for (unsigned int id = 0; id < 16; id++) {
		char device[64], folder[80];

		put_ends(store, "vbd", "vbd", id, "4", "4");
		snprintf(device, sizeof(device), FRONT "/vbd/%u", id);
		put(store, device, "multi-queue-num-queues", "200");
		for (unsigned int i = 0; i < 200; i++) {
			snprintf(folder, sizeof(folder), "%s/queue-%u", device, i);
			put(store, folder, "ring-ref", "8");
		}
	}
	discover(store, &everything, &rings);
	for (size_t i = 0; i < rings.device_count; i++) {
		count += rings.devices[i].ring_count;
		left_out += rings.devices[i].rings_left_out;
	}
	assert_int_equal(count, PX_RINGS_MAX);
	assert_int_equal(count + left_out, 16 * 200);
	px_rings_fini(&rings);
}

/* A driver that has not begun, or has ended, has no rings, and nothing is wrong with that. */
static void test_devices_that_are_not_connected(void **state)
{
	static const char *const states[] = {"1", "2", "5", "6", "3", "4", "x"};

	for (size_t i = 0; i < px_array_size(states); i++) {
		struct px_rings rings = {0};

		put_ends(*state, "vif", "vif", 0, states[i], "2");
		put_ends(*state, "vbd", "vbd", 1, states[i], "2");
		discover(*state, &everything, &rings);
		assert_true(!rings.devices[0].problem == (i < 4));
		assert_true(!rings.devices[1].problem == (i < 4));
		px_rings_fini(&rings);
	}
}

static void test_too_many_pages(void **state)
{
	struct px_rings rings = {0};

	put_ends(*state, "vbd", "vbd", 1, "4", "4");
	put(*state, FRONT "/vbd/1", "ring-page-order", "31");
	discover(*state, &everything, &rings);
	assert_int_equal(rings.devices[0].ring_count, 0);
	assert_non_null(strstr(rings.devices[0].problem, "2^31"));
	px_rings_fini(&rings);
}

static void test_pages_that_lack(void **state)
{
	struct px_rings rings = {0};

	put_ends(*state, "vbd", "vbd", 1, "4", "4");
	put(*state, FRONT "/vbd/1", "ring-page-order", "1");
	put(*state, FRONT "/vbd/1", "ring-ref0", "4");
	discover(*state, &everything, &rings);
	assert_int_equal(rings.devices[0].ring_count, 0);
	assert_string_equal(rings.devices[0].problem, "xenstore has no ring for queue 0");
	px_rings_fini(&rings);
}

/* --- trouble ---------------------------------------------------------------------------- */

/* Whichever request fails, it is an error and nothing is lost. */
static void test_every_failure(void **state)
{
	struct px_store_double *store = *state;

	put_vif(store, 0);
	put_ends(store, "vbd", "vbd", 51712, "4", "4");
	put(store, FRONT "/vbd/51712", "ring-ref", "50");
	for (unsigned int n = 1;; n++) {
		struct px_rings rings = {0};
		struct px_error *err;

		store->fail = n;
		err = px_rings_discover(&store->store, &domain, &everything, &rings);
		px_rings_fini(&rings);
		if (!err)
			break;
		px_error_free(err);
		assert_true(n < 1000);
	}
	store->fail = 0;
}

static void remove_device(struct px_store_double *store, const char *path, void *context)
{
	unsigned int *left = context;

	if (*left && --*left == 0)
		px_store_double_remove(store, FRONT "/vif/0");
}

/* It disappears at any point: it has no rings, or some, and no error. */
static void test_device_that_disappears(void **state)
{
	struct px_store_double *store = *state;

	for (unsigned int n = 1; n < 20; n++) {
		struct px_rings rings = {0};
		unsigned int left = n;

		put_vif(store, 0);
		store->asked = remove_device;
		store->asked_context = &left;
		assert_null(px_rings_discover(&store->store, &domain, &everything, &rings));
		px_rings_fini(&rings);
	}
	store->asked = NULL;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_interface_with_one_queue),
		TEST(test_interface_with_queues),
		TEST(test_disk_with_pages),
		TEST(test_disk_with_one_page),
		TEST(test_streams),
		TEST(test_order_and_filter),
		TEST(test_filter_option),
		TEST(test_nothing),
		TEST(test_values_that_are_no_numbers),
		TEST(test_states_that_are_none),
		TEST(test_back_ends_of_others),
		TEST(test_back_end_in_another_domain),
		TEST(test_names_that_are_no_numbers),
		TEST(test_a_disk_with_a_name_that_is_none),
		TEST(test_thousands_of_devices),
		TEST(test_thousands_of_queues_claimed),
		TEST(test_thousands_of_queues),
		TEST(test_devices_that_are_not_connected),
		TEST(test_too_many_pages),
		TEST(test_pages_that_lack),
		TEST(test_every_failure),
		TEST(test_device_that_disappears),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
