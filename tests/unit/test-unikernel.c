/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unikernels of several shapes, built as ELF files and into the memory of a guest that maps it
 * one to one: what is recognised, checked, unwound and named.
 */
#include "guest/unikernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "symbolize/unwinder.h"
#include "tests/support/elf-builder.h"
#include "tests/support/guest-double.h"

#define TEXT	  UINT64_C(0x100000) /* as Solo5's and Mini-OS's linker scripts have it */
#define START	  TEXT
#define MAIN	  (TEXT + 0x100)
#define LEAF	  (TEXT + 0x200)
#define HYPERCALL (TEXT + 0x1000)
#define OTHER	  (TEXT + 0x2000)
#define NOTE	  UINT64_C(0x110000)
#define EH_FRAME  UINT64_C(0x111000)
#define STACK	  UINT64_C(0x180000)

enum {
	TEXT_SIZE = 0x3000,
	MAIN_FRAME = 0x20,
	HYPERCALL_NR = 29,
};

struct world {
	struct elf_builder builder;
	struct px_bytes file;
	struct px_guest_double *guest;
	struct px_memory *memory;
	px_root root;
	uint8_t text[TEXT_SIZE];
	struct px_unikernel *unikernel;
	struct px_frame frames[16];
	size_t frame_count;
};

/* How a unikernel is built. */
struct shape {
	bool rules;	   /* .eh_frame; else frame pointers */
	bool stripped;	   /* no section headers at all */
	bool build_id;	   /* loaded */
	bool writable;	   /* one segment for everything */
	uint64_t address;  /* of the text, TEXT where 0 */
	uint16_t type;	   /* ET_EXEC where 0 */
	uint64_t entry_ip; /* of vCPU 0, LEAF where 0 */
};

static void check(struct px_error *err)
{
	if (err)
		fail_msg("%s", err->message);
}

/* --- the image ---------------------------------------------------------------------------- */

/* No two bytes that follow each other are the same; the hypercall page is one value. */
static void fill_text(uint8_t text[TEXT_SIZE])
{
	const int32_t distance = (int32_t)(LEAF - (MAIN + 0x50));

	for (size_t i = 0; i < TEXT_SIZE; i++)
		text[i] = (uint8_t)(i * 37 + i / 256 + 1);
	memset(text + (HYPERCALL - TEXT), 0, 0x1000);
	/* main calls leaf and the instruction after is MAIN + 0x50. */
	text[MAIN + 0x4b - TEXT] = 0xe8;
	memcpy(text + (MAIN + 0x4c - TEXT), &distance, sizeof(distance));
}

/* A record of .eh_frame: its length, id and contents. */
static size_t put_record(uint8_t *to, uint32_t id, const void *contents, uint32_t size)
{
	const uint32_t length = size + 4;

	memcpy(to, &length, 4);
	memcpy(to + 4, &id, 4);
	memcpy(to + 8, contents, size);
	return size + 8;
}

static size_t put_fde(uint8_t *frames, size_t at, uint64_t function, uint64_t size,
		      const uint8_t program[8])
{
	uint8_t contents[24];

	memcpy(contents, &function, 8);
	memcpy(contents + 8, &size, 8);
	memcpy(contents + 16, program, 8);
	return at + put_record(frames + at, (uint32_t)at + 4, contents, sizeof(contents));
}

/* _start is outermost, main has a frame, the rest has no rules (System V ABI AMD64 4.2.4). */
static size_t build_frames(uint8_t *frames)
{
	/* Version 1, factors 1 and -8, return address 16; CFA = SP + 8, IP at CFA - 8. */
	static const uint8_t cie[] = {1, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1, 0, 0};
	static const uint8_t outermost[8] = {0x07, 16};
	static const uint8_t framed[8] = {0x0e, MAIN_FRAME};
	size_t at = put_record(frames, 0, cie, sizeof(cie));

	at = put_fde(frames, at, START, 0x80, outermost);
	return put_fde(frames, at, MAIN, 0x100, framed);
}

static void add_symbols(struct elf_builder *b, uint16_t text)
{
	const unsigned int function = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);

	elf_builder_symbol(b, "_start", START, 0x80, function, text);
	elf_builder_symbol(b, "main", MAIN, 0x100, function, text);
	elf_builder_symbol(b, "leaf", LEAF, 0x100, function, text);
	elf_builder_symbol(b, "hypercall_page", HYPERCALL, 0x1000, function, text);
}

static void build_image(struct world *w, const struct shape *shape)
{
	const uint64_t address = shape->address ? shape->address : TEXT;
	uint8_t frames[256], note[36];
	uint16_t text;

	elf_builder_init(&w->builder);
	fill_text(w->text);
	if (shape->type)
		w->builder.header.e_type = shape->type;
	text = elf_builder_section(&w->builder, ".text", SHT_PROGBITS,
				   SHF_ALLOC | SHF_EXECINSTR, address, w->text, TEXT_SIZE);
	w->builder.segment = (Elf64_Phdr){.p_type = PT_LOAD,
					  .p_flags = PF_R | PF_X | (shape->writable ? PF_W : 0),
					  .p_offset = w->builder.sections[text].sh_offset,
					  .p_vaddr = address,
					  .p_filesz = TEXT_SIZE,
					  .p_memsz = TEXT_SIZE};
	if (shape->rules)
		elf_builder_section(&w->builder, ".eh_frame", SHT_PROGBITS, SHF_ALLOC, EH_FRAME,
				    frames, build_frames(frames));
	if (shape->build_id)
		elf_builder_section(&w->builder, ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC,
				    NOTE, note, elf_builder_note(0x42, note));
	if (!shape->stripped)
		add_symbols(&w->builder, text);
	w->file = elf_builder_finish(&w->builder);
	if (shape->stripped) {
		Elf64_Ehdr *header = (Elf64_Ehdr *)w->builder.bytes;

		header->e_shoff = header->e_shnum = header->e_shstrndx = 0;
	}
}

/* --- the guest ---------------------------------------------------------------------------- */

static void put(struct world *w, uint64_t address, const void *bytes, size_t size)
{
	px_guest_double_write(w->guest, PX_PAGING_4_LEVEL, w->root, address, bytes, size);
}

static void put_word(struct world *w, uint64_t address, uint64_t word)
{
	put(w, address, &word, sizeof(word));
}

/* leaf was called by main with BP set up, main by _start. */
static void build_stack(struct world *w, uint64_t ip)
{
	px_guest_double_run(w->guest, 0, PX_PAGING_4_LEVEL, w->root, ip, STACK);
	w->guest->vcpus[0].kernel_mode = true;
	w->guest->vcpus[0].regs.reg[PX_REG_BP] = STACK + 0x10;
	w->guest->vcpus[0].regs.valid |= 1u << PX_REG_BP;
	put_word(w, STACK + 0x10, STACK + 0x10 + MAIN_FRAME);
	put_word(w, STACK + 0x18, MAIN + 0x50);
	put_word(w, STACK + 0x20 + MAIN_FRAME - 16, 0);
	put_word(w, STACK + 0x20 + MAIN_FRAME - 8, START + 0x20);
}

static void world_init(struct world *w, enum px_guest_type type, const struct shape *shape)
{
	memset(w, 0, sizeof(*w));
	build_image(w, shape);
	w->guest = px_guest_double_new(type, 2);
	w->root = px_guest_double_root(w->guest);
	check(px_memory_new(&w->guest->guest, 256, &w->memory));
	px_guest_double_map(w->guest, PX_PAGING_4_LEVEL, w->root, 0,
			    px_guest_double_frames(w->guest, 512), PX_PAGE_2M);
	put(w, TEXT, w->text, TEXT_SIZE);
	build_stack(w, shape->entry_ip ? shape->entry_ip : LEAF + 0x40);
}

static void world_fini(struct world *w)
{
	px_unikernel_close(w->unikernel);
	px_memory_free(w->memory);
	px_guest_close(&w->guest->guest);
}

static struct px_error *open_unikernel(struct world *w)
{
	struct px_elf_image *image = NULL;
	struct px_error *err = px_elf_image_open_bytes(w->file, "test.elf", &image);

	return err ? err : px_unikernel_open(&w->guest->guest, w->memory, image, &w->unikernel);
}

static enum px_read_word_result read_word(void *context, uint64_t address, uint64_t *ret)
{
	struct world *w = context;

	return px_memory_word(w->memory, PX_PAGING_4_LEVEL, w->root, px_gva_of(address), ret) ==
			       PX_READ_OK
		       ? PX_WORD_OK
		       : PX_WORD_BAD;
}

static enum px_end_reason unwind(struct world *w)
{
	struct px_regs regs = w->guest->vcpus[0].regs;
	const struct px_unwind_space space = {.map = px_unikernel_unwind_map(w->unikernel),
					      .read_word = read_word,
					      .context = w};

	return px_unwind(&space, &regs, w->frames, px_array_size(w->frames), &w->frame_count);
}

static void assert_frame(const struct world *w, size_t i, const char *name,
			 enum px_rule_source source)
{
	const struct px_symbol *symbol;

	assert_true(i < w->frame_count);
	assert_int_equal(w->frames[i].source, source);
	symbol = px_unikernel_find_symbol(w->unikernel, px_frame_lookup_address(&w->frames[i]));
	assert_non_null(symbol);
	assert_string_equal(symbol->name, name);
}

static void assert_refused(struct world *w, enum px_error_code code, const char *text)
{
	struct px_error *err = open_unikernel(w);

	assert_non_null(err);
	assert_null(w->unikernel);
	assert_int_equal(err->code, code);
	if (!strstr(err->message, text))
		fail_msg("\"%s\" is not in \"%s\"", text, err->message);
	px_error_free(err);
}

/* --- shapes ------------------------------------------------------------------------------- */

/* Solo5: .eh_frame is kept; what is written in assembly has no rules. */
static void test_rules(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_PVH, &(struct shape){.rules = true});
	check(open_unikernel(&w));
	assert_null(px_unikernel_problem(w.unikernel));
	assert_true(px_unikernel_has_symbols(w.unikernel));
	assert_int_equal(unwind(&w), PX_END_THREAD_ROOT);
	assert_int_equal(w.frame_count, 3);
	assert_frame(&w, 0, "leaf", PX_RULE_NONE);
	assert_frame(&w, 1, "main", PX_RULE_FRAME_POINTER);
	assert_frame(&w, 2, "_start", PX_RULE_EH_FRAME);
	assert_null(px_unikernel_find_symbol(w.unikernel, TEXT - 1));
	world_fini(&w);
}

/* Stripped of all that is not loaded, built with frame pointers; the chain ends with a zero. */
static void test_frame_pointers(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_PVH, &(struct shape){.stripped = true});
	check(open_unikernel(&w));
	assert_false(px_unikernel_has_symbols(w.unikernel));
	assert_int_equal(unwind(&w), PX_END_THREAD_ROOT);
	assert_int_equal(w.frame_count, 3);
	assert_true(w.frames[1].ip == MAIN + 0x50);
	assert_true(w.frames[2].ip == START + 0x20);
	assert_int_equal(w.frames[2].source, PX_RULE_FRAME_POINTER);
	world_fini(&w);
}

/* Which calls return where. */
static void test_returns(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_PVH, &(struct shape){.rules = true});
	check(open_unikernel(&w));
	assert_true(px_unikernel_is_return(w.unikernel, LEAF + 0x10, MAIN + 0x50));
	assert_false(px_unikernel_is_return(w.unikernel, MAIN, MAIN + 0x50));
	assert_false(px_unikernel_is_return(w.unikernel, LEAF, MAIN + 0x51));
	assert_false(px_unikernel_is_return(w.unikernel, LEAF, TEXT + 2));
	assert_false(px_unikernel_is_return(w.unikernel, LEAF, 0));
	assert_false(px_unikernel_is_return(w.unikernel, LEAF, TEXT + TEXT_SIZE + 4));
	assert_false(px_unikernel_is_return(w.unikernel, TEXT - 1, MAIN + 0x50));
	world_fini(&w);
}

/* Waiting in a hypercall: the page's stubs are what Xen wrote, not what the file has. */
static void hypercall(enum px_guest_type type, unsigned int offset, unsigned int words)
{
	uint64_t ip = HYPERCALL + HYPERCALL_NR * 32 + offset, sp = STACK - 8 * words;
	struct world w;

	world_init(&w, type, &(struct shape){.rules = true, .entry_ip = ip});
	put(&w, HYPERCALL, (uint8_t[]){0xb8, 29, 0, 0, 0, 0x0f, 1, 0xd9, 0xc3}, 9);
	w.guest->vcpus[0].regs.reg[PX_REG_SP] = sp;
	put_word(&w, STACK - 8, LEAF + 0x44);
	check(open_unikernel(&w));
	assert_int_equal(unwind(&w), PX_END_THREAD_ROOT);
	assert_int_equal(w.frame_count, 4);
	assert_frame(&w, 0, "hypercall_page", PX_RULE_NONE);
	assert_frame(&w, 1, "leaf", PX_RULE_STUB);
	assert_frame(&w, 2, "main", PX_RULE_FRAME_POINTER);
	assert_frame(&w, 3, "_start", PX_RULE_EH_FRAME);
	world_fini(&w);
}

static void test_hypercall(void **state)
{
	static const struct {
		uint8_t offset, words; /* on the stack at that instruction */
	} pv[] = {{0, 1}, {1, 2}, {3, 3}, {8, 3}, {10, 3}, {12, 2}, {13, 1}};

	hypercall(PX_GUEST_PVH, 0, 1);
	hypercall(PX_GUEST_PVH, 5, 1);
	hypercall(PX_GUEST_HVM, 8, 1);
	for (size_t i = 0; i < px_array_size(pv); i++)
		hypercall(PX_GUEST_PV, pv[i].offset, pv[i].words);
}

/* Mini-OS: one segment for code and data, some of which have changed. */
static void test_writable(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_PV, &(struct shape){.rules = true, .writable = true});
	put_word(&w, OTHER, 0x1234567890);
	put_word(&w, START, 0x1234567890);
	check(open_unikernel(&w));
	assert_int_equal(unwind(&w), PX_END_THREAD_ROOT);
	px_unikernel_close(w.unikernel);
	w.unikernel = NULL;
	put_word(&w, LEAF + 0x48, 0x1234567890);
	assert_refused(&w, PX_ERR_MISMATCH, "at 0x100248 the file has ");
	world_fini(&w);
}

/* --- what is recognised ------------------------------------------------------------------- */

static bool is_unikernel(const struct shape *shape)
{
	struct px_elf_image *image px_cleanup(px_elf_image_closep) = NULL;
	struct world *w = calloc(1, sizeof(*w));
	bool is;

	assert_non_null(w);
	build_image(w, shape);
	check(px_elf_image_open_bytes(w->file, "test.elf", &image));
	is = px_unikernel_is_image(image);
	px_elf_image_close(image);
	image = NULL;
	free(w);
	return is;
}

static void test_recognised(void **state)
{
	assert_true(is_unikernel(&(struct shape){.rules = true}));
	assert_true(is_unikernel(&(struct shape){.stripped = true}));
	assert_true(is_unikernel(&(struct shape){.writable = true}));
	assert_true(is_unikernel(&(struct shape){.type = ET_DYN}));
	assert_true(is_unikernel(&(struct shape){.address = 0x40000000}));
	assert_false(is_unikernel(&(struct shape){.address = UINT64_C(0xffffffff81000000)}));
	assert_false(is_unikernel(&(struct shape){.type = ET_REL}));
}

static void test_32_bit(void **state)
{
	struct px_error *err;
	struct world w;

	world_init(&w, PX_GUEST_PVH, &(struct shape){.rules = true});
	w.builder.bytes[EI_CLASS] = ELFCLASS32;
	((Elf64_Ehdr *)w.builder.bytes)->e_machine = EM_386;
	err = open_unikernel(&w);
	assert_int_equal(err->code, PX_ERR_UNSUPPORTED);
	assert_non_null(strstr(err->message, "32-bit x86"));
	px_error_free(err);
	world_fini(&w);
}

/* --- what is checked ---------------------------------------------------------------------- */

static void test_other_text(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_PVH, &(struct shape){.rules = true});
	put(&w, TEXT + 0x234, "\x55\x48\x89\xe5", 4);
	assert_refused(&w, PX_ERR_MISMATCH,
		       "test.elf is not what the guest runs: at 0x100234 the file has 87 ac");
	put(&w, TEXT, w.text, TEXT_SIZE);
	put(&w, OTHER + 0x10, "\x55\x48\x89\xe5", 4); /* where nobody looks */
	check(open_unikernel(&w));
	world_fini(&w);
}

static void test_other_text_at_ip(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_PVH, &(struct shape){.rules = true, .entry_ip = OTHER + 0x800});
	put(&w, OTHER + 0x10, "\x55\x48\x89\xe5", 4);
	assert_refused(&w, PX_ERR_MISMATCH, "the guest 55 48 89 e5");
	world_fini(&w);
}

static void test_nothing_there(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_PVH, &(struct shape){.rules = true});
	px_guest_double_unmap(w.guest, PX_PAGING_4_LEVEL, w.root, TEXT);
	assert_refused(&w, PX_ERR_MISMATCH, "the guest has nothing at 0x100000");
	world_fini(&w);
}

static void test_build_id(void **state)
{
	uint8_t note[36];
	struct world w;

	world_init(&w, PX_GUEST_PVH, &(struct shape){.rules = true, .build_id = true});
	put(&w, NOTE, note, elf_builder_note(0x42, note));
	check(open_unikernel(&w));
	px_unikernel_close(w.unikernel);
	w.unikernel = NULL;
	put(&w, NOTE, note, elf_builder_note(0x17, note));
	assert_refused(&w, PX_ERR_MISMATCH,
		       "build-id 4242424242424242424242424242424242424242 in the file, "
		       "1717171717171717171717171717171717171717 in the guest");
	memset(note, 0, sizeof(note));
	put(&w, NOTE, note, sizeof(note)); /* it was not loaded */
	check(open_unikernel(&w));
	world_fini(&w);
}

static void test_no_program(void **state)
{
	struct world w;

	world_init(&w, PX_GUEST_PVH, &(struct shape){.rules = true});
	w.guest->vcpus[0].paging = PX_PAGING_32BIT;
	assert_refused(&w, PX_ERR_NOT_FOUND, "no 64-bit program");
	w.guest->vcpus[0].paging = PX_PAGING_OFF;
	assert_refused(&w, PX_ERR_NOT_FOUND, "no 64-bit program");
	w.guest->vcpus[0].have_context = false;
	assert_refused(&w, PX_ERR_NOT_FOUND, "none of the guest's vCPUs is online");
	w.guest->fail_gather = 1;
	assert_refused(&w, PX_ERR_OTHER, "");
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_frame_pointers),
		cmocka_unit_test(test_returns),
		cmocka_unit_test(test_hypercall),
		cmocka_unit_test(test_writable),
		cmocka_unit_test(test_recognised),
		cmocka_unit_test(test_32_bit),
		cmocka_unit_test(test_other_text),
		cmocka_unit_test(test_other_text_at_ip),
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_build_id),
		cmocka_unit_test(test_no_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
