/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The procedure linkage table of x86-64 (System V ABI AMD64, section 5.2; with IBT, section
 * 13.2). Linkers order, split and pad it in several ways, so each entry is read: it jumps
 * through a slot of the global offset table, and the relocation of that slot has the name. The
 * entries that a lazily bound slot first leads to push the number of their relocation instead.
 */
#include "symbolize/elf-plt.h"

#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	ENTRY = 16,
	SHORT_ENTRY = 8,    /* of .plt.got */
	LONGEST_NAME = 4096 /* NUL included */
};

/* The slot of the global offset table at an address stands for a function. */
struct slot {
	uint64_t address;
	uint64_t target;  /* of a run-time choice */
	const char *name; /* borrowed from the file or the table; NULL: not known */
};

struct slots {
	struct slot *array;
	size_t count, capacity;
};

struct plt {
	Elf *elf;
	struct slots sorted; /* all slots, by address */
	struct slots chosen; /* those with a target, by target */
	struct slots pushed; /* those of .rela.plt, in its order */
	struct px_symbol_table *table;
};

/* --- relocations ----------------------------------------------------------------------------
 */

static bool section_bytes(Elf_Scn *section, GElf_Shdr *shdr_ret, struct px_bytes *ret)
{
	Elf_Data *data;

	if (!section || !gelf_getshdr(section, shdr_ret) || shdr_ret->sh_type == SHT_NOBITS)
		return false;
	data = elf_rawdata(section, NULL);
	if (!data || !data->d_buf)
		return false;
	*ret = px_bytes_of(data->d_buf, data->d_size);
	return true;
}

/* The name of dynamic symbol i; NULL when there is none. */
static const char *symbol_name(struct px_bytes symbols, struct px_bytes strings, uint64_t i)
{
	struct px_cursor c = px_cursor_of(strings);
	struct px_bytes at;
	const char *name;
	Elf64_Sym symbol;

	if (!i || !px_bytes_slice(symbols, i * sizeof(symbol), sizeof(symbol), &at))
		return NULL;
	memcpy(&symbol, at.data, sizeof(symbol));
	px_cursor_seek(&c, symbol.st_name);
	c.range.size = px_min(c.range.size, c.pos + LONGEST_NAME);
	name = px_cursor_string(&c);
	return name && *name ? name : NULL;
}

static struct px_error *add_slot(struct slots *slots, const struct slot *slot)
{
	struct px_error *err = px_array_grow(slots->array, slots->count, slots->capacity);

	if (!err)
		slots->array[slots->count++] = *slot;
	return err;
}

/* Where every entry of .rela.plt counts, one without a meaning is a slot without a name. */
static struct px_error *read_relocation(struct plt *plt, const Elf64_Rela *rela,
					struct px_bytes symbols, struct px_bytes strings,
					bool pushed)
{
	struct slot slot = {.address = rela->r_offset};
	struct px_error *err = NULL;
	bool wanted = true;

	switch (ELF64_R_TYPE(rela->r_info)) {
	case R_X86_64_JUMP_SLOT:
	case R_X86_64_GLOB_DAT:
		slot.name = symbol_name(symbols, strings, ELF64_R_SYM(rela->r_info));
		wanted = slot.name != NULL;
		break;
	case R_X86_64_IRELATIVE:
		slot.target = (uint64_t)rela->r_addend;
		break;
	default:
		wanted = false;
	}
	if (wanted)
		err = add_slot(&plt->sorted, &slot);
	if (!err && slot.target)
		err = add_slot(&plt->chosen, &slot);
	if (!err && pushed)
		err = add_slot(&plt->pushed, &slot);
	return err;
}

static struct px_error *read_relocations(struct plt *plt, Elf_Scn *section, bool pushed)
{
	struct px_bytes relocations, symbols = {0}, strings = {0};
	struct px_error *err = NULL;
	GElf_Shdr shdr, linked;

	if (!section_bytes(section, &shdr, &relocations) ||
	    shdr.sh_entsize != sizeof(Elf64_Rela))
		return NULL;
	/* Static programs have none. */
	if (section_bytes(elf_getscn(plt->elf, shdr.sh_link), &linked, &symbols) &&
	    linked.sh_type == SHT_DYNSYM)
		section_bytes(elf_getscn(plt->elf, linked.sh_link), &linked, &strings);
	for (size_t at = 0; !err && at + sizeof(Elf64_Rela) <= relocations.size;
	     at += sizeof(Elf64_Rela)) {
		Elf64_Rela rela;

		memcpy(&rela, relocations.data + at, sizeof(rela));
		err = read_relocation(plt, &rela, symbols, strings, pushed);
	}
	return err;
}

static int compare_slots(const void *pa, const void *pb)
{
	const struct slot *a = pa, *b = pb;

	return (a->address > b->address) - (a->address < b->address);
}

static void sort_slots(struct slots *slots, int (*compare)(const void *, const void *))
{
	if (slots->count)
		qsort(slots->array, slots->count, sizeof(slots->array[0]), compare);
}

static struct slot *find_slot(const struct slots *slots, uint64_t address)
{
	const struct slot key = {.address = address};

	return slots->count
		       ? bsearch(&key, slots->array, slots->count, sizeof(key), compare_slots)
		       : NULL;
}

/* --- functions that are chosen at run time --------------------------------------------------
 */

static int compare_targets(const void *pa, const void *pb)
{
	const struct slot *a = pa, *b = pb;

	return (a->target > b->target) - (a->target < b->target);
}

/* The first slot whose target is not below; NULL when it is above. */
static struct slot *first_chosen(const struct slots *chosen, uint64_t target)
{
	size_t low = 0, high = chosen->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (chosen->array[middle].target < target)
			low = middle + 1;
		else
			high = middle;
	}
	return low < chosen->count && chosen->array[low].target == target ? &chosen->array[low]
									  : NULL;
}

/* The function that chooses bears the name of the one that is called. */
static void name_chosen(struct plt *plt)
{
	struct slots *chosen = &plt->chosen;

	sort_slots(chosen, compare_targets);
	for (size_t i = 0; chosen->count && i < px_symbol_table_count(plt->table); i++) {
		const struct px_symbol *symbol = px_symbol_table_get(plt->table, i);
		struct slot *slot = symbol->type == 'i' ? first_chosen(chosen, symbol->start)
							: NULL;

		if (slot && (!slot->name || slot->name[0] == '_') &&
		    strlen(symbol->name) < LONGEST_NAME)
			slot->name = symbol->name;
	}
	for (size_t i = 0; i < chosen->count; i++) {
		struct slot *slot = &chosen->array[i], *sorted;

		if (i && slot->target == slot[-1].target)
			slot->name = slot[-1].name;
		sorted = find_slot(&plt->sorted, slot->address);
		if (sorted && !sorted->name)
			sorted->name = slot->name;
	}
}

/* --- entries --------------------------------------------------------------------------------
 */

/* endbr64 before, and bnd before the jump, change nothing. */
static const struct slot *read_entry(const struct plt *plt, struct px_bytes entry,
				     uint64_t address)
{
	static const uint8_t endbr[] = {0xf3, 0x0f, 0x1e, 0xfa};
	struct px_cursor c = px_cursor_of(entry);
	uint8_t op;

	if (entry.size > sizeof(endbr) && !memcmp(entry.data, endbr, sizeof(endbr)))
		px_cursor_skip(&c, sizeof(endbr));
	op = px_cursor_u8(&c);
	if (op == 0x68) { /* push imm32 */
		uint32_t number = px_cursor_u32(&c);

		return number < plt->pushed.count
			       ? find_slot(&plt->sorted, plt->pushed.array[number].address)
			       : NULL;
	}
	if (op == 0xf2)
		op = px_cursor_u8(&c);
	if (op == 0xff && px_cursor_u8(&c) == 0x25) { /* jmp *disp32(%rip) */
		int32_t distance = (int32_t)px_cursor_u32(&c);

		if (!c.failed)
			return find_slot(&plt->sorted,
					 address + c.pos + (uint64_t)(int64_t)distance);
	}
	return NULL;
}

static struct px_error *add_name(const struct plt *plt, uint64_t address, uint64_t size,
				 const struct slot *slot)
{
	char name[LONGEST_NAME + 8];

	if (slot->name)
		snprintf(name, sizeof(name), "%s@plt", slot->name);
	else
		snprintf(name, sizeof(name), "*ABS*+%#" PRIx64 "@plt", slot->target);
	return px_symbol_table_add(plt->table, address, size, name, 't');
}

static struct px_error *read_entries(const struct plt *plt, Elf_Scn *section)
{
	struct px_error *err = NULL;
	struct px_bytes bytes;
	GElf_Shdr shdr;
	size_t size;

	if (!section_bytes(section, &shdr, &bytes))
		return NULL;
	size = shdr.sh_entsize == SHORT_ENTRY ? SHORT_ENTRY : ENTRY;
	for (size_t at = 0; !err && at + size <= bytes.size; at += size) {
		uint64_t address = shdr.sh_addr + at;
		const struct slot *slot =
			read_entry(plt, px_bytes_of(bytes.data + at, size), address);

		if (slot && (slot->name || slot->target))
			err = add_name(plt, address, size, slot);
		else if (at == 0)
			err = px_symbol_table_add(plt->table, address, size, ".plt", 't');
	}
	return err;
}

/* --- the whole ------------------------------------------------------------------------------
 */

static const char *section_name(const struct plt *plt, Elf_Scn *section, GElf_Shdr *shdr_ret)
{
	const char *name = NULL;
	size_t strings = 0;

	if (!elf_getshdrstrndx(plt->elf, &strings) && gelf_getshdr(section, shdr_ret))
		name = elf_strptr(plt->elf, strings, shdr_ret->sh_name);
	return name ? name : "";
}

static struct px_error *collect_slots(struct plt *plt)
{
	struct px_error *err = NULL;
	Elf_Scn *section = NULL;

	while (!err && (section = elf_nextscn(plt->elf, section))) {
		GElf_Shdr shdr = {0};
		const char *name = section_name(plt, section, &shdr);

		if (shdr.sh_type == SHT_RELA && shdr.sh_flags & SHF_ALLOC)
			err = read_relocations(plt, section, !strcmp(name, ".rela.plt"));
	}
	sort_slots(&plt->sorted, compare_slots);
	return err;
}

static bool is_plt(const char *name)
{
	return !strcmp(name, ".plt") || !strcmp(name, ".plt.sec") ||
	       !strcmp(name, ".plt.got") || !strcmp(name, ".plt.bnd") || !strcmp(name, ".iplt");
}

struct px_error *px_elf_image_plt_symbols(struct px_elf_image *image,
					  struct px_symbol_table *table)
{
	struct plt plt = {.elf = px_elf_image_elf(image), .table = table};
	struct px_error *err = collect_slots(&plt);
	Elf_Scn *section = NULL;

	if (!err)
		name_chosen(&plt);
	while (!err && (section = elf_nextscn(plt.elf, section))) {
		GElf_Shdr shdr = {0};

		if (is_plt(section_name(&plt, section, &shdr)) && shdr.sh_type == SHT_PROGBITS)
			err = read_entries(&plt, section);
	}
	free(plt.sorted.array);
	free(plt.chosen.array);
	free(plt.pushed.array);
	return err;
}
