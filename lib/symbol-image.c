/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF images of names. */
#include "lib/symbol-image.h"

#include <elf.h>
#include <string.h>

enum {
	SECTION_NULL,
	SECTION_NOTE,
	SECTION_TEXT,
	SECTION_SYMBOLS,
	SECTION_NAMES, /* also of sections */
	SECTIONS,
};

static const char section_names[] = "\0.note.gnu.build-id\0.text\0.symtab\0.strtab";
enum {
	NAME_NOTE = 1,
	NAME_TEXT = 20,
	NAME_SYMBOLS = 26,
	NAME_NAMES = 34,
};

void px_symbol_image_fini(struct px_symbol_image *image)
{
	px_buffer_fini(&image->symbols);
	px_buffer_fini(&image->names);
}

void px_symbol_image_add(struct px_symbol_image *image, uint64_t offset, uint64_t size,
			 const char *name)
{
	Elf64_Sym symbol = {
		.st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
		.st_shndx = SECTION_TEXT,
		.st_value = offset,
		.st_size = size,
	};

	if (!image->names.size) {
		Elf64_Sym first = {0};

		px_buffer_add(&image->names, section_names, sizeof(section_names));
		px_buffer_add(&image->symbols, &first, sizeof(first));
	}
	symbol.st_name = (uint32_t)image->names.size;
	px_buffer_add(&image->names, name, strlen(name) + 1);
	px_buffer_add(&image->symbols, &symbol, sizeof(symbol));
}

/* FNV-1a, 64 bits (draft-eastlake-fnv). */
static uint64_t hash_bytes(uint64_t hash, struct px_bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		hash = (hash ^ bytes.data[i]) * 0x100000001b3u;
	return hash;
}

void px_symbol_image_derive_id(const struct px_symbol_image *image, struct px_build_id *ret)
{
	uint64_t words[3], hash = 0xcbf29ce484222325u;
	struct px_build_id id = {.size = PX_BUILD_ID_MAX};

	for (size_t i = 0; i < 3; i++) {
		hash = hash_bytes(hash, px_buffer_bytes(&image->symbols));
		hash = hash_bytes(hash, px_buffer_bytes(&image->names));
		words[i] = hash;
	}
	memcpy(id.bytes, words, sizeof(id.bytes));
	*ret = id;
}

/* Append bytes as the contents of a section. */
static void add_contents(struct px_buffer *to, Elf64_Shdr *section, struct px_bytes bytes)
{
	px_buffer_align(to, 8);
	section->sh_offset = to->size;
	section->sh_size = bytes.size;
	px_buffer_add(to, bytes.data, bytes.size);
}

static void add_note(struct px_buffer *to, Elf64_Shdr *section,
		     const struct px_build_id *build_id)
{
	struct {
		Elf64_Nhdr header;
		char name[4];
		uint8_t id[PX_BUILD_ID_MAX];
	} note = {
		.header = {.n_namesz = 4,
			   .n_descsz = build_id->size,
			   .n_type = NT_GNU_BUILD_ID},
		.name = ELF_NOTE_GNU,
	};

	memcpy(note.id, build_id->bytes, build_id->size);
	/* Descriptors are padded to 4 bytes. */
	add_contents(to, section,
		     px_bytes_of(&note, offsetof(__typeof__(note), id) +
						((build_id->size + 3u) & ~3u)));
}

struct px_error *px_symbol_image_finish(struct px_symbol_image *image,
					const struct px_build_id *build_id, uint64_t text_size,
					struct px_buffer *ret)
{
	Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_REL,
		.e_machine = EM_NONE, /* names are of no machine */
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = SECTIONS,
		.e_shstrndx = SECTION_NAMES,
	};
	Elf64_Shdr sections[SECTIONS] = {
		[SECTION_NOTE] = {.sh_name = NAME_NOTE,
				  .sh_type = SHT_NOTE,
				  .sh_flags = SHF_ALLOC,
				  .sh_addralign = 4},
		[SECTION_TEXT] = {.sh_name = NAME_TEXT,
				  .sh_type = SHT_NOBITS,
				  .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
				  .sh_addralign = 16},
		[SECTION_SYMBOLS] = {.sh_name = NAME_SYMBOLS,
				     .sh_type = SHT_SYMTAB,
				     .sh_addralign = 8,
				     .sh_link = SECTION_NAMES,
				     .sh_entsize = sizeof(Elf64_Sym)},
		[SECTION_NAMES] = {.sh_name = NAME_NAMES,
				   .sh_type = SHT_STRTAB,
				   .sh_addralign = 1},
	};
	struct px_buffer body = {0};

	px_buffer_zero(&body, sizeof(header));
	add_note(&body, &sections[SECTION_NOTE], build_id);
	add_contents(&body, &sections[SECTION_TEXT], px_bytes_of(NULL, 0));
	sections[SECTION_TEXT].sh_size = text_size;
	add_contents(&body, &sections[SECTION_SYMBOLS], px_buffer_bytes(&image->symbols));
	sections[SECTION_SYMBOLS].sh_info = (uint32_t)(image->symbols.size / sizeof(Elf64_Sym));
	add_contents(&body, &sections[SECTION_NAMES], px_buffer_bytes(&image->names));
	px_buffer_align(&body, 8);
	header.e_shoff = body.size;
	px_buffer_add(&body, sections, sizeof(sections));
	if (!body.failed)
		memcpy(body.data, &header, sizeof(header));
	px_buffer_add(ret, body.data, body.size);
	if (body.failed || ret->failed || image->symbols.failed || image->names.failed) {
		px_buffer_fini(&body);
		return &px_error_no_memory;
	}
	px_buffer_fini(&body);
	return NULL;
}
