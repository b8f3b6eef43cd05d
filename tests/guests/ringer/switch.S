/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From one thread to another: what a function must preserve goes to the stack, then the stacks
 * change (System V ABI for AMD64, section 3.2.1). Interrupts are off all the time.
 */
	.text

	/* void thread_switch(void **old_stack_pointer, void *new_stack_pointer) */
	.globl thread_switch
	.type thread_switch, @function
thread_switch:
	.cfi_startproc
	.macro save register
	push \register
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset \register, 0
	.endm
	.macro restore register
	pop \register
	.cfi_adjust_cfa_offset -8
	.cfi_restore \register
	.endm
	save %rbp
	save %rbx
	save %r12
	save %r13
	save %r14
	save %r15
	mov %rsp, (%rdi)
	mov %rsi, %rsp
	restore %r15
	restore %r14
	restore %r13
	restore %r12
	restore %rbx
	restore %rbp
	ret
	.cfi_endproc
	.size thread_switch, . - thread_switch

	/* The first function of a thread; thread.c puts what it runs in RBX and the argument in RBP. */
	.globl thread_first
	.type thread_first, @function
thread_first:
	.cfi_startproc
	.cfi_undefined rip
	mov %rbp, %rdi
	xor %ebp, %ebp
	call *%rbx
	call thread_end
1:	jmp 1b
	.cfi_endproc
	.size thread_first, . - thread_first

	.section .note.GNU-stack, "", @progbits
