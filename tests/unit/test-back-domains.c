/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which domains are opened because a guest has back ends there. */
#include "ringtrace/back-domains.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/store-double.h"

enum {
	GUEST = 7,
};

static void put_device(struct px_store_double *store, const char *device, const char *backend)
{
	char path[96];

	snprintf(path, sizeof(path), "/local/domain/%d/device/%s/backend-id", GUEST, device);
	px_store_double_put(store, path, backend);
}

/* Where tests run there are no such domains: each says so, once. */
static void test_others(void **state)
{
	struct px_store_double *store = px_store_double_new();
	struct px_back_domains domains = {0};

	put_device(store, "vif/0", "4001");
	put_device(store, "vif/1", "0");
	put_device(store, "vif/2", "7");
	put_device(store, "vif/3", "4001");
	put_device(store, "vif/4", "-4");
	put_device(store, "vif/5", "four");
	put_device(store, "vbd/51712", "4002");
	put_device(store, "vkbd/0", "4003");
	assert_null(px_back_domains_hold(&store->store, GUEST, &domains));
	assert_int_equal(domains.count, 2);
	assert_int_equal(domains.all[0].id, 4001);
	assert_int_equal(domains.all[1].id, 4002);
	assert_non_null(strstr(domains.all[0].kernel.problem, "domain 4001: "));
	assert_null(domains.all[0].kernel.drivers);
	assert_null(px_back_domains_look(&domains));
	assert_null(px_back_domains_refresh(&domains));
	assert_null(domains.all[0].stopped);
	assert_ptr_equal(px_back_domains_find(&domains, 4002), &domains.all[1]);
	assert_null(px_back_domains_find(&domains, 0));
	assert_null(px_back_domains_find(&domains, 4003));
	px_back_domains_fini(&domains);
	assert_int_equal(domains.count, 0);
	px_store_close(&store->store);
}

/* Of those that a guest makes up a few are tried. */
static void test_too_many(void **state)
{
	struct px_store_double *store = px_store_double_new();
	struct px_back_domains domains = {0};

	for (unsigned int i = 0; i < 200; i++) {
		char device[16], backend[16];

		snprintf(device, sizeof(device), "vif/%u", i);
		snprintf(backend, sizeof(backend), "%u", 4000 + i);
		put_device(store, device, backend);
	}
	assert_null(px_back_domains_hold(&store->store, GUEST, &domains));
	assert_int_equal(domains.count, PX_BACK_DOMAINS_MAX);
	assert_true(store->store.requests < 80);
	px_back_domains_fini(&domains);
	px_store_close(&store->store);
}

static void test_no_xenstored(void **state)
{
	struct px_store_double *store = px_store_double_new();
	struct px_back_domains domains = {0};
	struct px_error *err;

	put_device(store, "vif/0", "4001");
	store->fail = 2;
	err = px_back_domains_hold(&store->store, GUEST, &domains);
	assert_non_null(err);
	px_error_free(err);
	px_back_domains_fini(&domains);
	px_store_close(&store->store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_no_xenstored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
