/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing kallsyms. */
#include "tests/support/kallsyms-builder.h"

#include <assert.h>
#include <string.h>

struct builder {
	struct px_buffer *out;
	uint64_t address, base;
	struct kallsyms_layout layout;
	const struct px_kallsyms_symbol *symbols;
	uint32_t count;
	struct kallsyms_places places;
};

/* Characters stand for themselves; some numbers beyond them for more. */
static const char *token(unsigned int number, char one[2])
{
	switch (number) {
	case 1:
		return "tfunction_";
	case 128:
		return "function_";
	case 200:
		return "__";
	case 255:
		return "_end";
	}
	one[0] = number > ' ' && number < 127 ? (char)number : '\0';
	one[1] = '\0';
	return one;
}

static size_t compress(const char *text, uint8_t *to)
{
	static const uint8_t numbers[] = {1, 128, 200, 255};
	size_t used = 0;
	char one[2];

	while (*text) {
		uint8_t best = (uint8_t)*text;

		for (size_t i = 0; i < px_array_size(numbers); i++) {
			const char *part = token(numbers[i], one);

			if (best == (uint8_t)*text && !strncmp(text, part, strlen(part)))
				best = numbers[i];
		}
		text += strlen(token(best, one));
		to[used++] = best;
	}
	return used;
}

static void add_names(struct builder *b)
{
	struct px_buffer markers = {0};

	px_buffer_align(b->out, 8);
	b->places.num_syms = b->out->size;
	px_buffer_u32(b->out, b->count);
	px_buffer_align(b->out, 8);
	b->places.names = b->out->size;
	for (uint32_t i = 0; i < b->count; i++) {
		uint8_t tokens[1024], size[2];
		char text[1024];
		size_t used;

		if (i % 256 == 0)
			px_buffer_u32(&markers, (uint32_t)(b->out->size - b->places.names));
		assert(strlen(b->symbols[i].name) < sizeof(text) - 1);
		text[0] = b->symbols[i].type;
		memcpy(text + 1, b->symbols[i].name, strlen(b->symbols[i].name) + 1);
		used = compress(text, tokens);
		size[0] = (uint8_t)(used < 128 ? used : (used & 127) | 128);
		size[1] = (uint8_t)(used >> 7);
		px_buffer_add(b->out, size, used < 128 ? 1 : 2);
		px_buffer_add(b->out, tokens, used);
	}
	px_buffer_align(b->out, 8);
	b->places.markers = b->out->size;
	px_buffer_add(b->out, markers.data, markers.size);
	px_buffer_fini(&markers);
}

static void add_seqs(struct builder *b)
{
	px_buffer_align(b->out, 8);
	for (uint32_t i = 0; i < b->count && b->layout.seq_bytes; i++)
		px_buffer_add(b->out, &i, b->layout.seq_bytes);
}

static void add_tokens(struct builder *b)
{
	uint16_t index[PX_KALLSYMS_TOKENS];
	char one[2];

	px_buffer_align(b->out, 8);
	b->places.tokens = b->out->size;
	for (unsigned int i = 0; i < PX_KALLSYMS_TOKENS; i++) {
		const char *text = token(i, one);

		index[i] = (uint16_t)(b->out->size - b->places.tokens);
		px_buffer_add(b->out, text, strlen(text) + 1);
	}
	px_buffer_align(b->out, 8);
	b->places.index = b->out->size;
	px_buffer_add(b->out, index, sizeof(index));
}

static uint32_t offset_of(const struct builder *b, uint32_t i)
{
	const struct px_kallsyms_symbol *symbol = &b->symbols[i];

	switch (b->layout.kind) {
	case PX_KALLSYMS_PER_CPU_ABSOLUTE:
		return (uint32_t)(symbol->absolute ? symbol->address
						   : b->base - 1 - symbol->address);
	case PX_KALLSYMS_RELATIVE:
		return (uint32_t)(symbol->address - b->base);
	case PX_KALLSYMS_PLACE_RELATIVE:
		break;
	}
	return (uint32_t)(symbol->address - (b->address + b->out->size));
}

static void add_offsets(struct builder *b)
{
	px_buffer_align(b->out, 8);
	b->places.offsets = b->out->size;
	for (uint32_t i = 0; i < b->count; i++)
		px_buffer_u32(b->out, offset_of(b, i));
	px_buffer_align(b->out, 8);
	b->places.base = b->out->size;
	if (b->layout.kind != PX_KALLSYMS_PLACE_RELATIVE)
		px_buffer_u64(b->out, b->base);
}

struct kallsyms_places kallsyms_builder_add(struct px_buffer *out, uint64_t address,
					    struct kallsyms_layout layout, uint64_t base,
					    const struct px_kallsyms_symbol *symbols,
					    uint32_t count)
{
	struct builder b = {.out = out,
			    .address = address,
			    .base = base,
			    .layout = layout,
			    .symbols = symbols,
			    .count = count};

	if (!layout.since_6_4)
		add_offsets(&b);
	add_names(&b);
	if (!layout.since_6_4)
		add_seqs(&b);
	add_tokens(&b);
	if (layout.since_6_4) {
		add_offsets(&b);
		add_seqs(&b);
	}
	px_buffer_align(out, 8);
	b.places.end = out->size;
	assert(!out->failed);
	return b.places;
}
