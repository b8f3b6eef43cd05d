/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The call frame information of a program.
 *
 * .eh_frame is loaded with the program, so it is there where all sections were stripped:
 * PT_GNU_EH_FRAME leads to .eh_frame_hdr, whose second word is a pointer to it (Linux Standard
 * Base, section 10.6.2). Its end is then an entry of length zero, which the C library's
 * start-up files bring along, or told by the number of FDEs, the third word.
 */
#include <dwarf.h>
#include <gelf.h>
#include <string.h>

#include "symbolize/cfi.h"
#include "symbolize/program-private.h"

/* The largest of browsers have a quarter of it; a row of the table may cost a byte here. */
#define LARGEST_SECTION ((size_t)64 << 20)

enum {
	HEADER = 4 /* of .eh_frame_hdr: version and three encodings */
};

static uint64_t lowest_text(const struct px_elf_image *image)
{
	size_t count = 0;
	const struct px_elf_segment *segments = px_elf_image_segments(image, &count);
	uint64_t lowest = UINT64_MAX;

	for (size_t i = 0; i < count; i++)
		if (segments[i].executable)
			lowest = px_min(lowest, segments[i].address);
	return lowest;
}

/* The entries up to the one without length or to the last of count FDEs; false when damaged. */
static bool cut_at_end(struct px_bytes *entries, uint64_t count)
{
	struct px_cursor c = px_cursor_of(*entries);

	while (count && !c.failed) {
		uint64_t length = px_cursor_u32(&c);
		struct px_cursor id;

		if (!length)
			break;
		if (length == UINT32_MAX)
			length = px_cursor_u64(&c);
		id = c;
		count -= px_cursor_u32(&id) != 0;
		px_cursor_skip(&c, length);
	}
	entries->size = c.pos;
	return !c.failed;
}

static bool header_address(struct px_elf_image *image, uint64_t *ret)
{
	Elf *elf = px_elf_image_elf(image);
	size_t count = 0;

	if (elf_getphdrnum(elf, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr phdr;

		if (gelf_getphdr(elf, (int)i, &phdr) && phdr.p_type == PT_GNU_EH_FRAME) {
			*ret = phdr.p_vaddr;
			return true;
		}
	}
	return false;
}

/* Every linker writes the pointer relative to its own place and the number of FDEs as such. */
static bool find_by_header(struct px_elf_image *image, struct px_cfi_section *ret)
{
	static const uint8_t start[] = {1, DW_EH_PE_pcrel | DW_EH_PE_sdata4, DW_EH_PE_udata4};
	uint64_t header = 0, count;
	struct px_bytes bytes;
	struct px_cursor c;

	if (!header_address(image, &header) || !px_elf_image_rest(image, header, &bytes) ||
	    bytes.size < HEADER || memcmp(bytes.data, start, sizeof(start)))
		return false;
	c = px_cursor_of(bytes);
	px_cursor_seek(&c, HEADER);
	ret->address = header + HEADER + (uint64_t)(int64_t)(int32_t)px_cursor_u32(&c);
	count = px_cursor_u32(&c);
	return !c.failed && px_elf_image_rest(image, ret->address, &ret->bytes) &&
	       cut_at_end(&ret->bytes, count);
}

/* False when there is none; what is wrong with it otherwise goes to *problem. */
static bool find_section(struct px_elf_image *image, const char *name, enum px_cfi_kind kind,
			 struct px_cfi_section *ret, struct px_error **problem)
{
	struct px_elf_section section = {0};
	struct px_error *err = px_elf_image_section(image, name, &section);

	if (err && err->code != PX_ERR_NOT_FOUND && !*problem)
		*problem = err;
	else
		px_error_free(err);
	if (err || !section.bytes.size)
		return false;
	*ret = (struct px_cfi_section){
		.kind = kind,
		.bytes = section.bytes,
		.address = section.address,
	};
	return true;
}

static struct px_error *parse(struct px_elf_image *image, const struct px_cfi_section *frames,
			      struct px_unwind_builder *builder)
{
	struct px_cfi_counts counts = {0};

	if (frames->bytes.size > LARGEST_SECTION)
		return px_error_new(PX_ERR_LIMIT, "%s: %zu bytes of call frame information",
				    px_elf_image_name(image), frames->bytes.size);
	return px_error_prefix(px_cfi_parse(frames, builder, &counts), "%s",
			       px_elf_image_name(image));
}

/* The first problem is kept. */
static void note(struct px_error *err, struct px_error **problem)
{
	if (*problem)
		px_error_free(err);
	else
		*problem = err;
}

/*
 * Code without tables for exceptions may be described in .debug_frame only, while the C
 * library's start-up files bring an .eh_frame into every program: both count, the second one
 * more.
 */
static void add_frames(struct px_elf_image *image, struct px_elf_image *debug,
		       struct px_unwind_builder *builder, struct px_error **problem)
{
	struct px_cfi_section frames = {0};

	if (find_section(image, ".debug_frame", PX_CFI_DEBUG_FRAME, &frames, problem) ||
	    (debug &&
	     find_section(debug, ".debug_frame", PX_CFI_DEBUG_FRAME, &frames, problem)))
		note(parse(image, &frames, builder), problem);
	frames = (struct px_cfi_section){.kind = PX_CFI_EH_FRAME};
	if (find_section(image, ".eh_frame", PX_CFI_EH_FRAME, &frames, problem) ||
	    find_by_header(image, &frames))
		note(parse(image, &frames, builder), problem);
}

struct px_error *px_program_read_unwind(struct px_elf_image *image, struct px_elf_image *debug,
					struct px_unwind_table **ret,
					struct px_error **problem_ret)
{
	struct px_unwind_builder *builder = NULL;
	struct px_error *problem = NULL;
	struct px_error *err = px_unwind_builder_new(lowest_text(image), &builder);

	if (err)
		return err;
	add_frames(image, debug, builder, &problem);
	if (problem && problem->code == PX_ERR_NO_MEMORY)
		err = problem;
	else
		err = px_unwind_builder_finish(builder, ret);
	px_unwind_builder_free(builder);
	if (err && err != problem)
		px_error_free(problem);
	else if (!err)
		*problem_ret = problem;
	return err;
}
