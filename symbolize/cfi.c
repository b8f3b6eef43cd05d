/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entries of .eh_frame and .debug_frame: CIEs hold what functions share, FDEs one
 * function each. A CIE is parsed when an FDE asks for it, and a few are kept.
 */
#include "symbolize/cfi.h"

#include <string.h>

#include "symbolize/cfi-program.h"
#include "symbolize/unwinder.h"

enum {
	CIES = 32,
	/* So many times the section's size may be parsed in CIEs. A compiler's are about as
	 * large as an FDE, so that even where none is kept it is once or twice. */
	ROUNDS_MAX = 8,
};

/* One entry, cut out of the section. */
struct entry {
	size_t offset;		 /* in the section, of its length field */
	struct px_cursor cursor; /* over the whole section up to its end, behind the id */
	uint64_t id;		 /* of a CIE, or the CIE pointer of an FDE */
	size_t id_offset;
	bool wide; /* 64-bit DWARF */
};

struct reader {
	const struct px_cfi_section *section;
	struct px_unwind_builder *builder;
	struct px_cfi_cie cies[CIES]; /* by offset */
	bool kept[CIES];
	uint64_t cie_bytes; /* that were parsed so far */
};

static bool is_eh(const struct reader *reader)
{
	return reader->section->kind == PX_CFI_EH_FRAME;
}

static struct px_error *bad(enum px_error_code code, const char *what)
{
	return px_error_new(code, "%s", what);
}

/* The entry at offset; *id_ret is not read yet for an empty one (id_offset 0). */
static struct px_error *entry_read(const struct reader *reader, size_t offset,
				   struct entry *ret)
{
	struct entry entry = {.offset = offset};
	struct px_cursor *c = &entry.cursor;
	uint64_t length;

	*c = px_cursor_of(reader->section->bytes);
	px_cursor_seek(c, offset);
	length = px_cursor_u32(c);
	if (length == 0xffffffff) {
		entry.wide = true;
		length = px_cursor_u64(c);
	} else if (length >= 0xfffffff0) {
		return bad(PX_ERR_BAD_FORMAT, "reserved length");
	}
	if (c->failed || length > px_cursor_left(c))
		return bad(PX_ERR_TRUNCATED, "longer than the section");
	c->range.size = c->pos + length;
	if (length == 0) {
		*ret = entry;
		return NULL;
	}
	entry.id_offset = c->pos;
	/* In .eh_frame the id keeps 32 bits. */
	entry.id = entry.wide && !is_eh(reader) ? px_cursor_u64(c) : px_cursor_u32(c);
	if (c->failed)
		return bad(PX_ERR_TRUNCATED, "too short");
	*ret = entry;
	return NULL;
}

static bool entry_is_cie(const struct reader *reader, const struct entry *entry)
{
	if (is_eh(reader))
		return entry->id == 0;
	return entry->id == (entry->wide ? UINT64_MAX : UINT32_MAX);
}

/* Where the CIE of an FDE is: an offset in .debug_frame, a distance back in .eh_frame. */
static uint64_t entry_cie_offset(const struct reader *reader, const struct entry *entry)
{
	return is_eh(reader) ? entry->id_offset - entry->id : entry->id;
}

/* The augmentation of letters after 'z' (Linux Standard Base, section 10.6.1.1.1). */
static bool cie_augmentation(struct px_cfi_cie *cie, const struct px_cfi_section *section,
			     const char *letters, struct px_cursor *c)
{
	uint64_t size = px_cursor_uleb128(c), ignored = 0;
	size_t end = c->pos + size;

	if (c->failed || size > px_cursor_left(c))
		return false;
	cie->augmented = true;
	for (; *letters; letters++) {
		if (*letters == 'R')
			cie->pointer_encoding = px_cursor_u8(c);
		else if (*letters == 'S')
			cie->signal = true;
		else if (*letters == 'L')
			px_cursor_u8(c);
		else if (*letters != 'P')
			break; /* unknown: its data is skipped by size */
		else if (!px_cfi_pointer(c, px_cursor_u8(c) & 0x0f, section, &ignored))
			return false;
	}
	if (c->failed || c->pos > end)
		return false;
	px_cursor_seek(c, end);
	return true;
}

/* The fields up to the instructions (DWARF 5, section 6.4.1). */
static struct px_error *cie_fields(struct px_cfi_cie *cie, const struct px_cfi_section *section,
				   struct px_cursor *c)
{
	uint8_t version = px_cursor_u8(c);
	const char *augmentation = px_cursor_string(c);
	uint64_t address_register;

	if (c->failed)
		return bad(PX_ERR_TRUNCATED, "CIE is cut off");
	if (version != 1 && version != 3 && version != 4)
		return px_error_new(PX_ERR_UNSUPPORTED, "CIE version %u", version);
	if (!strncmp(augmentation, "eh", 2)) { /* of GCC 2; a pointer */
		px_cursor_u64(c);
		augmentation += 2;
	}
	if (version == 4 && (px_cursor_u8(c) != 8 || px_cursor_u8(c) != 0))
		return bad(PX_ERR_UNSUPPORTED, "CIE of another address size");
	cie->code_alignment = px_cursor_uleb128(c);
	cie->data_alignment = px_cursor_sleb128(c);
	address_register = version == 1 ? px_cursor_u8(c) : px_cursor_uleb128(c);
	if (c->failed)
		return bad(PX_ERR_TRUNCATED, "CIE is cut off");
	if (address_register != PX_REG_IP)
		return bad(PX_ERR_UNSUPPORTED, "CIE of another architecture");
	if (*augmentation == 'z' && !cie_augmentation(cie, section, augmentation + 1, c))
		return bad(PX_ERR_BAD_FORMAT, "bad CIE augmentation");
	if (*augmentation && *augmentation != 'z')
		return bad(PX_ERR_UNSUPPORTED, "unknown CIE augmentation");
	return NULL;
}

static struct px_error *cie_parse(struct reader *reader, size_t offset, struct px_cfi_cie *ret)
{
	struct px_cfi_cie cie = {.offset = offset};
	struct entry entry = {0};
	struct px_error *err = entry_read(reader, offset, &entry);
	struct px_cursor *c = &entry.cursor;

	if (err)
		return err;
	if (!entry.id_offset || !entry_is_cie(reader, &entry))
		return bad(PX_ERR_BAD_FORMAT, "no CIE there");
	reader->cie_bytes += c->range.size - offset;
	if (reader->cie_bytes / ROUNDS_MAX > reader->section->bytes.size)
		return bad(PX_ERR_LIMIT, "large CIEs take turns");
	err = cie_fields(&cie, reader->section, c);
	if (err)
		return err;
	if (!px_cfi_run_initial(&cie, reader->section, px_cursor_bytes(c, px_cursor_left(c))))
		return bad(PX_ERR_BAD_FORMAT, "bad instructions in CIE");
	*ret = cie;
	return NULL;
}

static struct px_error *cie_get(struct reader *reader, uint64_t offset,
				const struct px_cfi_cie **ret)
{
	/* Entries are 4-aligned, mostly 8-aligned, and differ in their middle bits. */
	size_t slot = (offset >> 3 ^ offset >> 8) % CIES;
	struct px_cfi_cie *cie = &reader->cies[slot];
	struct px_error *err = NULL;

	if (offset >= reader->section->bytes.size)
		return bad(PX_ERR_BAD_FORMAT, "CIE pointer outside of the section");
	if (!reader->kept[slot] || cie->offset != offset) {
		err = cie_parse(reader, offset, cie);
		reader->kept[slot] = !err;
	}
	*ret = cie;
	return px_error_prefix(err, "CIE at %#lx", offset);
}

/* The range of an FDE and its instructions, which remain in c. */
static struct px_error *fde_fields(const struct reader *reader, const struct px_cfi_cie *cie,
				   struct px_cursor *c, uint64_t *start_ret, uint64_t *end_ret)
{
	uint8_t encoding = cie->pointer_encoding;
	uint64_t start = 0, size = 0;

	if (!px_cfi_pointer(c, encoding, reader->section, &start) ||
	    /* The size has the same width, but is neither relative nor negative. */
	    !px_cfi_pointer(c, encoding & 0x07, reader->section, &size))
		return bad(PX_ERR_BAD_FORMAT, "bad address range");
	if (cie->augmented)
		px_cursor_skip(c, px_cursor_uleb128(c));
	if (c->failed)
		return bad(PX_ERR_TRUNCATED, "FDE is cut off");
	if (__builtin_add_overflow(start, size, end_ret))
		return bad(PX_ERR_BAD_FORMAT, "address range wraps");
	*start_ret = start;
	return NULL;
}

static struct px_error *fde_parse(struct reader *reader, struct entry *entry,
				  struct px_cfi_counts *counts)
{
	const struct px_cfi_cie *cie = NULL;
	struct px_cursor *c = &entry->cursor;
	uint64_t start = 0, end = 0;
	struct px_error *err = cie_get(reader, entry_cie_offset(reader, entry), &cie);

	if (!err)
		err = fde_fields(reader, cie, c, &start, &end);
	if (err)
		return err;
	counts->fdes++;
	if (!px_unwind_builder_spans(reader->builder, start, end)) {
		counts->outside++;
		return NULL;
	}
	if (start == end)
		return NULL;
	return px_cfi_run(cie, reader->section, px_cursor_bytes(c, px_cursor_left(c)), start,
			  end, reader->builder);
}

struct px_error *px_cfi_parse(const struct px_cfi_section *section,
			      struct px_unwind_builder *builder,
			      struct px_cfi_counts *counts_ret)
{
	struct reader reader = {.section = section, .builder = builder};
	struct px_cfi_counts counts = {0};
	struct px_error *err = NULL;
	size_t offset = 0;

	/* Zero lengths are padding, or end what was one section before linking. */
	while (!err && offset < section->bytes.size) {
		struct entry entry = {0};

		err = entry_read(&reader, offset, &entry);
		if (!err && entry.id_offset && !entry_is_cie(&reader, &entry))
			err = fde_parse(&reader, &entry, &counts);
		if (err)
			return px_error_prefix(err, "%s: entry at %#zx",
					       is_eh(&reader) ? ".eh_frame" : ".debug_frame",
					       offset);
		offset = entry.cursor.range.size;
	}
	*counts_ret = counts;
	return NULL;
}
