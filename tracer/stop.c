/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for the next deadline or for a reason to stop. */
#include "tracer/stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/memory.h"

extern char **environ;

uint64_t px_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct px_error *px_stop_init(struct px_stop *stop, uint64_t end_ns)
{
	sigset_t set;
	struct px_error *err;

	*stop = (struct px_stop){.signal_fd = -1, .command_fd = -1, .end_ns = end_ns};
	err = px_calloc(1, sizeof(*stop->old_mask), &stop->old_mask);
	if (err)
		return err;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, stop->old_mask);
	/* Deadlines are nanoseconds; the default slack of 50 us would add a pause's worth. */
	prctl(PR_SET_TIMERSLACK, 1);
	stop->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (stop->signal_fd < 0) {
		err = px_error_system(errno, "signalfd");
		px_stop_fini(stop);
	}
	return err;
}

void px_stop_fini(struct px_stop *stop)
{
	if (stop->command_fd >= 0) {
		kill(stop->command_pid, SIGTERM);
		waitpid(stop->command_pid, &stop->command_status, 0);
	}
	px_closep(&stop->command_fd);
	px_closep(&stop->signal_fd);
	if (stop->old_mask)
		sigprocmask(SIG_SETMASK, stop->old_mask, NULL);
	px_freep(&stop->old_mask);
}

static int spawn_with_default_signals(struct px_stop *stop, char **command)
{
	posix_spawnattr_t attr;
	sigset_t ignored; /* by this program */
	int rc = posix_spawnattr_init(&attr);

	if (rc)
		return rc;
	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);
	sigaddset(&ignored, SIGXFSZ);
	posix_spawnattr_setsigmask(&attr, stop->old_mask);
	posix_spawnattr_setsigdefault(&attr, &ignored);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawnp(&stop->command_pid, command[0], NULL, &attr, command, environ);
	posix_spawnattr_destroy(&attr);
	return rc;
}

struct px_error *px_stop_start_command(struct px_stop *stop, char **command)
{
	int rc = spawn_with_default_signals(stop, command);

	if (rc)
		return px_error_system(rc, "cannot run %s", command[0]);
	stop->command_fd = pidfd_open(stop->command_pid, 0);
	if (stop->command_fd >= 0)
		return NULL;
	rc = errno;
	kill(stop->command_pid, SIGTERM);
	waitpid(stop->command_pid, NULL, 0);
	return px_error_system(rc, "pidfd_open");
}

/* Takes the signal, so that it does not strike when the mask is restored. */
static enum px_stop_reason signal_came(struct px_stop *stop)
{
	struct signalfd_siginfo info;

	while (read(stop->signal_fd, &info, sizeof(info)) > 0)
		;
	return PX_STOP_SIGNAL;
}

static enum px_stop_reason command_exited(struct px_stop *stop)
{
	waitpid(stop->command_pid, &stop->command_status, 0);
	px_closep(&stop->command_fd);
	return PX_STOP_COMMAND;
}

enum px_stop_reason px_stop_wait(struct px_stop *stop, uint64_t deadline_ns)
{
	uint64_t until = px_min(deadline_ns, stop->end_ns);

	for (;;) {
		struct pollfd fds[] = {{.fd = stop->signal_fd, .events = POLLIN},
				       {.fd = stop->command_fd, .events = POLLIN}};
		uint64_t now = px_now_ns();
		uint64_t left = until > now ? until - now : 0;
		struct timespec timeout = {.tv_sec = (time_t)(left / 1000000000u),
					   .tv_nsec = (long)(left % 1000000000u)};
		int rc = ppoll(fds, px_array_size(fds), &timeout, NULL);

		if (rc > 0 && fds[0].revents)
			return signal_came(stop);
		if (rc > 0 && fds[1].revents)
			return command_exited(stop);
		if (px_now_ns() >= stop->end_ns)
			return PX_STOP_DURATION;
		if (px_now_ns() >= until)
			return PX_STOP_NOT_YET;
	}
}
