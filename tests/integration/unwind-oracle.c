/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our unwind tables against others' reading of the same file:
 *
 *	unwind-oracle rows FILE SECTION < ROWS	readelf --debug-dump=frames-interp of it
 *	unwind-oracle libdw FILE SECTION	libdw, at random addresses
 *	unwind-oracle orc FILE			ORC against .debug_frame, at random addresses
 *	unwind-oracle stacks FILE		stacks laid out from the file's tables
 *
 * Prints one line of counts; exit 1 when something differs that must not.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "symbolize/cfi.h"
#include "symbolize/elf-image.h"
#include "symbolize/orc.h"
#include "tests/support/inverse-stack.h"

enum {
	DRAWS = 1000000,
	SHOWN = 10,
	STACKS = 4000,
	MAX_DEPTH = 200
};

#define KERNEL_START 0xffff800000000000u
#define STACK	     0xffffc90000000000u

static const char *const register_names[PX_REGS] = {
	"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8",
	"r9",  "r10", "r11", "r12", "r13", "r14", "r15", "ra",
};

static void stop_at(struct px_error *err)
{
	if (!err)
		return;
	fprintf(stderr, "unwind-oracle: %s\n", err->message);
	exit(2);
}

/* --- tables ---------------------------------------------------------------------------------
 */

static uint64_t lowest_text(struct px_elf_image *image)
{
	size_t count = 0;
	const struct px_elf_segment *segments = px_elf_image_segments(image, &count);
	uint64_t lowest = UINT64_MAX;

	for (size_t i = 0; i < count; i++)
		if (segments[i].executable)
			lowest = px_min(lowest, segments[i].address);
	return lowest;
}

static struct px_unwind_table *cfi_table(struct px_elf_image *image, const char *name)
{
	struct px_elf_section section = {0};
	struct px_cfi_section cfi = {.kind = PX_CFI_EH_FRAME};
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;
	struct px_cfi_counts counts = {0};

	if (!strcmp(name, ".debug_frame"))
		cfi.kind = PX_CFI_DEBUG_FRAME;
	stop_at(px_elf_image_section(image, name, &section));
	cfi.bytes = section.bytes;
	cfi.address = section.address;
	stop_at(px_unwind_builder_new(lowest_text(image), &builder));
	stop_at(px_cfi_parse(&cfi, builder, &counts));
	stop_at(px_unwind_builder_finish(builder, &table));
	px_unwind_builder_free(builder);
	return table;
}

/* Of a kernel from 5.12 to 6.2. */
static struct px_unwind_table *orc_table(struct px_elf_image *image)
{
	struct px_elf_section ip = {0}, entries = {0};
	struct px_unwind_builder *builder = NULL;
	struct px_unwind_table *table = NULL;

	stop_at(px_elf_image_section(image, ".orc_unwind_ip", &ip));
	stop_at(px_elf_image_section(image, ".orc_unwind", &entries));
	stop_at(px_unwind_builder_new(lowest_text(image), &builder));
	stop_at(px_orc_parse(ip.bytes, ip.address, entries.bytes, PX_ORC_5_12, builder));
	stop_at(px_unwind_builder_finish(builder, &table));
	px_unwind_builder_free(builder);
	return table;
}

/* --- rules as text --------------------------------------------------------------------------
 */

/* As readelf prints them; an unspecified register is "u" there, so are "s" and "u" here. */
struct rule_text {
	char cfa[32], ip[32], bp[32];
};

static void location_text(const struct px_location *at, char text[32])
{
	switch (at->kind) {
	case PX_AT_CFA:
		snprintf(text, 32, "c%+" PRId64, at->offset);
		break;
	case PX_AT_CFA_VALUE:
		snprintf(text, 32, "v%+" PRId64, at->offset);
		break;
	case PX_AT_REGISTER:
		snprintf(text, 32, "r%u", at->reg);
		break;
	case PX_AT_EXPRESSION:
		snprintf(text, 32, "exp");
		break;
	case PX_AT_VALUE:
		snprintf(text, 32, "vexp");
		break;
	default:
		snprintf(text, 32, "u");
	}
}

static void compact_text(const struct px_unwind_rule *rule, struct rule_text *ret)
{
	static const char *const base[] = {
		[PX_CFA_SP] = "rsp",  [PX_CFA_BP] = "rbp",	  [PX_CFA_AX] = "rax",
		[PX_CFA_DX] = "rdx",  [PX_CFA_DI] = "rdi",	  [PX_CFA_R10] = "r10",
		[PX_CFA_R13] = "r13", [PX_CFA_EXPRESSION] = NULL,
	};

	snprintf(ret->ip, sizeof(ret->ip), "c-8");
	snprintf(ret->bp, sizeof(ret->bp), "u");
	if (rule->cfa_base == PX_CFA_END)
		snprintf(ret->ip, sizeof(ret->ip), "u");
	if (base[rule->cfa_base])
		snprintf(ret->cfa, sizeof(ret->cfa), "%s%+d", base[rule->cfa_base],
			 rule->cfa_offset);
	else
		snprintf(ret->cfa, sizeof(ret->cfa), "exp");
	if (rule->bp == PX_BP_CFA)
		snprintf(ret->bp, sizeof(ret->bp), "c%+d", rule->bp_offset);
	if (rule->bp == PX_BP_BP)
		snprintf(ret->bp, sizeof(ret->bp), "exp");
}

static void rule_text(const struct px_unwind_table *table, const struct px_unwind_rule *rule,
		      struct rule_text *ret)
{
	const struct px_cfi_rule *full;

	if (!rule) {
		*ret = (struct rule_text){"none", "none", "none"};
		return;
	}
	if (rule->cfa_base != PX_CFA_EXPRESSION) {
		compact_text(rule, ret);
		return;
	}
	full = px_unwind_table_cfi_rule(table, rule);
	location_text(&full->cfa, ret->cfa);
	if (full->cfa.kind == PX_AT_REGISTER)
		snprintf(ret->cfa, sizeof(ret->cfa), "%s%+" PRId64,
			 register_names[full->cfa.reg % PX_REGS], full->cfa.offset);
	else
		snprintf(ret->cfa, sizeof(ret->cfa), "exp");
	location_text(&full->ip, ret->ip);
	location_text(&full->bp, ret->bp);
}

/* Behind an undefined return address there is no caller whose CFA and BP could matter. */
static bool same_text(const struct rule_text *a, const struct rule_text *b)
{
	if (!strcmp(a->ip, "u") && !strcmp(b->ip, "u"))
		return true;
	return !strcmp(a->cfa, b->cfa) && !strcmp(a->ip, b->ip) && !strcmp(a->bp, b->bp);
}

struct tally {
	uint64_t compared, different;
};

static void compare_at(struct tally *tally, const struct px_unwind_table *table,
		       uint64_t address, const struct rule_text *theirs)
{
	struct rule_text ours;

	rule_text(table, px_unwind_table_find(table, address), &ours);
	tally->compared++;
	if (same_text(&ours, theirs))
		return;
	if (tally->different++ < SHOWN)
		fprintf(stderr,
			"%#" PRIx64 ": CFA %s, RA %s, BP %s; the other reader: %s, %s, %s\n",
			address, ours.cfa, ours.ip, ours.bp, theirs->cfa, theirs->ip,
			theirs->bp);
}

/* --- readelf --------------------------------------------------------------------------------
 */

/* readelf's rows of the section under comparison. */
struct rows {
	const char *section;
	bool inside; /* of that section's dump */
	int bp_column, ip_column;
	struct cie_row {
		uint64_t offset;
		struct rule_text row;
	} * cies;
	size_t cie_count, cie_capacity;
	bool in_cie;
	uint64_t cie, start, end; /* of the FDE */
	uint64_t address;	  /* where its last row starts */
	bool have_row;
	struct rule_text row;
	uint64_t *addresses; /* where rows start and FDEs end */
	size_t address_count, address_capacity;
	struct tally tally;
	const struct px_unwind_table *table;
};

static void note_address(struct rows *rows, uint64_t address)
{
	stop_at(px_array_grow(rows->addresses, rows->address_count, rows->address_capacity));
	rows->addresses[rows->address_count++] = address;
}

/* The last row read holds up to end, exclusive. */
static void row_done(struct rows *rows, uint64_t end)
{
	if (!rows->have_row || rows->address >= end)
		return;
	compare_at(&rows->tally, rows->table, rows->address, &rows->row);
	compare_at(&rows->tally, rows->table, end - 1, &rows->row);
}

/* An FDE that readelf shows without rows has the one of its CIE. */
static void fde_done(struct rows *rows)
{
	for (size_t i = 0; i < rows->cie_count && !rows->have_row; i++)
		if (rows->cies[i].offset == rows->cie) {
			rows->row = rows->cies[i].row;
			rows->address = rows->start;
			rows->have_row = true;
		}
	if (rows->end > rows->start)
		row_done(rows, rows->end);
	rows->have_row = false;
	rows->start = rows->end = 0;
}

static void read_header(struct rows *rows, char *line)
{
	int column = 0;

	rows->bp_column = rows->ip_column = -1;
	for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n"), column++) {
		if (!strcmp(word, "rbp"))
			rows->bp_column = column;
		if (!strcmp(word, "ra"))
			rows->ip_column = column;
	}
}

static void read_row(struct rows *rows, char *line)
{
	struct rule_text row = {.ip = "u", .bp = "u"};
	uint64_t address = strtoull(line, NULL, 16);
	int column = 0;

	for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n"), column++) {
		if (*word == '(') { /* "r5 (rdi)" is one column */
			column--;
			continue;
		}
		if (column == 1)
			snprintf(row.cfa, sizeof(row.cfa), "%s", word);
		if (column == rows->ip_column)
			snprintf(row.ip, sizeof(row.ip), "%s", word);
		if (column == rows->bp_column)
			snprintf(row.bp, sizeof(row.bp), "%s", strcmp(word, "s") ? word : "u");
	}
	if (rows->in_cie) {
		rows->cies[rows->cie_count - 1].row = row;
		return;
	}
	row_done(rows, address);
	note_address(rows, address);
	rows->row = row;
	rows->address = address;
	rows->have_row = true;
}

static void read_line(struct rows *rows, char *line)
{
	const char *pc = strstr(line, " pc=");

	if (!strncmp(line, "Contents of the ", 16)) {
		fde_done(rows);
		rows->inside = strstr(line, rows->section) != NULL;
	} else if (!rows->inside) {
		return;
	} else if (strstr(line, " CIE \"")) {
		fde_done(rows);
		stop_at(px_array_grow(rows->cies, rows->cie_count, rows->cie_capacity));
		rows->cies[rows->cie_count++].offset = strtoull(line, NULL, 16);
		rows->in_cie = true;
	} else if (pc) {
		fde_done(rows);
		rows->in_cie = false;
		sscanf(strstr(line, "cie="), "cie=%" SCNx64 " pc=%" SCNx64 "..%" SCNx64,
		       &rows->cie, &rows->start, &rows->end);
		note_address(rows, rows->start);
		note_address(rows, rows->end);
	} else if (strstr(line, "LOC ")) {
		read_header(rows, line);
	} else if (strlen(line) > 16 && line[16] == ' ' &&
		   strspn(line, "0123456789abcdef") == 16) {
		read_row(rows, line);
	}
}

static int compare_addresses(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Every row of ours starts where one of theirs does. */
static uint64_t invented_rows(const struct rows *rows)
{
	uint64_t invented = 0;

	for (size_t i = 0; i < px_unwind_table_rows(rows->table); i++) {
		const struct px_unwind_rule *rule = NULL;
		uint64_t address = 0;

		px_unwind_table_row(rows->table, i, &address, &rule);
		if (rule && !bsearch(&address, rows->addresses, rows->address_count,
				     sizeof(address), compare_addresses))
			invented++;
	}
	return invented;
}

static bool check_rows(struct px_elf_image *image, const char *section)
{
	struct rows rows = {.section = section, .table = cfi_table(image, section)};
	char line[1024];
	uint64_t invented;

	while (fgets(line, sizeof(line), stdin))
		read_line(&rows, line);
	fde_done(&rows);
	qsort(rows.addresses, rows.address_count, sizeof(rows.addresses[0]), compare_addresses);
	invented = invented_rows(&rows);
	printf("%s %s: %" PRIu64 " comparisons with readelf, %" PRIu64 " differ; of %zu rows "
	       "%" PRIu64 " are invented\n",
	       px_elf_image_name(image), section, rows.tally.compared, rows.tally.different,
	       px_unwind_table_rows(rows.table), invented);
	free(rows.addresses);
	free(rows.cies);
	px_unwind_table_free((struct px_unwind_table *)rows.table);
	return rows.tally.compared && !rows.tally.different && !invented;
}

/* --- libdw ----------------------------------------------------------------------------------
 */

static void ops_text(const Dwarf_Op *ops, size_t count, char text[32])
{
	if (count == 1 && ops[0].atom == DW_OP_bregx && ops[0].number < PX_REGS)
		snprintf(text, 32, "%s%+" PRId64, register_names[ops[0].number],
			 (int64_t)ops[0].number2);
	else if (count == 1 && ops[0].atom >= DW_OP_breg0 &&
		 ops[0].atom < DW_OP_breg0 + PX_REGS)
		snprintf(text, 32, "%s%+" PRId64, register_names[ops[0].atom - DW_OP_breg0],
			 (int64_t)ops[0].number);
	else if (count == 1 && ops[0].atom == DW_OP_regx)
		snprintf(text, 32, "r%" PRIu64, ops[0].number);
	else if (count == 1 && ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31)
		snprintf(text, 32, "r%u", ops[0].atom - DW_OP_reg0);
	else if (count == 1 && ops[0].atom == DW_OP_call_frame_cfa)
		snprintf(text, 32, "c+0");
	else if (count == 2 && ops[0].atom == DW_OP_call_frame_cfa &&
		 ops[1].atom == DW_OP_plus_uconst)
		snprintf(text, 32, "c%+" PRId64, (int64_t)ops[1].number);
	else
		snprintf(text, 32, count ? "exp" : "u");
}

static void libdw_text(Dwarf_Frame *frame, struct rule_text *ret)
{
	Dwarf_Op *ops = NULL, memory[3];
	size_t count = 0;

	dwarf_frame_cfa(frame, &ops, &count);
	ops_text(ops, count, ret->cfa);
	dwarf_frame_register(frame, PX_REG_IP, memory, &ops, &count);
	ops_text(ops, count, ret->ip);
	dwarf_frame_register(frame, PX_REG_BP, memory, &ops, &count);
	ops_text(ops, count, ret->bp);
}

/* A random address that the table has a rule for. */
static uint64_t random_address(const struct px_unwind_table *table, uint64_t *seed)
{
	for (;;) {
		size_t row = (inverse_random(seed) >> 16) % (px_unwind_table_rows(table) - 1);
		const struct px_unwind_rule *rule = NULL, *next = NULL;
		uint64_t start = 0, end = 0;

		px_unwind_table_row(table, row, &start, &rule);
		px_unwind_table_row(table, row + 1, &end, &next);
		if (rule)
			return start + (inverse_random(seed) >> 16) % (end - start);
	}
}

static bool check_libdw(struct px_elf_image *image, const char *section)
{
	struct px_unwind_table *table = cfi_table(image, section);
	bool eh = !strcmp(section, ".eh_frame");
	Elf *elf = px_elf_image_elf(image);
	Dwarf *dwarf = eh ? NULL : dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	Dwarf_CFI *cfi = eh ? dwarf_getcfi_elf(elf) : dwarf_getcfi(dwarf);
	struct tally tally = {0};
	uint64_t seed = 7, absent = 0;

	for (int i = 0; i < DRAWS / 10; i++) {
		uint64_t address = random_address(table, &seed);
		Dwarf_Frame *frame = NULL;
		struct rule_text theirs;

		if (!cfi || dwarf_cfi_addrframe(cfi, address, &frame) != 0) {
			absent++;
			continue;
		}
		libdw_text(frame, &theirs);
		compare_at(&tally, table, address, &theirs);
		free(frame);
	}
	printf("%s %s: %" PRIu64 " comparisons with libdw, %" PRIu64 " differ, %" PRIu64
	       " not known to libdw\n",
	       px_elf_image_name(image), section, tally.compared, tally.different, absent);
	if (eh)
		dwarf_cfi_end(cfi);
	dwarf_end(dwarf);
	px_unwind_table_free(table);
	return tally.compared && !tally.different && !absent;
}

/* --- ORC ------------------------------------------------------------------------------------
 */

/* What both say about CFA and BP; undefined BP in ORC means unchanged or not of interest. */
static bool orc_agrees(const struct px_unwind_rule *orc, const struct px_unwind_rule *dwarf)
{
	return orc->cfa_base == dwarf->cfa_base && orc->cfa_offset == dwarf->cfa_offset &&
	       orc->shape == dwarf->shape &&
	       (orc->bp == dwarf->bp && orc->bp_offset == dwarf->bp_offset);
}

static bool check_orc(struct px_elf_image *image)
{
	struct px_unwind_table *orc = orc_table(image);
	struct px_unwind_table *dwarf = cfi_table(image, ".debug_frame");
	uint64_t seed = 11, both = 0, same = 0, orc_only = 0, end = 0;

	for (int i = 0; i < DRAWS; i++) {
		uint64_t address = random_address(dwarf, &seed);
		const struct px_unwind_rule *a = px_unwind_table_find(orc, address);
		const struct px_unwind_rule *b = px_unwind_table_find(dwarf, address);

		if (!a || a->cfa_base == PX_CFA_END) {
			end++;
			continue;
		}
		both++;
		same += orc_agrees(a, b);
		if (!orc_agrees(a, b) && both - same <= SHOWN)
			fprintf(stderr,
				"%#" PRIx64 ": orc %d%+d bp %d%+d, dwarf %d%+d bp %d%+d\n",
				address, a->cfa_base, a->cfa_offset, a->bp, a->bp_offset,
				b->cfa_base, b->cfa_offset, b->bp, b->bp_offset);
	}
	for (int i = 0; i < DRAWS; i++)
		orc_only += !px_unwind_table_find(dwarf, random_address(orc, &seed));
	printf("%s: ORC and .debug_frame: %" PRIu64 " compared, %" PRIu64 " differ (%.1e), "
	       "%" PRIu64 " without ORC; of ORC's addresses %.2f %% have ORC only\n",
	       px_elf_image_name(image), both, both - same,
	       (double)(both - same) / (double)both, end, 100.0 * (double)orc_only / DRAWS);
	px_unwind_table_free(orc);
	px_unwind_table_free(dwarf);
	return both > DRAWS / 2 && both - same <= both / 5000;
}

/* --- stacks ---------------------------------------------------------------------------------
 */

static uint64_t wrong_stacks(const struct px_unwind_table *table, bool interrupts)
{
	struct px_unwind_space space = {.read_word = inverse_stack_read,
					.kernel_start = KERNEL_START};
	struct px_frame frames[MAX_DEPTH + 1];
	uint64_t seed = 3, wrong = 0;

	stop_at(px_unwind_map_new(&space.map));
	stop_at(px_unwind_map_add(space.map, KERNEL_START, UINT64_MAX, 0, table));
	for (uint64_t i = 0; i < STACKS; i++) {
		struct inverse_stack stack;
		struct px_regs regs;
		size_t count = 0;

		inverse_stack_make(table, &seed, 4 + i % (MAX_DEPTH - 3), STACK, interrupts,
				   &stack);
		regs = stack.regs;
		space.context = &stack;
		px_unwind(&space, &regs, frames, px_array_size(frames), &count);
		wrong += !inverse_stack_matches(&stack, frames, count);
		inverse_stack_fini(&stack);
	}
	px_unwind_map_free(space.map);
	return wrong;
}

static bool check_stacks(struct px_elf_image *image)
{
	struct px_unwind_table *orc = orc_table(image);
	struct px_unwind_table *dwarf = cfi_table(image, ".debug_frame");
	uint64_t orc_wrong = wrong_stacks(orc, true);
	uint64_t dwarf_wrong = wrong_stacks(dwarf, false);

	printf("%s: of %d stacks of 4 to %d frames, wrong by ORC: %" PRIu64
	       ", by .debug_frame: %" PRIu64 "\n",
	       px_elf_image_name(image), STACKS, MAX_DEPTH, orc_wrong, dwarf_wrong);
	px_unwind_table_free(orc);
	px_unwind_table_free(dwarf);
	return !orc_wrong && !dwarf_wrong;
}

int main(int argc, char **argv)
{
	struct px_elf_image *image = NULL;
	bool good = false;

	if (argc < 3) {
		fprintf(stderr, "usage: unwind-oracle rows|libdw|orc|stacks FILE [SECTION]\n");
		return 2;
	}
	stop_at(px_elf_image_open(argv[2], &image));
	if (!strcmp(argv[1], "rows") && argc == 4)
		good = check_rows(image, argv[3]);
	else if (!strcmp(argv[1], "libdw") && argc == 4)
		good = check_libdw(image, argv[3]);
	else if (!strcmp(argv[1], "orc"))
		good = check_orc(image);
	else if (!strcmp(argv[1], "stacks"))
		good = check_stacks(image);
	px_elf_image_close(image);
	return good ? 0 : 1;
}
