/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program or library of user space. */
#include "symbolize/program.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "symbolize/program-private.h"

enum {
	PAGE = 4096
};

struct px_program {
	struct px_elf_image *image;
	struct px_elf_image *debug; /* or NULL */
	uint8_t *bytes;		    /* the image's, where they are ours; else NULL */
	struct px_unwind_table *unwind;
	struct px_error *problem;	 /* of unwind; or NULL */
	struct px_symbol_table *symbols; /* NULL until they are asked for */
};

static struct px_error *program_init(struct px_program *program)
{
	if (px_elf_image_kind(program->image) == PX_ELF_REL)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "%s is relocatable: no program and no library",
				    px_elf_image_name(program->image));
	return px_program_read_unwind(program->image, program->debug, &program->unwind,
				      &program->problem);
}

struct px_error *px_program_new(struct px_elf_image *image, struct px_elf_image *debug,
				struct px_program **ret)
{
	struct px_program *program = NULL;
	struct px_error *err = px_calloc(1, sizeof(*program), &program);

	if (err) {
		px_elf_image_close(image);
		px_elf_image_close(debug);
		return err;
	}
	program->image = image;
	program->debug = debug;
	err = program_init(program);
	if (err)
		px_program_free(program);
	else
		*ret = program;
	return err;
}

struct px_error *px_program_open(const char *path, struct px_program **ret)
{
	struct px_elf_image *image = NULL;
	struct px_error *err = px_elf_image_open(path, &image);

	return err ? err : px_program_new(image, NULL, ret);
}

struct px_error *px_program_open_bytes(struct px_bytes bytes, const char *name,
				       struct px_program **ret)
{
	struct px_elf_image *image = NULL;
	px_cleanup(px_freep) uint8_t *copy = NULL;
	struct px_error *err = px_calloc(bytes.size, 1, &copy);

	if (err)
		return err;
	if (bytes.size)
		memcpy(copy, bytes.data, bytes.size);
	err = px_elf_image_open_bytes(px_bytes_of(copy, bytes.size), name, &image);
	if (!err)
		err = px_program_new(image, NULL, ret);
	if (err)
		return err;
	(*ret)->bytes = copy;
	copy = NULL;
	return NULL;
}

void px_program_free(struct px_program *program)
{
	if (!program)
		return;
	px_symbol_table_free(program->symbols);
	px_unwind_table_free(program->unwind);
	px_error_free(program->problem);
	px_elf_image_close(program->image);
	px_elf_image_close(program->debug);
	free(program->bytes);
	free(program);
}

const char *px_program_name(const struct px_program *program)
{
	return px_elf_image_name(program->image);
}

const struct px_build_id *px_program_build_id(const struct px_program *program)
{
	return px_elf_image_build_id(program->image);
}

const struct px_unwind_table *px_program_unwind(const struct px_program *program)
{
	return program->unwind;
}

const char *px_program_problem(const struct px_program *program)
{
	return program->problem ? program->problem->message : NULL;
}

struct px_error *px_program_symbols(struct px_program *program,
				    const struct px_symbol_table **ret)
{
	struct px_error *err = NULL;

	if (!program->symbols)
		err = px_program_read_symbols(program->image, program->debug,
					      &program->symbols);
	if (!err)
		*ret = program->symbols;
	return err;
}

bool px_program_address_of_offset(const struct px_program *program, uint64_t offset,
				  uint64_t *ret)
{
	size_t count = 0;
	const struct px_elf_segment *segments = px_elf_image_segments(program->image, &count);

	for (size_t i = 0; i < count; i++) {
		const struct px_elf_segment *segment = &segments[i];

		if (segment->executable &&
		    offset >= (segment->offset & ~(uint64_t)(PAGE - 1)) &&
		    (offset < segment->offset ||
		     offset - segment->offset < segment->file_size)) {
			*ret = segment->address + (offset - segment->offset);
			return true;
		}
	}
	return false;
}
