/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records and notes from samples. */
#include "tracer/recording.h"

#include <stdlib.h>
#include <string.h>

#include "guest/domain-text.h"
#include "lib/memory.h"
#include "lib/perfdata-notes.h"
#include "tracer/address-map.h"

enum {
	COMMS = 1 << 14,
	COMM_MAX = PX_DOMAIN_NAME_MAX + 16,
	KERNEL_PID = -1,
};

/* The name that the file has for a thread last. */
struct comm {
	uint32_t tid; /* 0: none */
	uint32_t pid;
	char name[PX_LINUX_COMM_MAX];
};

struct image {
	uint64_t start, end;
	struct px_build_id build_id;
	char *name;
};

/* Notes of one kind under construction. */
struct note {
	struct px_note_builder builder;
	uint8_t memory[PX_PERF_NOTE_MAX];
};

struct px_recording {
	struct px_perf_writer *writer;
	uint32_t domain_id;
	char domain_name[PX_DOMAIN_NAME_MAX];
	uint64_t period_ns;
	struct px_namer namer;
	const char *program; /* NULL: a kernel with processes */
	struct image *images;
	size_t image_count, image_capacity;
	struct px_address_map looked_up; /* addresses; 1: has a name */
	struct px_address_map symbols;	 /* starts of symbols that are in notes */
	struct note names, summary;
	uint64_t named, unnamed;	   /* frames of the kernel */
	uint64_t user_named, user_unnamed; /* of programs */
	bool leader_named;		   /* the domain has its name in the file */
	/* Direct-mapped by tid: two threads that share a place only cost COMM records. */
	struct comm comms[COMMS];
};

static void note_init(struct note *note)
{
	note->builder = (struct px_note_builder){.data = note->memory,
						 .capacity = sizeof(note->memory)};
}

static struct px_error *note_write(struct px_recording *recording, struct note *note,
				   enum px_perf_note kind)
{
	struct px_bytes payload = px_bytes_of(note->builder.data, note->builder.size);

	if (!payload.size)
		return NULL;
	note->builder.size = 0;
	return px_perf_writer_note(recording->writer, kind, payload);
}

struct px_error *px_recording_open(const struct px_recording_setup *setup,
				   struct px_recording **ret)
{
	const struct px_perf_event event = {
		.name = "vcpu-clock", .frequency = true, .rate = setup->frequency};
	struct px_recording *recording = NULL;
	struct px_error *err = px_calloc(1, sizeof(*recording), &recording);

	if (err)
		return err;
	recording->domain_id = setup->domain->id;
	px_domain_label(setup->domain, recording->domain_name, sizeof(recording->domain_name));
	recording->period_ns = 1000000000u / setup->frequency;
	recording->namer = setup->namer;
	recording->program = setup->program;
	note_init(&recording->names);
	note_init(&recording->summary);
	err = px_perf_writer_open(setup->path, setup->host, &event, 1, &recording->writer);
	if (err) {
		px_recording_free(recording);
		return err;
	}
	*ret = recording;
	return NULL;
}

void px_recording_free(struct px_recording *recording)
{
	if (!recording)
		return;
	px_perf_writer_free(recording->writer);
	px_address_map_fini(&recording->looked_up);
	px_address_map_fini(&recording->symbols);
	for (size_t i = 0; i < recording->image_count; i++)
		free(recording->images[i].name);
	free(recording->images);
	free(recording);
}

/* --- kernel text -------------------------------------------------------------------------- */

static bool same_id(const struct px_build_id *a, const struct px_build_id *b)
{
	return (!a->size && !b->size) || px_build_id_equal(a, b);
}

static struct image *find_image(const struct px_recording *recording, uint64_t start)
{
	for (size_t i = 0; i < recording->image_count; i++)
		if (recording->images[i].start == start)
			return &recording->images[i];
	return NULL;
}

bool px_recording_maps(const struct px_recording *recording,
		       const struct px_recording_image *image)
{
	const struct image *known = find_image(recording, image->start);

	return known && known->end == image->end &&
	       same_id(&known->build_id, &image->build_id) && !strcmp(known->name, image->name);
}

/* Remember what is mapped at a place. */
static struct px_error *keep_image(struct px_recording *recording,
				   const struct px_recording_image *image)
{
	struct image *known = find_image(recording, image->start);
	char *name;
	struct px_error *err = px_strdup(image->name, &name);

	if (err)
		return err;
	if (!known) {
		err = px_array_grow(recording->images, recording->image_count,
				    recording->image_capacity);
		if (err) {
			free(name);
			return err;
		}
		known = &recording->images[recording->image_count++];
		*known = (struct image){.start = image->start};
	}
	free(known->name);
	known->name = name;
	known->end = image->end;
	known->build_id = image->build_id;
	return NULL;
}

struct px_error *px_recording_map(struct px_recording *recording, uint64_t time_ns,
				  const struct px_recording_image *image)
{
	const bool have_id = image->build_id.size > 0;
	const struct px_perf_record record = {
		.type = have_id ? PX_PERF_MMAP2 : PX_PERF_MMAP,
		.misc = PX_PERF_MISC_KERNEL | (have_id ? PX_PERF_MISC_MMAP_BUILD_ID : 0),
		.origin = {.pid = KERNEL_PID, .time = time_ns},
		.mmap = {.pid = KERNEL_PID,
			 .start = image->start,
			 .length = image->end - image->start,
			 .offset = image->reference,
			 .build_id = image->build_id,
			 .name = image->name},
	};
	struct px_error *err = keep_image(recording, image);

	return err ? err : px_perf_writer_add(recording->writer, &record);
}

/* --- code of processes -------------------------------------------------------------------- */

struct px_error *px_recording_map_code(struct px_recording *recording, uint64_t time_ns,
				       const struct px_recording_code *code)
{
	const uint32_t pid = recording->program ? PX_ID_DOMAIN + recording->domain_id
						: PX_ID_TASK + code->pid;
	const struct px_perf_record record = {
		.type = PX_PERF_MMAP2,
		.misc = PX_PERF_MISC_USER |
			(code->build_id.size ? PX_PERF_MISC_MMAP_BUILD_ID : 0),
		.origin = {.pid = pid, .tid = pid, .time = time_ns},
		.mmap = {.pid = pid,
			 .tid = pid,
			 .start = code->start,
			 .length = code->end - code->start,
			 .offset = code->offset,
			 .protection = code->protection,
			 .build_id = code->build_id,
			 .name = code->name},
	};

	return px_perf_writer_add(recording->writer, &record);
}

/* --- names of addresses ------------------------------------------------------------------- */

void px_recording_forget_names(struct px_recording *recording)
{
	px_address_map_clear(&recording->looked_up);
	px_address_map_clear(&recording->symbols);
}

/* Where an address means something: the kernel or a unikernel, or one reading of one process.
 */
struct scope {
	uint64_t process;    /* 0: the kernel */
	uint32_t pid;	     /* in the file */
	const char *program; /* that all symbols are of; NULL: each one has its module */
};

/*
 * What stands for an address in the maps of addresses. One of the kernel stands for itself. The
 * same address in two processes must not be taken for one, so that of a process is mixed with
 * its serial (the finalizer of splitmix64: a bijection), in the lower half.
 */
static uint64_t key_of(const struct scope *scope, uint64_t address)
{
	uint64_t key = address + scope->process * UINT64_C(0x9e3779b97f4a7c15);

	if (!scope->process)
		return address;
	key = (key ^ key >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	key = (key ^ key >> 27) * UINT64_C(0x94d049bb133111eb);
	return (key ^ key >> 31) & INT64_MAX;
}

static struct px_error *add_symbol(struct px_recording *recording, const struct scope *scope,
				   const struct px_note_symbol *name)
{
	struct px_note_builder *builder = &recording->names.builder;
	struct px_error *err;

	if (!px_note_add_symbol(builder, name)) {
		err = note_write(recording, &recording->names, PX_PERF_NOTE_SYMBOLS);
		if (err)
			return err;
		/* One that does not fit into an empty note stays without a name. */
		if (!px_note_add_symbol(builder, name))
			return NULL;
	}
	return px_address_map_put(&recording->symbols, key_of(scope, name->start), 1);
}

static struct px_error *note_symbol(struct px_recording *recording, const struct scope *scope,
				    const struct px_linux_symbol *symbol)
{
	char module[PX_LINUX_MODULE_NAME_MAX + 2] = "[kernel.kallsyms]";
	const struct px_note_symbol name = {.start = symbol->start,
					    .end = symbol->end,
					    .pid = scope->pid,
					    .name = symbol->name,
					    .module = scope->program   ? scope->program
						      : scope->process ? symbol->module
								       : module};
	uint64_t key = key_of(scope, symbol->start);

	if (!key || px_address_map_get(&recording->symbols, key))
		return NULL;
	if (symbol->module && !scope->process)
		snprintf(module, sizeof(module), "[%s]", symbol->module);
	return add_symbol(recording, scope, &name);
}

static void count_name(struct px_recording *recording, const struct scope *scope, bool named)
{
	if (scope->process) {
		recording->user_named += named;
		recording->user_unnamed += !named;
	} else {
		recording->named += named;
		recording->unnamed += !named;
	}
}

static bool find_name(const struct px_recording *recording, const struct scope *scope,
		      uint64_t address, struct px_linux_symbol *ret)
{
	return scope->process
		       ? px_namer_find_user(&recording->namer, scope->process, address, ret)
		       : px_namer_find(&recording->namer, address, ret);
}

/* Note the name of an address at its first sight, and count whether it has one. */
static struct px_error *name_address(struct px_recording *recording, const struct scope *scope,
				     uint64_t address)
{
	uint64_t key = key_of(scope, address);
	const uint8_t *known = px_address_map_get(&recording->looked_up, key);
	struct px_linux_symbol symbol;
	struct px_error *err;
	bool named = known && *known;

	/* 0 is no key of the map, and no code. */
	if (!known && key)
		named = find_name(recording, scope, address, &symbol);
	count_name(recording, scope, named);
	if (known || !key)
		return NULL;
	err = named ? note_symbol(recording, scope, &symbol) : NULL;
	return err ? err : px_address_map_put(&recording->looked_up, key, named);
}

static bool task_known(const struct px_sample *sample)
{
	return sample->have_task && sample->task.pid <= PX_TASK_ID_MAX &&
	       sample->task.tid <= PX_TASK_ID_MAX;
}

static struct scope kernel_scope(const struct px_recording *recording)
{
	if (!recording->program)
		return (struct scope){.pid = KERNEL_PID};
	return (struct scope){.pid = PX_ID_DOMAIN + recording->domain_id,
			      .program = recording->program};
}

static struct px_error *name_frames(struct px_recording *recording,
				    const struct px_sample *sample)
{
	const struct scope kernel = kernel_scope(recording);
	const struct scope user = {.process = sample->process,
				   .pid = PX_ID_TASK + sample->task.pid};
	const bool name_user = sample->process && task_known(sample);
	size_t kernel_frames = sample->frame_count - sample->user_frames;
	struct px_error *err = NULL;

	for (size_t i = 0; !err && i < sample->frame_count; i++) {
		const struct scope *scope = i < kernel_frames ? &kernel : &user;

		if (scope == &kernel ? recording->namer.find != NULL : name_user)
			err = name_address(recording, scope,
					   px_frame_lookup_address(&sample->frames[i]));
	}
	return err;
}

/* --- processes and threads ---------------------------------------------------------------- */

static struct px_perf_origin origin_of(const struct px_recording *recording,
				       const struct px_sample *sample)
{
	struct px_perf_origin origin = {.cpu = sample->vcpu, .time = sample->time_ns};

	if (!task_known(sample)) {
		origin.pid = PX_ID_DOMAIN + recording->domain_id;
		origin.tid = PX_ID_VCPU + sample->vcpu;
	} else if (sample->task.idle) {
		origin.pid = PX_ID_TASK;
		origin.tid = PX_ID_IDLE + sample->vcpu;
	} else {
		origin.pid = PX_ID_TASK + sample->task.pid;
		origin.tid = PX_ID_TASK + sample->task.tid;
	}
	return origin;
}

static struct px_error *add_comm(struct px_recording *recording,
				 const struct px_perf_origin *origin, const char *name)
{
	const struct px_perf_record record = {
		.type = PX_PERF_COMM,
		.origin = *origin,
		.comm = {.pid = origin->pid, .tid = origin->tid, .name = name},
	};

	return px_perf_writer_add(recording->writer, &record);
}

/* The domain is the process of all vCPUs without a task. */
static struct px_error *name_vcpu(struct px_recording *recording,
				  const struct px_perf_origin *origin)
{
	struct px_perf_origin leader = *origin;
	char name[COMM_MAX];
	struct px_error *err = NULL;

	leader.tid = leader.pid;
	if (!recording->leader_named)
		err = add_comm(recording, &leader, recording->domain_name);
	recording->leader_named = true;
	if (err)
		return err;
	snprintf(name, sizeof(name), "%s/vcpu%u", recording->domain_name, origin->cpu);
	return add_comm(recording, origin, name);
}

/* Say who origin is, unless the file says so already. */
static struct px_error *name_origin(struct px_recording *recording,
				    const struct px_sample *sample,
				    const struct px_perf_origin *origin)
{
	const bool task = task_known(sample);
	struct comm now = {.tid = origin->tid, .pid = origin->pid};
	struct comm *known = &recording->comms[origin->tid % COMMS];

	if (task)
		snprintf(now.name, sizeof(now.name), "%s", sample->task.comm);
	if (!memcmp(known, &now, sizeof(now)))
		return NULL;
	*known = now;
	return task ? add_comm(recording, origin, now.name) : name_vcpu(recording, origin);
}

/* --- records ------------------------------------------------------------------------------ */

static struct px_error *add_sample(struct px_recording *recording,
				   const struct px_sample *sample,
				   const struct px_perf_origin *origin)
{
	uint64_t chain[2 + PX_SAMPLE_FRAMES];
	uint8_t sources[PX_SAMPLE_FRAMES], raw[PX_SAMPLE_OUTCOME_MAX];
	struct px_perf_record record = {
		.type = PX_PERF_SAMPLE,
		.misc = sample->user_mode || recording->program ? PX_PERF_MISC_USER
								: PX_PERF_MISC_KERNEL,
		.origin = *origin,
		.sample = {.ip = sample->frames[0].ip,
			   .period = recording->period_ns,
			   .chain = {.ips = chain}},
	};
	size_t kernel_frames = sample->frame_count - sample->user_frames, count = 0;

	if (kernel_frames)
		chain[count++] = recording->program ? PX_PERF_CONTEXT_USER
						    : PX_PERF_CONTEXT_KERNEL;
	for (size_t i = 0; i < sample->frame_count; i++) {
		if (i == kernel_frames)
			chain[count++] = PX_PERF_CONTEXT_USER;
		chain[count++] = sample->frames[i].ip;
		sources[i] = sample->frames[i].source;
	}
	record.sample.chain.count = count;
	record.sample.raw = px_sample_outcome_encode(
		raw, (uint8_t)(sample->user_walked ? sample->user_end : sample->end),
		(uint8_t)sample->state,
		sample->have_task ? (uint8_t)sample->task.context : PX_CONTEXT_UNKNOWN, sources,
		sample->frame_count);
	return px_perf_writer_add(recording->writer, &record);
}

struct px_error *px_recording_add(struct px_recording *recording,
				  const struct px_sample *sample)
{
	const struct px_perf_origin origin = origin_of(recording, sample);
	struct px_error *err = name_origin(recording, sample, &origin);

	if (!err)
		err = name_frames(recording, sample);
	return err ? err : add_sample(recording, sample, &origin);
}

struct px_error *px_recording_lost(struct px_recording *recording, uint64_t time_ns,
				   uint64_t count)
{
	const struct px_perf_record record = {
		.type = PX_PERF_LOST,
		.origin = {.pid = PX_ID_DOMAIN + recording->domain_id,
			   .tid = PX_ID_DOMAIN + recording->domain_id,
			   .time = time_ns},
		.lost = count,
	};

	return px_perf_writer_add(recording->writer, &record);
}

struct px_error *px_recording_round(struct px_recording *recording)
{
	struct px_error *err = note_write(recording, &recording->names, PX_PERF_NOTE_SYMBOLS);

	return err ? err : px_perf_writer_round(recording->writer);
}

/* --- summary and end ---------------------------------------------------------------------- */

void px_recording_count(const struct px_recording *recording, struct px_tally *tally)
{
	tally->named = recording->named;
	tally->unnamed = recording->unnamed;
	tally->user_named = recording->user_named;
	tally->user_unnamed = recording->user_unnamed;
}

uint64_t px_recording_size(const struct px_recording *recording)
{
	return px_perf_writer_size(recording->writer);
}

static bool add_pair(void *recording, const char *key, const char *value)
{
	return px_note_add_pair(&((struct px_recording *)recording)->summary.builder, key,
				value);
}

struct px_error *px_recording_pair(struct px_recording *recording, const char *key,
				   const char *value)
{
	if (add_pair(recording, key, value))
		return NULL;
	return px_error_new(PX_ERR_LIMIT, "the summary of the recording is too long");
}

struct px_error *px_recording_finish(struct px_recording *recording,
				     const struct px_tally *tally)
{
	struct px_error *err = note_write(recording, &recording->names, PX_PERF_NOTE_SYMBOLS);

	if (!err && !px_tally_each_pair(tally, add_pair, recording))
		err = px_error_new(PX_ERR_LIMIT, "the summary of the recording is too long");
	if (!err)
		err = note_write(recording, &recording->summary, PX_PERF_NOTE_SUMMARY);
	return err ? err : px_perf_writer_finish(recording->writer);
}
