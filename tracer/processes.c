/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading, keeping and forgetting processes. */
#include "tracer/processes.h"

#include <stdlib.h>
#include <string.h>

#include "guest/mapped-elf.h"
#include "lib/clock.h"
#include "lib/memory.h"
#include "tracer/process-programs.h"

enum {
	TEXT_MAX = 65536,	    /* bytes of paths of one process */
	READS_A_SECOND = 200,	    /* processes */
	NANOS_A_SECOND = 200000000, /* of reading */
};

static const uint64_t second_ns = 1000000000;
static const uint64_t change_ns = 50000000; /* between two readings of one mm */

struct slot {
	struct px_process process; /* serial 0: free */
	uint64_t signature, used, read_ns;
	bool told;
};

struct px_processes {
	struct px_processes_setup setup;
	struct px_linux_mm_layout layout;
	struct px_unwind_table *empty; /* for code without rules */
	struct slot slots[PX_PROCESSES_MAX];
	struct px_process_programs programs;
	uint64_t last_serial, clock;
	uint64_t second; /* now: what was read in it follows */
	uint64_t second_reads, second_nanos;
	struct px_processes_counts counts;
};

/* --- opening and closing ------------------------------------------------------------------ */

static struct px_error *new_empty_table(struct px_unwind_table **ret)
{
	struct px_unwind_builder *builder = NULL;
	struct px_error *err = px_unwind_builder_new(0, &builder);

	if (!err)
		err = px_unwind_builder_finish(builder, ret);
	px_unwind_builder_free(builder);
	return err;
}

struct px_error *px_processes_new(const struct px_processes_setup *setup,
				  struct px_processes **ret)
{
	struct px_processes *processes = NULL;
	struct px_error *err = px_calloc(1, sizeof(*processes), &processes);

	if (err)
		return err;
	processes->setup = *setup;
	processes->layout = px_linux_mm_layout_of(setup->types);
	processes->programs = (struct px_process_programs){
		.symfs = setup->symfs, .kernel = setup->kernel, .layout = &processes->layout};
	if (!processes->layout.known || !processes->layout.path.known)
		err = px_error_new(PX_ERR_UNSUPPORTED, "the kernel's types do not say where "
						       "the mappings of a process are");
	if (!err)
		err = new_empty_table(&processes->empty);
	if (err) {
		px_processes_free(processes);
		return err;
	}
	*ret = processes;
	return NULL;
}

static void forget_areas(struct px_process *process)
{
	for (size_t i = 0; i < process->area_count; i++)
		free(process->areas[i].path);
	free(process->areas);
	px_unwind_map_free(process->map);
	process->areas = NULL;
	process->area_count = process->area_capacity = 0;
	process->map = NULL;
}

void px_processes_free(struct px_processes *processes)
{
	if (!processes)
		return;
	for (size_t i = 0; i < PX_PROCESSES_MAX; i++)
		forget_areas(&processes->slots[i].process);
	px_process_programs_fini(&processes->programs);
	px_unwind_table_free(processes->empty);
	free(processes);
}

/* --- memory of a process ------------------------------------------------------------------ */

bool px_processes_read(struct px_processes *processes, const struct px_process *process,
		       uint64_t address, void *buffer, size_t size)
{
	return px_memory_read(processes->setup.memory, process->paging, process->root,
			      px_gva_of(address), buffer, size) == PX_READ_OK;
}

struct process_memory {
	struct px_processes *processes;
	const struct px_process *process;
};

static bool read_process(void *context, uint64_t address, void *buffer, size_t size)
{
	struct process_memory *memory = context;

	/* The upper half is the kernel's: no process maps it. */
	return address < PX_LINUX_KERNEL_SPACE &&
	       px_processes_read(memory->processes, memory->process, address, buffer, size);
}

/* The file's header is in its mapping of offset 0, which lies before that of its code. */
static void find_build_id(struct px_processes *processes, const struct px_process *process,
			  const struct px_linux_mappings *mappings, size_t of,
			  struct px_build_id *ret)
{
	struct process_memory memory = {processes, process};
	const struct px_linux_reader reader = {read_process, &memory};

	for (size_t i = of + 1; i-- > 0;) {
		const struct px_linux_mapping *mapping = &mappings->array[i];

		if (mapping->file != mappings->array[of].file)
			continue;
		if (mapping->offset == 0) {
			px_mapped_elf_build_id(&reader, mapping->start,
					       mapping->end - mapping->start, ret);
			return;
		}
	}
}

/* --- reading ------------------------------------------------------------------------------ */

static struct px_error *add_area(struct px_processes *processes, struct px_process *process,
				 const struct px_linux_mappings *mappings, size_t i,
				 size_t *text)
{
	const struct px_linux_mapping *mapping = &mappings->array[i];
	struct px_process_area area = {.start = mapping->start,
				       .end = mapping->end,
				       .offset = mapping->offset,
				       .readable = mapping->readable,
				       .writable = mapping->writable,
				       .file = mapping->file != 0};
	struct px_error *err =
		px_array_grow(process->areas, process->area_count, process->area_capacity);

	if (err)
		return err;
	*text += strlen(mapping->path) + 1;
	err = px_strdup(*text <= TEXT_MAX ? mapping->path : "", &area.path);
	if (err)
		return err;
	process->areas[process->area_count++] = area;
	if (area.file)
		find_build_id(processes, process, mappings, i,
			      &process->areas[process->area_count - 1].build_id);
	return NULL;
}

/* Code without rules is known text all the same. */
static struct px_error *map_area(struct px_processes *processes, struct px_process *process,
				 const struct px_process_area *area)
{
	return px_unwind_map_add(process->map, area->start, area->end, area->bias,
				 area->program ? px_program_unwind(area->program)
					       : processes->empty);
}

static struct px_error *fill_map(struct px_processes *processes, struct px_process *process)
{
	struct px_error *err = px_unwind_map_new(&process->map);

	for (size_t i = 0; !err && i < process->area_count; i++)
		err = map_area(processes, process, &process->areas[i]);
	return err;
}

static struct px_error *read_areas(struct px_processes *processes, struct px_process *process)
{
	struct px_linux_mappings mappings px_cleanup(px_linux_mappings_fini) = {0};
	size_t text = 0;
	struct px_error *err = px_linux_mm_read(&processes->layout, &processes->setup.kernel,
						process->mm, false, &mappings,
						&process->outcome);

	for (size_t i = 0; !err && i < mappings.count; i++)
		if (mappings.array[i].executable && process->area_count < PX_PROCESS_AREAS_MAX)
			err = add_area(processes, process, &mappings, i, &text);
	return err;
}

static bool may_read(struct px_processes *processes, uint64_t now_ns)
{
	if (now_ns - processes->second >= second_ns) {
		processes->second = now_ns;
		processes->second_reads = processes->second_nanos = 0;
	}
	return processes->second_reads < READS_A_SECOND &&
	       processes->second_nanos < NANOS_A_SECOND;
}

/* What changes all the time is followed at some distance; what could not be read is tried
 * again after a while. */
static bool is_stale(const struct slot *slot, uint64_t signature, uint64_t now_ns)
{
	uint64_t age = now_ns - slot->read_ns;

	if (slot->process.outcome != PX_LINUX_MM_OK)
		return age >= second_ns;
	return slot->signature != signature && age >= change_ns;
}

const struct px_process_area *px_process_area_find(const struct px_process *process,
						   uint64_t address)
{
	size_t low = 0, high = process->area_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (process->areas[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < process->area_count && process->areas[low].start <= address
		       ? &process->areas[low]
		       : NULL;
}

/* The area of another reading that is the same code; NULL where there is none. */
static const struct px_process_area *same_area(const struct px_process *process,
					       const struct px_process_area *area)
{
	const struct px_process_area *other = px_process_area_find(process, area->start);

	return other && other->start == area->start && other->end == area->end &&
			       other->offset == area->offset && !strcmp(other->path, area->path)
		       ? other
		       : NULL;
}

static void take_over(const struct px_process_area *before, struct px_process_area *now)
{
	now->build_id = before->build_id;
	now->resolved = before->resolved;
	now->program = before->program;
	now->bias = before->bias;
	now->told = before->told;
}

/*
 * What is known of areas that are as before. Returns whether all names of before still hold. A
 * process that makes code while it runs is read often, and what was said of it need not be
 * said again. Of another process nothing was said, though it may have the mm of one that ended.
 */
static bool carry_over(const struct px_process *before, struct px_process *now)
{
	bool all = before->serial && before->pid == now->pid && before->mm == now->mm &&
		   before->outcome == PX_LINUX_MM_OK && now->outcome == PX_LINUX_MM_OK;

	if (!all)
		return false;
	for (size_t i = 0; i < now->area_count; i++) {
		const struct px_process_area *same = same_area(before, &now->areas[i]);

		if (same)
			take_over(same, &now->areas[i]);
	}
	for (size_t i = 0; all && i < before->area_count; i++)
		all = !before->areas[i].program || same_area(now, &before->areas[i]);
	return all;
}

static struct px_error *read_process_anew(struct px_processes *processes, struct slot *slot,
					  const struct px_process *now)
{
	struct px_process before = slot->process;
	uint64_t start = px_now_ns();
	struct px_error *err;

	slot->process = *now;
	slot->told = false;
	err = read_areas(processes, &slot->process);
	slot->process.serial = carry_over(&before, &slot->process) ? before.serial
								   : ++processes->last_serial;
	if (!err)
		err = fill_map(processes, &slot->process);
	forget_areas(&before);
	processes->counts.reads++;
	processes->counts.unreadable += slot->process.outcome != PX_LINUX_MM_OK;
	processes->second_reads++;
	processes->second_nanos += px_now_ns() - start;
	return err;
}

/* --- finding ------------------------------------------------------------------------------ */

/* The slot of a process, or the one that is to be used for it. */
static struct slot *slot_of(struct px_processes *processes, uint32_t pid)
{
	struct slot *oldest = &processes->slots[0];

	for (size_t i = 0; i < PX_PROCESSES_MAX; i++) {
		struct slot *slot = &processes->slots[i];

		if (slot->process.serial && slot->process.pid == pid)
			return slot;
		if (slot->used < oldest->used)
			oldest = slot;
	}
	return oldest;
}

struct px_error *px_processes_get(struct px_processes *processes, const struct px_task *task,
				  px_root root, enum px_paging paging, uint64_t now_ns,
				  struct px_process **ret)
{
	struct px_process now = {
		.pid = task->pid, .mm = task->mm, .root = root, .paging = paging};
	struct slot *slot = slot_of(processes, task->pid);
	bool same = slot->process.serial && slot->process.mm == task->mm &&
		    slot->process.pid == task->pid;
	uint64_t signature = slot->signature;
	struct px_error *err = NULL;

	*ret = NULL;
	if (!task->mm)
		return NULL;
	px_linux_mm_signature(&processes->layout, &processes->setup.kernel, task->mm,
			      &signature);
	if (!same && !may_read(processes, now_ns)) {
		processes->counts.put_off++;
		return NULL;
	}
	/* What was read before is better than nothing. */
	if (!same || (is_stale(slot, signature, now_ns) && may_read(processes, now_ns))) {
		processes->counts.seen += !same;
		slot->signature = signature;
		slot->read_ns = now_ns;
		err = read_process_anew(processes, slot, &now);
	}
	if (err)
		return err;
	slot->used = ++processes->clock;
	slot->process.root = root;
	slot->process.paging = paging;
	*ret = &slot->process;
	return NULL;
}

static struct slot *find_slot(struct px_processes *processes, uint64_t serial)
{
	for (size_t i = 0; serial && i < PX_PROCESSES_MAX; i++)
		if (processes->slots[i].process.serial == serial)
			return &processes->slots[i];
	return NULL;
}

/* A build-id that is learnt late is told late. */
struct px_error *px_processes_resolve(struct px_processes *processes,
				      const struct px_process *process, uint64_t address,
				      bool *rules_ret)
{
	struct slot *slot = find_slot(processes, process->serial);
	const struct px_process_area *found = px_process_area_find(process, address);
	struct px_process_area *area;
	struct px_error *err;
	bool had_id;

	*rules_ret = false;
	if (!slot || !found || found->resolved)
		return NULL;
	area = &slot->process.areas[found - process->areas];
	had_id = area->build_id.size > 0;
	err = px_process_programs_find(&processes->programs, process->mm, area);
	if (err || !area->program)
		return err;
	if (!had_id && area->build_id.size)
		slot->told = area->told = false;
	*rules_ret = true;
	px_unwind_map_remove(slot->process.map, area->start, area->end);
	return map_area(processes, &slot->process, area);
}

const struct px_process *px_processes_find(struct px_processes *processes, uint64_t serial)
{
	struct slot *slot = find_slot(processes, serial);

	return slot ? &slot->process : NULL;
}

struct px_process *px_processes_news(struct px_processes *processes, uint64_t serial)
{
	struct slot *slot = find_slot(processes, serial);

	if (!slot || slot->told)
		return NULL;
	slot->told = true;
	return &slot->process;
}

bool px_processes_symbol(struct px_processes *processes, uint64_t serial, uint64_t address,
			 struct px_linux_symbol *ret)
{
	const struct px_process *process = px_processes_find(processes, serial);
	const struct px_process_area *area = process ? px_process_area_find(process, address)
						     : NULL;
	const struct px_symbol_table *table = NULL;
	bool rules = false;
	const struct px_symbol *symbol;
	const char *slash;
	struct px_error *err;

	if (!area)
		return false;
	err = px_processes_resolve(processes, process, address, &rules);
	if (!err && area->program)
		err = px_program_symbols(area->program, &table);
	if (err || !table) { /* out of memory: a name less */
		px_error_free(err);
		return false;
	}
	symbol = px_symbol_table_find(table, address - area->bias);
	if (!symbol)
		return false;
	slash = strrchr(area->path, '/');
	*ret = (struct px_linux_symbol){.start = symbol->start + area->bias,
					.end = symbol->end + area->bias,
					.name = symbol->name,
					.module = slash ? slash + 1 : area->path,
					.type = symbol->type};
	return true;
}

struct px_processes_counts px_processes_counts(const struct px_processes *processes)
{
	struct px_processes_counts counts = processes->counts;

	counts.missing = processes->programs.missing_count;
	for (size_t i = 0; i < PX_MISSING_FILES_SHOWN && i < processes->programs.missing_count;
	     i++)
		counts.missing_names[i] = processes->programs.missing[i];
	return counts;
}
