/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects and the names in them, by kind; where symbol files are looked for is in dso-load.c.
 */
#include "report/dso.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/perfdata-notes.h"
#include "report/dso-load.h"
#include "symbolize/demangle.h"

static const struct px_build_id no_build_id;

struct dso {
	enum px_dso_kind kind;
	char *name;
	struct px_build_id build_id;
	char *reference; /* symbol that lay at reference_address; NULL: not known */
	uint64_t reference_address;
	bool loaded;
	struct px_dso_symbols symbols; /* once loaded */
};

struct px_dsos {
	struct px_dso_options options;
	struct px_symfs *symfs;
	struct dso *array;
	size_t count, capacity;
	struct px_index index;
	struct px_strings names;   /* as shown, demangled */
	struct px_strings modules; /* "[xen_netfront]" */
};

struct px_error *px_dsos_new(const struct px_dso_options *options, struct px_dsos **ret)
{
	const struct px_symfs_options files = {
		.folder = options->symfs ? options->symfs : "/",
		.debug = options->debug,
		.debuginfod = options->debuginfod,
	};
	struct px_dsos *dsos = NULL;
	struct px_error *err = px_calloc(1, sizeof(*dsos), &dsos);

	if (err)
		return err;
	dsos->options = *options;
	err = px_symfs_new(&files, &dsos->symfs);
	if (err)
		px_dsos_free(dsos);
	else
		*ret = dsos;
	return err;
}

void px_dsos_free(struct px_dsos *dsos)
{
	if (!dsos)
		return;
	for (size_t i = 0; i < dsos->count; i++) {
		free(dsos->array[i].name);
		free(dsos->array[i].reference);
		px_dso_symbols_fini(&dsos->array[i].symbols);
	}
	free(dsos->array);
	px_index_fini(&dsos->index);
	px_strings_fini(&dsos->names);
	px_strings_fini(&dsos->modules);
	px_symfs_free(dsos->symfs);
	free(dsos);
}

/* Unlike px_build_id_equal: two without a build-id are the same. */
static bool same_build_id(const struct px_build_id *a, const struct px_build_id *b)
{
	return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

static uint32_t hash_of(enum px_dso_kind kind, const char *name)
{
	return px_hash_text(name, strlen(name)) + kind;
}

static uint32_t find(const struct px_dsos *dsos, enum px_dso_kind kind, const char *name,
		     const struct px_build_id *build_id)
{
	uint32_t hash = hash_of(kind, name), at = hash, id;

	while ((id = px_index_at(&dsos->index, hash, &at)) != PX_ID_NONE) {
		const struct dso *d = &dsos->array[id];

		if (d->kind == kind && !strcmp(d->name, name) &&
		    same_build_id(&d->build_id, build_id))
			break;
	}
	return id;
}

struct px_error *px_dsos_add(struct px_dsos *dsos, enum px_dso_kind kind, const char *name,
			     const struct px_build_id *build_id, uint32_t *ret)
{
	struct dso dso = {.kind = kind, .build_id = build_id ? *build_id : no_build_id};
	uint32_t id = find(dsos, kind, name, &dso.build_id);
	struct px_error *err;

	if (id != PX_ID_NONE) {
		*ret = id;
		return NULL;
	}
	err = px_array_grow(dsos->array, dsos->count, dsos->capacity);
	if (!err)
		err = px_strdup(name, &dso.name);
	if (!err)
		err = px_index_add(&dsos->index, hash_of(kind, name), (uint32_t)dsos->count);
	if (err) {
		free(dso.name);
		return err;
	}
	*ret = (uint32_t)dsos->count;
	dsos->array[dsos->count++] = dso;
	return NULL;
}

struct px_error *px_dsos_add_jit(struct px_dsos *dsos, uint32_t pid, uint32_t *ret)
{
	const char *folder = dsos->options.jit_folder;
	px_cleanup(px_freep) char *path = NULL;

	if (asprintf(&path, "%s/perf-%" PRIu32 ".map", folder ? folder : "/tmp", pid) < 0) {
		path = NULL;
		return &px_error_no_memory;
	}
	return px_dsos_add(dsos, PX_DSO_JIT, path, NULL, ret);
}

struct px_error *px_dsos_set_reference(struct px_dsos *dsos, uint32_t dso, const char *symbol,
				       uint64_t address)
{
	struct dso *d = &dsos->array[dso];

	if (d->reference || !*symbol)
		return NULL;
	d->reference_address = address;
	return px_strdup(symbol, &d->reference);
}

static void seen_name(uint32_t pid, char name[static 16])
{
	snprintf(name, 16, "%" PRIu32, pid);
}

uint32_t px_dsos_seen(const struct px_dsos *dsos, uint32_t pid)
{
	char name[16];

	seen_name(pid, name);
	return find(dsos, PX_DSO_SEEN, name, &no_build_id);
}

static struct px_error *add_seen(struct px_dsos *dsos, const struct px_note_symbol *seen)
{
	px_cleanup(px_freep) char *text = NULL;
	char name[16];
	uint32_t id = 0;
	struct dso *d;
	struct px_error *err;

	if (seen->end <= seen->start)
		return NULL;
	seen_name(seen->pid, name);
	err = px_dsos_add(dsos, PX_DSO_SEEN, name, NULL, &id);
	if (err)
		return err;
	d = &dsos->array[id];
	if (!d->symbols.table)
		err = px_symbol_table_new(&d->symbols.own_table);
	if (err)
		return err;
	d->symbols.table = d->symbols.own_table;
	if (asprintf(&text, "%s\t%s", seen->name, seen->module) < 0) {
		text = NULL;
		return &px_error_no_memory;
	}
	return px_symbol_table_add(d->symbols.own_table, seen->start, seen->end - seen->start,
				   text, 't');
}

struct px_error *px_dsos_add_seen(struct px_dsos *dsos, struct px_bytes payload)
{
	struct px_cursor cursor = px_cursor_of(payload);
	struct px_note_symbol seen;
	struct px_error *err = NULL;

	while (!err && px_note_next_symbol(&cursor, &seen))
		err = add_seen(dsos, &seen);
	return err;
}

enum px_dso_kind px_dsos_kind(const struct px_dsos *dsos, uint32_t dso)
{
	return dsos->array[dso].kind;
}

const char *px_dsos_name(const struct px_dsos *dsos, uint32_t dso)
{
	return dsos->array[dso].name;
}

/* The kernel that was recorded lay elsewhere than the one whose symbols were found. */
static void slide(struct dso *d)
{
	uint64_t address = 0;

	if (d->reference && px_symbol_table_address(d->symbols.table, d->reference, &address))
		d->symbols.slide = d->reference_address - address;
}

static struct px_error *load(struct px_dsos *dsos, struct dso *d)
{
	struct px_error *err;

	d->loaded = true;
	if (d->kind == PX_DSO_SEEN)
		return px_symbol_table_sort(d->symbols.own_table);
	err = px_dso_load(&dsos->options, dsos->symfs, d->kind, d->name, &d->build_id,
			  &d->symbols);
	if (!err && d->symbols.table && d->kind == PX_DSO_KERNEL)
		slide(d);
	return err;
}

/* name becomes what is shown of it, in dsos->names. */
static struct px_error *show_name(struct px_dsos *dsos, const char *name, const char **ret)
{
	px_cleanup(px_freep) char *demangled = NULL;
	uint32_t id = 0;
	struct px_error *err = NULL;

	if (!dsos->options.no_demangle)
		err = px_demangle(name, &demangled);
	if (!err)
		err = px_strings_add(&dsos->names, demangled ? demangled : name, &id);
	if (!err)
		*ret = dsos->names.text[id];
	return err;
}

/* "name\tmodule" in its two parts. */
static struct px_error *show_symbol(struct px_dsos *dsos, const char *name,
				    struct px_dso_symbol *ret)
{
	const char *tab = strchr(name, '\t');
	px_cleanup(px_freep) char *alone = NULL;
	uint32_t module = 0;
	struct px_error *err;

	if (!tab)
		return show_name(dsos, name, &ret->name);
	err = px_strdup(name, &alone);
	if (!err)
		err = px_strings_add(&dsos->modules, tab + 1, &module);
	if (err)
		return err;
	alone[tab - name] = '\0';
	ret->module = dsos->modules.text[module];
	return show_name(dsos, alone, &ret->name);
}

struct px_error *px_dsos_find(struct px_dsos *dsos, uint32_t dso, uint64_t address,
			      bool *found_ret, struct px_dso_symbol *ret)
{
	struct dso *d = &dsos->array[dso];
	const struct px_symbol *symbol;
	struct px_dso_symbol found = {0};
	struct px_error *err = NULL;
	uint64_t to_table;

	*found_ret = false;
	if (!d->loaded)
		err = load(dsos, d);
	if (err || !d->symbols.table)
		return err;
	to_table = px_dso_symbols_bias(&d->symbols, address) - d->symbols.slide;
	symbol = px_symbol_table_find(d->symbols.table, address + to_table);
	if (!symbol)
		return NULL;
	found.start = symbol->start - to_table;
	err = show_symbol(dsos, symbol->name, &found);
	if (err || (found.module && d->symbols.slide))
		return err;
	*found_ret = true;
	*ret = found;
	return NULL;
}
