/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs by path and build-id below a folder; every answer is kept. */
#include "symbolize/symfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "symbolize/debug-file.h"
#include "symbolize/folder.h"
#include "symbolize/perf-map.h"

enum {
	BUCKETS = 1024,
	MOST_ENTRIES = 16384, /* a guest may name any number of files */
};

struct entry {
	struct entry *next; /* of its bucket */
	char *path;
	struct px_build_id id;
	enum px_symfs_outcome outcome;
	struct px_error *reason; /* unless PX_SYMFS_OK */
	struct px_program *program;
	const struct px_elf_image *image; /* of the program if it is ours to free; else NULL */
	struct entry *next_owner;
};

struct px_symfs {
	int folder; /* -1: none */
	int debug;  /* -1: none */
	struct px_debuginfod *debuginfod;
	struct entry *buckets[BUCKETS];
	struct entry *owners; /* entries whose programs are theirs */
	size_t count;
	const char *message; /* of the latest find */
};

struct px_error *px_symfs_new(const struct px_symfs_options *options, struct px_symfs **ret)
{
	struct px_symfs *symfs = NULL;
	struct px_error *err = px_calloc(1, sizeof(*symfs), &symfs);

	if (err)
		return err;
	symfs->folder = symfs->debug = -1;
	symfs->debuginfod = options->debuginfod;
	if (options->folder)
		err = px_folder_open(options->folder, &symfs->folder);
	if (err) {
		px_symfs_free(symfs);
		return err;
	}
	if (options->debug)
		px_error_free(px_folder_open(options->debug, &symfs->debug));
	*ret = symfs;
	return NULL;
}

static void entry_free(struct entry *entry)
{
	if (!entry)
		return;
	if (entry->image)
		px_program_free(entry->program);
	px_error_free(entry->reason);
	free(entry->path);
	free(entry);
}

void px_symfs_free(struct px_symfs *symfs)
{
	if (!symfs)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct entry *entry = symfs->buckets[i], *next; entry; entry = next) {
			next = entry->next;
			entry_free(entry);
		}
	px_closep(&symfs->folder);
	px_closep(&symfs->debug);
	free(symfs);
}

/* --- looking --------------------------------------------------------------------------------
 */

static struct px_error *mismatch(const char *path, const struct px_build_id *found,
				 const struct px_build_id *wanted)
{
	char its[PX_BUILD_ID_HEX], guests[PX_BUILD_ID_HEX];

	return px_error_new(PX_ERR_MISMATCH, "%s has %s%s, the guest's has build-id %s", path,
			    found->size ? "build-id " : "no build-id",
			    px_build_id_hex(found, its), px_build_id_hex(wanted, guests));
}

/* The file at a path of the folder, if it is the wanted one. */
static struct px_error *open_path(const struct px_symfs *symfs, const char *path,
				  const struct px_build_id *id, struct px_elf_image **ret)
{
	struct px_elf_image *image = NULL;
	struct px_error *err = px_folder_image(symfs->folder, path, &image);

	if (err)
		return err;
	if (id->size && !px_build_id_equal(px_elf_image_build_id(image), id)) {
		err = mismatch(path, px_elf_image_build_id(image), id);
		px_elf_image_close(image);
		return err;
	}
	*ret = image;
	return NULL;
}

/* By its build-id in one of the usual places; quietly false when it is in none. */
static bool open_by_id(const struct px_symfs *symfs, const struct px_build_id *id,
		       struct px_elf_image **ret)
{
	static const char *const patterns[] = {
		"/.build-id/%.2s/%s",
		"/.build-id/%.2s/%s.debug",
		"/usr/lib/.build-id/%.2s/%s",
		"/usr/lib/debug/.build-id/%.2s/%s.debug",
	};
	char hex[PX_BUILD_ID_HEX], path[128];

	if (id->size < 2 || symfs->folder < 0)
		return false;
	px_build_id_hex(id, hex);
	for (size_t i = 0; i < px_array_size(patterns); i++) {
		struct px_error *err;

		snprintf(path, sizeof(path), patterns[i], hex, hex + 2);
		err = open_path(symfs, path, id, ret);
		if (!err)
			return true;
		px_error_free(err);
	}
	return false;
}

/* From a server; NULL when none has it. */
static struct px_elf_image *fetch(const struct px_symfs *symfs, enum px_debuginfod_kind kind,
				  const struct px_build_id *id)
{
	px_cleanup(px_freep) char *path = NULL;
	struct px_elf_image *image = NULL;
	struct px_error *err;

	if (!symfs->debuginfod || !id->size)
		return NULL;
	err = px_debuginfod_fetch(symfs->debuginfod, kind, id, &path);
	if (!err)
		err = px_elf_image_open(path, &image);
	px_error_free(err);
	if (image && px_build_id_equal(px_elf_image_build_id(image), id))
		return image;
	px_elf_image_close(image);
	return NULL;
}

static struct px_error *find_image(const struct px_symfs *symfs, const char *path,
				   const struct px_build_id *id, struct px_elf_image **ret)
{
	struct px_elf_image *image;
	struct px_error *err;

	if (path[0] == '/' && symfs->folder >= 0)
		err = open_path(symfs, path, id, ret);
	else
		err = px_error_new(PX_ERR_NOT_FOUND, "%s: no such file", path);
	if (!err || err->code == PX_ERR_NO_MEMORY)
		return err;
	if (!open_by_id(symfs, id, ret)) {
		image = fetch(symfs, PX_DEBUGINFOD_EXECUTABLE, id);
		if (!image)
			return err;
		*ret = image;
	}
	px_error_free(err);
	return NULL;
}

/* A guest can name one file in any number of ways, by links and by build-id. */
static struct px_program *opened_before(const struct px_symfs *symfs,
					const struct px_elf_image *image)
{
	for (const struct entry *entry = symfs->owners; entry; entry = entry->next_owner)
		if (px_elf_image_same_file(entry->image, image))
			return entry->program;
	return NULL;
}

/* Takes over image. */
static struct px_error *new_program(struct px_symfs *symfs, struct px_elf_image *image,
				    struct entry *entry)
{
	const struct px_debug_folders folders = {symfs->folder, symfs->debug};
	struct px_elf_image *debug = px_debug_file_find(&folders, entry->path, image);
	struct px_error *err;

	if (!debug && !px_elf_image_has_symtab(image))
		debug = fetch(symfs, PX_DEBUGINFOD_DEBUGINFO, px_elf_image_build_id(image));
	err = px_program_new(image, debug, &entry->program);
	if (err)
		return err;
	entry->image = image;
	entry->next_owner = symfs->owners;
	symfs->owners = entry;
	return NULL;
}

static struct px_error *open_program(struct px_symfs *symfs, struct entry *entry)
{
	struct px_elf_image *image = NULL;
	struct px_error *err = find_image(symfs, entry->path, &entry->id, &image);

	if (err)
		return err;
	entry->program = opened_before(symfs, image);
	if (!entry->program)
		return new_program(symfs, image, entry);
	px_elf_image_close(image);
	return NULL;
}

/* --- answers --------------------------------------------------------------------------------
 */

static enum px_symfs_outcome outcome_of(const struct px_error *err)
{
	if (!err)
		return PX_SYMFS_OK;
	switch (err->code) {
	case PX_ERR_NOT_FOUND:
		return PX_SYMFS_NO_FILE;
	case PX_ERR_MISMATCH:
		return PX_SYMFS_MISMATCH;
	default:
		return PX_SYMFS_UNREADABLE;
	}
}

/* FNV-1a */
static struct entry **bucket_of(struct px_symfs *symfs, const char *path)
{
	uint32_t hash = 2166136261u;

	for (; *path; path++)
		hash = (hash ^ (uint8_t)*path) * 16777619u;
	return &symfs->buckets[hash % BUCKETS];
}

static bool same_id(const struct px_build_id *a, const struct px_build_id *b)
{
	return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

static struct px_error *entry_new(const char *path, const struct px_build_id *id,
				  struct entry **ret)
{
	struct entry *entry = NULL;
	struct px_error *err = px_calloc(1, sizeof(*entry), &entry);

	if (!err)
		err = px_strdup(path, &entry->path);
	if (err) {
		entry_free(entry);
		return err;
	}
	entry->id = *id;
	*ret = entry;
	return NULL;
}

static enum px_symfs_outcome answer(struct px_symfs *symfs, const struct entry *entry,
				    struct px_program **ret)
{
	symfs->message = entry->reason ? entry->reason->message : NULL;
	if (entry->outcome == PX_SYMFS_OK)
		*ret = entry->program;
	return entry->outcome;
}

enum px_symfs_outcome px_symfs_find(struct px_symfs *symfs, const char *guest_path,
				    const struct px_build_id *id, struct px_program **ret)
{
	static const struct px_build_id unknown;
	struct entry **bucket = bucket_of(symfs, guest_path), *entry;

	id = id ? id : &unknown;
	for (entry = *bucket; entry; entry = entry->next)
		if (!strcmp(entry->path, guest_path) && same_id(&entry->id, id))
			return answer(symfs, entry, ret);
	if (symfs->folder < 0 && !symfs->debuginfod) {
		symfs->message = "no folder with the guest's files was given (--symfs)";
		return PX_SYMFS_NO_FOLDER;
	}
	if (symfs->count == MOST_ENTRIES || entry_new(guest_path, id, &entry)) {
		symfs->message = "too many files, or no memory";
		return PX_SYMFS_UNREADABLE;
	}
	entry->reason = open_program(symfs, entry);
	entry->outcome = outcome_of(entry->reason);
	entry->next = *bucket;
	*bucket = entry;
	symfs->count++;
	return answer(symfs, entry, ret);
}

const char *px_symfs_message(const struct px_symfs *symfs)
{
	return symfs->message;
}

struct px_error *px_symfs_perf_map(const struct px_symfs *symfs, const char *path,
				   struct px_symbol_table **ret)
{
	px_cleanup(px_closep) int fd = -1;
	struct px_symbol_table *table = NULL;
	struct px_perf_map_counts counts;
	struct px_error *err;

	if (symfs->folder < 0)
		return px_error_new(PX_ERR_NOT_FOUND, "%s: no folder was given", path);
	err = px_folder_file(symfs->folder, path, &fd);
	if (!err)
		err = px_symbol_table_new(&table);
	if (!err)
		err = px_perf_map_read(fd, path, table, &counts);
	if (err)
		px_symbol_table_free(table);
	else
		*ret = table;
	return err;
}

const char *px_symfs_outcome_name(enum px_symfs_outcome outcome)
{
	static const char *const names[] = {
		[PX_SYMFS_OK] = "found",
		[PX_SYMFS_NO_FOLDER] = "no folder given",
		[PX_SYMFS_NO_FILE] = "no such file",
		[PX_SYMFS_MISMATCH] = "another build-id",
		[PX_SYMFS_UNREADABLE] = "unreadable",
	};

	return outcome < px_array_size(names) ? names[outcome] : "unknown";
}
