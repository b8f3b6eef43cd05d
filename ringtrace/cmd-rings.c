/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf xen rings: every paravirtual ring of a domain, both its ends, and what is wrong with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "guest/target.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/stop.h"
#include "lib/text.h"
#include "ringtrace/commands.h"
#include "ringtrace/each-domain.h"
#include "ringtrace/gather.h"
#include "ringtrace/kick.h"
#include "ringtrace/rings-json.h"
#include "ringtrace/rings-text.h"
#include "ringtrace/verdict.h"

struct rings_options {
	struct px_target_options target;
	struct px_ring_filter filter;
	double interval; /* seconds */
	bool watch;
	unsigned int count; /* of blocks; 0: until the user has seen enough */
	bool kick;
	bool slots, json, verbose;
};

static struct px_error *parse_queue(const char *value, void *member)
{
	struct px_ring_filter *filter = member;
	char *end;
	unsigned long queue = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || queue >= PX_RING_QUEUES_MAX)
		return px_error_new(PX_ERR_USAGE, "\"%s\" is no number of a queue", value);
	filter->one_queue = true;
	filter->queue = (uint32_t)queue;
	return NULL;
}

static const struct px_option option_table[] = {
	PX_TARGET_OPTION(struct rings_options),
	{PX_OPT_CALL, 0, "device", "NAME", "only this one: vif/0, vbd/51712, console, xenstore",
	 PX_OPTION_AT(struct rings_options, filter), .parse = px_ring_filter_option},
	{PX_OPT_CALL, 0, "queue", "K", "only this queue of devices that have several",
	 PX_OPTION_AT(struct rings_options, filter), .parse = parse_queue},
	{PX_OPT_SECONDS, 0, "interval", "TIME", "between the two looks (1s)",
	 PX_OPTION_AT(struct rings_options, interval), .min = 0.01, .max = 3600},
	{PX_OPT_FLAG, 0, "watch", NULL, "again and again, until Ctrl-C",
	 PX_OPTION_AT(struct rings_options, watch)},
	{PX_OPT_COUNT, 'n', "count", "N", "as --watch, so many times",
	 PX_OPTION_AT(struct rings_options, count), .min = 1, .max = 1000000000},
	{PX_OPT_FLAG, 0, "slots", NULL, "the slots in flight as well",
	 PX_OPTION_AT(struct rings_options, slots)},
	{PX_OPT_FLAG, 0, "kick", NULL, "wake who may have lost an event, then look once more",
	 PX_OPTION_AT(struct rings_options, kick)},
	{PX_OPT_FLAG, 0, "json", NULL, "for programs",
	 PX_OPTION_AT(struct rings_options, json)},
	{PX_OPT_FLAG, 'v', "verbose", NULL, "everything that is known, and what that took",
	 PX_OPTION_AT(struct rings_options, verbose)},
	{PX_OPT_END},
};

static struct px_error *parse(int argc, char **argv, struct rings_options *options,
			      bool *help_ret)
{
	struct px_arguments arguments = {0};
	struct px_error *err =
		px_options_parse(option_table, argc, argv, options, &arguments, help_ret);

	if (err || *help_ret)
		return err;
	if (arguments.command)
		return px_error_new(PX_ERR_USAGE, "rings runs no command");
	options->watch |= options->count > 0;
	if (options->watch && options->kick)
		return px_error_new(PX_ERR_USAGE, "--kick is for one look, not for --watch");
	if (options->verbose)
		px_log_set_level(PX_LOG_VERBOSE);
	if (arguments.argc)
		return px_target_take_argument(&options->target, &arguments);
	if (options->watch || options->kick)
		return px_error_new(PX_ERR_USAGE, "%s is for one domain",
				    options->watch ? "--watch" : "--kick");
	return NULL;
}

/* --- looking ---------------------------------------------------------------------------- */

/* What is open while it looks. */
struct look {
	const struct rings_options *options;
	struct px_target target;
	struct px_ring_sources sources;
	struct px_gather *gather;
	struct px_kick kick;
	struct px_stop stop;
};

/* False: the user has seen enough. */
static bool pause_between(struct look *look)
{
	uint64_t end = px_now_ns() + (uint64_t)(look->options->interval * 1e9);

	return px_stop_wait(&look->stop, end) == PX_STOP_NOT_YET;
}

/* Who names a device wants to see it. */
static struct px_error *check_found(const struct px_ring_filter *filter,
				    const struct px_rings *rings)
{
	size_t count = 0;

	for (size_t i = 0; i < rings->device_count; i++)
		count += rings->devices[i].ring_count;
	if (filter->one_device && !rings->device_count)
		return px_error_new(PX_ERR_NOT_FOUND, "domain %u has no such device",
				    rings->domain.id);
	if (filter->one_queue && !count)
		return px_error_new(PX_ERR_NOT_FOUND, "domain %u has no queue %u of it",
				    rings->domain.id, filter->queue);
	return NULL;
}

/* Who watches sees for himself; who has waited long enough goes on with what there is. */
static struct px_error *look_longer(struct look *look, struct px_rings *rings)
{
	uint64_t wait = look->options->watch ? 0 : px_rings_longer_ns(rings);

	if (!wait)
		return NULL;
	px_verbose("looking on for %.1f s: what stands still may only be slow",
		   (double)wait / 1e9);
	if (px_stop_wait(&look->stop, px_now_ns() + wait) != PX_STOP_NOT_YET)
		return NULL;
	return px_gather_take(look->gather, rings);
}

static struct px_error *take(struct look *look, struct px_rings *rings)
{
	struct px_error *err = px_gather_take(look->gather, rings);
	bool kicked = false;

	if (!err)
		err = check_found(&look->options->filter, rings);
	if (!err && !pause_between(look))
		return px_error_new(PX_ERR_INTERRUPTED, "interrupted before the second look");
	if (!err)
		err = px_gather_take(look->gather, rings);
	if (!err)
		err = look_longer(look, rings);
	if (!err && look->options->kick)
		err = px_kick_faulty(&look->kick, look->sources.channels, rings, &kicked);
	if (err || !kicked)
		return err;
	if (!pause_between(look))
		return px_error_new(PX_ERR_INTERRUPTED, "interrupted before the last look");
	return px_gather_take(look->gather, rings);
}

static int status_of(const struct px_rings *rings)
{
	enum px_health health = px_rings_health(rings);

	if (health == PX_HEALTH_FAULT)
		return PX_EXIT_FAULT;
	if (health == PX_HEALTH_UNKNOWN || rings->devices_left_out)
		return PX_EXIT_INCOMPLETE;
	for (size_t i = 0; i < rings->device_count; i++)
		if (rings->devices[i].problem || rings->devices[i].rings_left_out)
			return PX_EXIT_INCOMPLETE;
	return PX_EXIT_COMPLETE;
}

/* --- showing ---------------------------------------------------------------------------- */

static void print_time(void)
{
	time_t now = time(NULL);
	struct tm parts;
	char text[32];

	if (localtime_r(&now, &parts) && strftime(text, sizeof(text), "%F %T", &parts))
		puts(text);
}

static struct px_error *show(const struct rings_options *options, const struct px_rings *rings)
{
	struct px_rings_style style = {
		.verbose = options->verbose,
		.slots = options->slots,
		.colour = px_text_has_colour(stdout),
	};
	json_t *value;

	if (options->json) {
		value = px_rings_json(rings);
		return px_json_print(value, value != NULL);
	}
	if (options->watch)
		print_time();
	px_rings_text(rings, &style, stdout);
	if (options->watch)
		putchar('\n');
	return NULL;
}

/* Ctrl-C ends watching; what was seen till then counts. */
static struct px_error *take_and_show(struct look *look, bool *ends_ret, int *status_ret)
{
	struct px_rings rings px_cleanup(px_rings_fini) = {0};
	struct px_error *err = take(look, &rings);

	if (err && look->options->watch && err->code == PX_ERR_INTERRUPTED) {
		*ends_ret = true;
		px_error_freep(&err);
		return NULL;
	}
	if (err)
		return err;
	*status_ret = px_exit_worse(*status_ret, status_of(&rings));
	err = show(look->options, &rings);
	/* Who reads it wants it now, and may have gone. */
	*ends_ret = fflush(stdout) != 0;
	return err;
}

static struct px_error *look_on(struct look *look, int *status_ret)
{
	const struct rings_options *options = look->options;
	unsigned int blocks = options->watch ? options->count : 1;
	struct px_error *err = NULL;
	bool ends = false;

	for (unsigned int i = 0; !err && !ends && (!blocks || i < blocks); i++)
		err = take_and_show(look, &ends, status_ret);
	return err;
}

/* --- opening ---------------------------------------------------------------------------- */

/* Its files take privileges and are named by the domain's id. */
static struct px_error *open_kick(const struct rings_options *options, struct px_kick *ret)
{
	struct px_guest *guest px_cleanup(px_guest_closep) = NULL;
	struct px_error *err = NULL;

	if (!options->kick)
		return NULL;
	err = px_guest_open_xen(options->target.name_or_id, &guest);
	return err ? err : px_kick_open("", guest->domain.id, ret);
}

static struct px_error *open_and_look(struct look *look, int *status_ret)
{
	const struct rings_options *options = look->options;
	struct px_error *err = open_kick(options, &look->kick);

	if (!err)
		err = px_ring_sources_open(&look->sources, &options->target, &look->target);
	if (!err)
		err = px_gather_new(&look->sources, &options->filter, &look->gather);
	if (!err)
		err = px_stop_init(&look->stop, UINT64_MAX);
	if (err)
		return err;
	if (options->slots)
		px_gather_keep_slots(look->gather);
	err = look_on(look, status_ret);
	px_stop_fini(&look->stop);
	return err;
}

static struct px_error *look_at_one(const struct rings_options *options, int *status_ret)
{
	struct look look = {.options = options};
	struct px_error *err = open_and_look(&look, status_ret);

	px_gather_free(look.gather);
	px_ring_sources_close(&look.sources);
	px_target_close(&look.target);
	px_kick_close(&look.kick);
	return err;
}

static struct px_error *look_at_named(void *context, const char *id, int *status_ret)
{
	struct rings_options options = *(const struct rings_options *)context;

	options.target.name_or_id = id;
	return look_at_one(&options, status_ret);
}

static struct px_error *run(int argc, char **argv, bool *help_ret, int *status_ret)
{
	struct rings_options options = {.interval = 1, .target.no_stacks = true};
	struct px_each_domain each = {look_at_named, &options, false};
	struct px_error *err = parse(argc, argv, &options, help_ret);

	if (err || *help_ret)
		return err;
	each.json = options.json;
	if (options.target.name_or_id)
		return look_at_one(&options, status_ret);
	return px_each_domain(&each, status_ret);
}

const struct px_command px_command_rings = {
	.name = "rings",
	.usage = "[OPTIONS] [DOM]",
	.summary = "every paravirtual ring, both its ends, and what is wrong",
	.options = option_table,
	.run = run,
};
