/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting and summing up a recording. */
#include "tracer/tally.h"

#include <inttypes.h>

#include "lib/log.h"

static void add_sample(struct px_tally *tally, const struct px_sample *sample)
{
	tally->samples++;
	tally->runnable += sample->state == PX_VCPU_RUNNABLE;
	tally->user += sample->user_mode;
	tally->without_task += !sample->have_task;
	tally->ends[sample->end]++;
	for (size_t i = 0; i < sample->frame_count - sample->user_frames; i++)
		tally->sources[sample->frames[i].source]++;
	if (!sample->user_walked)
		return;
	tally->user_walked++;
	tally->user_ends[sample->user_end]++;
}

void px_tally_add(struct px_tally *tally, const struct px_tick *tick)
{
	tally->ticks++;
	tally->idle += tick->idle;
	tally->offline += tick->offline;
	tally->hypercalls += tick->hypercalls;
	tally->ioctls += tick->ioctls;
	if (tick->pause_ns)
		px_histogram_add(&tally->pause, tick->pause_ns);
	for (size_t i = 0; i < tick->sample_count; i++)
		add_sample(tally, &tick->samples[i]);
}

static double seconds(const struct px_tally *tally)
{
	return (double)(tally->end_ns - tally->start_ns) / 1e9;
}

double px_tally_rate(const struct px_tally *tally)
{
	return tally->end_ns > tally->start_ns ? (double)tally->ticks / seconds(tally) : 0;
}

/* The share of roots among samples by their ends. */
static double share_complete(const uint64_t ends[PX_END_REASONS], uint64_t samples)
{
	uint64_t complete = 0;

	for (int i = 0; i < PX_END_REASONS; i++)
		if (px_end_reason_is_root(i))
			complete += ends[i];
	return samples ? (double)complete / (double)samples : 0;
}

double px_tally_complete(const struct px_tally *tally)
{
	return share_complete(tally->ends, tally->samples);
}

double px_tally_user_complete(const struct px_tally *tally)
{
	return share_complete(tally->user_ends, tally->user_walked);
}

static double per_tick(const struct px_tally *tally, uint64_t count)
{
	return tally->ticks ? (double)count / (double)tally->ticks : 0;
}

/* --- for people --------------------------------------------------------------------------- */

static void print_reasons(const uint64_t ends[PX_END_REASONS], FILE *out)
{
	const char *separator = " (";

	for (int i = 0; i < PX_END_REASONS; i++) {
		if (!ends[i])
			continue;
		fprintf(out, "%s%s %" PRIu64, separator, px_end_reason_name(i), ends[i]);
		separator = ", ";
	}
	fputs(")\n", out);
}

static void print_ends(const struct px_tally *tally, FILE *out)
{
	if (!tally->samples)
		return;
	fprintf(out, "  stacks   %.2f %% complete", 100 * px_tally_complete(tally));
	print_reasons(tally->ends, out);
	if (!tally->user_walked)
		return;
	fprintf(out, "  programs %.2f %% of %" PRIu64 " complete",
		100 * px_tally_user_complete(tally), tally->user_walked);
	print_reasons(tally->user_ends, out);
}

/* What would make more of the programs' stacks complete. */
static void print_processes(const struct px_tally *tally, FILE *out)
{
	const struct px_processes_counts *processes = &tally->processes;
	uint64_t frames = tally->user_named + tally->user_unnamed;

	if (!processes->seen)
		return;
	fprintf(out, "           %" PRIu64 " %s, ", processes->seen,
		processes->seen == 1 ? "process" : "processes");
	if (frames)
		fprintf(out, "%.2f %% of %" PRIu64 " frames named",
			100 * (double)tally->user_named / (double)frames, frames);
	else
		fputs("no frames", out);
	if (processes->unreadable)
		fprintf(out, ", mappings unreadable %" PRIu64 " times", processes->unreadable);
	fputc('\n', out);
	if (!processes->missing)
		return;
	fprintf(out, "           %" PRIu64 " %s not at hand:", processes->missing,
		processes->missing == 1 ? "file is" : "files are");
	for (size_t i = 0; i < PX_MISSING_FILES_SHOWN && i < processes->missing; i++) {
		putc(' ', out);
		px_plain_print(processes->missing_names[i], out);
	}
	fprintf(out, "%s (see --symfs)\n",
		processes->missing > PX_MISSING_FILES_SHOWN ? " ..." : "");
}

static void print_frames(const struct px_tally *tally, FILE *out)
{
	uint64_t kernel = tally->named + tally->unnamed;

	if (!kernel)
		return;
	fprintf(out, "  frames   %" PRIu64 " of the kernel, %.2f %% named; found by", kernel,
		100 * (double)tally->named / (double)kernel);
	for (int i = PX_RULE_NONE; i < PX_RULE_SOURCES; i++)
		if (tally->sources[i])
			fprintf(out, " %s %" PRIu64,
				i == PX_RULE_NONE ? "sampling" : px_rule_source_name(i),
				tally->sources[i]);
	fputc('\n', out);
}

static void print_pause(const struct px_tally *tally, FILE *out)
{
	const struct px_histogram *pause = &tally->pause;

	if (!pause->count)
		return;
	fprintf(out, "  pause    p50 %.0f us, p99 %.0f us, max %.0f us\n",
		(double)px_histogram_quantile(pause, 0.5) / 1e3,
		(double)px_histogram_quantile(pause, 0.99) / 1e3, (double)pause->max / 1e3);
}

void px_tally_print(const struct px_tally *tally, FILE *out)
{
	fprintf(out, "%" PRIu64 " samples in %.1f s; vCPUs were found idle %" PRIu64 " times\n",
		tally->samples, seconds(tally), tally->idle);
	fprintf(out, "  rate     %.1f Hz of %.0f Hz asked for, %" PRIu64 " slots missed",
		px_tally_rate(tally), tally->requested_hz, tally->missed);
	if (tally->paused)
		fprintf(out, ", %" PRIu64 " while paused by someone else", tally->paused);
	fputc('\n', out);
	print_pause(tally, out);
	print_ends(tally, out);
	print_processes(tally, out);
	print_frames(tally, out);
	fprintf(out,
		"  cost     %.1f hypercalls and %.1f ioctls a tick, %" PRIu64 " pages mapped\n",
		per_tick(tally, tally->hypercalls), per_tick(tally, tally->ioctls),
		tally->pages_mapped);
}

/* --- for programs ------------------------------------------------------------------------- */

struct pairs {
	bool (*pair)(void *context, const char *key, const char *value);
	void *context;
	bool stopped;
};

static void add_text(struct pairs *pairs, const char *key, const char *value)
{
	if (!pairs->stopped)
		pairs->stopped = !pairs->pair(pairs->context, key, value);
}

static void add_count(struct pairs *pairs, const char *key, uint64_t count)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, count);
	add_text(pairs, key, text);
}

static void add_number(struct pairs *pairs, const char *key, double number)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", number);
	add_text(pairs, key, text);
}

/* PREFIX-name, with the spaces of a name for people as hyphens. */
static void add_named_count(struct pairs *pairs, const char *prefix, const char *name,
			    uint64_t count)
{
	char key[64];

	snprintf(key, sizeof(key), "%s-%s", prefix, name);
	for (char *c = key; *c; c++)
		if (*c == ' ')
			*c = '-';
	add_count(pairs, key, count);
}

static void add_pause_pairs(struct pairs *pairs, const struct px_tally *tally)
{
	const struct px_histogram *pause = &tally->pause;

	add_text(pairs, "pause", tally->max_pause_s > 0 ? "domain" : "none");
	if (!pause->count)
		return;
	add_count(pairs, "pause-p50-ns", px_histogram_quantile(pause, 0.5));
	add_count(pairs, "pause-p99-ns", px_histogram_quantile(pause, 0.99));
	add_count(pairs, "pause-max-ns", pause->max);
	add_count(pairs, "pause-sum-ns", pause->sum);
	add_count(pairs, "pause-limit-ns", (uint64_t)(tally->max_pause_s * 1e9));
}

static void add_stack_pairs(struct pairs *pairs, const struct px_tally *tally)
{
	add_number(pairs, "stacks-complete-percent", 100 * px_tally_complete(tally));
	for (int i = 0; i < PX_END_REASONS; i++)
		add_named_count(pairs, "end", px_end_reason_name(i), tally->ends[i]);
	for (int i = 0; i < PX_RULE_SOURCES; i++)
		add_named_count(pairs, "frames", px_rule_source_name(i), tally->sources[i]);
	add_count(pairs, "frames-named", tally->named);
	add_count(pairs, "frames-unnamed", tally->unnamed);
}

static void add_user_pairs(struct pairs *pairs, const struct px_tally *tally)
{
	add_count(pairs, "user-stacks", tally->user_walked);
	if (!tally->user_walked)
		return;
	add_number(pairs, "user-stacks-complete-percent", 100 * px_tally_user_complete(tally));
	for (int i = 0; i < PX_END_REASONS; i++)
		if (tally->user_ends[i])
			add_named_count(pairs, "user-end", px_end_reason_name(i),
					tally->user_ends[i]);
	add_count(pairs, "user-frames-named", tally->user_named);
	add_count(pairs, "user-frames-unnamed", tally->user_unnamed);
	add_count(pairs, "processes", tally->processes.seen);
	add_count(pairs, "processes-unreadable", tally->processes.unreadable);
	add_count(pairs, "files-missing", tally->processes.missing);
}

bool px_tally_each_pair(const struct px_tally *tally,
			bool (*pair)(void *context, const char *key, const char *value),
			void *context)
{
	struct pairs pairs = {.pair = pair, .context = context};

	add_number(&pairs, "rate-asked-hz", tally->requested_hz);
	add_number(&pairs, "rate-achieved-hz", px_tally_rate(tally));
	add_count(&pairs, "duration-ns", tally->end_ns - tally->start_ns);
	add_count(&pairs, "ticks", tally->ticks);
	add_count(&pairs, "ticks-missed", tally->missed);
	add_count(&pairs, "ticks-paused", tally->paused);
	add_count(&pairs, "samples", tally->samples);
	add_count(&pairs, "samples-runnable", tally->runnable);
	add_count(&pairs, "samples-user", tally->user);
	add_count(&pairs, "samples-without-task", tally->without_task);
	add_count(&pairs, "vcpus-idle", tally->idle);
	add_count(&pairs, "vcpus-offline", tally->offline);
	add_pause_pairs(&pairs, tally);
	add_stack_pairs(&pairs, tally);
	add_user_pairs(&pairs, tally);
	add_number(&pairs, "hypercalls-per-tick", per_tick(tally, tally->hypercalls));
	add_number(&pairs, "ioctls-per-tick", per_tick(tally, tally->ioctls));
	add_count(&pairs, "pages-mapped", tally->pages_mapped);
	return !pairs.stopped;
}
