/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of a program, from the files that it is spread over.
 *
 * .symtab has all functions and may be in the debug file. A stripped program has .dynsym, what
 * others may call; some distributions put the functions that it lacks into .gnu_debugdata, an
 * ELF file compressed by xz ("MiniDebugInfo" in GDB's manual).
 */
#include <lzma.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "symbolize/elf-plt.h"
#include "symbolize/program-private.h"

enum {
	LARGEST_DATA = 256 << 20, /* uncompressed */
	MOST_MEMORY = 128 << 20,  /* that uncompressing may take; xz -9 needs half of it */
};

/* Missing and damaged tables leave the program without names, or with some. */
static struct px_error *tolerate(struct px_error *err)
{
	if (err && err->code == PX_ERR_NO_MEMORY)
		return err;
	px_error_free(err);
	return NULL;
}

/* The size of a complete and intact xz file, from its end; 0: it is none. */
static uint64_t uncompressed_size(struct px_bytes xz)
{
	uint64_t memory = MOST_MEMORY, size;
	lzma_stream_flags footer;
	lzma_index *index = NULL;
	struct px_bytes tail;
	size_t at = 0;

	if (xz.size < 2 * LZMA_STREAM_HEADER_SIZE ||
	    lzma_stream_footer_decode(&footer, xz.data + xz.size - LZMA_STREAM_HEADER_SIZE) !=
		    LZMA_OK ||
	    footer.backward_size > xz.size - 2 * LZMA_STREAM_HEADER_SIZE ||
	    !px_bytes_slice(xz, xz.size - LZMA_STREAM_HEADER_SIZE - footer.backward_size,
			    footer.backward_size, &tail) ||
	    lzma_index_buffer_decode(&index, &memory, NULL, tail.data, &at, tail.size) !=
		    LZMA_OK)
		return 0;
	size = lzma_index_uncompressed_size(index);
	lzma_index_end(index, NULL);
	return size;
}

static struct px_error *uncompress(struct px_bytes xz, uint8_t **ret, size_t *size_ret)
{
	uint64_t memory = MOST_MEMORY, size = uncompressed_size(xz);
	px_cleanup(px_freep) uint8_t *bytes = NULL;
	size_t from = 0, to = 0;
	struct px_error *err;

	if (!size || size > LARGEST_DATA)
		return px_error_new(PX_ERR_BAD_FORMAT, ".gnu_debugdata is no xz file");
	err = px_calloc(size, 1, &bytes);
	if (err)
		return err;
	if (lzma_stream_buffer_decode(&memory, 0, NULL, xz.data, &from, xz.size, bytes, &to,
				      size) != LZMA_OK)
		return px_error_new(PX_ERR_BAD_FORMAT, ".gnu_debugdata is damaged");
	*ret = bytes;
	bytes = NULL;
	*size_ret = to;
	return NULL;
}

static struct px_error *add_mini(struct px_elf_image *image, struct px_symbol_table *table)
{
	px_cleanup(px_elf_image_closep) struct px_elf_image *mini = NULL;
	px_cleanup(px_freep) uint8_t *bytes = NULL;
	struct px_elf_section section = {0};
	size_t size = 0;
	struct px_error *err = px_elf_image_section(image, ".gnu_debugdata", &section);

	if (!err)
		err = uncompress(section.bytes, &bytes, &size);
	if (!err)
		err = px_elf_image_open_bytes(px_bytes_of(bytes, size), ".gnu_debugdata",
					      &mini);
	/* The names are copied: file and bytes may go. */
	if (!err)
		err = px_elf_image_symbols(mini, table);
	px_elf_image_closep(&mini);
	return err;
}

static struct px_error *gather(struct px_elf_image *image, struct px_elf_image *debug,
			       struct px_symbol_table *table)
{
	struct px_error *err = NULL;

	if (debug)
		err = tolerate(px_elf_image_symbols(debug, table));
	if (!err && !px_symbol_table_count(table)) {
		err = tolerate(px_elf_image_symbols(image, table));
		if (!err)
			err = tolerate(add_mini(image, table));
	}
	return err ? err : tolerate(px_elf_image_plt_symbols(image, table));
}

struct px_error *px_program_read_symbols(struct px_elf_image *image, struct px_elf_image *debug,
					 struct px_symbol_table **ret)
{
	struct px_symbol_table *table = NULL;
	struct px_error *err = px_symbol_table_new(&table);

	if (!err)
		err = gather(image, debug, table);
	if (!err)
		err = px_symbol_table_sort(table);
	if (err)
		px_symbol_table_free(table);
	else
		*ret = table;
	return err;
}
