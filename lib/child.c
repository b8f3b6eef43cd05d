/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forking, releasing and ending a command. */
#include "lib/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/memory.h"

/* Where the child has its ends of the pipes: above the standard three. */
enum {
	RELEASE_FD = 3,
	RESULT_FD,
	OTHERS_FD,
};

/* Move both out of each other's way first. */
static bool keep_only(int release, int result)
{
	release = fcntl(release, F_DUPFD_CLOEXEC, OTHERS_FD);
	result = fcntl(result, F_DUPFD_CLOEXEC, OTHERS_FD);
	return release >= 0 && result >= 0 && dup3(release, RELEASE_FD, O_CLOEXEC) >= 0 &&
	       dup3(result, RESULT_FD, O_CLOEXEC) >= 0 &&
	       syscall(SYS_close_range, OTHERS_FD, ~0u, 0) == 0;
}

static void become(char **command, int release, int result)
{
	ssize_t n = 0;
	char byte;
	int why;

	if (keep_only(release, result)) {
		do
			n = read(RELEASE_FD, &byte, 1);
		while (n < 0 && errno == EINTR);
	}
	if (n != 1)
		_exit(0);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	execvp(command[0], command);
	why = errno;
	n = write(RESULT_FD, &why, sizeof(why));
	_exit(n == sizeof(why) ? 127 : 126);
}

static struct px_error *fork_with(char **command, int release[2], int result[2],
				  struct px_child *ret)
{
	struct px_child child = {.pid = fork(), .process = -1};

	if (child.pid == 0) {
		/* Or the release would never be seen to be closed. */
		close(release[1]);
		become(command, release[0], result[1]);
	}
	if (child.pid < 0)
		return px_error_system(errno, "cannot fork");
	child.process = pidfd_open(child.pid, 0);
	if (child.process < 0) {
		struct px_error *err = px_error_system(errno, "pidfd_open");

		kill(child.pid, SIGTERM);
		waitpid(child.pid, NULL, 0);
		return err;
	}
	child.release = release[1];
	child.result = result[0];
	release[1] = result[0] = -1;
	*ret = child;
	return NULL;
}

struct px_error *px_child_fork(char **command, struct px_child *ret)
{
	int release[2] = {-1, -1}, result[2] = {-1, -1};
	struct px_error *err = NULL;

	if (pipe2(release, O_CLOEXEC) != 0 || pipe2(result, O_CLOEXEC) != 0)
		err = px_error_system(errno, "cannot make a pipe");
	else
		err = fork_with(command, release, result, ret);
	for (int i = 0; i < 2; i++) {
		px_closep(&release[i]);
		px_closep(&result[i]);
	}
	return err;
}

struct px_error *px_child_release(struct px_child *child, const char *name)
{
	int why = 0;
	ssize_t n = write(child->release, "", 1);

	if (n == 1) {
		do
			n = read(child->result, &why, sizeof(why));
		while (n < 0 && errno == EINTR);
	}
	px_closep(&child->release);
	px_closep(&child->result);
	if (n < 0)
		return px_error_system(errno, "cannot run %s", name);
	return n ? px_error_system(why, "cannot run %s", name) : NULL;
}

int px_child_end(struct px_child *child)
{
	int status = -1;

	if (!child->pid)
		return -1;
	px_closep(&child->release);
	px_closep(&child->result);
	if (waitpid(child->pid, &status, WNOHANG) == 0) {
		if (kill(child->pid, SIGTERM) == 0)
			waitpid(child->pid, &status, 0);
		else
			status = -1;
	}
	px_closep(&child->process);
	*child = (struct px_child){.process = -1, .release = -1, .result = -1};
	return status;
}
