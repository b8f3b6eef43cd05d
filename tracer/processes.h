/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of a guest that samples came from: what is mapped where in them, which files
 * these are, and with them rules and names for user addresses.
 *
 * A process is read when the first sample of it comes, and again when it has another mm (exec),
 * or its mm other code (dlopen). The guest runs meanwhile. Bounded: so many processes are kept,
 * the one not seen for the longest time goes first; so many are read in a second, and so long.
 */
#ifndef PX_TRACER_PROCESSES_H
#define PX_TRACER_PROCESSES_H

#include "guest/linux-kernel.h"
#include "guest/linux-mm.h"
#include "guest/memory.h"
#include "symbolize/symfs.h"
#include "symbolize/unwind-map.h"

enum {
	PX_PROCESSES_MAX = 96,	     /* kept */
	PX_PROCESS_AREAS_MAX = 1024, /* pieces of code of one */
	PX_MISSING_FILES_SHOWN = 5,
};

struct px_processes_setup {
	struct px_linux_reader kernel;	  /* the kernel's memory */
	const struct px_type_info *types; /* the kernel's */
	struct px_memory *memory;
	struct px_symfs *symfs; /* may be NULL: no files */
};

/** A piece of code: an executable mapping. */
struct px_process_area {
	uint64_t start, end;
	uint64_t offset; /* in the file */
	bool readable, writable;
	char *path;		     /* see px_linux_mapping */
	struct px_build_id build_id; /* of the mapped file, else of the program; size 0: unknown
				      */
	bool resolved;		     /* the program was looked for */
	struct px_program *program;  /* NULL: no file at hand, or not resolved */
	uint64_t bias;		     /* run-time minus link address, with a program */
	bool told;		     /* see px_processes_news */
	bool file;		     /* it is of a file: there could be a program */
};

struct px_process {
	uint32_t pid;	 /* Linux's tgid */
	uint64_t mm;	 /* its mm_struct */
	uint64_t serial; /* never 0; another one when addresses may have other names */
	px_root root;	 /* page tables that map its memory, of the latest sample */
	enum px_paging paging;
	enum px_linux_mm_outcome outcome; /* without OK there are no areas */
	struct px_process_area *areas;	  /* in address order */
	size_t area_count, area_capacity;
	struct px_unwind_map *map; /* covers exactly the areas */
};

struct px_processes;

/** PX_ERR_UNSUPPORTED when types do not say where mappings are. Everything is borrowed. */
px_must_check struct px_error *px_processes_new(const struct px_processes_setup *setup,
						struct px_processes **ret);
void px_processes_free(struct px_processes *processes);

/**
 * The process that a task belongs to, read if need be; root and paging map its memory. *ret is
 * NULL when the task has none, or it may not be read now. Borrowed until the next call. Error:
 * out of memory.
 */
px_must_check struct px_error *px_processes_get(struct px_processes *processes,
						const struct px_task *task, px_root root,
						enum px_paging paging, uint64_t now_ns,
						struct px_process **ret);

/** The process with this serial; NULL when it is no longer kept. Borrowed as above. */
const struct px_process *px_processes_find(struct px_processes *processes, uint64_t serial);

/**
 * The same if it was read since it was asked for here last; else NULL. The caller marks the
 * areas that it has told of.
 */
struct px_process *px_processes_news(struct px_processes *processes, uint64_t serial);

/**
 * Look for the program behind the code at address, unless that was done. *rules_ret: there are
 * rules now that were not there before. Error: out of memory.
 */
px_must_check struct px_error *px_processes_resolve(struct px_processes *processes,
						    const struct px_process *process,
						    uint64_t address, bool *rules_ret);

/** The piece of code that contains address; NULL where there is none. */
const struct px_process_area *px_process_area_find(const struct px_process *process,
						   uint64_t address);

/** Copy memory of the process; false when not all of it is there. */
bool px_processes_read(struct px_processes *processes, const struct px_process *process,
		       uint64_t address, void *buffer, size_t size);

/**
 * The symbol that contains an address of the process with this serial. Its module is the base
 * name of the file; names are borrowed until the next px_processes_get.
 */
bool px_processes_symbol(struct px_processes *processes, uint64_t serial, uint64_t address,
			 struct px_linux_symbol *ret);

struct px_processes_counts {
	uint64_t seen;	     /* processes, and programs that took one over */
	uint64_t reads;	     /* of mappings */
	uint64_t unreadable; /* reads that failed */
	uint64_t put_off;    /* samples whose process might not be read then */
	uint64_t missing;    /* files that were not at hand */
	const char *missing_names[PX_MISSING_FILES_SHOWN]; /* the first of them; borrowed */
};

struct px_processes_counts px_processes_counts(const struct px_processes *processes);

#endif
