/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contexts and CPU records, built from Xen's own structures. */
#include "guest/vcpu-context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xen/foreign/x86_64.h>
#include <xen/hvm/save.h>
#include <cmocka.h>

#define CR0_PG	    0x80000001u
#define CR0_TS	    0x8u
#define CR4_PAE	    0x20u
#define CR4_LA57    0x1000u
#define CR4_PCIDE   0x20000u
#define EFER_LONG   0xd01u /* SCE, LME, LMA, NXE */
#define EFER_LEGACY 0x801u

#define KERNEL_CS 0x10
#define USER_CS	  0x33

typedef vcpu_guest_context_x86_64_t context_t;
typedef HVM_SAVE_TYPE(CPU) record_t;

#define BYTES(object) px_bytes_of(&(object), sizeof(object))

static const struct px_hvm_mode long_mode = {.known = true, .long_mode = true};

/* The offsets that this relies on, as measured on Xen 4.17. */
static void test_layout(void **state)
{
	assert_int_equal(px_vcpu_context_size(), 5168);
	assert_int_equal(offsetof(context_t, ctrlreg), 4984);
	assert_int_equal(offsetof(context_t, gs_base_kernel), 5152);
	assert_int_equal(offsetof(record_t, msr_lstar), 960);
	assert_int_equal(offsetof(record_t, idtr_base), 872);
}

static void test_registers(void **state)
{
	context_t context = {
		.user_regs = {.rax = 1,
			      .rbx = 2,
			      .rcx = 3,
			      .rdx = 4,
			      .rsi = 5,
			      .rdi = 6,
			      .rbp = 7,
			      .rsp = 8,
			      .r8 = 9,
			      .r9 = 10,
			      .r10 = 11,
			      .r11 = 12,
			      .r12 = 13,
			      .r13 = 14,
			      .r14 = 15,
			      .r15 = 16,
			      .rip = 17,
			      .cs = 0xe033},
	};
	/* DWARF order, from the ABI's figure: ax dx cx bx si di bp sp r8-r15 ip. */
	const uint64_t expected[PX_REGS] = {1,	4,  3,	2,  5,	6,  7,	8, 9,
					    10, 11, 12, 13, 14, 15, 16, 17};
	struct px_vcpu vcpu = {.state = PX_VCPU_BLOCKED, .cpu_time_ns = 99};

	assert_true(px_vcpu_context_decode_pv(BYTES(context), &vcpu));
	assert_memory_equal(vcpu.regs.reg, expected, sizeof(expected));
	assert_int_equal(vcpu.regs.valid, (1u << PX_REGS) - 1);
	assert_int_equal(vcpu.cs, 0xe033);
	assert_true(vcpu.have_context);
	assert_int_equal(vcpu.state, PX_VCPU_BLOCKED);
	assert_int_equal(vcpu.cpu_time_ns, 99);
}

static void test_too_short(void **state)
{
	context_t context = {0};
	record_t record = {0};
	struct px_bytes part = px_bytes_of(&context, sizeof(context) - 1);
	struct px_bytes record_part = px_bytes_of(&record, sizeof(record) - 1);
	struct px_isolation isolation = {0};
	struct px_vcpu_entry entry;
	struct px_hvm_mode mode;
	struct px_vcpu vcpu;

	assert_false(px_vcpu_context_decode_pv(part, &vcpu));
	assert_false(px_vcpu_context_decode_hvm(part, &long_mode, &isolation, &vcpu));
	assert_false(px_vcpu_context_entry_pv(part, &entry));
	assert_false(px_hvm_mode_is_of(&long_mode, part));
	assert_false(px_hvm_mode_decode(record_part, &mode));
	assert_false(px_vcpu_context_entry_hvm(record_part, &entry));
}

/* --- PV
 * --------------------------------------------------------------------------------------- */

static void test_pv(void **state)
{
	context_t context = {
		.flags = VGCF_in_kernel | VGCF_online,
		.user_regs.cs = 0xe033,
		.ctrlreg = {[1] = 0x222000, [3] = 0x333000},
		.gs_base_kernel = 0xffff888000000000,
		.gs_base_user = 0x7000,
		.syscall_callback_eip = 0xffffffff81e01000,
		.event_callback_eip = 0xffffffff81e02000,
	};
	struct px_vcpu_entry entry = {.idt_base = 1};
	struct px_vcpu vcpu = {0};

	assert_true(px_vcpu_context_decode_pv(BYTES(context), &vcpu));
	assert_true(vcpu.kernel_mode);
	assert_int_equal(vcpu.paging, PX_PAGING_4_LEVEL);
	assert_int_equal(vcpu.kernel_root.frame, 0x333);
	assert_int_equal(vcpu.user_root.frame, 0x222);
	assert_int_equal(vcpu.gs_base_kernel, 0xffff888000000000);
	assert_true(px_vcpu_context_entry_pv(BYTES(context), &entry));
	assert_int_equal(entry.lstar, 0xffffffff81e01000);
	assert_int_equal(entry.event_callback, 0xffffffff81e02000);
	assert_int_equal(entry.idt_base, 0);
	/* User code runs with the same ring; a kernel thread has no user root. */
	context.flags = VGCF_online;
	context.ctrlreg[1] = 0;
	assert_true(px_vcpu_context_decode_pv(BYTES(context), &vcpu));
	assert_false(vcpu.kernel_mode);
	assert_int_equal(vcpu.user_root.frame, 0x333);
}

/* --- HVM and PVH
 * ------------------------------------------------------------------------------ */

static struct px_vcpu decode(uint64_t cr3, uint64_t cr4, uint16_t cs,
			     struct px_isolation *isolation)
{
	context_t context = {
		.user_regs.cs = cs,
		.ctrlreg = {[0] = CR0_PG, [3] = cr3, [4] = CR4_PAE | cr4},
	};
	struct px_vcpu vcpu = {0};

	assert_true(px_vcpu_context_decode_hvm(BYTES(context), &long_mode, isolation, &vcpu));
	return vcpu;
}

static void test_paging(void **state)
{
	const struct {
		uint64_t cr0, cr4;
		bool long_mode;
		enum px_paging expected;
	} cases[] = {
		{0, 0, false, PX_PAGING_OFF},
		{0, CR4_PAE | CR4_LA57, true, PX_PAGING_OFF},
		{CR0_PG, 0, false, PX_PAGING_32BIT},
		{CR0_PG, CR4_PAE, false, PX_PAGING_32BIT},
		{CR0_PG, CR4_PAE, true, PX_PAGING_4_LEVEL},
		{CR0_PG, CR4_PAE | CR4_LA57, true, PX_PAGING_5_LEVEL},
	};

	for (size_t i = 0; i < px_array_size(cases); i++) {
		context_t context = {.ctrlreg = {[0] = cases[i].cr0, [4] = cases[i].cr4}};
		struct px_hvm_mode mode = {.known = true, .long_mode = cases[i].long_mode};
		struct px_isolation isolation = {0};
		struct px_vcpu vcpu = {0};

		assert_true(
			px_vcpu_context_decode_hvm(BYTES(context), &mode, &isolation, &vcpu));
		assert_int_equal(vcpu.paging, cases[i].expected);
	}
}

static void test_isolation_with_pcid(void **state)
{
	struct px_isolation isolation = {0};
	struct px_vcpu vcpu;

	/* Bits 11 and 12: the user's table of the pair. */
	vcpu = decode(0x5001806, CR4_PCIDE, USER_CS, &isolation);
	assert_false(vcpu.kernel_mode);
	assert_int_equal(vcpu.user_root.frame, 0x5001);
	assert_int_equal(vcpu.kernel_root.frame, 0x5000);
	/* An entry from user mode that has not switched yet. */
	vcpu = decode(0x5001806, CR4_PCIDE, KERNEL_CS, &isolation);
	assert_true(vcpu.kernel_mode);
	assert_int_equal(vcpu.kernel_root.frame, 0x5000);
	/* No isolation: an odd frame is an odd frame. */
	vcpu = decode(0x5001006, CR4_PCIDE, USER_CS, &isolation);
	assert_int_equal(vcpu.kernel_root.frame, 0x5001);
	vcpu = decode(0x5000006, CR4_PCIDE, KERNEL_CS, &isolation);
	assert_int_equal(vcpu.kernel_root.frame, 0x5000);
}

static void test_isolation_without_pcid(void **state)
{
	struct px_isolation isolation = {0};

	assert_int_equal(decode(0x5001000, 0, USER_CS, &isolation).kernel_root.frame, 0x5000);
	assert_int_equal(decode(0x5001018, 0, USER_CS, &isolation).user_root.frame, 0x5001);
	/* In the kernel a root is what it is. */
	assert_int_equal(decode(0x6001000, 0, KERNEL_CS, &isolation).kernel_root.frame, 0x6001);
	assert_false(isolation.is_off);
	/* User mode with bit 12 clear: there is none, so odd frames are odd frames. */
	assert_int_equal(decode(0x6000000, 0, USER_CS, &isolation).kernel_root.frame, 0x6000);
	assert_true(isolation.is_off);
	assert_int_equal(decode(0x5001000, 0, USER_CS, &isolation).kernel_root.frame, 0x5001);
}

static void test_root_masks(void **state)
{
	struct px_isolation isolation = {.is_off = true};
	struct px_vcpu vcpu = decode(UINT64_MAX, 0, KERNEL_CS, &isolation);

	assert_int_equal(vcpu.kernel_root.frame, UINT64_C(0xffffffffff));
	assert_int_equal(vcpu.user_root.frame, UINT64_C(0xffffffffff));
}

static void test_gs_base(void **state)
{
	const uint64_t kernel = 0xffff888012340000, user = 0x7fff00001000;
	struct px_isolation isolation = {0};
	context_t context = {.user_regs.cs = KERNEL_CS};
	struct px_vcpu vcpu = {0};

	context.gs_base_kernel = kernel;
	context.gs_base_user = user;
	assert_true(px_vcpu_context_decode_hvm(BYTES(context), &long_mode, &isolation, &vcpu));
	assert_int_equal(vcpu.gs_base_kernel, kernel);
	/* In ring 0 before SWAPGS. */
	context.gs_base_kernel = user;
	context.gs_base_user = kernel;
	assert_true(px_vcpu_context_decode_hvm(BYTES(context), &long_mode, &isolation, &vcpu));
	assert_int_equal(vcpu.gs_base_kernel, kernel);
	/* A kernel that has none, or one in the lower half. */
	context.gs_base_kernel = 0x1000;
	context.gs_base_user = 0;
	assert_true(px_vcpu_context_decode_hvm(BYTES(context), &long_mode, &isolation, &vcpu));
	assert_int_equal(vcpu.gs_base_kernel, 0x1000);
}

static void test_record(void **state)
{
	record_t record = {
		.cr0 = CR0_PG,
		.cr4 = CR4_PAE | 0x400,
		.cs_sel = KERNEL_CS,
		.msr_efer = EFER_LONG,
		.msr_lstar = 0xffffffff81e00080,
		.idtr_base = 0xfffffe0000000000,
	};
	context_t context = {.user_regs.cs = USER_CS,
			     .ctrlreg = {[0] = CR0_PG | CR0_TS, [4] = CR4_PAE}};
	struct px_vcpu_entry entry = {.event_callback = 1};
	struct px_hvm_mode mode = {0};

	assert_false(px_hvm_mode_is_of(&mode, BYTES(context)));
	assert_true(px_hvm_mode_decode(BYTES(record), &mode));
	assert_true(mode.known && mode.long_mode);
	assert_true(px_vcpu_context_entry_hvm(BYTES(record), &entry));
	assert_int_equal(entry.lstar, 0xffffffff81e00080);
	assert_int_equal(entry.idt_base, 0xfffffe0000000000);
	assert_int_equal(entry.event_callback, 0);
	/* Neither CS nor bits such as TS and PGE make a vCPU leave long mode. */
	assert_true(px_hvm_mode_is_of(&mode, BYTES(context)));
	context.ctrlreg[4] |= CR4_LA57;
	assert_false(px_hvm_mode_is_of(&mode, BYTES(context)));
	context.ctrlreg[4] = CR4_PAE;
	context.ctrlreg[0] = 1;
	assert_false(px_hvm_mode_is_of(&mode, BYTES(context)));
	/* On the way to long mode the far jump changes CS and nothing else that we see. */
	record.msr_efer = EFER_LEGACY;
	context.ctrlreg[0] = CR0_PG;
	context.user_regs.cs = KERNEL_CS;
	assert_true(px_hvm_mode_decode(BYTES(record), &mode));
	assert_false(mode.long_mode);
	assert_true(px_hvm_mode_is_of(&mode, BYTES(context)));
	context.user_regs.cs = 0x18;
	assert_false(px_hvm_mode_is_of(&mode, BYTES(context)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_registers),
		cmocka_unit_test(test_too_short),
		cmocka_unit_test(test_pv),
		cmocka_unit_test(test_paging),
		cmocka_unit_test(test_isolation_with_pcid),
		cmocka_unit_test(test_isolation_without_pcid),
		cmocka_unit_test(test_root_masks),
		cmocka_unit_test(test_gs_base),
		cmocka_unit_test(test_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
