/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols of a program, from the files that it is spread over. */
#include "symbolize/program-private.h"

/* Missing and damaged tables leave the program without names, or with some. */
static struct px_error *add(struct px_elf_image *image, struct px_symbol_table *table)
{
	struct px_error *err = px_elf_image_symbols(image, table);

	if (err && err->code == PX_ERR_NO_MEMORY)
		return err;
	px_error_free(err);
	return NULL;
}

struct px_error *px_program_read_symbols(struct px_elf_image *image, struct px_elf_image *debug,
					 struct px_symbol_table **ret)
{
	struct px_symbol_table *table = NULL;
	struct px_error *err = px_symbol_table_new(&table);

	if (err)
		return err;
	if (debug)
		err = add(debug, table);
	if (!err && !px_symbol_table_count(table))
		err = add(image, table);
	if (!err)
		err = px_symbol_table_sort(table);
	if (err)
		px_symbol_table_free(table);
	else
		*ret = table;
	return err;
}
