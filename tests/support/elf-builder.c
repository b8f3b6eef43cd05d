/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small ELF files in memory. */
#include "tests/support/elf-builder.h"

#include <assert.h>
#include <string.h>

void elf_builder_init(struct elf_builder *builder)
{
	memset(builder, 0, sizeof(*builder));
	memcpy(builder->header.e_ident, ELFMAG, SELFMAG);
	builder->header.e_ident[EI_CLASS] = ELFCLASS64;
	builder->header.e_ident[EI_DATA] = ELFDATA2LSB;
	builder->header.e_ident[EI_VERSION] = EV_CURRENT;
	builder->header.e_type = ET_EXEC;
	builder->header.e_machine = EM_X86_64;
	builder->header.e_version = EV_CURRENT;
	builder->header.e_ehsize = sizeof(Elf64_Ehdr);
	builder->header.e_shentsize = sizeof(Elf64_Shdr);
	builder->header.e_phentsize = sizeof(Elf64_Phdr);
	builder->sections_count = 1;
	builder->names_size = 1;
	builder->strings_size = 1;
	builder->symbols_count = 1;
	builder->size = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
}

static uint64_t append(struct elf_builder *builder, const void *data, size_t size)
{
	uint64_t offset = (builder->size + 7) & ~(size_t)7;

	assert(offset + size <= sizeof(builder->bytes));
	if (size)
		memcpy(builder->bytes + offset, data, size);
	builder->size = offset + size;
	return offset;
}

static uint32_t add_string(char *strings, size_t *used, size_t room, const char *text)
{
	uint32_t offset = (uint32_t)*used;
	size_t size = strlen(text) + 1;

	assert(*used + size <= room);
	memcpy(strings + offset, text, size);
	*used += size;
	return offset;
}

uint16_t elf_builder_section(struct elf_builder *builder, const char *name, uint32_t type,
			     uint64_t flags, uint64_t address, const void *data, size_t size)
{
	Elf64_Shdr *section = &builder->sections[builder->sections_count];

	assert(builder->sections_count < ELF_BUILDER_SECTIONS);
	section->sh_name =
		add_string(builder->names, &builder->names_size, sizeof(builder->names), name);
	section->sh_type = type;
	section->sh_flags = flags;
	section->sh_addr = address;
	section->sh_size = size;
	section->sh_addralign = 8;
	section->sh_offset = append(builder, data, type == SHT_NOBITS ? 0 : size);
	return builder->sections_count++;
}

void elf_builder_symbol(struct elf_builder *builder, const char *name, uint64_t value,
			uint64_t size, unsigned int info, uint16_t section)
{
	assert(builder->symbols_count < px_array_size(builder->symbols));
	builder->symbols[builder->symbols_count++] = (Elf64_Sym){
		.st_name = add_string(builder->strings, &builder->strings_size,
				      sizeof(builder->strings), name),
		.st_value = value,
		.st_size = size,
		.st_info = (unsigned char)info,
		.st_shndx = section,
	};
}

struct px_bytes elf_builder_finish(struct elf_builder *builder)
{
	uint16_t table, strings, names;

	if (builder->symbols_count > 1) {
		table = elf_builder_section(builder, ".symtab", SHT_SYMTAB, 0, 0,
					    builder->symbols,
					    builder->symbols_count * sizeof(Elf64_Sym));
		strings = elf_builder_section(builder, ".strtab", SHT_STRTAB, 0, 0,
					      builder->strings, builder->strings_size);
		builder->sections[table].sh_entsize = sizeof(Elf64_Sym);
		builder->sections[table].sh_link = strings;
	}
	names = elf_builder_section(builder, ".shstrtab", SHT_STRTAB, 0, 0, builder->names,
				    sizeof(builder->names));
	builder->header.e_shstrndx = names;
	builder->header.e_shnum = builder->sections_count;
	builder->header.e_shoff = append(builder, builder->sections,
					 builder->sections_count * sizeof(Elf64_Shdr));
	/* The names were copied before the last one was added. */
	memcpy(builder->bytes + builder->sections[names].sh_offset, builder->names,
	       sizeof(builder->names));
	if (builder->segment.p_type != PT_NULL) {
		builder->header.e_phoff = sizeof(Elf64_Ehdr);
		builder->header.e_phnum = 1;
		memcpy(builder->bytes + sizeof(Elf64_Ehdr), &builder->segment,
		       sizeof(Elf64_Phdr));
	}
	memcpy(builder->bytes, &builder->header, sizeof(Elf64_Ehdr));
	return px_bytes_of(builder->bytes, builder->size);
}

size_t elf_builder_note(uint8_t value, uint8_t note[36])
{
	const Elf64_Nhdr header = {sizeof(ELF_NOTE_GNU), 20, NT_GNU_BUILD_ID};

	memcpy(note, &header, sizeof(header));
	memcpy(note + sizeof(header), ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU));
	memset(note + sizeof(header) + sizeof(ELF_NOTE_GNU), value, 20);
	return 36;
}
