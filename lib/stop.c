/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for the next deadline or for a reason to stop. */
#include "lib/stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/memory.h"

struct px_error *px_stop_init(struct px_stop *stop, uint64_t end_ns)
{
	sigset_t set;
	struct px_error *err;

	*stop = (struct px_stop){.signal_fd = -1, .end_ns = end_ns};
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
	if (stop->command)
		stop->command_status = px_child_end(stop->command);
	stop->command = NULL;
	px_closep(&stop->signal_fd);
	if (stop->old_mask)
		sigprocmask(SIG_SETMASK, stop->old_mask, NULL);
	px_freep(&stop->old_mask);
}

struct px_error *px_stop_start_command(struct px_stop *stop, struct px_child *command,
				       const char *name)
{
	stop->command = command;
	return px_child_release(command, name);
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
	/* It has ended: what ending it again does is to fetch the status. */
	stop->command_status = px_child_end(stop->command);
	stop->command = NULL;
	return PX_STOP_COMMAND;
}

static int command_fd(const struct px_stop *stop)
{
	return stop->command ? stop->command->process : -1;
}

enum px_stop_reason px_stop_wait(struct px_stop *stop, uint64_t deadline_ns)
{
	uint64_t until = px_min(deadline_ns, stop->end_ns);

	for (;;) {
		struct pollfd fds[] = {{.fd = stop->signal_fd, .events = POLLIN},
				       {.fd = command_fd(stop), .events = POLLIN}};
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

struct px_error *px_stop_sleep(uint64_t interval_ns)
{
	struct px_stop stop;
	struct px_error *err = px_stop_init(&stop, UINT64_MAX);
	enum px_stop_reason reason;

	if (err)
		return err;
	reason = px_stop_wait(&stop, px_now_ns() + interval_ns);
	px_stop_fini(&stop);
	if (reason != PX_STOP_NOT_YET)
		return px_error_new(PX_ERR_INTERRUPTED, "interrupted before the second look");
	return NULL;
}
