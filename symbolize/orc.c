/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading ORC tables (Linux arch/x86/include/asm/orc_types.h at each version).
 *
 * Two parallel arrays: .orc_unwind_ip holds where a row starts, as a 32-bit offset from the
 * word itself; .orc_unwind 6-byte entries: s16 SP offset, s16 BP offset, and flags:
 *
 *	version   0-3     4-7     8-9          10       11
 *	4.14-6.2  SP reg  BP reg  type         end
 *	6.3       SP reg  BP reg  type         signal   end
 *	6.4 on    SP reg  BP reg  type (8-10)           signal
 *
 * The signal bit is not needed: a frame behind saved registers is an interrupted one.
 */
#include "symbolize/orc.h"

#include <stdio.h>
#include <string.h>

enum {
	ENTRY_SIZE = 6,
	HASH_SIZE = 20,
	REGISTERS = 16,
	TYPES = 8
};

/* What a register number means as the base of the CFA; 0xff: nothing known. */
enum {
	BAD = 0xff
};

struct orc_layout {
	uint8_t cfa_base[REGISTERS]; /* enum px_cfa_base */
	uint8_t bp_rule[REGISTERS];  /* enum px_bp_rule */
	uint8_t type_mask, end_bit;  /* end_bit 0: the end is a type */
	uint8_t undefined, end;	     /* types; BAD where there is none */
	uint8_t shape[TYPES];	     /* enum px_frame_shape */
};

#define REGISTERS_TO_7_0(sp_indirect)                                         \
	.cfa_base = {PX_CFA_NONE, BAD,	      PX_CFA_DX,                      \
		     PX_CFA_DI,	  PX_CFA_BP,  PX_CFA_SP,                      \
		     PX_CFA_R10,  PX_CFA_R13, PX_CFA_BP_INDIRECT,             \
		     sp_indirect, PX_CFA_AX,  BAD,                            \
		     BAD,	  BAD,	      BAD,                            \
		     BAD},                                                    \
	.bp_rule = {PX_BP_SAME, PX_BP_CFA, BAD, BAD, PX_BP_BP, BAD, BAD, BAD, \
		    BAD,	BAD,	   BAD, BAD, BAD,      BAD, BAD, BAD}

#define TYPES_TO_6_3                  \
	.undefined = BAD, .end = BAD, \
	.shape = {                    \
		PX_FRAME_CALL, PX_FRAME_REGS, PX_FRAME_REGS_PARTIAL, BAD, BAD, BAD, BAD, BAD}

#define TYPES_FROM_6_4                            \
	.type_mask = 7, .undefined = 0, .end = 1, \
	.shape = {                                \
		BAD, BAD, PX_FRAME_CALL, PX_FRAME_REGS, PX_FRAME_REGS_PARTIAL, BAD, BAD, BAD}

static const struct orc_layout layouts[] = {
	[PX_ORC_4_14] = {REGISTERS_TO_7_0(PX_CFA_SP_WORD), .type_mask = 3, .end_bit = 10,
			 TYPES_TO_6_3},
	[PX_ORC_5_12] = {REGISTERS_TO_7_0(PX_CFA_SP_INDIRECT), .type_mask = 3, .end_bit = 10,
			 TYPES_TO_6_3},
	[PX_ORC_6_3] = {REGISTERS_TO_7_0(PX_CFA_SP_INDIRECT), .type_mask = 3, .end_bit = 11,
			TYPES_TO_6_3},
	[PX_ORC_6_4] = {REGISTERS_TO_7_0(PX_CFA_SP_INDIRECT), TYPES_FROM_6_4},
	[PX_ORC_7_1] =
		{
			.cfa_base = {PX_CFA_NONE, PX_CFA_AX, PX_CFA_DX, PX_CFA_SP, PX_CFA_BP,
				     PX_CFA_DI, PX_CFA_R10, PX_CFA_R13, BAD, PX_CFA_SP_INDIRECT,
				     PX_CFA_BP_INDIRECT, BAD, BAD, BAD, BAD, BAD},
			.bp_rule = {PX_BP_SAME, BAD, BAD, BAD, PX_BP_BP, BAD, BAD, BAD,
				    PX_BP_CFA, BAD, BAD, BAD, BAD, BAD, BAD, BAD},
			TYPES_FROM_6_4,
		},
};

struct px_error *px_orc_version_of_header(struct px_bytes header, enum px_orc_version *ret)
{
	static const struct {
		uint8_t hash[HASH_SIZE];
		enum px_orc_version version;
	} known[] = {
		{{0xdb, 0x84, 0xae, 0xd4, 0x10, 0x3b, 0x31, 0xdd, 0x51, 0xe0,
		  0x17, 0xf8, 0xf7, 0x97, 0x83, 0xca, 0x98, 0x5c, 0x2c, 0x51},
		 PX_ORC_6_3},
		{{0xfe, 0x5d, 0x32, 0xbf, 0x58, 0x1b, 0xd6, 0x3b, 0x2c, 0xa9,
		  0xa5, 0xc6, 0x5b, 0xa5, 0xa6, 0x25, 0xea, 0xb3, 0xfe, 0x24},
		 PX_ORC_6_4},
		{{0x13, 0x7c, 0x36, 0xad, 0x76, 0x27, 0xc4, 0xdd, 0x55, 0x93,
		  0x21, 0x76, 0xbb, 0x0e, 0xcd, 0xbd, 0x50, 0x41, 0xfc, 0x82},
		 PX_ORC_7_1},
	};
	char text[2 * HASH_SIZE + 1] = "";

	if (header.size < HASH_SIZE)
		return px_error_new(PX_ERR_TRUNCATED, ".orc_header: %zu bytes instead of %d",
				    header.size, HASH_SIZE);
	for (size_t i = 0; i < px_array_size(known); i++)
		if (!memcmp(known[i].hash, header.data, HASH_SIZE)) {
			*ret = known[i].version;
			return NULL;
		}
	for (size_t i = 0; i < HASH_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", header.data[i]);
	return px_error_new(PX_ERR_UNSUPPORTED, ".orc_header: unknown ORC layout %s", text);
}

/* RHEL 9 took over the layout of 6.4 at 5.14.0-517.el9. */
static bool release_is_rhel_with_types(const char *release)
{
	unsigned int build = 0;

	return strstr(release, ".el9") && sscanf(release, "5.14.0-%u", &build) == 1 &&
	       build >= 517;
}

struct px_error *px_orc_version_of_release(const char *release, enum px_orc_version *ret)
{
	static const struct {
		unsigned int major, minor;
		enum px_orc_version version;
	} first[] = {
		{7, 1, PX_ORC_7_1},   {6, 4, PX_ORC_6_4},   {6, 3, PX_ORC_6_3},
		{5, 12, PX_ORC_5_12}, {4, 14, PX_ORC_4_14},
	};
	unsigned int major = 0, minor = 0;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return px_error_new(PX_ERR_BAD_FORMAT, "%s: not a kernel release", release);
	if (release_is_rhel_with_types(release)) {
		*ret = PX_ORC_6_4;
		return NULL;
	}
	for (size_t i = 0; i < px_array_size(first); i++)
		if (major > first[i].major ||
		    (major == first[i].major && minor >= first[i].minor)) {
			*ret = first[i].version;
			return NULL;
		}
	return px_error_new(PX_ERR_UNSUPPORTED, "%s: kernels before 4.14 have no ORC", release);
}

struct orc_entry {
	int16_t sp_offset, bp_offset;
	uint16_t flags;
};

/* False where the layout does not know such an entry. */
static bool entry_rule(const struct orc_layout *layout, const struct orc_entry *entry,
		       struct px_unwind_rule *ret)
{
	unsigned int sp_reg = entry->flags & 15, bp_reg = entry->flags >> 4 & 15;
	unsigned int type = entry->flags >> 8 & layout->type_mask;
	struct px_unwind_rule rule = {.source = PX_RULE_ORC};
	bool end = layout->end_bit ? sp_reg == 0 && entry->flags >> layout->end_bit & 1
				   : type == layout->end;

	if (end || type == layout->undefined || sp_reg == 0) {
		rule.cfa_base = end ? PX_CFA_END : PX_CFA_NONE;
		*ret = rule;
		return true;
	}
	if (layout->cfa_base[sp_reg] == BAD || layout->bp_rule[bp_reg] == BAD ||
	    layout->shape[type] == BAD)
		return false;
	rule.cfa_base = layout->cfa_base[sp_reg];
	rule.bp = layout->bp_rule[bp_reg];
	rule.shape = layout->shape[type];
	/* Linux takes the other registers as they are. */
	if (rule.cfa_base < PX_CFA_AX)
		rule.cfa_offset = entry->sp_offset;
	if (rule.bp != PX_BP_SAME)
		rule.bp_offset = entry->bp_offset;
	*ret = rule;
	return true;
}

static struct px_error *parse_row(struct px_bytes ip, uint64_t ip_address,
				  struct px_bytes entries, const struct orc_layout *layout,
				  size_t i, struct px_unwind_builder *builder)
{
	struct px_unwind_rule rule = {0};
	struct orc_entry entry;
	struct px_error *err;
	int32_t relative;

	_Static_assert(sizeof(entry) == ENTRY_SIZE, "no padding");
	memcpy(&relative, ip.data + 4 * i, 4);
	memcpy(&entry, entries.data + ENTRY_SIZE * i, ENTRY_SIZE);
	if (!entry_rule(layout, &entry, &rule))
		return px_error_new(PX_ERR_BAD_FORMAT,
				    ".orc_unwind: entry %zu at offset %#zx has flags %#x, "
				    "which this layout does not know",
				    i, ENTRY_SIZE * i, entry.flags);
	err = px_unwind_builder_add(builder, ip_address + 4 * i + (uint64_t)(int64_t)relative,
				    &rule);
	return err ? px_error_prefix(err, ".orc_unwind_ip: offset %#zx", 4 * i) : NULL;
}

struct px_error *px_orc_parse(struct px_bytes ip, uint64_t ip_address, struct px_bytes entries,
			      enum px_orc_version version, struct px_unwind_builder *builder)
{
	size_t count = ip.size / 4;
	struct px_error *err = NULL;

	if (ip.size % 4 || entries.size % ENTRY_SIZE || entries.size / ENTRY_SIZE != count)
		return px_error_new(
			PX_ERR_BAD_FORMAT,
			".orc_unwind_ip and .orc_unwind: sizes %#zx and %#zx do not match",
			ip.size, entries.size);
	for (size_t i = 0; i < count && !err; i++)
		err = parse_row(ip, ip_address, entries, &layouts[version], i, builder);
	return err;
}
