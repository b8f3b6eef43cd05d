/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Composing a kernel's image: where it was linked, its symbols, its tables. */
#include "guest/linux-image.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/linux-entry.h"
#include "guest/linux-landmarks.h"
#include "lib/elf-writer.h"

/* Where x86-64 kernels are linked: __START_KERNEL_map + CONFIG_PHYSICAL_START, which no
 * distribution changes. */
#define LINKED_AT UINT64_C(0xffffffff81000000)

/* The image and its moves stay within this (KERNEL_IMAGE_SIZE). */
#define SLIDE_MAX ((uint64_t)1 << 30)

/* Tables of distribution kernels have a tenth of this. */
#define TABLE_MAX ((uint64_t)64 << 20)

/* And so have their names; kallsyms could hold half a gibibyte. */
#define NAMES_MAX ((size_t)64 << 20)

struct image {
	struct px_address_space space;
	const struct px_linux_found *found;
	struct px_linux_landmarks landmarks;
	struct px_linux_outline outline;
	struct px_elf_writer writer;
	uint16_t text, rodata, data, bss, per_cpu; /* sections, for the symbols' types */
};

/* --- the outline -------------------------------------------------------------------------- */

static bool is_slide(uint64_t slide)
{
	return slide < SLIDE_MAX && slide % PX_PAGE_SIZE == 0;
}

/* KERNELOFFSET= in VMCOREINFO (Documentation/admin-guide/kdump/vmcoreinfo.rst). */
static bool slide_of_vmcoreinfo(const struct image *image, uint64_t *ret)
{
	static const char key[] = "\nKERNELOFFSET=";
	uint64_t pointer = image->landmarks.at[PX_LANDMARK_VMCOREINFO], data = 0, slide;
	char text[PX_PAGE_SIZE + 1] = {0};
	const char *at;

	if (!pointer || !px_address_space_read(&image->space, pointer, &data, sizeof(data)) ||
	    data % PX_PAGE_SIZE ||
	    !px_address_space_read(&image->space, data, text, PX_PAGE_SIZE))
		return false;
	at = strstr(text, key);
	if (!at)
		return false;
	slide = strtoull(at + sizeof(key) - 1, NULL, 16);
	if (!is_slide(slide))
		return false;
	*ret = slide;
	return true;
}

/* PV kernels are not relocated. */
static uint64_t slide_of(const struct image *image)
{
	const struct px_linux_found *found = image->found;
	uint64_t text = image->landmarks.at[PX_LANDMARK_TEXT], slide = 0;

	if (found->space.guest->domain.type == PX_GUEST_PV ||
	    slide_of_vmcoreinfo(image, &slide))
		return slide;
	slide = (text ? text : found->start) - LINKED_AT;
	return is_slide(slide) ? slide : 0;
}

static bool have_range(const struct image *image, enum px_linux_landmark start,
		       enum px_linux_landmark stop, uint64_t *size_ret)
{
	uint64_t from = image->landmarks.at[start], to = image->landmarks.at[stop];

	if (from < PX_LINUX_IMAGE_SPACE || to <= from || to - from > TABLE_MAX)
		return false;
	*size_ret = to - from;
	return true;
}

static unsigned int lacks_of(const struct image *image)
{
	unsigned int lacks = 0;
	uint64_t size;

	if (!image->found->have_kallsyms)
		lacks |= PX_LINUX_LACKS_KALLSYMS;
	else if (!image->landmarks.at[PX_LANDMARK_INIT_TASK])
		lacks |= PX_LINUX_LACKS_VARIABLES;
	if (!have_range(image, PX_LANDMARK_START_ORC_UNWIND_IP, PX_LANDMARK_STOP_ORC_UNWIND_IP,
			&size))
		lacks |= PX_LINUX_LACKS_ORC;
	if (!have_range(image, PX_LANDMARK_START_BTF, PX_LANDMARK_STOP_BTF, &size))
		lacks |= PX_LINUX_LACKS_TYPES;
	return lacks;
}

/* The process that was looked through may exit: the kernel's own page tables stay. */
static void switch_root(struct image *image)
{
	static const enum px_linux_landmark tables[] = {PX_LANDMARK_INIT_TOP_PGT,
							PX_LANDMARK_INIT_LEVEL4_PGT};

	for (size_t i = 0; i < px_array_size(tables); i++)
		if (image->landmarks.at[tables[i]] &&
		    px_linux_switch_root(&image->space, image->landmarks.at[tables[i]],
					 image->found->identity.banner))
			return;
}

static struct px_error *read_outline(struct image *image, const struct px_linux_found *found)
{
	struct px_error *err = NULL;

	image->found = found;
	image->space = found->space;
	if (found->have_kallsyms)
		err = px_linux_landmarks_read(&found->kallsyms, &image->landmarks);
	if (err)
		return err;
	switch_root(image);
	image->outline.slide = slide_of(image);
	image->outline.lacks = lacks_of(image);
	return NULL;
}

struct px_error *px_linux_outline_of(const struct px_linux_found *found,
				     struct px_linux_outline *ret)
{
	struct image image = {0};
	struct px_error *err = read_outline(&image, found);

	if (!err)
		*ret = image.outline;
	return err;
}

const char *px_linux_lacks_text(unsigned int lacks, char text[PX_LINUX_LACKS_TEXT])
{
	static const char *const words[] = {"kallsyms", "variables", "ORC", "types"};
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < px_array_size(words); i++)
		if (lacks & 1u << i)
			used += (size_t)snprintf(text + used, PX_LINUX_LACKS_TEXT - used,
						 "%s%s", used ? ", " : "", words[i]);
	return text;
}

/* --- symbols ------------------------------------------------------------------------------ */

/* Sections whose symbols nm gives the letters that kallsyms have. */
static void add_letter_sections(struct image *image)
{
	struct px_elf_writer *w = &image->writer;

	image->text = px_elf_writer_section(w, ".text", SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR,
					    LINKED_AT, 0, NULL);
	image->data = px_elf_writer_section(w, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
					    LINKED_AT, 0, NULL);
	image->bss = px_elf_writer_section(w, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
					   LINKED_AT, 0, NULL);
	image->per_cpu = px_elf_writer_section(w, ".data..percpu", SHT_PROGBITS,
					       SHF_ALLOC | SHF_WRITE, 0, 0, NULL);
}

static uint16_t section_of_type(const struct image *image, char type)
{
	switch (tolower((unsigned char)type)) {
	case 't':
	case 'w':
	case 'i':
		return image->text;
	case 'r':
	case 'n':
		return image->rodata;
	case 'b':
		return image->bss;
	default:
		return image->data;
	}
}

static unsigned char info_of_type(char type)
{
	char letter = (char)tolower((unsigned char)type);
	unsigned char kind = letter == 't' || letter == 'w' ? STT_FUNC : STT_OBJECT;

	if (letter == 'w' || letter == 'v')
		return ELF64_ST_INFO(STB_WEAK, kind);
	return ELF64_ST_INFO(isupper((unsigned char)type) ? STB_GLOBAL : STB_LOCAL, kind);
}

static struct px_error *add_symbol(void *context, const struct px_kallsyms_symbol *symbol)
{
	struct image *image = context;

	if (image->writer.strings.size > NAMES_MAX)
		return px_error_new(PX_ERR_LIMIT,
				    "the kernel's kallsyms have more than %zu MiB of names",
				    NAMES_MAX >> 20);
	if (symbol->absolute)
		px_elf_writer_symbol(&image->writer, symbol->name, symbol->address, 0,
				     ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), image->per_cpu);
	else
		px_elf_writer_symbol(
			&image->writer, symbol->name, symbol->address - image->outline.slide, 0,
			info_of_type(symbol->type), section_of_type(image, symbol->type));
	return NULL;
}

/* What was found without the help of a symbol gets one. */
static void add_missing(struct image *image, enum px_linux_landmark landmark, const char *name,
			uint64_t address)
{
	if (!image->landmarks.at[landmark] && address)
		px_elf_writer_symbol(&image->writer, name, address - image->outline.slide, 0,
				     ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), image->rodata);
}

static void add_missing_symbols(struct image *image)
{
	const struct px_linux_identity *identity = &image->found->identity;
	uint64_t note_end = identity->note + sizeof(Elf64_Nhdr) + sizeof(ELF_NOTE_GNU) +
			    PX_BUILD_ID_MAX;

	add_missing(image, PX_LANDMARK_BANNER, "linux_banner", identity->banner);
	add_missing(image, PX_LANDMARK_START_NOTES, "__start_notes", identity->note);
	add_missing(image, PX_LANDMARK_STOP_NOTES, "__stop_notes",
		    identity->note ? note_end : 0);
	add_missing(image, PX_LANDMARK_END, "_end", image->found->end);
}

/* --- tables ------------------------------------------------------------------------------- */

/* A section with the guest's bytes from address on; left out when not all can be read. */
static struct px_error *add_bytes(struct image *image, const char *name, uint32_t type,
				  uint64_t address, size_t size, uint16_t *section_ret)
{
	uint8_t *contents = NULL;
	size_t missing = 0;
	uint16_t section = px_elf_writer_section(&image->writer, name, type, SHF_ALLOC,
						 address - image->outline.slide, size,
						 &contents);
	struct px_error *err;

	if (!contents)
		return &px_error_no_memory;
	err = px_address_space_copy(&image->space, address, contents, size, &missing);
	if (err || missing)
		px_elf_writer_cancel(&image->writer);
	else
		*section_ret = section;
	return err;
}

static struct px_error *add_table(struct image *image, const char *name, uint32_t type,
				  enum px_linux_landmark start, enum px_linux_landmark stop)
{
	uint64_t size = 0;
	uint16_t section;

	if (!have_range(image, start, stop, &size))
		return NULL;
	return add_bytes(image, name, type, image->landmarks.at[start], size, &section);
}

static struct px_error *add_banner(struct image *image)
{
	uint64_t address = image->landmarks.at[PX_LANDMARK_BANNER];
	char text[512] = {0};
	size_t missing = 0;
	struct px_error *err;

	if (!address)
		address = image->found->identity.banner;
	err = px_address_space_copy(&image->space, address, text, sizeof(text) - 1, &missing);
	if (err)
		return err;
	return add_bytes(image, ".rodata", SHT_PROGBITS, address, strlen(text) + 1,
			 &image->rodata);
}

static struct px_error *add_notes(struct image *image)
{
	uint64_t note = image->found->identity.note, size = 0;
	uint16_t section;

	if (have_range(image, PX_LANDMARK_START_NOTES, PX_LANDMARK_STOP_NOTES, &size) || !note)
		return add_table(image, ".notes", SHT_NOTE, PX_LANDMARK_START_NOTES,
				 PX_LANDMARK_STOP_NOTES);
	return add_bytes(image, ".notes", SHT_NOTE, note,
			 sizeof(Elf64_Nhdr) + sizeof(ELF_NOTE_GNU) + PX_BUILD_ID_MAX, &section);
}

static struct px_error *add_tables(struct image *image)
{
	static const struct {
		const char *name;
		enum px_linux_landmark start, stop;
	} tables[] = {
		{".orc_header", PX_LANDMARK_START_ORC_HEADER, PX_LANDMARK_STOP_ORC_HEADER},
		{".orc_unwind_ip", PX_LANDMARK_START_ORC_UNWIND_IP,
		 PX_LANDMARK_STOP_ORC_UNWIND_IP},
		{".orc_unwind", PX_LANDMARK_START_ORC_UNWIND, PX_LANDMARK_STOP_ORC_UNWIND},
		{".BTF", PX_LANDMARK_START_BTF, PX_LANDMARK_STOP_BTF},
	};
	struct px_error *err = add_banner(image);

	if (!err)
		err = add_notes(image);
	for (size_t i = 0; i < px_array_size(tables) && !err; i++)
		err = add_table(image, tables[i].name, SHT_PROGBITS, tables[i].start,
				tables[i].stop);
	return err;
}

/* --- all of it ---------------------------------------------------------------------------- */

static struct px_error *compose(struct image *image, struct px_buffer *ret)
{
	struct px_error *err;

	add_letter_sections(image);
	err = add_tables(image);
	if (!err)
		err = px_linux_kallsyms_each(&image->found->kallsyms, add_symbol, image);
	if (err)
		return err;
	add_missing_symbols(image);
	return px_elf_writer_finish(&image->writer, ET_EXEC, EM_X86_64, ret);
}

struct px_error *px_linux_image_new(const struct px_linux_found *found, struct px_buffer *ret)
{
	struct image image = {0};
	struct px_error *err;

	if (!found->have_kallsyms)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "Linux %s runs in the guest, but no table of symbols "
				    "(kallsyms) was found in its memory",
				    found->identity.release);
	err = read_outline(&image, found);
	if (!err)
		err = compose(&image, ret);
	px_elf_writer_fini(&image.writer);
	return err;
}
