/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where symbol files are: perf's build-id cache, /usr/lib/debug, the path itself. */
#include "report/dso-load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/memory.h"
#include "report/symbol-files.h"
#include "symbolize/elf-image.h"

/* Larger text files are no symbol files. */
static const size_t largest_text = (size_t)512 << 20;

void px_dso_symbols_fini(struct px_dso_symbols *symbols)
{
	px_symbol_table_free(symbols->table);
	free(symbols->segments);
	*symbols = (struct px_dso_symbols){0};
}

uint64_t px_dso_symbols_bias(const struct px_dso_symbols *symbols, uint64_t address)
{
	for (size_t i = 0; i < symbols->segment_count; i++) {
		const struct px_dso_segment *s = &symbols->segments[i];

		if (address >= s->offset && address - s->offset < s->size)
			return s->address - s->offset;
	}
	return 0;
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
		err = px_symbol_table_new(&symbols->table);
	if (!err)
		err = parse(symbols->table, px_bytes_of(text, size));
	if (!err)
		err = px_symbol_table_sort(symbols->table);
	if (err)
		px_dso_symbols_fini(symbols);
	return err;
}

/* Names of files come from the recording: a pipe or a device would be waited for. */
static bool is_regular(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
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

static struct px_error *copy_segments(struct px_elf_image *image,
				      struct px_dso_symbols *symbols)
{
	size_t count = 0;
	const struct px_elf_segment *from = px_elf_image_segments(image, &count);
	struct px_error *err = px_calloc(count, sizeof(*symbols->segments), &symbols->segments);

	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		symbols->segments[i] = (struct px_dso_segment){
			from[i].offset, from[i].file_size, from[i].address};
	symbols->segment_count = count;
	return NULL;
}

static struct px_error *add_symbols(struct px_elf_image *image, struct px_dso_symbols *symbols)
{
	struct px_error *err = px_symbol_table_new(&symbols->table);

	if (!err)
		err = px_elf_image_symbols(image, symbols->table);
	if (!err)
		err = px_symbol_table_sort(symbols->table);
	if (err) {
		px_symbol_table_free(symbols->table);
		symbols->table = NULL;
	}
	return err;
}

static struct px_error *open_image(const char *path, const struct px_build_id *wanted,
				   struct px_elf_image **ret)
{
	struct px_elf_image *image;
	struct px_error *err;

	if (!is_regular(path))
		return px_error_new(PX_ERR_NOT_FOUND, "%s: no such regular file", path);
	err = px_elf_image_open(path, &image);
	if (err)
		return err;
	if (wanted->size && px_elf_image_build_id(image)->size &&
	    !px_build_id_equal(wanted, px_elf_image_build_id(image))) {
		px_elf_image_close(image);
		return px_error_new(PX_ERR_MISMATCH, "%s: it was replaced since", path);
	}
	*ret = image;
	return NULL;
}

/* Symbols of a separate debug file, which has the addresses of the file that it belongs to. */
static struct px_error *add_debug_symbols(const char *path, const struct px_build_id *id,
					  struct px_dso_symbols *symbols)
{
	px_cleanup(px_elf_image_closep) struct px_elf_image *image = NULL;
	struct px_error *err = open_image(path, id, &image);

	return err ? err : add_symbols(image, symbols);
}

/* Segments and, where it has not been stripped, symbols of the file itself. */
static struct px_error *load_image(const struct px_dso_options *options, const char *path,
				   const struct px_build_id *wanted,
				   struct px_dso_symbols *symbols)
{
	px_cleanup(px_elf_image_closep) struct px_elf_image *image = NULL;
	px_cleanup(px_freep) char *debug = NULL;
	struct px_error *err = open_image(path, wanted, &image);

	if (!err)
		err = copy_segments(image, symbols);
	if (err)
		return err;
	if (build_id_path(options->debug, px_elf_image_build_id(image), ".debug", &debug)) {
		err = add_debug_symbols(debug, px_elf_image_build_id(image), symbols);
		if (!err || err->code == PX_ERR_NO_MEMORY)
			return err;
		px_error_free(err);
	}
	return add_symbols(image, symbols);
}

static struct px_error *load_file(const struct px_dso_options *options, const char *name,
				  const struct px_build_id *id, struct px_dso_symbols *ret)
{
	px_cleanup(px_freep) char *elf = NULL, *vdso = NULL, *path = NULL;
	const char *candidates[3];
	size_t count = 0;
	struct px_error *err = NULL;

	if (build_id_path(options->cache, id, "/elf", &elf))
		candidates[count++] = elf;
	if (build_id_path(options->cache, id, "/vdso", &vdso))
		candidates[count++] = vdso;
	if (*name == '/' &&
	    asprintf(&path, "%s%s", options->symfs ? options->symfs : "", name) < 0)
		path = NULL;
	if (path)
		candidates[count++] = path;
	for (size_t i = 0; i < count; i++) {
		px_error_free(err);
		err = load_image(options, candidates[i], id, ret);
		if (!err || err->code == PX_ERR_NO_MEMORY)
			return err;
		px_dso_symbols_fini(ret);
	}
	return err;
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

static struct px_error *load_jit(const char *path, struct px_dso_symbols *ret)
{
	if (!is_trusted(path))
		return NULL;
	return load_text(path, px_symbols_add_jit_map, ret);
}

struct px_error *px_dso_load(const struct px_dso_options *options, enum px_dso_kind kind,
			     const char *name, const struct px_build_id *build_id,
			     struct px_dso_symbols *ret)
{
	struct px_error *err = NULL;

	*ret = (struct px_dso_symbols){0};
	if (kind == PX_DSO_KERNEL)
		err = load_kernel(options, build_id, ret);
	else if (kind == PX_DSO_FILE)
		err = load_file(options, name, build_id, ret);
	else if (kind == PX_DSO_JIT)
		err = load_jit(name, ret);
	if (!err || err->code == PX_ERR_NO_MEMORY)
		return err;
	px_verbose("no symbols of %s: %s", name, err->message);
	px_error_free(err);
	px_dso_symbols_fini(ret);
	return NULL;
}
