/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pause guard: a process that undoes the pause of a process that died while it held one.
 *
 * Xen counts the pauses of a domain and does not know who made them: a tool that is killed
 * between pause and resume leaves the guest stopped. The guard is forked before the first
 * pause, sees the tool's end (SIGKILL included) at once, looks at the two words below, which
 * are in memory that both share, and unpauses exactly what is outstanding.
 *
 * There is no instant at which the words lie. Each holds the result of one hypercall, and where
 * it is Xen that writes it, as part of that call, a process can die before the call or after
 * it, but not between the call and its result.
 */
#ifndef PX_GUEST_PAUSE_GUARD_H
#define PX_GUEST_PAUSE_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/error.h"

/* A result that no call has: it was not made. Results are 0 or a negative errno. */
#define PX_CALL_NOT_MADE UINT64_C(1)

/** Results of the last pause and of the resume that belongs to it. Borrowed. */
struct px_pause_words {
	uint64_t *paused;
	uint64_t *resumed;
};

/** Whether a pause was made and not undone. */
bool px_pause_outstanding(const struct px_pause_words *words);

/**
 * Make both "not made", in the order that never shows an outstanding pause. Only while none
 * is outstanding.
 */
void px_pause_words_reset(const struct px_pause_words *words);

/** What the guard does, in its own process. */
struct px_pause_guard_ops {
	/** Prepare, with all inherited files closed. 0 or an errno. */
	int (*arm)(void *context);
	/** Undo one pause. */
	void (*unpause)(void *context);
};

struct px_pause_guard {
	pid_t pid; /* 0: none */
	int fd;	   /* the guard sees its other end close */
};

/**
 * Fork the guard. It is in a session of its own, with all signals blocked and no files but what
 * arm opens. The memory of words must be shared with children.
 */
px_must_check struct px_error *px_pause_guard_start(struct px_pause_guard *guard,
						    const struct px_pause_words *words,
						    const struct px_pause_guard_ops *ops,
						    void *context);

/** Let the guard end; a pause that is still outstanding is undone by it. May be called twice.
 */
void px_pause_guard_stop(struct px_pause_guard *guard);

#endif
