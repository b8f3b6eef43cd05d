/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bits of the two-level ABI; the structures of Xen's headers are the measure. */
#include "guest/event-bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xen/foreign/x86_32.h>
#include <cmocka.h>

static struct px_port_bits port_of(const void *info, enum px_event_width width, uint32_t port)
{
	return px_shared_info_port(px_bytes_of(info, 4096), width, port);
}

/* Each port's bits by themselves. */
static void test_ports_64(void **state)
{
	static union {
		shared_info_t info;
		uint8_t page[4096];
	} shared;

	for (uint32_t port = 0; port < 4096; port++) {
		uint32_t other = (port + 1) % 4096;

		memset(&shared, 0, sizeof(shared));
		shared.info.evtchn_pending[port / 64] = UINT64_C(1) << port % 64;
		shared.info.evtchn_mask[other / 64] = UINT64_C(1) << other % 64;
		assert_true(port_of(&shared, PX_EVENTS_64, port).pending);
		assert_false(port_of(&shared, PX_EVENTS_64, port).masked);
		assert_false(port_of(&shared, PX_EVENTS_64, other).pending);
		assert_true(port_of(&shared, PX_EVENTS_64, other).masked);
		assert_true(port_of(&shared, PX_EVENTS_64, other).known);
	}
	assert_false(port_of(&shared, PX_EVENTS_64, 4096).known);
	assert_false(port_of(&shared, PX_EVENTS_64, UINT32_MAX).known);
}

static void test_ports_32(void **state)
{
	static union {
		shared_info_x86_32_t info;
		uint8_t page[4096];
	} shared;

	for (uint32_t port = 0; port < 1024; port++) {
		uint32_t other = (port + 1) % 1024;

		memset(&shared, 0, sizeof(shared));
		shared.info.evtchn_pending[port / 32] = UINT32_C(1) << port % 32;
		shared.info.evtchn_mask[other / 32] = UINT32_C(1) << other % 32;
		assert_true(port_of(&shared, PX_EVENTS_32, port).pending);
		assert_false(port_of(&shared, PX_EVENTS_32, port).masked);
		assert_false(port_of(&shared, PX_EVENTS_32, other).pending);
		assert_true(port_of(&shared, PX_EVENTS_32, other).masked);
	}
	assert_false(port_of(&shared, PX_EVENTS_32, 1024).known);
}

static void check_upcall(struct px_upcall upcall, bool pending, bool masked, uint64_t selector)
{
	assert_true(upcall.known);
	assert_int_equal(upcall.pending, pending);
	assert_int_equal(upcall.masked, masked);
	assert_int_equal(upcall.selector, selector);
}

static void test_upcalls(void **state)
{
	static union {
		shared_info_t info;
		shared_info_x86_32_t info32;
		uint8_t page[4096];
	} shared;
	struct px_bytes page = px_bytes_of(&shared, sizeof(shared));

	shared.info.vcpu_info[31].evtchn_upcall_pending = 1;
	shared.info.vcpu_info[31].evtchn_pending_sel = UINT64_C(1) << 63;
	shared.info.vcpu_info[1].evtchn_upcall_mask = 0xff;
	check_upcall(px_shared_info_upcall(page, PX_EVENTS_64, 31), true, false,
		     UINT64_C(1) << 63);
	check_upcall(px_shared_info_upcall(page, PX_EVENTS_64, 1), false, true, 0);
	check_upcall(px_shared_info_upcall(page, PX_EVENTS_64, 0), false, false, 0);
	assert_false(px_shared_info_upcall(page, PX_EVENTS_64, 32).known);
	assert_false(px_shared_info_upcall(page, PX_EVENTS_64, UINT32_MAX).known);

	memset(&shared, 0, sizeof(shared));
	shared.info32.vcpu_info[2].evtchn_upcall_pending = 1;
	shared.info32.vcpu_info[2].evtchn_pending_sel = 0x80000001;
	shared.info32.vcpu_info[2].arch.cr2 = ~0u;
	check_upcall(px_shared_info_upcall(page, PX_EVENTS_32, 2), true, false, 0x80000001);
}

static void test_abi(void **state)
{
	static union {
		shared_info_t info;
		shared_info_x86_32_t info32;
		uint8_t page[4096];
	} shared;
	struct px_bytes page = px_bytes_of(&shared, sizeof(shared));

	assert_int_equal(px_shared_info_abi(page, PX_EVENTS_64), PX_EVENTS_UNKNOWN);
	/* What a kernel leaves behind that went over to the FIFO. */
	shared.info.evtchn_pending[0] = ~0ul;
	shared.info.evtchn_pending[63] = ~0ul;
	shared.info.wc_sec = ~0u;
	assert_int_equal(px_shared_info_abi(page, PX_EVENTS_64), PX_EVENTS_UNKNOWN);
	shared.info.evtchn_mask[63] = UINT64_C(1) << 63;
	assert_int_equal(px_shared_info_abi(page, PX_EVENTS_64), PX_EVENTS_TWO_LEVEL);

	memset(&shared, 0, sizeof(shared));
	shared.info32.evtchn_pending[31] = ~0u;
	shared.info32.wc_version = ~0u;
	assert_int_equal(px_shared_info_abi(page, PX_EVENTS_32), PX_EVENTS_UNKNOWN);
	shared.info32.evtchn_mask[0] = 1;
	assert_int_equal(px_shared_info_abi(page, PX_EVENTS_32), PX_EVENTS_TWO_LEVEL);
}

/* Exact allocations, so that a sanitizer sees a read beyond. */
static void test_too_short(void **state)
{
	for (size_t size = 0; size < 3072; size += 64) {
		uint8_t *bytes = calloc(1, size + 1);
		struct px_bytes page = px_bytes_of(bytes, size);

		assert_false(px_shared_info_port(page, PX_EVENTS_64, 0).known);
		assert_int_equal(px_shared_info_abi(page, PX_EVENTS_64), PX_EVENTS_UNKNOWN);
		assert_int_equal(px_shared_info_upcall(page, PX_EVENTS_64, 31).known,
				 size >= 2048);
		assert_int_equal(px_vcpu_info_decode(page, PX_EVENTS_64).known, size >= 16);
		free(bytes);
	}
}

static void test_names(void **state)
{
	assert_string_equal(px_event_abi_name(PX_EVENTS_FIFO), "fifo");
	assert_string_equal(px_event_abi_name((enum px_event_abi)77), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_64),  cmocka_unit_test(test_ports_32),
		cmocka_unit_test(test_upcalls),	  cmocka_unit_test(test_abi),
		cmocka_unit_test(test_too_short), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
