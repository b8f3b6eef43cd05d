/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF images: built ones in every broken way, this program itself against nm and readelf. */
#include "symbolize/elf-image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <cmocka.h>

#include "tests/support/elf-builder.h"

static struct px_elf_image *image_of(struct elf_builder *builder)
{
	struct px_elf_image *image = NULL;
	struct px_error *err =
		px_elf_image_open_bytes(elf_builder_finish(builder), "built", &image);

	if (err)
		fail_msg("%s", err->message);
	return image;
}

/* err has this code and a message with this text. */
static void assert_error(struct px_error *err, enum px_error_code code, const char *text)
{
	assert_non_null(err);
	if (err->code != code || !strstr(err->message, text))
		fail_msg("unexpected: %d %s", (int)err->code, err->message);
	px_error_free(err);
}

static struct px_error *open_bytes(const void *data, size_t size)
{
	struct px_elf_image *image = NULL;
	struct px_error *err =
		px_elf_image_open_bytes(px_bytes_of(data, size), "thing", &image);

	px_elf_image_close(image);
	return err;
}

static void test_what_it_is_instead(void **state)
{
	uint8_t boot[0x400] = "MZ";
	struct elf_builder builder;
	struct px_elf_image *image = NULL;
	struct px_bytes bytes;

	assert_error(open_bytes("", 0), PX_ERR_TRUNCATED, "empty");
	assert_error(open_bytes("hello world", 11), PX_ERR_BAD_FORMAT, "not an ELF file");
	memcpy(boot + 0x202, "HdrS", 4);
	assert_error(open_bytes(boot, sizeof(boot)), PX_ERR_BAD_FORMAT, "bzImage");

	elf_builder_init(&builder);
	builder.header.e_machine = EM_AARCH64;
	bytes = elf_builder_finish(&builder);
	assert_error(open_bytes(bytes.data, bytes.size), PX_ERR_UNSUPPORTED, "Arm64");
	elf_builder_init(&builder);
	builder.header.e_machine = 4711;
	bytes = elf_builder_finish(&builder);
	assert_error(open_bytes(bytes.data, bytes.size), PX_ERR_UNSUPPORTED, "4711");
	elf_builder_init(&builder);
	builder.header.e_type = ET_CORE;
	bytes = elf_builder_finish(&builder);
	assert_error(open_bytes(bytes.data, bytes.size), PX_ERR_UNSUPPORTED, "type 4");

	assert_error(px_elf_image_open("/nonexistent/vmlinux", &image), PX_ERR_SYSTEM,
		     "/nonexistent/vmlinux");
	assert_error(px_elf_image_open("/", &image), PX_ERR_BAD_FORMAT, "regular");
}

/* Cut anywhere, it is refused, or what lies before the cut is all there was. */
static void test_truncated_everywhere(void **state)
{
	struct elf_builder builder;
	struct px_bytes bytes;

	elf_builder_init(&builder);
	elf_builder_section(&builder, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000,
			    "code", 4);
	elf_builder_symbol(&builder, "f", 0x1000, 4, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 1);
	bytes = elf_builder_finish(&builder);
	for (size_t size = SELFMAG; size < bytes.size; size++) {
		/* An exact copy, so that a sanitizer sees a read beyond it. */
		uint8_t *copy = malloc(size);
		struct px_error *err;

		assert_non_null(copy);
		memcpy(copy, bytes.data, size);
		err = open_bytes(copy, size);
		if (!err)
			fail_msg("%zu of %zu bytes were accepted", size, bytes.size);
		assert_error(err, PX_ERR_TRUNCATED, "truncated");
		free(copy);
	}
}

static void test_sections_and_addresses(void **state)
{
	struct elf_builder builder;
	struct px_elf_section section;
	const struct px_elf_segment *segments;
	struct px_elf_image *image;
	struct px_bytes part;
	size_t count;

	elf_builder_init(&builder);
	elf_builder_section(&builder, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000,
			    "abcdef", 6);
	elf_builder_section(&builder, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0x2000, NULL,
			    64);
	elf_builder_section(&builder, ".comment", SHT_PROGBITS, 0, 0, "hi", 2);
	builder.segment = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x1000, .p_memsz = 6};
	image = image_of(&builder);
	assert_int_equal(px_elf_image_kind(image), PX_ELF_EXEC);
	assert_null(px_elf_image_section(image, ".text", &section));
	assert_int_equal(section.address, 0x1000);
	assert_int_equal(section.bytes.size, 6);
	assert_memory_equal(section.bytes.data, "abcdef", 6);
	assert_null(px_elf_image_section(image, ".bss", &section));
	assert_int_equal(section.bytes.size, 0);
	assert_int_equal(section.size, 64);
	assert_error(px_elf_image_section(image, ".data", &section), PX_ERR_NOT_FOUND, ".data");

	assert_true(px_elf_image_at(image, 0x1002, 4, &part));
	assert_memory_equal(part.data, "cdef", 4);
	assert_false(px_elf_image_at(image, 0x1002, 5, &part));
	assert_false(px_elf_image_at(image, 0xfff, 1, &part));
	assert_false(px_elf_image_at(image, 0x2000, 1, &part));
	assert_false(px_elf_image_at(image, 0, 2, &part));

	segments = px_elf_image_segments(image, &count);
	assert_int_equal(count, 1);
	assert_true(segments[0].executable && !segments[0].writable);
	assert_int_equal(segments[0].address, 0x1000);
	px_elf_image_close(image);
	px_elf_image_close(NULL);
}

static void test_build_id(void **state)
{
	/* A Xen note before it, as in Linux's .notes; names and contents padded to 4 bytes. */
	static const uint8_t other[] = {4,   0,	  0,   0, 5,   0,   0,	 0,   6,   0, 0, 0,
					'X', 'e', 'n', 0, 'l', 'i', 'n', 'u', 'x', 0, 0, 0};
	uint8_t notes[sizeof(other) + 36];
	char hex[PX_BUILD_ID_HEX];
	struct elf_builder builder;
	struct px_elf_image *image;
	struct px_build_id id;

	memcpy(notes, other, sizeof(other));
	elf_builder_note(0xa5, notes + sizeof(other));
	elf_builder_init(&builder);
	elf_builder_section(&builder, ".notes", SHT_NOTE, SHF_ALLOC, 0x1000, notes,
			    sizeof(notes));
	image = image_of(&builder);
	assert_string_equal(px_build_id_hex(px_elf_image_build_id(image), hex),
			    "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5");
	px_elf_image_close(image);

	elf_builder_init(&builder);
	image = image_of(&builder);
	assert_int_equal(px_elf_image_build_id(image)->size, 0);
	px_elf_image_close(image);

	for (size_t size = 0; size < sizeof(notes); size++)
		assert_false(px_build_id_from_notes(px_bytes_of(notes, size), &id));
	notes[0] = 0xff;
	assert_false(px_build_id_from_notes(px_bytes_of(notes, sizeof(notes)), &id));
}

/* In a segment only, as strip --strip-section-headers leaves it. */
static void test_build_id_in_segment(void **state)
{
	struct elf_builder builder;
	struct px_elf_image *image;
	uint8_t note[36];

	elf_builder_init(&builder);
	elf_builder_note(7, note);
	elf_builder_section(&builder, ".x", SHT_PROGBITS, SHF_ALLOC, 0x1000, note,
			    sizeof(note));
	builder.segment = (Elf64_Phdr){.p_type = PT_NOTE,
				       .p_offset = builder.sections[1].sh_offset,
				       .p_filesz = sizeof(note)};
	image = image_of(&builder);
	assert_int_equal(px_elf_image_build_id(image)->size, 20);
	assert_int_equal(px_elf_image_build_id(image)->bytes[19], 7);
	px_elf_image_close(image);
}

/* Both ways of compressing, and a stream that is damaged. */
static void test_compressed(void **state)
{
	uint8_t plain[2000], packed[1000];
	uLongf packed_size = sizeof(packed) - sizeof(Elf64_Chdr);
	Elf64_Chdr chdr = {
		.ch_type = ELFCOMPRESS_ZLIB, .ch_size = sizeof(plain), .ch_addralign = 1};
	static const uint8_t gnu[] = {'Z', 'L', 'I', 'B', 0, 0, 0, 0, 0, 0, 0x07, 0xd0};
	struct px_elf_section section;
	struct elf_builder builder;
	struct px_elf_image *image;

	memset(plain, 'x', sizeof(plain));
	assert_int_equal(compress(packed + sizeof(chdr), &packed_size, plain, sizeof(plain)),
			 Z_OK);
	memcpy(packed, &chdr, sizeof(chdr));
	elf_builder_init(&builder);
	elf_builder_section(&builder, ".debug_info", SHT_PROGBITS, SHF_COMPRESSED, 0, packed,
			    sizeof(chdr) + packed_size);
	elf_builder_section(&builder, ".debug_line", SHT_PROGBITS, SHF_COMPRESSED, 0, packed,
			    sizeof(chdr) + 4);
	memcpy(packed + sizeof(chdr) - sizeof(gnu), gnu, sizeof(gnu));
	elf_builder_section(&builder, ".zdebug_str", SHT_PROGBITS, 0, 0,
			    packed + sizeof(chdr) - sizeof(gnu), sizeof(gnu) + packed_size);
	image = image_of(&builder);
	assert_null(px_elf_image_section(image, ".debug_info", &section));
	assert_int_equal(section.bytes.size, sizeof(plain));
	assert_memory_equal(section.bytes.data, plain, sizeof(plain));
	assert_null(px_elf_image_section(image, ".debug_info", &section));
	assert_int_equal(section.bytes.size, sizeof(plain));
	assert_null(px_elf_image_section(image, ".debug_str", &section));
	assert_int_equal(section.bytes.size, sizeof(plain));
	assert_memory_equal(section.bytes.data, plain, sizeof(plain));
	assert_error(px_elf_image_section(image, ".debug_line", &section), PX_ERR_BAD_FORMAT,
		     ".debug_line");
	px_elf_image_close(image);
}

static void test_symbol_letters(void **state)
{
	static const struct {
		const char *name;
		unsigned int info;
		uint16_t section;
		char letter;
	} symbols[] = {
		{"local_function", ELF64_ST_INFO(STB_LOCAL, STT_FUNC), 1, 't'},
		{"function", ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 1, 'T'},
		{"weak_function", ELF64_ST_INFO(STB_WEAK, STT_FUNC), 1, 'W'},
		{"weak_object", ELF64_ST_INFO(STB_WEAK, STT_OBJECT), 2, 'V'},
		{"data", ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), 2, 'D'},
		{"constant", ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), 3, 'r'},
		{"zeroes", ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), 4, 'b'},
		{"label", ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), 1, 'T'},
		{"indirect", ELF64_ST_INFO(STB_GLOBAL, STT_GNU_IFUNC), 1, 'i'},
		{"file.c", ELF64_ST_INFO(STB_LOCAL, STT_FILE), SHN_ABS, 0},
		{"undefined", ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), SHN_UNDEF, 0},
		{".Llabel", ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE), 1, 0},
		{"linker_script", ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), SHN_ABS, 'A'},
		{"constant_here", ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE), SHN_ABS, 0},
		{"constant_elsewhere", ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), SHN_ABS, 0},
	};
	struct px_symbol_table *table = NULL;
	struct elf_builder builder;
	struct px_elf_image *image;
	size_t wanted = 0;

	elf_builder_init(&builder);
	elf_builder_section(&builder, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0x1000,
			    "", 1);
	elf_builder_section(&builder, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0x2000, "",
			    1);
	elf_builder_section(&builder, ".rodata", SHT_PROGBITS, SHF_ALLOC, 0x3000, "", 1);
	elf_builder_section(&builder, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0x4000, NULL,
			    16);
	for (size_t i = 0; i < px_array_size(symbols); i++) {
		elf_builder_symbol(&builder, symbols[i].name, 0x1000 + 16 * i, 16,
				   symbols[i].info, symbols[i].section);
		wanted += symbols[i].letter != 0;
	}
	/* Up to the last but one. */
	builder.segment = (Elf64_Phdr){.p_type = PT_LOAD,
				       .p_vaddr = 0x1000,
				       .p_memsz = 16 * (px_array_size(symbols) - 1)};
	image = image_of(&builder);
	assert_null(px_symbol_table_new(&table));
	assert_null(px_elf_image_symbols(image, table));
	assert_null(px_symbol_table_sort(table));
	assert_int_equal(px_symbol_table_count(table), wanted);
	for (size_t i = 0; i < px_array_size(symbols); i++) {
		const struct px_symbol *symbol = px_symbol_table_find(table, 0x1008 + 16 * i);

		assert_true(!symbol == !symbols[i].letter);
		if (!symbol)
			continue;
		assert_string_equal(symbol->name, symbols[i].name);
		assert_int_equal(symbol->type, symbols[i].letter);
	}
	px_symbol_table_free(table);
	px_elf_image_close(image);
}

static void test_no_symbols(void **state)
{
	struct px_symbol_table *table = NULL;
	struct elf_builder builder;
	struct px_elf_image *image;

	assert_null(px_symbol_table_new(&table));
	elf_builder_init(&builder);
	image = image_of(&builder);
	assert_error(px_elf_image_symbols(image, table), PX_ERR_NOT_FOUND, "stripped");
	px_elf_image_close(image);

	elf_builder_init(&builder);
	elf_builder_symbol(&builder, "f", 0, 0, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), SHN_ABS);
	builder.header.e_type = ET_REL;
	image = image_of(&builder);
	assert_error(px_elf_image_symbols(image, table), PX_ERR_UNSUPPORTED, "relocatable");
	px_elf_image_close(image);

	elf_builder_init(&builder);
	elf_builder_symbol(&builder, "f", 0, 0, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), SHN_ABS);
	builder.symbols[1].st_name = 60000;
	image = image_of(&builder);
	assert_error(px_elf_image_symbols(image, table), PX_ERR_BAD_FORMAT, "damaged");
	px_elf_image_close(image);
	px_symbol_table_free(table);
}

/* --- against nm and readelf ----------------------------------------------------------------
 */

/* Whether table has this very symbol. */
static bool has_symbol(const struct px_symbol_table *table, uint64_t start, const char *name,
		       char letter)
{
	size_t low = 0, high = px_symbol_table_count(table);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (px_symbol_table_get(table, middle)->start < start)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < px_symbol_table_count(table); low++) {
		const struct px_symbol *symbol = px_symbol_table_get(table, low);

		if (symbol->start != start)
			return false;
		if (!strcmp(symbol->name, name) && symbol->type == letter)
			return true;
	}
	return false;
}

static void assert_like_nm(const char *path)
{
	struct px_symbol_table *table = NULL;
	struct px_elf_image *image = NULL;
	char command[4200], line[4200], name[4200], letter;
	unsigned long long value;
	size_t lines = 0, absolute = 0;
	FILE *nm;

	assert_null(px_elf_image_open(path, &image));
	assert_null(px_symbol_table_new(&table));
	assert_null(px_elf_image_symbols(image, table));
	assert_null(px_symbol_table_sort(table));
	snprintf(command, sizeof(command), "nm --defined-only '%s'", path);
	nm = popen(command, "r");
	assert_non_null(nm);
	while (fgets(line, sizeof(line), nm)) {
		assert_int_equal(sscanf(line, "%llx %c %4199s", &value, &letter, name), 3);
		if (!strncmp(name, ".L", 2) || letter == 'a' || letter == 'A')
			continue;
		lines++;
		if (!has_symbol(table, value, name, letter))
			fail_msg("%s: nm has %llx %c %s", path, value, letter, name);
	}
	assert_int_equal(pclose(nm), 0);
	assert_true(lines > 0);
	for (size_t i = 0; i < px_symbol_table_count(table); i++)
		absolute += px_symbol_table_get(table, i)->type == 'a' ||
			    px_symbol_table_get(table, i)->type == 'A';
	assert_int_equal(px_symbol_table_count(table) - absolute, lines);
	px_symbol_table_free(table);
	px_elf_image_close(image);
}

static void assert_like_readelf(const char *path)
{
	static const char label[] = "Build ID: ";
	char command[4200], line[512], want[64] = "", hex[PX_BUILD_ID_HEX];
	struct px_elf_image *image = NULL;
	FILE *readelf;

	assert_null(px_elf_image_open(path, &image));
	snprintf(command, sizeof(command), "readelf -nW '%s' 2>/dev/null", path);
	readelf = popen(command, "r");
	assert_non_null(readelf);
	while (fgets(line, sizeof(line), readelf)) {
		const char *at = strstr(line, label);

		if (at)
			sscanf(at + strlen(label), "%63s", want);
	}
	assert_int_equal(pclose(readelf), 0);
	assert_string_equal(px_build_id_hex(px_elf_image_build_id(image), hex), want);
	px_elf_image_close(image);
}

static void test_this_program(void **state)
{
	char *path = realpath("/proc/self/exe", NULL);

	assert_non_null(path);
	assert_like_nm(path);
	assert_like_readelf(path);
	free(path);
}

static void test_vmlinux(void **state)
{
	const char *path = getenv("PERF_XEN_VMLINUX");

	if (!path) {
		print_message("PERF_XEN_VMLINUX is not set\n");
		skip();
	}
	assert_like_nm(path);
	assert_like_readelf(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_is_instead),
		cmocka_unit_test(test_truncated_everywhere),
		cmocka_unit_test(test_sections_and_addresses),
		cmocka_unit_test(test_build_id),
		cmocka_unit_test(test_build_id_in_segment),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_symbol_letters),
		cmocka_unit_test(test_no_symbols),
		cmocka_unit_test(test_this_program),
		cmocka_unit_test(test_vmlinux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
