/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stub of an HVM or PVH guest loads EAX, traps and returns: nothing is on the stack but the
 * return address. That of a 64-bit PV guest traps by SYSCALL, which changes RCX and R11, and
 * keeps these on the stack meanwhile:
 *
 *	0  push %rcx    3  mov $NR,%eax    10  pop %r11    13  ret
 *	1  push %r11    8  syscall         12  pop %rcx
 *
 * A vCPU that waits in a hypercall stands at the trapping instruction or behind it.
 */
#include "guest/hypercall-page.h"

enum {
	STUB = 32,
	STUBS = 4096 / STUB,
};

static struct px_error *add(struct px_unwind_builder *builder, uint64_t address, int32_t words)
{
	const struct px_unwind_rule rule = {
		.cfa_base = PX_CFA_SP,
		.cfa_offset = 8 * words,
		.source = PX_RULE_STUB,
	};

	return px_unwind_builder_add(builder, address, &rule);
}

static struct px_error *add_pv_stub(struct px_unwind_builder *builder, uint64_t address)
{
	static const struct {
		uint8_t offset, words; /* on the stack from there on, with the return address */
	} rows[] = {{0, 1}, {1, 2}, {3, 3}, {12, 2}, {13, 1}};
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < px_array_size(rows); i++)
		err = add(builder, address + rows[i].offset, rows[i].words);
	return err;
}

static struct px_error *add_page(struct px_unwind_builder *builder, enum px_guest_type type,
				 uint64_t address)
{
	static const struct px_unwind_rule none = {.cfa_base = PX_CFA_NONE};
	struct px_error *err = NULL;

	if (type != PX_GUEST_PV)
		err = add(builder, address, 1);
	else
		for (unsigned int i = 0; !err && i < STUBS; i++)
			err = add_pv_stub(builder, address + i * STUB);
	return err ? err
		   : px_unwind_builder_add(builder, address + (uint64_t)STUB * STUBS, &none);
}

struct px_error *px_hypercall_page_rules(enum px_guest_type type, uint64_t address,
					 struct px_unwind_table **ret)
{
	struct px_unwind_builder *builder = NULL;
	struct px_error *err = px_unwind_builder_new(address, &builder);

	if (!err)
		err = add_page(builder, type, address);
	if (!err)
		err = px_unwind_builder_finish(builder, ret);
	px_unwind_builder_free(builder);
	return err;
}
