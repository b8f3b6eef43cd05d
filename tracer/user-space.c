/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening what user stacks are walked with. */
#include "tracer/user-space.h"

#include "lib/log.h"
#include "tracer/user-stack.h"

/* A kernel whose types do not tell of mappings still has stacks of its own. */
struct px_error *px_user_space_open(const struct px_user_space_options *options,
				    const struct px_target *target, struct px_user_space *ret)
{
	const struct px_symfs_options files = {.folder = options->symfs,
					       .debug = "/usr/lib/debug"};
	struct px_processes_setup setup = {.memory = target->memory};
	struct px_error *err = NULL;

	*ret = (struct px_user_space){0};
	if (!target->kernel || options->kernel_only)
		return NULL;
	if (options->symfs)
		err = px_symfs_new(&files, &ret->symfs);
	if (err)
		return err;
	setup.kernel = px_linux_kernel_reader(target->kernel);
	setup.types = px_linux_kernel_types(target->kernel);
	setup.symfs = ret->symfs;
	err = px_processes_new(&setup, &ret->processes);
	if (!err || err->code != PX_ERR_UNSUPPORTED)
		return err;
	px_warn("stacks of programs are not walked: %s", err->message);
	px_error_free(err);
	return NULL;
}

void px_user_space_close(struct px_user_space *user_space)
{
	px_processes_free(user_space->processes);
	px_symfs_free(user_space->symfs);
	*user_space = (struct px_user_space){0};
}

struct px_user_walker px_user_space_walker(const struct px_user_space *user_space)
{
	return user_space->processes ? px_user_stack_walker(user_space->processes)
				     : (struct px_user_walker){0};
}

static bool find_user(void *processes, uint64_t process, uint64_t address,
		      struct px_linux_symbol *ret)
{
	return px_processes_symbol(processes, process, address, ret);
}

void px_user_space_add_names(const struct px_user_space *user_space, struct px_namer *namer)
{
	if (!user_space->processes)
		return;
	namer->find_user = find_user;
	namer->user_context = user_space->processes;
}
