/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names for the procedure linkage table, which no symbol table has. */
#ifndef PX_SYMBOLIZE_ELF_PLT_H
#define PX_SYMBOLIZE_ELF_PLT_H

#include "symbolize/elf-image.h"

/**
 * Add a symbol "NAME@plt" for every entry of .plt, .plt.sec, .plt.got and .plt.bnd, by what it
 * jumps to, and ".plt" for the entry that calls the dynamic linker. Where the target is chosen
 * at run time (IFUNC), it is named after who chooses, among the symbols that table already has,
 * or else "*ABS*+0xADDRESS@plt". Nothing for a file without section headers or with damaged
 * relocations. The caller sorts. Errors are those of px_symbol_table_add.
 */
px_must_check struct px_error *px_elf_image_plt_symbols(struct px_elf_image *image,
							struct px_symbol_table *table);

#endif
