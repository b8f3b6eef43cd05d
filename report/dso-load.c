/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where symbol files are: perf's build-id cache, /usr/lib/debug, the path itself. */
#include "report/dso-load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/memory.h"
#include "report/symbol-files.h"
#include "symbolize/debug-file.h"
#include "symbolize/folder.h"
#include "symbolize/perf-map.h"

/* Larger text files are no symbol files. */
static const size_t largest_text = (size_t)512 << 20;

void px_dso_symbols_fini(struct px_dso_symbols *symbols)
{
	px_symbol_table_free(symbols->own_table);
	px_program_free(symbols->own_program);
	*symbols = (struct px_dso_symbols){0};
}

uint64_t px_dso_symbols_bias(const struct px_dso_symbols *symbols, uint64_t address)
{
	uint64_t linked = 0;

	if (!symbols->program ||
	    !px_program_address_of_offset(symbols->program, address, &linked))
		return 0;
	return linked - address;
}

/* Read all of a file, of /proc too, where sizes are not known. */
static struct px_error *read_text(const char *path, char **ret, size_t *size_ret)
{
	px_cleanup(px_fclosep) FILE *file = fopen(path, "re");
	px_cleanup(px_freep) char *text = NULL;
	size_t size = 0, capacity = 0;

	if (!file)
		return px_error_system(errno, "%s", path);
	while (!feof(file) && !ferror(file) && size < largest_text) {
		if (capacity - size < 65536) {
			char *bigger = realloc(text, capacity = (capacity + 65536) * 2);

			if (!bigger)
				return &px_error_no_memory;
			text = bigger;
		}
		size += fread(text + size, 1, capacity - size, file);
	}
	if (ferror(file))
		return px_error_system(errno, "%s", path);
	*ret = text;
	*size_ret = size;
	text = NULL;
	return NULL;
}

typedef struct px_error *(*text_parser)(struct px_symbol_table *table, struct px_bytes text);

static struct px_error *load_text(const char *path, text_parser parse,
				  struct px_dso_symbols *symbols)
{
	px_cleanup(px_freep) char *text = NULL;
	size_t size = 0;
	struct px_error *err = read_text(path, &text, &size);

	if (!err)
		err = px_symbol_table_new(&symbols->own_table);
	if (!err)
		err = parse(symbols->own_table, px_bytes_of(text, size));
	if (!err)
		err = px_symbol_table_sort(symbols->own_table);
	if (err)
		px_dso_symbols_fini(symbols);
	symbols->table = symbols->own_table;
	return err;
}

/* --- paths by build-id ----------------------------------------------------------------------
 */

/* FOLDER/.build-id/xx/yyyy + suffix; false without a build-id or a folder. */
static bool build_id_path(const char *folder, const struct px_build_id *id, const char *suffix,
			  char **ret)
{
	char hex[PX_BUILD_ID_HEX];

	if (!folder || id->size < 2)
		return false;
	px_build_id_hex(id, hex);
	if (asprintf(ret, "%s/.build-id/%.2s/%s%s", folder, hex, hex + 2, suffix) < 0) {
		*ret = NULL;
		return false;
	}
	return true;
}

static bool is_running_kernel(const struct px_build_id *wanted)
{
	px_cleanup(px_freep) char *notes = NULL;
	struct px_build_id running = {0};
	size_t size = 0;
	struct px_error *err = read_text("/sys/kernel/notes", &notes, &size);

	if (err) {
		px_error_free(err);
		return false;
	}
	return px_build_id_from_notes(px_bytes_of(notes, size), &running) &&
	       px_build_id_equal(&running, wanted);
}

/* --- kernels --------------------------------------------------------------------------------
 */

static struct px_error *load_kernel(const struct px_dso_options *options,
				    const struct px_build_id *id, struct px_dso_symbols *ret)
{
	px_cleanup(px_freep) char *path = NULL;
	struct px_error *err;

	if (options->kallsyms)
		return load_text(options->kallsyms, px_symbols_add_kallsyms, ret);
	if (build_id_path(options->cache, id, "/kallsyms", &path)) {
		err = load_text(path, px_symbols_add_kallsyms, ret);
		if (!err || err->code == PX_ERR_NO_MEMORY)
			return err;
		px_error_free(err);
	}
	if (!is_running_kernel(id))
		return NULL;
	return load_text("/proc/kallsyms", px_symbols_add_kallsyms, ret);
}

/* --- programs and libraries ------------------------------------------------------------------
 */

/* A file of perf's build-id cache: right by its build-id, wherever it was found. */
static struct px_error *open_cached(const struct px_dso_options *options,
				    const struct px_build_id *id, const char *suffix,
				    struct px_program **ret)
{
	struct px_debug_folders folders = {.root = -1, .host = -1};
	px_cleanup(px_freep) char *path = NULL;
	struct px_elf_image *image = NULL;
	struct px_error *err;

	if (!build_id_path(options->cache, id, suffix, &path))
		return px_error_new(PX_ERR_NOT_FOUND, "there is no build-id cache");
	err = px_elf_image_open(path, &image);
	if (err)
		return err;
	if (!px_build_id_equal(px_elf_image_build_id(image), id)) {
		px_elf_image_close(image);
		return px_error_new(PX_ERR_MISMATCH, "%s: another build-id", path);
	}
	if (options->debug)
		px_error_free(px_folder_open(options->debug, &folders.host));
	err = px_program_new(image, px_debug_file_find(&folders, path, image), ret);
	px_closep(&folders.host);
	return err;
}

static struct px_error *find_program(const struct px_dso_options *options,
				     struct px_symfs *symfs, const char *name,
				     const struct px_build_id *id, struct px_dso_symbols *ret)
{
	static const char *const suffixes[] = {"/elf", "/vdso"};

	for (size_t i = 0; i < px_array_size(suffixes); i++) {
		struct px_error *err = open_cached(options, id, suffixes[i], &ret->own_program);

		ret->program = ret->own_program;
		if (!err || err->code == PX_ERR_NO_MEMORY)
			return err;
		px_error_free(err);
	}
	/* This machine's file of that name is another one. */
	if (options->elsewhere && !options->symfs && !id->size)
		return px_error_new(PX_ERR_NOT_FOUND, "the guest's file has no build-id");
	if (px_symfs_find(symfs, name, id, &ret->program) == PX_SYMFS_OK)
		return NULL;
	return px_error_new(PX_ERR_NOT_FOUND, "%s", px_symfs_message(symfs));
}

static struct px_error *load_file(const struct px_dso_options *options, struct px_symfs *symfs,
				  const char *name, const struct px_build_id *id,
				  struct px_dso_symbols *ret)
{
	struct px_error *err = find_program(options, symfs, name, id, ret);

	return err ? err : px_program_symbols(ret->program, &ret->table);
}

/* --- JIT -------------------------------------------------------------------------------------
 */

/* Whoever writes into a common folder must not name code that is not theirs. */
static bool is_trusted(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISREG(st.st_mode) &&
	       (st.st_uid == geteuid() || st.st_uid == 0 || geteuid() == 0);
}

static struct px_error *read_map(const char *path, struct px_symbol_table *table)
{
	px_cleanup(px_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct px_perf_map_counts counts;

	if (fd < 0)
		return px_error_system(errno, "%s", path);
	return px_perf_map_read(fd, path, table, &counts);
}

/* Under a folder that was given, the map is the guest's; else this host's. */
static struct px_error *load_jit(const struct px_dso_options *options,
				 const struct px_symfs *symfs, const char *path,
				 struct px_dso_symbols *ret)
{
	struct px_error *err = NULL;

	if (options->symfs) {
		err = px_symfs_perf_map(symfs, path, &ret->own_table);
	} else if (!options->elsewhere && is_trusted(path)) {
		err = px_symbol_table_new(&ret->own_table);
		if (!err)
			err = read_map(path, ret->own_table);
	}
	if (!err)
		ret->table = ret->own_table;
	return err;
}

struct px_error *px_dso_load(const struct px_dso_options *options, struct px_symfs *symfs,
			     enum px_dso_kind kind, const char *name,
			     const struct px_build_id *build_id, struct px_dso_symbols *ret)
{
	struct px_error *err = NULL;

	*ret = (struct px_dso_symbols){0};
	if (kind == PX_DSO_KERNEL)
		err = load_kernel(options, build_id, ret);
	else if (kind == PX_DSO_FILE)
		err = load_file(options, symfs, name, build_id, ret);
	else if (kind == PX_DSO_JIT)
		err = load_jit(options, symfs, name, ret);
	if (!err || err->code == PX_ERR_NO_MEMORY)
		return err;
	px_verbose("no symbols of %s: %s", name, err->message);
	px_error_free(err);
	px_dso_symbols_fini(ret);
	return NULL;
}
