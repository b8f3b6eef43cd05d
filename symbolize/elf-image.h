/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ELF file for x86-64: a kernel, a unikernel, a program, a library or a module. */
#ifndef PX_SYMBOLIZE_ELF_IMAGE_H
#define PX_SYMBOLIZE_ELF_IMAGE_H

#include <stdbool.h>

#include "lib/bytes.h"
#include "lib/error.h"
#include "symbolize/build-id.h"
#include "symbolize/symbol-table.h"

struct px_elf_image;

enum px_elf_kind {
	PX_ELF_EXEC, /* linked at fixed addresses: vmlinux, unikernels */
	PX_ELF_DYN,  /* position-independent program, shared library */
	PX_ELF_REL,  /* relocatable: a kernel module */
};

/**
 * Open a file (mapped, not read). Errors say what the file is instead: PX_ERR_SYSTEM,
 * PX_ERR_BAD_FORMAT (no ELF; a compressed kernel image is named as such), PX_ERR_TRUNCATED
 * (headers or sections beyond its end), PX_ERR_UNSUPPORTED (another machine, by name).
 */
px_must_check struct px_error *px_elf_image_open(const char *path, struct px_elf_image **ret);

/** The same from an open file, which the caller may then close; name is for messages. */
px_must_check struct px_error *px_elf_image_open_fd(int fd, const char *name,
						    struct px_elf_image **ret);

/** The same from bytes, which are borrowed and must outlive the image; name is for messages. */
px_must_check struct px_error *px_elf_image_open_bytes(struct px_bytes bytes, const char *name,
						       struct px_elf_image **ret);
void px_elf_image_close(struct px_elf_image *image);
void px_elf_image_closep(struct px_elf_image **image);

/** The path or name that it was opened with. Borrowed. */
const char *px_elf_image_name(const struct px_elf_image *image);
enum px_elf_kind px_elf_image_kind(const struct px_elf_image *image);

/** Whether both were opened from one file, whatever its path. */
bool px_elf_image_same_file(const struct px_elf_image *a, const struct px_elf_image *b);

/** From .note.gnu.build-id, .notes or a PT_NOTE segment; size 0 when there is none. */
const struct px_build_id *px_elf_image_build_id(const struct px_elf_image *image);

struct px_elf_section {
	struct px_bytes
		bytes;	  /* uncompressed; empty for .bss and the like. Borrowed from image. */
	uint64_t address; /* link address; 0 when it is not loaded */
	uint64_t size;	  /* also of sections without bytes */
	uint64_t flags;	  /* SHF_* */
};

/**
 * A section by name; ".debug_x" also finds ".zdebug_x". Compressed ones are uncompressed on
 * first use. PX_ERR_NOT_FOUND when there is none, PX_ERR_BAD_FORMAT when it is damaged.
 */
px_must_check struct px_error *
px_elf_image_section(struct px_elf_image *image, const char *name, struct px_elf_section *ret);

/** The file's bytes of link addresses [address, address + size); false when it has none. */
bool px_elf_image_at(const struct px_elf_image *image, uint64_t address, uint64_t size,
		     struct px_bytes *ret);

/** The file's bytes from a link address to the end of its segment; false when it has none. */
bool px_elf_image_rest(const struct px_elf_image *image, uint64_t address,
		       struct px_bytes *ret);

/** The whole file. Borrowed from image. */
struct px_bytes px_elf_image_bytes(const struct px_elf_image *image);

struct px_elf_segment {
	uint64_t address; /* p_vaddr */
	uint64_t size;	  /* in memory */
	uint64_t offset;  /* in the file */
	uint64_t file_size;
	bool executable, writable;
};

/** The PT_LOAD segments, in file order. Borrowed from image. */
const struct px_elf_segment *px_elf_image_segments(const struct px_elf_image *image,
						   size_t *count_ret);

/**
 * Add every function, object and label of .symtab (without one: .dynsym) to table, at its link
 * address, types as nm prints them. The caller sorts. PX_ERR_NOT_FOUND: the file was stripped,
 * the message says what to give instead; PX_ERR_UNSUPPORTED: a relocatable file, whose symbols
 * have no addresses yet; PX_ERR_BAD_FORMAT: damaged.
 */
px_must_check struct px_error *px_elf_image_symbols(struct px_elf_image *image,
						    struct px_symbol_table *table);

/** Whether it has .symtab, so that nothing else can add symbols. */
bool px_elf_image_has_symtab(struct px_elf_image *image);

/** The libelf handle (struct Elf) for libdw, inside symbolize/ only. Borrowed. */
struct Elf *px_elf_image_elf(struct px_elf_image *image);

#endif
