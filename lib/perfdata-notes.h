/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The payloads that we add to perf.data: notes (symbols, summary) and the raw payload of a
 * vcpu-clock sample. Byte by byte in perf-xen-data(5).
 */
#ifndef PX_LIB_PERFDATA_NOTES_H
#define PX_LIB_PERFDATA_NOTES_H

#include "lib/error.h"
#include "lib/perfdata.h"

/** A note under construction in memory of the caller's. */
struct px_note_builder {
	uint8_t *data;
	size_t capacity, size;
};

/** A name for the run-time addresses [start, end) of a process; pid (uint32_t)-1: the kernel.
 */
struct px_note_symbol {
	uint64_t start, end;
	uint32_t pid;
	const char *name;
	const char *module; /* "[kernel.kallsyms]", "[xen_netfront]", a path */
};

/** Add a symbol; false, and nothing added, when it does not fit: write the note, start anew. */
bool px_note_add_symbol(struct px_note_builder *builder, const struct px_note_symbol *symbol);

/** Take the next symbol off a PX_PERF_NOTE_SYMBOLS payload; false at the end (cursor not
 * failed) or where the rest is malformed (failed). Strings are borrowed. */
bool px_note_next_symbol(struct px_cursor *cursor, struct px_note_symbol *ret);

/** Add a pair to a PX_PERF_NOTE_SUMMARY; false as above. Keys: perf-xen-data(5). */
bool px_note_add_pair(struct px_note_builder *builder, const char *key, const char *value);
bool px_note_next_pair(struct px_cursor *cursor, const char **key_ret, const char **value_ret);

/** How the walk of one sample went: the raw payload of a vcpu-clock sample. */
struct px_sample_outcome {
	uint8_t end_reason;	/* enum px_end_reason */
	uint8_t vcpu_state;	/* enum px_vcpu_state */
	uint8_t context;	/* enum px_context */
	const uint8_t *sources; /* enum px_rule_source of frame i in nibble i, low one first */
	size_t frames;		/* markers are no frames */
};

static inline unsigned int px_sample_outcome_source(const struct px_sample_outcome *outcome,
						    size_t i)
{
	return outcome->sources[i / 2] >> (i % 2 * 4) & 15;
}

enum {
	PX_SAMPLE_OUTCOME_MAX = 4 + PX_PERF_CHAIN_MAX / 2 + 8,
};

/**
 * Encode into memory of at least PX_SAMPLE_OUTCOME_MAX bytes; sources has one byte a frame, at
 * most PX_PERF_CHAIN_MAX. The result is borrowed from memory.
 */
struct px_bytes px_sample_outcome_encode(uint8_t *memory, uint8_t end_reason,
					 uint8_t vcpu_state, uint8_t context,
					 const uint8_t *sources, size_t frames);

/** False when raw is something else. Borrows from raw. */
bool px_sample_outcome_decode(struct px_bytes raw, struct px_sample_outcome *ret);

#endif
