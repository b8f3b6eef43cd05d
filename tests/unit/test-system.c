/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unikernel as the commands see it: its file on disk, its code in a guest, a recording. */
#include "guest/system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "guest/target.h"
#include "lib/buildid-cache.h"
#include "lib/log.h"
#include "lib/perfdata-reader.h"
#include "symbolize/elf-image.h"
#include "tests/support/elf-builder.h"
#include "tests/support/guest-double.h"
#include "tracer/recording-system.h"

#define TEXT UINT64_C(0x100000)

enum {
	TEXT_SIZE = 0x800
};

struct world {
	char folder[32];
	char image[64], recording[64]; /* paths */
	struct px_guest_double *guest;
	struct px_target target;
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

static void write_image(const char *path, const uint8_t text[TEXT_SIZE])
{
	struct elf_builder builder;
	struct px_bytes bytes;
	uint8_t note[36];
	uint16_t section;
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	elf_builder_init(&builder);
	section = elf_builder_section(&builder, ".text", SHT_PROGBITS,
				      SHF_ALLOC | SHF_EXECINSTR, TEXT, text, TEXT_SIZE);
	builder.segment = (Elf64_Phdr){.p_type = PT_LOAD,
				       .p_flags = PF_R | PF_X,
				       .p_offset = builder.sections[section].sh_offset,
				       .p_vaddr = TEXT,
				       .p_filesz = TEXT_SIZE,
				       .p_memsz = TEXT_SIZE};
	elf_builder_note(0x42, note);
	elf_builder_section(&builder, ".note.gnu.build-id", SHT_NOTE, 0, 0, note, sizeof(note));
	elf_builder_symbol(&builder, "main", TEXT, 0x100, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			   section);
	bytes = elf_builder_finish(&builder);
	assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
	assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	uint8_t text[TEXT_SIZE];
	px_root root;

	assert_non_null(w);
	px_log_set_level(PX_LOG_QUIET);
	snprintf(w->folder, sizeof(w->folder), "/tmp/px-system-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	assert_int_equal(setenv("PERF_BUILDID_DIR", w->folder, 1), 0);
	snprintf(w->image, sizeof(w->image), "%s/./unikernel.elf", w->folder);
	snprintf(w->recording, sizeof(w->recording), "%s/perf.data", w->folder);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 7 + 1);
	write_image(w->image, text);
	w->guest = px_guest_double_new(PX_GUEST_PVH, 1);
	root = px_guest_double_root(w->guest);
	px_guest_double_write(w->guest, PX_PAGING_4_LEVEL, root, TEXT, text, sizeof(text));
	px_guest_double_run(w->guest, 0, PX_PAGING_4_LEVEL, root, TEXT + 0x10, TEXT + 0x700);
	w->target.guest = &w->guest->guest;
	check(px_memory_new(w->target.guest, 16, &w->target.memory));
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	char command[64];

	px_target_close(&w->target);
	snprintf(command, sizeof(command), "rm -rf %s", w->folder);
	assert_int_equal(system(command), 0);
	free(w);
	return 0;
}

static void open_unikernel(struct world *w)
{
	struct px_elf_image *image = NULL;

	check(px_elf_image_open(w->image, &image));
	check(px_system_open_unikernel(&w->target, image));
}

static void test_unikernel(void **state)
{
	struct world *w = *state;
	struct px_sampler_kernel kernel;
	struct px_linux_symbol symbol;
	struct px_namer namer;
	char path[64];

	open_unikernel(w);
	snprintf(path, sizeof(path), "%s/unikernel.elf", w->folder);
	assert_string_equal(w->target.system.program, path);
	assert_null(w->target.kernel);
	assert_non_null(w->target.unikernel);
	kernel = px_target_sampler_kernel(&w->target);
	assert_non_null(kernel.map);
	assert_true(kernel.start == 0);
	assert_false(kernel.have_root);
	assert_null(kernel.current_task);
	namer = px_target_namer(&w->target);
	assert_true(px_namer_find(&namer, TEXT + 0x20, &symbol));
	assert_string_equal(symbol.name, "main");
	assert_false(px_namer_find(&namer, TEXT + TEXT_SIZE, &symbol));
}

/* What perf finds the file by: its path, and the copy in the cache. */
static void test_mapping(void **state)
{
	static struct px_perf_host host;
	static const struct px_tally tally = {.requested_hz = 10};
	struct world *w = *state;
	const struct px_system *system = &w->target.system;
	struct px_recording *recording = NULL;
	struct px_perf_reader *reader = NULL;
	struct px_perf_record record;

	open_unikernel(w);
	check(px_recording_open(&(struct px_recording_setup){.path = w->recording,
							     .host = &host,
							     .domain = &w->guest->guest.domain,
							     .frequency = 10,
							     .program = system->program},
				&recording));
	check(px_recording_map_system(recording, &w->target, 1));
	check(px_recording_describe_system(recording, &w->target));
	check(px_recording_finish(recording, &tally));
	px_recording_free(recording);
	check(px_perf_reader_open(w->recording, &reader));
	do
		assert_true(px_perf_reader_next(reader, &record));
	while (record.type != PX_PERF_MMAP2);
	assert_true(record.mmap.start == TEXT && record.mmap.length == TEXT_SIZE);
	assert_int_equal(record.mmap.build_id.bytes[0], 0x42);
	assert_string_equal(record.mmap.name, system->program);
	assert_true(px_buildid_cache_has(w->folder, &record.mmap.build_id, PX_BUILDID_ELF));
	px_perf_reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_unikernel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mapping, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
