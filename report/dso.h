/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects that code was mapped from, and the names in them: the kernel, its modules, programs
 * and libraries, and what a JIT compiler wrote down. Symbols are looked for on first use.
 */
#ifndef PX_REPORT_DSO_H
#define PX_REPORT_DSO_H

#include "lib/perfdata.h"
#include "report/intern.h"
#include "symbolize/debuginfod.h"

enum px_dso_kind {
	PX_DSO_KERNEL, /* addresses are run-time addresses */
	PX_DSO_MODULE, /* the same */
	PX_DSO_FILE,   /* addresses are offsets in the file */
	PX_DSO_JIT,    /* run-time addresses, named by perf-PID.map */
	PX_DSO_NONE,   /* a stack, a heap: nothing there has a name */
	PX_DSO_SEEN,   /* run-time addresses of a process, named by the file that is read */
};

/** Where to look for symbols. Strings are borrowed; NULL: not there. */
struct px_dso_options {
	const char *symfs;    /* put before the path of every file */
	const char *kallsyms; /* a file to use for the kernel whatever its build-id */
	const char *cache;    /* perf's build-id cache: $HOME/.debug */
	const char *debug;    /* separate debug files by build-id: /usr/lib/debug */
	struct px_debuginfod *debuginfod; /* servers to fetch files from */
	const char *jit_folder;		  /* of perf-PID.map: /tmp */
	bool no_demangle;
	bool elsewhere; /* another machine was recorded: this one's files count by build-id only
			 */
};

struct px_dsos;

px_must_check struct px_error *px_dsos_new(const struct px_dso_options *options,
					   struct px_dsos **ret);
void px_dsos_free(struct px_dsos *dsos);

/** The object of this kind, name and build-id (may be NULL), new or known. */
px_must_check struct px_error *px_dsos_add(struct px_dsos *dsos, enum px_dso_kind kind,
					   const char *name, const struct px_build_id *build_id,
					   uint32_t *ret);

/** The object of what a process compiled itself. */
px_must_check struct px_error *px_dsos_add_jit(struct px_dsos *dsos, uint32_t pid,
					       uint32_t *ret);

/**
 * The kernel's text was mapped with `symbol` at `address`. Names are moved by what its symbol
 * file says otherwise: the kernel was at another place when that was written.
 */
px_must_check struct px_error *px_dsos_set_reference(struct px_dsos *dsos, uint32_t dso,
						     const char *symbol, uint64_t address);

/**
 * Take in a PX_PERF_NOTE_SYMBOLS payload: the names of the addresses that were seen, by
 * process. What is malformed ends it silently. Call before anything is looked for.
 */
px_must_check struct px_error *px_dsos_add_seen(struct px_dsos *dsos, struct px_bytes payload);

/** The object that names the addresses of a process; PX_ID_NONE when the file has none. */
uint32_t px_dsos_seen(const struct px_dsos *dsos, uint32_t pid);

enum px_dso_kind px_dsos_kind(const struct px_dsos *dsos, uint32_t dso);

/** As given to add. Borrowed. */
const char *px_dsos_name(const struct px_dsos *dsos, uint32_t dso);

/** A name that was found; strings live as long as dsos. */
struct px_dso_symbol {
	const char *name;
	const char *module; /* "[xen_netfront]" of a kernel symbol in a module; of what was
			       seen always; else NULL */
	uint64_t start;	    /* in the units that the object's addresses have */
};

/**
 * The symbol at an address of an object. *found_ret is false where there is none, be it for
 * want of a symbol file; only a lack of memory is an error.
 */
px_must_check struct px_error *px_dsos_find(struct px_dsos *dsos, uint32_t dso,
					    uint64_t address, bool *found_ret,
					    struct px_dso_symbol *ret);

#endif
