/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The 2-level event channels and the time of vCPU 0 in struct shared_info (Xen's public xen.h).
 * Interrupts are off: a wait is SCHEDOP_poll, which blocks the vCPU in Xen.
 */
#include "events.h"

#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/memory.h>
#include <xen/sched.h>

#include "hypercall.h"

enum {
	PAGE_SHIFT = 12,
	PRESENT_WRITABLE = 3,
	PORTS_PER_WORD = 8 * sizeof(xen_ulong_t),
};

static union {
	struct shared_info info;
	uint8_t page[1 << PAGE_SHIFT];
} shared __attribute__((aligned(1 << PAGE_SHIFT)));

/* As guests do at their start; a port is opened when somebody takes its events. */
static void mask_all(void)
{
	for (unsigned int i = 0; i < sizeof(shared.info.evtchn_mask) / sizeof(xen_ulong_t); i++)
		shared.info.evtchn_mask[i] = ~(xen_ulong_t)0;
}

_Bool events_init(void)
{
	struct xen_add_to_physmap map = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_shared_info,
		.gpfn = (uintptr_t)&shared >> PAGE_SHIFT,
	};

	if (hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, (uintptr_t)&map, 0))
		return 0;
	mask_all();
	return 1;
}

_Bool events_init_pv(uint64_t machine_address)
{
	if (hypercall(__HYPERVISOR_update_va_mapping, (uintptr_t)&shared,
		      machine_address | PRESENT_WRITABLE, UVMF_INVLPG))
		return 0;
	mask_all();
	return 1;
}

void events_notify(uint32_t port)
{
	struct evtchn_send send = {.port = port};

	hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (uintptr_t)&send, 0);
}

void events_wait(uint32_t port, uint64_t end_ns)
{
	struct sched_poll poll = {.nr_ports = 1, .timeout = end_ns};

	set_xen_guest_handle(poll.ports, &port);
	hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uintptr_t)&poll, 0);
	__atomic_fetch_and(&shared.info.evtchn_pending[port / PORTS_PER_WORD],
			   ~((xen_ulong_t)1 << port % PORTS_PER_WORD), __ATOMIC_SEQ_CST);
}

uint32_t events_allocate(uint16_t domain)
{
	struct evtchn_alloc_unbound unbound = {.dom = DOMID_SELF, .remote_dom = domain};

	if (hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound,
		      (uintptr_t)&unbound, 0))
		return 0;
	return unbound.port;
}

static xen_ulong_t bit_of(uint32_t port)
{
	return (xen_ulong_t)1 << port % PORTS_PER_WORD;
}

void events_mask(uint32_t port)
{
	__atomic_fetch_or(&shared.info.evtchn_mask[port / PORTS_PER_WORD], bit_of(port),
			  __ATOMIC_SEQ_CST);
}

void events_unmask(uint32_t port)
{
	__atomic_fetch_and(&shared.info.evtchn_mask[port / PORTS_PER_WORD], ~bit_of(port),
			   __ATOMIC_SEQ_CST);
}

static _Bool is_masked(uint32_t port)
{
	return !!(__atomic_load_n(&shared.info.evtchn_mask[port / PORTS_PER_WORD],
				  __ATOMIC_SEQ_CST) &
		  bit_of(port));
}

void events_acknowledge(void)
{
	struct vcpu_info *vcpu = &shared.info.vcpu_info[0];

	__atomic_store_n(&vcpu->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&vcpu->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
}

_Bool events_take(uint32_t port)
{
	if (is_masked(port))
		return 0;
	return !!(__atomic_fetch_and(&shared.info.evtchn_pending[port / PORTS_PER_WORD],
				     ~bit_of(port), __ATOMIC_SEQ_CST) &
		  bit_of(port));
}

void events_wait_any(const uint32_t *ports, unsigned int count, uint64_t end_ns)
{
	evtchn_port_t awake[EVENTS_MOST];
	struct sched_poll poll = {.timeout = end_ns};

	for (unsigned int i = 0; i < count && poll.nr_ports < EVENTS_MOST; i++)
		if (!is_masked(ports[i]))
			awake[poll.nr_ports++] = ports[i];
	set_xen_guest_handle(poll.ports, awake);
	hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uintptr_t)&poll, 0);
}

static uint64_t read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* The product has 96 bits: 32 x 32 in two parts, without a library's 128-bit arithmetic. */
static uint64_t scale(uint64_t ticks, uint32_t multiplier, int8_t shift)
{
	ticks = shift < 0 ? ticks >> -shift : ticks << shift;
	return (ticks >> 32) * multiplier + ((ticks & UINT32_MAX) * multiplier >> 32);
}

/* Each processor's rate is measured by itself: a vCPU that comes to another may find less time.
 */
static uint64_t never_back(uint64_t now)
{
	static uint64_t latest;

	if (now > latest)
		latest = now;
	return latest;
}

uint64_t clock_ns(void)
{
	const volatile struct vcpu_time_info *time = &shared.info.vcpu_info[0].time;
	uint32_t version;
	uint64_t now;

	do {
		version = time->version;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		now = time->system_time + scale(read_tsc() - time->tsc_timestamp,
						time->tsc_to_system_mul, time->tsc_shift);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (version & 1 || version != time->version);
	return never_back(now);
}
