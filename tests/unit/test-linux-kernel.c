/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small kernel: its image built as ELF, its memory built into a guest with page tables, run
 * as HVM with a slide and as PV without one.
 */
#include "guest/linux-kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/support/btf-builder.h"
#include "tests/support/elf-builder.h"
#include "tests/support/guest-double.h"

#define TEXT	UINT64_C(0xffffffff81000000)
#define RODATA	UINT64_C(0xffffffff82000000)
#define DATA	UINT64_C(0xffffffff82a00000)
#define END	UINT64_C(0xffffffff82b00000)
#define NOTES	(RODATA + 0x400)
#define ENTRY	(TEXT + 0x80)
#define FAULT	(TEXT + 0xbe0)
#define IDLE	(TEXT + 0x400)
#define MODULES (DATA + 0x160)
#define TABLES	(DATA + 0x1000)
#define PER_CPU 0x1fb80
#define SLIDE	UINT64_C(0x12000000)
#define IDT	UINT64_C(0xfffffe0000000000)
#define GS_BASE UINT64_C(0xffff88803fc00000)
#define TASK	UINT64_C(0xffff888003a18000)

static const char banner[] =
	"Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) #1 SMP\n";

struct world {
	struct px_guest_double *guest;
	struct px_memory *memory;
	struct px_linux_kernel *kernel;
	enum px_paging paging;
	px_root kernel_root, process_root;
	uint64_t slide;
	char image[256];
};

/* --- the image ---------------------------------------------------------------------------- */

static struct px_bytes build_types(struct btf_builder *b)
{
	uint32_t u32, pointer, ch, list, region, value_name;
	struct btf_enum value;

	btf_builder_init(b);
	u32 = btf_builder_int(b, "u32", 4);
	ch = btf_builder_int(b, "char", 1);
	pointer = btf_builder_type(b, NULL, BTF_BUILDER_INFO(BTF_KIND_PTR, 0, 0), 0, NULL, 0);
	btf_builder_struct(b, "task_struct", BTF_KIND_STRUCT, 256,
			   (struct btf_builder_member[]){
				   {"flags", u32, 32 * 8, 0},
				   {"pid", u32, 64 * 8, 0},
				   {"tgid", u32, 68 * 8, 0},
				   {"comm", btf_builder_array(b, ch, 16), 128 * 8, 0}},
			   4);
	list = btf_builder_struct(b, "list_head", BTF_KIND_STRUCT, 16,
				  (struct btf_builder_member[]){{"next", pointer, 0, 0}}, 1);
	region = btf_builder_struct(b, "module_layout", BTF_KIND_STRUCT, 16,
				    (struct btf_builder_member[]){{"base", pointer, 0, 0},
								  {"size", u32, 64, 0},
								  {"text_size", u32, 96, 0}},
				    3);
	btf_builder_struct(
		b, "module", BTF_KIND_STRUCT, 128,
		(struct btf_builder_member[]){{"state", u32, 0, 0},
					      {"list", list, 64, 0},
					      {"name", btf_builder_array(b, ch, 56), 192, 0},
					      {"core_layout", region, 80 * 8, 0},
					      {"init_layout", region, 96 * 8, 0}},
		5);
	value_name = btf_builder_string(b, "MODULE_STATE_LIVE");
	value = (struct btf_enum){value_name, 0};
	btf_builder_type(b, "module_state", BTF_BUILDER_INFO(BTF_KIND_ENUM, 0, 1), 4, &value,
			 sizeof(value));
	return btf_builder_finish(b);
}

static void add_symbols(struct elf_builder *b, uint16_t text, uint16_t rodata, uint16_t data,
			uint16_t per_cpu)
{
	const unsigned int global = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
	const unsigned int function = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);

	elf_builder_symbol(b, "_text", TEXT, 0, global, text);
	elf_builder_symbol(b, "_stext", TEXT, 0, global, text);
	elf_builder_symbol(b, "_etext", TEXT + 0x1000, 0, global, text);
	elf_builder_symbol(b, "_end", END, 0, global, data);
	elf_builder_symbol(b, "entry_SYSCALL_64", ENTRY, 0x100, function, text);
	elf_builder_symbol(b, "xen_entry_SYSCALL_64", ENTRY + 0x100, 0x20, function, text);
	elf_builder_symbol(b, "xen_asm_exc_xen_hypervisor_callback", ENTRY + 0x140, 0x20,
			   function, text);
	elf_builder_symbol(b, "cpu_startup_entry", IDLE, 0x20, function, text);
	elf_builder_symbol(b, "ret_from_fork", IDLE + 0x40, 0x20, function, text);
	elf_builder_symbol(b, "asm_exc_page_fault", FAULT, 0x40, function, text);
	elf_builder_symbol(b, "linux_banner", RODATA, sizeof(banner), global, rodata);
	elf_builder_symbol(b, "__start_notes", NOTES, 0, global, rodata);
	elf_builder_symbol(b, "__stop_notes", NOTES + 36, 0, global, rodata);
	elf_builder_symbol(b, "modules", MODULES, 16, global, data);
	elf_builder_symbol(b, "init_top_pgt", TABLES, 0x1000, global, data);
	elf_builder_symbol(b, "__per_cpu_start", 0, 0, global, per_cpu);
	elf_builder_symbol(b, "current_task", PER_CPU, 8, global, per_cpu);
	elf_builder_symbol(b, "__per_cpu_end", 0x34000, 0, global, per_cpu);
}

/* Write an image with a build-id of this value to path. */
static void write_image(const char *path, uint8_t id)
{
	static const uint8_t orc[] = {8, 0, 0, 0, 5, 0}; /* everywhere: CFA = SP + 8 */
	const int32_t orc_ip = (int32_t)(TEXT - (DATA + 0x800));
	uint16_t text, rodata, data, per_cpu;
	struct elf_builder builder;
	struct btf_builder types;
	struct px_bytes bytes;
	uint8_t note[36];
	FILE *file;

	elf_builder_init(&builder);
	elf_builder_note(id, note);
	bytes = build_types(&types);
	text = elf_builder_section(&builder, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR,
				   TEXT, "", 1);
	rodata = elf_builder_section(&builder, ".rodata", SHT_PROGBITS, SHF_ALLOC, RODATA,
				     banner, sizeof(banner));
	elf_builder_section(&builder, ".notes", SHT_NOTE, SHF_ALLOC, NOTES, note, sizeof(note));
	data = elf_builder_section(&builder, ".data", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, DATA,
				   NULL, 0x100);
	per_cpu = elf_builder_section(&builder, ".data..percpu", SHT_PROGBITS,
				      SHF_ALLOC | SHF_WRITE, 0, "", 1);
	elf_builder_section(&builder, ".BTF", SHT_PROGBITS, SHF_ALLOC, RODATA + 0x1000,
			    bytes.data, bytes.size);
	elf_builder_section(&builder, ".orc_unwind_ip", SHT_PROGBITS, SHF_ALLOC, DATA + 0x800,
			    &orc_ip, sizeof(orc_ip));
	elf_builder_section(&builder, ".orc_unwind", SHT_PROGBITS, SHF_ALLOC, DATA + 0x900, orc,
			    sizeof(orc));
	add_symbols(&builder, text, rodata, data, per_cpu);
	bytes = elf_builder_finish(&builder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
	assert_int_equal(fclose(file), 0);
}

/* --- the guest ---------------------------------------------------------------------------- */

static void put(struct world *w, uint64_t link_address, const void *bytes, size_t size)
{
	px_guest_double_write(w->guest, w->paging, w->kernel_root, link_address + w->slide,
			      bytes, size);
}

static void put_kernel(struct world *w, uint8_t id)
{
	uint64_t head = MODULES + w->slide;
	uint8_t note[36];

	elf_builder_note(id, note);
	put(w, TEXT, "", 1);
	put(w, RODATA, banner, sizeof(banner));
	put(w, NOTES, note, sizeof(note));
	put(w, MODULES, &head, sizeof(head));
	px_guest_double_map(w->guest, w->paging, w->kernel_root, TABLES + w->slide,
			    px_frame_number_of(w->kernel_root.frame), PX_PAGE_4K);
}

static void put_idt(struct world *w, uint64_t handler)
{
	uint8_t gate[16] = {0};

	memcpy(gate, &handler, 2);
	memcpy(gate + 6, (uint8_t *)&handler + 2, 2);
	memcpy(gate + 8, (uint8_t *)&handler + 4, 4);
	px_guest_double_write(w->guest, w->paging, w->kernel_root, IDT + UINT64_C(14) * 16,
			      gate, sizeof(gate));
}

static void put_task(struct world *w)
{
	uint64_t task = TASK;
	uint32_t ids[] = {4712, 4711};
	px_root root = w->kernel_root;

	px_guest_double_write(w->guest, w->paging, root, GS_BASE + PER_CPU, &task,
			      sizeof(task));
	px_guest_double_write(w->guest, w->paging, root, TASK + 64, ids, sizeof(ids));
	px_guest_double_write(w->guest, w->paging, root, TASK + 128, "stress\0", 8);
	w->guest->vcpus[0].gs_base_kernel = GS_BASE;
}

/* A process runs; its page tables share the kernel's upper half. */
static void run_process(struct world *w)
{
	w->process_root = px_guest_double_root(w->guest);
	px_guest_double_share(w->guest, w->paging, w->kernel_root, w->process_root, TEXT);
	px_guest_double_share(w->guest, w->paging, w->kernel_root, w->process_root, IDT);
	px_guest_double_share(w->guest, w->paging, w->kernel_root, w->process_root, TASK);
	px_guest_double_run(w->guest, 0, w->paging, w->process_root, 0x401000, 0x7ffe0000);
}

/* type and paging are the guest's; vCPU 1 is offline. Entry points are up to the test. */
static void world_init(struct world *w, enum px_guest_type type, enum px_paging paging)
{
	const char *folder = getenv("TMPDIR");

	memset(w, 0, sizeof(*w));
	w->paging = paging;
	w->slide = type == PX_GUEST_PV ? 0 : SLIDE;
	w->guest = px_guest_double_new(type, 2);
	w->kernel_root = px_guest_double_root(w->guest);
	snprintf(w->image, sizeof(w->image), "%s/test-linux-kernel-%d",
		 folder ? folder : "/tmp", (int)getpid());
	write_image(w->image, 0x61);
	put_kernel(w, 0x61);
	px_guest_double_write(w->guest, paging, w->kernel_root, IDT, "", 1);
	put_idt(w, FAULT + w->slide);
	put_task(w);
	run_process(w);
	assert_null(px_memory_new(&w->guest->guest, 4096, &w->memory));
}

static void world_fini(struct world *w)
{
	px_linux_kernel_close(w->kernel);
	px_memory_free(w->memory);
	px_guest_close(&w->guest->guest);
	unlink(w->image);
}

static struct px_error *open_kernel(struct world *w)
{
	return px_linux_kernel_open(&w->guest->guest, w->memory, w->image, NULL, &w->kernel);
}

static void assert_opens(struct world *w)
{
	struct px_error *err = open_kernel(w);

	if (err)
		fail_msg("%s", err->message);
	assert_true(px_linux_kernel_slide(w->kernel) == w->slide);
	assert_string_equal(px_linux_kernel_release(w->kernel), "6.1.0-56-cloud-amd64");
	assert_int_equal(px_linux_kernel_build_id(w->kernel)->size, 20);
	assert_int_equal(px_linux_kernel_build_id(w->kernel)->bytes[7], 0x61);
}

static void assert_refused(struct world *w, enum px_error_code code, const char *const texts[])
{
	struct px_error *err = open_kernel(w);

	assert_non_null(err);
	assert_null(w->kernel);
	for (size_t i = 0; texts[i]; i++)
		if (err->code != code || !strstr(err->message, texts[i]))
			fail_msg("unexpected: %d %s", (int)err->code, err->message);
	px_error_free(err);
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* --- finding it --------------------------------------------------------------------------- */

static void test_hvm_by_system_call_entry(void **state)
{
	static const enum px_paging pagings[] = {PX_PAGING_4_LEVEL, PX_PAGING_5_LEVEL};

	for (size_t i = 0; i < px_array_size(pagings); i++) {
		struct world w;
		uint64_t start, end;

		world_init(&w, PX_GUEST_HVM, pagings[i]);
		w.guest->entries[0].lstar = ENTRY + SLIDE;
		assert_opens(&w);
		px_linux_kernel_text(w.kernel, &start, &end);
		assert_true(start == TEXT + SLIDE && end == TEXT + SLIDE + 0x1000);
		/* Through the kernel's own tables, not those of the process. */
		assert_true(px_linux_kernel_root(w.kernel).frame == w.kernel_root.frame);
		assert_int_equal(px_linux_kernel_paging(w.kernel), pagings[i]);
		assert_int_equal(w.guest->pauses, 0);
		world_fini(&w);
	}
}

/* Kernels before 4.20 with page-table isolation: the entry is a trampoline. */
static void test_hvm_by_page_fault_handler(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_PVH, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = UINT64_C(0xfffffe0000006000);
	w.guest->entries[0].idt_base = IDT;
	assert_opens(&w);
	world_fini(&w);
}

static void test_pv_by_callbacks(void **state)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct world w;

		world_init(&w, PX_GUEST_PV, PX_PAGING_4_LEVEL);
		if (i)
			w.guest->entries[0].event_callback = ENTRY + 0x140;
		else
			w.guest->entries[0].lstar = ENTRY + 0x100;
		assert_opens(&w);
		assert_int_equal(px_linux_kernel_slide(w.kernel), 0);
		world_fini(&w);
	}
}

/* The first vCPU runs something else, a second one shows the kernel. */
static void test_another_vcpu(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->vcpus[0].paging = PX_PAGING_OFF;
	px_guest_double_run(w.guest, 1, w.paging, w.kernel_root, TEXT + SLIDE, GS_BASE);
	w.guest->entries[1].lstar = ENTRY + SLIDE;
	assert_opens(&w);
	world_fini(&w);
}

/* --- refusing ----------------------------------------------------------------------------- */

static void test_mismatch(void **state)
{
	struct world w;

	/* Built again: the same layout, another build-id. */
	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = ENTRY + SLIDE;
	put_kernel(&w, 0x62);
	assert_refused(&w, PX_ERR_MISMATCH,
		       TEXTS("6161616161616161616161616161616161616161",
			     "6262626262626262626262626262626262626262", "6.1.0-56-cloud-amd64",
			     w.image));
	world_fini(&w);

	/* Another kernel: nothing is where the image says, but it can be told which it is. */
	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = ENTRY + SLIDE + 0x11110;
	put_kernel(&w, 0x62);
	assert_refused(&w, PX_ERR_MISMATCH,
		       TEXTS("6161616161616161616161616161616161616161",
			     "6262626262626262626262626262626262626262", "6.1.0-56-cloud-amd64",
			     w.image));
	world_fini(&w);

	/* The build-id fits and the banner does not: an image that was edited. */
	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = ENTRY + SLIDE;
	put(&w, RODATA + 14, "7", 1);
	assert_refused(&w, PX_ERR_MISMATCH, TEXTS("7.1.0-56-cloud-amd64"));
	world_fini(&w);
}

static void test_nothing_to_find(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->vcpus[0].have_context = false;
	assert_refused(&w, PX_ERR_NOT_FOUND, TEXTS("online"));
	w.guest->vcpus[0].have_context = true;
	w.guest->vcpus[0].paging = PX_PAGING_32BIT;
	assert_refused(&w, PX_ERR_NOT_FOUND, TEXTS("64-bit", "booting"));
	w.guest->vcpus[0].paging = PX_PAGING_OFF;
	assert_refused(&w, PX_ERR_NOT_FOUND, TEXTS("64-bit", "booting"));
	w.guest->vcpus[0].paging = PX_PAGING_4_LEVEL;
	assert_refused(&w, PX_ERR_NOT_FOUND, TEXTS("system call entry", "booting"));
	w.guest->entries[0].lstar = TEXT + (UINT64_C(1) << 29);
	assert_refused(&w, PX_ERR_NOT_FOUND, TEXTS("0xffffffffa1000000", "not Linux"));
	world_fini(&w);
}

static void test_wrong_files(void **state)
{
	struct elf_builder builder;
	struct px_bytes bytes;
	struct world w;
	FILE *file;

	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = ENTRY + SLIDE;
	elf_builder_init(&builder);
	elf_builder_section(&builder, ".text", SHT_PROGBITS, SHF_ALLOC, 0x1000, "", 1);
	elf_builder_symbol(&builder, "main", 0x1000, 1, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 1);
	bytes = elf_builder_finish(&builder);
	file = fopen(w.image, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
	assert_int_equal(fclose(file), 0);
	assert_refused(&w, PX_ERR_BAD_FORMAT, TEXTS(w.image, "not a Linux kernel"));
	unlink(w.image);
	assert_refused(&w, PX_ERR_SYSTEM, TEXTS(w.image));
	world_fini(&w);
}

/* Whatever call fails, the error comes through and nothing leaks. */
static void test_failing_calls(void **state)
{
	struct px_error *err;
	struct world w;

	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = ENTRY + SLIDE;
	w.guest->fail_gather = 1;
	err = open_kernel(&w);
	assert_non_null(err);
	px_error_free(err);
	w.guest->fail_gather = 0;
	w.guest->fail_entry = 1;
	err = open_kernel(&w);
	assert_non_null(err);
	px_error_free(err);
	w.guest->fail_entry = 0;
	assert_opens(&w);
	world_fini(&w);
}

/* --- using it ----------------------------------------------------------------------------- */

static struct px_error *count_symbol(void *context, const struct px_linux_symbol *symbol)
{
	size_t *count = context;
	bool per_cpu = !strcmp(symbol->name, "current_task");

	++*count;
	assert_null(symbol->module);
	if (per_cpu || !strcmp(symbol->name, "__per_cpu_start")) {
		assert_int_equal(symbol->type, 'A');
		assert_true(symbol->start == (per_cpu ? PER_CPU : 0));
	}
	if (!strcmp(symbol->name, "__per_cpu_end"))
		assert_true(symbol->start == 0x34000 && symbol->type == 'A');
	if (!strcmp(symbol->name, "entry_SYSCALL_64"))
		assert_true(symbol->start == ENTRY + SLIDE && symbol->type == 'T');
	return NULL;
}

static struct px_error *stop(void *context, const struct px_linux_symbol *symbol)
{
	return px_error_new(PX_ERR_INTERRUPTED, "%s", symbol->name);
}

static void test_symbols(void **state)
{
	struct px_linux_symbol symbol = {0};
	struct px_error *err;
	uint64_t address;
	size_t count = 0;
	struct world w;

	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = ENTRY + SLIDE;
	assert_opens(&w);
	assert_true(px_linux_kernel_find_symbol(w.kernel, ENTRY + SLIDE + 5, &symbol));
	assert_string_equal(symbol.name, "entry_SYSCALL_64");
	assert_true(symbol.start == ENTRY + SLIDE && symbol.end == ENTRY + SLIDE + 0x100);
	assert_false(px_linux_kernel_find_symbol(w.kernel, ENTRY, &symbol));
	assert_false(px_linux_kernel_find_symbol(w.kernel, PER_CPU, &symbol));
	assert_false(px_linux_kernel_find_symbol(w.kernel, PER_CPU + SLIDE, &symbol));
	assert_true(px_linux_kernel_symbol_address(w.kernel, "modules", &address));
	assert_true(address == MODULES + SLIDE);
	assert_true(px_linux_kernel_symbol_address(w.kernel, "current_task", &address));
	assert_true(address == PER_CPU);
	assert_false(px_linux_kernel_symbol_address(w.kernel, "nothing", &address));
	assert_null(px_linux_kernel_each_symbol(w.kernel, count_symbol, &count));
	assert_int_equal(count, 18);
	err = px_linux_kernel_each_symbol(w.kernel, stop, NULL);
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_INTERRUPTED);
	px_error_free(err);
	world_fini(&w);
}

static void test_rules_roots_and_modules(void **state)
{
	const struct px_unwind_rule *rule;
	struct px_unwind_map *map;
	bool changed = true;
	struct world w;
	size_t count;

	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = ENTRY + SLIDE;
	assert_opens(&w);
	map = px_linux_kernel_unwind_map(w.kernel);
	rule = px_unwind_map_find(map, ENTRY + SLIDE);
	assert_non_null(rule);
	assert_int_equal(rule->source, PX_RULE_ORC);
	assert_int_equal(rule->cfa_offset, 8);
	assert_false(px_unwind_map_covers(map, ENTRY));

	assert_int_equal(px_linux_kernel_refine_end(w.kernel, PX_END_THREAD_ROOT, IDLE + SLIDE),
			 PX_END_IDLE_ROOT);
	assert_int_equal(
		px_linux_kernel_refine_end(w.kernel, PX_END_THREAD_ROOT, IDLE + SLIDE + 0x40),
		PX_END_THREAD_ROOT);
	assert_int_equal(px_linux_kernel_refine_end(w.kernel, PX_END_NO_RULE, IDLE + SLIDE),
			 PX_END_NO_RULE);
	assert_int_equal(px_linux_kernel_refine_end(w.kernel, PX_END_THREAD_ROOT, 0),
			 PX_END_THREAD_ROOT);

	assert_null(px_linux_kernel_refresh(w.kernel, &changed));
	assert_false(changed);
	px_linux_kernel_modules(w.kernel, &count);
	assert_int_equal(count, 0);
	assert_false(px_linux_kernel_module_counts(w.kernel).list_broken);
	assert_non_null(px_linux_kernel_types(w.kernel));
	world_fini(&w);
}

static void test_current_task(void **state)
{
	struct px_task task = {0};
	struct px_vcpu vcpu;
	struct world w;

	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = ENTRY + SLIDE;
	assert_opens(&w);
	vcpu = w.guest->vcpus[0];
	vcpu.gs_base_kernel = GS_BASE;
	assert_true(px_linux_kernel_current_task(w.kernel, &vcpu, &task));
	assert_int_equal(task.tid, 4712);
	assert_int_equal(task.pid, 4711);
	assert_string_equal(task.comm, "stress");
	vcpu.gs_base_kernel = GS_BASE + 0x100000;
	assert_false(px_linux_kernel_current_task(w.kernel, &vcpu, &task));
	vcpu.gs_base_kernel = GS_BASE;
	vcpu.have_context = false;
	assert_false(px_linux_kernel_current_task(w.kernel, &vcpu, &task));
	world_fini(&w);
}

/* Its types tell who runs, but not where all the others are. */
static void test_no_list_of_tasks(void **state)
{
	struct px_linux_task_list list = {.count = 99};
	struct px_error *err;
	struct world w;

	world_init(&w, PX_GUEST_HVM, PX_PAGING_4_LEVEL);
	w.guest->entries[0].lstar = ENTRY + SLIDE;
	assert_opens(&w);
	err = px_linux_kernel_tasks(w.kernel, 10, &list);
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_UNSUPPORTED);
	assert_non_null(strstr(err->message, "6.1.0-56-cloud-amd64"));
	assert_int_equal(list.count, 99);
	px_error_free(err);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hvm_by_system_call_entry),
		cmocka_unit_test(test_hvm_by_page_fault_handler),
		cmocka_unit_test(test_pv_by_callbacks),
		cmocka_unit_test(test_another_vcpu),
		cmocka_unit_test(test_mismatch),
		cmocka_unit_test(test_nothing_to_find),
		cmocka_unit_test(test_wrong_files),
		cmocka_unit_test(test_failing_calls),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_rules_roots_and_modules),
		cmocka_unit_test(test_current_task),
		cmocka_unit_test(test_no_list_of_tasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
