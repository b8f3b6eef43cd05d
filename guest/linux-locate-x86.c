/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding the guest's kernel.
 *
 * A relocated kernel (KASLR) moves as a whole, so one known address gives the slide. The CPU
 * knows some: the system call entry (MSR_LSTAR) and the page fault handler in the IDT, or for
 * a PV guest, whose kernel is not relocated, the callbacks that it registered with Xen. Each
 * one, minus the address of its symbol in the image, is a witness; a witness is believed when
 * linux_banner, moved by that slide, is in the guest's memory. LSTAR lies outside the kernel's
 * text in kernels before 4.20 with page-table isolation: then the IDT is the only witness.
 *
 * What is read comes through the page tables of whatever process ran a moment ago; from there
 * the kernel's own, which never go away, are found by their symbol.
 */
#include "guest/linux-locate.h"

#include <string.h>

#include "guest/linux-entry.h"

/* Text and read-only data of distribution kernels end well before this. */
#define SCAN_SIZE ((uint64_t)64 << 20)

struct locate {
	const struct px_elf_image *image;
	const struct px_symbol_table *symbols;
	struct px_address_space space; /* of the vCPU that is looked through */
	uint64_t slide;
};

static bool read_guest(void *context, uint64_t address, void *buffer, size_t size)
{
	struct locate *l = context;

	return px_address_space_read(&l->space, address, buffer, size);
}

static struct px_linux_reader reader_of(struct locate *l)
{
	return (struct px_linux_reader){.read = read_guest, .context = l};
}

/* --- is it there? ------------------------------------------------------------------------- */

/* The guest's banner at this slide; false when there is none. */
static bool read_banner(struct locate *l, uint64_t slide, uint8_t *buffer, size_t size,
			struct px_bytes *ret)
{
	struct px_linux_reader reader = reader_of(l);
	char release[PX_LINUX_RELEASE_MAX];
	uint64_t address;

	if (!px_symbol_table_address(l->symbols, "linux_banner", &address) ||
	    !px_linux_read(&reader, address + slide, buffer, size))
		return false;
	*ret = px_bytes_of(buffer, strnlen((const char *)buffer, size));
	return px_linux_release_of_banner(*ret, release);
}

static bool read_build_id(struct locate *l, uint64_t slide, struct px_build_id *ret)
{
	struct px_linux_reader reader = reader_of(l);
	uint8_t notes[4096];
	uint64_t start, end;

	return px_symbol_table_address(l->symbols, "__start_notes", &start) &&
	       px_symbol_table_address(l->symbols, "__stop_notes", &end) && end > start &&
	       end - start <= sizeof(notes) &&
	       px_linux_read(&reader, start + slide, notes, end - start) &&
	       px_build_id_from_notes(px_bytes_of(notes, end - start), ret);
}

static struct px_error *mismatch(const struct locate *l,
				 const struct px_linux_identity *identity)
{
	const struct px_build_id *ours = px_elf_image_build_id(l->image);
	char image_id[PX_BUILD_ID_HEX], guest_id[PX_BUILD_ID_HEX];
	bool known = identity->release[0];

	return px_error_new(
		PX_ERR_MISMATCH,
		"%s is not the kernel that the guest runs: build-id %s in the file, %s in the "
		"guest%s%s%s; give the vmlinux of the guest's kernel%s%s%s",
		px_elf_image_name(l->image),
		ours->size ? px_build_id_hex(ours, image_id) : "none",
		identity->build_id.size ? px_build_id_hex(&identity->build_id, guest_id)
					: "unknown",
		known ? " (Linux " : "", identity->release, known ? ")" : "",
		known ? ", e.g. of Debian's linux-image-" : "", identity->release,
		known ? "-dbg" : "");
}

/* The image fits the guest, byte for byte as far as the banner and the build-id tell. */
static struct px_error *check_identity(struct locate *l, uint64_t slide,
				       struct px_linux_location *location)
{
	const struct px_build_id *ours = px_elf_image_build_id(l->image);
	struct px_linux_identity *identity = &location->identity;
	struct px_bytes banner, expected = {0};
	uint8_t buffer[512];
	uint64_t address;

	if (!read_banner(l, slide, buffer, sizeof(buffer), &banner) ||
	    !px_linux_release_of_banner(banner, identity->release))
		return mismatch(l, identity);
	read_build_id(l, slide, &identity->build_id);
	if (ours->size && !px_build_id_equal(ours, &identity->build_id))
		return mismatch(l, identity);
	/* A file that holds nothing but debug information has no bytes there. */
	if (px_symbol_table_address(l->symbols, "linux_banner", &address) &&
	    px_elf_image_at(l->image, address, banner.size, &expected) &&
	    memcmp(expected.data, banner.data, banner.size))
		return mismatch(l, identity);
	return NULL;
}

/* --- witnesses ---------------------------------------------------------------------------- */

/* Whether address, being the symbol name, reveals a slide at which the banner is. */
static bool try_witness(struct locate *l, uint64_t address, const char *name)
{
	struct px_bytes banner;
	uint8_t buffer[512];
	uint64_t symbol;

	if (!address || !px_symbol_table_address(l->symbols, name, &symbol) ||
	    (address - symbol) % PX_PAGE_SIZE ||
	    !read_banner(l, address - symbol, buffer, sizeof(buffer), &banner))
		return false;
	l->slide = address - symbol;
	return true;
}

static struct px_error *try_entry(void *context, const struct px_linux_entry *entry,
				  bool *done_ret)
{
	struct locate *l = context;
	const struct {
		uint64_t address;
		const char *name;
	} witnesses[] = {
		{entry->syscall, "entry_SYSCALL_64"},
		{entry->syscall, "xen_entry_SYSCALL_64"},  /* PV, since 5.13 */
		{entry->syscall, "xen_syscall_target"},	   /* PV, before */
		{entry->page_fault, "asm_exc_page_fault"}, /* since 5.8 */
		{entry->page_fault, "page_fault"},
		{entry->event_callback, "xen_asm_exc_xen_hypervisor_callback"}, /* since 5.8 */
		{entry->event_callback, "xen_hypervisor_callback"},
	};

	l->space = entry->space;
	for (size_t i = 0; i < px_array_size(witnesses) && !*done_ret; i++)
		*done_ret = try_witness(l, witnesses[i].address, witnesses[i].name);
	return NULL;
}

/* From the page tables of a process to the kernel's own. */
static void switch_to_kernel_root(struct locate *l)
{
	static const char *const names[] = {"init_top_pgt", "init_level4_pgt"};
	uint64_t banner = 0, tables;

	px_symbol_table_address(l->symbols, "linux_banner", &banner);
	for (size_t i = 0; i < px_array_size(names); i++)
		if (px_symbol_table_address(l->symbols, names[i], &tables) &&
		    px_linux_switch_root(&l->space, tables + l->slide, banner + l->slide))
			return;
}

/* --- searching ---------------------------------------------------------------------------- */

static struct px_error *not_found(struct locate *l, const struct px_linux_sight *sight)
{
	struct px_linux_reader reader = reader_of(l);
	struct px_linux_identity identity = {0};
	struct px_error *err = px_linux_check_sight(sight);

	if (err)
		return err;
	if (px_linux_identity_scan(&reader, sight->entry & ~(((uint64_t)2 << 20) - 1),
				   SCAN_SIZE, &identity))
		return mismatch(l, &identity);
	return px_error_new(PX_ERR_NOT_FOUND,
			    "no Linux kernel found around the guest's system call entry "
			    "0x%llx: it is not Linux, or its memory cannot be read",
			    (unsigned long long)sight->entry);
}

struct px_error *px_linux_locate(struct px_guest *guest, struct px_memory *memory,
				 const struct px_elf_image *image,
				 const struct px_symbol_table *symbols,
				 struct px_linux_location *ret)
{
	struct locate l = {.image = image, .symbols = symbols};
	struct px_linux_location location = {0};
	struct px_linux_sight sight = {0};
	struct px_error *err;
	bool found = false;
	uint64_t banner;

	if (!px_symbol_table_address(symbols, "linux_banner", &banner))
		return px_error_new(PX_ERR_BAD_FORMAT,
				    "%s is not a Linux kernel: it has no symbol linux_banner",
				    px_elf_image_name(image));
	err = px_linux_each_entry(guest, memory, try_entry, &l, &sight, &found);
	if (!err && !found)
		err = not_found(&l, &sight);
	if (err)
		return err;
	switch_to_kernel_root(&l);
	err = check_identity(&l, l.slide, &location);
	if (err)
		return err;
	location.slide = l.slide;
	location.root = l.space.root;
	location.paging = l.space.paging;
	*ret = location;
	return NULL;
}
