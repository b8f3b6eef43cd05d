/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From Xen's PV entry point to C: 64-bit mode at Xen's mercy, in page tables that Xen made and
 * with its start information in RSI (Xen's public xen.h, "Start-of-day memory layout"). Events
 * are masked.
 */
#include <xen/elfnote.h>

	.macro text_note type, text
	.long 4, 2f - 1f, \type
	.asciz "Xen"
1:	.asciz "\text"
2:	.balign 4
	.endm

	.macro address_note type, address
	.long 4, 8, \type
	.asciz "Xen"
	.quad \address
	.endm

	.section .note.Xen, "a", @note
	.balign 4
	text_note XEN_ELFNOTE_GUEST_OS, "perf-xen-unikernel"
	text_note XEN_ELFNOTE_XEN_VERSION, "xen-3.0"
	text_note XEN_ELFNOTE_LOADER, "generic"
	address_note XEN_ELFNOTE_VIRT_BASE, 0
	address_note XEN_ELFNOTE_ENTRY, start64_pv
	address_note XEN_ELFNOTE_HYPERCALL_PAGE, hypercall_page

	.text
	.globl start64_pv
	.type start64_pv, @function
start64_pv:
#ifdef WITH_CFI
	.cfi_startproc
	.cfi_undefined rip
#endif
	cld
	mov $stack_top, %esp
	mov %rsi, %rdi
	xor %ebp, %ebp
	call unikernel_main_pv
1:	jmp 1b
#ifdef WITH_CFI
	.cfi_endproc
#endif
	.size start64_pv, . - start64_pv

	.section .note.GNU-stack, "", @progbits
