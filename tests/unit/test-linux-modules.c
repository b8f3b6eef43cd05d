/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules of a Linux kernel: its list, built in memory, as it should be and as it should not.
 */
#include "guest/linux-modules.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/elf-builder.h"
#include "tests/support/flat-memory.h"

#define HEAD	     UINT64_C(0xffffffff82b27160)
#define KERNEL_START UINT64_C(0xffffffff81000000)
#define KERNEL_END   UINT64_C(0xffffffff83000000)
#define FIRST	     UINT64_C(0xffffffffc0000000)
#define STRIDE	     0x10000 /* between modules: text, then data, then struct module */
#define TEXT_SIZE    0x2000
#define CORE_SIZE    0x4000
#define KALLSYMS     0x5000
#define SYMTAB	     0x6000
#define STRTAB	     0x7000
#define TYPETAB	     0x8000
#define ORC_IP	     0x9000
#define ORC	     0xa000
#define NOTES	     0xb000
#define NOTE	     0xc000
#define STRUCT	     0xd000

/* The layout of Debian's 6.1. */
static const struct px_linux_module_layout layout = {
	.size = 896,
	.state = 0,
	.list_next = 8,
	.name = 24,
	.regions = {{320, 328}, {400, 408}},
	.regions_count = 2,
	.text = {320, 332},
	.num_orcs = {480, true},
	.orc_ip = {488, true},
	.orc = {496, true},
	.kallsyms = {544, true},
	.notes = {592, true},
	.symbols = {32, 0, 8, 16, {24, true}},
	.note = {8, 16, 64, 16, 24},
};

struct world {
	struct flat_memory memory;
	struct px_unwind_map *map;
	struct px_linux_modules *modules;
};

static uint64_t base_of(unsigned int i)
{
	return FIRST + (uint64_t)i * STRIDE;
}

static uint64_t struct_of(unsigned int i)
{
	return base_of(i) + STRUCT;
}

static uint64_t node_of(unsigned int i)
{
	return struct_of(i) + layout.list_next;
}

/* Which modules are linked, in this order. */
static void link_modules(struct world *w, const unsigned int *order, size_t count)
{
	uint64_t at = HEAD;

	for (size_t i = 0; i < count; i++) {
		flat_memory_put64(&w->memory, at, node_of(order[i]));
		at = node_of(order[i]);
	}
	flat_memory_put64(&w->memory, at, HEAD);
}

static void put_symbols(struct world *w, unsigned int i)
{
	static const char names[] = "\0start\0stop\0state\0away\0";
	static const char types[] = "?tTbt";
	uint64_t base = base_of(i);
	const Elf64_Sym symbols[] = {
		{0},
		{.st_name = 1, .st_shndx = 1, .st_value = base, .st_size = 0x100},
		{.st_name = 7, .st_shndx = 1, .st_value = base + 0x100, .st_size = 0x80},
		{.st_name = 12, .st_shndx = 2, .st_value = base + TEXT_SIZE, .st_size = 8},
		{.st_name = 18, .st_shndx = 1, .st_value = KERNEL_START, .st_size = 8},
	};

	flat_memory_put64(&w->memory, struct_of(i) + 544, base + KALLSYMS);
	flat_memory_put64(&w->memory, base + KALLSYMS, base + SYMTAB);
	flat_memory_put32(&w->memory, base + KALLSYMS + 8, px_array_size(symbols));
	flat_memory_put64(&w->memory, base + KALLSYMS + 16, base + STRTAB);
	flat_memory_put64(&w->memory, base + KALLSYMS + 24, base + TYPETAB);
	flat_memory_put(&w->memory, base + SYMTAB, symbols, sizeof(symbols));
	flat_memory_put(&w->memory, base + STRTAB, names, sizeof(names));
	flat_memory_put(&w->memory, base + TYPETAB, types, sizeof(types) - 1);
}

/* One row: from the start of the text on, the CFA is SP + 8 (version 5.12 - 6.2). */
static void put_orc(struct world *w, unsigned int i)
{
	static const uint8_t entry[] = {8, 0, 0, 0, 5, 0};
	uint64_t base = base_of(i);

	flat_memory_put32(&w->memory, struct_of(i) + 480, 1);
	flat_memory_put64(&w->memory, struct_of(i) + 488, base + ORC_IP);
	flat_memory_put64(&w->memory, struct_of(i) + 496, base + ORC);
	flat_memory_put32(&w->memory, base + ORC_IP, (uint32_t)-ORC_IP);
	flat_memory_put(&w->memory, base + ORC, entry, sizeof(entry));
}

static void put_note(struct world *w, unsigned int i)
{
	uint64_t base = base_of(i);
	uint8_t note[36];

	elf_builder_note((uint8_t)(0x10 + i), note);
	flat_memory_put64(&w->memory, struct_of(i) + 592, base + NOTES);
	flat_memory_put32(&w->memory, base + NOTES + 8, 1);
	flat_memory_put64(&w->memory, base + NOTES + 16 + 16, sizeof(note));
	flat_memory_put64(&w->memory, base + NOTES + 16 + 24, base + NOTE);
	flat_memory_put(&w->memory, base + NOTE, note, sizeof(note));
}

static void put_module(struct world *w, unsigned int i, const char *name)
{
	flat_memory_add(&w->memory, base_of(i), STRIDE);
	flat_memory_put(&w->memory, struct_of(i) + layout.name, name, strlen(name) + 1);
	flat_memory_put64(&w->memory, struct_of(i) + 320, base_of(i));
	flat_memory_put32(&w->memory, struct_of(i) + 328, CORE_SIZE);
	flat_memory_put32(&w->memory, struct_of(i) + 332, TEXT_SIZE);
	put_symbols(w, i);
	put_orc(w, i);
	put_note(w, i);
}

/* Three modules, linked 2, 0, 1; nothing read yet. */
static void world_init(struct world *w)
{
	const struct px_linux_modules_config config = {
		.layout = layout,
		.head = HEAD,
		.kernel_start = KERNEL_START,
		.kernel_end = KERNEL_END,
		.have_orc = true,
		.orc_version = PX_ORC_5_12,
	};

	memset(w, 0, sizeof(*w));
	flat_memory_add(&w->memory, HEAD, 16);
	put_module(w, 0, "alpha");
	put_module(w, 1, "beta");
	put_module(w, 2, "gamma");
	link_modules(w, (unsigned int[]){2, 0, 1}, 3);
	assert_null(px_unwind_map_new(&w->map));
	assert_null(px_linux_modules_new(&config, w->map, &w->modules));
}

static void world_fini(struct world *w)
{
	px_linux_modules_free(w->modules);
	px_linux_modules_free(NULL);
	assert_false(px_unwind_map_covers(w->map, base_of(0)));
	px_unwind_map_free(w->map);
	flat_memory_fini(&w->memory);
}

static bool refresh(struct world *w)
{
	struct px_linux_reader reader = flat_memory_reader(&w->memory);
	bool changed = false;

	assert_null(px_linux_modules_refresh(w->modules, &reader, &changed));
	return changed;
}

static const struct px_linux_module *module_at(struct world *w, unsigned int i)
{
	return px_linux_modules_find(w->modules, base_of(i) + 0x10);
}

static void test_all_parts(void **state)
{
	struct px_linux_module_counts counts;
	const struct px_linux_module *all, *beta;
	const struct px_symbol *symbol;
	struct world w;
	uint64_t address;
	size_t count;

	world_init(&w);
	assert_true(refresh(&w));
	all = px_linux_modules_all(w.modules, &count);
	assert_int_equal(count, 3);
	assert_string_equal(all[0].name, "alpha");
	assert_string_equal(all[1].name, "beta");
	assert_string_equal(all[2].name, "gamma");
	beta = module_at(&w, 1);
	assert_ptr_equal(beta, &all[1]);
	assert_true(beta->address == struct_of(1) && beta->loaded && beta->have_unwind);
	assert_true(beta->text_start == base_of(1));
	assert_true(beta->text_end == base_of(1) + TEXT_SIZE);
	assert_int_equal(beta->build_id.size, 20);
	assert_int_equal(beta->build_id.bytes[0], 0x11);
	/* The undefined one and the one outside of the module are left out. */
	assert_int_equal(px_symbol_table_count(beta->symbols), 3);
	symbol = px_symbol_table_find(beta->symbols, base_of(1) + 0x117);
	assert_string_equal(symbol->name, "stop");
	assert_int_equal(symbol->type, 'T');
	assert_true(px_symbol_table_address(beta->symbols, "state", &address));
	assert_true(address == base_of(1) + TEXT_SIZE);

	assert_non_null(px_unwind_map_find(w.map, base_of(1) + 5));
	assert_int_equal(px_unwind_map_find(w.map, base_of(1) + 5)->cfa_offset, 8);
	assert_false(px_unwind_map_covers(w.map, base_of(1) + TEXT_SIZE));
	assert_null(px_linux_modules_find(w.modules, base_of(0) - 1));
	assert_null(px_linux_modules_find(w.modules, base_of(0) + TEXT_SIZE));
	assert_null(px_linux_modules_find(w.modules, base_of(2) + TEXT_SIZE));

	counts = px_linux_modules_counts(w.modules);
	assert_int_equal(counts.loaded, 3);
	assert_int_equal(counts.gone + counts.not_ready + counts.without_symbols +
				 counts.without_unwind + counts.unreadable,
			 0);
	assert_false(counts.list_broken);
	world_fini(&w);
}

/* Nothing new costs one read a module and one of the head. */
static void test_refresh_is_cheap(void **state)
{
	struct world w;

	world_init(&w);
	assert_true(refresh(&w));
	w.memory.reads = 0;
	assert_false(refresh(&w));
	assert_int_equal(w.memory.reads, 4);
	world_fini(&w);
}

static void test_unload_and_load(void **state)
{
	struct px_linux_module_counts counts;
	const struct px_linux_module *beta;
	struct world w;

	world_init(&w);
	assert_true(refresh(&w));
	link_modules(&w, (unsigned int[]){2, 0}, 2);
	assert_true(refresh(&w));
	counts = px_linux_modules_counts(w.modules);
	assert_int_equal(counts.loaded, 2);
	assert_int_equal(counts.gone, 1);
	assert_false(px_unwind_map_covers(w.map, base_of(1)));
	assert_true(px_unwind_map_covers(w.map, base_of(2)));
	beta = module_at(&w, 1);
	assert_false(beta->loaded);
	assert_non_null(px_symbol_table_find(beta->symbols, base_of(1)));
	assert_false(refresh(&w));

	/* Another one takes its place. */
	flat_memory_put(&w.memory, struct_of(1) + layout.name, "delta", 6);
	link_modules(&w, (unsigned int[]){1, 2, 0}, 3);
	assert_true(refresh(&w));
	counts = px_linux_modules_counts(w.modules);
	assert_int_equal(counts.loaded, 3);
	assert_int_equal(counts.gone, 0);
	assert_string_equal(module_at(&w, 1)->name, "delta");
	assert_true(px_unwind_map_covers(w.map, base_of(1)));

	/* Reloaded between two refreshes, with more text. */
	flat_memory_put32(&w.memory, struct_of(1) + 332, TEXT_SIZE + 0x1000);
	assert_true(refresh(&w));
	assert_true(px_unwind_map_covers(w.map, base_of(1) + TEXT_SIZE));
	counts = px_linux_modules_counts(w.modules);
	assert_int_equal(counts.loaded, 3);
	assert_int_equal(counts.gone, 0);
	world_fini(&w);
}

static void test_not_ready(void **state)
{
	struct px_linux_module_counts counts;
	struct world w;

	world_init(&w);
	flat_memory_put32(&w.memory, struct_of(1) + layout.state, 1); /* MODULE_STATE_COMING */
	assert_true(refresh(&w));
	counts = px_linux_modules_counts(w.modules);
	assert_int_equal(counts.loaded, 2);
	assert_int_equal(counts.not_ready, 1);
	flat_memory_put32(&w.memory, struct_of(1) + layout.state, 0);
	assert_true(refresh(&w));
	assert_int_equal(px_linux_modules_counts(w.modules).loaded, 3);
	assert_int_equal(px_linux_modules_counts(w.modules).not_ready, 0);
	world_fini(&w);
}

static void test_broken_lists(void **state)
{
	static const uint64_t ends[] = {0,	  1,	  UINT64_MAX,
					HEAD + 8, 0x1000, UINT64_C(0xffff888000000000)};
	struct px_linux_module_counts counts;
	struct world w;

	for (size_t i = 0; i < px_array_size(ends); i++) {
		world_init(&w);
		flat_memory_put64(&w.memory, node_of(0), ends[i]); /* 2, 0, and off */
		assert_true(refresh(&w));
		counts = px_linux_modules_counts(w.modules);
		assert_int_equal(counts.loaded, 2);
		assert_true(counts.list_broken);
		/* What was not reached is not taken for unloaded. */
		link_modules(&w, (unsigned int[]){2, 0, 1}, 3);
		assert_true(refresh(&w));
		flat_memory_put64(&w.memory, HEAD, ends[i]);
		assert_false(refresh(&w));
		counts = px_linux_modules_counts(w.modules);
		assert_true(counts.list_broken);
		assert_int_equal(counts.loaded, 3);
		assert_int_equal(counts.gone, 0);
		world_fini(&w);
	}
}

static void test_cyclic_list_ends(void **state)
{
	struct px_linux_module_counts counts;
	struct world w;

	world_init(&w);
	flat_memory_put64(&w.memory, node_of(1), node_of(0));
	assert_true(refresh(&w));
	counts = px_linux_modules_counts(w.modules);
	assert_true(counts.list_broken);
	assert_int_equal(counts.loaded, 3);
	assert_true(w.memory.reads < 10000);
	world_fini(&w);
}

/* Text that claims the kernel's, another module's, no or too many addresses. */
static void test_impossible_text(void **state)
{
	static const struct {
		uint64_t start;
		uint32_t size;
	} texts[] = {
		{KERNEL_START, 0x1000},
		{KERNEL_END - 1, 0x1000},
		{FIRST + 1, 8},
		{FIRST + STRIDE, 0},
		{FIRST + STRIDE, UINT32_MAX},
		{0x400000, 0x1000},
		{UINT64_MAX - 10, 0x1000},
		{0, 0x1000},
	};

	for (size_t i = 0; i < px_array_size(texts); i++) {
		struct px_linux_module_counts counts;
		struct world w;

		world_init(&w);
		flat_memory_put64(&w.memory, struct_of(1) + 320, texts[i].start);
		flat_memory_put32(&w.memory, struct_of(1) + 332, texts[i].size);
		assert_true(refresh(&w));
		counts = px_linux_modules_counts(w.modules);
		assert_int_equal(counts.loaded, 2);
		assert_int_equal(counts.unreadable, 1);
		assert_false(counts.list_broken);
		assert_false(px_unwind_map_covers(w.map, KERNEL_START));
		world_fini(&w);
	}
}

static void test_bad_names(void **state)
{
	static const char *const names[] = {"", "two words", "x\ny", "x]y", "x\x7f"};
	struct world w;
	char full[PX_LINUX_MODULE_NAME_MAX];

	for (size_t i = 0; i < px_array_size(names); i++) {
		world_init(&w);
		flat_memory_put(&w.memory, struct_of(1) + layout.name, names[i],
				strlen(names[i]) + 1);
		assert_true(refresh(&w));
		assert_int_equal(px_linux_modules_counts(w.modules).unreadable, 1);
		world_fini(&w);
	}
	world_init(&w);
	memset(full, 'x', sizeof(full));
	flat_memory_put(&w.memory, struct_of(1) + layout.name, full, sizeof(full));
	assert_true(refresh(&w));
	assert_int_equal(px_linux_modules_counts(w.modules).unreadable, 1);
	world_fini(&w);
}

/* A damaged part costs this module that part and nothing else. */
static void test_damaged_parts(void **state)
{
	static const struct {
		uint64_t offset; /* from the module's base */
		uint64_t value;
		bool symbols, unwind, build_id; /* still there */
	} damages[] = {
		{STRUCT + 544, 0, false, true, true},
		{STRUCT + 544, 0x1000, false, true, true},
		{KALLSYMS, FIRST - 0x100000, false, true, true},
		{KALLSYMS + 8, UINT32_MAX, false, true, true},
		{KALLSYMS + 8, 0, false, true, true},
		{KALLSYMS + 16, UINT64_MAX - 3, false, true, true},
		{KALLSYMS + 16, FIRST - 0x100000, false, true, true},
		{KALLSYMS + 24, FIRST - 0x100000, true, true, true}, /* letters unknown */
		{SYMTAB + 24, UINT32_MAX, false, true, true},	     /* st_name */
		{STRUCT + 480, UINT32_MAX, true, false, true},
		{STRUCT + 480, 0, true, false, true},
		{STRUCT + 488, 0x1000, true, false, true},
		{STRUCT + 496, 0, true, false, true},
		{ORC_IP, 0x7fffffff, true, false, true},
		{ORC, 0xffff00000000, true, false, true}, /* unknown registers */
		{STRUCT + 592, 0, true, true, false},
		{NOTES + 8, UINT32_MAX, true, true, true},
		{NOTES + 32, UINT64_MAX, true, true, false},
		{NOTES + 40, 0x1000, true, true, false},
	};

	for (size_t i = 0; i < px_array_size(damages); i++) {
		const struct px_linux_module *beta;
		struct world w;

		world_init(&w);
		flat_memory_put64(&w.memory, base_of(1) + damages[i].offset, damages[i].value);
		assert_true(refresh(&w));
		beta = module_at(&w, 1);
		assert_non_null(beta);
		if (!beta->symbols == damages[i].symbols ||
		    beta->have_unwind != damages[i].unwind ||
		    !beta->build_id.size == damages[i].build_id)
			fail_msg("damage %zu: %d %d %d", i, beta->symbols != NULL,
				 beta->have_unwind, beta->build_id.size != 0);
		assert_int_equal(px_linux_modules_counts(w.modules).without_symbols,
				 !damages[i].symbols);
		assert_int_equal(px_linux_modules_counts(w.modules).without_unwind,
				 !damages[i].unwind);
		/* Its text is known text all the same. */
		assert_true(px_unwind_map_covers(w.map, base_of(1)));
		assert_true(module_at(&w, 0)->symbols && module_at(&w, 0)->have_unwind);
		world_fini(&w);
	}
}

/* What the guest calls its symbols ends up in text files. */
static void test_symbol_names_are_printable(void **state)
{
	static const char *const names[] = {"a b", "a\nb", "\x1b[2J", "$x", ".Lx"};
	struct world w;

	for (size_t i = 0; i < px_array_size(names); i++) {
		world_init(&w);
		flat_memory_put(&w.memory, base_of(1) + STRTAB + 1, names[i],
				strlen(names[i]) + 1);
		flat_memory_put(&w.memory, base_of(1) + TYPETAB + 2, "\n", 1);
		assert_true(refresh(&w));
		assert_int_equal(px_symbol_table_count(module_at(&w, 1)->symbols), 2);
		assert_int_equal(
			px_symbol_table_find(module_at(&w, 1)->symbols, base_of(1) + 0x100)
				->type,
			'?');
		world_fini(&w);
	}
}

/* Three symbols share the ends of one name, which of the first is one byte too long. */
static void test_long_names(void **state)
{
	const struct px_symbol_table *symbols;
	char name[512 + 1];
	struct world w;

	world_init(&w);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	flat_memory_put(&w.memory, base_of(1) + STRTAB + 1, name, sizeof(name));
	assert_true(refresh(&w));
	symbols = module_at(&w, 1)->symbols;
	assert_int_equal(px_symbol_table_count(symbols), 2);
	assert_null(px_symbol_table_find(symbols, base_of(1)));
	assert_int_equal(strlen(px_symbol_table_find(symbols, base_of(1) + 0x100)->name), 506);
	world_fini(&w);
}

/* 131072 symbols of a module share a name of 511 bytes. */
static void put_large_symbols(struct world *w, unsigned int i)
{
	const uint32_t count = 1 << 17;
	uint64_t base = base_of(i), symtab = HEAD + 0x1000000 * (i + 1);
	Elf64_Sym *symbols = calloc(count, sizeof(*symbols));
	char name[512];

	assert_non_null(symbols);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (uint32_t k = 0; k < count; k++)
		symbols[k] = (Elf64_Sym){.st_name = 1, .st_shndx = 1, .st_value = base};
	flat_memory_add(&w->memory, symtab, count * sizeof(*symbols));
	flat_memory_put(&w->memory, symtab, symbols, count * sizeof(*symbols));
	flat_memory_put(&w->memory, base + STRTAB + 1, name, sizeof(name));
	flat_memory_put64(&w->memory, base + KALLSYMS, symtab);
	flat_memory_put32(&w->memory, base + KALLSYMS + 8, count);
	flat_memory_put64(&w->memory, base + KALLSYMS + 24, 0);
	free(symbols);
}

/* What is gone is forgotten once all of it is too much. */
static void test_held_memory(void **state)
{
	struct px_linux_module_counts counts;
	struct world w;

	world_init(&w);
	put_large_symbols(&w, 1);
	assert_true(refresh(&w));
	assert_int_equal(px_symbol_table_count(module_at(&w, 1)->symbols), 1 << 17);
	link_modules(&w, (unsigned int[]){2, 0}, 2);
	assert_true(refresh(&w));
	assert_false(module_at(&w, 1)->loaded);

	/* Large, and loaded anew. */
	link_modules(&w, (unsigned int[]){0}, 1);
	assert_true(refresh(&w));
	put_large_symbols(&w, 2);
	link_modules(&w, (unsigned int[]){2, 0}, 2);
	assert_true(refresh(&w));
	assert_non_null(module_at(&w, 1));
	assert_false(refresh(&w));
	assert_null(module_at(&w, 1));
	assert_non_null(module_at(&w, 2)->symbols);
	counts = px_linux_modules_counts(w.modules);
	assert_int_equal(counts.loaded, 2);
	assert_int_equal(counts.gone, 0);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_parts),
		cmocka_unit_test(test_refresh_is_cheap),
		cmocka_unit_test(test_unload_and_load),
		cmocka_unit_test(test_not_ready),
		cmocka_unit_test(test_broken_lists),
		cmocka_unit_test(test_cyclic_list_ends),
		cmocka_unit_test(test_impossible_text),
		cmocka_unit_test(test_bad_names),
		cmocka_unit_test(test_damaged_parts),
		cmocka_unit_test(test_symbol_names_are_printable),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_held_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
