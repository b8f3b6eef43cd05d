/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of event bits is copied, and a guest is kicked through its own channel only. */
#include "guest/event-channels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/channels-double.h"
#include "tests/support/guest-double.h"

static void test_status(void **state)
{
	struct px_guest_double *guest = px_guest_double_new(PX_GUEST_PVH, 2);
	struct px_channels_double *built = px_channels_double_new(&guest->guest);
	struct px_port_status status = {0};

	px_channels_double_bind(built, 11, 42, 1);
	assert_null(px_event_channels_status(&built->channels, 7, 11, &status));
	assert_true(px_port_is_peer(&status, 0, 42));
	assert_false(px_port_is_peer(&status, 0, 43));
	assert_false(px_port_is_peer(&status, 1, 42));
	assert_int_equal(status.vcpu, 1);
	assert_null(px_event_channels_status(&built->channels, 0, 42, &status));
	assert_true(px_port_is_peer(&status, 7, 11));
	assert_null(px_event_channels_status(&built->channels, 7, 42, &status));
	assert_int_equal(status.binding, PX_PORT_INVALID);
	assert_false(px_port_is_peer(&status, 0, 0));
	px_event_channels_close(&built->channels);
	px_event_channels_close(NULL);
	px_guest_close(&guest->guest);
}

static void test_shared_info(void **state)
{
	struct px_guest_double *guest = px_guest_double_new(PX_GUEST_PV, 1);
	struct px_channels_double *built = px_channels_double_new(&guest->guest);
	px_frame_number frame = px_guest_double_frames(guest, 1);
	uint8_t page[PX_PAGE_SIZE];
	bool was_read = true;
	struct px_error *err;

	memset(px_guest_double_page(guest, frame), 0x5a, PX_PAGE_SIZE);
	assert_null(px_event_channels_shared_info(&built->channels, page, &was_read));
	assert_false(was_read); /* there is none */
	built->shared_info = px_frame_number_of(PX_DOUBLE_FRAMES + 1);
	assert_null(px_event_channels_shared_info(&built->channels, page, &was_read));
	assert_false(was_read); /* it cannot be mapped */
	built->shared_info = frame;
	assert_null(px_event_channels_shared_info(&built->channels, page, &was_read));
	assert_true(was_read);
	assert_memory_equal(page, px_guest_double_page(guest, frame), PX_PAGE_SIZE);
	assert_int_equal(guest->mapped_now, 0);

	built->fail = 1;
	err = px_event_channels_shared_info(&built->channels, page, &was_read);
	assert_non_null(err);
	px_error_free(err);
	guest->fail_map = 1;
	err = px_event_channels_shared_info(&built->channels, page, &was_read);
	assert_non_null(err);
	px_error_free(err);
	guest->die = 1;
	err = px_event_channels_shared_info(&built->channels, page, &was_read);
	assert_int_equal(err->code, PX_ERR_DOMAIN_GONE);
	px_error_free(err);
	px_event_channels_close(&built->channels);
	px_guest_close(&guest->guest);
}

static void test_kick(void **state)
{
	struct px_guest_double *guest = px_guest_double_new(PX_GUEST_PV, 1);
	struct px_channels_double *built = px_channels_double_new(&guest->guest);
	bool sent = true;
	struct px_error *err;

	px_channels_double_bind(built, 11, 42, 0);
	/* A port that was closed, and given to another domain, since it was looked up. */
	px_channels_double_put(built, 0, 43,
			       (struct px_port_status){.binding = PX_PORT_CLOSED});
	px_channels_double_put(built, 0, 44,
			       (struct px_port_status){.binding = PX_PORT_INTERDOMAIN,
						       .peer_domain = 8,
						       .peer_port = 11});
	for (uint32_t port = 41; port <= 44; port++) {
		if (port == 42)
			continue;
		assert_null(px_event_channels_kick(&built->channels, port, 11, &sent));
		assert_false(sent);
		sent = true;
	}
	assert_null(px_event_channels_kick(&built->channels, 42, 12, &sent));
	assert_false(sent);
	assert_int_equal(built->sent_count, 0);
	assert_null(px_event_channels_kick(&built->channels, 42, 11, &sent));
	assert_true(sent);
	assert_int_equal(built->sent_count, 1);
	assert_int_equal(built->sent[0], 42);
	for (unsigned int call = 1; call <= 2; call++) {
		built->fail = call;
		err = px_event_channels_kick(&built->channels, 42, 11, &sent);
		assert_non_null(err);
		px_error_free(err);
	}
	assert_int_equal(built->sent_count, 1);
	px_event_channels_close(&built->channels);
	px_guest_close(&guest->guest);
}

static void test_names(void **state)
{
	assert_string_equal(px_port_binding_name(PX_PORT_INTERDOMAIN), "interdomain");
	assert_string_equal(px_port_binding_name((enum px_port_binding)77), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_shared_info),
		cmocka_unit_test(test_kick),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
