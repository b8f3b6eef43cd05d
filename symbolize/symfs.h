/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs of a guest's processes: found below a folder that holds a copy of the guest's
 * file system, opened once and kept.
 */
#ifndef PX_SYMBOLIZE_SYMFS_H
#define PX_SYMBOLIZE_SYMFS_H

#include "symbolize/debuginfod.h"
#include "symbolize/program.h"

struct px_symfs;

/** Where to look. */
struct px_symfs_options {
	const char *folder; /* NULL: none */
	const char *debug;  /* this host's debug files, /usr/lib/debug; NULL: none */
	struct px_debuginfod *debuginfod; /* asked last; borrowed; NULL: nobody */
};

enum px_symfs_outcome {
	PX_SYMFS_OK,
	PX_SYMFS_NO_FOLDER,  /* none was given */
	PX_SYMFS_NO_FILE,    /* there is no such file in it */
	PX_SYMFS_MISMATCH,   /* the file there has another build-id */
	PX_SYMFS_UNREADABLE, /* no regular file, not permitted, too large, no x86-64 program */
};

/** PX_ERR_SYSTEM when the folder cannot be opened; the debug folder may be missing. */
px_must_check struct px_error *px_symfs_new(const struct px_symfs_options *options,
					    struct px_symfs **ret);
void px_symfs_free(struct px_symfs *symfs);

/**
 * The program behind a mapped file, by its path in the guest and its build-id (NULL or of size
 * 0: not known, the path alone decides). Where the path gives none of that build-id, folders of
 * build-ids are asked, .build-id/xx/yyyy and the like, and then servers, if wanted.
 *
 * The path is the guest's: it stays inside the folder, whatever links there are in it, and only
 * regular files are opened. The same question is answered from memory, failures too.
 *
 * *ret, only with PX_SYMFS_OK, belongs to symfs and lives as long.
 */
enum px_symfs_outcome px_symfs_find(struct px_symfs *symfs, const char *guest_path,
				    const struct px_build_id *id, struct px_program **ret);

/**
 * Why the latest px_symfs_find failed, with path and build-ids, for people. Borrowed until the
 * next one; NULL after PX_SYMFS_OK.
 */
const char *px_symfs_message(const struct px_symfs *symfs);

/**
 * The names in the perf-PID.map at a path of the folder, "/tmp/perf-PID.map" by the process's
 * number in the guest. Sorted; the caller frees it. Errors of px_folder_file and
 * px_perf_map_read; PX_ERR_NOT_FOUND without a folder.
 */
px_must_check struct px_error *px_symfs_perf_map(const struct px_symfs *symfs, const char *path,
						 struct px_symbol_table **ret);

/** Name of an outcome for people, e.g. "no such file"; never NULL. */
const char *px_symfs_outcome_name(enum px_symfs_outcome outcome);

#endif
