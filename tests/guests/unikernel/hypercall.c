/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hypercalls of a PVH guest: Xen's public arch-x86/cpuid.h and xen.h, "Hypercall page". */
#include "hypercall.h"

#include <xen/arch-x86/cpuid.h>
#include <xen/hvm/hvm_op.h>
#include <xen/sched.h>

enum {
	STUB = 32,
	LEAF_STEP = 0x100, /* Xen's leaves may lie behind those of another interface */
	LEAF_TRIES = 256,
};

extern uint8_t hypercall_page[];

static void cpuid(uint32_t leaf, uint32_t ret[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(ret[0]), "=b"(ret[1]), "=c"(ret[2]), "=d"(ret[3])
			 : "0"(leaf), "2"(0));
}

static void write_msr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static uint32_t find_leaves(void)
{
	uint32_t regs[4], leaf = XEN_CPUID_FIRST_LEAF;

	for (int i = 0; i < LEAF_TRIES; i++, leaf += LEAF_STEP) {
		cpuid(leaf, regs);
		if (regs[1] == XEN_CPUID_SIGNATURE_EBX && regs[2] == XEN_CPUID_SIGNATURE_ECX &&
		    regs[3] == XEN_CPUID_SIGNATURE_EDX)
			return leaf;
	}
	return 0;
}

_Bool hypercall_init(void)
{
	uint32_t regs[4], leaf = find_leaves();

	if (!leaf)
		return 0;
	cpuid(leaf + 2, regs);
	write_msr(regs[1], (uintptr_t)hypercall_page);
	return 1;
}

long hypercall(unsigned int number, uintptr_t a, uintptr_t b, uintptr_t c)
{
	long result;

	__asm__ volatile("call *%[stub]"
			 : "=a"(result), "+D"(a), "+S"(b), "+d"(c)
			 : [stub] "r"((uintptr_t)hypercall_page + number * STUB)
			 : "rcx", "r8", "r9", "r10", "r11", "memory", "cc");
	return result;
}

uint64_t hypercall_parameter(unsigned int index)
{
	struct xen_hvm_param parameter = {.domid = DOMID_SELF, .index = index};

	if (hypercall(__HYPERVISOR_hvm_op, HVMOP_get_param, (uintptr_t)&parameter, 0))
		return 0;
	return parameter.value;
}

void hypercall_shutdown(void)
{
	struct sched_shutdown shutdown = {.reason = SHUTDOWN_poweroff};

	for (;;)
		hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uintptr_t)&shutdown, 0);
}
