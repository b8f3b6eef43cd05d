/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where struct module has what: kernels from 6.4 on, built; the lab's kernel. */
#include "guest/linux-modules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/btf-builder.h"

/* Types of a kernel from 6.4 on; mem: the name of module.mem, so that a test can hide it. */
static struct px_type_info *types_with_regions(const char *mem, int32_t text)
{
	struct btf_builder b;
	struct px_type_info *types = NULL;
	uint32_t u32, u64, pointer, name, list, region, regions, symbols;
	struct btf_enum value;

	btf_builder_init(&b);
	u32 = btf_builder_int(&b, "u32", 4);
	u64 = btf_builder_int(&b, "u64", 8);
	pointer = btf_builder_type(&b, NULL, BTF_BUILDER_INFO(BTF_KIND_PTR, 0, 0), 0, NULL, 0);
	name = btf_builder_array(&b, btf_builder_int(&b, "char", 1), 56);
	list = btf_builder_struct(&b, "list_head", BTF_KIND_STRUCT, 16,
				  (struct btf_builder_member[]){{"next", u64, 0, 0}}, 1);
	region = btf_builder_struct(
		&b, "module_memory", BTF_KIND_STRUCT, 80,
		(struct btf_builder_member[]){{"base", pointer, 0, 0}, {"size", u32, 64, 0}},
		2);
	regions = btf_builder_array(&b, region, 7);
	symbols = btf_builder_struct(&b, "mod_kallsyms", BTF_KIND_STRUCT, 32,
				     (struct btf_builder_member[]){{"symtab", pointer, 0, 0},
								   {"num_symtab", u32, 64, 0},
								   {"strtab", pointer, 128, 0}},
				     3);
	assert_true(symbols > 0);
	btf_builder_struct(&b, "module", BTF_KIND_STRUCT, 1024,
			   (struct btf_builder_member[]){{"state", u32, 0, 0},
							 {"list", list, 64, 0},
							 {"name", name, 192, 0},
							 {mem, regions, 2048, 0},
							 {"kallsyms", pointer, 7000, 0}},
			   5);
	value = (struct btf_enum){btf_builder_string(&b, "MODULE_STATE_LIVE"), 0};
	btf_builder_type(&b, "module_state", BTF_BUILDER_INFO(BTF_KIND_ENUM, 0, 1), 4, &value,
			 sizeof(value));
	value = (struct btf_enum){btf_builder_string(&b, "MOD_TEXT"), text};
	btf_builder_type(&b, "mod_mem_type", BTF_BUILDER_INFO(BTF_KIND_ENUM, 1, 1), 4, &value,
			 sizeof(value));
	assert_null(px_type_info_open_btf(btf_builder_finish(&b), NULL, &types));
	return types;
}

static void test_layout_with_regions(void **state)
{
	struct px_linux_module_layout found = {.size = 4711};
	struct px_type_info *types = types_with_regions("mem", 1);

	assert_true(px_linux_module_layout_of(types, &found));
	assert_int_equal(found.size, 1024);
	assert_int_equal(found.list_next, 8);
	assert_int_equal(found.regions_count, 7);
	assert_int_equal(found.text.base, 256 + 80);
	assert_int_equal(found.text.size, 256 + 80 + 8);
	assert_int_equal(found.regions[6].base, 256 + 6 * 80);
	assert_true(found.kallsyms.there && found.kallsyms.offset == 875);
	assert_false(found.symbols.typetab.there || found.num_orcs.there ||
		     found.build_id.there || found.notes.there);
	px_type_info_close(types);
}

static void test_layout_unlike_any(void **state)
{
	struct px_linux_module_layout found = {.size = 4711};
	struct px_type_info *types = types_with_regions("memory", 1);

	assert_false(px_linux_module_layout_of(types, &found));
	px_type_info_close(types);
	types = types_with_regions("mem", 7);
	assert_false(px_linux_module_layout_of(types, &found));
	px_type_info_close(types);
	types = types_with_regions("mem", -1);
	assert_false(px_linux_module_layout_of(types, &found));
	px_type_info_close(types);
	assert_int_equal(found.size, 4711);
}

static void test_layout_of_this_kernel(void **state)
{
	const char *path = getenv("PERF_XEN_VMLINUX");
	struct px_linux_module_layout found = {0};
	struct px_elf_image *image = NULL;
	struct px_type_info *types = NULL;

	if (!path) {
		print_message("PERF_XEN_VMLINUX is not set\n");
		skip();
	}
	assert_null(px_elf_image_open(path, &image));
	assert_null(px_type_info_open(image, &types));
	assert_true(px_linux_module_layout_of(types, &found));
	assert_true(found.size <= 4096 && found.size > 512);
	assert_true(found.num_orcs.there && found.orc_ip.there && found.orc.there);
	assert_true(found.kallsyms.there && found.symbols.typetab.there);
	assert_true(found.build_id.there || found.notes.there);
	assert_int_equal(found.live, 0);
	px_type_info_close(types);
	px_elf_image_close(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_with_regions),
		cmocka_unit_test(test_layout_unlike_any),
		cmocka_unit_test(test_layout_of_this_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
