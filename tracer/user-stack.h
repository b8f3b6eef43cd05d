/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking the user part of a stack, from a copy of it and what is known of its process. */
#ifndef PX_TRACER_USER_STACK_H
#define PX_TRACER_USER_STACK_H

#include "guest/sampler.h"
#include "tracer/processes.h"

/** The walker of the sampler's options; processes must outlive it. */
struct px_user_walker px_user_stack_walker(struct px_processes *processes);

/**
 * What the walker does. The sample's user frames become those that stack leads to, at least
 * its IP if there is room for it, and user_end the reason for which they end:
 *
 *	PX_END_USER_ROOT	_start or a thread's first function: complete
 *	PX_END_NO_FILE		code of a file that is not at hand
 *	PX_END_STACK_CUT	the stack goes on where the copy ends
 *	PX_END_NOT_WALKED	the process or its mappings are not known
 *	PX_END_DEADLINE		it was not copied
 *	and the others of px_unwind.
 *
 * Where code has no rules, because its file is not at hand or it was made at run time, frame
 * pointers are followed, but only to return addresses in executable memory that stand behind a
 * call instruction, as far as that memory can be read.
 */
px_must_check struct px_error *px_user_stack_walk(struct px_processes *processes,
						  const struct px_user_stack *stack,
						  struct px_sample *sample);

#endif
