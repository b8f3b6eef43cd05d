/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols of an ELF file: System V gABI, "Symbol Table"; type letters as in nm(1). */
#include <ctype.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "symbolize/elf-image.h"

enum {
	LONGEST_NAME = 65536 /* NUL included; of a longer one the symbol is left out */
};

/* What nm prints for a local symbol of each section, by section index. */
static struct px_error *section_letters(Elf *elf, char **ret, size_t *count_ret)
{
	px_cleanup(px_freep) char *letters = NULL;
	Elf_Scn *section = NULL;
	struct px_error *err;
	size_t count = 0;

	if (elf_getshdrnum(elf, &count))
		count = 0;
	err = px_calloc(count, 1, &letters);
	if (err)
		return err;
	while ((section = elf_nextscn(elf, section))) {
		size_t i = elf_ndxscn(section);
		GElf_Shdr shdr;

		if (i >= count || !gelf_getshdr(section, &shdr))
			continue;
		if (!(shdr.sh_flags & SHF_ALLOC))
			letters[i] = 'n';
		else if (shdr.sh_flags & SHF_EXECINSTR)
			letters[i] = 't';
		else if (shdr.sh_type == SHT_NOBITS)
			letters[i] = 'b';
		else
			letters[i] = shdr.sh_flags & SHF_WRITE ? 'd' : 'r';
	}
	*ret = letters;
	letters = NULL;
	*count_ret = count;
	return NULL;
}

static char symbol_letter(const Elf64_Sym *symbol, const char *letters, size_t count)
{
	unsigned int type = ELF64_ST_TYPE(symbol->st_info);
	unsigned int bind = ELF64_ST_BIND(symbol->st_info);
	char letter = 't';

	if (type == STT_GNU_IFUNC)
		return 'i';
	if (bind == STB_GNU_UNIQUE)
		return 'u';
	if (bind == STB_WEAK)
		return type == STT_OBJECT ? 'V' : 'W';
	if (symbol->st_shndx == SHN_ABS)
		letter = 'a';
	else if (symbol->st_shndx < count && letters[symbol->st_shndx])
		letter = letters[symbol->st_shndx];
	else if (type == STT_OBJECT)
		letter = 'd';
	return bind == STB_LOCAL ? letter : (char)toupper((unsigned char)letter);
}

/* Assembly constants (local) are no addresses; a linker script's symbols outside of all
 * sections (global) are. */
static bool is_in_segment(struct px_elf_image *image, uint64_t address)
{
	const struct px_elf_segment *segments;
	size_t count;

	segments = px_elf_image_segments(image, &count);
	for (size_t i = 0; i < count; i++)
		if (address >= segments[i].address &&
		    address - segments[i].address < segments[i].size)
			return true;
	return false;
}

static bool is_wanted(struct px_elf_image *image, const Elf64_Sym *symbol, const char *name)
{
	switch (ELF64_ST_TYPE(symbol->st_info)) {
	case STT_NOTYPE:
	case STT_OBJECT:
	case STT_FUNC:
	case STT_GNU_IFUNC:
		break;
	default:
		return false;
	}
	/* Assemblers' local labels carry no meaning for people. */
	if (!name[0] || !strncmp(name, ".L", 2) || symbol->st_shndx == SHN_UNDEF)
		return false;
	return symbol->st_shndx != SHN_ABS || (ELF64_ST_BIND(symbol->st_info) != STB_LOCAL &&
					       is_in_segment(image, symbol->st_value));
}

static Elf_Scn *find_table(Elf *elf, uint32_t type, GElf_Shdr *shdr_ret)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, shdr_ret) && shdr_ret->sh_type == type)
			return section;
	return NULL;
}

static struct px_error *damaged(const struct px_elf_image *image)
{
	return px_error_new(PX_ERR_BAD_FORMAT, "%s: damaged symbol table",
			    px_elf_image_name(image));
}

static struct px_error *add_symbols(struct px_elf_image *image, struct px_bytes symbols,
				    struct px_bytes strings, struct px_symbol_table *table)
{
	px_cleanup(px_freep) char *letters = NULL;
	struct px_error *err;
	size_t letters_count = 0;

	err = section_letters(px_elf_image_elf(image), &letters, &letters_count);
	for (size_t at = 0; !err && at + sizeof(Elf64_Sym) <= symbols.size;
	     at += sizeof(Elf64_Sym)) {
		struct px_cursor c = px_cursor_of(strings);
		const char *name;
		Elf64_Sym symbol;

		memcpy(&symbol, symbols.data + at, sizeof(symbol));
		px_cursor_seek(&c, symbol.st_name);
		if (!c.failed)
			c.range.size = px_min(c.range.size, c.pos + LONGEST_NAME);
		name = px_cursor_string(&c);
		if (!name && c.range.size == strings.size)
			return damaged(image);
		if (name && is_wanted(image, &symbol, name))
			err = px_symbol_table_add(
				table, symbol.st_value, symbol.st_size, name,
				symbol_letter(&symbol, letters, letters_count));
	}
	return err;
}

struct px_error *px_elf_image_symbols(struct px_elf_image *image, struct px_symbol_table *table)
{
	Elf *elf = px_elf_image_elf(image);
	GElf_Shdr shdr = {0};
	Elf_Scn *section = find_table(elf, SHT_SYMTAB, &shdr);
	Elf_Data *symbols, *strings;

	if (px_elf_image_kind(image) == PX_ELF_REL)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "%s is relocatable: its symbols have no addresses",
				    px_elf_image_name(image));
	if (!section)
		section = find_table(elf, SHT_DYNSYM, &shdr);
	if (!section)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "%s has no symbols (no .symtab): it was stripped; give the "
				    "file before stripping, or the one of its debug package",
				    px_elf_image_name(image));
	symbols = elf_rawdata(section, NULL);
	strings = elf_rawdata(elf_getscn(elf, shdr.sh_link), NULL);
	if (!symbols || !strings || shdr.sh_entsize != sizeof(Elf64_Sym))
		return damaged(image);
	return add_symbols(image, px_bytes_of(symbols->d_buf, symbols->d_size),
			   px_bytes_of(strings->d_buf, strings->d_buf ? strings->d_size : 0),
			   table);
}

bool px_elf_image_has_symtab(struct px_elf_image *image)
{
	GElf_Shdr shdr;

	return find_table(px_elf_image_elf(image), SHT_SYMTAB, &shdr) != NULL;
}
