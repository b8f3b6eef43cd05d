/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The view of a guest's kernel, of a kernel that is played here: struct px_linux_kernel and
 * what the view asks it are defined below in place of guest/linux-kernel.c. */
#include "guest/linux-guest-view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "guest/linux-module-btf.h"
#include "tests/support/btf-builder.h"
#include "tests/support/flat-memory.h"

#define BASE   UINT64_C(0xffff888002000000)
#define HEAD   BASE
#define MODULE UINT64_C(0xffffffffc0001000)

enum {
	ENTRY = 0x100,	/* of entry i: at (i + 1) * ENTRY; its struct btf half-way behind */
	BYTES = 0x1000, /* of entry i: its BTF, at (i + 1) * BYTES */
	COUNT = 2,
	KEPT = 32, /* modules that a view keeps types of */
	/* In struct btf_module: */
	BTF = 8,
	LINKS = 16,
	OWNER = 40,
	/* In struct btf: */
	SIZE = 4,
	DATA = 24,
};

struct px_linux_kernel {
	struct flat_memory memory;
	struct btf_builder builder;
	struct px_type_info *types;
	struct px_linux_module modules[COUNT];
};

struct px_linux_reader px_linux_kernel_reader(const struct px_linux_kernel *kernel)
{
	return flat_memory_reader((struct flat_memory *)(uintptr_t)&kernel->memory);
}

const struct px_type_info *px_linux_kernel_types(const struct px_linux_kernel *kernel)
{
	return kernel->types;
}

bool px_linux_kernel_symbol_address(const struct px_linux_kernel *kernel, const char *name,
				    uint64_t *ret)
{
	*ret = !strcmp(name, "btf_modules") ? HEAD : 77;
	return strcmp(name, "nothing") != 0;
}

const struct px_linux_module *px_linux_kernel_modules(const struct px_linux_kernel *kernel,
						      size_t *count_ret)
{
	*count_ret = COUNT;
	return kernel->modules;
}

/* --- building ------------------------------------------------------------------------------
 */

static uint64_t entry_at(size_t i)
{
	return BASE + (i + 1) * ENTRY;
}

static void build_types(struct px_linux_kernel *kernel)
{
	struct btf_builder *b = &kernel->builder;
	uint32_t u32, u64, list;

	btf_builder_init(b);
	u32 = btf_builder_int(b, "u32", 4);
	u64 = btf_builder_int(b, "u64", 8);
	list = btf_builder_struct(b, "list_head", BTF_KIND_STRUCT, 16,
				  (struct btf_builder_member[]){{"next", u64, 0, 0}}, 1);
	btf_builder_struct(b, "btf_module", BTF_KIND_STRUCT, 48,
			   (struct btf_builder_member[]){{"list", list, LINKS * 8, 0},
							 {"module", u64, OWNER * 8, 0},
							 {"btf", u64, BTF * 8, 0}},
			   3);
	btf_builder_struct(b, "btf", BTF_KIND_STRUCT, 32,
			   (struct btf_builder_member[]){{"data", u64, DATA * 8, 0},
							 {"data_size", u32, SIZE * 8, 0}},
			   2);
	assert_null(px_type_info_open_btf(btf_builder_finish(b), NULL, &kernel->types));
}

/* A structure "own" of i + 1 bytes. */
static void build_btf(struct px_linux_kernel *kernel, size_t i)
{
	uint64_t btf = entry_at(i) + ENTRY / 2, at = BASE + (i + 1) * BYTES;
	struct btf_builder module;
	struct px_bytes bytes;

	btf_builder_init(&module);
	module.first_string = kernel->builder.header.str_len;
	module.next_type = kernel->builder.next_type;
	btf_builder_struct(&module, "own", BTF_KIND_STRUCT, (uint32_t)i + 1, NULL, 0);
	bytes = btf_builder_finish(&module);
	flat_memory_put(&kernel->memory, at, bytes.data, bytes.size);
	flat_memory_put64(&kernel->memory, btf + DATA, at);
	flat_memory_put32(&kernel->memory, btf + SIZE, (uint32_t)bytes.size);
}

static int set_up(void **state)
{
	static struct px_linux_kernel kernel;
	uint64_t last = HEAD;

	kernel = (struct px_linux_kernel){0};
	build_types(&kernel);
	flat_memory_add(&kernel.memory, BASE, (COUNT + 1) * BYTES);
	for (size_t i = 0; i < COUNT; i++) {
		struct px_linux_module *module = &kernel.modules[i];
		uint64_t entry = entry_at(i);

		flat_memory_put64(&kernel.memory, last, entry + LINKS);
		flat_memory_put64(&kernel.memory, entry + LINKS + 8, last);
		last = entry + LINKS;
		flat_memory_put64(&kernel.memory, entry + OWNER, MODULE + i);
		flat_memory_put64(&kernel.memory, entry + BTF, entry + ENTRY / 2);
		build_btf(&kernel, i);
		*module = (struct px_linux_module){.address = MODULE + i, .loaded = true};
		snprintf(module->name, sizeof(module->name), "module_%zu", i);
		assert_null(px_symbol_table_new(&module->symbols));
		assert_null(px_symbol_table_add(module->symbols, 1000 + i, 8, "variable", 'd'));
		assert_null(px_symbol_table_sort(module->symbols));
	}
	flat_memory_put64(&kernel.memory, last, HEAD);
	flat_memory_put64(&kernel.memory, HEAD + 8, last);
	*state = &kernel;
	return 0;
}

static int tear_down(void **state)
{
	struct px_linux_kernel *kernel = *state;

	for (size_t i = 0; i < COUNT; i++)
		px_symbol_table_free(kernel->modules[i].symbols);
	px_type_info_close(kernel->types);
	flat_memory_fini(&kernel->memory);
	return 0;
}

/* The size of "own" in a module's types; 0: they are not known, or have none. */
static uint32_t own_of(struct px_linux_guest_view *view, const char *module)
{
	struct px_linux_view plain = px_linux_guest_view_get(view);
	const struct px_type_info *types = plain.types(plain.context, module);
	uint32_t size = 0;

	return types && px_type_info_size(types, "own", &size) ? size : 0;
}

/* --- tests ---------------------------------------------------------------------------------
 */

static void test_symbols(void **state)
{
	px_cleanup(px_linux_guest_view_freep) struct px_linux_guest_view *view = NULL;
	struct px_linux_kernel *kernel = *state;
	struct px_linux_view plain;
	uint64_t address = 0;

	assert_null(px_linux_guest_view_new(kernel, &view));
	plain = px_linux_guest_view_get(view);
	assert_true(plain.symbol(plain.context, "module_1", "variable", &address));
	assert_int_equal(address, 1001);
	assert_false(plain.symbol(plain.context, "module_1", "other", &address));
	/* Of the kernel itself, and of what is built in. */
	assert_true(plain.symbol(plain.context, NULL, "other", &address));
	assert_int_equal(address, 77);
	assert_true(plain.symbol(plain.context, "module_2", "other", &address));
	kernel->modules[1].loaded = false;
	assert_true(plain.symbol(plain.context, "module_1", "other", &address));
}

static void test_types(void **state)
{
	px_cleanup(px_linux_guest_view_freep) struct px_linux_guest_view *view = NULL;
	struct px_linux_kernel *kernel = *state;
	const struct px_type_info *types;
	struct px_linux_view plain;
	uint64_t bytes;
	uint32_t size;

	assert_null(px_linux_guest_view_new(kernel, &view));
	plain = px_linux_guest_view_get(view);
	assert_int_equal(own_of(view, "module_0"), 1);
	assert_int_equal(own_of(view, "module_1"), 2);
	types = plain.types(plain.context, "module_1");
	assert_true(px_type_info_size(types, "btf_module", &size));
	assert_ptr_equal(plain.types(plain.context, "module_2"), kernel->types);
	/* They are read once. */
	bytes = kernel->memory.bytes_read;
	assert_ptr_equal(plain.types(plain.context, "module_1"), types);
	assert_true(kernel->memory.bytes_read - bytes < 200);
	/* Loaded anew, with types that are others. */
	flat_memory_put64(&kernel->memory, entry_at(0) + OWNER, MODULE + 7);
	kernel->modules[1].address = MODULE + 7;
	assert_int_equal(own_of(view, "module_1"), 1);
	/* None are kept of it. */
	kernel->modules[1].address = MODULE + 8;
	assert_null(plain.types(plain.context, "module_1"));
}

/* What could not be understood once is not read again. */
static void test_types_that_are_none(void **state)
{
	px_cleanup(px_linux_guest_view_freep) struct px_linux_guest_view *view = NULL;
	struct px_linux_kernel *kernel = *state;

	assert_null(px_linux_guest_view_new(kernel, &view));
	flat_memory_put32(&kernel->memory, BASE + BYTES, 0);
	assert_int_equal(own_of(view, "module_0"), 0);
	build_btf(kernel, 0);
	assert_int_equal(own_of(view, "module_0"), 0);
	assert_int_equal(own_of(view, "module_1"), 2);
	flat_memory_put32(&kernel->memory, entry_at(0) + ENTRY / 2 + SIZE,
			  PX_LINUX_MODULE_BTF_MAX + 1);
	kernel->modules[0].address++;
	flat_memory_put64(&kernel->memory, entry_at(0) + OWNER, kernel->modules[0].address);
	assert_int_equal(own_of(view, "module_0"), 0);
}

/* A guest that loads a module again and again. */
static void test_types_without_end(void **state)
{
	px_cleanup(px_linux_guest_view_freep) struct px_linux_guest_view *view = NULL;
	struct px_linux_kernel *kernel = *state;

	assert_null(px_linux_guest_view_new(kernel, &view));
	for (uint64_t i = 0; i < KEPT + 3; i++) {
		kernel->modules[0].address = MODULE + 100 + i;
		flat_memory_put64(&kernel->memory, entry_at(0) + OWNER, MODULE + 100 + i);
		assert_int_equal(own_of(view, "module_0"), i < KEPT);
	}
}

/* Reading 16 MiB again and again ends, too. */
static void test_large_types(void **state)
{
	px_cleanup(px_linux_guest_view_freep) struct px_linux_guest_view *view = NULL;
	const uint64_t large = UINT64_C(0xffff888100000000);
	struct px_linux_kernel *kernel = *state;
	uint64_t btf = entry_at(0) + ENTRY / 2;

	assert_null(px_linux_guest_view_new(kernel, &view));
	flat_memory_add(&kernel->memory, large, PX_LINUX_MODULE_BTF_MAX);
	flat_memory_put64(&kernel->memory, btf + DATA, large);
	flat_memory_put32(&kernel->memory, btf + SIZE, PX_LINUX_MODULE_BTF_MAX);
	kernel->memory.bytes_read = 0;
	for (uint64_t i = 0; i < 8; i++) {
		kernel->modules[0].address = MODULE + 100 + i;
		flat_memory_put64(&kernel->memory, entry_at(0) + OWNER, MODULE + 100 + i);
		assert_int_equal(own_of(view, "module_0"), 0);
	}
	assert_in_range(kernel->memory.bytes_read / PX_LINUX_MODULE_BTF_MAX, 1, 4);
}

/* A kernel that keeps no types of modules, or of which none are known. */
static void test_no_types(void **state)
{
	px_cleanup(px_linux_guest_view_freep) struct px_linux_guest_view *view = NULL;
	struct px_linux_kernel *kernel = *state;
	struct px_linux_view plain;

	px_type_info_close(kernel->types);
	kernel->types = NULL;
	assert_null(px_linux_guest_view_new(kernel, &view));
	plain = px_linux_guest_view_get(view);
	assert_null(plain.types(plain.context, "module_0"));
	assert_null(plain.types(plain.context, NULL));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_symbols),
		TEST(test_types),
		TEST(test_types_that_are_none),
		TEST(test_types_without_end),
		TEST(test_large_types),
		TEST(test_no_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
