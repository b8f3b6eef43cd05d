/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build-ids of files in foreign memory, as the files have them and as they should not. */
#include "guest/mapped-elf.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/bytes.h"
#include "symbolize/elf-image.h"

#define START UINT64_C(0x7f0000000000)

enum {
	SIZE = 4096,
	NOTE = 1024,
};

struct file {
	union {
		uint8_t bytes[SIZE];
		Elf64_Ehdr header;
	};
	size_t there; /* so much of it can be read */
};

static bool read_file(void *context, uint64_t address, void *buffer, size_t size)
{
	const struct file *file = context;
	struct px_bytes part;

	if (!px_bytes_slice(px_bytes_of(file->bytes, file->there), address - START, size,
			    &part))
		return false;
	memcpy(buffer, part.data, part.size);
	return true;
}

static bool find(struct file *file, struct px_build_id *ret)
{
	const struct px_linux_reader reader = {read_file, file};

	return px_mapped_elf_build_id(&reader, START, SIZE, ret);
}

/* Two program headers; the second one leads to a note. */
static struct file make(void)
{
	struct file file = {.there = SIZE};
	Elf64_Phdr segments[2] = {{.p_type = PT_LOAD, .p_filesz = SIZE},
				  {.p_type = PT_NOTE, .p_offset = NOTE, .p_filesz = 24}};
	const Elf64_Nhdr note = {4, 8, NT_GNU_BUILD_ID};

	memcpy(file.header.e_ident, "\177ELF\2\1\1", 7);
	file.header.e_phoff = sizeof(file.header);
	file.header.e_phentsize = sizeof(segments[0]);
	file.header.e_phnum = 2;
	memcpy(file.bytes + sizeof(file.header), segments, sizeof(segments));
	memcpy(file.bytes + NOTE, &note, sizeof(note));
	memcpy(file.bytes + NOTE + sizeof(note), "GNU", 4);
	memset(file.bytes + NOTE + sizeof(note) + 4, 0xab, 8);
	return file;
}

static void test_made(void **state)
{
	struct file file = make();
	struct px_build_id id = {0};

	assert_true(find(&file, &id));
	assert_int_equal(id.size, 8);
	assert_int_equal(id.bytes[7], 0xab);
}

/* What the loader mapped of this program first, against what its file says. */
static void test_this_program(void **state)
{
	FILE *program = fopen("/proc/self/exe", "re");
	struct px_elf_image *image = NULL;
	struct file file = {.there = SIZE};
	struct px_build_id id = {0};

	assert_non_null(program);
	assert_int_equal(fread(file.bytes, 1, SIZE, program), SIZE);
	fclose(program);
	assert_null(px_elf_image_open("/proc/self/exe", &image));
	assert_int_equal(find(&file, &id), px_elf_image_build_id(image)->size > 0);
	if (id.size)
		assert_true(px_build_id_equal(&id, px_elf_image_build_id(image)));
	px_elf_image_close(image);
}

static void test_hostile(void **state)
{
	static const struct {
		size_t offset, size;
		uint64_t value;
	} lies[] = {
		{offsetof(Elf64_Ehdr, e_ident), 4, 0x464c4580},
		{offsetof(Elf64_Ehdr, e_ident) + EI_CLASS, 1, ELFCLASS32},
		{offsetof(Elf64_Ehdr, e_ident) + EI_DATA, 1, ELFDATA2MSB},
		{offsetof(Elf64_Ehdr, e_phentsize), 2, 0},
		{offsetof(Elf64_Ehdr, e_phentsize), 2, 32},
		{offsetof(Elf64_Ehdr, e_phoff), 8, SIZE - 8},
		{offsetof(Elf64_Ehdr, e_phoff), 8, UINT64_MAX - 8},
		{offsetof(Elf64_Ehdr, e_phnum), 2, 1},
		{sizeof(Elf64_Ehdr) + 56 + offsetof(Elf64_Phdr, p_offset), 8, SIZE},
		{sizeof(Elf64_Ehdr) + 56 + offsetof(Elf64_Phdr, p_offset), 8, UINT64_MAX - 3},
		{sizeof(Elf64_Ehdr) + 56 + offsetof(Elf64_Phdr, p_filesz), 8, 0},
		{sizeof(Elf64_Ehdr) + 56 + offsetof(Elf64_Phdr, p_filesz), 8, UINT64_MAX},
		{NOTE, 4, UINT32_MAX},
		{NOTE + 4, 4, UINT32_MAX},
		{NOTE + 8, 4, 1},
	};
	struct px_build_id id = {0};

	for (size_t i = 0; i < px_array_size(lies); i++) {
		struct file file = make();

		memcpy(file.bytes + lies[i].offset, &lies[i].value, lies[i].size);
		if (find(&file, &id))
			fail_msg("lie %zu", i);
	}
	for (size_t there = 0; there < NOTE + 24; there++) {
		struct file file = make();

		file.there = there;
		assert_false(find(&file, &id));
	}
	assert_int_equal(id.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_this_program),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
