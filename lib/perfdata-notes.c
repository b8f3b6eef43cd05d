/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads of ours: symbols, pairs, outcomes. Layouts: perf-xen-data(5). */
#include "lib/perfdata-notes.h"

#include <string.h>

static bool note_fits(const struct px_note_builder *builder, size_t size)
{
	return size <= builder->capacity - builder->size;
}

static void note_add(struct px_note_builder *builder, const void *data, size_t size)
{
	memcpy(builder->data + builder->size, data, size);
	builder->size += size;
}

bool px_note_add_symbol(struct px_note_builder *builder, const struct px_note_symbol *symbol)
{
	size_t name = strlen(symbol->name) + 1, module = strlen(symbol->module) + 1;

	if (!note_fits(builder, 2 * sizeof(uint64_t) + sizeof(uint32_t) + name + module))
		return false;
	note_add(builder, &symbol->start, sizeof(symbol->start));
	note_add(builder, &symbol->end, sizeof(symbol->end));
	note_add(builder, &symbol->pid, sizeof(symbol->pid));
	note_add(builder, symbol->name, name);
	note_add(builder, symbol->module, module);
	return true;
}

bool px_note_next_symbol(struct px_cursor *cursor, struct px_note_symbol *ret)
{
	struct px_note_symbol symbol;

	if (!px_cursor_left(cursor))
		return false;
	symbol.start = px_cursor_u64(cursor);
	symbol.end = px_cursor_u64(cursor);
	symbol.pid = px_cursor_u32(cursor);
	symbol.name = px_cursor_string(cursor);
	symbol.module = px_cursor_string(cursor);
	if (cursor->failed)
		return false;
	*ret = symbol;
	return true;
}

bool px_note_add_pair(struct px_note_builder *builder, const char *key, const char *value)
{
	size_t key_size = strlen(key) + 1, value_size = strlen(value) + 1;

	if (!note_fits(builder, key_size + value_size))
		return false;
	note_add(builder, key, key_size);
	note_add(builder, value, value_size);
	return true;
}

bool px_note_next_pair(struct px_cursor *cursor, const char **key_ret, const char **value_ret)
{
	const char *key, *value;

	if (!px_cursor_left(cursor))
		return false;
	key = px_cursor_string(cursor);
	value = px_cursor_string(cursor);
	if (cursor->failed)
		return false;
	*key_ret = key;
	*value_ret = value;
	return true;
}

/* Magic, end reason, state of the vCPU, context, number of frames, then the nibbles. */
#define OUTCOME_MAGIC 0x78 /* "x" */

struct outcome_head {
	uint8_t magic, end_reason, vcpu_state, context;
	uint16_t frames;
} __attribute__((packed));

struct px_bytes px_sample_outcome_encode(uint8_t *memory, uint8_t end_reason,
					 uint8_t vcpu_state, uint8_t context,
					 const uint8_t *sources, size_t frames)
{
	struct outcome_head head = {
		.magic = OUTCOME_MAGIC,
		.end_reason = end_reason,
		.vcpu_state = vcpu_state,
		.context = context,
		.frames = (uint16_t)px_min(frames, (size_t)PX_PERF_CHAIN_MAX),
	};
	uint8_t *nibbles = memory + sizeof(head);

	memcpy(memory, &head, sizeof(head));
	memset(nibbles, 0, (head.frames + 1u) / 2);
	for (size_t i = 0; i < head.frames; i++)
		nibbles[i / 2] |= (uint8_t)((sources[i] & 15) << (i % 2 * 4));
	return px_bytes_of(memory, sizeof(head) + (head.frames + 1u) / 2);
}

bool px_sample_outcome_decode(struct px_bytes raw, struct px_sample_outcome *ret)
{
	struct outcome_head head;

	if (raw.size < sizeof(head))
		return false;
	memcpy(&head, raw.data, sizeof(head));
	if (head.magic != OUTCOME_MAGIC || raw.size - sizeof(head) < (head.frames + 1u) / 2)
		return false;
	*ret = (struct px_sample_outcome){
		.end_reason = head.end_reason,
		.vcpu_state = head.vcpu_state,
		.context = head.context,
		.sources = raw.data + sizeof(head),
		.frames = head.frames,
	};
	return true;
}
