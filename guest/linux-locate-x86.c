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

#include "lib/memory.h"

#define PAGE_FAULT 14

/* The process whose page tables we use may exit meanwhile. */
#define ATTEMPTS 3

/* Text and read-only data of distribution kernels end well before this. */
#define SCAN_SIZE ((uint64_t)64 << 20)

/* Kernel image and modules: the top 2 GiB (Documentation/arch/x86/x86_64/mm.rst). */
#define IMAGE_SPACE UINT64_C(0xffffffff80000000)

struct locate {
	struct px_guest *guest;
	struct px_memory *memory;
	const struct px_elf_image *image;
	const struct px_symbol_table *symbols;
	/* The vCPU that is looked through: */
	enum px_paging paging;
	px_root root;
	/* What was seen, for the message when nothing is found: */
	bool have_context, have_long_mode;
	uint64_t entry; /* an entry point in kernel space; 0: none */
};

static bool read_guest(void *context, uint64_t address, void *buffer, size_t size)
{
	struct locate *l = context;

	return px_memory_read(l->memory, l->paging, l->root, px_gva_of(address), buffer,
			      size) == PX_READ_OK;
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

static bool idt_handler(struct locate *l, uint64_t idt_base, unsigned int vector, uint64_t *ret)
{
	struct px_linux_reader reader = reader_of(l);
	uint8_t gate[16]; /* Intel SDM volume 3, figure 6-8 */
	uint16_t low, middle;
	uint32_t high;

	if (!idt_base ||
	    !px_linux_read(&reader, idt_base + vector * sizeof(gate), gate, sizeof(gate)))
		return false;
	memcpy(&low, gate, sizeof(low));
	memcpy(&middle, gate + 6, sizeof(middle));
	memcpy(&high, gate + 8, sizeof(high));
	*ret = (uint64_t)high << 32 | (uint64_t)middle << 16 | low;
	return true;
}

/* Whether address, being the symbol name, reveals a slide at which the banner is. */
static bool try_witness(struct locate *l, uint64_t address, const char *name,
			uint64_t *slide_ret)
{
	struct px_bytes banner;
	uint8_t buffer[512];
	uint64_t symbol;

	if (address < IMAGE_SPACE || !px_symbol_table_address(l->symbols, name, &symbol) ||
	    (address - symbol) % PX_PAGE_SIZE ||
	    !read_banner(l, address - symbol, buffer, sizeof(buffer), &banner))
		return false;
	*slide_ret = address - symbol;
	return true;
}

static bool try_vcpu(struct locate *l, const struct px_vcpu_entry *entry, uint64_t *slide_ret)
{
	uint64_t fault = 0;
	bool have_fault = idt_handler(l, entry->idt_base, PAGE_FAULT, &fault);
	const struct {
		uint64_t address;
		const char *name;
	} witnesses[] = {
		{entry->lstar, "entry_SYSCALL_64"},
		{entry->lstar, "xen_entry_SYSCALL_64"},		/* PV, since 5.13 */
		{entry->lstar, "xen_syscall_target"},		/* PV, before */
		{have_fault ? fault : 0, "asm_exc_page_fault"}, /* since 5.8 */
		{have_fault ? fault : 0, "page_fault"},
		{entry->event_callback, "xen_asm_exc_xen_hypervisor_callback"}, /* since 5.8 */
		{entry->event_callback, "xen_hypervisor_callback"},
	};

	for (size_t i = 0; i < px_array_size(witnesses); i++)
		if (try_witness(l, witnesses[i].address, witnesses[i].name, slide_ret))
			return true;
	for (size_t i = 0; i < px_array_size(witnesses) && !l->entry; i++)
		if (witnesses[i].address >= IMAGE_SPACE)
			l->entry = witnesses[i].address;
	return false;
}

/* From the page tables of a process to the kernel's own. */
static void switch_to_kernel_root(struct locate *l, uint64_t slide)
{
	static const char *const names[] = {"init_top_pgt", "init_level4_pgt"};
	struct locate own = *l;
	struct px_bytes banner;
	uint8_t buffer[512];
	uint64_t symbol;

	for (size_t i = 0; i < px_array_size(names); i++) {
		px_frame_number frame;

		if (!px_symbol_table_address(l->symbols, names[i], &symbol) ||
		    px_memory_translate(l->memory, l->paging, l->root,
					px_gva_of(symbol + slide), &frame) != PX_READ_OK)
			continue;
		own.root = px_root_of(frame.value);
		/* The next read shall go through the new root. */
		px_memory_new_generation(l->memory);
		if (read_banner(&own, slide, buffer, sizeof(buffer), &banner)) {
			l->root = own.root;
			return;
		}
	}
}

/* --- searching ---------------------------------------------------------------------------- */

static bool is_long_mode(enum px_paging paging)
{
	return paging == PX_PAGING_4_LEVEL || paging == PX_PAGING_5_LEVEL;
}

/* One pass over the vCPUs. */
static struct px_error *search(struct locate *l, struct px_vcpu *vcpus, uint32_t count,
			       bool *found_ret, uint64_t *slide_ret)
{
	struct px_error *err = l->guest->ops->gather(l->guest, false, vcpus, count);

	for (uint32_t i = 0; !err && i < count; i++) {
		struct px_vcpu_entry entry = {0};

		if (!vcpus[i].have_context)
			continue;
		l->have_context = true;
		if (!is_long_mode(vcpus[i].paging))
			continue;
		l->have_long_mode = true;
		err = l->guest->ops->entry(l->guest, i, &entry);
		if (err)
			return err;
		l->paging = vcpus[i].paging;
		l->root = vcpus[i].kernel_root;
		if (try_vcpu(l, &entry, slide_ret)) {
			*found_ret = true;
			return NULL;
		}
	}
	return err;
}

static struct px_error *not_found(struct locate *l)
{
	struct px_linux_reader reader = reader_of(l);
	struct px_linux_identity identity = {0};

	if (!l->have_context)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "no kernel found: none of the guest's vCPUs is online");
	if (!l->have_long_mode)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "no 64-bit kernel is running in the guest: it is still "
				    "booting, or a 32-bit one");
	if (!l->entry)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "the guest has set up no Linux system call entry: it is "
				    "still booting, or not Linux");
	if (px_linux_identity_scan(&reader, l->entry & ~(((uint64_t)2 << 20) - 1), SCAN_SIZE,
				   &identity))
		return mismatch(l, &identity);
	return px_error_new(PX_ERR_NOT_FOUND,
			    "no Linux kernel found around the guest's system call entry "
			    "0x%llx: it is not Linux, or its memory cannot be read",
			    (unsigned long long)l->entry);
}

struct px_error *px_linux_locate(struct px_guest *guest, struct px_memory *memory,
				 const struct px_elf_image *image,
				 const struct px_symbol_table *symbols,
				 struct px_linux_location *ret)
{
	struct locate l = {
		.guest = guest, .memory = memory, .image = image, .symbols = symbols};
	px_cleanup(px_freep) struct px_vcpu *vcpus = NULL;
	struct px_linux_location location = {0};
	uint32_t count = guest->domain.vcpus;
	struct px_error *err;
	bool found = false;
	uint64_t banner;

	if (!px_symbol_table_address(symbols, "linux_banner", &banner))
		return px_error_new(PX_ERR_BAD_FORMAT,
				    "%s is not a Linux kernel: it has no symbol linux_banner",
				    px_elf_image_name(image));
	err = px_calloc(count, sizeof(*vcpus), &vcpus);
	for (unsigned int i = 0; !err && !found && i < ATTEMPTS; i++) {
		px_memory_new_generation(memory);
		err = search(&l, vcpus, count, &found, &location.slide);
	}
	if (!err && !found)
		err = not_found(&l);
	if (!err)
		switch_to_kernel_root(&l, location.slide);
	if (!err)
		err = check_identity(&l, location.slide, &location);
	if (err)
		return err;
	location.root = l.root;
	location.paging = l.paging;
	*ret = location;
	return NULL;
}
