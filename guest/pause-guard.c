/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pause guard. Of (paused, resumed), only (0, not made) and (0, refused) are an outstanding
 * pause, unless the guard has undone that one. A tick goes
 *
 *	(not made, not made)	before it
 *	(0, not made)		from the pause to the resume
 *	(0, refused)		while the guard decides, or has undone it
 *	(0, 0)			after it
 *	(not made, any)		while the words are reset
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
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/privileges.h"

/* Where the guard's end of the socket goes: above the standard three. */
#define GUARD_FD 3

static uint64_t load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static bool was_undone(const struct px_pause_words *words)
{
	return load(words->undone) == load(words->number);
}

bool px_pause_outstanding(const struct px_pause_words *words)
{
	uint64_t resumed = load(words->resumed);

	return load(words->paused) == 0 &&
	       (resumed == PX_CALL_NOT_MADE || resumed == PX_CALL_REFUSED) &&
	       !was_undone(words);
}

/* The number comes last: with it alone, what was undone would look outstanding. */
void px_pause_words_reset(const struct px_pause_words *words)
{
	__atomic_store_n(words->paused, PX_CALL_NOT_MADE, __ATOMIC_SEQ_CST);
	__atomic_store_n(words->resumed, PX_CALL_NOT_MADE, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(words->number, 1, __ATOMIC_SEQ_CST);
}

/* --- a pause that is too long ------------------------------------------------------------- */

static bool has_permit(const struct px_pause_words *words)
{
	return __atomic_load_n(words->permit, __ATOMIC_SEQ_CST) == words->permitted;
}

static void set_permit(const struct px_pause_words *words, bool permitted)
{
	__atomic_store_n(words->permit, permitted ? words->permitted : ~words->permitted,
			 __ATOMIC_SEQ_CST);
}

static void sleep_ns(uint64_t ns)
{
	struct timespec left = {.tv_sec = (time_t)(ns / 1000000000u),
				.tv_nsec = (long)(ns % 1000000000u)};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

bool px_pause_was_undone(const struct px_pause_words *words)
{
	/* A guard that takes so long has died. */
	uint64_t until = px_now_ns() + 10 * PX_PAUSE_GRACE_NS;
	bool undone;

	while (!has_permit(words) && !was_undone(words) && px_now_ns() < until)
		sleep_ns(1000000);
	undone = was_undone(words);
	set_permit(words, true);
	return undone;
}

/* The guard's view of the pause that it saw last. */
struct watch {
	uint64_t number;
	uint64_t since_ns; /* when it was first seen; 0: there was none */
};

static bool is_too_long(struct watch *watch, const struct px_pause_words *words,
			uint64_t limit_ns)
{
	uint64_t number = load(words->number), now = px_now_ns();

	if (!px_pause_outstanding(words)) {
		watch->since_ns = 0;
		return false;
	}
	if (watch->since_ns == 0 || watch->number != number)
		*watch = (struct watch){.number = number, .since_ns = now};
	return now - watch->since_ns >= limit_ns;
}

/* Without a permit the pause of that number cannot be resumed by its maker, so what is seen
 * after the grace stays so. */
static void undo_late(uint64_t number, const struct px_pause_words *words,
		      const struct px_pause_guard_ops *ops, void *context)
{
	set_permit(words, false);
	sleep_ns(PX_PAUSE_GRACE_NS);
	if (load(words->number) == number && px_pause_outstanding(words)) {
		ops->unpause(context);
		__atomic_store_n(words->undone, number, __ATOMIC_SEQ_CST);
	} else {
		set_permit(words, true);
	}
}

void px_pause_hold_stops(sigset_t *before_ret)
{
	sigset_t stops;

	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	sigaddset(&stops, SIGTTIN);
	sigaddset(&stops, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stops, before_ret);
}

void px_pause_release_stops(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* --- the process -------------------------------------------------------------------------- */

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
static bool has_ended(int process, uint64_t wait_ns)
{
	struct pollfd ends[] = {
		{.fd = process, .events = POLLIN},
		{.fd = GUARD_FD, .events = POLLIN},
	};

	return poll(ends, px_array_size(ends), (int)(wait_ns / 1000000u) + 1) > 0;
}

static int give_up_privileges(const struct px_pause_guard_ops *ops)
{
	const struct px_privileges keep = {
		.duty = PX_DUTY_GUARD,
		.ioctls = ops->ioctls,
		.ioctl_count = ops->ioctl_count,
	};
	struct px_error *err px_cleanup(px_error_freep) = px_privileges_drop(&keep);

	if (!err)
		return 0;
	return err->errno_value ? err->errno_value : ENOMEM;
}

/* Everything that may fail, before the first pause. */
static int prepare(pid_t parent, int fd, const struct px_pause_guard_ops *ops, void *context,
		   int *process_ret)
{
	int result = keep_only(fd);

	if (result)
		return result;
	*process_ret = (int)syscall(SYS_pidfd_open, parent, 0);
	if (*process_ret < 0)
		return errno;
	/* A parent that died before that has never paused. */
	if (getppid() != parent)
		return ESRCH;
	result = ops->arm(context);
	return result ? result : give_up_privileges(ops);
}

static void guard(pid_t parent, int fd, const struct px_pause_words *words,
		  const struct px_pause_guard_ops *ops, void *context, uint64_t limit_ns)
{
	struct watch watch = {0};
	int process = -1, result;

	setsid();
	prctl(PR_SET_NAME, "perf-xen-guard");
	result = prepare(parent, fd, ops, context, &process);
	px_pause_outstanding(words); /* memory that is not shared ends the guard here */
	if (write(GUARD_FD, &result, sizeof(result)) != sizeof(result) || result)
		_exit(1);
	while (!has_ended(process, limit_ns / 4)) {
		if (is_too_long(&watch, words, limit_ns))
			undo_late(watch.number, words, ops, context);
	}
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
				      const struct px_pause_guard_ops *ops, void *context,
				      uint64_t limit_ns)
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
		guard(parent, ends[1], words, ops, context, limit_ns);
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
