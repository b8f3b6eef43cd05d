/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking and comparing snapshots. */
#include "guest/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

enum {
	TRIES = 5,
	HELPERS = 2 /* frames of what a loop calls */
};

static int by_vcpu(const void *a, const void *b)
{
	const struct px_sample *first = a, *second = b;

	return (first->vcpu > second->vcpu) - (first->vcpu < second->vcpu);
}

struct px_error *px_snapshot_take(struct px_sampler *sampler, struct px_snapshot *ret)
{
	struct px_tick tick = {0};
	struct px_snapshot snapshot = {0};
	struct px_error *err = px_sampler_tick(sampler, &tick);

	if (!err)
		err = px_calloc(tick.sample_count, sizeof(*snapshot.samples),
				&snapshot.samples);
	if (err)
		return err;
	if (tick.sample_count) {
		snapshot.time_ns = tick.samples[0].time_ns;
		memcpy(snapshot.samples, tick.samples,
		       tick.sample_count * sizeof(*snapshot.samples));
		qsort(snapshot.samples, tick.sample_count, sizeof(*snapshot.samples), by_vcpu);
	}
	snapshot.pause_ns = tick.pause_ns;
	snapshot.count = tick.sample_count;
	*ret = snapshot;
	return NULL;
}

static bool cut_short(const struct px_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct px_sample *sample = &snapshot->samples[i];

		if (sample->end == PX_END_DEADLINE ||
		    (sample->user_walked && sample->user_end == PX_END_DEADLINE))
			return true;
	}
	return false;
}

struct px_error *px_snapshot_take_whole(struct px_sampler *sampler, struct px_snapshot *ret)
{
	struct px_error *err = px_snapshot_take(sampler, ret);

	for (int i = 1; !err && i < TRIES && cut_short(ret); i++) {
		px_snapshot_fini(ret);
		err = px_snapshot_take(sampler, ret);
	}
	return err;
}

void px_snapshot_fini(struct px_snapshot *snapshot)
{
	free(snapshot->samples);
	*snapshot = (struct px_snapshot){0};
}

bool px_snapshot_complete(const struct px_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++)
		if (!px_end_reason_is_root(snapshot->samples[i].end))
			return false;
	return true;
}

const struct px_sample *px_snapshot_find(const struct px_snapshot *snapshot, uint32_t vcpu)
{
	for (size_t i = 0; i < snapshot->count; i++)
		if (snapshot->samples[i].vcpu == vcpu)
			return &snapshot->samples[i];
	return NULL;
}

/* --- progress ----------------------------------------------------------------------------- */

const char *px_progress_name(enum px_progress progress)
{
	static const char *const names[] = {
		[PX_PROGRESS_WAITS] = "waits",
		[PX_PROGRESS_STARVES] = "starves",
		[PX_PROGRESS_SPINS] = "spins",
		[PX_PROGRESS_MOVES] = "moves",
	};

	return names[progress];
}

/* Where the function at a frame starts; the address itself where that is not known. */
static uint64_t function_of(const struct px_namer *namer, const struct px_frame *frame)
{
	uint64_t address = px_frame_lookup_address(frame);
	struct px_linux_symbol symbol;

	return px_namer_find(namer, address, &symbol) ? symbol.start : address;
}

static bool same_task(const struct px_sample *first, const struct px_sample *second)
{
	return first->have_task == second->have_task &&
	       (!first->have_task || first->task.address == second->task.address);
}

/* Whether the part in a program, where there is one, was looked at. */
static bool know_program(const struct px_sample *sample)
{
	return !sample->user_walked ||
	       (sample->user_end != PX_END_DEADLINE && sample->user_end != PX_END_NOT_WALKED);
}

/*
 * The same functions called one another, from the root of the stack up to the innermost of the
 * shallower sample: a loop that calls helpers is a little deeper when it is caught in one. The
 * root is in the program, if both looks got that far.
 */
static bool same_functions(const struct px_namer *namer, const struct px_sample *first,
			   const struct px_sample *second)
{
	bool whole = know_program(first) && know_program(second);
	size_t a = first->frame_count - (whole ? 0 : first->user_frames);
	size_t b = second->frame_count - (whole ? 0 : second->user_frames);
	size_t common = px_min(a, b);

	if (px_max(a, b) - common > HELPERS)
		return false;
	for (size_t i = 1; i <= common; i++)
		if (function_of(namer, &first->frames[a - i]) !=
		    function_of(namer, &second->frames[b - i]))
			return false;
	return true;
}

enum px_progress px_progress_of(const struct px_namer *namer, const struct px_sample *first,
				const struct px_sample *second)
{
	uint64_t cpu_ns = second->cpu_time_ns - first->cpu_time_ns;
	uint64_t time_ns = second->time_ns - first->time_ns;

	if (first->state == PX_VCPU_BLOCKED && second->state == PX_VCPU_BLOCKED)
		return PX_PROGRESS_WAITS;
	if (cpu_ns == 0)
		return second->state == PX_VCPU_BLOCKED ? PX_PROGRESS_WAITS
							: PX_PROGRESS_STARVES;
	if (cpu_ns >= time_ns / 2 && !first->user_mode && !second->user_mode &&
	    same_task(first, second) && same_functions(namer, first, second))
		return PX_PROGRESS_SPINS;
	return PX_PROGRESS_MOVES;
}
