/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ORC: the unwind tables that objtool writes into Linux kernels and modules for x86-64. */
#ifndef PX_SYMBOLIZE_ORC_H
#define PX_SYMBOLIZE_ORC_H

#include "symbolize/unwind-table.h"

/** The layouts of an entry, by the kernels that have them. The numbers are ours. */
enum px_orc_version {
	PX_ORC_4_14, /* 4.14 - 5.11: an indirect SP is the word at SP + offset */
	PX_ORC_5_12, /* 5.12 - 6.2: it is the word at SP, + offset */
	PX_ORC_6_3,  /* 6.3: a signal bit */
	PX_ORC_6_4,  /* 6.4 - 7.0: types "undefined" and "end of stack" */
	PX_ORC_7_1,  /* 7.1 on: registers renumbered */
};

/**
 * The version by the section .orc_header (a 20-byte hash of the definition; kernels from 6.4
 * and 6.3.10 on). Unknown hashes are PX_ERR_UNSUPPORTED: never guess.
 */
px_must_check struct px_error *px_orc_version_of_header(struct px_bytes header,
							enum px_orc_version *ret);

/**
 * The version by kernel release ("6.1.0-56-amd64"), for kernels without that section. RHEL
 * 9 kernels from 5.14.0-517.el9 on have the layout of 6.4. PX_ERR_UNSUPPORTED before 4.14.
 */
px_must_check struct px_error *px_orc_version_of_release(const char *release,
							 enum px_orc_version *ret);

/**
 * Add the rows of .orc_unwind_ip (loaded at ip_address: its words are relative to their own
 * address) and .orc_unwind to builder, in any order. "Undefined" entries, with which objtool
 * also fills gaps, become PX_CFA_NONE, the end of a stack PX_CFA_END. Kernels before 4.18
 * do not tell these two apart: PX_CFA_NONE.
 *
 * PX_ERR_BAD_FORMAT with the row for sizes that do not match, unknown types or registers
 * (the version is wrong, most likely) and addresses that builder cannot hold; the rows
 * before it stay added.
 */
px_must_check struct px_error *px_orc_parse(struct px_bytes ip, uint64_t ip_address,
					    struct px_bytes entries,
					    enum px_orc_version version,
					    struct px_unwind_builder *builder);

#endif
