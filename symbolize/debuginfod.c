/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libdebuginfod, in a process of its own. It is loaded when it is asked for: it brings an HTTP
 * client with a dozen libraries along. An alarm that ends the process bounds its time.
 */
#include "symbolize/debuginfod.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/privileges.h"

enum {
	LIMIT = 30 /* seconds that one file may take */
};

struct request {
	enum px_debuginfod_kind kind;
	struct px_build_id id;
};

struct answer {
	int errno_value;
	char path[2048]; /* with the number less than PIPE_BUF: written all at once */
};

struct px_debuginfod {
	int requests, answers; /* -1: ended or given up */
};

/* --- the process that fetches ---------------------------------------------------------------
 */

/* elfutils/debuginfod.h */
struct debuginfod_client;
typedef struct debuginfod_client *(*begin_function)(void);
typedef int (*find_function)(struct debuginfod_client *client, const unsigned char *id,
			     int size, char **path);

struct library {
	begin_function begin;
	find_function find[2]; /* by enum px_debuginfod_kind */
};

static bool load(struct library *ret)
{
	void *handle = dlopen("libdebuginfod.so.1", RTLD_NOW);

	if (!handle)
		return false;
	ret->begin = (begin_function)dlsym(handle, "debuginfod_begin");
	ret->find[PX_DEBUGINFOD_EXECUTABLE] =
		(find_function)dlsym(handle, "debuginfod_find_executable");
	ret->find[PX_DEBUGINFOD_DEBUGINFO] =
		(find_function)dlsym(handle, "debuginfod_find_debuginfo");
	return ret->begin && ret->find[0] && ret->find[1];
}

static void fetch(const struct library *library, struct debuginfod_client *client,
		  const struct request *request, struct answer *answer)
{
	char *path = NULL;
	int fd;

	alarm(LIMIT);
	fd = library->find[request->kind](client, request->id.bytes, request->id.size, &path);
	alarm(0);
	if (fd < 0) {
		answer->errno_value = -fd;
		return;
	}
	close(fd);
	if (strlen(path) < sizeof(answer->path))
		memcpy(answer->path, path, strlen(path) + 1);
	else
		answer->errno_value = ENAMETOOLONG;
	free(path);
}

/* Who waits for the end of what the other process writes must not wait for this one. What talks
 * to the network does not do so with root's rights: it ends where they cannot be given up. */
static void detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct px_error *err;

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(1);
	close(null);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_IGN);
	err = px_capabilities_drop(true, false);
	if (err)
		_exit(1);
}

/* Ends with the other side of its pipes. The first answer says whether there will be others. */
static void serve(int requests, int answers)
{
	struct answer answer = {0};
	struct debuginfod_client *client = NULL;
	struct library library = {0};
	struct request request;

	detach();
	if (load(&library))
		client = library.begin();
	answer.errno_value = client ? 0 : ENOENT;
	while (write(answers, &answer, sizeof(answer)) == sizeof(answer) && client &&
	       read(requests, &request, sizeof(request)) == sizeof(request)) {
		answer = (struct answer){0};
		fetch(&library, client, &request, &answer);
	}
	_exit(0);
}

/* A grandchild: nobody has to wait for it, who may not be allowed to. */
static struct px_error *start_process(const struct px_debuginfod *debuginfod, int requests,
				      int answers)
{
	pid_t child = fork();

	if (child < 0)
		return px_error_system(errno, "cannot start a process");
	if (!child) {
		/* Its copies of their ends would keep the pipes from ending. */
		close(debuginfod->requests);
		close(debuginfod->answers);
		child = fork();
		if (!child)
			serve(requests, answers);
		_exit(child < 0);
	}
	waitpid(child, NULL, 0);
	return NULL;
}

/* --- who asks -------------------------------------------------------------------------------
 */

static bool take_answer(struct px_debuginfod *debuginfod, struct answer *answer)
{
	ssize_t size;

	do
		size = read(debuginfod->answers, answer, sizeof(*answer));
	while (size < 0 && errno == EINTR);
	answer->path[sizeof(answer->path) - 1] = '\0';
	return size == sizeof(*answer);
}

static struct px_error *connect_process(struct px_debuginfod *debuginfod)
{
	int requests[2] = {-1, -1}, answers[2] = {-1, -1};
	struct px_error *err = NULL;

	if (pipe2(requests, O_CLOEXEC) || pipe2(answers, O_CLOEXEC))
		err = px_error_system(errno, "cannot start a process");
	debuginfod->requests = requests[1];
	debuginfod->answers = answers[0];
	if (!err)
		err = start_process(debuginfod, requests[0], answers[1]);
	px_closep(&requests[0]);
	px_closep(&answers[1]);
	return err;
}

struct px_error *px_debuginfod_start(struct px_debuginfod **ret)
{
	const char *urls = getenv("DEBUGINFOD_URLS");
	struct px_debuginfod *debuginfod = NULL;
	struct answer answer = {0};
	struct px_error *err;

	if (!urls || !*urls)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "DEBUGINFOD_URLS names no server to fetch from");
	err = px_calloc(1, sizeof(*debuginfod), &debuginfod);
	if (err)
		return err;
	err = connect_process(debuginfod);
	if (!err && !take_answer(debuginfod, &answer))
		err = px_error_new(PX_ERR_OTHER,
				   "the process that asks servers cannot give up its rights");
	if (!err && answer.errno_value)
		err = px_error_new(PX_ERR_NOT_FOUND, "libdebuginfod.so.1 is not installed "
						     "(Debian: libdebuginfod1)");
	if (err)
		px_debuginfod_stop(debuginfod);
	else
		*ret = debuginfod;
	return err;
}

void px_debuginfod_stop(struct px_debuginfod *debuginfod)
{
	if (!debuginfod)
		return;
	px_closep(&debuginfod->requests);
	px_closep(&debuginfod->answers);
	free(debuginfod);
}

struct px_error *px_debuginfod_fetch(struct px_debuginfod *debuginfod,
				     enum px_debuginfod_kind kind, const struct px_build_id *id,
				     char **ret)
{
	const struct request request = {.kind = kind, .id = *id};
	struct answer answer = {0};

	if (debuginfod->requests < 0)
		return px_error_new(PX_ERR_LIMIT, "the servers were given up");
	if (write(debuginfod->requests, &request, sizeof(request)) != sizeof(request) ||
	    !take_answer(debuginfod, &answer)) {
		px_closep(&debuginfod->requests);
		px_closep(&debuginfod->answers);
		return px_error_new(PX_ERR_LIMIT, "no answer within %d seconds", LIMIT);
	}
	if (answer.errno_value)
		return px_error_new(PX_ERR_NOT_FOUND, "no server has it: %s",
				    strerror(answer.errno_value));
	return px_strdup(answer.path, ret);
}
