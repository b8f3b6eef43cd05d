/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs: the files that this very process is made of, whole, stripped and from memory. */
#include "symbolize/program.h"

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <cmocka.h>

#include "lib/memory.h"
#include "tests/support/elf-builder.h"

static struct px_bytes file_bytes(const char *path)
{
	struct px_elf_image *image = NULL;
	struct px_bytes bytes;
	uint8_t *copy;

	assert_null(px_elf_image_open(path, &image));
	bytes = px_elf_image_bytes(image);
	copy = malloc(bytes.size);
	memcpy(copy, bytes.data, bytes.size);
	px_elf_image_close(image);
	return px_bytes_of(copy, bytes.size);
}

/* Where the C library came from. */
static int libc_path(struct dl_phdr_info *info, size_t size, void *path)
{
	if (strstr(info->dlpi_name, "/libc.so"))
		snprintf(path, 256, "%s", info->dlpi_name);
	return 0;
}

static struct px_bytes libc_bytes(void)
{
	char path[256] = "";

	dl_iterate_phdr(libc_path, path);
	return file_bytes(path);
}

/* The mapping of an object's text has its bias, as the dynamic linker knows it. */
static int check_bias(struct dl_phdr_info *info, size_t size, void *checked)
{
	uint64_t start, offset, address = 0;
	struct px_program *program = NULL;
	char line[512], path[256], real[PATH_MAX];
	FILE *maps;

	if (!realpath(info->dlpi_name, real))
		return 0;
	assert_null(px_program_open(info->dlpi_name, &program));
	maps = fopen("/proc/self/maps", "re");
	while (fgets(line, sizeof(line), maps)) {
		char mode[5] = "";

		if (sscanf(line, "%lx-%*x %4s %lx %*s %*s %255s", &start, mode, &offset,
			   path) != 4 ||
		    mode[2] != 'x' || strcmp(path, real) != 0)
			continue;
		assert_true(px_program_address_of_offset(program, offset, &address));
		assert_int_equal(start - address, info->dlpi_addr);
		++*(int *)checked;
	}
	fclose(maps);
	px_program_free(program);
	return 0;
}

static void test_bias(void **state)
{
	int checked = 0;

	dl_iterate_phdr(check_bias, &checked);
	assert_true(checked >= 3);
}

/* A linker that packs: text begins in the middle of a page that other data share. */
static void test_packed_segments(void **state)
{
	static struct elf_builder builder;
	struct px_program *program = NULL;
	uint64_t address = 0;

	elf_builder_init(&builder);
	builder.segment = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_flags = PF_X | PF_R,
		.p_offset = 0x1340,
		.p_vaddr = 0x202340,
		.p_filesz = 0x1000,
		.p_memsz = 0x1000,
	};
	assert_null(px_program_open_bytes(elf_builder_finish(&builder), "packed", &program));
	assert_true(px_program_address_of_offset(program, 0x1000, &address));
	assert_int_equal(address, 0x202000);
	assert_true(px_program_address_of_offset(program, 0x233f, &address));
	assert_int_equal(address, 0x20333f);
	assert_false(px_program_address_of_offset(program, 0xfff, &address));
	assert_false(px_program_address_of_offset(program, 0x2340, &address));
	px_program_free(program);
}

static void assert_same_tables(const struct px_unwind_table *a, const struct px_unwind_table *b)
{
	assert_int_equal(px_unwind_table_rows(a), px_unwind_table_rows(b));
	for (size_t i = 0; i < px_unwind_table_rows(a); i++) {
		const struct px_unwind_rule *ra = NULL, *rb = NULL;
		uint64_t at_a = 0, at_b = 0;

		px_unwind_table_row(a, i, &at_a, &ra);
		px_unwind_table_row(b, i, &at_b, &rb);
		assert_int_equal(at_a, at_b);
		assert_int_equal(!ra, !rb);
		if (ra)
			assert_memory_equal(ra, rb, sizeof(*ra));
	}
}

/* Without section headers the same rules are found through PT_GNU_EH_FRAME. */
static void test_without_sections(void **state)
{
	struct px_bytes bytes = libc_bytes();
	Elf64_Ehdr *header = (Elf64_Ehdr *)(uintptr_t)bytes.data;
	struct px_program *whole = NULL, *bare = NULL;

	assert_null(px_program_open_bytes(bytes, "libc", &whole));
	header->e_shoff = 0;
	header->e_shnum = header->e_shstrndx = 0;
	assert_null(px_program_open_bytes(bytes, "bare libc", &bare));
	assert_null(px_program_problem(whole));
	assert_null(px_program_problem(bare));
	assert_true(px_unwind_table_rows(px_program_unwind(whole)) > 10000);
	assert_same_tables(px_program_unwind(whole), px_program_unwind(bare));
	assert_true(px_program_build_id(whole)->size == 20);
	assert_true(px_build_id_equal(px_program_build_id(whole), px_program_build_id(bare)));
	px_program_free(whole);
	px_program_free(bare);
	free((void *)bytes.data);
}

static void test_vdso(void **state)
{
	const void *vdso = (const void *)getauxval(AT_SYSINFO_EHDR);
	const struct px_symbol_table *symbols = NULL;
	struct px_program *program = NULL;
	uint64_t address = 0;

	if (!vdso)
		skip();
	assert_null(px_program_open_bytes(px_bytes_of(vdso, 8192), "[vdso]", &program));
	assert_null(px_program_problem(program));
	assert_null(px_program_symbols(program, &symbols));
	assert_true(px_symbol_table_address(symbols, "__vdso_gettimeofday", &address));
	assert_non_null(px_unwind_table_find(px_program_unwind(program), address));
	px_program_free(program);
}

/* Damage is told, and what was good before it stays. */
static void test_damaged_frames(void **state)
{
	struct px_bytes bytes = libc_bytes();
	struct px_elf_image *image = NULL;
	struct px_elf_section section = {0};
	struct px_program *program = NULL;

	assert_null(px_elf_image_open_bytes(bytes, "libc", &image));
	assert_null(px_elf_image_section(image, ".eh_frame", &section));
	memset((void *)(section.bytes.data + section.bytes.size / 2), 0xee, 64);
	px_elf_image_close(image);
	assert_null(px_program_open_bytes(bytes, "libc", &program));
	assert_non_null(px_program_problem(program));
	assert_non_null(strstr(px_program_problem(program), "libc: .eh_frame"));
	assert_true(px_unwind_table_rows(px_program_unwind(program)) > 1000);
	px_program_free(program);
	free((void *)bytes.data);
}

static void test_no_program(void **state)
{
	static struct elf_builder builder;
	const struct px_symbol_table *symbols = NULL;
	struct px_program *program = NULL;
	struct px_error *err;

	err = px_program_open("/nonexistent", &program);
	assert_int_equal(err->code, PX_ERR_SYSTEM);
	px_error_free(err);
	err = px_program_open_bytes(px_bytes_of(NULL, 0), "nothing", &program);
	assert_int_equal(err->code, PX_ERR_TRUNCATED);
	px_error_free(err);
	elf_builder_init(&builder);
	builder.header.e_type = ET_REL;
	err = px_program_open_bytes(elf_builder_finish(&builder), "object", &program);
	assert_int_equal(err->code, PX_ERR_UNSUPPORTED);
	px_error_free(err);
	assert_null(program);
	elf_builder_init(&builder);
	assert_null(px_program_open_bytes(elf_builder_finish(&builder), "bare", &program));
	assert_null(px_program_symbols(program, &symbols));
	assert_int_equal(px_symbol_table_count(symbols), 0);
	assert_null(px_symbol_table_find(symbols, 0x1000));
	assert_int_equal(px_unwind_table_rows(px_program_unwind(program)), 0);
	px_program_free(program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bias),
		cmocka_unit_test(test_packed_segments),
		cmocka_unit_test(test_without_sections),
		cmocka_unit_test(test_vdso),
		cmocka_unit_test(test_damaged_frames),
		cmocka_unit_test(test_no_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
