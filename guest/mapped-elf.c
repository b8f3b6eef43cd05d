/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF header, program headers and notes (gABI chapters 4 and 5) in foreign memory. */
#include "guest/mapped-elf.h"

#include <elf.h>
#include <string.h>

#include "symbolize/build-id.h"

enum {
	HEADERS = 64,
	NOTES = 4096, /* bytes */
};

struct mapped {
	const struct px_linux_reader *reader;
	uint64_t start, size;
};

static bool read_at(const struct mapped *mapped, uint64_t offset, void *buffer, size_t size)
{
	return offset <= mapped->size && size <= mapped->size - offset &&
	       px_linux_read(mapped->reader, mapped->start + offset, buffer, size);
}

static bool is_elf(const Elf64_Ehdr *header)
{
	return !memcmp(header->e_ident, ELFMAG, SELFMAG) &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       header->e_phentsize == sizeof(Elf64_Phdr);
}

static bool find_in_note(const struct mapped *mapped, const Elf64_Phdr *segment,
			 struct px_build_id *ret)
{
	uint8_t notes[NOTES];
	size_t size = px_min(segment->p_filesz, (uint64_t)sizeof(notes));

	return size && read_at(mapped, segment->p_offset, notes, size) &&
	       px_build_id_from_notes(px_bytes_of(notes, size), ret);
}

bool px_mapped_elf_build_id(const struct px_linux_reader *reader, uint64_t start, uint64_t size,
			    struct px_build_id *ret)
{
	const struct mapped mapped = {reader, start, size};
	Elf64_Ehdr header = {0};

	if (!read_at(&mapped, 0, &header, sizeof(header)) || !is_elf(&header))
		return false;
	for (unsigned int i = 0; i < header.e_phnum && i < HEADERS; i++) {
		Elf64_Phdr segment = {0};

		if (!read_at(&mapped, header.e_phoff + i * sizeof(segment), &segment,
			     sizeof(segment)))
			return false;
		if (segment.p_type == PT_NOTE && find_in_note(&mapped, &segment, ret))
			return true;
	}
	return false;
}
