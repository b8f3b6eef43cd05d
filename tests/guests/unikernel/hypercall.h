/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls into Xen, through the page of stubs that it provides. */
#ifndef UNIKERNEL_HYPERCALL_H
#define UNIKERNEL_HYPERCALL_H

#include <stdint.h>

#include <xen/xen.h>

/** Have Xen write its stubs; false where there is no Xen. Before every other call. */
_Bool hypercall_init(void);

/** Call number with up to three arguments; what Xen returns. */
long hypercall(unsigned int number, uintptr_t a, uintptr_t b, uintptr_t c);

/** One of the domain's parameters (HVM_PARAM_*); 0 where there is none. */
uint64_t hypercall_parameter(unsigned int index);

/** Power off. Does not return. */
_Noreturn void hypercall_shutdown(void);

#endif
