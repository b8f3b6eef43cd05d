/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program or library of user space: its unwind rules, its symbols, where it is loaded. */
#ifndef PX_SYMBOLIZE_PROGRAM_H
#define PX_SYMBOLIZE_PROGRAM_H

#include "symbolize/elf-image.h"
#include "symbolize/unwind-table.h"

struct px_program;

/**
 * Open a file of type EXEC or DYN. Errors are those of px_elf_image_open; PX_ERR_UNSUPPORTED
 * for a relocatable file. Damaged unwind tables are no error: see px_program_problem.
 */
px_must_check struct px_error *px_program_open(const char *path, struct px_program **ret);

/** The same from bytes, such as a vDSO read from memory. They are copied. */
px_must_check struct px_error *px_program_open_bytes(struct px_bytes bytes, const char *name,
						     struct px_program **ret);

/**
 * The same from an open image and the separate file of its debug information (NULL: none).
 * Takes both over, also on failure.
 */
px_must_check struct px_error *
px_program_new(struct px_elf_image *image, struct px_elf_image *debug, struct px_program **ret);
void px_program_free(struct px_program *program);

/** The path or name that it was opened with. Borrowed. */
const char *px_program_name(const struct px_program *program);

/** As px_elf_image_build_id: size 0 when there is none. */
const struct px_build_id *px_program_build_id(const struct px_program *program);

/**
 * The rules of .eh_frame, found by its section or by PT_GNU_EH_FRAME, and for code that has
 * none there those of .debug_frame of the file or of its debug information. In link addresses.
 * Never NULL; without rows where there is nothing.
 */
const struct px_unwind_table *px_program_unwind(const struct px_program *program);

/** What is wrong with the unwind tables, which then lack rules; NULL: nothing. Borrowed. */
const char *px_program_problem(const struct px_program *program);

/**
 * Its symbols at link addresses, sorted, read when they are first asked for: .symtab of the
 * debug information or of the file, else .dynsym and what .gnu_debugdata adds; and the entries
 * of its procedure linkage table, named "puts@plt". Never NULL, empty where there are none.
 * Borrowed from program. Only a lack of memory is an error.
 */
px_must_check struct px_error *px_program_symbols(struct px_program *program,
						  const struct px_symbol_table **ret);

/**
 * The link address of an offset in the file that is mapped executable: what a mapping has at
 * its start, so that its bias is start - address. False where no segment holds it. Mappings
 * begin with whole pages, and so may this offset before the segment's.
 */
bool px_program_address_of_offset(const struct px_program *program, uint64_t offset,
				  uint64_t *ret);

#endif
