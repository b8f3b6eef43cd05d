/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process for each domain, and their results one after another. */
#include "ringtrace/each-domain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/guest.h"
#include "lib/command.h"
#include "lib/log.h"
#include "lib/memory.h"

enum {
	AT_A_TIME = 8,
};

struct child {
	pid_t pid;
	FILE *results;
};

int px_exit_worse(int a, int b)
{
	if (a == PX_EXIT_FAULT || b == PX_EXIT_FAULT)
		return PX_EXIT_FAULT;
	return px_max(a, b);
}

/* In the child; does not return. */
static void look(const struct px_each_domain *how, const struct px_domain *domain,
		 FILE *results)
{
	int status = PX_EXIT_COMPLETE;
	struct px_error *err = NULL;
	char id[16];

	snprintf(id, sizeof(id), "%u", domain->id);
	if (dup2(fileno(results), STDOUT_FILENO) < 0)
		err = px_error_system(errno, "cannot keep the results");
	if (!err)
		err = how->look(how->context, id, &status);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = px_error_system(errno, "cannot keep the results");
	if (err)
		px_warn("domain %u (%s): %s", domain->id, domain->name, err->message);
	_exit(err ? PX_EXIT_FAILED : status);
}

static struct px_error *start(const struct px_each_domain *how, const struct px_domain *domain,
			      struct child *ret)
{
	ret->results = tmpfile();
	if (!ret->results)
		return px_error_system(errno, "cannot make a file for results");
	fflush(stdout);
	ret->pid = fork();
	if (ret->pid < 0)
		return px_error_system(errno, "cannot start a process");
	if (ret->pid == 0)
		look(how, domain, ret->results);
	return NULL;
}

/* PX_EXIT_FAILED: it has no results. */
static int wait_for(const struct child *child)
{
	int status;

	while (waitpid(child->pid, &status, 0) < 0)
		if (errno != EINTR)
			return PX_EXIT_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : PX_EXIT_FAILED;
}

static void copy(FILE *results)
{
	char buffer[4096];
	size_t size;

	rewind(results);
	while ((size = fread(buffer, 1, sizeof(buffer), results)) > 0)
		fwrite(buffer, 1, size, stdout);
}

/* Take what a child gave, after what others gave before. */
static void finish(const struct px_each_domain *how, struct child *child, size_t *shown,
		   int *status_ret)
{
	int status = child->pid > 0 ? wait_for(child) : PX_EXIT_FAILED;

	if (status == PX_EXIT_FAILED) {
		*status_ret = px_exit_worse(*status_ret, PX_EXIT_INCOMPLETE);
	} else {
		*status_ret = px_exit_worse(*status_ret, status);
		if ((*shown)++)
			puts(how->json ? "," : "");
		copy(child->results);
	}
	px_fclosep(&child->results);
}

static struct px_error *look_at_some(const struct px_each_domain *how,
				     const struct px_domain *domains, size_t count,
				     size_t *shown, int *status_ret)
{
	struct child children[AT_A_TIME] = {0};
	struct px_error *err = NULL;
	size_t started = 0;

	while (!err && started < count) {
		err = start(how, &domains[started], &children[started]);
		started++;
	}
	for (size_t i = 0; i < started; i++)
		finish(how, &children[i], shown, status_ret);
	return err;
}

struct px_error *px_each_domain(const struct px_each_domain *how, int *status_ret)
{
	struct px_domain *domains px_cleanup(px_freep) = NULL;
	size_t count = 0, shown = 0;
	struct px_error *err = px_guest_list_xen(&domains, &count);

	if (err)
		return err;
	if (how->json)
		puts("[");
	for (size_t i = 0; !err && i < count; i += AT_A_TIME)
		err = look_at_some(how, domains + i, px_min(count - i, AT_A_TIME + 0u), &shown,
				   status_ret);
	if (how->json)
		puts("]");
	return err;
}
