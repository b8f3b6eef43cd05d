/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vCPU contexts and CPU records of Xen, decoded. */
#include "guest/vcpu-context.h"

#include <string.h>
#include <xenctrl.h>
#include <xen/foreign/x86_64.h>
#include <xen/hvm/save.h>

typedef vcpu_guest_context_x86_64_t context_t;
typedef HVM_SAVE_TYPE(CPU) record_t;

#define CR0_PG	       (UINT64_C(1) << 31)
#define CR3_USER_PCID  (UINT64_C(1) << 11)
#define CR3_USER_TABLE (UINT64_C(1) << 12)
#define CR3_FRAME      UINT64_C(0x000ffffffffff000)
#define CR4_PAE	       (UINT64_C(1) << 5)
#define CR4_LA57       (UINT64_C(1) << 12)
#define CR4_PCIDE      (UINT64_C(1) << 17)
#define CR4_MODE       (CR4_PAE | CR4_LA57)
#define EFER_LMA       (UINT64_C(1) << 10)
#define CS_RPL	       3u

size_t px_vcpu_context_size(void)
{
	return sizeof(context_t);
}

size_t px_hvm_record_size(void)
{
	return sizeof(record_t);
}

static bool copy_context(struct px_bytes bytes, context_t *ret)
{
	if (bytes.size < sizeof(*ret))
		return false;
	memcpy(ret, bytes.data, sizeof(*ret));
	return true;
}

static bool copy_record(struct px_bytes bytes, record_t *ret)
{
	if (bytes.size < sizeof(*ret))
		return false;
	memcpy(ret, bytes.data, sizeof(*ret));
	return true;
}

static void decode_registers(const context_t *context, struct px_vcpu *ret)
{
	const cpu_user_regs_x86_64_t *from = &context->user_regs;

	ret->regs = (struct px_regs){
		.reg =
			{
				[PX_REG_AX] = from->rax,
				[PX_REG_DX] = from->rdx,
				[PX_REG_CX] = from->rcx,
				[PX_REG_BX] = from->rbx,
				[PX_REG_SI] = from->rsi,
				[PX_REG_DI] = from->rdi,
				[PX_REG_BP] = from->rbp,
				[PX_REG_SP] = from->rsp,
				[PX_REG_R8] = from->r8,
				[PX_REG_R9] = from->r9,
				[PX_REG_R10] = from->r10,
				[PX_REG_R11] = from->r11,
				[PX_REG_R12] = from->r12,
				[PX_REG_R13] = from->r13,
				[PX_REG_R14] = from->r14,
				[PX_REG_R15] = from->r15,
				[PX_REG_IP] = from->rip,
			},
		.valid = (1u << PX_REGS) - 1,
	};
	ret->cs = from->cs;
	ret->have_context = true;
}

/* Kernel and user of a PV guest both run in ring 3, each with a root of its own. */
bool px_vcpu_context_decode_pv(struct px_bytes bytes, struct px_vcpu *ret)
{
	context_t context;

	if (!copy_context(bytes, &context))
		return false;
	decode_registers(&context, ret);
	ret->kernel_mode = context.flags & VGCF_in_kernel;
	ret->paging = PX_PAGING_4_LEVEL;
	ret->kernel_root = px_root_of(xen_cr3_to_pfn_x86_64(context.ctrlreg[3]));
	ret->user_root = context.ctrlreg[1]
				 ? px_root_of(xen_cr3_to_pfn_x86_64(context.ctrlreg[1]))
				 : ret->kernel_root;
	ret->gs_base_kernel = context.gs_base_kernel;
	return true;
}

bool px_vcpu_context_entry_pv(struct px_bytes bytes, struct px_vcpu_entry *ret)
{
	context_t context;

	if (!copy_context(bytes, &context))
		return false;
	*ret = (struct px_vcpu_entry){
		.lstar = context.syscall_callback_eip,
		.event_callback = context.event_callback_eip,
	};
	return true;
}

bool px_hvm_mode_is_of(const struct px_hvm_mode *mode, struct px_bytes bytes)
{
	context_t context;

	if (!mode->known || !copy_context(bytes, &context))
		return false;
	if (mode->cr0 != (context.ctrlreg[0] & CR0_PG) ||
	    mode->cr4 != (context.ctrlreg[4] & CR4_MODE))
		return false;
	return mode->long_mode || mode->cs == context.user_regs.cs;
}

bool px_hvm_mode_decode(struct px_bytes bytes, struct px_hvm_mode *ret)
{
	record_t record;

	if (!copy_record(bytes, &record))
		return false;
	*ret = (struct px_hvm_mode){
		.known = true,
		.long_mode = record.msr_efer & EFER_LMA,
		.cr0 = record.cr0 & CR0_PG,
		.cr4 = record.cr4 & CR4_MODE,
		.cs = (uint16_t)record.cs_sel,
	};
	return true;
}

bool px_vcpu_context_entry_hvm(struct px_bytes bytes, struct px_vcpu_entry *ret)
{
	record_t record;

	if (!copy_record(bytes, &record))
		return false;
	*ret = (struct px_vcpu_entry){.lstar = record.msr_lstar, .idt_base = record.idtr_base};
	return true;
}

static enum px_paging paging_of(uint64_t cr0, uint64_t cr4, const struct px_hvm_mode *mode)
{
	if (!(cr0 & CR0_PG))
		return PX_PAGING_OFF;
	if (!mode->long_mode)
		return PX_PAGING_32BIT;
	return cr4 & CR4_LA57 ? PX_PAGING_5_LEVEL : PX_PAGING_4_LEVEL;
}

static bool is_isolated_root(uint64_t cr3, uint64_t cr4, bool kernel_mode,
			     struct px_isolation *isolation)
{
	if (cr4 & CR4_PCIDE)
		return cr3 & CR3_USER_PCID && cr3 & CR3_USER_TABLE;
	if (kernel_mode)
		return false;
	if (!(cr3 & CR3_USER_TABLE))
		isolation->is_off = true;
	return !isolation->is_off;
}

static void decode_roots(uint64_t cr3, uint64_t cr4, struct px_isolation *isolation,
			 struct px_vcpu *ret)
{
	uint64_t root = cr3 & CR3_FRAME;

	ret->user_root = px_root_of(root >> PX_PAGE_SHIFT);
	if (is_isolated_root(cr3, cr4, ret->kernel_mode, isolation))
		root &= ~CR3_USER_TABLE;
	ret->kernel_root = px_root_of(root >> PX_PAGE_SHIFT);
}

/*
 * Xen takes the active GS base of ring 0 for the kernel's. Between an entry from user mode and
 * its SWAPGS it is still the user's; kernels keep theirs in the upper half.
 */
static uint64_t kernel_gs_base(const context_t *context)
{
	if (!(context->gs_base_kernel >> 63) && context->gs_base_user >> 63)
		return context->gs_base_user;
	return context->gs_base_kernel;
}

bool px_vcpu_context_decode_hvm(struct px_bytes bytes, const struct px_hvm_mode *mode,
				struct px_isolation *isolation, struct px_vcpu *ret)
{
	context_t context;

	if (!copy_context(bytes, &context))
		return false;
	decode_registers(&context, ret);
	ret->kernel_mode = (context.user_regs.cs & CS_RPL) == 0;
	ret->paging = paging_of(context.ctrlreg[0], context.ctrlreg[4], mode);
	decode_roots(context.ctrlreg[3], context.ctrlreg[4], isolation, ret);
	ret->gs_base_kernel = kernel_gs_base(&context);
	return true;
}
