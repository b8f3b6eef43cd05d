/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples in their surroundings. Records come in the order of time, so that what is mapped and
 * what threads are called is always as it was when a sample was taken.
 */
#include "report/session.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "lib/perfdata-notes.h"
#include "report/profile.h"

static const uint32_t kernel_pid = UINT32_MAX;

/* Of files in which a host recorded its guests (include/uapi/linux/perf_event.h). */
enum {
	MISC_HYPERVISOR = 3,
	MISC_GUEST_KERNEL = 4,
};
static const uint64_t context_guest_user = (uint64_t)-2560;

/* Where ids of a guest's processes begin in our own files, and how many there can be
 * (perf-xen-data(5)). */
enum {
	GUEST_PIDS = 20000000,
	MOST_PIDS = 1 << 22,
};

static const char kernel_name[] = "[kernel.kallsyms]";

/* A place that was looked up, by the part of a spot that decides. */
struct known_place {
	uint64_t address;
	uint32_t dso;
	bool exact;
	struct px_place place;
};

struct px_session {
	struct px_perf_reader *reader;
	struct px_dsos *dsos;
	struct px_tasks tasks;
	uint32_t kernel;     /* process */
	uint32_t kernel_dso; /* PX_ID_NONE until its mapping was seen */
	uint64_t kernel_start;
	uint32_t *seen; /* by process: object of seen symbols or PX_ID_NONE */
	size_t seen_count, seen_capacity;
	struct px_spot *stack;
	size_t stack_capacity;
	struct known_place *places;
	size_t place_count, place_capacity;
	struct px_index place_index;
	uint64_t lost;
};

/* --- opening --------------------------------------------------------------------------------
 */

static struct px_error *read_notes(struct px_session *s)
{
	enum px_perf_note kind;
	struct px_bytes payload;
	struct px_error *err = NULL;

	for (size_t i = 0; !err && px_perf_reader_note(s->reader, i, &kind, &payload); i++)
		if (kind == PX_PERF_NOTE_SYMBOLS)
			err = px_dsos_add_seen(s->dsos, payload);
	return err;
}

/* Only recordings of guests have notes. */
static struct px_error *open_dsos(struct px_session *s, const struct px_dso_options *options)
{
	struct px_dso_options own = *options;
	enum px_perf_note kind;
	struct px_bytes payload;

	own.elsewhere |= px_perf_reader_note(s->reader, 0, &kind, &payload);
	return px_dsos_new(&own, &s->dsos);
}

/* Takes over the reader. */
static struct px_error *start(struct px_perf_reader *reader,
			      const struct px_dso_options *options, struct px_session **ret)
{
	struct px_session *s;
	struct px_error *err = px_calloc(1, sizeof(*s), &s);

	if (err) {
		px_perf_reader_close(reader);
		return err;
	}
	s->reader = reader;
	s->kernel_dso = PX_ID_NONE;
	px_tasks_init(&s->tasks);
	err = px_tasks_process(&s->tasks, kernel_pid, &s->kernel);
	if (!err)
		err = open_dsos(s, options);
	if (!err)
		err = read_notes(s);
	if (err) {
		px_session_close(s);
		return err;
	}
	*ret = s;
	return NULL;
}

struct px_error *px_session_open(const char *path, const struct px_dso_options *options,
				 struct px_session **ret)
{
	struct px_perf_reader *reader;
	struct px_error *err = px_perf_reader_open(path, &reader);

	return err ? err : start(reader, options, ret);
}

struct px_error *px_session_new(struct px_bytes bytes, const struct px_dso_options *options,
				struct px_session **ret)
{
	struct px_perf_reader *reader;
	struct px_error *err = px_perf_reader_new(bytes, &reader);

	return err ? err : start(reader, options, ret);
}

void px_session_close(struct px_session *session)
{
	if (!session)
		return;
	px_perf_reader_close(session->reader);
	px_dsos_free(session->dsos);
	px_tasks_fini(&session->tasks);
	free(session->seen);
	free(session->stack);
	free(session->places);
	px_index_fini(&session->place_index);
	free(session);
}

void px_session_closep(struct px_session **session)
{
	px_session_close(*session);
	*session = NULL;
}

/* --- mappings -------------------------------------------------------------------------------
 */

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/* The build-id that the file's table has for a name. */
static const struct px_build_id *build_id_of(const struct px_session *s, const char *name,
					     uint32_t pid)
{
	const struct px_build_id *any = NULL;
	size_t count = 0;
	const struct px_perf_image *images = px_perf_reader_images(s->reader, &count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(images[i].name, name))
			continue;
		if (images[i].pid == pid)
			return &images[i].build_id;
		any = &images[i].build_id;
	}
	return any;
}

static enum px_dso_kind user_kind(const char *name)
{
	static const char *const jit[] = {"//anon", "[anon", "/dev/zero", "/anon_hugepage",
					  "/memfd:"};
	static const char *const none[] = {"[stack", "[heap", "/SYSV"};

	for (size_t i = 0; i < px_array_size(jit); i++)
		if (starts_with(name, jit[i]))
			return PX_DSO_JIT;
	for (size_t i = 0; i < px_array_size(none); i++)
		if (starts_with(name, none[i]))
			return PX_DSO_NONE;
	return PX_DSO_FILE;
}

/* The id that a process has where it ran: what its own files have in their names. */
static uint32_t own_pid(uint32_t pid)
{
	return pid > GUEST_PIDS && pid - GUEST_PIDS <= MOST_PIDS ? pid - GUEST_PIDS : pid;
}

static struct px_error *map_user(struct px_session *s, const struct px_perf_mmap *mmap)
{
	enum px_dso_kind kind = user_kind(mmap->name);
	const struct px_build_id *id =
		mmap->build_id.size ? &mmap->build_id : build_id_of(s, mmap->name, mmap->pid);
	struct px_map map = {.start = mmap->start, .end = mmap->start + mmap->length};
	struct px_error *err;

	if (kind == PX_DSO_FILE)
		map.bias = mmap->start - mmap->offset;
	if (kind == PX_DSO_JIT)
		err = px_dsos_add_jit(s->dsos, own_pid(mmap->pid), &map.dso);
	else
		err = px_dsos_add(s->dsos, kind, mmap->name, id, &map.dso);
	return err ? err : px_tasks_map(&s->tasks, mmap->pid, &map);
}

/* "[kernel.kallsyms]_text": the reference symbol stands behind the name. */
static struct px_error *map_kernel(struct px_session *s, const struct px_perf_mmap *mmap,
				   struct px_map *map)
{
	const char *bracket = strchr(mmap->name, ']');
	struct px_error *err = px_dsos_add(s->dsos, PX_DSO_KERNEL, kernel_name,
					   build_id_of(s, kernel_name, kernel_pid), &map->dso);

	if (!err)
		err = px_dsos_set_reference(s->dsos, map->dso, bracket ? bracket + 1 : "",
					    mmap->offset);
	if (err)
		return err;
	s->kernel_dso = map->dso;
	s->kernel_start = map->start;
	return NULL;
}

/* "/lib/modules/6.1/kernel/net/xen-netback.ko.xz" is "[xen_netback]" to perf and kallsyms. */
static void module_name(const char *name, char ret[static 128])
{
	const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
	int length = (int)px_min(strcspn(base, "."), (size_t)120);

	if (*base == '[')
		snprintf(ret, 128, "%s", base);
	else
		snprintf(ret, 128, "[%.*s]", length, base);
	for (char *p = ret; *p; p++)
		*p = *p == '-' ? '_' : *p;
}

static struct px_error *map_kernel_mode(struct px_session *s, const struct px_perf_mmap *mmap)
{
	struct px_map map = {.start = mmap->start, .end = mmap->start + mmap->length};
	struct px_error *err;
	char name[128];

	if (map.end < map.start)
		map.end = UINT64_MAX;
	if (starts_with(mmap->name, kernel_name) ||
	    starts_with(mmap->name, "[guest.kernel.kallsyms")) {
		err = map_kernel(s, mmap, &map);
	} else {
		module_name(mmap->name, name);
		err = px_dsos_add(s->dsos, PX_DSO_MODULE, name, NULL, &map.dso);
	}
	return err ? err : px_tasks_map(&s->tasks, kernel_pid, &map);
}

/* --- records --------------------------------------------------------------------------------
 */

static bool is_kernel_mode(uint16_t misc)
{
	unsigned int mode = misc & PX_PERF_MISC_CPUMODE;

	return mode == PX_PERF_MISC_KERNEL || mode == MISC_HYPERVISOR ||
	       mode == MISC_GUEST_KERNEL;
}

static struct px_error *take(struct px_session *s, const struct px_perf_record *record)
{
	switch (record->type) {
	case PX_PERF_MMAP:
	case PX_PERF_MMAP2:
		if (is_kernel_mode(record->misc))
			return map_kernel_mode(s, &record->mmap);
		return map_user(s, &record->mmap);
	case PX_PERF_COMM:
		return px_tasks_name(&s->tasks, record->comm.pid, record->comm.tid,
				     record->comm.name);
	case PX_PERF_FORK:
		return px_tasks_fork(&s->tasks, record->task.parent_pid,
				     record->task.parent_tid, record->task.pid,
				     record->task.tid);
	case PX_PERF_LOST:
	case PX_PERF_LOST_SAMPLES:
		s->lost += record->lost;
		return NULL;
	default:
		return NULL;
	}
}

struct px_error *px_session_next(struct px_session *session, bool *more_ret,
				 struct px_perf_record *sample_ret, uint32_t *thread_ret)
{
	while ((*more_ret = px_perf_reader_next(session->reader, sample_ret))) {
		struct px_error *err;

		if (sample_ret->type == PX_PERF_SAMPLE)
			return px_tasks_thread(&session->tasks, sample_ret->origin.pid,
					       sample_ret->origin.tid, thread_ret);
		err = take(session, sample_ret);
		if (err)
			return err;
	}
	return NULL;
}

/* --- stacks ---------------------------------------------------------------------------------
 */

/* The object of the symbols seen in a process, looked up once for each process. */
static struct px_error *seen_of(struct px_session *s, uint32_t process, uint32_t *ret)
{
	while (s->seen_count <= process) {
		uint32_t pid = s->tasks.processes[s->seen_count].pid;
		struct px_error *err = px_array_grow(s->seen, s->seen_count, s->seen_capacity);

		if (err)
			return err;
		s->seen[s->seen_count++] = px_dsos_seen(s->dsos, pid);
	}
	*ret = s->seen[process];
	return NULL;
}

static uint64_t lookup_address(const struct px_spot *spot)
{
	return spot->ip - !spot->exact;
}

static void locate_in_maps(struct px_session *s, struct px_spot *spot)
{
	const struct px_map *map =
		px_maps_find(s->tasks.processes[spot->process].maps, lookup_address(spot));

	spot->dso = map ? map->dso : PX_ID_NONE;
	/* What is mapped as the kernel is its text; there is more code, such as init's. */
	if (!map && spot->kernel && spot->ip >= s->kernel_start)
		spot->dso = s->kernel_dso;
	spot->address = map ? spot->ip - map->bias : spot->ip;
}

static struct px_error *locate(struct px_session *s, struct px_spot *spot)
{
	uint32_t seen = PX_ID_NONE;
	struct px_error *err = seen_of(s, spot->process, &seen);

	if (err)
		return err;
	if (seen == PX_ID_NONE) {
		locate_in_maps(s, spot);
		return NULL;
	}
	spot->dso = seen;
	spot->address = spot->ip;
	return NULL;
}

static struct px_error *push(struct px_session *s, size_t *count, uint64_t ip, uint32_t process,
			     bool kernel, bool exact)
{
	struct px_error *err = px_array_grow(s->stack, *count, s->stack_capacity);
	struct px_spot *spot;

	if (err)
		return err;
	spot = &s->stack[(*count)++];
	*spot = (struct px_spot){.ip = ip,
				 .process = kernel ? s->kernel : process,
				 .kernel = kernel,
				 .exact = exact};
	return locate(s, spot);
}

struct px_error *px_session_stack(struct px_session *session,
				  const struct px_perf_record *sample, uint32_t thread,
				  const struct px_spot **ret, size_t *count_ret)
{
	const struct px_perf_chain *chain = &sample->sample.chain;
	uint32_t process = session->tasks.threads[thread].process;
	bool kernel = is_kernel_mode(sample->misc), exact = true;
	struct px_error *err = NULL;
	size_t count = 0;

	for (size_t i = 0; i < chain->count && !err; i++) {
		uint64_t ip = px_perf_chain_ip(chain, i);

		if (ip < PX_PERF_CONTEXT_MIN) {
			err = push(session, &count, ip, process, kernel, exact);
			exact = false;
			continue;
		}
		kernel = ip != PX_PERF_CONTEXT_USER && ip != context_guest_user;
		exact = true;
	}
	if (!chain->count)
		err = push(session, &count, sample->sample.ip, process, kernel, true);
	if (err)
		return err;
	*ret = session->stack;
	*count_ret = count;
	return NULL;
}

/* --- names ----------------------------------------------------------------------------------
 */

/* What an object is called, and what kind of code it has. */
static void name_object(const struct px_session *s, uint32_t dso, struct px_place *place)
{
	enum px_dso_kind kind = px_dsos_kind(s->dsos, dso);

	place->module = px_dsos_name(s->dsos, dso);
	place->kernel = kind == PX_DSO_KERNEL || kind == PX_DSO_MODULE;
	place->loadable = kind == PX_DSO_MODULE;
}

static void set_module(const char *module, bool kernel, struct px_place *place)
{
	if (!module)
		return;
	place->module = *module ? module : PX_UNKNOWN;
	place->kernel = kernel;
	place->loadable = kernel && strcmp(module, kernel_name) != 0;
}

/* Look for a name in one object; true when it had one. */
static struct px_error *name_in(struct px_session *s, uint32_t dso, const struct px_spot *spot,
				struct px_place *place)
{
	struct px_dso_symbol symbol = {0};
	bool found = false;
	struct px_error *err =
		px_dsos_find(s->dsos, dso, spot->address - !spot->exact, &found, &symbol);

	if (err || !found)
		return err;
	place->known = true;
	place->name = symbol.name;
	place->offset = spot->address - symbol.start;
	set_module(symbol.module, spot->kernel, place);
	return NULL;
}

static struct px_error *look_up(struct px_session *s, const struct px_spot *spot,
				struct px_place *place)
{
	struct px_spot mapped = *spot;
	struct px_error *err;

	*place = (struct px_place){.name = PX_UNKNOWN, .module = PX_UNKNOWN};
	if (spot->dso != PX_ID_NONE && px_dsos_kind(s->dsos, spot->dso) == PX_DSO_SEEN) {
		err = name_in(s, spot->dso, spot, place);
		if (err || place->known)
			return err;
		locate_in_maps(s, &mapped);
	}
	if (mapped.dso == PX_ID_NONE)
		return NULL;
	name_object(s, mapped.dso, place);
	/* The kernel's symbol file has those of its modules. */
	if (place->loadable && s->kernel_dso != PX_ID_NONE)
		return name_in(s, s->kernel_dso, &mapped, place);
	return name_in(s, mapped.dso, &mapped, place);
}

struct px_error *px_session_place(struct px_session *session, const struct px_spot *spot,
				  struct px_place *ret)
{
	uint32_t hash = px_hash2(spot->address, (uint64_t)spot->dso << 1 | spot->exact);
	uint32_t at = hash, id;
	struct known_place *known;
	struct px_error *err;

	while ((id = px_index_at(&session->place_index, hash, &at)) != PX_ID_NONE) {
		known = &session->places[id];
		if (known->address == spot->address && known->dso == spot->dso &&
		    known->exact == spot->exact) {
			*ret = known->place;
			return NULL;
		}
	}
	err = px_array_grow(session->places, session->place_count, session->place_capacity);
	if (err)
		return err;
	known = &session->places[session->place_count];
	*known = (struct known_place){
		.address = spot->address, .dso = spot->dso, .exact = spot->exact};
	err = look_up(session, spot, &known->place);
	if (!err)
		err = px_index_add(&session->place_index, hash, (uint32_t)session->place_count);
	if (err)
		return err;
	session->place_count++;
	*ret = known->place;
	return NULL;
}

/* --- what else there is ---------------------------------------------------------------------
 */

const struct px_perf_reader *px_session_reader(const struct px_session *session)
{
	return session->reader;
}

const struct px_tasks *px_session_tasks(const struct px_session *session)
{
	return &session->tasks;
}

uint64_t px_session_lost(const struct px_session *session)
{
	return session->lost;
}
