/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files by build-id from debuginfod servers, debuginfod(8).
 *
 * Who parses what a guest or a recording says has no business with the network. A process of
 * its own, started before privileges are given up, fetches; it is asked by build-id and answers
 * with the path in the cache that libdebuginfod keeps.
 */
#ifndef PX_SYMBOLIZE_DEBUGINFOD_H
#define PX_SYMBOLIZE_DEBUGINFOD_H

#include "lib/build-id.h"
#include "lib/error.h"

struct px_debuginfod;

enum px_debuginfod_kind {
	PX_DEBUGINFOD_EXECUTABLE, /* what is mapped */
	PX_DEBUGINFOD_DEBUGINFO,  /* its separate debug file */
};

/**
 * Start the process. PX_ERR_NOT_FOUND: $DEBUGINFOD_URLS names no server, or libdebuginfod.so.1,
 * which is looked for at run time, is not installed. PX_ERR_OTHER: the process ended, as it
 * cannot give up capabilities. PX_ERR_SYSTEM.
 */
px_must_check struct px_error *px_debuginfod_start(struct px_debuginfod **ret);

/** End it. */
void px_debuginfod_stop(struct px_debuginfod *debuginfod);

/**
 * The path of a file, which the caller frees. PX_ERR_NOT_FOUND: no server has it. PX_ERR_LIMIT:
 * it took longer than half a minute; then nothing more is asked for.
 */
px_must_check struct px_error *px_debuginfod_fetch(struct px_debuginfod *debuginfod,
						   enum px_debuginfod_kind kind,
						   const struct px_build_id *id, char **ret);

#endif
