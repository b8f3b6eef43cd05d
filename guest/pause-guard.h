/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pause guard: a process that undoes the pause of a process that died while it held one, or
 * that holds one for too long.
 *
 * Xen counts the pauses of a domain and does not know who made them: a tool that is killed
 * between pause and resume leaves the guest stopped, and one that is stopped itself (SIGSTOP)
 * does until it goes on. The guard is forked before the first pause, sees the tool's end
 * (SIGKILL included) at once, looks at the words below, which are in memory that both share,
 * and unpauses exactly what is outstanding.
 *
 * There is no instant at which the words lie. Each holds the result of one hypercall, and where
 * it is Xen that writes it, as part of that call, a process can die before the call or after
 * it, but not between the call and its result.
 *
 * A tool that is late may go on at any instant, and a pause that is undone twice is one that
 * somebody else holds. So the guard first withdraws the permit, an argument of the tool's
 * resume that is in shared memory and that Xen reads as a part of the call: from then on Xen
 * refuses the tool's resume. A call that Xen let in before has ended after PX_PAUSE_GRACE_NS;
 * if the pause is then still outstanding, only the guard can undo it, and it does. The tool
 * finds its resume refused and asks px_pause_was_undone.
 */
#ifndef PX_GUEST_PAUSE_GUARD_H
#define PX_GUEST_PAUSE_GUARD_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "lib/error.h"

/* A result that no call has: it was not made. Results are 0 or a negative errno. */
#define PX_CALL_NOT_MADE UINT64_C(1)

/* The result of a resume without a permit. */
#define PX_CALL_REFUSED ((uint64_t)-EACCES)

/* Longer than a call that Xen works at can take. */
#define PX_PAUSE_GRACE_NS UINT64_C(100000000)

/** The last pause and the resume that belongs to it. Borrowed. */
struct px_pause_words {
	uint64_t *paused, *resumed; /* results */
	uint32_t *permit;	    /* a resume is refused unless it is this: */
	uint32_t permitted;
	uint64_t *number; /* of the pause; changes with each */
	uint64_t *undone; /* the number of the last one that the guard undid as too long */
};

/** Whether a pause was made and not undone. */
bool px_pause_outstanding(const struct px_pause_words *words);

/**
 * Both results become "not made", in the order that never shows an outstanding pause, and the
 * number another. Only while none is outstanding.
 */
void px_pause_words_reset(const struct px_pause_words *words);

/**
 * A resume was refused: wait for what the guard decides. True: it has undone the pause, there
 * is nothing left to resume. False: resume again.
 */
bool px_pause_was_undone(const struct px_pause_words *words);

/**
 * Between these two the signals of a terminal that stop a process (SIGTSTP, SIGTTIN, SIGTTOU)
 * wait: for the time of a pause.
 */
void px_pause_hold_stops(sigset_t *before_ret);
void px_pause_release_stops(const sigset_t *before);

/** What the guard does, in its own process. */
struct px_pause_guard_ops {
	/** Prepare, with all inherited files closed. 0 or an errno. */
	int (*arm)(void *context);
	/** Undo one pause. */
	void (*unpause)(void *context);
	/** The requests of the ioctls that unpause makes; the guard can make no others. */
	const unsigned long *ioctls;
	size_t ioctl_count;
};

struct px_pause_guard {
	pid_t pid; /* 0: none */
	int fd;	   /* the guard sees its other end close */
};

/**
 * Fork the guard. It is in a session of its own, with all signals blocked and no files but what
 * arm opens, and once armed gives up all privileges (PX_DUTY_GUARD). A pause that is held for
 * limit_ns is undone within half as long again and the grace. The memory of words must be
 * shared with children.
 */
px_must_check struct px_error *px_pause_guard_start(struct px_pause_guard *guard,
						    const struct px_pause_words *words,
						    const struct px_pause_guard_ops *ops,
						    void *context, uint64_t limit_ns);

/** Let the guard end; a pause that is still outstanding is undone by it. May be called twice.
 */
void px_pause_guard_stop(struct px_pause_guard *guard);

#endif
