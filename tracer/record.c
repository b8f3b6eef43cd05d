/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recording loop.
 *
 * The hypervisor does not show a paused domain in its vCPUs: they look as if they waited for a
 * processor. Such a tick must not become samples. A domain whose vCPUs stand still, not running
 * and without processor time since the last tick, is therefore asked about, which costs a
 * hypercall only then.
 */
#include "tracer/record.h"

#include <inttypes.h>
#include <stdio.h>

#include "guest/domain-text.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "tracer/process-images.h"
#include "tracer/recording-system.h"

static const uint64_t second_ns = 1000000000u;

/* --- what is recorded --------------------------------------------------------------------- */

struct px_error *px_record_describe(struct px_record *record)
{
	const struct px_domain *domain = &record->target->guest->domain;
	struct px_recording *recording = record->recording;
	char id[16], vcpus[16], uuid[PX_UUID_TEXT];
	struct px_error *err = px_recording_pair(recording, "domain", domain->name);

	snprintf(id, sizeof(id), "%u", domain->id);
	snprintf(vcpus, sizeof(vcpus), "%u", domain->vcpus);
	if (!err)
		err = px_recording_pair(recording, "domain-id", id);
	if (!err)
		err = px_recording_pair(recording, "domain-uuid", px_domain_uuid(domain, uuid));
	if (!err)
		err = px_recording_pair(recording, "domain-type",
					px_guest_type_name(domain->type));
	if (!err)
		err = px_recording_pair(recording, "domain-vcpus", vcpus);
	if (!err)
		err = px_recording_map_system(recording, record->target, px_now_ns());
	return err ? err : px_recording_describe_system(recording, record->target);
}

/* --- the domain --------------------------------------------------------------------------- */

/* A domain that is gone ends the recording without an error. */
static void forgive_end(struct px_record *record, struct px_error **err)
{
	if (!*err || (*err)->code != PX_ERR_DOMAIN_GONE)
		return;
	px_error_free(*err);
	*err = NULL;
	record->end = PX_DOMAIN_DESTROYED;
	/* As long as we map its memory, it is not freed. */
	px_memory_drop(record->target->memory);
}

static enum px_domain_end end_of(const struct px_domain *domain)
{
	if (domain->crashed)
		return PX_DOMAIN_CRASHED;
	if (domain->rebooting)
		return PX_DOMAIN_REBOOTED;
	if (domain->suspended)
		return PX_DOMAIN_SUSPENDED;
	if (domain->shutdown)
		return PX_DOMAIN_SHUT_DOWN;
	return domain->dying ? PX_DOMAIN_DESTROYED : PX_DOMAIN_LIVES;
}

/* How long the toolstack may take to make the domain anew. */
static uint64_t patience_ns(enum px_domain_end end)
{
	switch (end) {
	case PX_DOMAIN_REBOOTED:
		return 5 * second_ns;
	case PX_DOMAIN_DESTROYED: /* a reboot that was not seen */
		return second_ns;
	default:
		return 0;
	}
}

/* Whoever had the domain's name may have been rebooted into a new domain. */
static void find_successor(struct px_record *record, struct px_stop *stop)
{
	struct px_guest *guest = record->target->guest;
	uint64_t until = px_now_ns() + patience_ns(record->end);
	struct px_error *err = guest->ops->successor(guest, &record->successor);

	while (!err && !record->successor && px_now_ns() < until &&
	       px_stop_wait(stop, px_now_ns() + second_ns / 10) == PX_STOP_NOT_YET)
		err = guest->ops->successor(guest, &record->successor);
	px_error_free(err);
}

const char *px_record_end_text(const struct px_record *record, char text[PX_RECORD_END_TEXT])
{
	static const char *const ends[] = {
		[PX_DOMAIN_LIVES] = "runs",
		[PX_DOMAIN_CRASHED] = "crashed",
		[PX_DOMAIN_SHUT_DOWN] = "shut down",
		[PX_DOMAIN_REBOOTED] = "was rebooted",
		[PX_DOMAIN_SUSPENDED] = "was suspended to be saved or migrated away",
		[PX_DOMAIN_DESTROYED] = "is gone, destroyed or migrated away",
	};

	if (record->successor && record->end == PX_DOMAIN_CRASHED)
		snprintf(text, PX_RECORD_END_TEXT, "crashed and is domain %u now",
			 record->successor);
	else if (record->successor)
		snprintf(text, PX_RECORD_END_TEXT, "was rebooted as domain %u",
			 record->successor);
	else
		snprintf(text, PX_RECORD_END_TEXT, "%s", ends[record->end]);
	return text;
}

/* Another profiler pauses for an instant: what is still so a slot later is worth a word. */
static void note_pause(struct px_record *record, bool paused)
{
	if (paused && record->paused && !record->pause_told) {
		px_warn("the domain is paused, not by this program; nothing is sampled until "
			"it runs again");
		record->pause_told = true;
	}
	if (!paused && record->paused)
		px_verbose("the domain runs again");
	record->paused = paused;
}

/* Ask for the domain's state and follow what changed. */
static struct px_error *look_at_domain(struct px_record *record)
{
	struct px_target *target = record->target;
	struct px_domain *domain = &target->guest->domain;
	uint64_t memory_kib = domain->memory_kib;
	struct px_error *err = target->guest->ops->domain(target->guest, domain);

	if (err)
		return err;
	record->end = end_of(domain);
	note_pause(record, domain->paused && record->end == PX_DOMAIN_LIVES);
	/* Frames may have gone to someone else. */
	if (domain->memory_kib != memory_kib || record->end != PX_DOMAIN_LIVES)
		px_memory_drop(target->memory);
	return NULL;
}

static struct px_error *follow_code(struct px_record *record)
{
	const struct px_system *system = &record->target->system;
	bool changed = false;
	struct px_error *err;

	if (!system->ops || !system->ops->refresh)
		return NULL;
	err = system->ops->refresh(system->handle, &changed);
	if (err || !changed)
		return err;
	px_recording_forget_names(record->recording);
	return px_recording_map_system(record->recording, record->target, px_now_ns());
}

/* --- ticks -------------------------------------------------------------------------------- */

/* The code of a process is in the file before the first sample that shows it. */
static struct px_error *record_sample(struct px_record *record, const struct px_sample *sample)
{
	struct px_processes *processes = record->user_space->processes;
	struct px_process *process = NULL;
	struct px_error *err = NULL;

	if (processes && sample->task.pid <= PX_TASK_ID_MAX)
		process = px_processes_news(processes, sample->process);
	if (process)
		err = px_process_images_map(process, record->recording, sample->time_ns);
	return err ? err : px_recording_add(record->recording, sample);
}

static struct px_error *record_tick(struct px_record *record, const struct px_tick *tick)
{
	struct px_error *err = NULL;

	px_tally_add(&record->tally, tick);
	for (size_t i = 0; !err && i < tick->sample_count; i++)
		err = record_sample(record, &tick->samples[i]);
	return err;
}

static struct px_error *slot(struct px_record *record)
{
	struct px_tick tick = {0};
	struct px_error *err = record->paused ? look_at_domain(record) : NULL;

	if (err || record->end)
		return err;
	if (!record->paused) {
		err = px_sampler_tick(record->sampler, &tick);
		if (!err && tick.stands_still && tick.sample_count)
			err = look_at_domain(record);
		if (err || record->end)
			return err;
	}
	if (record->paused) {
		record->tally.paused++;
		return NULL;
	}
	return record_tick(record, &tick);
}

static void show_progress(const struct px_record *record)
{
	const struct px_tally *tally = &record->tally;

	px_progress("%" PRIu64 " samples, %.0f Hz, %" PRIu64 " KiB", tally->samples,
		    px_tally_rate(tally), px_recording_size(record->recording) / 1024);
}

static struct px_error *every_second(struct px_record *record)
{
	struct px_error *err = look_at_domain(record);

	if (err || record->end)
		return err;
	err = follow_code(record);
	if (!err)
		err = px_recording_round(record->recording);
	show_progress(record);
	return err;
}

static struct px_error *count_missed(struct px_record *record, uint64_t now, uint64_t missed)
{
	record->tally.end_ns = now;
	record->tally.missed += missed;
	return missed ? px_recording_lost(record->recording, now, missed) : NULL;
}

static struct px_error *next_slot(struct px_record *record)
{
	uint64_t now = px_now_ns();

	return count_missed(record, now, px_pacer_next(&record->pacer, now));
}

/* The recording ends now: whole slots may have passed in the last sleep. */
static struct px_error *last_slot(struct px_record *record)
{
	const struct px_pacer *pacer = &record->pacer;
	uint64_t now = px_now_ns();

	return count_missed(record, now,
			    now > pacer->slot_ns ? (now - pacer->slot_ns) / pacer->period_ns
						 : 0);
}

static struct px_error *sample_once(struct px_record *record)
{
	struct px_error *err = slot(record);

	if (!err && !record->end && px_now_ns() >= record->second_ns) {
		record->second_ns = px_now_ns() + second_ns;
		err = every_second(record);
	}
	return err || record->end ? err : next_slot(record);
}

struct px_error *px_record_run(struct px_record *record, struct px_stop *stop)
{
	struct px_error *err = NULL;
	uint64_t now = px_now_ns();

	px_pacer_init(&record->pacer, record->tally.requested_hz, now);
	record->tally.start_ns = record->tally.end_ns = now;
	record->second_ns = now + second_ns;
	note_pause(record, record->target->guest->domain.paused);
	while (!err && !record->end &&
	       px_stop_wait(stop, record->pacer.deadline_ns) == PX_STOP_NOT_YET)
		err = sample_once(record);
	forgive_end(record, &err);
	if (!err)
		err = last_slot(record);
	if (record->end != PX_DOMAIN_LIVES)
		find_successor(record, stop);
	record->tally.pages_mapped = px_memory_counts(record->target->memory).pages_mapped;
	px_recording_count(record->recording, &record->tally);
	if (record->user_space->processes)
		record->tally.processes = px_processes_counts(record->user_space->processes);
	px_progress_done();
	return err;
}
