/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one module brings along, read from the guest: its symbols (struct mod_kallsyms, as
 * /proc/kallsyms shows them), its ORC table (struct mod_arch_specific) and its build-id.
 * Every number and pointer comes from the guest: sizes are bounded here, one by one and in
 * their sum, and whatever does not fit only costs that module its names or rules.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "guest/address.h"
#include "guest/linux-module-private.h"
#include "lib/memory.h"

/* Far beyond the largest modules of distribution kernels (GPU drivers). */
#define MAX_TEXT    ((uint64_t)256 << 20)
#define MAX_ORCS    ((uint32_t)1 << 20)
#define MAX_SYMBOLS ((uint32_t)1 << 18)
#define MAX_NAMES   ((uint32_t)16 << 20)
#define MAX_NAME    ((size_t)512) /* Linux's KSYM_NAME_LEN since 6.1, NUL included */
#define MAX_NOTES   64
#define MAX_NOTE    4096

#define ORC_ENTRY_SIZE 6

/* --- reading ------------------------------------------------------------------------------ */

static uint64_t field64(const struct px_linux_module_source *source, uint32_t offset)
{
	struct px_cursor c = px_cursor_of(source->bytes);

	px_cursor_seek(&c, offset);
	return px_cursor_u64(&c);
}

static uint32_t field32(const struct px_linux_module_source *source, uint32_t offset)
{
	struct px_cursor c = px_cursor_of(source->bytes);

	px_cursor_seek(&c, offset);
	return px_cursor_u32(&c);
}

static bool read_at(const struct px_linux_module_source *source, uint64_t address, void *buffer,
		    size_t size)
{
	if (address < PX_LINUX_KERNEL_SPACE || size > UINT64_MAX - address ||
	    size > *source->budget)
		return false;
	*source->budget -= size;
	return px_linux_read(source->reader, address, buffer, size);
}

/* A copy in new memory; *ret stays NULL when the guest's memory cannot be read. */
static struct px_error *copy_at(const struct px_linux_module_source *source, uint64_t address,
				size_t size, uint8_t **ret)
{
	px_cleanup(px_freep) uint8_t *copy = NULL;
	struct px_error *err;

	/* Before allocating: the size is the guest's. */
	if (size > *source->budget)
		return NULL;
	err = px_calloc(size, 1, &copy);
	if (err)
		return err;
	if (read_at(source, address, copy, size)) {
		*ret = copy;
		copy = NULL;
	}
	return NULL;
}

bool px_linux_module_read_text(const struct px_linux_module_source *source, uint64_t *start_ret,
			       uint64_t *end_ret)
{
	uint64_t start = field64(source, source->config->layout.text.base);
	uint64_t size = field32(source, source->config->layout.text.size);

	if (start < PX_LINUX_KERNEL_SPACE || !size || size > MAX_TEXT ||
	    size > UINT64_MAX - start)
		return false;
	*start_ret = start;
	*end_ret = start + size;
	return true;
}

/* --- unwind table ------------------------------------------------------------------------- */

/* Add the rows to builder; *done_ret says whether all of them could be read and understood. */
static struct px_error *read_rows(const struct px_linux_module_source *source,
				  struct px_unwind_builder *builder, bool *done_ret)
{
	const struct px_linux_modules_config *config = source->config;
	px_cleanup(px_freep) uint8_t *ip = NULL, *entries = NULL;
	struct px_error *err;
	uint64_t ip_address;
	uint32_t count;

	if (!config->have_orc || !config->layout.num_orcs.there ||
	    !config->layout.orc_ip.there || !config->layout.orc.there)
		return NULL;
	count = field32(source, config->layout.num_orcs.offset);
	ip_address = field64(source, config->layout.orc_ip.offset);
	if (!count || count > MAX_ORCS)
		return NULL;
	err = copy_at(source, ip_address, (size_t)count * sizeof(int32_t), &ip);
	if (!err && ip)
		err = copy_at(source, field64(source, config->layout.orc.offset),
			      (size_t)count * ORC_ENTRY_SIZE, &entries);
	if (err || !ip || !entries)
		return err;
	err = px_orc_parse(px_bytes_of(ip, (size_t)count * sizeof(int32_t)), ip_address,
			   px_bytes_of(entries, (size_t)count * ORC_ENTRY_SIZE),
			   config->orc_version, builder);
	if (!err)
		*done_ret = true;
	if (!err || err->code == PX_ERR_NO_MEMORY)
		return err;
	px_error_free(err);
	return NULL;
}

/* Kernel and modules are within 2 GiB of each other: this base is below all rows. */
static struct px_error *builder_for(const struct px_linux_module *module,
				    struct px_unwind_builder **ret)
{
	return px_unwind_builder_new(module->text_start & ~(((uint64_t)2 << 30) - 1), ret);
}

static struct px_error *read_unwind(const struct px_linux_module_source *source,
				    struct px_linux_module *module)
{
	struct px_unwind_builder *builder = NULL;
	struct px_error *err = builder_for(module, &builder);

	if (!err)
		err = read_rows(source, builder, &module->have_unwind);
	if (!err && !module->have_unwind) {
		/* Drop the rows that came before the damage. */
		px_unwind_builder_free(builder);
		builder = NULL;
		err = builder_for(module, &builder);
	}
	if (!err)
		err = px_unwind_builder_finish(builder, &module->unwind);
	px_unwind_builder_free(builder);
	return err;
}

/* --- symbols ------------------------------------------------------------------------------ */

struct symbol_data {
	uint32_t count;
	uint8_t *symbols; /* count of Elf64_Sym */
	uint8_t *types;	  /* count of letters; NULL: not known */
	uint8_t *names;
	size_t names_size;
};

static void symbol_data_fini(struct symbol_data *data)
{
	free(data->symbols);
	free(data->types);
	free(data->names);
}

static Elf64_Sym symbol_at(const struct symbol_data *data, uint32_t i)
{
	Elf64_Sym symbol;

	memcpy(&symbol, data->symbols + (size_t)i * sizeof(symbol), sizeof(symbol));
	return symbol;
}

/* The size of the names is not kept anywhere: read up to the end of the page that the last
 * one begins in, and one page more when it does not end there. */
static struct px_error *copy_names(const struct px_linux_module_source *source,
				   uint64_t address, struct symbol_data *data)
{
	struct px_error *err = NULL;
	uint64_t last = 0, end;

	for (uint32_t i = 0; i < data->count; i++)
		last = px_max(last, (uint64_t)symbol_at(data, i).st_name);
	if (last >= MAX_NAMES || address < PX_LINUX_KERNEL_SPACE ||
	    address > UINT64_MAX - MAX_NAMES - 2 * PX_PAGE_SIZE)
		return NULL;
	end = (address + last) / PX_PAGE_SIZE * PX_PAGE_SIZE + PX_PAGE_SIZE;
	for (unsigned int i = 0; i < 2 && !err; i++, end += PX_PAGE_SIZE) {
		px_cleanup(px_freep) uint8_t *names = NULL;
		size_t size = end - address;

		err = copy_at(source, address, size, &names);
		if (err || !names || !memchr(names + last, 0, size - last))
			continue;
		data->names = names;
		data->names_size = size;
		names = NULL;
		break;
	}
	return err;
}

static struct px_error *copy_symbols(const struct px_linux_module_source *source,
				     struct symbol_data *data)
{
	const struct px_linux_module_layout *layout = &source->config->layout;
	px_cleanup(px_freep) uint8_t *header = NULL;
	struct px_linux_module_source inner = *source;
	struct px_error *err;

	if (!layout->kallsyms.there || layout->symbols.size > PX_LINUX_MODULE_STRUCT_MAX)
		return NULL;
	err = copy_at(source, field64(source, layout->kallsyms.offset), layout->symbols.size,
		      &header);
	if (err || !header)
		return err;
	inner.bytes = px_bytes_of(header, layout->symbols.size);
	data->count = field32(&inner, layout->symbols.count);
	if (!data->count || data->count > MAX_SYMBOLS)
		return NULL;
	err = copy_at(source, field64(&inner, layout->symbols.symtab),
		      data->count * sizeof(Elf64_Sym), &data->symbols);
	if (!err && data->symbols && layout->symbols.typetab.there)
		err = copy_at(source, field64(&inner, layout->symbols.typetab.offset),
			      data->count, &data->types);
	if (!err && data->symbols)
		err = copy_names(source, field64(&inner, layout->symbols.strtab), data);
	return err;
}

static bool in_regions(const struct px_linux_module_source *source, uint64_t address)
{
	const struct px_linux_module_layout *layout = &source->config->layout;

	for (size_t i = 0; i < layout->regions_count; i++) {
		uint64_t base = field64(source, layout->regions[i].base);

		if (address >= base &&
		    address - base < field32(source, layout->regions[i].size))
			return true;
	}
	return false;
}

/* A letter that nm prints; whatever else the guest says becomes '?'. */
static char letter_of(const struct symbol_data *data, uint32_t i)
{
	char letter = data->types ? (char)data->types[i] : 't';

	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ? letter
										    : '?';
}

/* Printable names only: they end up in files that are read line by line. Longer ones than the
 * kernel shows do not count: any number of symbols may share one. */
static const char *name_of(const struct symbol_data *data, const Elf64_Sym *symbol)
{
	struct px_cursor c = px_cursor_of(px_bytes_of(data->names, data->names_size));
	const char *name;

	px_cursor_seek(&c, symbol->st_name);
	c.range.size = px_min(c.range.size, c.pos + MAX_NAME);
	name = px_cursor_string(&c);
	if (!name || !name[0] || name[0] == '$' || !strncmp(name, ".L", 2))
		return NULL;
	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p == 0x7f)
			return NULL;
	return name;
}

static struct px_error *add_symbols(const struct px_linux_module_source *source,
				    const struct symbol_data *data,
				    struct px_symbol_table *table)
{
	struct px_error *err = NULL;

	for (uint32_t i = 0; i < data->count && !err; i++) {
		Elf64_Sym symbol = symbol_at(data, i);
		const char *name = name_of(data, &symbol);

		if (!name || symbol.st_shndx == SHN_UNDEF ||
		    !in_regions(source, symbol.st_value))
			continue;
		if (strlen(name) >= *source->budget)
			break;
		*source->budget -= strlen(name) + 1;
		err = px_symbol_table_add(table, symbol.st_value, symbol.st_size, name,
					  letter_of(data, i));
	}
	return err ? err : px_symbol_table_sort(table);
}

static struct px_error *read_symbols(const struct px_linux_module_source *source,
				     struct px_linux_module *module)
{
	px_cleanup(symbol_data_fini) struct symbol_data data = {0};
	struct px_symbol_table *table = NULL;
	struct px_error *err = copy_symbols(source, &data);

	if (err || !data.names)
		return err;
	err = px_symbol_table_new(&table);
	if (!err)
		err = add_symbols(source, &data, table);
	if (err || !px_symbol_table_count(table)) {
		px_symbol_table_free(table);
		return err;
	}
	module->symbols = table;
	return NULL;
}

/* --- build-id ----------------------------------------------------------------------------- */

/* The note sections that /sys/module/NAME/notes shows. */
static void read_notes(const struct px_linux_module_source *source,
		       struct px_linux_module *module)
{
	const struct px_linux_module_layout *layout = &source->config->layout;
	uint64_t attrs = field64(source, layout->notes.offset), address, size;
	uint8_t note[MAX_NOTE];
	uint32_t count;

	if (!read_at(source, attrs + layout->note.count, &count, sizeof(count)))
		return;
	for (uint32_t i = 0; i < px_min(count, (uint32_t)MAX_NOTES); i++) {
		uint64_t attr = attrs + layout->note.attrs + (uint64_t)i * layout->note.stride;

		if (!read_at(source, attr + layout->note.size, &size, sizeof(size)) ||
		    !read_at(source, attr + layout->note.address, &address, sizeof(address)))
			return;
		if (size <= sizeof(note) && read_at(source, address, note, size) &&
		    px_build_id_from_notes(px_bytes_of(note, size), &module->build_id))
			return;
	}
}

static void read_build_id(const struct px_linux_module_source *source,
			  struct px_linux_module *module)
{
	const struct px_linux_module_layout *layout = &source->config->layout;
	static const struct px_build_id none;
	struct px_bytes bytes;

	if (layout->build_id.there &&
	    px_bytes_slice(source->bytes, layout->build_id.offset, PX_BUILD_ID_MAX, &bytes)) {
		module->build_id.size = PX_BUILD_ID_MAX;
		memcpy(module->build_id.bytes, bytes.data, bytes.size);
		if (!memcmp(module->build_id.bytes, none.bytes, PX_BUILD_ID_MAX))
			module->build_id.size = 0;
	} else if (layout->notes.there) {
		read_notes(source, module);
	}
}

struct px_error *px_linux_module_read_parts(const struct px_linux_module_source *source,
					    struct px_linux_module *module)
{
	struct px_error *err = read_unwind(source, module);

	if (!err)
		err = read_symbols(source, module);
	if (!err)
		read_build_id(source, module);
	return err;
}

void px_linux_module_fini(struct px_linux_module *module)
{
	px_symbol_table_free(module->symbols);
	px_unwind_table_free(module->unwind);
	module->symbols = NULL;
	module->unwind = NULL;
}
