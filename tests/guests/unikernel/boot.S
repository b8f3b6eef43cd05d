/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From Xen's PVH entry point to C: 32-bit protected mode with paging off and the start
 * information in EBX (Xen's docs/misc/pvh.pandoc), then page tables that map the first 4 GiB one
 * to one with 2 MiB pages, long mode, a stack. Interrupts stay off. See AMD64 Architecture
 * Programmer's Manual, volume 2, section 14.6.
 */
#include <xen/elfnote.h>

#define PRESENT_WRITABLE 0x3
#define LARGE            0x80
#define CR4_PAE          (1 << 5)
#define EFER             0xc0000080
#define EFER_LME         (1 << 8)
#define CR0_PG           (1 << 31)
#define CODE64           8
#define DATA             16

	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
	.asciz "Xen"
	.long start32

	.text
	.code32
	.globl start32
	.type start32, @function
start32:
	cld
	mov $stack_top, %esp
	movl $(pdpt + PRESENT_WRITABLE), pml4
	xor %ecx, %ecx
	mov $(page_directories + PRESENT_WRITABLE), %eax
1:	mov %eax, pdpt(, %ecx, 8)
	add $4096, %eax
	inc %ecx
	cmp $4, %ecx
	jne 1b
	xor %ecx, %ecx
	mov $(PRESENT_WRITABLE | LARGE), %eax
2:	mov %eax, page_directories(, %ecx, 8)
	add $0x200000, %eax
	inc %ecx
	cmp $2048, %ecx
	jne 2b

	mov %cr4, %eax
	or $CR4_PAE, %eax
	mov %eax, %cr4
	mov $pml4, %eax
	mov %eax, %cr3
	mov $EFER, %ecx
	rdmsr
	or $EFER_LME, %eax
	wrmsr
	mov %cr0, %eax
	or $CR0_PG, %eax
	mov %eax, %cr0
	lgdt gdt_pointer
	ljmp $CODE64, $start64
	.size start32, . - start32

	.code64
	.globl start64
	.type start64, @function
start64:
#ifdef WITH_CFI
	.cfi_startproc
	.cfi_undefined rip
#endif
	mov $DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov %ebx, %edi
	xor %ebp, %ebp
	call unikernel_main
3:	hlt
	jmp 3b
#ifdef WITH_CFI
	.cfi_endproc
#endif
	.size start64, . - start64

	/* Xen writes its stubs here. */
	.balign 4096
	.globl hypercall_page
	.type hypercall_page, @function
hypercall_page:
	.skip 4096, 0
	.size hypercall_page, . - hypercall_page

	.section .rodata
	.balign 8
gdt:
	.quad 0
	.quad 0x00af9b000000ffff
	.quad 0x00cf93000000ffff
gdt_pointer:
	.word . - gdt - 1
	.long gdt

	.bss
	.balign 4096
pml4:
	.skip 4096
pdpt:
	.skip 4096
page_directories:
	.skip 4 * 4096
	.skip 16384
	.globl stack_top
stack_top:

	.section .note.GNU-stack, "", @progbits
