/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding and decoding kallsyms: see the header. */
#include "guest/linux-kallsyms.h"

#include <ctype.h>
#include <string.h>

#include "guest/linux-entry.h"

enum {
	DIGIT_0 = '0', /* the number of the token "0" */
	TOKEN_TABLE_MAX = 65536,
	INDEX_SIZE = PX_KALLSYMS_TOKENS * 2,
	NAMES_MAX = 64 << 20,
	MARKER_STEP = 256,
	/* Places that look like digits of a token table, in one search. */
	TABLES_MAX = 256,
	/* Symbols looked at before giving up on finding num_syms. */
	EFFORT_MAX = 1 << 23,
};

static uint16_t get16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static size_t align8(size_t offset)
{
	return (offset + 7) & ~(size_t)7;
}

/* --- tokens ------------------------------------------------------------------------------- */

/* The end of count strings from offset on; 0 when they do not end in time. */
static size_t skip_strings(struct px_bytes memory, size_t offset, unsigned int count)
{
	size_t limit = px_min(memory.size, offset + TOKEN_TABLE_MAX);

	while (count--) {
		const uint8_t *nul = memchr(memory.data + offset, 0, limit - offset);

		if (!nul)
			return 0;
		offset = (size_t)(nul - memory.data) + 1;
	}
	return offset;
}

/* Whether the index at offset index describes the strings from tokens to their end. */
static bool index_fits(struct px_bytes memory, size_t tokens, size_t end, size_t index)
{
	size_t at = tokens;

	for (unsigned int i = 0; i < PX_KALLSYMS_TOKENS; i++) {
		if (get16(memory.data + index + i * 2) != at - tokens)
			return false;
		at = skip_strings(memory, at, 1);
		if (!at || at > end)
			return false;
	}
	return at == end;
}

/* The token table whose digits begin at offset digits. */
static bool table_of_digits(struct px_bytes memory, size_t digits, size_t *ret)
{
	size_t end = skip_strings(memory, digits, PX_KALLSYMS_TOKENS - DIGIT_0);
	size_t index = align8(end), back;

	if (!end || index > memory.size || memory.size - index < INDEX_SIZE)
		return false;
	back = get16(memory.data + index + DIGIT_0 * 2);
	if (back > digits || (digits - back) % 8 ||
	    !index_fits(memory, digits - back, end, index))
		return false;
	*ret = digits - back;
	return true;
}

bool px_linux_kallsyms_find(struct px_bytes memory, size_t from, size_t *tokens_ret)
{
	static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
	const uint8_t *end = memory.data + memory.size, *at;
	unsigned int tables = 0;

	if (from >= memory.size)
		return false;
	/* Faster than memmem over memory that is mostly zeros, as the digits are. */
	for (at = memory.data + from; (at = memchr(at, '0', (size_t)(end - at))); at++) {
		if ((size_t)(end - at) < sizeof(digits) || at[1] || at[2] != '1' ||
		    memcmp(at, digits, sizeof(digits)))
			continue;
		if (table_of_digits(memory, (size_t)(at - memory.data), tokens_ret))
			return true;
		if (++tables == TABLES_MAX)
			return false;
	}
	return false;
}

static bool read_tokens(struct px_bytes memory, size_t tokens, struct px_linux_kallsyms *k,
			size_t *index_end_ret)
{
	size_t end = tokens > memory.size ? 0
					  : skip_strings(memory, tokens, PX_KALLSYMS_TOKENS);
	size_t index = align8(end);

	if (!end || index > memory.size || memory.size - index < INDEX_SIZE ||
	    !index_fits(memory, tokens, end, index))
		return false;
	k->tokens = px_bytes_of(memory.data + tokens, end - tokens);
	memcpy(k->token_index, memory.data + index, INDEX_SIZE);
	for (unsigned int i = 0; i < PX_KALLSYMS_TOKENS; i++)
		k->token_size[i] =
			(uint16_t)strlen((const char *)k->tokens.data + k->token_index[i]);
	*index_end_ret = index + INDEX_SIZE;
	return true;
}

static const char *token(const struct px_linux_kallsyms *k, uint8_t number)
{
	return (const char *)k->tokens.data + k->token_index[number];
}

/* --- names -------------------------------------------------------------------------------- */

/* The tokens of the next name; false where there is none. */
static bool next_name(struct px_cursor *c, struct px_bytes *ret)
{
	size_t size = px_cursor_u8(c);

	if (size & 0x80)
		size = (size & 0x7f) | (size_t)px_cursor_u8(c) << 7;
	*ret = px_cursor_bytes(c, size);
	return !c->failed && size;
}

/* The end of count names from offset on, before limit; 0 when these are none. Counts the work.
 */
static size_t skip_names(const struct px_linux_kallsyms *k, struct px_bytes memory,
			 size_t offset, size_t limit, uint32_t count, uint32_t *effort)
{
	struct px_cursor c = px_cursor_of(px_bytes_of(memory.data + offset, limit - offset));
	struct px_bytes name;

	for (uint32_t i = 0; i < count; i++) {
		++*effort;
		/* A name begins with its type, which is a letter. */
		if (!next_name(&c, &name) || !isalpha((unsigned char)*token(k, name.data[0])))
			return 0;
	}
	return offset + c.pos;
}

/* The markers at offset are those of these names. */
static bool markers_fit(struct px_bytes memory, size_t offset, struct px_bytes names,
			uint32_t count)
{
	struct px_cursor c = px_cursor_of(names);
	struct px_bytes name;

	for (uint32_t i = 0; i < count; i++) {
		if (i % MARKER_STEP == 0) {
			if (get32(memory.data + offset) != c.pos)
				return false;
			offset += sizeof(uint32_t);
		}
		if (!next_name(&c, &name))
			return false;
	}
	return true;
}

/* Between markers and tokens there is nothing, or the order by name in 3 or 4 bytes each. */
static bool gap_fits(size_t gap, uint32_t count)
{
	return gap < 8 || (gap >= (size_t)3 * count && gap < (size_t)3 * count + 8) ||
	       (gap >= (size_t)4 * count && gap < (size_t)4 * count + 8);
}

/* Whether num_syms is at offset, names and markers following. */
static bool names_at(struct px_linux_kallsyms *k, struct px_bytes memory, size_t offset,
		     size_t tokens, uint32_t *effort)
{
	uint32_t count = get32(memory.data + offset);
	size_t names = offset + 8, end, markers, markers_end;

	if (count < PX_KALLSYMS_SYMBOLS_MIN || count > PX_KALLSYMS_SYMBOLS_MAX ||
	    get32(memory.data + offset + 4) || (tokens - names) / 2 < count)
		return false;
	end = skip_names(k, memory, names, tokens, count, effort);
	if (!end)
		return false;
	markers = align8(end);
	markers_end = markers + ((size_t)count + MARKER_STEP - 1) / MARKER_STEP * 4;
	if (markers_end > tokens || !gap_fits(tokens - markers_end, count) ||
	    !markers_fit(memory, markers, px_bytes_of(memory.data + names, end - names), count))
		return false;
	k->count = count;
	k->names = px_bytes_of(memory.data + names, end - names);
	return true;
}

/* Go back from the tokens to num_syms. */
static bool find_names(struct px_linux_kallsyms *k, struct px_bytes memory, size_t tokens,
		       size_t *num_syms_ret)
{
	size_t lowest = tokens > NAMES_MAX ? tokens - NAMES_MAX : 0;
	uint32_t effort = 0;

	for (size_t at = tokens; at >= lowest + 8 && effort < EFFORT_MAX;) {
		at -= 8;
		if (tokens - at > 8 && names_at(k, memory, at, tokens, &effort)) {
			*num_syms_ret = at;
			return true;
		}
	}
	return false;
}

/* --- addresses ---------------------------------------------------------------------------- */

static uint64_t address_of(const struct px_linux_kallsyms *k, uint32_t i, bool *absolute_ret)
{
	uint32_t raw = get32(k->offsets.data + (size_t)i * 4);
	int64_t offset = (int32_t)raw;

	*absolute_ret = false;
	switch (k->kind) {
	case PX_KALLSYMS_PER_CPU_ABSOLUTE:
		*absolute_ret = offset >= 0;
		return offset >= 0 ? raw : k->base - 1 - (uint64_t)offset;
	case PX_KALLSYMS_RELATIVE:
		return k->base + raw;
	case PX_KALLSYMS_PLACE_RELATIVE:
		break;
	}
	return k->base + (uint64_t)i * 4 + (uint64_t)offset;
}

/* Whether the lowest address that is not absolute is what it must be: relative_base is made of
 * it, and code lies before read-only data. */
static bool lowest_fits(const struct px_linux_kallsyms *k, uint64_t lowest)
{
	return k->kind == PX_KALLSYMS_PLACE_RELATIVE ? lowest < k->base : lowest == k->base;
}

/* Addresses rise, and all but the absolute ones are where a kernel is. */
static bool addresses_fit(const struct px_linux_kallsyms *k)
{
	uint64_t before = 0, address = 0;
	bool absolute = true, was_absolute = true;

	for (uint32_t i = 0; i < k->count; i++, before = address, was_absolute = absolute) {
		address = address_of(k, i, &absolute);
		if (address < before || (!absolute && address < PX_LINUX_IMAGE_SPACE) ||
		    (!absolute && was_absolute && !lowest_fits(k, address)))
			return false;
	}
	return !absolute;
}

/* Whether the offsets are at this place, in any of the kinds. base: where relative_base is. */
static bool offsets_at(struct px_linux_kallsyms *k, struct px_bytes memory, uint64_t address,
		       size_t offset, size_t base)
{
	static const enum px_kallsyms_offsets kinds[] = {PX_KALLSYMS_PER_CPU_ABSOLUTE,
							 PX_KALLSYMS_RELATIVE};
	struct px_bytes word;

	if (!px_bytes_slice(memory, offset, (uint64_t)k->count * 4, &k->offsets))
		return false;
	for (size_t i = 0; i < px_array_size(kinds); i++) {
		k->kind = kinds[i];
		if (!px_bytes_slice(memory, base, sizeof(uint64_t), &word))
			continue;
		k->base = get64(word.data);
		if (k->base >= PX_LINUX_IMAGE_SPACE && addresses_fit(k))
			return true;
	}
	k->kind = PX_KALLSYMS_PLACE_RELATIVE;
	k->base = address + offset;
	return addresses_fit(k);
}

static bool find_offsets(struct px_linux_kallsyms *k, struct px_bytes memory, uint64_t address,
			 size_t num_syms, size_t index_end)
{
	size_t size = align8((size_t)k->count * 4);
	size_t since_6_4 = align8(index_end);

	if (num_syms >= size + 8 &&
	    offsets_at(k, memory, address, num_syms - 8 - size, num_syms - 8))
		return true;
	return offsets_at(k, memory, address, since_6_4, since_6_4 + size);
}

static struct px_error *unfit(const char *what)
{
	return px_error_new(PX_ERR_BAD_FORMAT,
			    "the kernel's table of symbols (kallsyms) cannot be read: its %s "
			    "fit no known layout",
			    what);
}

struct px_error *px_linux_kallsyms_init(struct px_bytes memory, uint64_t address, size_t tokens,
					struct px_linux_kallsyms *ret)
{
	struct px_linux_kallsyms k = {0};
	size_t index_end = 0, num_syms = 0;

	if (!read_tokens(memory, tokens, &k, &index_end))
		return unfit("tokens");
	if (!find_names(&k, memory, tokens, &num_syms))
		return unfit("names");
	if (!find_offsets(&k, memory, address, num_syms, index_end))
		return unfit("addresses");
	*ret = k;
	return NULL;
}

/* --- symbols ------------------------------------------------------------------------------ */

/* Expand a name, its type first; false when it is too long. */
static bool expand(const struct px_linux_kallsyms *k, struct px_bytes name, char *text,
		   size_t room)
{
	size_t used = 0;

	for (size_t i = 0; i < name.size; i++) {
		const char *part = token(k, name.data[i]);
		size_t size = k->token_size[name.data[i]];

		if (size >= room - used)
			return false;
		/* Most have a few bytes: a call of memcpy costs more. */
		while (size--)
			text[used++] = *part++;
	}
	text[used] = '\0';
	return used > 1;
}

struct px_error *px_linux_kallsyms_each(
	const struct px_linux_kallsyms *kallsyms,
	struct px_error *(*each)(void *context, const struct px_kallsyms_symbol *symbol),
	void *context)
{
	struct px_cursor c = px_cursor_of(kallsyms->names);
	char text[PX_KALLSYMS_NAME_MAX + 1];
	struct px_error *err = NULL;

	for (uint32_t i = 0; i < kallsyms->count && !err; i++) {
		struct px_kallsyms_symbol symbol = {.name = text + 1};
		struct px_bytes name;

		if (!next_name(&c, &name) || !expand(kallsyms, name, text, sizeof(text)))
			return unfit("names");
		symbol.type = text[0];
		symbol.address = address_of(kallsyms, i, &symbol.absolute);
		err = each(context, &symbol);
	}
	return err;
}
