/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes of a guest: when they are read, what is found in them, and what is kept. */
#include "tracer/processes.h"

#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/support/guest-double.h"
#include "tests/support/process-builder.h"

#define KERNEL UINT64_C(0xffff888000000000)
#define APART  UINT64_C(0x100000)
#define CODE   UINT64_C(0x555555554000)
#define SECOND UINT64_C(1000000000)

enum {
	MAPPINGS = 4,
};

struct world {
	struct px_guest_double *guest;
	struct px_memory *memory;
	px_root root;
	struct flat_memory kernel;
	struct px_type_info *types;
	struct px_symfs *symfs;
	struct px_processes *processes;
	char self[512];
	uint64_t code; /* run-time address of its first page of code */
	struct process_mapping mappings[MAPPINGS];
	uint64_t now;
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

/* The segment of this program's code; the program itself comes first. */
static int find_code(struct dl_phdr_info *info, size_t size, void *context)
{
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X)
			*(ElfW(Phdr) *)context = info->dlpi_phdr[i];
	return 1;
}

/* This very program: its first page, its code; code made at run time; a file that is not. */
static void map_self(struct world *world)
{
	ssize_t length = readlink("/proc/self/exe", world->self, sizeof(world->self) - 1);
	ElfW(Phdr) code = {0};
	uint64_t offset, size;

	assert_true(length > 0);
	dl_iterate_phdr(find_code, &code);
	offset = code.p_offset & ~UINT64_C(4095);
	size = (code.p_memsz + code.p_offset - offset + 4095) & ~UINT64_C(4095);
	assert_true(offset >= 4096);
	world->code = CODE + offset;
	world->mappings[0] =
		(struct process_mapping){CODE, CODE + 0x1000, 0, false, world->self};
	world->mappings[1] = (struct process_mapping){world->code, world->code + size, offset,
						      true, world->self};
	world->mappings[2] =
		(struct process_mapping){0x7f0000000000, 0x7f0000001000, 0, true, ""};
	world->mappings[3] = (struct process_mapping){0x7f0000002000, 0x7f0000003000, 0x5000,
						      true, "/no/such/library.so"};
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct px_symfs_options folder = {.folder = "/"};

	assert_non_null(world);
	world->guest = px_guest_double_new(PX_GUEST_PVH, 1);
	world->root = px_guest_double_root(world->guest);
	check(px_memory_new(&world->guest->guest, 256, &world->memory));
	world->types = process_builder_types();
	check(px_symfs_new(&folder, &world->symfs));
	map_self(world);
	world->now = 100 * SECOND;
	check(px_processes_new(
		&(struct px_processes_setup){.kernel = flat_memory_reader(&world->kernel),
					     .types = world->types,
					     .memory = world->memory,
					     .symfs = world->symfs},
		&world->processes));
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	px_processes_free(world->processes);
	px_symfs_free(world->symfs);
	px_type_info_close(world->types);
	flat_memory_fini(&world->kernel);
	px_memory_free(world->memory);
	px_guest_close(&world->guest->guest);
	free(world);
	return 0;
}

static struct px_process *get(struct world *world, uint32_t pid, uint64_t mm)
{
	struct px_task task = {.pid = pid, .tid = pid, .mm = mm};
	struct px_process *process = NULL;

	check(px_processes_get(world->processes, &task, world->root, PX_PAGING_4_LEVEL,
			       world->now, &process));
	return process;
}

/* Have all its files looked for. */
static struct px_process *resolve(struct world *world, struct px_process *process)
{
	bool rules = false;

	for (size_t i = 0; i < process->area_count; i++) {
		assert_false(process->areas[i].program && !process->areas[i].resolved);
		check(px_processes_resolve(world->processes, process, process->areas[i].start,
					   &rules));
		assert_true(process->areas[i].resolved);
	}
	return process;
}

static uint64_t add(struct world *world, unsigned int i)
{
	return process_builder_add(&world->kernel, KERNEL + i * APART, world->mappings,
				   MAPPINGS);
}

static struct px_processes_counts counts(const struct world *world)
{
	return px_processes_counts(world->processes);
}

/* --- what is found ------------------------------------------------------------------------ */

static void test_areas(void **state)
{
	struct world *world = *state;
	const struct px_process *process = resolve(world, get(world, 7, add(world, 0)));
	const struct px_process_area *area;

	assert_non_null(process);
	assert_int_equal(process->outcome, PX_LINUX_MM_OK);
	assert_int_equal(process->area_count, 3);
	area = px_process_area_find(process, world->code);
	assert_non_null(area);
	assert_string_equal(area->path, world->self);
	assert_non_null(area->program);
	assert_true(area->file && area->readable && !area->writable);
	assert_true(area->bias % 4096 == 0);
	assert_true(px_build_id_equal(&area->build_id, px_program_build_id(area->program)));
	assert_null(px_process_area_find(process, CODE));
	area = px_process_area_find(process, 0x7f0000000fff);
	assert_true(area && !area->file && !area->program);
	assert_true(px_unwind_map_covers(process->map, 0x7f0000000fff));
	assert_false(px_unwind_map_covers(process->map, 0x7f0000001000));
	area = px_process_area_find(process, 0x7f0000002000);
	assert_true(area && area->file && !area->program);
	assert_int_equal(counts(world).missing, 1);
	assert_string_equal(counts(world).missing_names[0], "/no/such/library.so");
}

/* The address of a function of this program, seen in that process. */
static uint64_t address_there(const struct px_process *process, const char *name)
{
	struct px_program *program = process->areas[0].program;
	const struct px_symbol_table *table = NULL;
	uint64_t address = 0;

	check(px_program_symbols(program, &table));
	assert_true(px_symbol_table_address(table, name, &address));
	return address + process->areas[0].bias;
}

static void test_symbols(void **state)
{
	struct world *world = *state;
	const struct px_process *process = resolve(world, get(world, 7, add(world, 0)));
	uint64_t address = address_there(process, "main");
	struct px_linux_symbol symbol = {0};

	assert_true(
		px_processes_symbol(world->processes, process->serial, address + 1, &symbol));
	assert_string_equal(symbol.name, "main");
	assert_string_equal(symbol.module, strrchr(world->self, '/') + 1);
	assert_true(symbol.start == address && symbol.end > address);
	assert_false(px_processes_symbol(world->processes, process->serial, 0x7f0000002000,
					 &symbol));
	assert_false(px_processes_symbol(world->processes, process->serial, 4096, &symbol));
	assert_false(
		px_processes_symbol(world->processes, process->serial + 1, address, &symbol));
}

/* The build-id is that of the file in memory, and another file there is refused. */
static void test_build_id_of_memory(void **state)
{
	struct world *world = *state;
	FILE *file = fopen(world->self, "re");
	uint8_t header[4096];
	struct px_process *process;
	struct px_build_id id;

	assert_non_null(file);
	assert_int_equal(fread(header, 1, sizeof(header), file), sizeof(header));
	fclose(file);
	px_guest_double_write(world->guest, PX_PAGING_4_LEVEL, world->root, CODE, header,
			      sizeof(header));
	process = resolve(world, get(world, 7, add(world, 0)));
	assert_non_null(process->areas[0].program);
	id = process->areas[0].build_id;
	assert_true(px_build_id_equal(&id, px_program_build_id(process->areas[0].program)));

	world->mappings[0].path = world->mappings[1].path = "/bin/sh";
	process = resolve(world, get(world, 8, add(world, 1)));
	assert_null(process->areas[0].program);
	assert_true(px_build_id_equal(&process->areas[0].build_id, &id));
}

static void test_vdso(void **state)
{
	struct world *world = *state;
	const void *vdso = (const void *)getauxval(AT_SYSINFO_EHDR);
	uint64_t mm, image = KERNEL + 16 * APART;
	struct px_process *process;
	size_t size = 8192;

	if (!vdso)
		skip();
	flat_memory_add(&world->kernel, image, size);
	flat_memory_put(&world->kernel, image, vdso, size);
	world->mappings[3] =
		(struct process_mapping){0x7ffd00000000, 0x7ffd00002000, 0, true, ""};
	mm = add(world, 0);
	process_builder_vdso(&world->kernel, mm, 0x7ffd00000000, image, size);
	process = resolve(world, get(world, 7, mm));
	assert_string_equal(process->areas[2].path, "[vdso]");
	assert_non_null(process->areas[2].program);
	assert_true(px_unwind_table_rows(px_program_unwind(process->areas[2].program)) > 0);
	assert_true(process->areas[2].bias == 0x7ffd00000000);
	assert_int_equal(counts(world).missing, 0);
	assert_int_equal(process->area_count, 3);

	/* Others have the same; damaged ones are no error. */
	mm = add(world, 1);
	process_builder_vdso(&world->kernel, mm, 0x7ffd00000000, image, size);
	assert_ptr_equal(resolve(world, get(world, 8, mm))->areas[2].program,
			 resolve(world, get(world, 7, KERNEL))->areas[2].program);
	mm = add(world, 2);
	process_builder_vdso(&world->kernel, mm, 0x7ffd00000000, image + 64, size - 64);
	assert_null(resolve(world, get(world, 9, mm))->areas[2].program);
	mm = add(world, 3);
	process_builder_vdso(&world->kernel, mm, 0x7ffd00000000, image, UINT64_MAX);
	assert_non_null(resolve(world, get(world, 10, mm))
				->areas[2]
				.program); /* known by its address */
}

/* --- when it is read ---------------------------------------------------------------------- */

static void test_read_once(void **state)
{
	struct world *world = *state;
	uint64_t mm = add(world, 0), serial = get(world, 7, mm)->serial;

	assert_ptr_equal(px_processes_news(world->processes, serial), get(world, 7, mm));
	assert_null(px_processes_news(world->processes, serial));
	for (int i = 0; i < 1000; i++)
		assert_true(get(world, 7, mm)->serial == serial);
	assert_int_equal(counts(world).reads, 1);
	assert_int_equal(counts(world).seen, 1);
	assert_false(get(world, 7, mm)->areas[0].resolved); /* until rules are needed */
	assert_int_equal(counts(world).missing, 0);
	assert_ptr_equal(px_processes_find(world->processes, serial), get(world, 7, mm));
	assert_null(px_processes_news(world->processes, 0));
	assert_null(px_processes_find(world->processes, 0));
}

static void test_changes(void **state)
{
	struct world *world = *state;
	uint64_t mm = add(world, 0), other;
	struct px_process *process = get(world, 7, mm);
	uint64_t first = process->serial, second;

	px_processes_news(world->processes, first);
	for (size_t i = 0; i < process->area_count; i++)
		process->areas[i].told = true;
	process_builder_touch(&world->kernel, mm, 99); /* made some code */
	get(world, 7, mm);
	assert_int_equal(counts(world).reads, 1); /* not at once */
	world->now += SECOND / 10;
	process = get(world, 7, mm);
	assert_int_equal(counts(world).reads, 2);
	assert_int_equal(counts(world).seen, 1);
	/* What is as it was keeps its names and needs not be told again. */
	assert_true(process->serial == first && process->areas[0].told);
	assert_ptr_equal(px_processes_news(world->processes, first), process);

	world->mappings[1].path = "/bin/sh"; /* exec */
	other = add(world, 1);
	process = get(world, 7, other);
	second = process->serial;
	assert_true(second != first && !process->areas[0].told);
	assert_int_equal(counts(world).seen, 2);
	assert_int_equal(counts(world).reads, 3);
	assert_null(px_processes_find(world->processes, first));
}

/* A library goes, or another one comes in its place: names of before do not hold any more. */
static void test_replaced_code(void **state)
{
	struct world *world = *state;
	uint64_t mm = add(world, 0), serial = resolve(world, get(world, 7, mm))->serial;

	process_builder_remap(&world->kernel, mm, 1, 0x1000);
	process_builder_touch(&world->kernel, mm, 99);
	world->now += SECOND;
	assert_true(get(world, 7, mm)->serial != serial);
}

static void test_unreadable(void **state)
{
	struct world *world = *state;
	struct px_process *process = get(world, 7, KERNEL + 40 * APART);

	assert_null(get(world, 8, 0)); /* a kernel thread */
	assert_non_null(process);
	assert_int_equal(process->outcome, PX_LINUX_MM_UNREADABLE);
	assert_int_equal(process->area_count, 0);
	assert_int_equal(counts(world).unreadable, 1);
	get(world, 7, KERNEL + 40 * APART);
	assert_int_equal(counts(world).reads, 1); /* not again at once */
	world->now += SECOND;
	get(world, 7, KERNEL + 40 * APART);
	assert_int_equal(counts(world).reads, 2);
}

/* The one that was not seen for the longest time goes. */
static void test_bound_of_processes(void **state)
{
	struct world *world = *state;
	uint64_t mm = add(world, 0), serial = get(world, 1, mm)->serial;
	struct px_process *process;

	for (uint32_t pid = 2; pid <= PX_PROCESSES_MAX; pid++)
		get(world, pid, mm)->areas[0].told = true;
	assert_true(get(world, 1, mm)->serial == serial);
	process = get(world, 1000, mm); /* in place of 2, whose mm it has now */
	assert_int_equal(process->pid, 1000);
	assert_true(process->serial > serial + PX_PROCESSES_MAX - 1);
	assert_false(process->areas[0].told);
	assert_true(get(world, 1, mm)->serial == serial);
	assert_true(get(world, 3, mm)->serial == serial + 2);
	assert_int_equal(counts(world).reads, PX_PROCESSES_MAX + 1);
	get(world, 2, mm);
	assert_int_equal(counts(world).reads, PX_PROCESSES_MAX + 2);
}

static void test_bound_of_reads(void **state)
{
	struct world *world = *state;
	uint64_t mm = add(world, 0);
	unsigned int put_off = 0;
	uint32_t known = 0;

	for (uint32_t pid = 1; pid <= 1000; pid++)
		if (get(world, pid, mm))
			known = pid;
		else
			put_off++;
	assert_true(put_off > 0 && put_off < 1000);
	assert_int_equal(counts(world).put_off, put_off);
	/* One that is known is used as it was. */
	process_builder_touch(&world->kernel, mm, 99);
	world->now += SECOND / 2;
	assert_non_null(get(world, known, mm));
	world->now -= SECOND / 2;
	world->now += SECOND;
	assert_non_null(get(world, 2000, mm));
}

static void test_no_types(void **state)
{
	struct world *world = *state;
	struct px_processes *processes = NULL;
	struct px_error *err = px_processes_new(
		&(struct px_processes_setup){.kernel = flat_memory_reader(&world->kernel),
					     .memory = world->memory},
		&processes);

	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_UNSUPPORTED);
	px_error_free(err);
}

int main(void)
{
#define test(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(areas),	      test(symbols),	test(build_id_of_memory),
		test(vdso),	      test(read_once),	test(changes),
		test(replaced_code),  test(unreadable), test(bound_of_processes),
		test(bound_of_reads), test(no_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
