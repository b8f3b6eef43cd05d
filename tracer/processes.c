/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading, keeping and forgetting processes. */
#include "tracer/processes.h"

#include <stdlib.h>
#include <string.h>

#include "guest/mapped-elf.h"
#include "lib/log.h"
#include "lib/memory.h"
#include "tracer/stop.h"

enum {
	VDSOS = 4,		    /* images that one kernel has: 64-bit, 32-bit, x32 */
	VDSO_MAX = 65536,	    /* bytes */
	TEXT_MAX = 65536,	    /* bytes of paths of one process */
	READS_A_SECOND = 200,	    /* processes */
	MISSING_MAX = 4096,	    /* files that are told apart */
	NANOS_A_SECOND = 200000000, /* of reading */
};

static const uint64_t second_ns = 1000000000;
static const uint64_t change_ns = 50000000; /* between two readings of one mm */
static const char vdso_name[] = "[vdso]", deleted[] = " (deleted)";

struct slot {
	struct px_process process; /* serial 0: free */
	uint64_t signature, used, read_ns;
	bool told;
};

struct vdso {
	uint64_t address;	    /* in the kernel; 0: free */
	struct px_program *program; /* NULL: it could not be read */
};

struct px_processes {
	struct px_processes_setup setup;
	struct px_linux_mm_layout layout;
	struct px_unwind_table *empty; /* for code without rules */
	struct slot slots[PX_PROCESSES_MAX];
	struct vdso vdsos[VDSOS];
	uint64_t last_serial, clock;
	uint64_t second; /* now: what was read in it follows */
	uint64_t second_reads, second_nanos;
	struct px_processes_counts counts;
	char **missing;
	size_t missing_count, missing_capacity;
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
	for (size_t i = 0; i < VDSOS; i++)
		px_program_free(processes->vdsos[i].program);
	for (size_t i = 0; i < processes->missing_count; i++)
		free(processes->missing[i]);
	free(processes->missing);
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

/* --- programs ----------------------------------------------------------------------------- */

static struct px_error *note_missing(struct px_processes *processes, const char *path,
				     const char *why)
{
	struct px_error *err;
	char *copy = NULL;

	for (size_t i = 0; i < processes->missing_count; i++)
		if (!strcmp(processes->missing[i], path))
			return NULL;
	if (processes->missing_count == MISSING_MAX)
		return NULL;
	err = px_array_grow(processes->missing, processes->missing_count,
			    processes->missing_capacity);
	if (!err)
		err = px_strdup(path, &copy);
	if (err)
		return err;
	processes->missing[processes->missing_count++] = copy;
	px_verbose("no unwind rules for %s: %s", path, why);
	return NULL;
}

/* Read the vDSO's image out of the kernel. */
static struct px_error *open_vdso(struct px_processes *processes, uint64_t address,
				  uint64_t size, struct px_program **ret)
{
	uint8_t *bytes px_cleanup(px_freep) = NULL;
	struct px_error *err;

	if (!size || size > VDSO_MAX)
		return NULL;
	err = px_calloc(size, 1, &bytes);
	if (err || !px_linux_read(&processes->setup.kernel, address, bytes, size))
		return err;
	err = px_program_open_bytes(px_bytes_of(bytes, size), vdso_name, ret);
	if (!err || err->code == PX_ERR_NO_MEMORY)
		return err;
	px_verbose("no unwind rules for %s: %s", vdso_name, err->message);
	px_error_free(err);
	return NULL;
}

static struct px_error *find_vdso(struct px_processes *processes, uint64_t mm,
				  struct px_program **ret)
{
	uint64_t address = 0, size = 0;

	if (!px_linux_mm_vdso_image(&processes->layout, &processes->setup.kernel, mm, &address,
				    &size))
		return NULL;
	for (size_t i = 0; i < VDSOS; i++) {
		struct vdso *vdso = &processes->vdsos[i];
		struct px_error *err = NULL;

		if (!vdso->address) {
			vdso->address = address;
			err = open_vdso(processes, address, size, &vdso->program);
		}
		if (vdso->address == address) {
			*ret = vdso->program;
			return err;
		}
	}
	return NULL;
}

/* A file that was unlinked may have another one in its place: only a build-id can tell. */
static struct px_error *find_file(struct px_processes *processes, struct px_process_area *area)
{
	size_t length = strlen(area->path), tail = sizeof(deleted) - 1;
	bool unlinked = length > tail && !strcmp(area->path + length - tail, deleted);
	const char *why = "it is gone from the guest's file system";
	char *path px_cleanup(px_freep) = NULL;
	struct px_error *err = px_strdup(area->path, &path);

	if (err)
		return err;
	if (unlinked)
		path[length - tail] = '\0';
	if (!processes->setup.symfs) {
		why = px_symfs_outcome_name(PX_SYMFS_NO_FOLDER);
	} else if (!unlinked || area->build_id.size) {
		if (px_symfs_find(processes->setup.symfs, path, &area->build_id,
				  &area->program) == PX_SYMFS_OK)
			return NULL;
		why = px_symfs_message(processes->setup.symfs);
	}
	area->program = NULL;
	return *path == '/' ? note_missing(processes, area->path, why) : NULL;
}

static struct px_error *find_program(struct px_processes *processes, uint64_t mm,
				     struct px_process_area *area)
{
	struct px_error *err = NULL;
	uint64_t address = 0;

	if (!strcmp(area->path, vdso_name))
		err = find_vdso(processes, mm, &area->program);
	else if (area->file)
		err = find_file(processes, area);
	if (err || !area->program)
		return err;
	if (!px_program_address_of_offset(area->program, area->offset, &address)) {
		area->program = NULL;
		return note_missing(processes, area->path, "it has no code there");
	}
	area->bias = area->start - address;
	if (!area->build_id.size)
		area->build_id = *px_program_build_id(area->program);
	return NULL;
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
	return find_program(processes, process->mm, &process->areas[process->area_count - 1]);
}

/* Code without rules is known text all the same. */
static struct px_error *fill_map(struct px_processes *processes, struct px_process *process)
{
	struct px_error *err = px_unwind_map_new(&process->map);

	for (size_t i = 0; !err && i < process->area_count; i++) {
		const struct px_process_area *area = &process->areas[i];

		err = px_unwind_map_add(process->map, area->start, area->end, area->bias,
					area->program ? px_program_unwind(area->program)
						      : processes->empty);
	}
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
	return err ? err : fill_map(processes, process);
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

/* The area of another reading that is just like this one; NULL where there is none. */
static const struct px_process_area *same_area(const struct px_process *process,
					       const struct px_process_area *area)
{
	const struct px_process_area *other = px_process_area_find(process, area->start);

	return other && other->start == area->start && other->end == area->end &&
			       other->offset == area->offset &&
			       other->program == area->program &&
			       !strcmp(other->path, area->path)
		       ? other
		       : NULL;
}

/*
 * Whether all names of before still hold. A process that makes code while it runs is read
 * often, and what was said of it need not be said again.
 */
static bool carry_over(const struct px_process *before, struct px_process *now)
{
	bool all = before->serial && before->mm == now->mm &&
		   before->outcome == PX_LINUX_MM_OK && now->outcome == PX_LINUX_MM_OK;

	if (!all)
		return false;
	for (size_t i = 0; i < now->area_count; i++) {
		const struct px_process_area *same = same_area(before, &now->areas[i]);

		now->areas[i].told = same && same->told;
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
	if (!same || is_stale(slot, signature, now_ns)) {
		if (!may_read(processes, now_ns)) {
			processes->counts.put_off++;
			return NULL;
		}
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
	const struct px_symbol *symbol;
	const char *slash;
	struct px_error *err;

	if (!area || !area->program)
		return false;
	err = px_program_symbols(area->program, &table);
	if (err) { /* out of memory: a name less */
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

	counts.missing = processes->missing_count;
	for (size_t i = 0; i < PX_MISSING_FILES_SHOWN && i < processes->missing_count; i++)
		counts.missing_names[i] = processes->missing[i];
	return counts;
}
