/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a vmlinux into a guest double. */
#include "tests/support/vmlinux-guest.h"

static uint64_t symbol(const struct vmlinux_guest *g, const char *name)
{
	uint64_t address = 0;

	px_symbol_table_address(g->symbols, name, &address);
	return address;
}

static void put(struct vmlinux_guest *g, uint64_t link_address, const void *bytes, size_t size)
{
	px_guest_double_write(g->guest, PX_PAGING_4_LEVEL, g->root, link_address + g->slide,
			      bytes, size);
}

/* A section, if it lies between the entry and what is freed after the boot. */
static struct px_error *load_section(struct vmlinux_guest *g, const char *name)
{
	uint64_t from = symbol(g, "entry_SYSCALL_64") & ~(uint64_t)(PX_PAGE_SIZE - 1);
	struct px_elf_section section = {0};
	struct px_error *err = px_elf_image_section(g->image, name, &section);
	size_t skip;

	if (err && err->code == PX_ERR_NOT_FOUND) {
		px_error_free(err);
		return NULL;
	}
	if (err)
		return err;
	skip = section.address < from ? from - section.address : 0;
	if (skip < section.bytes.size)
		put(g, section.address + skip, section.bytes.data + skip,
		    section.bytes.size - skip);
	return NULL;
}

static void move_pointer(struct vmlinux_guest *g, const char *name, uint64_t value)
{
	if (symbol(g, name))
		put(g, symbol(g, name), &value, sizeof(value));
}

static struct px_error *load(struct vmlinux_guest *g)
{
	static const char *const sections[] = {
		".text",       ".rodata", ".notes",	    ".BTF",	   ".BTF_ids",
		".orc_header", ".data",	  ".orc_unwind_ip", ".orc_unwind",
	};
	struct px_error *err = NULL;

	for (size_t i = 0; i < px_array_size(sections) && !err; i++)
		err = load_section(g, sections[i]);
	if (err)
		return err;
	move_pointer(g, "kallsyms_relative_base", symbol(g, "_text") + g->slide);
	move_pointer(g, "modules", symbol(g, "modules") + g->slide);
	return NULL;
}

static struct px_error *open_file(struct vmlinux_guest *g, const char *path)
{
	struct px_error *err = px_elf_image_open(path, &g->image);

	if (!err)
		err = px_symbol_table_new(&g->symbols);
	if (!err)
		err = px_elf_image_symbols(g->image, g->symbols);
	return err ? err : px_symbol_table_sort(g->symbols);
}

struct px_error *vmlinux_guest_init(const char *path, uint64_t slide, struct vmlinux_guest *ret)
{
	struct vmlinux_guest g = {.slide = slide};
	struct px_error *err = open_file(&g, path);

	if (!err) {
		g.guest = px_guest_double_new(slide ? PX_GUEST_HVM : PX_GUEST_PV, 1);
		g.root = px_guest_double_root(g.guest);
		err = load(&g);
	}
	if (err) {
		vmlinux_guest_fini(&g);
		return err;
	}
	px_guest_double_run(g.guest, 0, PX_PAGING_4_LEVEL, g.root, 0x401000, 0x7ffe0000);
	g.guest->entries[0].lstar = symbol(&g, "entry_SYSCALL_64") + slide;
	*ret = g;
	return NULL;
}

void vmlinux_guest_fini(struct vmlinux_guest *guest)
{
	if (guest->guest)
		px_guest_close(&guest->guest->guest);
	px_symbol_table_free(guest->symbols);
	px_elf_image_close(guest->image);
	*guest = (struct vmlinux_guest){0};
}
