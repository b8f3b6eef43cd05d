/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of modules.
 *
 * The guest runs on while its list is read, so a walk may see it torn: it is bounded, and one
 * that does not come back to the head is reported and tried again with the next refresh. What
 * is known of a module stays as long as its struct has the same address, name and text.
 */
#include "guest/linux-modules.h"

#include <stdlib.h>
#include <string.h>

#include "guest/linux-module-private.h"
#include "lib/memory.h"

/* Distribution kernels load a few hundred. */
#define MAX_MODULES 4096

/* All modules of a machine together have some 20 MiB of symbols and unwind tables. So much may
 * be read in a refresh, less what is held; of what is not in the list less is held. */
#define BUDGET	 ((uint64_t)256 << 20)
#define HELD_MAX (BUDGET / 2)

struct px_linux_modules {
	struct px_linux_modules_config config;
	struct px_unwind_map *map;
	struct px_linux_module *modules; /* sorted by text_start */
	size_t count, capacity;
	struct px_linux_module_counts counts;
};

/* One entry of the guest's list. */
struct seen {
	uint64_t address;
	uint64_t text_start, text_end;
	char name[PX_LINUX_MODULE_NAME_MAX];
};

struct walk {
	struct px_linux_modules *modules;
	const struct px_linux_reader *reader;
	uint64_t budget;
	uint8_t bytes[PX_LINUX_MODULE_STRUCT_MAX];
	struct seen *seen;
	size_t count, capacity;
};

struct px_error *px_linux_modules_new(const struct px_linux_modules_config *config,
				      struct px_unwind_map *map, struct px_linux_modules **ret)
{
	struct px_linux_modules *modules = NULL;
	struct px_error *err;

	if (config->layout.size > PX_LINUX_MODULE_STRUCT_MAX)
		return px_error_new(PX_ERR_LIMIT, "struct module has %u bytes",
				    config->layout.size);
	err = px_calloc(1, sizeof(*modules), &modules);
	if (err)
		return err;
	modules->config = *config;
	modules->map = map;
	*ret = modules;
	return NULL;
}

/* Take module i out of the array. */
static void forget(struct px_linux_modules *modules, size_t i)
{
	px_linux_module_fini(&modules->modules[i]);
	memmove(&modules->modules[i], &modules->modules[i + 1],
		(modules->count - i - 1) * sizeof(*modules->modules));
	modules->count--;
}

/* Its text is no longer there; its symbols name the samples taken before. */
static void unload(struct px_linux_modules *modules, struct px_linux_module *module)
{
	px_unwind_map_remove(modules->map, module->text_start, module->text_end);
	px_unwind_table_free(module->unwind);
	module->unwind = NULL;
	module->have_unwind = false;
	module->loaded = false;
}

void px_linux_modules_free(struct px_linux_modules *modules)
{
	if (!modules)
		return;
	while (modules->count) {
		struct px_linux_module *last = &modules->modules[modules->count - 1];

		if (last->loaded)
			unload(modules, last);
		forget(modules, modules->count - 1);
	}
	free(modules->modules);
	free(modules);
}

/* --- the guest's list --------------------------------------------------------------------- */

static struct px_linux_module_source source_of(struct walk *walk, uint64_t address)
{
	return (struct px_linux_module_source){
		.config = &walk->modules->config,
		.reader = walk->reader,
		.address = address,
		.bytes = px_bytes_of(walk->bytes, walk->modules->config.layout.size),
		.budget = &walk->budget,
	};
}

/* Copy the struct module at address; false when it cannot be read. */
static bool read_struct(struct walk *walk, uint64_t address)
{
	return address >= PX_LINUX_KERNEL_SPACE &&
	       px_linux_read(walk->reader, address, walk->bytes,
			     walk->modules->config.layout.size);
}

static bool name_is_valid(const char *name)
{
	size_t length = strnlen(name, PX_LINUX_MODULE_NAME_MAX);

	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] == 0x7f || name[i] == ']')
			return false;
	return length && length < PX_LINUX_MODULE_NAME_MAX;
}

static bool overlap(uint64_t a_start, uint64_t a_end, uint64_t b_start, uint64_t b_end)
{
	return a_start < b_end && b_start < a_end;
}

/* The struct in walk->bytes as an entry; false when it makes no sense. */
static bool describe(struct walk *walk, uint64_t address, struct seen *ret)
{
	const struct px_linux_modules_config *config = &walk->modules->config;
	struct px_linux_module_source source = source_of(walk, address);
	struct seen seen = {.address = address};
	struct px_bytes name;

	if (!px_bytes_slice(source.bytes, config->layout.name, sizeof(seen.name), &name))
		return false;
	memcpy(seen.name, name.data, sizeof(seen.name));
	if (!name_is_valid(seen.name) ||
	    !px_linux_module_read_text(&source, &seen.text_start, &seen.text_end) ||
	    overlap(seen.text_start, seen.text_end, config->kernel_start, config->kernel_end))
		return false;
	for (size_t i = 0; i < walk->count; i++)
		if (overlap(seen.text_start, seen.text_end, walk->seen[i].text_start,
			    walk->seen[i].text_end))
			return false;
	*ret = seen;
	return true;
}

static struct px_error *visit(struct walk *walk, uint64_t address)
{
	const struct px_linux_module_layout *layout = &walk->modules->config.layout;
	struct px_linux_module_counts *counts = &walk->modules->counts;
	struct px_cursor c =
		px_cursor_of(px_bytes_of(walk->bytes, walk->modules->config.layout.size));
	struct px_error *err;
	struct seen seen;

	px_cursor_seek(&c, layout->state);
	if (px_cursor_u32(&c) != (uint32_t)layout->live) {
		counts->not_ready++;
		return NULL;
	}
	if (!describe(walk, address, &seen)) {
		counts->unreadable++;
		return NULL;
	}
	err = px_array_grow(walk->seen, walk->count, walk->capacity);
	if (!err)
		walk->seen[walk->count++] = seen;
	return err;
}

static struct px_error *walk_list(struct walk *walk)
{
	const struct px_linux_modules_config *config = &walk->modules->config;
	struct px_linux_module_counts *counts = &walk->modules->counts;
	struct px_error *err = NULL;
	uint64_t node;

	counts->not_ready = 0;
	counts->unreadable = 0;
	counts->list_broken = true;
	/* The head is a bare struct list_head, whose first member is next. */
	if (!px_linux_read(walk->reader, config->head, &node, sizeof(node)))
		return NULL;
	for (size_t i = 0; i < MAX_MODULES && node != config->head && !err; i++) {
		uint64_t address = node - config->layout.list_next;
		struct px_cursor c;

		if (!read_struct(walk, address)) {
			counts->unreadable++;
			return NULL;
		}
		err = visit(walk, address);
		c = px_cursor_of(px_bytes_of(walk->bytes, config->layout.size));
		px_cursor_seek(&c, config->layout.list_next);
		node = px_cursor_u64(&c);
	}
	counts->list_broken = node != config->head;
	return err;
}

/* --- following it ------------------------------------------------------------------------- */

static bool is_same(const struct px_linux_module *module, const struct seen *seen)
{
	return module->loaded && module->address == seen->address &&
	       module->text_start == seen->text_start && module->text_end == seen->text_end &&
	       !strcmp(module->name, seen->name);
}

static bool is_known(const struct px_linux_modules *modules, const struct seen *seen)
{
	const struct px_linux_module *module = px_linux_modules_find(modules, seen->text_start);

	return module && is_same(module, seen);
}

static bool was_seen(const struct walk *walk, const struct px_linux_module *module)
{
	for (size_t i = 0; i < walk->count; i++)
		if (is_same(module, &walk->seen[i]))
			return true;
	return false;
}

/* A walk that broke off says nothing of the modules that it did not reach. */
static bool unload_unseen(struct walk *walk)
{
	struct px_linux_modules *modules = walk->modules;
	bool changed = false;

	for (size_t i = 0; i < modules->count && !modules->counts.list_broken; i++) {
		if (!modules->modules[i].loaded || was_seen(walk, &modules->modules[i]))
			continue;
		unload(modules, &modules->modules[i]);
		changed = true;
	}
	return changed;
}

static uint64_t held_by(const struct px_linux_modules *modules)
{
	uint64_t held = 0;

	for (size_t i = 0; i < modules->count; i++) {
		const struct px_linux_module *module = &modules->modules[i];

		held += sizeof(*module);
		if (module->symbols)
			held += px_symbol_table_size(module->symbols);
		if (module->unwind)
			held += px_unwind_table_size(module->unwind);
	}
	return held;
}

/* Returns whether some of them counted as loaded. */
static bool forget_unseen(struct walk *walk)
{
	struct px_linux_modules *modules = walk->modules;
	bool changed = false;

	for (size_t i = modules->count; i > 0; i--) {
		struct px_linux_module *module = &modules->modules[i - 1];

		if (was_seen(walk, module))
			continue;
		changed |= module->loaded;
		if (module->loaded)
			unload(modules, module);
		forget(modules, i - 1);
	}
	return changed;
}

/* A guest can unload modules, or break its list, as often as it likes. */
static bool limit_held(struct walk *walk)
{
	bool changed = held_by(walk->modules) > HELD_MAX && forget_unseen(walk);

	walk->budget = BUDGET - px_min(held_by(walk->modules), BUDGET);
	return changed;
}

/* Make room for a new module. After a broken walk those in its way may count as loaded. */
static void clear_range(struct px_linux_modules *modules, const struct seen *seen)
{
	for (size_t i = modules->count; i > 0; i--) {
		struct px_linux_module *module = &modules->modules[i - 1];

		if (!overlap(module->text_start, module->text_end, seen->text_start,
			     seen->text_end))
			continue;
		if (module->loaded)
			unload(modules, module);
		forget(modules, i - 1);
	}
}

static struct px_error *insert(struct px_linux_modules *modules,
			       const struct px_linux_module *module)
{
	struct px_error *err;
	size_t place = modules->count;

	err = px_array_grow(modules->modules, modules->count, modules->capacity);
	if (!err)
		err = px_unwind_map_add(modules->map, module->text_start, module->text_end, 0,
					module->unwind);
	if (err)
		return err;
	while (place && modules->modules[place - 1].text_start > module->text_start)
		place--;
	memmove(&modules->modules[place + 1], &modules->modules[place],
		(modules->count - place) * sizeof(*modules->modules));
	modules->modules[place] = *module;
	modules->count++;
	return NULL;
}

static struct px_error *load(struct walk *walk, const struct seen *seen, bool *loaded_ret)
{
	struct px_linux_module_source source = source_of(walk, seen->address);
	struct px_linux_module module = {
		.address = seen->address,
		.text_start = seen->text_start,
		.text_end = seen->text_end,
		.loaded = true,
	};
	struct px_error *err;
	struct seen again;

	/* The walk kept no copy; what is read now must still be the same. */
	if (!read_struct(walk, seen->address))
		return NULL;
	memcpy(module.name, seen->name, sizeof(module.name));
	if (!px_linux_module_read_text(&source, &again.text_start, &again.text_end) ||
	    again.text_start != seen->text_start || again.text_end != seen->text_end)
		return NULL;
	err = px_linux_module_read_parts(&source, &module);
	if (!err) {
		clear_range(walk->modules, seen);
		err = insert(walk->modules, &module);
	}
	if (err)
		px_linux_module_fini(&module);
	else
		*loaded_ret = true;
	return err;
}

static void count_modules(struct px_linux_modules *modules)
{
	struct px_linux_module_counts *counts = &modules->counts;

	counts->loaded = counts->gone = counts->without_symbols = counts->without_unwind = 0;
	for (size_t i = 0; i < modules->count; i++) {
		const struct px_linux_module *module = &modules->modules[i];

		if (!module->loaded) {
			counts->gone++;
			continue;
		}
		counts->loaded++;
		counts->without_symbols += !module->symbols;
		counts->without_unwind += !module->have_unwind;
	}
}

struct px_error *px_linux_modules_refresh(struct px_linux_modules *modules,
					  const struct px_linux_reader *reader,
					  bool *changed_ret)
{
	px_cleanup(px_freep) struct walk *walk = NULL;
	px_cleanup(px_freep) struct seen *seen = NULL;
	struct px_error *err;
	bool changed;

	err = px_calloc(1, sizeof(*walk), &walk);
	if (err)
		return err;
	walk->modules = modules;
	walk->reader = reader;
	err = walk_list(walk);
	seen = walk->seen;
	changed = !err && unload_unseen(walk);
	changed |= !err && limit_held(walk);
	for (size_t i = 0; i < walk->count && !err; i++)
		if (!is_known(modules, &walk->seen[i]))
			err = load(walk, &walk->seen[i], &changed);
	count_modules(modules);
	if (!err)
		*changed_ret = changed;
	return err;
}

/* --- looking ------------------------------------------------------------------------------ */

const struct px_linux_module *px_linux_modules_all(const struct px_linux_modules *modules,
						   size_t *count_ret)
{
	*count_ret = modules->count;
	return modules->modules;
}

const struct px_linux_module *px_linux_modules_find(const struct px_linux_modules *modules,
						    uint64_t address)
{
	size_t low = 0, high = modules->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (modules->modules[middle].text_end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < modules->count && modules->modules[low].text_start <= address
		       ? &modules->modules[low]
		       : NULL;
}

struct px_linux_module_counts px_linux_modules_counts(const struct px_linux_modules *modules)
{
	return modules->counts;
}
