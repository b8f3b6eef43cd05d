/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as an ELF file: everything that an image can be asked for. */
#include "symbolize/elf-image.h"

#include <stdlib.h>

#include "symbolize/type-info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct px_elf_image *image)
{
	static const char *const names[] = {".orc_unwind", ".debug_info", ".debug_frame",
					    ".BTF"};
	struct px_elf_section section;
	struct px_symbol_table *table = NULL;
	struct px_bytes bytes;
	size_t count;

	for (size_t i = 0; i < px_array_size(names); i++)
		px_error_free(px_elf_image_section(image, names[i], &section));
	px_elf_image_segments(image, &count);
	px_elf_image_at(image, 0x1000, 16, &bytes);
	if (px_symbol_table_new(&table))
		return;
	px_error_free(px_elf_image_symbols(image, table));
	px_error_free(px_symbol_table_sort(table));
	px_symbol_table_find(table, 0x1000);
	px_symbol_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_elf_image *image = NULL;
	struct px_error *err = px_elf_image_open_bytes(px_bytes_of(data, size), "fuzz", &image);

	if (!err)
		ask(image);
	px_error_free(err);
	px_elf_image_close(image);
	return 0;
}
