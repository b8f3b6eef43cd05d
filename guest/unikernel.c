/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a unikernel behind one handle. */
#include "guest/unikernel.h"

#include <stdlib.h>

#include "guest/direct-call.h"
#include "guest/hypercall-page.h"
#include "guest/unikernel-check.h"
#include "lib/memory.h"
#include "symbolize/program.h"

/* x86-64's canonical addresses have it in the upper or in the lower half. */
#define UPPER_HALF (UINT64_C(1) << 63)

struct px_unikernel {
	struct px_program *program;
	struct px_elf_image *image;	       /* the program's */
	const struct px_symbol_table *symbols; /* likewise */
	struct px_unwind_table *hypercalls;    /* rules of the hypercall page; NULL: none */
	struct px_unwind_map *map;
};

bool px_unikernel_is_image(const struct px_elf_image *image)
{
	size_t count = 0;
	const struct px_elf_segment *segments = px_elf_image_segments(image, &count);
	bool code = false;

	for (size_t i = 0; i < count; i++) {
		if (!segments[i].executable)
			continue;
		if (segments[i].address >= UPPER_HALF ||
		    segments[i].size > UPPER_HALF - segments[i].address)
			return false;
		code = true;
	}
	return code && px_elf_image_kind(image) != PX_ELF_REL;
}

/* Mini-OS and Linux use the first name, Solo5's Xen bindings the second one. */
static bool find_hypercall_page(const struct px_unikernel *unikernel, uint64_t *ret)
{
	return px_symbol_table_address(unikernel->symbols, "hypercall_page", ret) ||
	       px_symbol_table_address(unikernel->symbols, "HYPERCALL_PAGE", ret);
}

/* What Xen puts there is not in the image, nor does anything there say how it is left. */
static struct px_error *cover_hypercalls(struct px_unikernel *unikernel,
					 enum px_guest_type type)
{
	struct px_error *err;
	uint64_t page;

	if (!find_hypercall_page(unikernel, &page) || page % PX_PAGE_SIZE || page >= UPPER_HALF)
		return NULL;
	err = px_hypercall_page_rules(type, page, &unikernel->hypercalls);
	return err ? err
		   : px_unwind_map_add(unikernel->map, page, page + PX_PAGE_SIZE, 0,
				       unikernel->hypercalls);
}

static struct px_error *cover_code(struct px_unikernel *unikernel)
{
	size_t count = 0;
	const struct px_elf_segment *segments = px_elf_image_segments(unikernel->image, &count);
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < count; i++)
		if (segments[i].executable && segments[i].size)
			err = px_unwind_map_add(unikernel->map, segments[i].address,
						segments[i].address + segments[i].size, 0,
						px_program_unwind(unikernel->program));
	return err;
}

static struct px_error *unikernel_init(struct px_unikernel *unikernel, enum px_guest_type type)
{
	struct px_error *err = px_program_symbols(unikernel->program, &unikernel->symbols);

	if (!err)
		err = px_unwind_map_new(&unikernel->map);
	if (!err)
		err = cover_hypercalls(unikernel, type);
	return err ? err : cover_code(unikernel);
}

struct px_error *px_unikernel_open(struct px_guest *guest, struct px_memory *memory,
				   struct px_elf_image *image, struct px_unikernel **ret)
{
	px_cleanup(px_unikernel_closep) struct px_unikernel *unikernel = NULL;
	struct px_error *err = px_calloc(1, sizeof(*unikernel), &unikernel);

	if (err) {
		px_elf_image_close(image);
		return err;
	}
	unikernel->image = image;
	err = px_program_new(image, NULL, &unikernel->program);
	if (!err)
		err = px_unikernel_check(guest, memory, image);
	if (!err)
		err = unikernel_init(unikernel, guest->domain.type);
	if (err)
		return err;
	*ret = unikernel;
	unikernel = NULL;
	return NULL;
}

void px_unikernel_close(struct px_unikernel *unikernel)
{
	if (!unikernel)
		return;
	px_unwind_map_free(unikernel->map);
	px_unwind_table_free(unikernel->hypercalls);
	px_program_free(unikernel->program);
	free(unikernel);
}

void px_unikernel_closep(struct px_unikernel **unikernel)
{
	px_unikernel_close(*unikernel);
	*unikernel = NULL;
}

struct px_elf_image *px_unikernel_image(const struct px_unikernel *unikernel)
{
	return unikernel->image;
}

struct px_unwind_map *px_unikernel_unwind_map(const struct px_unikernel *unikernel)
{
	return unikernel->map;
}

const char *px_unikernel_problem(const struct px_unikernel *unikernel)
{
	return px_program_problem(unikernel->program);
}

bool px_unikernel_has_symbols(const struct px_unikernel *unikernel)
{
	return px_symbol_table_count(unikernel->symbols) > 0;
}

const struct px_symbol *px_unikernel_find_symbol(const struct px_unikernel *unikernel,
						 uint64_t address)
{
	return px_symbol_table_find(unikernel->symbols, address);
}

bool px_unikernel_is_return(const struct px_unikernel *unikernel, uint64_t ip, uint64_t word)
{
	const struct px_symbol *symbol = px_unikernel_find_symbol(unikernel, ip);
	struct px_bytes code;
	uint64_t target = 0;

	return symbol &&
	       px_elf_image_rest(unikernel->image, word - PX_DIRECT_CALL_BYTES, &code) &&
	       code.size >= PX_DIRECT_CALL_BYTES &&
	       px_direct_call_target(code.data, word, &target) && target == symbol->start;
}
