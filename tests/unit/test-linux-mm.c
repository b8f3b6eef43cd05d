/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings of a process: lists and maple trees, as they should be and as they should not. */
#include "guest/linux-mm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/btf-builder.h"
#include "tests/support/flat-memory.h"

#define MEMORY UINT64_C(0xffff888000000000)
#define MM     (MEMORY + 0x1000)
#define VMAS   (MEMORY + 0x10000)  /* 256 bytes each */
#define NODES  (MEMORY + 0x100000) /* 256 bytes each */
#define FILES  (MEMORY + 0x180000)

enum {
	SIZE = 0x200000,
	LEAF = 1,
	RANGE = 2,
	ARANGE = 3,
	TOO_MANY = 3000,
};

/* Offsets like those of Debian's 6.1. */
static const struct px_linux_mm_layout layout = {
	.known = true,
	.maple = true,
	.first = 72,
	.brk = 288,
	.start_brk = 280,
	.start_stack = 296,
	.exec_vm = 232,
	.start_code = 248,
	.have_vdso = true,
	.vdso = 880,
	.vdso_image = 888,
	.image_data = 0,
	.image_size = 8,
	.vma = {.size = 168,
		.start = 0,
		.end = 8,
		.mm = 16,
		.flags = 32,
		.pgoff = 136,
		.file = 144,
		.next = 160},
	.node = {LEAF, RANGE, ARANGE, 8, 128, 16, 8, 80, 10},
	.path = {.known = true,
		 .file = {16, 24, 32},
		 .dentry = {24, 40, 36, 16},
		 .mount = {16, 24, 32, 32},
		 .inode = {64, 40, 120, 16}},
};

struct world {
	struct flat_memory memory;
	struct px_linux_reader reader;
	struct px_linux_mm_layout layout;
	struct px_linux_mappings mappings;
	enum px_linux_mm_outcome outcome;
	unsigned int reads_left; /* of failing_read */
};

static void put(struct world *world, uint64_t address, uint64_t value)
{
	flat_memory_put64(&world->memory, address, value);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	flat_memory_add(&world->memory, MEMORY, SIZE);
	world->reader = flat_memory_reader(&world->memory);
	world->layout = layout;
	put(world, MM + layout.start_brk, 0x5000000);
	put(world, MM + layout.brk, 0x5021000);
	put(world, MM + layout.start_stack, 0x7ffd00001230);
	put(world, MM + layout.vdso, 0x7ffd00100000);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	px_linux_mappings_fini(&world->mappings);
	flat_memory_fini(&world->memory);
	free(world);
	return 0;
}

static void read_all(struct world *world)
{
	struct px_error *err = px_linux_mm_read(&world->layout, &world->reader, MM, true,
						&world->mappings, &world->outcome);

	assert_null(err);
	if (world->outcome != PX_LINUX_MM_OK)
		assert_int_equal(world->mappings.count, 0);
}

static void read_well(struct world *world, size_t count)
{
	read_all(world);
	assert_int_equal(world->outcome, PX_LINUX_MM_OK);
	assert_int_equal(world->mappings.count, count);
}

static void read_badly(struct world *world, enum px_linux_mm_outcome outcome)
{
	read_all(world);
	assert_int_equal(world->outcome, outcome);
}

/* --- building ----------------------------------------------------------------------------- */

static uint64_t vma_of(size_t i)
{
	return VMAS + i * 256;
}

static uint64_t put_vma(struct world *world, size_t i, uint64_t start, uint64_t end,
			uint64_t flags)
{
	uint64_t vma = vma_of(i);

	put(world, vma + layout.vma.start, start);
	put(world, vma + layout.vma.end, end);
	put(world, vma + layout.vma.mm, MM);
	put(world, vma + layout.vma.flags, flags);
	return vma;
}

static uint64_t node_of(size_t i, unsigned int type)
{
	return (NODES + i * 256) | type << 3 | 4;
}

/* Slot i of a node, and where it ends; 0: no pivot. */
static void put_slot(struct world *world, uint64_t node, unsigned int i, uint64_t entry,
		     uint64_t last)
{
	uint64_t address = node & ~UINT64_C(255);
	bool arange = (node >> 3 & 15) == ARANGE;

	put(world, address, MM | 1);
	put(world, address + (arange ? 80 : 128) + i * 8, entry);
	if (last)
		put(world, address + 8 + i * 8, last);
}

static void put_root(struct world *world, uint64_t node)
{
	put(world, MM + layout.first, (node & ~UINT64_C(4)) | 2);
}

/* A gap, two mappings side by side, a gap. */
static uint64_t small_leaf(struct world *world)
{
	uint64_t leaf = node_of(0, LEAF);

	put_slot(world, leaf, 0, 0, 0x3fffff);
	put_slot(world, leaf, 1, put_vma(world, 0, 0x400000, 0x401000, 1), 0x400fff);
	put_slot(world, leaf, 2, put_vma(world, 1, 0x401000, 0x403000, 5), 0x402fff);
	put_slot(world, leaf, 3, 0, UINT64_MAX);
	put_root(world, leaf);
	return leaf;
}

/* --- trees -------------------------------------------------------------------------------- */

static void test_leaf(void **state)
{
	struct world *world = *state;
	const struct px_linux_mapping *found;

	small_leaf(world);
	read_well(world, 2);
	assert_true(world->mappings.array[0].start == 0x400000);
	assert_true(world->mappings.array[0].readable && !world->mappings.array[0].executable);
	found = px_linux_mappings_find(&world->mappings, 0x402fff);
	assert_ptr_equal(found, &world->mappings.array[1]);
	assert_true(found->executable && !found->writable && !found->shared);
	assert_string_equal(found->path, "//anon");
	assert_null(px_linux_mappings_find(&world->mappings, 0x403000));
	assert_null(px_linux_mappings_find(&world->mappings, 0x3fffff));
	assert_false(world->mappings.cut);
}

/* The pivot behind the last mapping may be missing, and the last slot has none. */
static void test_full_and_open_leaves(void **state)
{
	struct world *world = *state;
	uint64_t leaf = node_of(0, LEAF);

	for (unsigned int i = 0; i < 16; i++) {
		uint64_t start = i * 0x1000;

		put_vma(world, i, start, start + 0x1000, 1);
		put_slot(world, leaf, i, i == 15 ? 0 : vma_of(i), i == 15 ? 0 : start + 0xfff);
	}
	put_root(world, leaf);
	read_well(world, 15);

	put(world, NODES + 8 + 4 * 8, 0); /* the fifth slot then goes on to the end */
	put(world, NODES + 128 + 4 * 8, 0);
	read_well(world, 4);
}

/* Two levels of inner nodes of either kind above full leaves: 10 x 16 x 15 mappings. */
static void test_levels(void **state)
{
	struct world *world = *state;
	uint64_t root = node_of(0, ARANGE), next = 0;
	size_t nodes = 1, vmas = 0;

	for (unsigned int i = 0; i < 4; i++) {
		uint64_t inner = node_of(nodes++, RANGE);

		for (unsigned int k = 0; k < 16; k++) {
			uint64_t leaf = node_of(nodes++, LEAF);

			for (unsigned int j = 0; j < 15; j++, next += 0x2000) {
				put_slot(world, leaf, j, vma_of(vmas), next + 0x1fff);
				put_vma(world, vmas++, next, next + 0x2000, 4);
			}
			put_slot(world, leaf, 14, vma_of(vmas - 1), next - 1);
			put_slot(world, inner, k, leaf, k == 15 ? 0 : next - 1);
		}
		put_slot(world, root, i, inner, next - 1);
	}
	put_slot(world, root, 4, 0, UINT64_MAX);
	put_root(world, root);
	read_well(world, 4 * 16 * 15);
	for (size_t i = 0; i < vmas; i++)
		assert_true(world->mappings.array[i].start == i * 0x2000);
}

static void test_empty(void **state)
{
	struct world *world = *state;

	put(world, MM + layout.first, 0);
	read_well(world, 0);
}

/* During fork a copied tree has marks in place of mappings that are not copied yet. */
static void test_marks(void **state)
{
	struct world *world = *state;
	uint64_t leaf = small_leaf(world);

	put_slot(world, leaf, 1, 257 << 2 | 2, 0x400fff);
	read_well(world, 1);
}

static void test_hostile_trees(void **state)
{
	struct world *world = *state;
	uint64_t leaf = small_leaf(world), inner = node_of(1, RANGE);

	put(world, MM + layout.first, leaf | 3); /* no node */
	read_badly(world, PX_LINUX_MM_CHANGED);
	put(world, MM + layout.first, 0x402); /* nor this */
	read_badly(world, PX_LINUX_MM_CHANGED);
	put_root(world, UINT64_C(0xffff999900000000) | LEAF << 3); /* nothing there */
	read_badly(world, PX_LINUX_MM_UNREADABLE);
	put_root(world, node_of(0, 0)); /* a dense node */
	read_badly(world, PX_LINUX_MM_CHANGED);
	put_root(world, node_of(0, 9)); /* a kind that does not exist */
	read_badly(world, PX_LINUX_MM_CHANGED);

	put_root(world, inner); /* it leads to itself */
	for (unsigned int i = 0; i < 16; i++)
		put_slot(world, inner, i, inner, i == 15 ? 0 : (i + 1) * 0x10000);
	read_badly(world, PX_LINUX_MM_CHANGED);

	put_slot(world, inner, 0, leaf, UINT64_MAX);
	read_well(world, 2);
	put_slot(world, inner, 0, 0x1000 | LEAF << 3, UINT64_MAX); /* to user space */
	read_badly(world, PX_LINUX_MM_UNREADABLE);
	put_slot(world, inner, 0, leaf, 0x5000);
	put_slot(world, inner, 1, leaf, 0x4000); /* pivots go down */
	read_badly(world, PX_LINUX_MM_CHANGED);

	put_root(world, leaf);
	put(world, NODES, NODES); /* its own parent: taken out of the tree */
	read_badly(world, PX_LINUX_MM_CHANGED);
}

static void test_mappings_that_lie(void **state)
{
	static const struct {
		uint32_t offset;
		uint64_t value;
	} lies[] = {
		{0, 0x401800},		/* not aligned */
		{0, 0x400000},		/* not what the tree says */
		{8, 0x404000},		/* likewise */
		{8, 0x401000},		/* empty */
		{8, 0},			/* ends before it begins */
		{8, UINT64_C(1) << 63}, /* the kernel's */
		{16, MM + 0x400},	/* of another process */
	};
	struct world *world = *state;

	small_leaf(world);
	for (size_t i = 0; i < px_array_size(lies); i++) {
		put_vma(world, 1, 0x401000, 0x403000, 5);
		read_well(world, 2);
		put(world, vma_of(1) + lies[i].offset, lies[i].value);
		read_badly(world, PX_LINUX_MM_CHANGED);
	}
	put_vma(world, 1, 0x401000, 0x403000, 5);
	put(world, NODES + 128 + 2 * 8, UINT64_C(0xfffffffffffff000));
	read_badly(world, PX_LINUX_MM_UNREADABLE);
}

/* A page that goes away at any read. */
static bool failing_read(void *context, uint64_t address, void *buffer, size_t size)
{
	struct world *world = context;
	struct px_linux_reader memory = flat_memory_reader(&world->memory);

	return --world->reads_left != 0 && px_linux_read(&memory, address, buffer, size);
}

static void test_failing_reads(void **state)
{
	struct world *world = *state;
	struct px_linux_reader reader = {failing_read, world};
	enum px_linux_mm_outcome outcome = PX_LINUX_MM_CHANGED;

	small_leaf(world);
	for (uint32_t n = 1; n < 8; n++) {
		world->reads_left = n;
		assert_null(px_linux_mm_read(&layout, &reader, MM, true, &world->mappings,
					     &outcome));
		assert_int_equal(outcome, PX_LINUX_MM_OK); /* by another try */
		assert_int_equal(world->mappings.count, 2);
	}
}

/* --- lists -------------------------------------------------------------------------------- */

static void put_list(struct world *world, size_t count)
{
	world->layout.maple = false;
	put(world, MM + layout.first, vma_of(0));
	for (size_t i = 0; i < count; i++) {
		put_vma(world, i, i * 0x3000, i * 0x3000 + 0x2000, 7);
		put(world, vma_of(i) + layout.vma.next, i + 1 < count ? vma_of(i + 1) : 0);
	}
}

static void test_list(void **state)
{
	struct world *world = *state;

	put_list(world, TOO_MANY);
	read_well(world, TOO_MANY);
	assert_true(world->mappings.array[TOO_MANY - 1].end ==
		    (TOO_MANY - 1) * UINT64_C(0x3000) + 0x2000);
}

static void test_hostile_lists(void **state)
{
	struct world *world = *state;

	put_list(world, 10);
	put(world, vma_of(9) + layout.vma.next, vma_of(0)); /* a ring */
	read_badly(world, PX_LINUX_MM_CHANGED);
	put(world, vma_of(9) + layout.vma.next, vma_of(9));
	read_badly(world, PX_LINUX_MM_CHANGED);
	put(world, vma_of(9) + layout.vma.next, 0x1000); /* user space */
	read_badly(world, PX_LINUX_MM_UNREADABLE);
	put(world, vma_of(9) + layout.vma.next, UINT64_MAX - 8);
	read_badly(world, PX_LINUX_MM_UNREADABLE);
	put(world, MM + layout.first, 0);
	read_well(world, 0);
	world->layout.known = false;
	read_badly(world, PX_LINUX_MM_UNREADABLE);
}

/* --- files -------------------------------------------------------------------------------- */

static uint64_t file_of(unsigned int i)
{
	return FILES + 0x1000 + i * 0x400;
}

/* A file in the root of the only file system; its structures lie behind each other. */
static void put_file(struct world *world, unsigned int i, const char *name)
{
	uint64_t file = file_of(i), dentry = file + 0x100, inode = file + 0x200,
		 text = file + 0x300, root = FILES, mount = FILES + 0x100;

	flat_memory_put(&world->memory, text, name, strlen(name) + 1);
	put(world, file + layout.path.file.mount, mount + layout.path.mount.vfsmount);
	put(world, file + layout.path.file.dentry, dentry);
	put(world, file + layout.path.file.inode, inode);
	put(world, dentry + layout.path.dentry.parent, root);
	put(world, dentry + layout.path.dentry.name, text);
	flat_memory_put32(&world->memory, dentry + layout.path.dentry.length,
			  (uint32_t)strlen(name));
	put(world, dentry + layout.path.dentry.hash, MEMORY);
	put(world, mount + layout.path.mount.parent, mount);
	put(world, mount + layout.path.mount.root, root);
	put(world, inode + layout.path.inode.number, 1000 + i);
	put(world, inode + layout.path.inode.superblock, FILES + 0x200);
}

static void test_names_of_mappings(void **state)
{
	static const struct {
		uint64_t start, end;
		int file; /* -1: none */
		const char *path;
	} expected[] = {
		{0x400000, 0x401000, 0, "/program"},
		{0x401000, 0x402000, 0, "/program"},
		{0x5000000, 0x5021000, -1, "[heap]"},
		{0x7f0000000000, 0x7f0000001000, 1, "/libx.so.1"},
		{0x7f0000001000, 0x7f0000002000, -1, "//anon"},
		{0x7ffd00000000, 0x7ffd00002000, -1, "[stack]"},
		{0x7ffd00100000, 0x7ffd00102000, -1, "[vdso]"},
	};
	struct world *world = *state;

	put_file(world, 0, "program");
	put_file(world, 1, "libx.so.1");
	put_list(world, px_array_size(expected));
	for (size_t i = 0; i < px_array_size(expected); i++) {
		uint64_t vma = put_vma(world, i, expected[i].start, expected[i].end, i ? 3 : 5);

		put(world, vma + layout.vma.pgoff, i);
		put(world, vma + layout.vma.file,
		    expected[i].file < 0 ? 0 : file_of((unsigned int)expected[i].file));
	}
	read_well(world, px_array_size(expected));
	for (size_t i = 0; i < px_array_size(expected); i++) {
		assert_string_equal(world->mappings.array[i].path, expected[i].path);
		assert_int_equal(world->mappings.array[i].offset,
				 expected[i].file < 0 ? 0 : i * 4096);
	}
	assert_int_equal(world->mappings.array[3].inode.number, 1001);

	/* Only what is executable is asked for its path, where that is all that is wanted. */
	assert_null(px_linux_mm_read(&world->layout, &world->reader, MM, false,
				     &world->mappings, &world->outcome));
	assert_string_equal(world->mappings.array[0].path, "/program");
	assert_string_equal(world->mappings.array[1].path, "");
	assert_string_equal(world->mappings.array[2].path, "[heap]");

	put(world, file_of(0) + layout.path.file.mount, 0); /* it stays without a path */
	read_well(world, px_array_size(expected));
	assert_string_equal(world->mappings.array[0].path, "");
	assert_string_equal(world->mappings.array[3].path, "/libx.so.1");
}

/* --- the rest ----------------------------------------------------------------------------- */

static void test_signature(void **state)
{
	struct world *world = *state;
	uint64_t before = 0, after = 0;

	put(world, MM + layout.exec_vm, 100);
	put(world, MM + layout.start_code, 0x555555554000);
	assert_true(px_linux_mm_signature(&layout, &world->reader, MM, &before));
	assert_true(px_linux_mm_signature(&layout, &world->reader, MM, &after));
	assert_true(before == after);
	put(world, MM + layout.exec_vm, 101);
	assert_true(px_linux_mm_signature(&layout, &world->reader, MM, &after));
	assert_true(before != after);
	assert_false(px_linux_mm_signature(&layout, &world->reader, MEMORY + SIZE, &after));
}

static void test_vdso_image(void **state)
{
	struct world *world = *state;
	uint64_t address = 0, size = 0;

	put(world, MM + layout.vdso_image, MEMORY + 0x800);
	put(world, MEMORY + 0x800, MEMORY + 0x2000);
	put(world, MEMORY + 0x808, 8192);
	assert_true(px_linux_mm_vdso_image(&layout, &world->reader, MM, &address, &size));
	assert_true(address == MEMORY + 0x2000 && size == 8192);
	put(world, MEMORY + 0x800, 0x2000);
	assert_false(px_linux_mm_vdso_image(&layout, &world->reader, MM, &address, &size));
}

/* --- layouts ------------------------------------------------------------------------------ */

struct types {
	struct btf_builder b;
	uint32_t u32, u64;
};

/* What the types say; all but the first two lie. */
enum kernel {
	WITH_TREES,	  /* 6.1 */
	WITH_LISTS,	  /* 5.10 */
	WITH_LARGE_NODES, /* slots over all of a node, its parent included */
	WITH_FAR_MEMBERS, /* so far away that the structure's size overflows 32 bits */
};

static uint32_t node_type(struct types *t, const char *name, uint32_t slots)
{
	struct btf_builder_member members[] = {
		{"parent", t->u64, 0, 0},
		{"pivot", btf_builder_array(&t->b, t->u64, slots - 1), 64, 0},
		{"slot", btf_builder_array(&t->b, t->u64, slots), slots < 32 ? 64 * slots : 0,
		 0},
	};

	return btf_builder_struct(&t->b, name, BTF_KIND_STRUCT, 256, members, 3);
}

static void maple_types(struct types *t, enum kernel kernel)
{
	struct btf_enum values[] = {{btf_builder_string(&t->b, "maple_leaf_64"), 1},
				    {btf_builder_string(&t->b, "maple_range_64"), 2},
				    {btf_builder_string(&t->b, "maple_arange_64"), 3}};

	node_type(t, "maple_range_64", kernel == WITH_LARGE_NODES ? 32 : 16);
	node_type(t, "maple_arange_64", 10);
	btf_builder_type(&t->b, "maple_type", BTF_BUILDER_INFO(BTF_KIND_ENUM, 0, 3), 4, values,
			 sizeof(values));
}

/* A structure with vm_file in it at 7 times the largest offset that a member can have. */
static uint32_t far_file(struct types *t)
{
	struct btf_builder_member member = {"vm_file", t->u64, 0xfffffff8, 0};
	uint32_t type = 0;

	for (int i = 0; i < 7; i++) {
		type = btf_builder_struct(&t->b, NULL, BTF_KIND_STRUCT, 8, &member, 1);
		member.name = NULL;
		member.type = type;
	}
	return type;
}

static void vma_type(struct types *t, enum kernel kernel)
{
	struct btf_builder_member members[] = {
		{"vm_start", t->u64, 0, 0},	  {"vm_end", t->u64, 8 * 8, 0},
		{"vm_mm", t->u64, 16 * 8, 0},	  {"vm_flags", t->u64, 32 * 8, 0},
		{"vm_pgoff", t->u64, 136 * 8, 0}, {"vm_file", t->u64, 144 * 8, 0},
		{"vm_next", t->u64, 160 * 8, 0},
	};

	if (kernel == WITH_FAR_MEMBERS)
		members[5] = (struct btf_builder_member){NULL, far_file(t), 0xfffffff8, 0};
	btf_builder_struct(&t->b, "vm_area_struct", BTF_KIND_STRUCT, 200, members,
			   kernel == WITH_LISTS ? 7 : 6);
}

/* Structures of a kernel, but without paths. */
static struct px_linux_mm_layout layout_from_types(enum kernel kernel)
{
	static const char *const mm[] = {"exec_vm", "start_code", "start_brk", "brk",
					 "start_stack"};
	static const uint32_t mm_offsets[] = {232, 248, 280, 288, 296};
	bool maple = kernel != WITH_LISTS;
	struct types t;
	struct btf_builder_member members[8];
	struct px_type_info *types = NULL;
	struct px_linux_mm_layout l;
	uint32_t tree;

	btf_builder_init(&t.b);
	t.u32 = btf_builder_int(&t.b, "u32", 4);
	t.u64 = btf_builder_int(&t.b, "u64", 8);
	if (maple)
		maple_types(&t, kernel);
	tree = btf_builder_struct(&t.b, "maple_tree", BTF_KIND_STRUCT, 16,
				  (struct btf_builder_member[]){{"ma_root", t.u64, 64, 0}}, 1);
	for (size_t i = 0; i < px_array_size(mm); i++)
		members[i] = (struct btf_builder_member){mm[i], t.u64, mm_offsets[i] * 8, 0};
	members[5] = maple ? (struct btf_builder_member){"mm_mt", tree, 64 * 8, 0}
			   : (struct btf_builder_member){"mmap", t.u64, 0, 0};
	btf_builder_struct(&t.b, "mm_struct", BTF_KIND_STRUCT, 1024, members, 6);
	vma_type(&t, kernel);
	assert_null(px_type_info_open_btf(btf_builder_finish(&t.b), NULL, &types));
	l = px_linux_mm_layout_of(types);
	px_type_info_close(types);
	return l;
}

static void test_layouts(void **state)
{
	struct px_linux_mm_layout l = layout_from_types(WITH_TREES);

	assert_true(l.known && l.maple);
	assert_int_equal(l.first, 72);
	assert_int_equal(l.brk, layout.brk);
	assert_int_equal(l.start_stack, layout.start_stack);
	assert_int_equal(l.vma.size, 152);
	assert_int_equal(l.vma.file, layout.vma.file);
	assert_memory_equal(&l.node, &layout.node, sizeof(l.node));
	assert_false(l.have_vdso || l.path.known);
	l = layout_from_types(WITH_LISTS);
	assert_true(l.known && !l.maple);
	assert_int_equal(l.first, 0);
	assert_int_equal(l.vma.next, 160);
	assert_false(px_linux_mm_layout_of(NULL).known);
}

static void test_hostile_layouts(void **state)
{
	assert_false(layout_from_types(WITH_LARGE_NODES).known);
	assert_false(layout_from_types(WITH_FAR_MEMBERS).known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_leaf, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_and_open_leaves, setup, teardown),
		cmocka_unit_test_setup_teardown(test_levels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_trees, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mappings_that_lie, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failing_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_of_mappings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vdso_image, setup, teardown),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_hostile_layouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
