/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small kernel that is nowhere but in a guest's memory: found, composed into an image,
 * opened, kept in a cache and taken out of it again.
 */
#include "guest/linux-image.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "guest/linux-kernel.h"
#include "lib/kernel-cache.h"
#include "lib/memory.h"
#include "tests/support/btf-builder.h"
#include "tests/support/elf-builder.h"
#include "tests/support/guest-double.h"
#include "tests/support/kallsyms-builder.h"

/* Link addresses. Between text and read-only data, and behind data, nothing is mapped. */
#define TEXT	   UINT64_C(0xffffffff81000000)
#define ENTRY	   (TEXT + 0x200080)
#define ETEXT	   (TEXT + 0x202000)
#define RODATA	   UINT64_C(0xffffffff81600000)
#define KALLSYMS   (RODATA + 0x1000)
#define BTF	   (RODATA + 0x20000)
#define NOTES	   (RODATA + 0x28ff0) /* across the border of two pages */
#define DATA	   UINT64_C(0xffffffff81c00000)
#define TABLES	   (DATA + 0x1000)
#define MODULES	   (DATA + 0x2160)
#define VMCOREINFO (DATA + 0x2200)
#define ORC_IP	   (DATA + 0x3000)
#define ORC	   (DATA + 0x3100)
#define HEADER	   (DATA + 0x3200)
#define END	   (DATA + 0x8000)

#define SLIDE	UINT64_C(0x12000000)
#define IDT	UINT64_C(0xfffffe0000000000)
#define GS_BASE UINT64_C(0xffff88803fc00000)
#define TASK	UINT64_C(0xffff888003a18000)
#define INFO	UINT64_C(0xffff888003b20000) /* the text of VMCOREINFO */
#define PER_CPU 0x1fb80
#define ID	0x61
#define FILLERS 600
#define NAMED	40

static const char banner[] =
	"Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) #1 SMP\n";

struct world {
	struct px_guest_double *guest;
	struct px_memory *memory;
	struct px_linux_kernel *kernel;
	px_root root, process;
	uint64_t slide;
	struct kallsyms_layout layout;
	bool functions_only;
	struct px_kallsyms_symbol symbols[NAMED + FILLERS];
	char names[FILLERS][16];
	uint32_t count;
	size_t types_size;
	char folder[256]; /* of the cache */
};

/* --- the guest ---------------------------------------------------------------------------- */

static void put(struct world *w, uint64_t link_address, const void *bytes, size_t size)
{
	px_guest_double_write(w->guest, PX_PAGING_4_LEVEL, w->root, link_address + w->slide,
			      bytes, size);
}

static void add(struct world *w, uint64_t link_address, char type, const char *name)
{
	bool absolute = link_address < TEXT;

	if (w->functions_only && !strchr("tTW", type))
		return;
	assert_true(w->count < px_array_size(w->symbols));
	w->symbols[w->count++] = (struct px_kallsyms_symbol){
		.address = link_address + (absolute ? 0 : w->slide),
		.absolute = absolute,
		.type = type,
		.name = name,
	};
}

static void add_symbols(struct world *w)
{
	if (w->layout.kind == PX_KALLSYMS_PER_CPU_ABSOLUTE) {
		add(w, 0, 'A', "__per_cpu_start");
		add(w, PER_CPU, 'A', "current_task");
		add(w, 0x34000, 'A', "__per_cpu_end");
	}
	add(w, TEXT, 'T', "_stext");
	add(w, TEXT, 'T', "_text");
	for (unsigned int i = 0; i < FILLERS; i++) {
		snprintf(w->names[i], sizeof(w->names[i]), "filler_%u", i);
		add(w, TEXT + 0x1000 + i * 64, i % 2 ? 't' : 'W', w->names[i]);
	}
	add(w, ENTRY, 'T', "entry_SYSCALL_64");
	add(w, ENTRY + 0x100, 'T', "xen_entry_SYSCALL_64");
	add(w, ENTRY + 0x140, 'T', "xen_asm_exc_xen_hypervisor_callback");
	add(w, ENTRY + 0xb00, 'T', "asm_exc_page_fault");
	add(w, ETEXT, 'T', "_etext");
	add(w, RODATA, 'D', "linux_banner");
	add(w, BTF, 'R', "__start_BTF");
	add(w, BTF + w->types_size, 'R', "__stop_BTF");
	add(w, NOTES, 'R', "__start_notes");
	add(w, NOTES + 36, 'R', "__stop_notes");
	add(w, DATA, 'D', "init_task");
	add(w, TABLES, 'D', "init_top_pgt");
	add(w, MODULES, 'd', "modules");
	add(w, VMCOREINFO, 'B', "vmcoreinfo_data");
	add(w, ORC_IP, 'R', "__start_orc_unwind_ip");
	add(w, ORC_IP + 4, 'R', "__stop_orc_unwind_ip");
	add(w, ORC, 'R', "__start_orc_unwind");
	add(w, ORC + 6, 'R', "__stop_orc_unwind");
	add(w, END, 'B', "_end");
}

static void put_kallsyms(struct world *w)
{
	struct px_buffer bytes = {0};

	w->count = 0;
	add_symbols(w);
	kallsyms_builder_add(&bytes, KALLSYMS + w->slide, w->layout, TEXT + w->slide,
			     w->symbols, w->count);
	assert_true(bytes.size < BTF - KALLSYMS);
	put(w, KALLSYMS, bytes.data, bytes.size);
	px_buffer_fini(&bytes);
}

static void put_types(struct world *w)
{
	static struct btf_builder b;
	struct px_bytes bytes;
	uint32_t u32, ch;

	btf_builder_init(&b);
	u32 = btf_builder_int(&b, "u32", 4);
	ch = btf_builder_int(&b, "char", 1);
	btf_builder_struct(&b, "task_struct", BTF_KIND_STRUCT, 256,
			   (struct btf_builder_member[]){
				   {"flags", u32, 32 * 8, 0},
				   {"pid", u32, 64 * 8, 0},
				   {"tgid", u32, 68 * 8, 0},
				   {"comm", btf_builder_array(&b, ch, 16), 128 * 8, 0}},
			   4);
	bytes = btf_builder_finish(&b);
	w->types_size = bytes.size;
	put(w, BTF, bytes.data, bytes.size);
}

static void put_kernel(struct world *w)
{
	static const uint8_t orc[] = {8, 0, 0, 0, 5, 0}; /* everywhere: CFA = SP + 8 */
	const int32_t orc_ip = (int32_t)(TEXT - ORC_IP);
	uint64_t head = MODULES + w->slide, info = INFO;
	uint8_t note[36];

	elf_builder_note(ID, note);
	for (uint64_t at = TEXT; at < ETEXT; at += PX_PAGE_SIZE)
		put(w, at, "", 1);
	put(w, RODATA, banner, sizeof(banner));
	put_types(w);
	put_kallsyms(w);
	put(w, NOTES, note, sizeof(note));
	put(w, MODULES, &head, sizeof(head));
	put(w, VMCOREINFO, &info, sizeof(info));
	put(w, ORC_IP, &orc_ip, sizeof(orc_ip));
	put(w, ORC, orc, sizeof(orc));
	px_guest_double_map(w->guest, PX_PAGING_4_LEVEL, w->root, TABLES + w->slide,
			    px_frame_number_of(w->root.frame), PX_PAGE_4K);
}

static void put_info(struct world *w, const char *text)
{
	px_guest_double_write(w->guest, PX_PAGING_4_LEVEL, w->root, INFO, text,
			      strlen(text) + 1);
}

static void put_process(struct world *w)
{
	static const uint64_t shared[] = {TEXT, TASK, IDT};
	uint64_t task = TASK;
	uint32_t ids[] = {4712, 4711};
	enum px_paging paging = PX_PAGING_4_LEVEL;

	px_guest_double_write(w->guest, paging, w->root, GS_BASE + PER_CPU, &task,
			      sizeof(task));
	px_guest_double_write(w->guest, paging, w->root, TASK + 64, ids, sizeof(ids));
	px_guest_double_write(w->guest, paging, w->root, TASK + 128, "stress\0", 8);
	px_guest_double_write(w->guest, paging, w->root, IDT, "", 1);
	w->process = px_guest_double_root(w->guest);
	for (size_t i = 0; i < px_array_size(shared); i++)
		px_guest_double_share(w->guest, paging, w->root, w->process, shared[i]);
	/* In user mode, as most are. */
	px_guest_double_run(w->guest, 0, paging, w->process, 0x401000, 0x7ffe0000);
	w->guest->vcpus[0].gs_base_kernel = GS_BASE;
}

static const struct kallsyms_layout layout_6_1 = {false, 0, PX_KALLSYMS_PER_CPU_ABSOLUTE};
static const struct kallsyms_layout layout_6_4 = {true, 3, PX_KALLSYMS_PER_CPU_ABSOLUTE};
static const struct kallsyms_layout layout_new = {true, 3, PX_KALLSYMS_PLACE_RELATIVE};

static struct world *world_new(enum px_guest_type type, struct kallsyms_layout layout,
			       bool functions_only)
{
	const char *folder = getenv("TMPDIR");
	struct world *w = NULL;

	assert_null(px_calloc(1, sizeof(*w), &w));
	w->slide = type == PX_GUEST_PV ? 0 : SLIDE;
	w->layout = layout;
	w->functions_only = functions_only;
	w->guest = px_guest_double_new(type, 3);
	w->root = px_guest_double_root(w->guest);
	put_kernel(w);
	put_process(w);
	w->guest->entries[0].lstar = ENTRY + (type == PX_GUEST_PV ? 0x100 : 0) + w->slide;
	snprintf(w->folder, sizeof(w->folder), "%s/test-linux-image-%d/a/b",
		 folder ? folder : "/tmp", (int)getpid());
	assert_null(px_memory_new(&w->guest->guest, 4096, &w->memory));
	return w;
}

static char *cache_path(const struct world *w)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s/6161616161616161616161616161616161616161.elf",
		 w->folder);
	return path;
}

static void world_free(struct world *w)
{
	px_linux_kernel_close(w->kernel);
	px_memory_free(w->memory);
	px_guest_close(&w->guest->guest);
	unlink(cache_path(w));
	for (unsigned int i = 0; i < 3; i++) {
		rmdir(w->folder);
		*strrchr(w->folder, '/') = '\0';
	}
	free(w);
}

static struct px_error *open_kernel(struct world *w, const char *cache)
{
	px_linux_kernel_close(w->kernel);
	w->kernel = NULL;
	return px_linux_kernel_open(&w->guest->guest, w->memory, NULL, cache, &w->kernel);
}

static void assert_opens(struct world *w, const char *cache, enum px_linux_origin origin)
{
	struct px_error *err = open_kernel(w, cache);

	if (err)
		fail_msg("%s", err->message);
	assert_int_equal(px_linux_kernel_origin(w->kernel), origin);
	assert_true(px_linux_kernel_slide(w->kernel) == w->slide);
	assert_string_equal(px_linux_kernel_release(w->kernel), "6.1.0-56-cloud-amd64");
	assert_int_equal(px_linux_kernel_build_id(w->kernel)->size, 20);
	assert_int_equal(px_linux_kernel_build_id(w->kernel)->bytes[7], ID);
	/* The kernel's own tables, not those of the process. */
	assert_true(px_linux_kernel_root(w->kernel).frame ==
		    (w->functions_only ? w->process.frame : w->root.frame));
	assert_int_equal(w->guest->pauses, 0);
}

static void assert_refused(struct world *w, enum px_error_code code, const char *text)
{
	struct px_error *err = open_kernel(w, NULL);

	assert_non_null(err);
	if (err->code != code || !strstr(err->message, text))
		fail_msg("unexpected: %d %s", (int)err->code, err->message);
	px_error_free(err);
}

/* --- what comes out ----------------------------------------------------------------------- */

static struct px_error *check_symbol(void *context, const struct px_linux_symbol *symbol)
{
	struct world *w = context;

	for (uint32_t i = 0; i < w->count; i++) {
		const struct px_kallsyms_symbol *known = &w->symbols[i];

		if (strcmp(known->name, symbol->name))
			continue;
		assert_true(symbol->start == known->address);
		assert_int_equal(symbol->type, known->type);
		w->symbols[i].name = "(seen)";
		return NULL;
	}
	fail_msg("%s is made up", symbol->name);
	return NULL;
}

static void assert_symbols(struct world *w)
{
	assert_null(px_linux_kernel_each_symbol(w->kernel, check_symbol, w));
	for (uint32_t i = 0; i < w->count; i++)
		assert_string_equal(w->symbols[i].name, "(seen)");
	w->count = 0;
	add_symbols(w);
}

static void assert_all_parts(struct world *w)
{
	const struct px_unwind_rule *rule;
	struct px_linux_symbol symbol;
	struct px_task task = {0};
	bool changed;

	assert_int_equal(px_linux_kernel_lacks(w->kernel), 0);
	assert_symbols(w);
	rule = px_unwind_map_find(px_linux_kernel_unwind_map(w->kernel), ENTRY + w->slide);
	assert_non_null(rule);
	assert_int_equal(rule->source, PX_RULE_ORC);
	assert_int_equal(rule->cfa_offset, 8);
	assert_true(px_linux_kernel_find_symbol(w->kernel, ENTRY + w->slide + 5, &symbol));
	assert_string_equal(symbol.name, "entry_SYSCALL_64");
	assert_null(px_linux_kernel_refresh(w->kernel, &changed));
	assert_non_null(px_linux_kernel_types(w->kernel));
	if (w->layout.kind != PX_KALLSYMS_PER_CPU_ABSOLUTE)
		return;
	assert_true(px_linux_kernel_current_task(w->kernel, &w->guest->vcpus[0], &task));
	assert_int_equal(task.tid, 4712);
	assert_string_equal(task.comm, "stress");
}

static void test_every_type_and_layout(void **state)
{
	static const enum px_guest_type types[] = {PX_GUEST_PV, PX_GUEST_PVH, PX_GUEST_HVM};
	const struct kallsyms_layout layouts[] = {layout_6_1, layout_6_4, layout_new};

	for (size_t i = 0; i < px_array_size(types); i++) {
		for (size_t k = 0; k < px_array_size(layouts); k++) {
			struct world *w = world_new(types[i], layouts[k], false);

			assert_opens(w, NULL, PX_LINUX_FROM_MEMORY);
			assert_all_parts(w);
			assert_null(px_linux_kernel_cache_problem(w->kernel));
			world_free(w);
		}
	}
}

/* The page fault handler or the event callback tell as well, and any vCPU. */
static void test_other_witnesses(void **state)
{
	uint64_t fault = ENTRY + 0xb00 + SLIDE;
	uint8_t gate[16] = {0};
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);

	memcpy(gate, &fault, 2);
	memcpy(gate + 6, (uint8_t *)&fault + 2, 2);
	memcpy(gate + 8, (uint8_t *)&fault + 4, 4);
	px_guest_double_write(w->guest, PX_PAGING_4_LEVEL, w->root, IDT + UINT64_C(14) * 16,
			      gate, sizeof(gate));
	/* As with page-table isolation before 4.20, when it was elsewhere. */
	w->guest->entries[0].lstar = UINT64_C(0xfffffe0000006000);
	w->guest->entries[0].idt_base = IDT;
	assert_opens(w, NULL, PX_LINUX_FROM_MEMORY);

	w->guest->vcpus[2] = w->guest->vcpus[0];
	w->guest->entries[2] = w->guest->entries[0];
	w->guest->vcpus[0].have_context = false;
	w->guest->vcpus[1].have_context = true;
	w->guest->vcpus[1].paging = PX_PAGING_OFF;
	assert_opens(w, NULL, PX_LINUX_FROM_MEMORY);
	world_free(w);

	w = world_new(PX_GUEST_PV, layout_6_1, false);
	w->guest->entries[0] = (struct px_vcpu_entry){.event_callback = ENTRY + 0x140};
	assert_opens(w, NULL, PX_LINUX_FROM_MEMORY);
	world_free(w);
}

/* VMCOREINFO knows better where the kernel was linked; what it says is not believed blindly. */
static void test_slide(void **state)
{
	static const struct {
		const char *text;
		uint64_t slide;
	} cases[] = {
		{"OSRELEASE=6.1\nKERNELOFFSET=12000000\n", SLIDE},
		{"OSRELEASE=6.1\nKERNELOFFSET=11000000\n", SLIDE - 0x1000000},
		{"OSRELEASE=6.1\nKERNELOFFSET=123\n", SLIDE},
		{"OSRELEASE=6.1\nKERNELOFFSET=ffffffff00000000\n", SLIDE},
		{"OSRELEASE=6.1\n", SLIDE},
	};

	for (size_t i = 0; i < px_array_size(cases); i++) {
		struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);
		struct px_linux_outline outline = {0};
		struct px_linux_found found = {0};

		put_info(w, cases[i].text);
		assert_null(px_linux_find(&w->guest->guest, w->memory, &found));
		assert_true(found.start == TEXT + SLIDE);
		assert_true(found.end > DATA + SLIDE && found.end <= END + SLIDE + 0x200000);
		assert_null(px_linux_outline_of(&found, &outline));
		assert_true(outline.slide == cases[i].slide);
		assert_int_equal(outline.lacks, 0);
		px_linux_found_fini(&found);
		assert_null(open_kernel(w, NULL));
		assert_true(px_linux_kernel_slide(w->kernel) == cases[i].slide);
		world_free(w);
	}
}

/* --- what is missing ---------------------------------------------------------------------- */

static void test_functions_only(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, true);
	const struct px_unwind_rule *rule;
	struct px_linux_symbol symbol;
	char text[PX_LINUX_LACKS_TEXT];

	assert_opens(w, NULL, PX_LINUX_FROM_MEMORY);
	assert_true(px_linux_kernel_find_symbol(w->kernel, ENTRY + SLIDE + 5, &symbol));
	assert_string_equal(symbol.name, "entry_SYSCALL_64");
	assert_string_equal(px_linux_lacks_text(px_linux_kernel_lacks(w->kernel), text),
			    "variables, ORC, types");
	rule = px_unwind_map_find(px_linux_kernel_unwind_map(w->kernel), ENTRY + SLIDE);
	assert_true(!rule || rule->source != PX_RULE_ORC);
	world_free(w);
}

/* Parts whose pages are not there are left out. */
static void test_holes(void **state)
{
	static const struct {
		uint64_t at;
		unsigned int lacks;
	} holes[] = {{ORC_IP, PX_LINUX_LACKS_ORC}, {BTF, PX_LINUX_LACKS_TYPES}};

	for (size_t i = 0; i < px_array_size(holes); i++) {
		struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);

		px_guest_double_unmap(w->guest, PX_PAGING_4_LEVEL, w->root,
				      holes[i].at + SLIDE);
		assert_opens(w, NULL, PX_LINUX_FROM_MEMORY);
		assert_int_equal(px_linux_kernel_lacks(w->kernel), holes[i].lacks);
		world_free(w);
	}
}

static void test_no_kallsyms(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);
	struct px_linux_outline outline = {0};
	struct px_linux_found found = {0};

	px_guest_double_unmap(w->guest, PX_PAGING_4_LEVEL, w->root, KALLSYMS + SLIDE);
	assert_refused(w, PX_ERR_NOT_FOUND, "kallsyms");
	assert_refused(w, PX_ERR_NOT_FOUND, "6.1.0-56-cloud-amd64");
	assert_null(px_linux_find(&w->guest->guest, w->memory, &found));
	assert_null(px_linux_outline_of(&found, &outline));
	assert_true(outline.slide == SLIDE);
	assert_true(outline.lacks & PX_LINUX_LACKS_KALLSYMS);
	px_linux_found_fini(&found);
	world_free(w);
}

static void test_nothing_to_find(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);

	w->guest->vcpus[0].have_context = false;
	assert_refused(w, PX_ERR_NOT_FOUND, "online");
	w->guest->vcpus[0].have_context = true;
	w->guest->vcpus[0].paging = PX_PAGING_32BIT;
	assert_refused(w, PX_ERR_NOT_FOUND, "booting");
	w->guest->vcpus[0].paging = PX_PAGING_4_LEVEL;
	w->guest->entries[0].lstar = 0;
	assert_refused(w, PX_ERR_NOT_FOUND, "system call entry");
	/* At the very ends of what a kernel may be at. */
	w->guest->entries[0].lstar = UINT64_C(0xffffffff80000000);
	assert_refused(w, PX_ERR_NOT_FOUND, "not Linux");
	w->guest->entries[0].lstar = UINT64_C(0xffffffffffffffff);
	assert_refused(w, PX_ERR_NOT_FOUND, "not Linux");
	w->guest->entries[0].lstar = ENTRY + SLIDE;
	put(w, RODATA, "Windows", 7);
	assert_refused(w, PX_ERR_NOT_FOUND, "not Linux");
	world_free(w);
}

/* Code is not looked at where the page tables tell it from data. */
static void test_code_is_skipped(void **state)
{
	const uint64_t ends[] = {TEXT, TEXT + 0x400000, END};
	size_t sizes[3];

	for (size_t i = 0; i < px_array_size(ends); i++) {
		struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);
		struct px_linux_found found = {0};
		const struct px_address_space space = {.guest = &w->guest->guest,
						       .memory = w->memory,
						       .paging = PX_PAGING_4_LEVEL,
						       .root = w->root};

		/* Whole large pages of code, as a kernel has them; in the last case all of it
		 * is marked so, as it is early in the boot. */
		for (uint64_t at = ETEXT; at < TEXT + 0x400000; at += PX_PAGE_SIZE)
			put(w, at, "", 1);
		for (uint64_t at = TEXT; at < ends[i]; at += PX_PAGE_SIZE) {
			if (!px_address_space_has(&space, at + SLIDE))
				put(w, at, "", 1);
			px_guest_double_allow_code(w->guest, PX_PAGING_4_LEVEL, w->root,
						   at + SLIDE);
		}
		px_guest_double_share(w->guest, PX_PAGING_4_LEVEL, w->root, w->process,
				      TEXT + SLIDE);
		assert_null(px_linux_find(&w->guest->guest, w->memory, &found));
		assert_true(found.have_kallsyms && found.identity.note);
		sizes[i] = found.window.size;
		px_linux_found_fini(&found);
		assert_opens(w, NULL, PX_LINUX_FROM_MEMORY);
		world_free(w);
	}
	assert_int_equal(sizes[0] - sizes[1], 0x200000);
	assert_int_equal(sizes[0], sizes[2]);
}

/* Behind the code all is there but the banner, which lies in it: kallsyms are found again. */
static void test_banner_in_code(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);
	struct px_linux_found found = {0};

	put(w, RODATA, "Windows", 7);
	for (uint64_t at = ETEXT; at < TEXT + 0x400000; at += PX_PAGE_SIZE)
		put(w, at, "", 1);
	for (uint64_t at = TEXT; at < TEXT + 0x400000; at += PX_PAGE_SIZE)
		px_guest_double_allow_code(w->guest, PX_PAGING_4_LEVEL, w->root, at + SLIDE);
	put(w, ETEXT + 0x1000, banner, sizeof(banner));
	px_guest_double_share(w->guest, PX_PAGING_4_LEVEL, w->root, w->process, TEXT + SLIDE);
	assert_null(px_linux_find(&w->guest->guest, w->memory, &found));
	assert_true(found.identity.banner == ETEXT + 0x1000 + SLIDE);
	assert_true(found.have_kallsyms && found.identity.note);
	assert_int_equal(found.kallsyms.count, w->count);
	px_linux_found_fini(&found);
	world_free(w);
}

/* kallsyms with 2 bytes for each name, which stand for 500 of it. */
static void test_names_without_end(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);
	const uint32_t count = 1 << 18;
	char token[501] = {0};
	uint8_t *names = calloc(count, 2), *offsets = calloc(count, 4);
	struct px_linux_found found = {0};
	struct px_buffer bytes = {0};
	struct px_error *err;

	assert_non_null(names);
	assert_non_null(offsets);
	for (uint32_t i = 0; i < count; i++)
		names[2 * i] = 1;
	memset(token, 't', sizeof(token) - 1);
	assert_null(px_linux_find(&w->guest->guest, w->memory, &found));
	found.kallsyms = (struct px_linux_kallsyms){
		.count = count,
		.names = px_bytes_of(names, (size_t)count * 2),
		.tokens = px_bytes_of(token, sizeof(token)),
		.token_size = {sizeof(token) - 1},
		.offsets = px_bytes_of(offsets, (size_t)count * 4),
		.kind = PX_KALLSYMS_RELATIVE,
		.base = TEXT + SLIDE,
	};
	err = px_linux_image_new(&found, &bytes);
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_LIMIT);
	px_error_free(err);
	assert_null(bytes.data);
	px_linux_found_fini(&found);
	free(offsets);
	free(names);
	world_free(w);
}

/* Many vCPUs of something else do not take longer than a few. */
static void test_bounded(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);
	uint32_t counts[] = {8, PX_DOUBLE_VCPUS};
	uint64_t mapped[2];

	put(w, RODATA, "Windows", 7);
	for (size_t i = 0; i < px_array_size(counts); i++) {
		uint64_t before = w->guest->maps;

		w->guest->guest.domain.vcpus = counts[i];
		for (uint32_t v = 0; v < counts[i]; v++) {
			w->guest->vcpus[v] = w->guest->vcpus[0];
			w->guest->entries[v] = w->guest->entries[0];
		}
		px_memory_drop(w->memory);
		assert_refused(w, PX_ERR_NOT_FOUND, "not Linux");
		mapped[i] = w->guest->maps - before;
	}
	assert_true(mapped[0] > 0 && mapped[0] == mapped[1]);
	world_free(w);
}

/* Whichever call fails, its error comes through and nothing leaks. */
static void test_failing_calls(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);
	struct px_error *err = NULL;
	unsigned int n = 0;

	do {
		px_error_free(err);
		w->guest->fail_map = ++n;
		err = open_kernel(w, NULL);
		px_memory_drop(w->memory);
	} while (w->guest->fail_map == 0 && n < 1000);
	assert_true(n > 10 && n < 1000);
	px_error_free(err);
	w->guest->fail_map = 0;
	assert_opens(w, NULL, PX_LINUX_FROM_MEMORY);
	w->guest->fail_gather = 1;
	assert_refused(w, PX_ERR_OTHER, "as it was told");
	w->guest->fail_gather = 0;
	w->guest->fail_entry = 1;
	assert_refused(w, PX_ERR_OTHER, "as it was told");
	world_free(w);
}

/* --- the cache ---------------------------------------------------------------------------- */

static void test_cache(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_4, false);
	struct stat status;
	uint64_t maps;

	assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
	assert_null(px_linux_kernel_cache_problem(w->kernel));
	assert_int_equal(stat(cache_path(w), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(stat(w->folder, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	maps = w->guest->maps;
	assert_opens(w, w->folder, PX_LINUX_FROM_CACHE);
	assert_true(w->guest->maps > maps);
	assert_all_parts(w);
	world_free(w);

	/* The next boot: moved elsewhere. */
	w = world_new(PX_GUEST_PVH, layout_6_1, false);
	assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
	w->slide += 0x200000;
	px_memory_drop(w->memory);
	put_kernel(w);
	w->guest->entries[0].lstar += 0x200000;
	for (uint64_t at = TEXT; at < ETEXT; at += PX_PAGE_SIZE)
		put(w, at, "", 1);
	assert_opens(w, w->folder, PX_LINUX_FROM_CACHE);
	assert_all_parts(w);
	world_free(w);
}

static void flip(const struct world *w, off_t offset)
{
	int fd = open(cache_path(w), O_RDWR);
	char byte = 0;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

/* What is not as we left it is not used, and replaced. */
static void test_damaged_cache(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);
	struct stat status;

	assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
	assert_int_equal(stat(cache_path(w), &status), 0);
	for (off_t at = 0; at < status.st_size; at += 1 + status.st_size / 11) {
		flip(w, at);
		assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
		assert_opens(w, w->folder, PX_LINUX_FROM_CACHE);
	}
	for (off_t size = 0; size < status.st_size; size += 1 + status.st_size / 5) {
		assert_int_equal(truncate(cache_path(w), size), 0);
		assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
		assert_opens(w, w->folder, PX_LINUX_FROM_CACHE);
	}
	assert_int_equal(chmod(cache_path(w), 0620), 0);
	assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
	assert_int_equal(unlink(cache_path(w)), 0);
	assert_int_equal(symlink("/dev/zero", cache_path(w)), 0);
	assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
	assert_opens(w, w->folder, PX_LINUX_FROM_CACHE);
	world_free(w);
}

/* Another kernel under this build-id, whole and well: its banner tells. */
static void test_foreign_cache(void **state)
{
	static const struct px_build_id id = {20, {[0 ... 19] = ID}};
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);
	struct px_buffer image = {0};
	uint8_t *text;

	assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
	assert_true(px_kernel_cache_read(w->folder, &id, &image));
	text = memmem(image.data, image.size, banner, strlen(banner));
	assert_non_null(text);
	text[14] = '5';
	assert_null(px_kernel_cache_write(w->folder, &id, px_buffer_bytes(&image)));
	px_buffer_fini(&image);
	assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
	assert_opens(w, w->folder, PX_LINUX_FROM_CACHE);

	assert_null(px_kernel_cache_write(w->folder, &id, px_bytes_of("no ELF", 6)));
	assert_opens(w, w->folder, PX_LINUX_FROM_MEMORY);
	assert_opens(w, w->folder, PX_LINUX_FROM_CACHE);
	world_free(w);
}

static void test_cache_folder(void **state)
{
	px_cleanup(px_freep) char *home = NULL, *cache = NULL;
	struct px_error *err;

	setenv("HOME", "/root", 1);
	unsetenv("XDG_CACHE_HOME");
	assert_null(px_kernel_cache_folder(&home));
	assert_string_equal(home, "/root/.cache/perf-xen/kernels");
	setenv("XDG_CACHE_HOME", "/var/cache", 1);
	assert_null(px_kernel_cache_folder(&cache));
	assert_string_equal(cache, "/var/cache/perf-xen/kernels");
	/* Not from wherever one happens to be. */
	setenv("XDG_CACHE_HOME", "cache", 1);
	setenv("HOME", "", 1);
	err = px_kernel_cache_folder(&cache);
	assert_non_null(err);
	assert_int_equal(err->code, PX_ERR_NOT_FOUND);
	px_error_free(err);
}

static void test_cache_that_cannot_be(void **state)
{
	struct world *w = world_new(PX_GUEST_HVM, layout_6_1, false);

	assert_opens(w, "/dev/null/kernels", PX_LINUX_FROM_MEMORY);
	assert_non_null(px_linux_kernel_cache_problem(w->kernel));
	/* No build-id, nothing kept. */
	put(w, NOTES, "\0\0\0\0", 4);
	assert_null(open_kernel(w, w->folder));
	assert_int_equal(px_linux_kernel_build_id(w->kernel)->size, 0);
	assert_int_equal(access(w->folder, F_OK), -1);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type_and_layout),
		cmocka_unit_test(test_other_witnesses),
		cmocka_unit_test(test_slide),
		cmocka_unit_test(test_functions_only),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_no_kallsyms),
		cmocka_unit_test(test_nothing_to_find),
		cmocka_unit_test(test_code_is_skipped),
		cmocka_unit_test(test_banner_in_code),
		cmocka_unit_test(test_names_without_end),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_failing_calls),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_damaged_cache),
		cmocka_unit_test(test_foreign_cache),
		cmocka_unit_test(test_cache_folder),
		cmocka_unit_test(test_cache_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
