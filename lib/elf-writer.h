/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a little-endian ELF64 file with symbols: System V gABI, chapter 4. */
#ifndef PX_LIB_ELF_WRITER_H
#define PX_LIB_ELF_WRITER_H

#include <elf.h>

#include "lib/buffer.h"
#include "lib/error.h"

enum {
	PX_ELF_WRITER_SECTIONS = 24
};

/** A file under construction. Zero-initialise to start; running out of memory shows at the end.
 */
struct px_elf_writer {
	struct px_buffer body, strings, names;
	struct px_buffer symbols, others; /* local ones, which must come first; all others */
	Elf64_Shdr sections[PX_ELF_WRITER_SECTIONS];
	uint16_t count;
};

void px_elf_writer_fini(struct px_elf_writer *writer);

/**
 * Add a section of size bytes, zeroed, and return its index. *contents_ret, if not NULL: where
 * to put its bytes before anything else is added; NULL there when out of memory. type
 * SHT_NOBITS: without contents. At most PX_ELF_WRITER_SECTIONS - 4 of them.
 */
uint16_t px_elf_writer_section(struct px_elf_writer *writer, const char *name, uint32_t type,
			       uint64_t flags, uint64_t address, size_t size,
			       uint8_t **contents_ret);

/** Take the last section back; nothing was added since. */
void px_elf_writer_cancel(struct px_elf_writer *writer);

/** Add a symbol; info: ELF64_ST_INFO(binding, type). size 0: not known. */
void px_elf_writer_symbol(struct px_elf_writer *writer, const char *name, uint64_t value,
			  uint64_t size, unsigned char info, uint16_t section);

/**
 * Append the file, of this type (ET_*) for this machine (EM_*), to *ret. The writer is finished
 * then in any case: fini is all it is for.
 */
px_must_check struct px_error *px_elf_writer_finish(struct px_elf_writer *writer, uint16_t type,
						    uint16_t machine, struct px_buffer *ret);

#endif
