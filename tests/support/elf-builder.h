/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build small ELF files in memory, well formed unless the test then damages them. */
#ifndef PX_TESTS_ELF_BUILDER_H
#define PX_TESTS_ELF_BUILDER_H

#include <elf.h>

#include "lib/bytes.h"

#define ELF_BUILDER_SECTIONS 16
#define ELF_BUILDER_BYTES    65536

/** Start from ELF_BUILDER_INIT; files for x86-64 of type ET_EXEC unless header says else. */
struct elf_builder {
	Elf64_Ehdr header;
	Elf64_Shdr sections[ELF_BUILDER_SECTIONS]; /* [0] is the null section */
	uint16_t sections_count;
	Elf64_Phdr segment; /* one segment, when p_type is not PT_NULL */
	uint8_t bytes[ELF_BUILDER_BYTES];
	size_t size;
	char names[256]; /* .shstrtab */
	size_t names_size;
	char strings[1024]; /* .strtab */
	size_t strings_size;
	Elf64_Sym symbols[32];
	size_t symbols_count;
};

void elf_builder_init(struct elf_builder *builder);

/** Add a section; returns its index. data may be NULL (SHT_NOBITS). */
uint16_t elf_builder_section(struct elf_builder *builder, const char *name, uint32_t type,
			     uint64_t flags, uint64_t address, const void *data, size_t size);

/** Add a symbol; info from ELF64_ST_INFO. */
void elf_builder_symbol(struct elf_builder *builder, const char *name, uint64_t value,
			uint64_t size, unsigned int info, uint16_t section);

/** Write .symtab and .strtab (when there are symbols), .shstrtab and all headers. */
struct px_bytes elf_builder_finish(struct elf_builder *builder);

/** A GNU build-id note with 20 bytes of the given value; returns its size (36). */
size_t elf_builder_note(uint8_t value, uint8_t note[36]);

#endif
