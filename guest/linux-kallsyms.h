/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kallsyms: the table of symbols that a Linux kernel carries in its read-only data, found and
 * decoded by its own structure.
 *
 * It has these parts, each aligned to 8 bytes (scripts/kallsyms.c, kernel/kallsyms.c):
 *
 *   num_syms     32 bits
 *   names        a symbol each: a length (one byte, or two as ULEB128 since 6.1), then as many
 *                token numbers. The expanded text is the type letter and the name.
 *   markers      32 bits: where in names every 256th symbol begins
 *   seqs         since 6.2, and in later updates of 6.1: the order by name, unused here
 *   token_table  256 strings, each with its NUL
 *   token_index  256 times 16 bits: where in token_table each begins
 *   offsets      32 bits a symbol
 *   relative_base  64 bits
 *
 * From 6.4 on they come in this order, with seqs last; before, offsets and relative_base come
 * first. An offset means one of three things:
 *
 *   per-CPU variables are absolute (SMP, up to 6.14): 0 and up is the address of such a
 *     variable; below, it is relative_base - 1 - offset;
 *   otherwise the address is relative_base + offset;
 *   in the newest kernels, without relative_base, it is relative to the offset's own place.
 *
 * Characters that occur in names are tokens of themselves, so the strings "0" to "9" follow
 * each other in every token_table: that is what is looked for. All else follows from there, and
 * is believed only where every part fits the others.
 */
#ifndef PX_GUEST_LINUX_KALLSYMS_H
#define PX_GUEST_LINUX_KALLSYMS_H

#include <stdbool.h>

#include "lib/bytes.h"
#include "lib/error.h"

enum {
	PX_KALLSYMS_TOKENS = 256,
	PX_KALLSYMS_NAME_MAX = 512, /* Linux's KSYM_NAME_LEN since 6.1, NUL included */
	PX_KALLSYMS_SYMBOLS_MAX = 1 << 20,
	PX_KALLSYMS_SYMBOLS_MIN =
		512, /* fewer are taken for chance; real kernels have 30,000 */
	/* What follows a token table and belongs to it: token_index, offsets, relative_base. */
	PX_KALLSYMS_TAIL_MAX = 1024 + 4 * PX_KALLSYMS_SYMBOLS_MAX,
};

enum px_kallsyms_offsets {
	PX_KALLSYMS_PER_CPU_ABSOLUTE,
	PX_KALLSYMS_RELATIVE,
	PX_KALLSYMS_PLACE_RELATIVE,
};

/** The parts. Borrows from the bytes that it was found in. */
struct px_linux_kallsyms {
	uint32_t count;
	struct px_bytes names;
	struct px_bytes tokens; /* token_table */
	uint16_t token_index[PX_KALLSYMS_TOKENS], token_size[PX_KALLSYMS_TOKENS];
	struct px_bytes offsets;
	enum px_kallsyms_offsets kind;
	uint64_t base; /* relative_base, or the run-time address of offsets */
};

/**
 * Look for a token table with its index in memory from offset `from` on; *tokens_ret is where
 * it begins. memory begins at a page's start. False when there is none.
 */
bool px_linux_kallsyms_find(struct px_bytes memory, size_t from, size_t *tokens_ret);

/**
 * The parts around the token table at offset tokens of memory, which begins at the run-time
 * address `address`. PX_ERR_BAD_FORMAT: they do not fit together; the message says which.
 * Takes a fraction of a second at most, whatever the bytes are.
 */
px_must_check struct px_error *px_linux_kallsyms_init(struct px_bytes memory, uint64_t address,
						      size_t tokens,
						      struct px_linux_kallsyms *ret);

struct px_kallsyms_symbol {
	uint64_t address; /* run-time address, or of absolute ones what it is */
	bool absolute;	  /* a per-CPU variable's offset */
	char type;	  /* as in /proc/kallsyms */
	const char *name; /* valid during the call */
};

/** Call each for all symbols in address order; stops at its first error and returns that. */
px_must_check struct px_error *px_linux_kallsyms_each(
	const struct px_linux_kallsyms *kallsyms,
	struct px_error *(*each)(void *context, const struct px_kallsyms_symbol *symbol),
	void *context);

#endif
