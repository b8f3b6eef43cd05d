/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The doctor's two looks at a domain that is made of doubles: one that is well, one that dies
 * at each call, one whose xenstored or event channels fail. */
#include "ringtrace/doctor-take.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ringtrace/conclusion.h"
#include "tests/support/channels-double.h"
#include "tests/support/grants-double.h"
#include "tests/support/guest-double.h"
#include "tests/support/store-double.h"

#define FRONT "/local/domain/7/device/vif/0"
#define BACK  "/local/domain/0/backend/vif/7/0"

enum {
	TX_GRANT = 8,
	RX_GRANT = 9,
	CALLS_MAX = 200, /* of one report, more than there are */
};

struct world {
	struct px_guest_double *guest;
	struct px_store_double *store;
	struct px_grants_double *grants;
	struct px_channels_double *channels;
	struct px_target target;
	struct px_ring_sources sources;
	struct px_doctor_report report;
	struct px_conclusion conclusion;
};

static void put_ring(struct world *world, uint32_t grant, const char *key, uint32_t requests)
{
	px_frame_number frame = px_guest_double_frames(world->guest, 1);
	uint32_t *page = px_guest_double_page(world->guest, frame);

	px_grants_double_put(world->grants, grant, 0, frame);
	px_store_double_put_number(world->store, key, grant);
	page[0] = page[2] = requests;
	page[1] = page[3] = requests + 1;
}

static void put_interface(struct world *world)
{
	px_store_double_put(world->store, FRONT "/backend", BACK);
	px_store_double_put_number(world->store, FRONT "/state", 4);
	px_store_double_put_number(world->store, BACK "/state", 4);
	px_store_double_put_number(world->store, FRONT "/event-channel", 5);
	px_channels_double_bind(world->channels, 5, 40, 1);
	put_ring(world, TX_GRANT, FRONT "/tx-ring-ref", 20);
	put_ring(world, RX_GRANT, FRONT "/rx-ring-ref", 30);
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->guest = px_guest_double_new(PX_GUEST_PV, 2);
	world->store = px_store_double_new();
	world->grants = px_grants_double_new(1);
	world->channels = px_channels_double_new(&world->guest->guest);
	world->channels->shared_info = px_guest_double_frames(world->guest, 1);
	px_guest_double_run(world->guest, 1, PX_PAGING_4_LEVEL,
			    px_guest_double_root(world->guest), 0xffffffff81000000, 0);
	world->guest->vcpus[1].state = PX_VCPU_BLOCKED;
	put_interface(world);
	world->target.guest = &world->guest->guest;
	assert_null(px_memory_new(world->target.guest, 64, &world->target.memory));
	world->sources = (struct px_ring_sources){
		.guest = &world->guest->guest,
		.store = &world->store->store,
		.grants = &world->grants->grants,
		.channels = &world->channels->channels,
		.front = {.problem = "the guest is a unikernel"},
		.back = {.problem = "the kernel under us cannot be read"},
		.folder = "/nonexistent",
	};
	*state = world;
	return 0;
}

static void drop_report(struct world *world)
{
	px_conclusion_fini(&world->conclusion);
	px_doctor_report_fini(&world->report);
}

static int tear_down(void **state)
{
	struct world *world = *state;

	drop_report(world);
	px_memory_free(world->target.memory);
	px_event_channels_close(&world->channels->channels);
	px_grants_close(&world->grants->grants);
	px_store_close(&world->store->store);
	px_guest_close(&world->guest->guest);
	free(world);
	return 0;
}

static void take(struct world *world)
{
	const struct px_doctor_options options = {.interval_ns = 1000};
	struct px_error *err =
		px_doctor_take(&world->target, &world->sources, &options, &world->report);

	if (err)
		fail_msg("%s", err->message);
	assert_null(px_conclude(&world->report, &world->conclusion));
	assert_true(world->report.dissolved || !world->guest->pauses);
}

static bool lacks(const struct world *world, const char *what)
{
	for (size_t i = 0; i < world->report.lack_count; i++)
		if (strstr(world->report.lacks[i], what))
			return true;
	return false;
}

static void test_well(void **state)
{
	struct world *world = *state;
	const struct px_doctor_report *report;

	take(world);
	report = &world->report;
	assert_int_equal(report->look_count, 2);
	assert_int_equal(report->rings.reading_count, 2);
	assert_false(report->dissolved);
	assert_true(report->interval_ns >= 1000);
	assert_int_equal(report->vcpu_count, 2);
	assert_int_equal(px_doctor_last_look(&report->vcpus[0])->state, PX_VCPU_OFFLINE);
	assert_int_equal(px_doctor_last_look(&report->vcpus[1])->state, PX_VCPU_BLOCKED);
	assert_int_equal(report->vcpus[1].looks[1].upcall_pending, PX_ANSWER_NO);
	assert_int_equal(report->vcpus[1].looks[1].upcall_masked, PX_ANSWER_NO);
	assert_true(lacks(world, "--vmlinux"));
	assert_false(report->have_tasks);
	assert_true(world->conclusion.health != PX_HEALTH_FAULT);
}

/* vcpu_info 1 lies 64 bytes behind the first of the shared page. */
static void test_upcalls(void **state)
{
	struct world *world = *state;
	uint8_t *page = px_guest_double_page(world->guest, world->channels->shared_info);

	page[64] = 1;
	page[65] = 1;
	take(world);
	assert_int_equal(world->report.vcpus[1].looks[0].upcall_pending, PX_ANSWER_YES);
	assert_int_equal(world->report.vcpus[1].looks[0].upcall_masked, PX_ANSWER_YES);
	drop_report(world);

	/* Others leave that to their processor. */
	world->guest->guest.domain.type = PX_GUEST_PVH;
	take(world);
	assert_int_equal(world->report.vcpus[1].looks[0].upcall_pending, PX_ANSWER_YES);
	assert_int_equal(world->report.vcpus[1].looks[0].upcall_masked, PX_ANSWER_UNKNOWN);
}

/* Whenever it goes, what was seen till then is a report. */
static void test_dies(void **state)
{
	bool lives = false;
	unsigned int call;

	for (call = 1; call < CALLS_MAX && !lives; call++) {
		struct world *world;

		assert_int_equal(set_up((void **)&world), 0);
		world->guest->die = call;
		take(world);
		lives = !world->report.dissolved;
		assert_true(lives || !strcmp(world->conclusion.findings[0].id, "domain-gone"));
		assert_true(lives || world->conclusion.health == PX_HEALTH_UNKNOWN);
		tear_down((void **)&world);
	}
	assert_true(lives && call > 5);
}

/* Vcpus cannot be looked at: the rings can. */
static void test_no_stacks(void **state)
{
	struct world *world = *state;

	bool found = false;

	/* Some of the calls are for the rings. */
	for (unsigned int call = 1; call <= 4; call++) {
		world->guest->fail_gather = call;
		take(world);
		found |= lacks(world, "the stacks of the vCPUs: ");
		assert_int_equal(world->report.rings.reading_count, 2);
		drop_report(world);
	}
	assert_true(found);
}

static struct px_error *keep_silent(struct px_store *store, const char *path,
				    struct px_store_value *ret,
				    enum px_store_outcome *outcome_ret)
{
	return px_error_new(PX_ERR_NO_ANSWER, "xenstored does not answer");
}

static struct px_error *list_nothing(struct px_store *store, const char *path, size_t limit,
				     struct px_store_names *ret,
				     enum px_store_outcome *outcome_ret)
{
	return px_error_new(PX_ERR_NO_ANSWER, "xenstored does not answer");
}

static void test_silent_store(void **state)
{
	struct world *world = *state;
	const struct px_store_ops *answering = world->store->store.ops;
	const struct px_store_ops silent = {.read = keep_silent, .list = list_nothing};

	world->store->store.ops = &silent;
	take(world);
	world->store->store.ops = answering;
	assert_int_equal(world->conclusion.health, PX_HEALTH_FAULT);
	assert_string_equal(world->conclusion.findings[0].id, "store-silent");
	/* The stacks without names, and the rings: not once for each look. */
	assert_int_equal(world->report.lack_count, 2);
	assert_int_equal(world->report.look_count, 2);
}

/* Any one request that fails leaves a report, and no fault of the domain's. */
static void test_failing_store(void **state)
{
	struct world *world = *state;

	for (unsigned int request = 1; request < 10; request++) {
		world->store->fail = request;
		take(world);
		assert_true(lacks(world, "the rings: "));
		assert_int_equal(world->conclusion.health, PX_HEALTH_UNKNOWN);
		drop_report(world);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(well),	 TEST(upcalls),	     TEST(dies),
		TEST(no_stacks), TEST(silent_store), TEST(failing_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
