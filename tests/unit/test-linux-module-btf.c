/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a kernel keeps the types of its modules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "guest/linux-module-btf.h"
#include "tests/support/btf-builder.h"
#include "tests/support/flat-memory.h"

#define BASE   UINT64_C(0xffff888002000000)
#define HEAD   BASE
#define MODULE UINT64_C(0xffffffffc0001000)

enum {
	ENTRY = 0x100, /* of entry i: at (i + 1) * ENTRY; its struct btf half-way behind */
	COUNT = 3,
	/* In struct btf_module: */
	LINKS = 16,
	OWNER = 40,
	BTF = 8,
	/* In struct btf: */
	DATA = 24,
	SIZE = 4,
};

struct world {
	struct flat_memory memory;
	struct px_linux_reader reader;
	struct px_linux_module_btf_layout layout;
};

static uint64_t entry_at(size_t i)
{
	return BASE + (i + 1) * ENTRY;
}

static struct px_linux_module_btf_layout layout_without(const char *without)
{
	struct btf_builder b;
	struct px_type_info *types = NULL;
	struct px_linux_module_btf_layout layout;
	uint32_t u32, u64, list;

	btf_builder_init(&b);
	u32 = btf_builder_int(&b, "u32", 4);
	u64 = btf_builder_int(&b, "u64", 8);
	list = btf_builder_struct(&b, "list_head", BTF_KIND_STRUCT, 16,
				  (struct btf_builder_member[]){{"next", u64, 0, 0}}, 1);
	struct btf_builder_member module[] = {{"list", list, LINKS * 8, 0},
					      {"module", u64, OWNER * 8, 0},
					      {"btf", u64, BTF * 8, 0}};
	struct btf_builder_member btf[] = {{"data", u64, DATA * 8, 0},
					   {"data_size", u32, SIZE * 8, 0}};
	for (size_t i = 0; without && i < 3; i++)
		if (!strcmp(module[i].name, without))
			module[i].name = "other";
	for (size_t i = 0; without && i < 2; i++)
		if (!strcmp(btf[i].name, without))
			btf[i].name = "other";
	btf_builder_struct(&b, "btf_module", BTF_KIND_STRUCT, 48, module, 3);
	btf_builder_struct(&b, "btf", BTF_KIND_STRUCT, 32, btf, 2);
	assert_null(px_type_info_open_btf(btf_builder_finish(&b), NULL, &types));
	layout = px_linux_module_btf_layout_of(types);
	px_type_info_close(types);
	return layout;
}

static int set_up(void **state)
{
	static struct world world;
	uint64_t last = HEAD;

	world = (struct world){.layout = layout_without(NULL)};
	world.reader = flat_memory_reader(&world.memory);
	flat_memory_add(&world.memory, BASE, (COUNT + 1) * ENTRY);
	for (size_t i = 0; i < COUNT; i++) {
		uint64_t entry = entry_at(i), links = entry + LINKS, btf = entry + ENTRY / 2;

		flat_memory_put64(&world.memory, last, links);
		flat_memory_put64(&world.memory, links + 8, last);
		last = links;
		flat_memory_put64(&world.memory, entry + OWNER, MODULE + i);
		flat_memory_put64(&world.memory, entry + BTF, btf);
		flat_memory_put64(&world.memory, btf + DATA, BASE + 7 * i);
		flat_memory_put32(&world.memory, btf + SIZE, (uint32_t)(1000 + i));
	}
	flat_memory_put64(&world.memory, last, HEAD);
	flat_memory_put64(&world.memory, HEAD + 8, last);
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	flat_memory_fini(&world->memory);
	return 0;
}

static bool find(struct world *world, size_t i, struct px_linux_module_btf *ret)
{
	return px_linux_module_btf_find(&world->layout, &world->reader, HEAD, MODULE + i, ret);
}

static void test_find(void **state)
{
	struct px_linux_module_btf btf = {0};

	for (size_t i = 0; i < COUNT; i++) {
		assert_true(find(*state, i, &btf));
		assert_int_equal(btf.address, BASE + 7 * i);
		assert_int_equal(btf.size, 1000 + i);
	}
	assert_false(find(*state, COUNT, &btf));
}

static void test_types_without(void **state)
{
	static const char *const names[] = {"list", "module", "btf", "data", "data_size"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(layout_without(names[i]).known);
	assert_false(px_linux_module_btf_layout_of(NULL).known);
}

static void test_sizes(void **state)
{
	struct world *world = *state;
	struct px_linux_module_btf btf = {0};
	uint64_t size = entry_at(0) + ENTRY / 2 + SIZE;

	flat_memory_put32(&world->memory, size, PX_LINUX_MODULE_BTF_MAX);
	assert_true(find(world, 0, &btf));
	flat_memory_put32(&world->memory, size, PX_LINUX_MODULE_BTF_MAX + 1);
	assert_false(find(world, 0, &btf));
	flat_memory_put32(&world->memory, size, 0);
	assert_false(find(world, 0, &btf));
	flat_memory_put64(&world->memory, entry_at(1) + ENTRY / 2 + DATA, 0x1000);
	assert_false(find(world, 1, &btf));
	flat_memory_put64(&world->memory, entry_at(2) + BTF, UINT64_MAX - 2);
	assert_false(find(world, 2, &btf));
}

static void test_lists(void **state)
{
	struct world *world = *state;
	struct px_linux_module_btf btf = {0};

	/* In a circle, without the head: what was met before counts. */
	flat_memory_put64(&world->memory, entry_at(1) + LINKS, entry_at(0) + LINKS);
	assert_true(find(world, 1, &btf));
	assert_false(find(world, 2, &btf));
	assert_in_range(world->memory.reads, 1, 200);
	flat_memory_put64(&world->memory, HEAD, UINT64_MAX);
	assert_false(find(world, 0, &btf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_find, set_up, tear_down),
		cmocka_unit_test(test_types_without),
		cmocka_unit_test_setup_teardown(test_sizes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
