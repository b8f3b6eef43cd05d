/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the program behind a piece of code. */
#include "tracer/process-programs.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/memory.h"

enum {
	VDSO_MAX = 65536,   /* bytes */
	MISSING_MAX = 4096, /* files that are told apart */
};

static const char vdso_name[] = "[vdso]", deleted[] = " (deleted)";

void px_process_programs_fini(struct px_process_programs *programs)
{
	for (size_t i = 0; i < PX_PROCESS_VDSOS; i++)
		px_program_free(programs->vdsos[i].program);
	for (size_t i = 0; i < programs->missing_count; i++)
		free(programs->missing[i]);
	free(programs->missing);
	*programs = (struct px_process_programs){0};
}

static struct px_error *note_missing(struct px_process_programs *programs, const char *path,
				     const char *why)
{
	struct px_error *err;
	char *copy = NULL;

	for (size_t i = 0; i < programs->missing_count; i++)
		if (!strcmp(programs->missing[i], path))
			return NULL;
	if (programs->missing_count == MISSING_MAX)
		return NULL;
	err = px_array_grow(programs->missing, programs->missing_count,
			    programs->missing_capacity);
	if (!err)
		err = px_strdup(path, &copy);
	if (err)
		return err;
	programs->missing[programs->missing_count++] = copy;
	px_verbose("no unwind rules for %s: %s", path, why);
	return NULL;
}

/* Read the vDSO's image out of the kernel. */
static struct px_error *open_vdso(struct px_process_programs *programs, uint64_t address,
				  uint64_t size, struct px_program **ret)
{
	uint8_t *bytes px_cleanup(px_freep) = NULL;
	struct px_error *err;

	if (!size || size > VDSO_MAX)
		return NULL;
	err = px_calloc(size, 1, &bytes);
	if (err || !px_linux_read(&programs->kernel, address, bytes, size))
		return err;
	err = px_program_open_bytes(px_bytes_of(bytes, size), vdso_name, ret);
	if (!err || err->code == PX_ERR_NO_MEMORY)
		return err;
	px_verbose("no unwind rules for %s: %s", vdso_name, err->message);
	px_error_free(err);
	return NULL;
}

static struct px_error *find_vdso(struct px_process_programs *programs, uint64_t mm,
				  struct px_program **ret)
{
	uint64_t address = 0, size = 0;

	if (!px_linux_mm_vdso_image(programs->layout, &programs->kernel, mm, &address, &size))
		return NULL;
	for (size_t i = 0; i < PX_PROCESS_VDSOS; i++) {
		struct px_process_vdso *vdso = &programs->vdsos[i];
		struct px_error *err = NULL;

		if (!vdso->address) {
			vdso->address = address;
			err = open_vdso(programs, address, size, &vdso->program);
		}
		if (vdso->address == address) {
			*ret = vdso->program;
			return err;
		}
	}
	return NULL;
}

/* A file that was unlinked may have another one in its place: only a build-id can tell. */
static struct px_error *find_file(struct px_process_programs *programs,
				  struct px_process_area *area)
{
	size_t length = strlen(area->path), tail = sizeof(deleted) - 1;
	bool unlinked = length > tail && !strcmp(area->path + length - tail, deleted);
	const char *why = "it is gone from the guest's file system";
	char *path px_cleanup(px_freep) = NULL;
	struct px_error *err = px_strdup(area->path, &path);

	if (err)
		return err;
	if (unlinked)
		path[length - tail] = '\0';
	if (!programs->symfs) {
		why = px_symfs_outcome_name(PX_SYMFS_NO_FOLDER);
	} else if (!unlinked || area->build_id.size) {
		if (px_symfs_find(programs->symfs, path, &area->build_id, &area->program) ==
		    PX_SYMFS_OK)
			return NULL;
		why = px_symfs_message(programs->symfs);
	}
	area->program = NULL;
	return *path == '/' ? note_missing(programs, area->path, why) : NULL;
}

struct px_error *px_process_programs_find(struct px_process_programs *programs, uint64_t mm,
					  struct px_process_area *area)
{
	struct px_error *err = NULL;
	uint64_t address = 0;

	area->resolved = true;

	if (!strcmp(area->path, vdso_name))
		err = find_vdso(programs, mm, &area->program);
	else if (area->file)
		err = find_file(programs, area);
	if (err || !area->program)
		return err;
	if (!px_program_address_of_offset(area->program, area->offset, &address)) {
		area->program = NULL;
		return note_missing(programs, area->path, "it has no code there");
	}
	area->bias = area->start - address;
	if (!area->build_id.size)
		area->build_id = *px_program_build_id(area->program);
	return NULL;
}
