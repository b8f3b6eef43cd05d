/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the parts of a program come from. */
#ifndef PX_SYMBOLIZE_PROGRAM_PRIVATE_H
#define PX_SYMBOLIZE_PROGRAM_PRIVATE_H

#include "symbolize/program.h"

/**
 * Compile the call frame information of image, or of debug (may be NULL), to a table. What is
 * wrong with it goes to *problem_ret, which the caller frees; only a lack of memory is
 * returned.
 */
px_must_check struct px_error *px_program_read_unwind(struct px_elf_image *image,
						      struct px_elf_image *debug,
						      struct px_unwind_table **ret,
						      struct px_error **problem_ret);

/** Gather and sort the symbols that px_program_symbols describes. */
px_must_check struct px_error *px_program_read_symbols(struct px_elf_image *image,
						       struct px_elf_image *debug,
						       struct px_symbol_table **ret);

#endif
