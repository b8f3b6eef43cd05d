/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structure layouts. BTF: built, well formed and damaged. DWARF: this program's own, against
 * what the compiler says. A kernel: its BTF against its DWARF.
 */
#include "symbolize/type-info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "symbolize/type-info-private.h"
#include "tests/support/btf-builder.h"

static struct px_type_info *open_btf(struct px_bytes bytes, const struct px_type_info *base)
{
	struct px_type_info *info = NULL;
	struct px_error *err = px_type_info_open_btf(bytes, base, &info);

	if (err)
		fail_msg("%s", err->message);
	return info;
}

static void assert_member(const struct px_type_info *info, const char *structure,
			  const char *path, uint32_t offset, uint32_t size)
{
	struct px_member member = {0};

	if (!px_type_info_member(info, structure, path, &member))
		fail_msg("%s.%s not found", structure, path);
	if (member.offset != offset || member.size != size)
		fail_msg("%s.%s: %u, %u", structure, path, member.offset, member.size);
}

static void assert_no_member(const struct px_type_info *info, const char *structure,
			     const char *path)
{
	struct px_member member = {.offset = 77, .size = 78};

	assert_false(px_type_info_member(info, structure, path, &member));
	assert_int_equal(member.offset, 77);
	assert_int_equal(member.size, 78);
}

/* --- BTF ---------------------------------------------------------------------------------- */

/* What the kernel-like types below are, with numbers as btf_builder hands them out. */
static void build_kernel(struct btf_builder *b)
{
	uint32_t u32, u64, ch, comm, list, pointer, constant, alias, inner, nested, outer;
	struct btf_enum narrow[2];
	struct btf_enum64 wide[1];

	btf_builder_init(b);
	u32 = btf_builder_int(b, "u32", 4);
	u64 = btf_builder_int(b, "u64", 8);
	ch = btf_builder_int(b, "char", 1);
	comm = btf_builder_array(b, ch, 16);
	pointer = btf_builder_type(b, NULL, BTF_BUILDER_INFO(BTF_KIND_PTR, 0, 0), 0, NULL, 0);
	list = btf_builder_struct(b, "list_head", BTF_KIND_STRUCT, 16,
				  (struct btf_builder_member[]){{"next", pointer, 0, 0},
								{"prev", pointer, 64, 0}},
				  2);
	constant = btf_builder_type(b, NULL, BTF_BUILDER_INFO(BTF_KIND_CONST, 0, 0), list, NULL,
				    0);
	alias = btf_builder_type(b, "list_t", BTF_BUILDER_INFO(BTF_KIND_TYPEDEF, 0, 0),
				 constant, NULL, 0);
	inner = btf_builder_struct(
		b, NULL, BTF_KIND_STRUCT, 16,
		(struct btf_builder_member[]){{"deep", u32, 32, 0}, {"list", alias, 64, 0}}, 2);
	nested = btf_builder_struct(
		b, NULL, BTF_KIND_UNION, 16,
		(struct btf_builder_member[]){{"word", u64, 0, 0}, {NULL, inner, 0, 0}}, 2);
	outer = btf_builder_struct(b, "task", BTF_KIND_STRUCT, 80,
				   (struct btf_builder_member[]){{"flags", u32, 0, 0},
								 {"bit", u32, 32, 1},
								 {NULL, nested, 64, 0},
								 {"comm", comm, 256, 0},
								 {"list", alias, 384, 0}},
				   5);
	btf_builder_type(b, "anonymous_t", BTF_BUILDER_INFO(BTF_KIND_TYPEDEF, 0, 0), inner,
			 NULL, 0);
	btf_builder_struct(
		b, "pair", BTF_KIND_STRUCT, 160,
		(struct btf_builder_member[]){{"both", btf_builder_array(b, outer, 2), 0, 0}},
		1);
	narrow[0] = (struct btf_enum){btf_builder_string(b, "MINUS"), -5};
	narrow[1] = (struct btf_enum){btf_builder_string(b, "SEVEN"), 7};
	btf_builder_type(b, "signed_enum", BTF_BUILDER_INFO(BTF_KIND_ENUM, 1, 2), 4, narrow,
			 sizeof(narrow));
	narrow[0].name_off = btf_builder_string(b, "LARGE");
	btf_builder_type(b, "unsigned_enum", BTF_BUILDER_INFO(BTF_KIND_ENUM, 0, 1), 4, narrow,
			 sizeof(narrow[0]));
	wide[0] = (struct btf_enum64){btf_builder_string(b, "WIDE"), 2, 1};
	btf_builder_type(b, "wide_enum", BTF_BUILDER_INFO(BTF_KIND_ENUM64, 0, 1), 8, wide,
			 sizeof(wide));
}

static void test_btf_members(void **state)
{
	struct btf_builder builder;
	struct px_type_info *info;
	uint32_t size = 0;

	build_kernel(&builder);
	info = open_btf(btf_builder_finish(&builder), NULL);
	assert_string_equal(px_type_info_format(info), "BTF");
	assert_member(info, "task", "flags", 0, 4);
	assert_member(info, "task", "word", 8, 8);
	assert_member(info, "task", "deep", 12, 4);
	assert_member(info, "task", "comm", 32, 16);
	assert_member(info, "task", "list", 16, 16); /* C would not allow two of that name */
	assert_member(info, "task", "list.prev", 24, 8);
	assert_member(info, "list_head", "prev", 8, 8);
	assert_member(info, "anonymous_t", "deep", 4, 4);
	assert_member(info, "pair", "both", 0, 160);
	assert_member(info, "pair", "both.comm", 32, 16);
	assert_no_member(info, "task", "bit");
	assert_no_member(info, "task", "");
	assert_no_member(info, "task", ".");
	assert_no_member(info, "task", "flags.");
	assert_no_member(info, "task", "flags.x");
	assert_no_member(info, "task", "flag");
	assert_no_member(info, "task", "flagsx");
	assert_no_member(info, "task", "list..prev");
	assert_no_member(info, "nothing", "flags");
	assert_no_member(info, "u32", "flags");
	assert_true(px_type_info_size(info, "task", &size));
	assert_int_equal(size, 80);
	assert_false(px_type_info_size(info, "u32", &size));
	/* An alias of a structure that has a name itself is found by that name. */
	assert_false(px_type_info_size(info, "list_t", &size));
	assert_int_equal(size, 80);
	px_type_info_close(info);
	px_type_info_close(NULL);
}

static void test_btf_enumerators(void **state)
{
	struct btf_builder builder;
	struct px_type_info *info;
	int64_t value = 0;

	build_kernel(&builder);
	info = open_btf(btf_builder_finish(&builder), NULL);
	assert_true(px_type_info_enumerator(info, "MINUS", &value));
	assert_true(value == -5);
	assert_true(px_type_info_enumerator(info, "SEVEN", &value));
	assert_true(value == 7);
	assert_true(px_type_info_enumerator(info, "LARGE", &value));
	assert_true(value == 0xfffffffb);
	assert_true(px_type_info_enumerator(info, "WIDE", &value));
	assert_true(value == 0x100000002);
	assert_false(px_type_info_enumerator(info, "NONE", &value));
	assert_true(value == 0x100000002);
	px_type_info_close(info);
}

/* A module's types refer to the kernel's by number and name. */
static void test_btf_of_module(void **state)
{
	struct btf_builder kernel, module;
	struct px_type_info *base, *info;
	uint32_t list = 6; /* list_head in build_kernel */

	build_kernel(&kernel);
	base = open_btf(btf_builder_finish(&kernel), NULL);
	btf_builder_init(&module);
	module.first_string = kernel.header.str_len;
	module.next_type = kernel.next_type;
	btf_builder_struct(
		&module, "queue", BTF_KIND_STRUCT, 32,
		(struct btf_builder_member[]){{"id", 1, 0, 0}, {"link", list, 128, 0}}, 2);
	btf_builder_struct(&module, "list_head", BTF_KIND_STRUCT, 8,
			   (struct btf_builder_member[]){{"first", 1, 32, 0}}, 1);
	info = open_btf(btf_builder_finish(&module), base);
	assert_member(info, "queue", "id", 0, 4);
	assert_member(info, "queue", "link.prev", 24, 8);
	assert_member(info, "task", "comm", 32, 16);
	/* What it has of its own hides the kernel's. */
	assert_member(info, "list_head", "first", 4, 4);
	assert_member(base, "list_head", "prev", 8, 8);
	px_type_info_close(info);
	px_type_info_close(base);
}

/* Cycles end; so do anonymous structures with 2^100 ways through them. */
static void test_btf_without_end(void **state)
{
	struct btf_builder builder;
	struct px_type_info *info;
	uint32_t size;

	btf_builder_init(&builder);
	/* 1: struct containing itself; 2 -> 3 -> 2: typedefs; 4: array of itself */
	btf_builder_struct(&builder, "self", BTF_KIND_STRUCT, 8,
			   (struct btf_builder_member[]){{NULL, 1, 8, 0}, {"t", 2, 0, 0}}, 2);
	btf_builder_type(&builder, "a", BTF_BUILDER_INFO(BTF_KIND_TYPEDEF, 0, 0), 3, NULL, 0);
	btf_builder_type(&builder, "b", BTF_BUILDER_INFO(BTF_KIND_TYPEDEF, 0, 0), 2, NULL, 0);
	btf_builder_array(&builder, 4, 2);
	btf_builder_struct(&builder, "arrays", BTF_KIND_STRUCT, 8,
			   (struct btf_builder_member[]){{"x", 4, 0, 0}, {"y", 999, 0, 0}}, 2);
	for (uint32_t id = 6; id < 106; id++)
		btf_builder_struct(&builder, id == 6 ? "ways" : NULL, BTF_KIND_STRUCT, 8,
				   (struct btf_builder_member[]){{NULL, id + 1, 0, 0},
								 {NULL, id + 1, 0, 0}},
				   2);
	info = open_btf(btf_builder_finish(&builder), NULL);
	assert_no_member(info, "self", "nothing");
	assert_no_member(info, "self", "t");
	assert_no_member(info, "self", "t.x");
	assert_false(px_type_info_size(info, "a", &size));
	assert_no_member(info, "arrays", "x");
	assert_no_member(info, "arrays", "y");
	assert_no_member(info, "ways", "nothing");
	px_type_info_close(info);
}

/* BTF that is too large for btf_builder. */
struct large {
	struct btf_header header;
	struct btf_type types[100000];
	char strings[1 << 20];
};

/* The time of looking for a name, in which many records have or seem to have a part. */
static double seconds_of_looking(const struct large *large, const char *name)
{
	struct px_type_info *info = open_btf(
		px_bytes_of(large, offsetof(struct large, strings) + large->header.str_len),
		NULL);
	clock_t start = clock();

	for (int i = 0; i < 300; i++)
		assert_no_member(info, name, "member");
	px_type_info_close(info);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Whoever makes the BTF gains no time with names: long ones, the same one again and again. */
static void test_btf_with_many_names(void **state)
{
	struct large *large = calloc(1, sizeof(*large));
	const struct btf_type alias = {.info = BTF_BUILDER_INFO(BTF_KIND_TYPEDEF, 0, 0)};

	assert_non_null(large);
	large->header = (struct btf_header){
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(large->header),
		.type_len = sizeof(large->types),
		.str_off = sizeof(large->types),
		.str_len = sizeof(large->strings),
	};
	memset(large->strings + 1, 'x', sizeof(large->strings) - 2);
	for (size_t i = 0; i < px_array_size(large->types); i++)
		large->types[i] = (struct btf_type){
			.name_off = 1, .info = BTF_BUILDER_INFO(BTF_KIND_STRUCT, 0, 0)};
	assert_true(seconds_of_looking(large, "x") < 3);

	/* Each leads to the first through 30 others. */
	memcpy(large->strings, "\0name", 6);
	for (size_t i = 0; i < px_array_size(large->types); i++) {
		large->types[i] = alias;
		large->types[i].name_off = 1;
		large->types[i].type = (uint32_t)(i < 30 ? i : 30);
	}
	large->types[0].info = BTF_BUILDER_INFO(BTF_KIND_FLOAT, 0, 0);
	large->types[0].type = 4;
	assert_true(seconds_of_looking(large, "name") < 3);
	free(large);
}

static void assert_refused(struct px_bytes bytes, enum px_error_code code)
{
	/* An exact copy, so that a sanitizer sees a read beyond it. */
	uint8_t *copy = malloc(bytes.size + 1);
	struct px_type_info *info = NULL;
	struct px_error *err;

	assert_non_null(copy);
	memcpy(copy, bytes.data, bytes.size);
	err = px_type_info_open_btf(px_bytes_of(copy, bytes.size), NULL, &info);
	assert_non_null(err);
	assert_int_equal(err->code, code);
	px_error_free(err);
	free(copy);
}

static void test_btf_damaged(void **state)
{
	struct btf_builder builder;
	struct px_bytes good, part;

	build_kernel(&builder);
	good = btf_builder_finish(&builder);
	for (size_t size = 0; size < good.size; size++) {
		assert_true(px_bytes_slice(good, 0, size, &part));
		assert_refused(px_bytes_of(good.data, size), PX_ERR_TRUNCATED);
	}
	builder.strings[builder.header.str_len - 1] = 'x';
	assert_refused(btf_builder_finish(&builder), PX_ERR_BAD_FORMAT);
	build_kernel(&builder);
	builder.header.magic++;
	assert_refused(btf_builder_finish(&builder), PX_ERR_BAD_FORMAT);
	build_kernel(&builder);
	builder.header.version++;
	assert_refused(btf_builder_finish(&builder), PX_ERR_UNSUPPORTED);
	build_kernel(&builder);
	btf_builder_type(&builder, NULL, BTF_BUILDER_INFO(31, 0, 0), 0, NULL, 0);
	assert_refused(btf_builder_finish(&builder), PX_ERR_UNSUPPORTED);
	build_kernel(&builder);
	btf_builder_type(&builder, NULL, BTF_BUILDER_INFO(BTF_KIND_STRUCT, 0, 3), 0, NULL, 0);
	assert_refused(btf_builder_finish(&builder), PX_ERR_BAD_FORMAT);
}

/* --- DWARF -------------------------------------------------------------------------------- */

enum test_type_enum {
	TEST_TYPE_MINUS = -3,
	TEST_TYPE_LARGE = 40000,
};

struct test_type_outer {
	char first;
	union {
		uint64_t word;
		struct {
			uint32_t low;
			const volatile struct test_type_inner {
				uint16_t a[3];
				void *pointer;
			} inner[2];
		};
	};
	unsigned int bits : 3;
	enum test_type_enum kind;
};

typedef struct {
	uint8_t pad[5];
	uint8_t last;
} test_type_anonymous;

/* Keeps the types in the debug information. */
static struct test_type_outer keep_outer;
static test_type_anonymous keep_anonymous;

#define ASSERT_LIKE_COMPILER(info, type, path, name)                     \
	assert_member(info, name, #path, (uint32_t)offsetof(type, path), \
		      (uint32_t)sizeof(((type *)0)->path))

static void test_dwarf_of_this_program(void **state)
{
	struct px_elf_image *image = NULL;
	struct px_type_info *info = NULL;
	struct px_elf_section section;
	struct px_error *err;
	int64_t value = 0;
	uint32_t size;

	assert_int_equal(keep_outer.first + keep_anonymous.last, 0);
	assert_null(px_elf_image_open("/proc/self/exe", &image));
	err = px_elf_image_section(image, ".debug_info", &section);
	if (err) {
		print_message("built without debug information: %s\n", err->message);
		px_error_free(err);
		px_elf_image_close(image);
		skip();
	}
	assert_null(px_type_info_open(image, &info));
	assert_string_equal(px_type_info_format(info), "DWARF");
	ASSERT_LIKE_COMPILER(info, struct test_type_outer, first, "test_type_outer");
	ASSERT_LIKE_COMPILER(info, struct test_type_outer, word, "test_type_outer");
	ASSERT_LIKE_COMPILER(info, struct test_type_outer, low, "test_type_outer");
	ASSERT_LIKE_COMPILER(info, struct test_type_outer, inner, "test_type_outer");
	ASSERT_LIKE_COMPILER(info, struct test_type_outer, kind, "test_type_outer");
	ASSERT_LIKE_COMPILER(info, test_type_anonymous, last, "test_type_anonymous");
	assert_member(info, "test_type_outer", "inner.pointer",
		      (uint32_t)offsetof(struct test_type_outer, inner[0].pointer),
		      sizeof(void *));
	assert_member(info, "test_type_inner", "a", 0, 6);
	assert_no_member(info, "test_type_outer", "bits");
	assert_no_member(info, "test_type_outer", "nothing");
	assert_no_member(info, "test_type_nothing", "a");
	assert_no_member(info, "test_type_nothing", "a");
	assert_true(px_type_info_size(info, "test_type_outer", &size));
	assert_int_equal(size, sizeof(struct test_type_outer));
	assert_true(px_type_info_enumerator(info, "TEST_TYPE_MINUS", &value));
	assert_true(value == TEST_TYPE_MINUS);
	assert_true(px_type_info_enumerator(info, "TEST_TYPE_LARGE", &value));
	assert_true(value == TEST_TYPE_LARGE);
	assert_false(px_type_info_enumerator(info, "TEST_TYPE_NOTHING", &value));
	px_type_info_close(info);
	px_elf_image_close(image);
}

/* --- both --------------------------------------------------------------------------------- */

static void assert_agree(const struct px_type_info *btf, const struct px_type_info *dwarf,
			 const char *structure, const char *path)
{
	struct px_member a = {0}, b = {0};

	if (!px_type_info_member(btf, structure, path, &a) ||
	    !px_type_info_member(dwarf, structure, path, &b))
		fail_msg("%s.%s not found", structure, path);
	if (a.offset != b.offset || a.size != b.size)
		fail_msg("%s.%s: %u, %u and %u, %u", structure, path, a.offset, a.size,
			 b.offset, b.size);
}

static void test_kernel_btf_against_dwarf(void **state)
{
	static const char *const paths[][2] = {
		{"task_struct", "comm"},
		{"task_struct", "pid"},
		{"task_struct", "tgid"},
		{"task_struct", "flags"},
		{"task_struct", "mm"},
		{"mm_struct", "pgd"},
		{"module", "list.next"},
		{"module", "name"},
		{"module", "state"},
		{"module", "kallsyms"},
		{"module", "arch.num_orcs"},
		{"module", "arch.orc_unwind_ip"},
		{"mod_kallsyms", "symtab"},
		{"mod_kallsyms", "strtab"},
		{"bin_attribute", "private"},
		{"page", "compound_head"},
		{"thread_struct", "sp"},
		{"task_struct", "thread.sp"},
		{"task_struct", "se.run_node"},
		{"pt_regs", "ip"},
	};
	const char *path = getenv("PERF_XEN_VMLINUX");
	struct px_type_info *btf = NULL, *dwarf = NULL;
	struct px_elf_image *image = NULL;
	int64_t a = 0, b = 1;

	if (!path) {
		print_message("PERF_XEN_VMLINUX is not set\n");
		skip();
	}
	assert_null(px_elf_image_open(path, &image));
	assert_null(px_type_info_open(image, &btf));
	assert_string_equal(px_type_info_format(btf), "BTF");
	assert_null(px_type_info_open_dwarf(image, &dwarf));
	for (size_t i = 0; i < px_array_size(paths); i++)
		assert_agree(btf, dwarf, paths[i][0], paths[i][1]);
	assert_true(px_type_info_enumerator(btf, "MODULE_STATE_GOING", &a));
	assert_true(px_type_info_enumerator(dwarf, "MODULE_STATE_GOING", &b));
	assert_true(a == b);
	px_type_info_close(btf);
	px_type_info_close(dwarf);
	px_elf_image_close(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_btf_members),
		cmocka_unit_test(test_btf_enumerators),
		cmocka_unit_test(test_btf_of_module),
		cmocka_unit_test(test_btf_without_end),
		cmocka_unit_test(test_btf_with_many_names),
		cmocka_unit_test(test_btf_damaged),
		cmocka_unit_test(test_dwarf_of_this_program),
		cmocka_unit_test(test_kernel_btf_against_dwarf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
