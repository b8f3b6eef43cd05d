/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF images of names. */
#include "lib/symbol-image.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum {
	SECTION_NOTE = 1,
	SECTION_TEXT,
};

void px_symbol_image_fini(struct px_symbol_image *image)
{
	px_elf_writer_fini(&image->writer);
}

void px_symbol_image_add(struct px_symbol_image *image, uint64_t offset, uint64_t size,
			 const char *name)
{
	px_elf_writer_symbol(&image->writer, name, offset, size,
			     ELF64_ST_INFO(STB_LOCAL, STT_FUNC), SECTION_TEXT);
}

/* FNV-1a, 64 bits (draft-eastlake-fnv). */
static uint64_t hash_bytes(uint64_t hash, struct px_bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		hash = (hash ^ bytes.data[i]) * 0x100000001b3u;
	return hash;
}

void px_symbol_image_derive_id(const struct px_symbol_image *image, struct px_build_id *ret)
{
	uint64_t words[3], hash = 0xcbf29ce484222325u;
	struct px_build_id id = {.size = PX_BUILD_ID_MAX};

	for (size_t i = 0; i < 3; i++) {
		hash = hash_bytes(hash, px_buffer_bytes(&image->writer.symbols));
		hash = hash_bytes(hash, px_buffer_bytes(&image->writer.strings));
		words[i] = hash;
	}
	memcpy(id.bytes, words, sizeof(id.bytes));
	*ret = id;
}

static void add_note(struct px_elf_writer *writer, const struct px_build_id *build_id)
{
	struct {
		Elf64_Nhdr header;
		char name[4];
		uint8_t id[PX_BUILD_ID_MAX];
	} note = {
		.header = {.n_namesz = 4,
			   .n_descsz = build_id->size,
			   .n_type = NT_GNU_BUILD_ID},
		.name = ELF_NOTE_GNU,
	};
	/* Descriptors are padded to 4 bytes. */
	size_t size = offsetof(__typeof__(note), id) + ((build_id->size + 3u) & ~3u);
	uint8_t *contents = NULL;
	uint16_t section;

	memcpy(note.id, build_id->bytes, build_id->size);
	section = px_elf_writer_section(writer, ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, 0,
					size, &contents);
	assert(section == SECTION_NOTE);
	if (contents)
		memcpy(contents, &note, size);
}

struct px_error *px_symbol_image_finish(struct px_symbol_image *image,
					const struct px_build_id *build_id, uint64_t text_size,
					struct px_buffer *ret)
{
	uint16_t section;

	add_note(&image->writer, build_id);
	section = px_elf_writer_section(&image->writer, ".text", SHT_NOBITS,
					SHF_ALLOC | SHF_EXECINSTR, 0, text_size, NULL);
	assert(section == SECTION_TEXT);
	/* Names are of no machine. */
	return px_elf_writer_finish(&image->writer, ET_REL, EM_NONE, ret);
}
