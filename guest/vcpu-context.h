/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Xen tells of a vCPU, decoded: the context (struct vcpu_guest_context of 64-bit x86, what
 * XEN_DOMCTL_getvcpucontext fills in) and, for HVM and PVH, the CPU record (struct hvm_hw_cpu)
 * with what the context lacks. Layouts are those of the Xen headers that this was built with.
 */
#ifndef PX_GUEST_VCPU_CONTEXT_H
#define PX_GUEST_VCPU_CONTEXT_H

#include "guest/guest.h"
#include "lib/bytes.h"

size_t px_vcpu_context_size(void);
size_t px_hvm_record_size(void);

/** Decode a PV vCPU; fills in all but state and cpu_time_ns. false: too few bytes. */
bool px_vcpu_context_decode_pv(struct px_bytes context, struct px_vcpu *ret);

/**
 * Entry points from a PV vCPU's context. false: too few bytes.
 */
bool px_vcpu_context_entry_pv(struct px_bytes context, struct px_vcpu_entry *ret);

/**
 * Whether an HVM or PVH vCPU is in long mode is not in its context but in the CPU record.
 * Zeroed, it knows nothing.
 */
struct px_hvm_mode {
	bool known;
	bool long_mode;
	uint64_t cr0, cr4; /* when the record was read; those bits that matter to the mode */
	uint16_t cs;
};

/**
 * Whether mode is that of this context. Long mode can only be left by way of CR0 and CR4;
 * before it was entered a change of the code segment makes the record worth reading again.
 */
bool px_hvm_mode_is_of(const struct px_hvm_mode *mode, struct px_bytes context);

/** The mode from the CPU record. false: too few bytes. */
bool px_hvm_mode_decode(struct px_bytes record, struct px_hvm_mode *ret);

/** Entry points from the CPU record. false: too few bytes. */
bool px_vcpu_context_entry_hvm(struct px_bytes record, struct px_vcpu_entry *ret);

/**
 * Page-table isolation of the guest (Linux's KPTI, arch/x86/mm/pti.c). A kernel that does it
 * has two roots beside each other: in user mode CR3 has the one with bit 12 set. Where process
 * context ids are in use, bit 11 is set then as well, and CR3 alone tells. Where they are not,
 * bit 12 may as well be part of an ordinary root: in user mode isolation is assumed until a
 * vCPU was in user mode with that bit clear. In the kernel the root is then taken as it is,
 * which is wrong for the few instructions of an entry from user mode that still have the
 * user's.
 */
struct px_isolation {
	bool is_off; /* for certain */
};

/** Decode an HVM or PVH vCPU, as above. */
bool px_vcpu_context_decode_hvm(struct px_bytes context, const struct px_hvm_mode *mode,
				struct px_isolation *isolation, struct px_vcpu *ret);

#endif
