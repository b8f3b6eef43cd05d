/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing an ELF file. */
#include "lib/elf-writer.h"

#include <assert.h>
#include <string.h>

void px_elf_writer_fini(struct px_elf_writer *writer)
{
	px_buffer_fini(&writer->body);
	px_buffer_fini(&writer->symbols);
	px_buffer_fini(&writer->others);
	px_buffer_fini(&writer->strings);
	px_buffer_fini(&writer->names);
}

/* Add a string; returns where. The first byte of a string table is NUL. */
static uint32_t add_string(struct px_buffer *strings, const char *text)
{
	uint32_t at;

	if (!strings->size)
		px_buffer_zero(strings, 1);
	at = (uint32_t)strings->size;
	px_buffer_add(strings, text, strlen(text) + 1);
	return at;
}

/* The ELF header comes first, its contents last. */
static void begin(struct px_elf_writer *writer)
{
	if (writer->count)
		return;
	writer->count = 1;
	px_buffer_zero(&writer->body, sizeof(Elf64_Ehdr));
	px_buffer_zero(&writer->symbols, sizeof(Elf64_Sym));
}

static Elf64_Shdr *add_section(struct px_elf_writer *writer, const char *name, uint32_t type)
{
	Elf64_Shdr *section = &writer->sections[writer->count];

	assert(writer->count < PX_ELF_WRITER_SECTIONS);
	writer->count++;
	px_buffer_align(&writer->body, 8);
	*section = (Elf64_Shdr){
		.sh_name = add_string(&writer->names, name),
		.sh_type = type,
		.sh_offset = writer->body.size,
		.sh_addralign = 1,
	};
	return section;
}

uint16_t px_elf_writer_section(struct px_elf_writer *writer, const char *name, uint32_t type,
			       uint64_t flags, uint64_t address, size_t size,
			       uint8_t **contents_ret)
{
	Elf64_Shdr *section;

	begin(writer);
	section = add_section(writer, name, type);
	section->sh_flags = flags;
	section->sh_addr = address;
	section->sh_size = size;
	if (type == SHT_NOTE)
		section->sh_addralign = 4;
	if (flags & SHF_EXECINSTR)
		section->sh_addralign = 16;
	if (type != SHT_NOBITS)
		px_buffer_zero(&writer->body, size);
	if (contents_ret)
		*contents_ret = writer->body.failed ? NULL
						    : writer->body.data + section->sh_offset;
	return writer->count - 1;
}

void px_elf_writer_cancel(struct px_elf_writer *writer)
{
	writer->body.size = writer->body.failed ? 0
						: writer->sections[--writer->count].sh_offset;
}

void px_elf_writer_symbol(struct px_elf_writer *writer, const char *name, uint64_t value,
			  uint64_t size, unsigned char info, uint16_t section)
{
	bool local = ELF64_ST_BIND(info) == STB_LOCAL;
	Elf64_Sym symbol = {
		.st_info = info, .st_shndx = section, .st_value = value, .st_size = size};

	begin(writer);
	symbol.st_name = add_string(&writer->strings, name);
	px_buffer_add(local ? &writer->symbols : &writer->others, &symbol, sizeof(symbol));
}

static void add_table(struct px_elf_writer *writer, const char *name, uint32_t type,
		      const struct px_buffer *contents)
{
	Elf64_Shdr *section = add_section(writer, name, type);

	section->sh_size = contents->size;
	px_buffer_add(&writer->body, contents->data, contents->size);
}

static void add_tables(struct px_elf_writer *writer)
{
	Elf64_Shdr *names, *symbols = &writer->sections[writer->count];
	uint32_t local = (uint32_t)(writer->symbols.size / sizeof(Elf64_Sym));

	px_buffer_add(&writer->symbols, writer->others.data, writer->others.size);
	add_table(writer, ".symtab", SHT_SYMTAB, &writer->symbols);
	symbols->sh_entsize = sizeof(Elf64_Sym);
	symbols->sh_addralign = 8;
	symbols->sh_link = writer->count;
	symbols->sh_info = local; /* the first one that is not */
	add_table(writer, ".strtab", SHT_STRTAB, &writer->strings);
	/* Its own name must be in it before it is written. */
	names = add_section(writer, ".shstrtab", SHT_STRTAB);
	names->sh_size = writer->names.size;
	px_buffer_add(&writer->body, writer->names.data, writer->names.size);
	px_buffer_align(&writer->body, 8);
}

struct px_error *px_elf_writer_finish(struct px_elf_writer *writer, uint16_t type,
				      uint16_t machine, struct px_buffer *ret)
{
	Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = type,
		.e_machine = machine,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr),
	};
	struct px_buffer *body = &writer->body;

	begin(writer);
	add_tables(writer);
	header.e_shoff = body->size;
	header.e_shnum = writer->count;
	header.e_shstrndx = writer->count - 1;
	px_buffer_add(body, writer->sections, writer->count * sizeof(writer->sections[0]));
	if (body->failed || writer->symbols.failed || writer->others.failed ||
	    writer->strings.failed || writer->names.failed)
		return &px_error_no_memory;
	memcpy(body->data, &header, sizeof(header));
	if (!ret->data) {
		*ret = *body;
		*body = (struct px_buffer){0};
		return NULL;
	}
	px_buffer_add(ret, body->data, body->size);
	return ret->failed ? &px_error_no_memory : NULL;
}
