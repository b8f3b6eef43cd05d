/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which program is behind a piece of a process's code: a file, found when its rules are needed
 * for the first time, or the vDSO, read out of the guest's kernel. Inside of processes.c.
 */
#ifndef PX_TRACER_PROCESS_PROGRAMS_H
#define PX_TRACER_PROCESS_PROGRAMS_H

#include "tracer/processes.h"

enum {
	PX_PROCESS_VDSOS = 4, /* images that one kernel has: 64-bit, 32-bit, x32 */
};

struct px_process_vdso {
	uint64_t address;	    /* in the kernel; 0: free */
	struct px_program *program; /* NULL: it could not be read */
};

/** Set the first three, which are borrowed; zero-initialise the rest. */
struct px_process_programs {
	struct px_symfs *symfs; /* may be NULL */
	struct px_linux_reader kernel;
	const struct px_linux_mm_layout *layout;
	struct px_process_vdso vdsos[PX_PROCESS_VDSOS];
	char **missing; /* paths of files that were not at hand */
	size_t missing_count, missing_capacity;
};

void px_process_programs_fini(struct px_process_programs *programs);

/**
 * Find the program of an area of the process with this mm: sets resolved, and with a program
 * bias and, where that is not known, build_id. Error: out of memory.
 */
px_must_check struct px_error *px_process_programs_find(struct px_process_programs *programs,
							uint64_t mm,
							struct px_process_area *area);

#endif
