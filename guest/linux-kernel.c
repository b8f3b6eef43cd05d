/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Linux kernel inside a guest: its parts behind one handle. */
#include "guest/linux-kernel.h"

#include <stdlib.h>
#include <string.h>

#include "guest/linux-locate.h"
#include "guest/linux-unwind.h"
#include "lib/kernel-cache.h"
#include "lib/memory.h"

/* A range of link addresses, from two symbols of the linker script. */
struct range {
	uint64_t start, end;
};

struct px_linux_kernel {
	struct px_memory *memory;
	struct px_linux_location location;
	struct px_linux_source source;
	struct px_error *cache_error;	 /* why it could not be kept; NULL */
	struct px_symbol_table *symbols; /* link addresses */
	struct px_type_info *types;
	struct px_linux_unwind unwind;
	struct px_unwind_map *map;
	struct px_linux_modules *modules; /* NULL: the kernel has none, or types are missing */
	struct px_linux_task_layout tasks;
	struct px_linux_task_list_layout task_list;
	struct range text, init_text, all;
	struct range per_cpu; /* offsets, not addresses; empty when linked elsewhere */
};

/* --- opening ------------------------------------------------------------------------------ */

static bool range_of(const struct px_linux_kernel *kernel, const char *start, const char *end,
		     struct range *ret)
{
	struct range range;

	if (!px_symbol_table_address(kernel->symbols, start, &range.start) ||
	    !px_symbol_table_address(kernel->symbols, end, &range.end) ||
	    range.end < range.start)
		return false;
	*ret = range;
	return true;
}

static struct px_error *read_symbols(struct px_linux_kernel *kernel)
{
	struct px_error *err = px_symbol_table_new(&kernel->symbols);

	if (!err)
		err = px_elf_image_symbols(kernel->source.image, kernel->symbols);
	if (!err)
		err = px_symbol_table_sort(kernel->symbols);
	return err;
}

static struct px_error *read_ranges(struct px_linux_kernel *kernel)
{
	if (!range_of(kernel, "_stext", "_etext", &kernel->text) ||
	    !range_of(kernel, "_text", "_end", &kernel->all))
		return px_error_new(PX_ERR_BAD_FORMAT,
				    "%s lacks symbols of the kernel's linker script (_stext, "
				    "_end): its symbol table is not complete",
				    px_elf_image_name(kernel->source.image));
	if (!range_of(kernel, "_sinittext", "_einittext", &kernel->init_text))
		kernel->init_text = (struct range){0};
	if (!range_of(kernel, "__per_cpu_start", "__per_cpu_end", &kernel->per_cpu) ||
	    kernel->per_cpu.start)
		kernel->per_cpu = (struct range){0};
	return NULL;
}

static struct px_error *open_types(struct px_linux_kernel *kernel)
{
	struct px_error *err = px_type_info_open(kernel->source.image, &kernel->types);

	if (!err || err->code != PX_ERR_NOT_FOUND)
		return err;
	px_error_free(err);
	return NULL;
}

/* Functions of the boot are still the outermost ones of the first CPU's idle task. */
static struct px_error *fill_map(struct px_linux_kernel *kernel)
{
	const struct range *ranges[] = {&kernel->text, &kernel->init_text};
	struct px_unwind_table *tables[] = {kernel->unwind.orc, kernel->unwind.debug_frame};
	uint64_t slide = kernel->location.slide;
	struct px_error *err = NULL;

	for (size_t i = 0; i < px_array_size(ranges); i++)
		for (size_t k = 0; k < px_array_size(tables) && !err; k++)
			if (ranges[i]->start < ranges[i]->end)
				err = px_unwind_map_add(kernel->map, ranges[i]->start + slide,
							ranges[i]->end + slide, slide,
							tables[k]);
	return err;
}

static struct px_error *open_modules(struct px_linux_kernel *kernel)
{
	struct px_linux_modules_config config = {
		.kernel_start = kernel->all.start + kernel->location.slide,
		.kernel_end = kernel->all.end + kernel->location.slide,
		.have_orc = kernel->unwind.have_orc,
		.orc_version = kernel->unwind.orc_version,
	};
	struct px_error *err;
	bool changed;

	if (!kernel->types ||
	    !px_symbol_table_address(kernel->symbols, "modules", &config.head) ||
	    !px_linux_module_layout_of(kernel->types, &config.layout))
		return NULL;
	config.head += kernel->location.slide;
	err = px_linux_modules_new(&config, kernel->map, &kernel->modules);
	return err ? err : px_linux_kernel_refresh(kernel, &changed);
}

/* All parts, from the image in kernel->source. */
static struct px_error *read_parts(struct px_linux_kernel *kernel, struct px_guest *guest)
{
	struct px_error *err = read_symbols(kernel);

	if (!err)
		err = px_linux_locate(guest, kernel->memory, kernel->source.image,
				      kernel->symbols, &kernel->location);
	if (!err)
		err = read_ranges(kernel);
	if (!err)
		err = open_types(kernel);
	if (!err)
		err = px_linux_unwind_init(kernel->source.image, kernel->symbols,
					   kernel->text.start,
					   kernel->location.identity.release, &kernel->unwind);
	if (!err)
		err = px_unwind_map_new(&kernel->map);
	if (!err)
		err = fill_map(kernel);
	if (err)
		return err;
	kernel->tasks =
		px_linux_task_layout_of(kernel->symbols, kernel->types, kernel->location.slide);
	kernel->task_list = px_linux_task_list_layout_of(kernel->symbols, kernel->types,
							 kernel->location.slide);
	return open_modules(kernel);
}

static void close_parts(struct px_linux_kernel *kernel)
{
	struct px_memory *memory = kernel->memory;

	px_linux_modules_free(kernel->modules);
	px_unwind_map_free(kernel->map);
	px_linux_unwind_fini(&kernel->unwind);
	px_type_info_close(kernel->types);
	px_symbol_table_free(kernel->symbols);
	px_linux_source_close(&kernel->source);
	px_error_free(kernel->cache_error);
	*kernel = (struct px_linux_kernel){.memory = memory};
}

/* Whatever is wrong with a kept image, the guest's memory has what is right. */
static bool open_cached(struct px_linux_kernel *kernel, struct px_guest *guest,
			const struct px_linux_found *found, const char *cache_folder)
{
	struct px_error *err = px_linux_source_open_cached(
		cache_folder, &found->identity.build_id, &kernel->source);

	if (!err)
		err = read_parts(kernel, guest);
	if (!err)
		return true;
	px_error_free(err);
	close_parts(kernel);
	return false;
}

static struct px_error *open_found(struct px_linux_kernel *kernel, struct px_guest *guest,
				   const struct px_linux_found *found, const char *cache_folder)
{
	bool keep = cache_folder && found->identity.build_id.size;
	struct px_error *err;

	if (keep && open_cached(kernel, guest, found, cache_folder))
		return NULL;
	err = px_linux_source_open_memory(found, &kernel->source);
	if (!err)
		err = read_parts(kernel, guest);
	if (!err && keep)
		kernel->cache_error =
			px_kernel_cache_write(cache_folder, &found->identity.build_id,
					      px_buffer_bytes(&kernel->source.bytes));
	return err;
}

static struct px_error *kernel_init(struct px_linux_kernel *kernel, struct px_guest *guest,
				    const char *image_path, const char *cache_folder)
{
	struct px_linux_found found = {0};
	struct px_error *err;

	if (image_path) {
		err = px_linux_source_open_file(image_path, &kernel->source);
		return err ? err : read_parts(kernel, guest);
	}
	err = px_linux_find(guest, kernel->memory, &found);
	if (err)
		return err;
	err = open_found(kernel, guest, &found, cache_folder);
	px_linux_found_fini(&found);
	return err;
}

struct px_error *px_linux_kernel_open(struct px_guest *guest, struct px_memory *memory,
				      const char *image_path, const char *cache_folder,
				      struct px_linux_kernel **ret)
{
	px_cleanup(px_linux_kernel_closep) struct px_linux_kernel *kernel = NULL;
	struct px_error *err = px_calloc(1, sizeof(*kernel), &kernel);

	if (err)
		return err;
	kernel->memory = memory;
	err = kernel_init(kernel, guest, image_path, cache_folder);
	if (err)
		return err;
	*ret = kernel;
	kernel = NULL;
	return NULL;
}

void px_linux_kernel_close(struct px_linux_kernel *kernel)
{
	if (!kernel)
		return;
	close_parts(kernel);
	free(kernel);
}

void px_linux_kernel_closep(struct px_linux_kernel **kernel)
{
	px_linux_kernel_close(*kernel);
	*kernel = NULL;
}

/* --- what it is --------------------------------------------------------------------------- */

enum px_linux_origin px_linux_kernel_origin(const struct px_linux_kernel *kernel)
{
	return kernel->source.origin;
}

unsigned int px_linux_kernel_lacks(const struct px_linux_kernel *kernel)
{
	unsigned int lacks = 0;
	uint64_t address;

	if (!px_symbol_table_address(kernel->symbols, "init_task", &address))
		lacks |= PX_LINUX_LACKS_VARIABLES;
	if (!kernel->unwind.have_orc && !px_unwind_table_rows(kernel->unwind.debug_frame))
		lacks |= PX_LINUX_LACKS_ORC;
	if (!kernel->types)
		lacks |= PX_LINUX_LACKS_TYPES;
	return lacks;
}

const char *px_linux_kernel_cache_problem(const struct px_linux_kernel *kernel)
{
	return kernel->cache_error ? kernel->cache_error->message : NULL;
}

uint64_t px_linux_kernel_slide(const struct px_linux_kernel *kernel)
{
	return kernel->location.slide;
}

const char *px_linux_kernel_release(const struct px_linux_kernel *kernel)
{
	return kernel->location.identity.release;
}

const struct px_build_id *px_linux_kernel_build_id(const struct px_linux_kernel *kernel)
{
	return &kernel->location.identity.build_id;
}

void px_linux_kernel_text(const struct px_linux_kernel *kernel, uint64_t *start_ret,
			  uint64_t *end_ret)
{
	*start_ret = kernel->text.start + kernel->location.slide;
	*end_ret = kernel->text.end + kernel->location.slide;
}

px_root px_linux_kernel_root(const struct px_linux_kernel *kernel)
{
	return kernel->location.root;
}

enum px_paging px_linux_kernel_paging(const struct px_linux_kernel *kernel)
{
	return kernel->location.paging;
}

enum px_read_outcome px_linux_kernel_read(const struct px_linux_kernel *kernel,
					  uint64_t address, void *buffer, size_t size)
{
	return px_memory_read(kernel->memory, kernel->location.paging, kernel->location.root,
			      px_gva_of(address), buffer, size);
}

static bool read_kernel(void *context, uint64_t address, void *buffer, size_t size)
{
	return px_linux_kernel_read(context, address, buffer, size) == PX_READ_OK;
}

struct px_linux_reader px_linux_kernel_reader(const struct px_linux_kernel *kernel)
{
	return (struct px_linux_reader){
		.read = read_kernel,
		.context = (void *)(uintptr_t)kernel,
	};
}

const struct px_type_info *px_linux_kernel_types(const struct px_linux_kernel *kernel)
{
	return kernel->types;
}

struct px_unwind_map *px_linux_kernel_unwind_map(const struct px_linux_kernel *kernel)
{
	return kernel->map;
}

/* --- symbols ------------------------------------------------------------------------------ */

/* Variables of this kind are at an offset from each CPU's base; so is the label behind them. */
static bool is_per_cpu(const struct px_linux_kernel *kernel, uint64_t link_address)
{
	return kernel->per_cpu.end && link_address <= kernel->per_cpu.end;
}

static struct px_linux_symbol kernel_symbol(const struct px_linux_kernel *kernel,
					    const struct px_symbol *symbol)
{
	bool per_cpu = is_per_cpu(kernel, symbol->start);
	uint64_t slide = per_cpu ? 0 : kernel->location.slide;

	return (struct px_linux_symbol){
		.start = symbol->start + slide,
		.end = symbol->end + slide,
		.name = symbol->name,
		.type = per_cpu ? 'A' : symbol->type,
	};
}

static struct px_linux_symbol module_symbol(const struct px_linux_module *module,
					    const struct px_symbol *symbol)
{
	return (struct px_linux_symbol){
		.start = symbol->start,
		.end = symbol->end,
		.name = symbol->name,
		.module = module->name,
		.type = symbol->type,
	};
}

bool px_linux_kernel_find_symbol(const struct px_linux_kernel *kernel, uint64_t address,
				 struct px_linux_symbol *ret)
{
	uint64_t link_address = address - kernel->location.slide;
	const struct px_linux_module *module;
	const struct px_symbol *symbol;

	if (link_address >= kernel->all.start && link_address < kernel->all.end) {
		symbol = px_symbol_table_find(kernel->symbols, link_address);
		if (symbol)
			*ret = kernel_symbol(kernel, symbol);
		return symbol;
	}
	module = kernel->modules ? px_linux_modules_find(kernel->modules, address) : NULL;
	symbol = module && module->symbols ? px_symbol_table_find(module->symbols, address)
					   : NULL;
	if (symbol)
		*ret = module_symbol(module, symbol);
	return symbol;
}

bool px_linux_kernel_symbol_address(const struct px_linux_kernel *kernel, const char *name,
				    uint64_t *ret)
{
	uint64_t address;

	if (!px_symbol_table_address(kernel->symbols, name, &address))
		return false;
	*ret = address + (is_per_cpu(kernel, address) ? 0 : kernel->location.slide);
	return true;
}

struct px_error *px_linux_kernel_each_symbol(
	const struct px_linux_kernel *kernel,
	struct px_error *(*each)(void *context, const struct px_linux_symbol *symbol),
	void *context)
{
	struct px_error *err = NULL;
	const struct px_linux_module *modules;
	size_t count;

	for (size_t i = 0; i < px_symbol_table_count(kernel->symbols) && !err; i++) {
		struct px_linux_symbol symbol =
			kernel_symbol(kernel, px_symbol_table_get(kernel->symbols, i));

		err = each(context, &symbol);
	}
	modules = px_linux_kernel_modules(kernel, &count);
	for (size_t m = 0; m < count; m++) {
		const struct px_symbol_table *table = modules[m].symbols;

		for (size_t i = 0; table && i < px_symbol_table_count(table) && !err; i++) {
			struct px_linux_symbol symbol =
				module_symbol(&modules[m], px_symbol_table_get(table, i));

			err = each(context, &symbol);
		}
	}
	return err;
}

/* --- modules ------------------------------------------------------------------------------ */

struct px_error *px_linux_kernel_refresh(struct px_linux_kernel *kernel, bool *changed_ret)
{
	struct px_linux_reader reader = px_linux_kernel_reader(kernel);

	if (!kernel->modules) {
		*changed_ret = false;
		return NULL;
	}
	px_memory_new_generation(kernel->memory);
	return px_linux_modules_refresh(kernel->modules, &reader, changed_ret);
}

const struct px_linux_module *px_linux_kernel_modules(const struct px_linux_kernel *kernel,
						      size_t *count_ret)
{
	*count_ret = 0;
	return kernel->modules ? px_linux_modules_all(kernel->modules, count_ret) : NULL;
}

struct px_linux_module_counts
px_linux_kernel_module_counts(const struct px_linux_kernel *kernel)
{
	return kernel->modules ? px_linux_modules_counts(kernel->modules)
			       : (struct px_linux_module_counts){0};
}

/* --- tasks and stacks --------------------------------------------------------------------- */

bool px_linux_kernel_current_task(const struct px_linux_kernel *kernel,
				  const struct px_vcpu *vcpu, struct px_task *ret)
{
	struct px_linux_reader reader = px_linux_kernel_reader(kernel);

	return vcpu->have_context &&
	       px_linux_task_read_current(&kernel->tasks, &reader, vcpu->gs_base_kernel, ret);
}

static struct px_linux_task_layouts layouts_of(const struct px_linux_kernel *kernel)
{
	return (struct px_linux_task_layouts){.task = &kernel->tasks,
					      .list = &kernel->task_list};
}

struct px_error *px_linux_kernel_tasks(const struct px_linux_kernel *kernel, size_t limit,
				       struct px_linux_task_list *ret)
{
	const struct px_linux_task_layouts layouts = layouts_of(kernel);
	struct px_linux_reader reader = px_linux_kernel_reader(kernel);

	if (!kernel->tasks.known || !kernel->task_list.known)
		return px_error_new(PX_ERR_UNSUPPORTED,
				    "the types of kernel %s do not say where its tasks are",
				    px_linux_kernel_release(kernel));
	px_memory_new_generation(kernel->memory);
	return px_linux_task_list_read(&layouts, &reader, limit, ret);
}

enum px_task_look px_linux_kernel_task_stack(const struct px_linux_kernel *kernel,
					     struct px_linux_thread *thread,
					     struct px_task_stack *ret)
{
	const struct px_linux_task_layouts layouts = layouts_of(kernel);
	struct px_linux_reader reader = px_linux_kernel_reader(kernel);
	enum px_task_look look;

	/* Stacks come and go with tasks, and their pages with them. */
	px_memory_new_generation(kernel->memory);
	look = px_linux_task_stack_read(&layouts, &reader, kernel->map, thread, ret);
	if (look == PX_TASK_WALKED && ret->frame_count)
		ret->end = px_linux_kernel_refine_end(
			kernel, ret->end,
			px_frame_lookup_address(&ret->frames[ret->frame_count - 1]));
	return look;
}

/* Where the stacks of idle tasks begin: on the first CPU the boot goes over into the idle
 * loop, the others enter it from their start-up code; PV guests have entries of their own. */
static bool is_idle_root(const char *name)
{
	static const char *const names[] = {
		"secondary_startup_64",
		"secondary_startup_64_no_verify",
		"common_startup_64", /* since 6.9 */
		"start_secondary",
		"cpu_startup_entry",
		"do_idle",
		"start_kernel",
		"x86_64_start_kernel",
		"x86_64_start_reservations",
		"rest_init",
		"startup_xen",
		"xen_start_kernel",
		"cpu_bringup_and_idle",
		"asm_cpu_bringup_and_idle", /* since 5.14 */
	};

	for (size_t i = 0; i < px_array_size(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

enum px_end_reason px_linux_kernel_refine_end(const struct px_linux_kernel *kernel,
					      enum px_end_reason reason, uint64_t address)
{
	struct px_linux_symbol symbol;

	if (reason == PX_END_THREAD_ROOT &&
	    px_linux_kernel_find_symbol(kernel, address, &symbol) && !symbol.module &&
	    is_idle_root(symbol.name))
		return PX_END_IDLE_ROOT;
	return reason;
}
