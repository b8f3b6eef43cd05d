/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pause guard. Of (paused, resumed), only (0, not made) is an outstanding pause. A tick
 *goes
 *
 *	(not made, not made)	before it
 *	(0, not made)		from the pause to the resume
 *	(0, 0)			after it
 *	(not made, 0)		while the words are reset
 *
 * so a death at any instant leaves one of these, and each says what Xen did.
 */
#include "guest/pause-guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the guard's end of the socket goes: above the standard three. */
#define GUARD_FD 3

bool px_pause_outstanding(const struct px_pause_words *words)
{
	return __atomic_load_n(words->paused, __ATOMIC_ACQUIRE) == 0 &&
	       __atomic_load_n(words->resumed, __ATOMIC_ACQUIRE) == PX_CALL_NOT_MADE;
}

void px_pause_words_reset(const struct px_pause_words *words)
{
	__atomic_store_n(words->paused, PX_CALL_NOT_MADE, __ATOMIC_SEQ_CST);
	__atomic_store_n(words->resumed, PX_CALL_NOT_MADE, __ATOMIC_SEQ_CST);
}

/* Keep the socket, at GUARD_FD, and nothing else; the standard files lead nowhere. */
static int keep_only(int fd)
{
	int null;

	if (dup2(fd, GUARD_FD) < 0 || syscall(SYS_close_range, GUARD_FD + 1, ~0u, 0) != 0)
		return errno;
	null = open("/dev/null", O_RDWR);
	if (null < 0)
		return errno;
	for (int i = 0; i < GUARD_FD; i++)
		dup2(null, i);
	if (null > GUARD_FD)
		close(null);
	return 0;
}

/* Either tells that the process is gone; whoever holds a copy of the socket, the first does. */
static void wait_for_end_of(int process)
{
	struct pollfd ends[] = {
		{.fd = process, .events = POLLIN},
		{.fd = GUARD_FD, .events = POLLIN},
	};

	while (poll(ends, px_array_size(ends), -1) < 0)
		;
}

static void guard(pid_t parent, int fd, const struct px_pause_words *words,
		  const struct px_pause_guard_ops *ops, void *context)
{
	int process = -1, result;

	setsid();
	prctl(PR_SET_NAME, "perf-xen-guard");
	result = keep_only(fd);
	if (!result) {
		process = (int)syscall(SYS_pidfd_open, parent, 0);
		if (process < 0)
			result = errno;
	}
	if (!result)
		result = ops->arm(context);
	px_pause_outstanding(words); /* memory that is not shared ends the guard here */
	if (write(GUARD_FD, &result, sizeof(result)) != sizeof(result) || result)
		_exit(1);
	/* A parent that died before its pidfd was opened has never paused. */
	if (getppid() == parent)
		wait_for_end_of(process);
	if (px_pause_outstanding(words))
		ops->unpause(context);
	_exit(0);
}

static struct px_error *wait_until_armed(int fd)
{
	int result = ECHILD;
	ssize_t got;

	do
		got = read(fd, &result, sizeof(result));
	while (got < 0 && errno == EINTR);
	if (got != sizeof(result))
		result = ECHILD;
	if (result)
		return px_error_system(result, "cannot start the guard that undoes pauses");
	return NULL;
}

struct px_error *px_pause_guard_start(struct px_pause_guard *guard_ret,
				      const struct px_pause_words *words,
				      const struct px_pause_guard_ops *ops, void *context)
{
	sigset_t all, before;
	struct px_error *err;
	int ends[2];
	pid_t parent = getpid(), pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return px_error_system(errno, "cannot make a socket for the pause guard");
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		guard(parent, ends[1], words, ops, context);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return px_error_system(errno, "cannot fork the pause guard");
	}
	*guard_ret = (struct px_pause_guard){.pid = pid, .fd = ends[0]};
	err = wait_until_armed(ends[0]);
	if (err)
		px_pause_guard_stop(guard_ret);
	return err;
}

void px_pause_guard_stop(struct px_pause_guard *guard)
{
	if (!guard->pid)
		return;
	close(guard->fd);
	while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*guard = (struct px_pause_guard){0};
}
