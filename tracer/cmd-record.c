/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf xen record: sample a domain's vCPUs into a perf.data file. */
#include "tracer/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guest/confine.h"
#include "guest/domain-text.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "lib/privileges.h"
#include "tracer/record.h"

enum pause_mode {
	PAUSE_DOMAIN,
	PAUSE_NONE,
};

struct record_options {
	struct px_target_options target;
	struct px_user_space_options user_space;
	struct px_vcpu_list vcpus;
	unsigned int frequency; /* Hz */
	double duration;	/* seconds; 0: until a signal or the command's end */
	double max_pause;	/* seconds */
	const char *output;
	unsigned int pause; /* enum pause_mode */
	bool idle, quiet, verbose, call_graph;
};

static const char *const pause_modes[] = {"domain", "none", NULL};

static const struct px_option option_table[] = {
	{PX_OPT_COUNT, 'F', "freq", "HZ", "ticks a second, each of all vCPUs (997)",
	 PX_OPTION_AT(struct record_options, frequency), .min = 1, .max = 20000},
	{PX_OPT_CALL, 'C', "cpu", "LIST", "only these vCPUs: 0,2-3",
	 PX_OPTION_AT(struct record_options, vcpus), .parse = px_vcpu_list_option},
	{PX_OPT_SECONDS, 0, "duration", "TIME", "stop after 10, 1.5s, 5m",
	 PX_OPTION_AT(struct record_options, duration), .min = 0.001, .max = 1e9},
	{PX_OPT_STRING, 'o', "output", "FILE", "the recording (perf.data); - is a pipe",
	 PX_OPTION_AT(struct record_options, output)},
	PX_TARGET_OPTION(struct record_options),
	PX_USER_SPACE_SYMFS_OPTION(struct record_options),
	PX_USER_SPACE_KERNEL_OPTION(struct record_options),
	{PX_OPT_FLAG, 0, "idle", NULL, "sample idle vCPUs as well",
	 PX_OPTION_AT(struct record_options, idle)},
	{PX_OPT_CHOICE, 0, "pause", "MODE",
	 "stop the domain for consistent stacks (domain), or not (none)",
	 PX_OPTION_AT(struct record_options, pause), .choices = pause_modes},
	{PX_OPT_SECONDS, 0, "max-pause", "TIME", "give up a stack after so long (200us)",
	 PX_OPTION_AT(struct record_options, max_pause), .min = 1e-6, .max = 1},
	{PX_OPT_FLAG, 'g', "call-graph", NULL,
	 "taken for granted: call chains are always recorded",
	 PX_OPTION_AT(struct record_options, call_graph)},
	{PX_OPT_FLAG, 'q', "quiet", NULL, "say nothing but errors",
	 PX_OPTION_AT(struct record_options, quiet)},
	{PX_OPT_FLAG, 'v', "verbose", NULL, "say what was found and decided",
	 PX_OPTION_AT(struct record_options, verbose)},
	{PX_OPT_END},
};

static void set_log_level(const struct record_options *options)
{
	if (options->quiet)
		px_log_set_level(PX_LOG_QUIET);
	else if (options->verbose)
		px_log_set_level(PX_LOG_VERBOSE);
}

static struct px_error *parse(int argc, char **argv, struct record_options *options,
			      struct px_arguments *arguments, bool *help_ret)
{
	struct px_error *err =
		px_options_parse(option_table, argc, argv, options, arguments, help_ret);

	if (err || *help_ret)
		return err;
	set_log_level(options);
	if (arguments->command && !arguments->command[0])
		return px_error_new(PX_ERR_USAGE, "no command after --");
	return px_target_take_argument(&options->target, arguments);
}

/* --- opening ------------------------------------------------------------------------------ */

static struct px_error *open_sampler(const struct record_options *options,
				     struct px_record *record)
{
	const struct px_sampler_kernel kernel = px_target_sampler_kernel(record->target);
	const struct px_sampler_options how = {
		.vcpus = options->vcpus,
		.idle = options->idle,
		.pause = options->pause == PAUSE_DOMAIN,
		.max_pause_ns = (uint64_t)(options->max_pause * 1e9),
		.user = px_user_space_walker(record->user_space),
	};
	struct px_guest *guest = record->target->guest;
	struct px_error *err = px_vcpu_list_check(&options->vcpus, guest->domain.vcpus);

	record->tally.requested_hz = options->frequency;
	record->tally.max_pause_s = how.pause ? options->max_pause : 0;
	return err ? err
		   : px_sampler_new(guest, record->target->memory, &kernel, &how,
				    &record->sampler);
}

/* argv[0] is "record", and the file shall have the whole command line. */
static struct px_error *open_recording(const struct record_options *options, int argc,
				       char **argv, pid_t command, struct px_record *record)
{
	char **line px_cleanup(px_freep) = NULL;
	char program[] = "perf-xen";
	struct px_perf_host host;
	struct px_target *target = record->target;
	struct px_recording_setup setup = {
		.path = options->output,
		.host = &host,
		.domain = &target->guest->domain,
		.frequency = options->frequency,
		.namer = px_target_namer(target),
		.program = target->system.program,
	};
	struct px_error *err = px_calloc((size_t)argc + 1, sizeof(*line), &line);

	if (err)
		return err;
	px_user_space_add_names(record->user_space, &setup.namer);
	line[0] = program;
	memcpy(line + 1, argv, (size_t)argc * sizeof(*line));
	px_perf_host_read(argc + 1, line, &host);
	/* The output's folder may be another user's. */
	err = px_capabilities_raise();
	if (!err)
		err = px_recording_open(&setup, &record->recording);
	/* The output is open: the rest of what px_target_open left goes. */
	if (!err)
		err = px_confine(&(struct px_confinement){.command = command});
	return err ? err : px_record_describe(record);
}

/* --- the end ------------------------------------------------------------------------------ */

static void tell_end(const struct px_record *record)
{
	const struct px_domain *domain = &record->target->guest->domain;
	char label[PX_DOMAIN_NAME_MAX], text[PX_RECORD_END_TEXT];

	if (record->end == PX_DOMAIN_LIVES)
		return;
	px_warn("%s (domain %u) %s: the recording ends there",
		px_domain_label(domain, label, sizeof(label)), domain->id,
		px_record_end_text(record, text));
}

static void tell_undone(const struct px_guest_counts *counts)
{
	if (counts->undone)
		px_warn("this program did not run while it had the domain paused, %" PRIu64
			" times: the guard resumed the domain, and stacks of these ticks may be "
			"wrong",
			counts->undone);
}

static void tell_rate(const struct px_tally *tally)
{
	if (tally->missed * 20 > tally->ticks + tally->missed)
		px_warn("%.0f Hz could not be reached: %" PRIu64 " of %" PRIu64
			" slots were missed; try a lower -F",
			tally->requested_hz, tally->missed, tally->ticks + tally->missed);
}

static void tell_summary(const struct record_options *options, const struct px_record *record)
{
	if (px_log_level() == PX_LOG_QUIET)
		return;
	px_tally_print(&record->tally, stderr);
	if (strcmp(options->output, "-") != 0)
		px_info("wrote %s, %" PRIu64 " KiB", options->output,
			px_recording_size(record->recording) / 1024);
	tell_rate(&record->tally);
	tell_undone(&record->target->guest->counts);
	tell_end(record);
}

/* --- the work ----------------------------------------------------------------------------- */

static struct px_error *sample(const struct record_options *options, struct px_child *command,
			       const char *name, struct px_record *record)
{
	uint64_t end_ns = UINT64_MAX;
	struct px_stop stop;
	struct px_error *err;

	if (options->duration > 0)
		end_ns = px_now_ns() + (uint64_t)(options->duration * 1e9);
	err = px_stop_init(&stop, end_ns);
	if (err)
		return err;
	if (command->pid)
		err = px_stop_start_command(&stop, command, name);
	if (!err)
		err = px_record_run(record, &stop);
	px_stop_fini(&stop);
	return err;
}

/* The file is finished after an error, too: what was recorded is worth keeping. */
static struct px_error *finish(struct px_record *record, struct px_error *err)
{
	struct px_error *second = px_recording_finish(record->recording, &record->tally);

	if (!err)
		return second;
	px_error_free(second);
	return err;
}

static struct px_error *record_target(const struct record_options *options, int argc,
				      char **argv, struct px_child *command, const char *name,
				      struct px_record *record)
{
	struct px_error *err = open_sampler(options, record);

	if (!err)
		err = open_recording(options, argc, argv, command->pid, record);
	if (err)
		return err;
	err = finish(record, sample(options, command, name, record));
	tell_summary(options, record);
	return err;
}

/* The command's process comes first, while there is nothing that it could inherit. */
static struct px_error *run_with(struct record_options *options, int argc, char **argv,
				 char **command, struct px_record *record)
{
	struct px_child child = {0};
	struct px_error *err = command ? px_child_fork(command, &child) : NULL;

	options->target.max_pause_ns = (uint64_t)(options->max_pause * 1e9);
	options->target.confinement =
		(struct px_confinement){.output = options->output, .command = child.pid};
	if (!err)
		err = px_target_open(&options->target, record->target);
	if (!err)
		err = px_user_space_open(&options->user_space, record->target,
					 record->user_space);
	if (!err)
		err = record_target(options, argc, argv, &child, command ? command[0] : NULL,
				    record);
	px_child_end(&child);
	return err;
}

static struct px_error *run(int argc, char **argv, bool *help_ret, int *status_ret)
{
	struct record_options options = {
		.frequency = 997,
		.max_pause = 200e-6,
		.output = "perf.data",
	};
	struct px_arguments arguments = {0};
	struct px_target target = {0};
	struct px_user_space user_space = {0};
	struct px_record record = {.target = &target, .user_space = &user_space};
	char **words px_cleanup(px_freep) = NULL; /* ends with NULL; parsing moves them about */
	struct px_error *err = px_calloc((size_t)argc + 1, sizeof(*words), &words);

	if (err)
		return err;
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	err = parse(argc, words, &options, &arguments, help_ret);
	if (err || *help_ret)
		return err;
	err = run_with(&options, argc, argv, arguments.command, &record);
	if (record.end != PX_DOMAIN_LIVES)
		*status_ret = PX_EXIT_INCOMPLETE;
	px_recording_free(record.recording);
	px_sampler_free(record.sampler);
	px_user_space_close(&user_space);
	px_target_close(&target);
	return err;
}

const struct px_command px_command_record = {
	.name = "record",
	.usage = "[OPTIONS] DOM [-- COMMAND...]",
	.summary = "sample a domain's vCPUs with call chains into perf.data",
	.options = option_table,
	.run = run,
};
