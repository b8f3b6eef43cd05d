/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Event bits of a Linux kernel laid out in memory, with either ABI and with lies in it. */
#include "guest/linux-events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <xenctrl.h>
#include <cmocka.h>

#include "tests/support/flat-memory.h"

#define DATA	UINT64_C(0xffffffff82000000)
#define PAGES	UINT64_C(0xffff888000100000)
#define SHARED	UINT64_C(0xffff888000200000)
#define PER_CPU UINT64_C(0xffff88803fc00000)

/* Addresses, and offsets among a CPU's variables. */
enum {
	OPS = 0x10,
	ARRAY = 0x100,
	ARRAY_PAGES = 0x80,
	SHARED_INFO = 0x88,
	OFFSETS = 0x600,
	OPS_2L = 0x800,
	OPS_FIFO = 0x880,
	VCPU = 0x40,
	VCPU_INFO = 0x80,
};

static const struct {
	const char *name;
	uint64_t address;
} symbols[] = {
	{"evtchn_ops", DATA + OPS},
	{"evtchn_ops_2l", DATA + OPS_2L},
	{"evtchn_ops_fifo", DATA + OPS_FIFO},
	{"event_array", DATA + ARRAY},
	{"event_array_pages", DATA + ARRAY_PAGES},
	{"HYPERVISOR_shared_info", DATA + SHARED_INFO},
	{"__per_cpu_offset", DATA + OFFSETS},
	{"xen_vcpu", VCPU},
};

/* context: the name of a symbol that is missing, or NULL. */
static bool find_name(void *context, const char *name, uint64_t *ret)
{
	for (size_t i = 0; i < px_array_size(symbols); i++) {
		if (strcmp(symbols[i].name, name) != 0 || (context && !strcmp(context, name)))
			continue;
		*ret = symbols[i].address;
		return true;
	}
	return false;
}

static struct px_linux_event_layout layout_without(const char *name)
{
	const struct px_linux_names names = {find_name, (void *)(uintptr_t)name};

	return px_linux_event_layout_of(&names);
}

struct world {
	struct flat_memory memory;
	struct px_linux_reader reader;
	struct px_linux_event_layout layout;
};

/* A kernel with two pages of words and two CPUs. */
static void make_world(struct world *w, uint64_t ops)
{
	memset(w, 0, sizeof(*w));
	w->layout = layout_without(NULL);
	flat_memory_add(&w->memory, DATA, 4096);
	flat_memory_add(&w->memory, PAGES, 2 * 4096);
	flat_memory_add(&w->memory, SHARED, 4096);
	flat_memory_put64(&w->memory, DATA + OPS, ops);
	flat_memory_put64(&w->memory, DATA + ARRAY, PAGES + 4096);
	flat_memory_put64(&w->memory, DATA + ARRAY + 8, PAGES);
	flat_memory_put32(&w->memory, DATA + ARRAY_PAGES, 2);
	flat_memory_put64(&w->memory, DATA + SHARED_INFO, SHARED);
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		uint64_t offset = PER_CPU + cpu * UINT64_C(0x100000);

		flat_memory_put64(&w->memory, DATA + OFFSETS + 8 * cpu, offset);
		flat_memory_add(&w->memory, offset, 4096);
		flat_memory_put64(&w->memory, offset + VCPU, offset + VCPU_INFO);
	}
	w->reader = flat_memory_reader(&w->memory);
}

static struct px_port_bits port_of(struct world *w, uint32_t port)
{
	return px_linux_event_port(&w->layout, &w->reader, port);
}

static void test_fifo(void **state)
{
	struct world w;

	make_world(&w, DATA + OPS_FIFO);
	assert_int_equal(px_linux_event_abi(&w.layout, &w.reader), PX_EVENTS_FIFO);
	flat_memory_put32(&w.memory, PAGES + 4096 + 4 * 11, 1u << EVTCHN_FIFO_PENDING | 77);
	flat_memory_put32(&w.memory, PAGES + 4096 + 4 * 1023, 1u << EVTCHN_FIFO_MASKED);
	flat_memory_put32(&w.memory, PAGES + 4 * 1023, 1u << EVTCHN_FIFO_LINKED);
	assert_true(port_of(&w, 11).known && port_of(&w, 11).pending);
	assert_false(port_of(&w, 11).masked || port_of(&w, 11).linked);
	assert_true(port_of(&w, 1023).masked && !port_of(&w, 1023).pending);
	assert_true(port_of(&w, 2047).linked && !port_of(&w, 2047).pending);
	assert_true(port_of(&w, 1024).known && !port_of(&w, 1024).linked);
	w.memory.reads = 0;
	port_of(&w, 11);
	assert_true(w.memory.reads <= 5);
	flat_memory_fini(&w.memory);
}

/* Ports and pages that are not there, however many the guest says there are. */
static void test_fifo_lies(void **state)
{
	static const uint32_t counts[] = {2, 0, 3, 129, UINT32_MAX};
	static const uint32_t ports[] = {2048, 129 * 1024, (1 << 17) - 1, 1 << 17, UINT32_MAX};
	static const uint64_t pages[] = {0, 8, 0x1000, PAGES + 0x80000, UINT64_MAX - 3};
	struct world w;

	make_world(&w, DATA + OPS_FIFO);
	for (size_t i = 0; i < px_array_size(counts); i++) {
		flat_memory_put32(&w.memory, DATA + ARRAY_PAGES, counts[i]);
		for (size_t k = 0; k < px_array_size(ports); k++)
			assert_false(port_of(&w, ports[k]).known);
	}
	/* A page behind those that there can be. */
	flat_memory_put64(&w.memory, DATA + ARRAY + 8 * 127, PAGES);
	flat_memory_put64(&w.memory, DATA + ARRAY + 8 * 128, PAGES);
	assert_true(port_of(&w, 128 * 1024 - 1).known);
	assert_false(port_of(&w, 128 * 1024).known);
	for (size_t i = 0; i < px_array_size(pages); i++) {
		flat_memory_put64(&w.memory, DATA + ARRAY, pages[i]);
		assert_false(port_of(&w, 11).known);
	}
	flat_memory_fini(&w.memory);
}

static void test_two_level(void **state)
{
	shared_info_t info = {0};
	struct world w;

	make_world(&w, DATA + OPS_2L);
	assert_int_equal(px_linux_event_abi(&w.layout, &w.reader), PX_EVENTS_TWO_LEVEL);
	info.evtchn_pending[0] = 1 << 11;
	info.evtchn_mask[63] = UINT64_C(1) << 63;
	flat_memory_put(&w.memory, SHARED, &info, sizeof(info));
	assert_true(port_of(&w, 11).pending && !port_of(&w, 11).masked);
	assert_true(port_of(&w, 4095).masked && !port_of(&w, 4095).pending);
	assert_false(port_of(&w, 4096).known);
	flat_memory_put64(&w.memory, DATA + SHARED_INFO, 0x1000);
	assert_false(port_of(&w, 11).known);
	flat_memory_remove(&w.memory, SHARED);
	flat_memory_put64(&w.memory, DATA + SHARED_INFO, SHARED);
	assert_false(port_of(&w, 11).known);
	flat_memory_fini(&w.memory);
}

static void test_upcall(void **state)
{
	const uint64_t second = PER_CPU + 0x100000;
	vcpu_info_t info = {.evtchn_upcall_pending = 1, .evtchn_pending_sel = 5};
	struct px_upcall upcall;
	struct world w;

	make_world(&w, DATA + OPS_FIFO);
	flat_memory_put(&w.memory, second + VCPU_INFO, &info, sizeof(info));
	upcall = px_linux_event_upcall(&w.layout, &w.reader, 0);
	assert_true(upcall.known && !upcall.pending && !upcall.masked);
	upcall = px_linux_event_upcall(&w.layout, &w.reader, 1);
	assert_true(upcall.known && upcall.pending && !upcall.masked);
	assert_int_equal(upcall.selector, 5);
	/* Offsets of CPUs that are not there lead nowhere. */
	assert_false(px_linux_event_upcall(&w.layout, &w.reader, 2).known);
	flat_memory_add(&w.memory, DATA + 0x10000, 4096);
	flat_memory_put64(&w.memory, DATA + OFFSETS + 8 * 8191, PER_CPU);
	flat_memory_put64(&w.memory, DATA + OFFSETS + 8 * 8192, PER_CPU);
	assert_true(px_linux_event_upcall(&w.layout, &w.reader, 8191).known);
	assert_false(px_linux_event_upcall(&w.layout, &w.reader, 8192).known);
	assert_false(px_linux_event_upcall(&w.layout, &w.reader, UINT32_MAX).known);
	flat_memory_put64(&w.memory, second + VCPU, 0x1000);
	assert_false(px_linux_event_upcall(&w.layout, &w.reader, 1).known);
	flat_memory_fini(&w.memory);
}

/* Whatever symbol is missing, what needs it is unknown, and address 0 is never read. */
static void test_missing_symbols(void **state)
{
	for (size_t i = 0; i < px_array_size(symbols); i++) {
		const char *name = symbols[i].name;
		struct world w;

		make_world(&w, DATA + OPS_FIFO);
		flat_memory_add(&w.memory, 0, 4096);
		w.layout = layout_without(name);
		assert_int_equal(port_of(&w, 11).known,
				 strcmp(name, "evtchn_ops") != 0 &&
					 strcmp(name, "evtchn_ops_fifo") &&
					 strncmp(name, "event_array", 11));
		assert_int_equal(px_linux_event_upcall(&w.layout, &w.reader, 0).known,
				 strcmp(name, "__per_cpu_offset") != 0 &&
					 strcmp(name, "xen_vcpu"));
		flat_memory_put64(&w.memory, DATA + OPS, 0);
		assert_int_equal(px_linux_event_abi(&w.layout, &w.reader), PX_EVENTS_UNKNOWN);
		assert_false(port_of(&w, 11).known);
		flat_memory_put64(&w.memory, DATA + OPS, DATA + 0x900); /* of another kernel */
		assert_int_equal(px_linux_event_abi(&w.layout, &w.reader), PX_EVENTS_UNKNOWN);
		flat_memory_put64(&w.memory, DATA + OPS, DATA + OPS_2L);
		assert_int_equal(port_of(&w, 11).known,
				 strcmp(name, "evtchn_ops") != 0 &&
					 strcmp(name, "evtchn_ops_2l") &&
					 strcmp(name, "HYPERVISOR_shared_info"));
		flat_memory_fini(&w.memory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_fifo_lies),
		cmocka_unit_test(test_two_level),
		cmocka_unit_test(test_upcall),
		cmocka_unit_test(test_missing_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
