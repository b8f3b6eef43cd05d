/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf xen stacks: what every vCPU, and every task, of a domain is doing right now. */
#include <stdio.h>

#include "guest/snapshot.h"
#include "guest/stack-view.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/stop.h"
#include "tracer/commands.h"
#include "tracer/user-space.h"

/* A look from time to time may take longer than one of thousands a second. */
static const uint64_t max_pause_ns = 10000000;

struct stacks_options {
	struct px_target_options target;
	struct px_user_space_options user_space;
	struct px_vcpu_list vcpus;
	bool all; /* tasks as well */
	struct px_task_filter tasks;
	bool twice;
	double interval; /* seconds */
	bool json, verbose;
};

static const struct px_option option_table[] = {
	PX_TARGET_OPTION(struct stacks_options),
	PX_USER_SPACE_SYMFS_OPTION(struct stacks_options),
	PX_USER_SPACE_KERNEL_OPTION(struct stacks_options),
	{PX_OPT_CALL, 'C', "cpu", "LIST", "only these vCPUs: 0,2-3",
	 PX_OPTION_AT(struct stacks_options, vcpus), .parse = px_vcpu_list_option},
	{PX_OPT_FLAG, 'a', "all", NULL, "every task as well, whether it runs or not",
	 PX_OPTION_AT(struct stacks_options, all)},
	{PX_OPT_CALL, 0, "state", "LETTERS", "-a, only tasks in these states: D, RD",
	 PX_OPTION_AT(struct stacks_options, tasks.states), .parse = px_task_states_option},
	{PX_OPT_COUNT, 0, "pid", "PID", "-a, only the threads of this process of the guest",
	 PX_OPTION_AT(struct stacks_options, tasks.pid), .min = 1, .max = PX_LINUX_PID_MAX},
	{PX_OPT_STRING, 0, "comm", "NAME", "-a, only tasks of this name: nginx, 'kworker/*'",
	 PX_OPTION_AT(struct stacks_options, tasks.comm)},
	{PX_OPT_FLAG, 0, "twice", NULL, "look twice and tell who makes progress",
	 PX_OPTION_AT(struct stacks_options, twice)},
	{PX_OPT_SECONDS, 0, "interval", "TIME", "between the two looks (100ms)",
	 PX_OPTION_AT(struct stacks_options, interval), .min = 0.001, .max = 3600},
	{PX_OPT_FLAG, 0, "json", NULL, "for programs",
	 PX_OPTION_AT(struct stacks_options, json)},
	{PX_OPT_FLAG, 'v', "verbose", NULL, "show which rule found each frame",
	 PX_OPTION_AT(struct stacks_options, verbose)},
	{PX_OPT_END},
};

static struct px_error *parse(int argc, char **argv, struct stacks_options *options,
			      bool *help_ret)
{
	struct px_arguments arguments = {0};
	struct px_error *err =
		px_options_parse(option_table, argc, argv, options, &arguments, help_ret);

	if (err || *help_ret)
		return err;
	if (arguments.command)
		return px_error_new(PX_ERR_USAGE, "stacks runs no command");
	options->all |= options->tasks.states || options->tasks.pid || options->tasks.comm;
	if (options->verbose)
		px_log_set_level(PX_LOG_VERBOSE);
	return px_target_take_argument(&options->target, &arguments);
}

static struct px_error *show(const struct px_stack_view *view, bool json)
{
	json_t *value;

	if (!json) {
		px_stack_view_text(view, stdout);
		return NULL;
	}
	value = px_stack_view_json(view);
	return px_json_print(value, value != NULL);
}

static struct px_error *take_tasks(const struct stacks_options *options,
				   const struct px_target *target, struct px_stack_view *view,
				   struct px_task_stacks *ret)
{
	struct px_error *err;

	if (!options->all)
		return NULL;
	if (target->system.program)
		return px_error_new(PX_ERR_UNSUPPORTED, "%s is a unikernel: it has no tasks",
				    target->system.program);
	if (!target->kernel)
		return px_error_new(PX_ERR_NOT_FOUND,
				    "no tasks without the guest's kernel; give its image with "
				    "--vmlinux");
	err = px_task_stacks_take(target->kernel, &options->tasks, ret);
	if (!err)
		view->tasks = ret;
	return err;
}

static struct px_error *look(const struct stacks_options *options, struct px_target *target,
			     const struct px_user_space *user_space, struct px_sampler *sampler,
			     int *status_ret)
{
	struct px_snapshot first px_cleanup(px_snapshot_fini) = {0};
	struct px_snapshot second px_cleanup(px_snapshot_fini) = {0};
	struct px_task_stacks tasks px_cleanup(px_task_stacks_fini) = {0};
	struct px_stack_view view = {.domain = &target->guest->domain,
				     .vcpus = &options->vcpus,
				     .namer = px_target_namer(target),
				     .sources = options->verbose,
				     .first = &first};
	struct px_error *err = px_snapshot_take_whole(sampler, &first);

	px_user_space_add_names(user_space, &view.namer);
	if (!err && options->twice) {
		err = px_stop_sleep((uint64_t)(options->interval * 1e9));
		if (!err)
			err = px_snapshot_take_whole(sampler, &second);
		view.second = &second;
	}
	if (!err)
		err = take_tasks(options, target, &view, &tasks);
	if (err)
		return err;
	if (!px_snapshot_complete(view.second ? &second : &first) ||
	    !px_task_stacks_complete(&tasks))
		*status_ret = PX_EXIT_INCOMPLETE;
	return show(&view, options->json);
}

static struct px_error *open_and_look(const struct stacks_options *options,
				      struct px_target *target,
				      struct px_user_space *user_space, int *status_ret)
{
	struct px_sampler_options how = {
		.vcpus = options->vcpus,
		.idle = true,
		.pause = true,
		.max_pause_ns = max_pause_ns,
	};
	struct px_sampler *sampler = NULL;
	struct px_sampler_kernel kernel;
	struct px_error *err = px_target_open(&options->target, target);

	if (!err)
		err = px_user_space_open(&options->user_space, target, user_space);
	if (!err)
		err = px_vcpu_list_check(&options->vcpus, target->guest->domain.vcpus);
	if (err)
		return err;
	kernel = px_target_sampler_kernel(target);
	how.user = px_user_space_walker(user_space);
	err = px_sampler_new(target->guest, target->memory, &kernel, &how, &sampler);
	if (!err)
		err = look(options, target, user_space, sampler, status_ret);
	px_sampler_free(sampler);
	return err;
}

static struct px_error *run(int argc, char **argv, bool *help_ret, int *status_ret)
{
	struct stacks_options options = {.interval = 0.1};
	struct px_target target = {0};
	struct px_user_space user_space = {0};
	struct px_error *err = parse(argc, argv, &options, help_ret);

	if (err || *help_ret)
		return err;
	err = open_and_look(&options, &target, &user_space, status_ret);
	px_user_space_close(&user_space);
	px_target_close(&target);
	return err;
}

const struct px_command px_command_stacks = {
	.name = "stacks",
	.usage = "[OPTIONS] DOM",
	.summary = "the stack of every vCPU or task, now",
	.options = option_table,
	.run = run,
};
